"""Sessions of a share: time to all rows, and memory of their own, after each thing that an operator does.

``SESSIONS_ONTS=1000`` chooses another size; ``SESSIONS_CHANGES_S=300`` how long changes are followed at the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.console import own_mb, still_network
from tests.bench.terminal import Terminal

ONTS = int(os.environ.get("SESSIONS_ONTS", "100000"))
CHANGES_S = float(os.environ.get("SESSIONS_CHANGES_S", "300"))
SETTLES_S = 3.0
PAGES = 60


def run() -> None:
    """Print a line for each figure; own memory is that of the first session, the second one only looks."""
    with still_network(ONTS) as folder:
        env = {"XDG_STATE_HOME": str(folder), "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        command = [sys.executable, "-m", "noc_console", "--config", str(folder / "config.yaml")]
        begun = time.perf_counter()
        share = subprocess.Popen([*command, "share"], env={**os.environ, **env}, stderr=subprocess.PIPE, text=True)
        terminals: list[Terminal] = []
        try:
            assert share.stderr and share.stderr.readline()  # it listens
            _wait_loaded(command, env)
            print(f"{ONTS:,} ONTs; share has read all after, s".ljust(50), f"{time.perf_counter() - begun:10.1f}")
            sessions = [_session(share, command, env, terminals) for _ in range(2)]
            time.sleep(SETTLES_S)
            _tell("the share itself", share.pid)
            _tell("the process that relays the terminal", terminals[0].pid)
            _walk(terminals[0], sessions)
        finally:
            for terminal in terminals:
                terminal.close()
            share.terminate()
            share.wait()


def _walk(terminal: Terminal, sessions: list[int]) -> None:
    steps: list[tuple[str, Callable[[], None]]] = [
        ("at the start", lambda: None),
        (f"after {PAGES} pages", lambda: _type(terminal, [b"\x1b[6~"] * PAGES)),
        ("after a filter", lambda: _type(terminal, [b"/", b"mill", b"\r"])),
        ("after the filter is gone", lambda: _type(terminal, [b"\x1b", b"\x1b"])),
        ("after a sort", lambda: _type(terminal, [b"s"])),
        (f"after {CHANGES_S:.0f} s of 5,000 changes in 30 s", lambda: time.sleep(CHANGES_S)),
    ]
    for name, step in steps:
        step()
        time.sleep(SETTLES_S)
        _tell(f"own memory {name}", *sessions)


def _tell(name: str, *pids: int) -> None:
    print(f"{name}, MB".ljust(50), *(f"{own_mb(pid):10.1f}" for pid in pids), flush=True)


def _type(terminal: Terminal, keys: list[bytes]) -> None:
    for key in keys:
        terminal.send(key)
        time.sleep(0.1)


def _wait_loaded(command: list[str], env: dict[str, str]) -> None:
    """A session shows everything as soon as the share has it."""
    terminal = Terminal([*command, "--screen", "network"], env=env)
    try:
        terminal.wait_for(f" of {ONTS}".encode(), 120)
        time.sleep(SETTLES_S * max(1.0, ONTS / 50_000))  # until the search texts are made as well
    finally:
        terminal.close()


def _session(share: subprocess.Popen[str], command: list[str], env: dict[str, str], terminals: list[Terminal]) -> int:
    before = _children(share.pid)
    terminal = Terminal([*command, "--screen", "network"], env=env)
    terminals.append(terminal)
    first = terminal.wait_for(b"NOC", 60)
    rows = terminal.wait_for(f" of {ONTS}".encode(), 60)
    print("a session: first text, all rows, s".ljust(50), f"{first:10.2f} {rows:10.2f}")
    return (_children(share.pid) - before).pop()


def _children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
