"""``python -m tests.bench [NAME ...]``: run the benchmarks (all of them when none is named) and print their figures.

These figures are for reading, not for passing: machines are noisy, so each comparison is made within one run and
given as a median and a ratio.
"""

from __future__ import annotations

import sys

from tests.bench import (
    acs,
    acs_writes,
    console,
    failover,
    fleet,
    flood,
    idle,
    keys,
    link,
    outages,
    path,
    sessions,
    start,
    walk,
)

BENCHES = {
    "start": start.run,
    "keys": keys.run,
    "console": console.run,
    "sessions": sessions.run,
    "idle": idle.run,
    "link": link.run,
    "walk": walk.run,
    "path": path.run,
    "acs": acs.run,
    "acs-writes": acs_writes.run,
    "failover": failover.run,
    "fleet": fleet.run,
    "flood": flood.run,
    "outages": outages.run,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no benchmark called {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    for name in names or BENCHES:
        print(f"== {name}", flush=True)
        BENCHES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
