"""Who connects to a share: only this user and root, and only with a whole request, soon."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from signal import SIGCONT, SIGHUP, SIGTERM

from noc_console.sharing import wire
from noc_console.sharing.children import Children
from noc_console.sharing.session import Wanted
from noc_console.sharing.wire import BadMessage, Peer, Request

REQUEST_S = 5.0
"""How long a caller may take to say what it wants."""
MOST_UNHEARD = 32
"""Callers that have not said yet what they want; more wait in the kernel's queue."""
_PASSED_ON = (SIGCONT, SIGHUP, SIGTERM)


class Callers:
    """Hears the socket while a loop runs; connections outlive the loop.

    Args:
        listener: Non-blocking.
        children: Whose callers may send signals.
        most: Sessions at the same time.
    """

    def __init__(self, listener: socket.socket, children: Children, most: int) -> None:
        self.waiting: list[tuple[socket.socket, Wanted, int]] = []
        """Sessions to fork: who asked, for what, on which terminal."""
        self._listener = listener
        self._children = children
        self._most = most
        self._unheard: dict[socket.socket, Peer] = {}
        self._turn: Callable[[], None] = lambda: None

    def hear(self, loop: asyncio.AbstractEventLoop, turn: Callable[[], None]) -> None:
        """Hear all on this loop; ``turn`` is called when a session is wanted."""
        self._turn, self._children.closing = turn, loop.remove_reader
        loop.add_reader(self._listener, self._accept, loop)
        for connection in self._unheard:
            self._hear_caller(loop, connection)
        for connection, pid in self._children.connections().items():
            loop.add_reader(connection, self._hear_session, loop, connection, pid)
        if self.waiting:
            turn()

    def deafen(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop ends."""
        self._children.closing = lambda _: None
        loop.remove_reader(self._listener)
        for connection in (*self._unheard, *self._children.connections()):
            loop.remove_reader(connection)

    def refuse(self, connection: socket.socket, why: str) -> None:
        """Say why not, and hang up."""
        with suppress(OSError):
            wire.send(connection, {"refused": why})
        connection.close()

    def _accept(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        peer = wire.peer_of(connection)
        if peer.uid not in (os.getuid(), 0):
            self.refuse(connection, "it belongs to another user")
        elif len(self._unheard) >= MOST_UNHEARD:
            self.refuse(connection, "too many ask at once")
        else:
            self._unheard[connection] = peer
            self._hear_caller(loop, connection)

    def _hear_caller(self, loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
        loop.add_reader(connection, self._hear_request, loop, connection)
        loop.call_later(REQUEST_S, self._too_slow, loop, connection)

    def _too_slow(self, loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
        if self._unheard.pop(connection, None):
            loop.remove_reader(connection)
            self.refuse(connection, f"nothing was asked for within {REQUEST_S:.0f} s")

    def _hear_request(self, loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
        peer = self._unheard.pop(connection)
        loop.remove_reader(connection)
        try:
            message, terminal = wire.receive(connection)
        except (BadMessage, OSError) as error:
            self.refuse(connection, f"not understood: {error}")
            return
        if message is None:
            connection.close()
            return
        why = self._why_not(message, terminal)
        if why or terminal is None:
            if terminal is not None:
                os.close(terminal)
            self.refuse(connection, why)
            return
        wanted = Wanted(Request.of(message), peer)
        self.waiting.append((connection, wanted, terminal))
        self._turn()

    def _why_not(self, message: dict[str, object], terminal: int | None) -> str:
        if terminal is None or not os.isatty(terminal):
            return "a session needs a terminal"
        if len(self._children) + len(self.waiting) >= self._most:
            return f"it has {self._most} sessions, as many as console.shared_sessions allows"
        try:
            Request.of(message)
        except BadMessage as error:
            return f"not understood: {error}"
        return ""

    def _hear_session(self, loop: asyncio.AbstractEventLoop, connection: socket.socket, pid: int) -> None:
        try:
            message, terminal = wire.receive(connection)
        except BlockingIOError:
            return
        except (BadMessage, OSError):
            message, terminal = None, None
        if terminal is not None:
            os.close(terminal)
        if message is None:
            self._children.left(pid)
        elif message.get("signal") in _PASSED_ON:
            self._children.signal(pid, int(message["signal"]))
