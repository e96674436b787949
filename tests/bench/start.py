"""Start: from process start to first text, beside a bare Textual app in the same run."""

from __future__ import annotations

import statistics
import sys

from tests.bench.network import network
from tests.bench.terminal import Terminal

ROUNDS = 7
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("READY")
Bare().run()
"""


def run() -> None:
    """Print medians and the ratio."""
    bare: list[float] = []
    first: list[float] = []
    data: list[float] = []
    with network(4, 600) as (config, _):
        # A first start makes the database, so that the measured ones have something to show.
        warm = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)])
        warm.wait_for(b" of 600", 60)
        warm.close()
        for _ in range(ROUNDS):
            terminal = Terminal([sys.executable, "-c", BARE])
            bare.append(terminal.wait_for(b"READY"))
            terminal.close()
            terminal = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)])
            first.append(terminal.wait_for(b"NOC"))
            data.append(terminal.wait_for(b"olt-"))
            terminal.close()
    ratio = statistics.median(a / b for a, b in zip(first, bare, strict=True))
    for name, values in (
        ("bare Textual app, first text", bare),
        ("console, first text", first),
        ("console, ONTs", data),
    ):
        spread = f"min {min(values):.2f}  max {max(values):.2f}"
        print(f"{name:32} median {statistics.median(values):.2f} s  ({spread}, {ROUNDS} runs)")
    print(f"{'console / bare, first text':32} median {ratio:.2f}x")
