"""Write the scenarios as files that ``noc-console replay`` plays: ``python -m tests.scenarios.write FOLDER``."""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import Any

from tests.scenarios.catalogue import KINDS
from tests.scenarios.kinds import LISTS, ONTS, Scenario


def plain(wanted: Any) -> Any:
    """Without the lists that the file's form would take as "one of"."""
    if isinstance(wanted, dict):
        return {key: plain(value) for key, value in wanted.items() if key not in (ONTS, *LISTS, "stragglers")}
    return [plain(one) for one in wanted] if isinstance(wanted, list) else wanted


def write(folder: Path, name: str, scenario: Scenario) -> None:
    """``NAME.jsonl.gz`` and ``NAME.expect.json``; the same bytes each time."""
    text = "\n".join(scenario.lines) + "\n"
    (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    moments = [{key: plain(value) for key, value in one.items() if key != "also"} for one in scenario.moments]
    (folder / f"{name}.expect.json").write_text(json.dumps(moments, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="of each kind so many (default: 2)")
    parser.add_argument("kinds", nargs="*", help="names; default: all")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    for name in args.kinds or KINDS:
        for seed in range(1, args.seeds + 1):
            write(args.folder, f"{name}-{seed}", KINDS[name](seed))


if __name__ == "__main__":
    main()
