"""A console that joins a share: a terminal is made, asked for a session on, and its bytes passed on both ways.

It imports the standard library alone, and little of that: it is all that a session costs beside its fork.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import termios
import tty
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from noc_console.sharing import wire
from noc_console.sharing.wire import BadMessage, Request

ANSWER_S = 5.0
"""How long a share may take to start a session; then the console starts on its own."""
END_S = 2.5
"""How long a session may take to end, and our terminal to show what it wrote last."""
LAST_WORDS_MS = 200
CHUNK = 16_384
UNKNOWN_CODE = 1
"""Exit code of a session whose share went away."""


class _Ended(Exception):
    """A signal says to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def join(sockets: Sequence[Path], request: Request) -> int | None:
    """Be a session of the first share that takes us.

    Returns:
        Its exit code; None when no share took us and nothing was written.
    """
    for file in sockets:
        try:
            connection = _connect(file)
        except OSError:
            continue
        with connection:
            master, terminal = os.openpty()
            try:
                _copy_size(master)
                started = _ask(connection, request, terminal)
            finally:
                os.close(terminal)
            try:
                if started:
                    return _Relay(connection, master).run()
            finally:
                os.close(master)
    return None


def _connect(file: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(ANSWER_S)
    try:
        connection.connect(str(file))
        if wire.peer_of(connection).uid not in (os.getuid(), 0):
            raise PermissionError(f"{file} is another user's")
    except BaseException:
        connection.close()
        raise
    return connection


def _ask(connection: socket.socket, request: Request, terminal: int) -> bool:
    try:
        wire.send_request(connection, request, terminal)
        answer, _ = wire.receive(connection)
    except (OSError, BadMessage):
        return False
    return answer is not None and "started" in answer


def _copy_size(master: int) -> None:
    with suppress(OSError):
        fcntl.ioctl(master, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, bytes(8)))


class _Relay:
    """Between this terminal and the session's, until that ends."""

    def __init__(self, connection: socket.socket, master: int) -> None:
        self._connection = connection
        self._master = master
        self._saved = termios.tcgetattr(0)
        self._code: int | None = None

    def run(self) -> int:
        """Until the end; the terminal is left as it was found."""
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, _end)
        signal.signal(signal.SIGWINCH, lambda *_: _copy_size(self._master))
        ended = 0
        try:
            tty.setraw(0)
            self._pass_on()
        except _Ended as end:
            ended = end.number
            self._finish()
        except OSError:
            ended = signal.SIGHUP  # our terminal is gone
            self._finish()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSADRAIN, self._saved)
        if ended:
            return 128 + ended
        return UNKNOWN_CODE if self._code is None else self._code

    def _finish(self) -> None:
        """We were told to end: so is the session, and what it still writes is shown, for a moment."""
        try:
            signal.setitimer(signal.ITIMER_REAL, END_S)
            wire.send(self._connection, {"signal": signal.SIGTERM})
            self._pass_on()
        except (_Ended, OSError):
            return

    def _pass_on(self) -> None:
        """Bytes and messages, until the session has closed its terminal and its end was told."""
        poll = select.poll()
        sources = [0, self._master, self._connection.fileno()]
        for descriptor in sources:
            poll.register(descriptor, select.POLLIN)
        open_ = set(sources)
        while self._master in open_ or self._connection.fileno() in open_:
            found = poll.poll(None if self._code is None else LAST_WORDS_MS)
            if not found:
                return  # it ended, and something that it started still has its terminal open
            for descriptor, _ in found:
                if descriptor in open_ and not self._step(descriptor):
                    open_.discard(descriptor)
                    poll.unregister(descriptor)
                    if descriptor == 0:
                        raise _Ended(signal.SIGHUP)

    def _step(self, descriptor: int) -> bool:
        """Take what one of them has; whether more may come."""
        if descriptor == self._connection.fileno():
            return self._hear()
        try:
            data = os.read(descriptor, CHUNK)
        except OSError:
            return False  # a terminal whose other side is gone
        if data:
            _write(self._master if descriptor == 0 else 1, data)
        return bool(data)

    def _hear(self) -> bool:
        try:
            message, _ = wire.receive(self._connection)
        except (OSError, BadMessage):
            return False
        if message is None:
            return False
        if "stopped" in message:
            self._stop()
        if isinstance(message.get("exit"), int):
            self._code = message["exit"]
        return True

    def _stop(self) -> None:
        """The session was stopped: so are we, in the shell's eyes, until it says ``fg``."""
        while select.select([self._master], [], [], 0)[0] and self._step(self._master):
            pass  # it has left the screen; the shell must not write before that is seen
        termios.tcsetattr(0, termios.TCSADRAIN, self._saved)
        os.killpg(os.getpgrp(), signal.SIGTSTP)
        tty.setraw(0)
        _copy_size(self._master)
        with suppress(OSError):
            wire.send(self._connection, {"signal": signal.SIGCONT})


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _end(number: int, _: object) -> None:
    raise _Ended(number)


def may_join(env: Any = os.environ) -> bool:
    """Whether a console could run on this terminal at all."""
    return all(map(os.isatty, (0, 1, 2))) and env.get("TERM", "dumb") not in ("", "dumb")
