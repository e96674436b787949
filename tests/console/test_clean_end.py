"""However the terminal goes away, the process goes too, and the terminal is left as it was found."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from services import PATIENCE_S

from noc_console.console.lifecycle import HARD_EXIT_S

ROOT = Path(__file__).resolve().parents[2]
LEAVE_SCREEN = b"\x1b[?1049l"
WHY_NOT = "import sys; from noc_console.console.run import why_not_here; print(why_not_here(), file=sys.stderr)"


class Terminal:
    """A pty with the console in it; a thread reads what it paints.

    Args:
        note: File in which the console notes how it ended.
        env: More environment variables.
        own_session: Whether the pty is the console's controlling terminal.
        orderly: Whether the console gets all the time that it needs on a busy machine to end in order; False keeps its
            own limits, after which it ends the hard way.
    """

    def __init__(self, note: Path, env: dict[str, str], own_session: bool = True, orderly: bool = True) -> None:
        self.note = note
        self.output = bytearray()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(slave)
        self.slave = slave
        controlling = "import fcntl,termios,runpy,sys; fcntl.ioctl(0, termios.TIOCSCTTY, 0); " if own_session else ""
        code = f"{controlling}import runpy, sys; sys.argv = ['x', {str(note)!r}]; "
        code += "runpy.run_module('tests.console.run_fake', run_name='__main__')"
        limits = {"TEST_ORDERLY_END_S": str(PATIENCE_S / 2)} if orderly else {}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **limits, **env},
        )  # fmt: skip
        self._reading = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while self._reading:
            try:
                if select.select([self.master], [], [], 0.1)[0]:
                    self.output += os.read(self.master, 65536)
            except (OSError, ValueError):
                return

    def shows(self, text: bytes) -> None:
        """Wait for a text in the output."""
        end = time.monotonic() + PATIENCE_S
        while text not in self.output:
            assert time.monotonic() < end, bytes(self.output[-2000:])
            assert self.process.poll() is None, bytes(self.output[-2000:])
            threading.Event().wait(0.02)

    def stop_reading(self) -> None:
        """The terminal stands still."""
        self._reading = False
        self._reader.join()

    def close(self) -> None:
        """The terminal window is closed."""
        self.stop_reading()
        os.close(self.master)
        os.close(self.slave)
        self.master = -1

    def code(self) -> int:
        """Exit code; fails when the process lives on."""
        return self.process.wait(PATIENCE_S)

    def end(self) -> None:
        """Whatever happened, leave nothing behind."""
        self._reading = False
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            self._reader.join()
            os.close(self.master)
            os.close(self.slave)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    started = Terminal(tmp_path / "note", {"HOME": str(tmp_path)})
    yield started
    started.end()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_it_and_restores_the_terminal(terminal: Terminal, number: signal.Signals, code: int) -> None:
    terminal.shows(b"HWTC")
    terminal.process.send_signal(number)
    assert terminal.code() == code
    assert termios.tcgetattr(terminal.slave) == terminal.before
    assert LEAVE_SCREEN in terminal.output
    assert terminal.note.read_text() == "closed"


@pytest.mark.parametrize(
    ("clean_up_s", "orderly", "note"), [(HARD_EXIT_S + 0.1, True, "cleaned up"), (10 * PATIENCE_S, False, "closed")]
)
def test_whoever_started_it_has_time_to_clean_up_but_not_for_ever(
    tmp_path: Path, clean_up_s: float, orderly: bool, note: str
) -> None:
    terminal = Terminal(tmp_path / "note", {"HOME": str(tmp_path), "TEST_CLEAN_UP_S": str(clean_up_s)}, orderly=orderly)
    try:
        terminal.shows(b"HWTC")
        os.write(terminal.master, b"\x11")
        assert terminal.code() == 0
        assert terminal.note.read_text() == note
    finally:
        terminal.end()


def test_ctrl_q_ends_it_with_zero_whatever_it_looks_like(terminal: Terminal) -> None:
    terminal.shows(b"HWTC")
    os.write(terminal.master, b":theme light\r:link low\r")
    terminal.shows(b"LOW LINK")
    os.write(terminal.master, b"\x11")
    assert terminal.code() == 0
    assert termios.tcgetattr(terminal.slave) == terminal.before
    assert LEAVE_SCREEN in terminal.output


def test_a_closed_terminal_ends_it(terminal: Terminal) -> None:
    terminal.shows(b"HWTC")
    terminal.close()
    assert terminal.code() == 129


def test_a_terminal_that_vanishes_without_a_hangup_ends_it_too(tmp_path: Path) -> None:
    """A pty that is not the controlling terminal: the kernel sends no SIGHUP, only the watchdog can tell."""
    started = Terminal(tmp_path / "note", {"HOME": str(tmp_path)}, own_session=False)
    try:
        started.shows(b"HWTC")
        started.close()
        assert started.code() == 129
    finally:
        started.end()


def test_a_terminal_that_stopped_reading_cannot_keep_it_alive(tmp_path: Path) -> None:
    """The event loop may be stuck in a write: the hard exit is a thread's."""
    terminal = Terminal(tmp_path / "note", {"HOME": str(tmp_path)}, orderly=False)
    try:
        terminal.shows(b"HWTC")
        terminal.stop_reading()
        os.write(terminal.master, b"?\x1b" * 40)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.code() == 143
    finally:
        terminal.end()


@pytest.mark.parametrize(
    ("term", "stdin", "says"),
    [("dumb", None, "TERM=dumb"), ("xterm", subprocess.DEVNULL, "needs a terminal")],
)
def test_it_refuses_where_it_cannot_be_shown(term: str, stdin: int | None, says: str) -> None:
    master, slave = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", WHY_NOT],
            stdin=slave if stdin is None else stdin, stdout=slave, stderr=slave, cwd=ROOT, check=True,
            env={**os.environ, "TERM": term}, timeout=PATIENCE_S,
        )  # fmt: skip
        assert done.returncode == 0
        assert says in os.read(master, 4096).decode()
    finally:
        os.close(master)
        os.close(slave)


def test_importing_the_console_imports_nothing_heavy() -> None:
    """First paint must not pay for the database, HTTP, SNMP, SSH or charts."""
    heavy = (
        "sqlalchemy",
        "httpx",
        "pysnmp",
        "asyncssh",
        "yaml",
        "plotext",
        "alembic",
        "pydantic",
        "psycopg",
        "aiosqlite",
    )
    code = f"import sys, noc_console.console.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_asking_for_run_console_does_not_import_textual() -> None:
    code = "import sys, noc_console.console.run; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
