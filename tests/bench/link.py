"""The link: bytes that a key and an idle second cost, in full and low, at two sizes.

``full, whole`` is what Textual sends by itself: every changed region whole.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.console import still_network
from tests.bench.terminal import Terminal

ONTS = 600
IDLE_S = 20.0
SIZES = ((80, 24), (120, 40))
WAYS = (("full, whole", "full", "1"), ("full", "full", ""), ("low", "low", ""))
DOWN, PAGE, UP = b"\x1b[B", b"\x1b[6~", b"\x1b[5~"
SCRIPT = """
import sys, os
from noc_console.console.wire import Wire
if os.environ.get("BENCH_WHOLE"): Wire.carry = lambda self, update: update
from noc_console.cli.main import app
app()
"""


def run() -> None:
    """Print a table: a line for each way and size."""
    print(f"{'':24}{'cursor key':>12}{'page key':>12}{'dialog':>12}{'idle second':>14}")
    with still_network(ONTS) as folder:
        for columns, rows in SIZES:
            for name, link, whole in WAYS:
                figures = _figures(folder, columns, rows, link, whole)
                print(f"{f'{columns}x{rows} {name}':24}" + "".join(f"{figure:>10.0f} B" for figure in figures))


def _figures(folder: Path, columns: int, rows: int, link: str, whole: str) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="noc-bench-") as home:
        env = {"XDG_STATE_HOME": home, "HOME": home, "BENCH_WHOLE": whole}
        command = [sys.executable, "-c", SCRIPT, "--config", str(folder / "config.yaml")]
        terminal = Terminal([*command, "--screen", "network", "--link", link], columns, rows, env)
        try:
            terminal.wait_for(b"HWTC", 60)
            time.sleep(8)
            keys = [_bytes_of(terminal, [key]) for key in (DOWN, PAGE)]
            dialog = _bytes_of(terminal, [b"?", b"\x1b"])
            terminal.wait_quiet()
            mark = terminal.mark()
            time.sleep(IDLE_S)
            return [*keys, dialog, len(terminal.written(mark)) / IDLE_S]
        finally:
            terminal.close()


def _bytes_of(terminal: Terminal, keys: list[bytes]) -> float:
    sizes = []
    for _ in range(7):
        terminal.wait_quiet()
        mark = terminal.mark()
        for key in keys:
            terminal.send(key)
            time.sleep(0.3)
        sizes.append(len(terminal.written(mark)))
    return statistics.median(sizes)
