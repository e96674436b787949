"""The console at full size: start, keys, filter and sort, bytes, memory; beside Textual's table and fastdatatable.

``CONSOLE_SIZES="1000 1000000"`` chooses other sizes.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.terminal import Terminal

SIZES = [int(size) for size in os.environ.get("CONSOLE_SIZES", "1000 20000 100000").split()]
KEYS = 60
IDLE_S = 25.0
GAP_S = 0.15
COLUMNS = "serial, port, ont_id, description, model, state, onu_rx_dbm, olt_rx_dbm, distance_m, firmware"
TABLE = """
import sqlite3, sys
from textual.app import App
rows = sqlite3.connect(sys.argv[1]).execute("SELECT {columns} FROM ont ORDER BY olt_id, port, ont_id").fetchall()
names = "{columns}".split(", ")
class Table(App):
    animation_level = "none"
    def compose(self):
        {widget}
    def on_mount(self):
        {fill}
Table().run()
"""
PLAIN = TABLE.format(
    columns=COLUMNS,
    widget="from textual.widgets import DataTable; yield DataTable(cursor_type='row')",
    fill="table = self.query_one('DataTable'); table.add_columns(*names); table.add_rows(rows); table.focus()",
)
FAST = TABLE.format(
    columns=COLUMNS,
    widget="from textual_fastdatatable import DataTable, ArrowBackend; "
    "yield DataTable(backend=ArrowBackend.from_pydict(dict(zip(names, zip(*rows)))), cursor_type='row')",
    fill="self.query_one('DataTable').focus()",
)
Figures = dict[str, float]


def run() -> None:
    """Print one table: a line for each figure, a column for each size."""
    found: list[tuple[str, Figures]] = []
    for size in SIZES:
        with still_network(size) as folder:
            found.append((f"{size:,}", _console(folder, size)))
            if size == SIZES[-1]:
                found.append(("DataTable", _table(PLAIN, folder)))
                fast = importlib.util.find_spec("textual_fastdatatable") is not None
                found.append(("fastdatatable", _table(FAST, folder) if fast else {}))
    names = list(dict.fromkeys(name for _, figures in found for name in figures))
    print("".ljust(40) + "".join(title.rjust(15) for title, _ in found))
    for name in names:
        values = (f"{figures[name]:,.1f}" if name in figures else "-" for _, figures in found)
        print(name.ljust(40) + "".join(value.rjust(15) for value in values))
    print(f"DataTable and fastdatatable show {SIZES[-1]:,} rows that never change; pip install textual-fastdatatable")


@contextlib.contextmanager
def still_network(size: int) -> Iterator[Path]:
    """A folder with the config and the database of a network that nobody polls."""
    with tempfile.TemporaryDirectory(prefix="noc-bench-") as folder:
        command = [sys.executable, "-m", "tests.bench.still_network", folder, str(size)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout and process.stdout.readline() == "READY\n"
            yield Path(folder)
        finally:
            process.terminate()
            process.wait(10)


def _console(folder: Path, size: int) -> Figures:
    env = {"XDG_STATE_HOME": str(folder), "HOME": str(folder)}
    command = [sys.executable, "-m", "noc_console", "--config", str(folder / "config.yaml"), "--screen", "network"]
    terminal = Terminal(command, env=env)
    try:
        whole = f" of {size}".encode()
        figures = {
            "first text, s": terminal.wait_for(b"NOC", 60),
            "first rows, s": terminal.wait_for(b"HWTC", 60),
            "all rows, s": terminal.wait_for(whole, 120),
        }
        time.sleep(3)
        terminal.wait_quiet()
        figures |= _keys(terminal)
        figures["filter: last key to result, ms"] = _median(_filter(terminal) for _ in range(7))
        figures["sort: key to result, ms"] = _median(_sort(terminal) for _ in range(7))
        terminal.wait_quiet()
        mark = terminal.mark()
        time.sleep(IDLE_S)
        figures["idle, B/s"] = len(terminal.written(mark)) / IDLE_S
        figures |= _low(terminal)
        figures["memory, MB"] = _memory_mb(terminal.pid, "VmRSS")
        second = Terminal(command, env=env)
        second.wait_for(whole, 120)
        figures["a second session's own memory, MB"] = own_mb(second.pid)
        second.close()
        return figures
    finally:
        terminal.close()


def _low(terminal: Terminal) -> Figures:
    """Bytes on a full and on a low link."""
    figures = {"page key, B": _bytes_of(terminal, b"\x1b[6~"), "cursor key, B": _bytes_of(terminal, b"\x1b[B")}
    terminal.send(b":link low\r")
    time.sleep(8)
    mark = terminal.mark()
    time.sleep(IDLE_S)
    figures["low link: idle, B/s"] = len(terminal.written(mark)) / IDLE_S
    figures["low link: page key, B"] = _bytes_of(terminal, b"\x1b[6~")
    return figures


def _bytes_of(terminal: Terminal, key: bytes) -> float:
    sizes = []
    for _ in range(7):
        terminal.wait_quiet()
        mark = terminal.mark()
        terminal.send(key)
        time.sleep(0.3)
        sizes.append(len(terminal.written(mark)))
    return statistics.median(sizes)


def _table(program: str, folder: Path) -> Figures:
    terminal = Terminal([sys.executable, "-c", program, str(folder / "noc.db")])
    try:
        rows = terminal.wait_for(b"HWTC", 300)
        time.sleep(2)
        terminal.wait_quiet(60)
        keys = _keys(terminal)
        return {"first rows, s": rows, "all rows, s": rows, **keys, "memory, MB": _memory_mb(terminal.pid, "VmRSS")}
    finally:
        terminal.close()


def _keys(terminal: Terminal) -> Figures:
    """Key to the first byte that is painted after it."""
    chance = random.Random(1)
    down, page = [], []
    for number in range(KEYS):
        time.sleep(chance.uniform(0.05, 0.3))
        terminal.wait_quiet()
        if number % 3:
            down.append(terminal.time_key(b"\x1b[B"))
        else:
            page.append(terminal.time_key(b"\x1b[6~"))
    return {
        "cursor key, ms, median": statistics.median(down),
        "cursor key, ms, p95": sorted(down)[int(len(down) * 0.95)],
        "page key, ms, median": statistics.median(page),
        "page key, ms, p95": sorted(page)[int(len(page) * 0.95)],
    }


def _filter(terminal: Terminal) -> float:
    """From the last letter of a filter to the last byte of what it leaves."""
    terminal.send(b"/")
    time.sleep(0.3)
    terminal.send(b"mil")
    time.sleep(1.0)
    took_ms = _settled(terminal, b"l")
    terminal.send(b"\x1b")
    time.sleep(0.5)
    terminal.wait_quiet()
    return took_ms


def _sort(terminal: Terminal) -> float:
    """From the column's letter to the last byte of the new order."""
    terminal.send(b"s")
    time.sleep(0.2)
    return _settled(terminal, b"r")


def _settled(terminal: Terminal, key: bytes) -> float:
    """From a key to the last byte before nothing more is written for a while, milliseconds."""
    terminal.wait_quiet()
    begun = time.perf_counter()
    terminal.send(key)
    while time.perf_counter() - max(begun, terminal.last_at()) < GAP_S:
        time.sleep(0.001)
    return (terminal.last_at() - begun) * 1000


def _median(values: Iterator[float]) -> float:
    return statistics.median(values)


def _memory_mb(pid: int, name: str) -> float:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def own_mb(pid: int) -> float:
    """What would come free if it ended: pages that no other process shares."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kb) for kb in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", text)) / 1024
