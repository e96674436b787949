"""The sessions of a share: who waits for which, how each ended."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from noc_console.sharing import wire

END_S = 1.7
"""How long sessions may take to leave their terminals when the share ends."""


@dataclass(slots=True)
class _Child:
    connection: socket.socket | None


class Children:
    """Processes that were forked here.

    Args:
        say: Told one line for each end.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._children: dict[int, _Child] = {}
        self.closing: Callable[[socket.socket], object] = lambda _: None
        """Told of a connection before it is closed: a loop may hear it."""

    def __len__(self) -> int:
        return len(self._children)

    def add(self, pid: int, connection: socket.socket) -> None:
        """A session began; whoever asked for it is told."""
        self._children[pid] = _Child(connection)
        self._tell(pid, {"started": pid})

    def connections(self) -> dict[socket.socket, int]:
        """Who may still say something, and about which session."""
        return {child.connection: pid for pid, child in self._children.items() if child.connection}

    def left(self, pid: int) -> None:
        """Whoever asked for this session is gone: it has no terminal any more."""
        self._hang_up(self._children[pid])
        self.signal(pid, signal.SIGHUP)

    def signal(self, pid: int, number: int) -> None:
        """Pass a signal on; a stopped session must go on to hear it."""
        if pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
                os.kill(pid, signal.SIGCONT)

    def reap(self) -> None:
        """See which have stopped or ended, and tell those who wait."""
        for pid in list(self._children):
            try:
                found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                found, status = pid, 0
            if not found:
                continue
            if os.WIFSTOPPED(status):
                self._tell(pid, {"stopped": os.WSTOPSIG(status)})
                continue
            number = os.waitstatus_to_exitcode(status)
            code = number if number >= 0 else 128 - number
            self._tell(pid, {"exit": code})
            self._hang_up(self._children.pop(pid))
            self._say(f"session {pid} ended with {code}, {len(self)} left")

    def end_all(self) -> None:
        """End all, within two seconds."""
        for number, patience_s in ((signal.SIGTERM, END_S), (signal.SIGKILL, 0.2)):
            for pid in self._children:
                self.signal(pid, number)
            ends_at = time.monotonic() + patience_s
            while self._children and time.monotonic() < ends_at:
                time.sleep(0.01)
                self.reap()

    def _hang_up(self, child: _Child) -> None:
        if child.connection:
            self.closing(child.connection)
            child.connection.close()
            child.connection = None

    def _tell(self, pid: int, message: dict[str, int]) -> None:
        connection = self._children[pid].connection
        if connection is not None:
            # Who does not read will find the end of the connection instead.
            with suppress(OSError):
                wire.send(connection, message)
