"""The console in a real terminal: however it ends, nothing of it is left."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from services import PATIENCE_S

from tests.bench.network import network
from tests.bench.terminal import Terminal

pytestmark = pytest.mark.xdist_group("console life")


@pytest.fixture(scope="module")
def config() -> Iterator[Path]:
    with network(1, 20, {"state_s": 2}) as (path, _):
        yield path


@pytest.fixture
def console(config: Path) -> Iterator[Terminal]:
    terminal = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)])
    terminal.wait_for(b" of 20", PATIENCE_S)
    assert processes(config) >= 2, "the console and its collector"
    yield terminal
    terminal.close()


def processes(config: Path) -> int:
    """Processes that were started with this config file."""
    found = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            found += str(config).encode() in (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
    return found


def beat(terminal: Terminal) -> int:
    """The heartbeat that its header counts."""
    found = re.search(r"beat (\d+)", "\n".join(terminal.screen()))
    return int(found[1]) if found else 0


def wait_none(config: Path) -> None:
    ends_at = time.monotonic() + PATIENCE_S
    while processes(config) and time.monotonic() < ends_at:
        time.sleep(0.05)
    assert processes(config) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL, signal.SIGINT])
def test_a_signal_ends_console_and_collector(console: Terminal, config: Path, number: signal.Signals) -> None:
    os.kill(console.pid, number)
    assert console.wait_end(PATIENCE_S)
    wait_none(config)


def test_a_closed_terminal_ends_console_and_collector(console: Terminal, config: Path) -> None:
    console.hang_up()
    assert console.wait_end(PATIENCE_S)
    wait_none(config)


def test_leaving_by_key_ends_console_and_collector_and_restores_the_terminal(console: Terminal, config: Path) -> None:
    mark = console.mark()
    console.send(b"\x11")
    assert console.wait_end(PATIENCE_S)
    assert b"\x1b[?1049l" in console.written(mark)
    wait_none(config)


def test_a_second_console_shows_the_same_and_outlives_the_first(console: Terminal, config: Path) -> None:
    second = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)])
    try:
        second.wait_for(b" of 20", PATIENCE_S)
        console.close()
        # The standby collector takes over: what it polls is told by the heartbeat, which moves only with data.
        before = beat(second)
        ends_at = time.monotonic() + PATIENCE_S
        while beat(second) <= before:
            assert time.monotonic() < ends_at, "\n".join(second.screen())
            time.sleep(0.05)
    finally:
        second.close()
    wait_none(config)


def test_the_wallboard_ends_cleanly_too(config: Path) -> None:
    wall = Terminal([sys.executable, "-m", "noc_console", "--config", str(config), "wallboard"])
    try:
        wall.wait_for(b"OLTs", PATIENCE_S)
        wall.hang_up()
        assert wall.wait_end(PATIENCE_S)
    finally:
        wall.close()
    wait_none(config)


def test_the_drills_of_the_docs_by_their_keys(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole program, key by key; what each screen holds is tested elsewhere."""
    monkeypatch.chdir(tmp_path)
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}  # no filter of an earlier console
    terminal = Terminal([sys.executable, "-m", "noc_console", "--config", str(config)], env=env)

    def keys(text: str, shown: str) -> None:
        terminal.send(text.encode())
        terminal.wait_for(shown.encode(), PATIENCE_S)

    try:
        terminal.wait_for(b" of 20", PATIENCE_S)
        (serial,) = re.findall(r"\b[A-Z]{4}[0-9A-F]{8}\b", "\n".join(terminal.screen()))[:1]
        terminal.wait_for(b"collector <", PATIENCE_S)  # the rows may be older than it: the first console's
        keys(":write on\r", " RW ")
        keys(f":ont {serial.lower()}\r", serial)
        keys("R", f"Reboot: {serial}")
        keys("\x1b", "cancelled, nothing was sent")
        keys(":ports\r", "PON ports")
        keys("4/rx:<-5\r", "/rx:<-5")
        keys("E", "written to")
        assert len([*tmp_path.glob("noc-onts-*.csv")]) == 1
        keys("/\x15\r", "1 of 20")
        keys("     ", "5 marked")
        keys("R", "type how many")
        keys("\x1b", "cancelled, nothing was sent")
        keys("3]}", "7d")
        keys("6/from:00:00\r", "/from:00:00")
    finally:
        terminal.close()
