"""Idle: what an untouched console sends, bytes a second, while the simulated network is polled."""

from __future__ import annotations

import sys
import time

from tests.bench.network import network
from tests.bench.terminal import Terminal

WATCHED_S = 60.0
POLLING = {"state_s": 10, "optics_s": 30, "health_s": 15}
SIZES = ((80, 24), (200, 55))


def run() -> None:
    """Print the rate for each size."""
    for columns, rows in SIZES:
        with network(2, 600, POLLING) as (config, _):
            terminal = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)], columns, rows)
            try:
                terminal.wait_for(b" of 600", 120)
                time.sleep(20)  # descriptions, light and sparklines arrive
                mark = terminal.mark()
                time.sleep(WATCHED_S)
                sent = len(terminal.written(mark))
            finally:
                terminal.close()
        print(f"{columns}x{rows} untouched for {WATCHED_S:.0f} s: {sent / WATCHED_S:.0f} B/s (aim: below 500)")
