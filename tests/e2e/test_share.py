"""Consoles that join a share: as if each were alone, and gone when their terminals are."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from services import PATIENCE_S

from tests.bench.network import network
from tests.bench.terminal import Terminal

pytestmark = pytest.mark.xdist_group("console life")


class Share(NamedTuple):
    """A running share."""

    process: subprocess.Popen[str]
    config: Path
    env: dict[str, str]

    def console(self, *arguments: str, **env: str) -> Terminal:
        command = [sys.executable, "-m", "noc_console", "--config", str(self.config), *arguments]
        return Terminal(command, env={**self.env, **env})

    def says(self, text: str) -> str:
        """The next line of its log with this in it."""
        assert self.process.stderr
        for line in self.process.stderr:
            if text in line:
                return line
        raise AssertionError(text)


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Share]:
    with network(1, 20, {"state_s": 2}) as (config, _):
        runtime = tmp_path_factory.mktemp("run")
        runtime.chmod(0o700)
        env = {"XDG_RUNTIME_DIR": str(runtime), "XDG_STATE_HOME": str(runtime)}
        command = [sys.executable, "-m", "noc_console", "--config", str(config), "share"]
        process = subprocess.Popen(command, env={**os.environ, **env}, stderr=subprocess.PIPE, text=True)
        share = Share(process, config, env)
        share.says("sharing")
        yield share
        process.kill()
        process.wait()


def test_session_shows_rows_follows_changes_and_ends_with_its_code(share: Share) -> None:
    console = share.console("--screen", "network")
    share.says("1 in all")
    console.wait_for(b" of 20", PATIENCE_S)
    with sqlite3.connect(share.config.parent / "noc.db") as database:
        database.execute("UPDATE ont SET description = 'Moved Mill', revision = revision + 1000000")
        database.execute("UPDATE feed SET revision = revision + 1000000 WHERE name LIKE 'olt:%'")
    console.wait_for(b"Moved Mill", PATIENCE_S)
    console.send(b"\x11")
    share.says("ended with 0")
    assert console.wait_end(PATIENCE_S)
    assert b"\x1b[?1049l" in console.written()


def test_a_closed_terminal_and_a_killed_console_end_their_sessions(share: Share) -> None:
    killed, stays, hung_up = (share.console() for _ in range(3))  # a later one has the ends of earlier terminals open
    for console in (hung_up, killed, stays):
        console.wait_for(b" of 20", PATIENCE_S)
    hung_up.hang_up()
    share.says("2 left")
    os.kill(killed.pid, signal.SIGKILL)
    share.says("1 left")
    os.kill(stays.pid, signal.SIGTERM)
    share.says("ended with 143, 0 left")
    for console in (hung_up, killed, stays):
        assert console.wait_end(PATIENCE_S)


def test_alone_refuses_the_share_and_the_end_of_the_share_ends_its_sessions(share: Share) -> None:
    console, alone = share.console(), share.console("--alone")
    share.says("1 in all")
    for terminal in (console, alone):
        terminal.wait_for(b" of 20", PATIENCE_S)
    share.process.terminate()
    begun = time.monotonic()
    assert share.process.wait(PATIENCE_S) == 0
    assert console.wait_end(PATIENCE_S) and time.monotonic() - begun < PATIENCE_S
    assert not alone.wait_end(0)
    alone.close()
