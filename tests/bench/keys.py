"""Keys: from key to paint in a pty, at rest and while polls of 4,000 ONTs are being reconciled."""

from __future__ import annotations

import random
import statistics
import sys
import time

from tests.bench.network import network
from tests.bench.terminal import Terminal

KEYS = 120
BUSY = {"state_s": 1, "optics_s": 2, "health_s": 5}
QUIET = {"state_s": 3600, "optics_s": 3600, "health_s": 3600, "cpe_s": 3600}


def run() -> None:
    """Print the distribution of key to paint."""
    for name, polling in (("at rest", QUIET), ("state every 1 s, optics every 2 s, 4 x 1,000 ONTs", BUSY)):
        with network(4, 4000, polling) as (config, _):
            terminal = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)])
            try:
                terminal.wait_for(b" of 4", 120)
                time.sleep(15)  # descriptions and light arrive
                _measure(name, terminal)
            finally:
                terminal.close()


def _measure(name: str, terminal: Terminal) -> None:
    chance = random.Random(1)
    down = []
    page = []
    for number in range(KEYS):
        time.sleep(chance.uniform(0.05, 0.25))
        terminal.wait_quiet()
        if number % 4:
            down.append(terminal.time_key(b"j" if number % 8 < 4 else b"k"))
        else:
            page.append(terminal.time_key(b"\x1b[6~"))
    for key, values in (("cursor", down), ("page", page)):
        values.sort()
        p95 = values[int(len(values) * 0.95)]
        middle = statistics.median(values)
        print(
            f"{name}: {key:6} median {middle:.1f} ms  p95 {p95:.1f} ms  max {values[-1]:.1f} ms  ({len(values)} keys)"
        )
