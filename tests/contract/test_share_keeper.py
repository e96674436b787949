"""The keeper of a share on a real socket with real terminals: what ends ends alone, and the keeper ends all."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from services import PATIENCE_S

from noc_console.sharing import keeper, wire
from noc_console.sharing.wire import Request

ROOT = Path(__file__).resolve().parents[2]


def read_soon(descriptor: int) -> str:
    """What comes next."""
    assert select.select([descriptor], [], [], PATIENCE_S)[0], "nothing more came"
    return os.read(descriptor, 4096).decode()


class Session:
    """One that was asked for, at our end."""

    def __init__(self, file: Path, env: dict[str, str]) -> None:
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.connection.settimeout(PATIENCE_S)
        self.connection.connect(str(file))
        self.master, terminal = os.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        wire.send_request(self.connection, Request(environment=env), terminal)
        os.close(terminal)
        self.pid = self.told()["started"]
        self.shown = ""

    def told(self) -> dict[str, Any]:
        """The next message."""
        message, _ = wire.receive(self.connection)
        assert message is not None
        return message

    def shows(self, pattern: str) -> re.Match[str]:
        """Wait until it has written this."""
        while not (found := re.search(pattern, self.shown)):
            self.shown += read_soon(self.master)
        return found

    def type(self, line: str) -> None:
        os.write(self.master, line.encode() + b"\n")

    def close(self) -> None:
        self.connection.close()
        os.close(self.master)


class Share:
    """The process, and all who asked it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "share.sock"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.light_keeper", str(self.file)],
            cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self.sessions: list[Session] = []
        self._log = ""
        ends_at = time.monotonic() + PATIENCE_S
        while not self._listens():
            assert time.monotonic() < ends_at and self.process.poll() is None
            time.sleep(0.005)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
            return probe.connect_ex(str(self.file)) == 0

    def session(self, **env: str) -> Session:
        self.sessions.append(Session(self.file, {"TERM": "xterm", **env}))
        return self.sessions[-1]

    def says(self, text: str) -> None:
        """Wait for a line of its log."""
        assert self.process.stdout
        while text not in self._log:
            self._log += read_soon(self.process.stdout.fileno())


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    share = Share(tmp_path)
    yield share
    share.process.kill()
    share.process.wait()
    for session in share.sessions:
        session.close()


def test_session_has_its_own_terminal_and_environment_and_nothing_of_the_keepers(share: Share) -> None:
    first, second = share.session(), share.session(TERM="vt100", NO_COLOR="")
    for session, env in ((first, "TERM=xterm NO_COLOR=None"), (second, "TERM=vt100 NO_COLOR= ")):
        assert session.shows(r"I am (\d+) on").group(1) == str(session.pid)
        session.shows("100x30")
        session.shows(env)
        session.shows(r"fds=4\b")  # three of a terminal, and the listing itself
        session.shows("threads 1 counted True")
    assert first.shows(r"on (\S+)").group(1) != second.shows(r"on (\S+)").group(1)


def test_each_session_ends_alone_and_its_end_is_told(share: Share) -> None:
    stays, *others = [share.session() for _ in range(4)]
    for session, what, code in zip(others, ("7", "crash", "break"), (7, 139, 1), strict=True):
        session.type(what)
        assert session.told() == {"exit": code}
    assert "RuntimeError" in others[-1].shows("broke: .*").group() and "secret" not in others[-1].shown
    gone = share.session()
    gone.connection.shutdown(socket.SHUT_RDWR)
    share.says(f"session {gone.pid} ended with 129")
    stays.type("0")
    assert stays.told() == {"exit": 0}


def test_a_session_that_is_hung_up_on_as_it_begins_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signals to it wait until it no longer has the keeper's handlers."""
    at_fork: list[set[signal.Signals]] = []
    monkeypatch.setattr(os, "fork", lambda: at_fork.append({*signal.pthread_sigmask(signal.SIG_BLOCK, ())}) or 7)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert keeper._fork_deaf(pytest.fail) == 7
    assert at_fork[0] >= {signal.SIGHUP, signal.SIGTERM, signal.SIGINT}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before


def test_a_signal_is_passed_on_and_a_stopped_session_goes_on(share: Share) -> None:
    session = share.session()
    session.type("stop")
    assert session.told() == {"stopped": signal.SIGSTOP}
    wire.send(session.connection, {"signal": signal.SIGKILL})  # not one that a console passes on
    wire.send(session.connection, {"signal": signal.SIGCONT})
    session.shows("goes on")
    wire.send(session.connection, {"signal": signal.SIGTERM})
    assert session.told() == {"exit": 143}


def test_sigterm_ends_all_within_two_seconds_and_who_does_not_listen_too(share: Share) -> None:
    listens, deaf = share.session(), share.session()
    deaf.type("deaf")
    deaf.shows("hears nothing")
    share.process.terminate()
    assert listens.told() == {"exit": 143}
    assert deaf.told() == {"exit": 137}
    assert share.process.wait(PATIENCE_S) == 0


CLIENT = """
import sys; from pathlib import Path
from noc_console.sharing import client; from noc_console.sharing.wire import Request
sys.exit(client.join([Path(sys.argv[1] + '.none'), Path(sys.argv[1])], Request(environment={'TERM': 'xterm'})))
"""


def test_a_console_relays_its_terminal_and_leaves_it_as_it_was(share: Share) -> None:
    master, slave = os.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(share.file)],
        cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    shown = ""

    def shows(text: str) -> None:
        nonlocal shown
        while text not in shown:
            shown += read_soon(master)

    try:
        shows("80x24")
        shows("threads")
        os.write(master, b"stop\r")  # nobody waits for this process group: it goes on at once
        shows("goes on")
        assert termios.tcgetattr(slave) != before
        os.write(master, b"7\r")
        assert process.wait(PATIENCE_S) == 7
        assert termios.tcgetattr(slave) == before
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)


def test_a_console_that_is_told_to_end_ends_its_session(share: Share) -> None:
    master, slave = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(share.file)],
        cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    share.says("1 in all")
    while "threads" not in read_soon(master):
        pass
    process.terminate()
    share.says("ended with 143, 0 left")
    assert process.wait(PATIENCE_S) == 143
    os.close(master)
    os.close(slave)
