"""The keeper of a share: follows the feed, forks a session for each who asks, sees them end.

One thread alone runs when it forks, and no event loop: an asyncio loop of its own follows the feed and hears the
socket until a session is wanted, ends, and another one goes on after the fork.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Protocol

from noc_console.sharing import address
from noc_console.sharing.callers import Callers
from noc_console.sharing.children import Children
from noc_console.sharing.session import Run, become

ALONE_S = 2.0
"""How long threads of the database driver may take to end before a fork."""
_HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Followed(Protocol):
    """What is kept up to date between two forks."""

    async def follow(self) -> None:
        """Go on for ever."""

    async def settle(self) -> None:
        """Come to a point where ``follow`` may be cancelled; nothing is awaited in between."""

    async def rest(self) -> None:
        """It was cancelled: close what a session must not inherit."""


class Keeper:
    """Runs in the main thread of its own process.

    Args:
        followed: The picture.
        run: What a forked session does.
        listener: The bound socket.
        most: Sessions at the same time.
        say: Told one line for each thing worth a log.
    """

    def __init__(
        self, followed: Followed, run: Run, listener: socket.socket, most: int, say: Callable[[str], None]
    ) -> None:
        self._followed = followed
        self._run = run
        self._listener = listener
        self._say = say
        self._children = Children(say)
        self._callers = Callers(listener, self._children, most)
        self._ending = False

    def keep(self) -> int:
        """Go on until a signal says to end; returns the exit code."""
        woken, wake = socket.socketpair()
        for end in (woken, wake):
            end.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in _HEARD:
            signal.signal(number, self._end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while not self._ending:
                _run_loop(self._until_wanted(woken))
                while not self._ending and self._callers.waiting:
                    self._fork()
        finally:
            signal.set_wakeup_fd(-1)
            self._listener.close()
            self._children.end_all()
        return 0

    def _end(self, *_: object) -> None:
        self._ending = True

    async def _until_wanted(self, woken: socket.socket) -> None:
        """Follow the feed until a session is wanted or the end has come."""
        loop, turn = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(BlockingIOError):
                woken.recv(4096)
            self._children.reap()
            if self._ending:
                turn.set()

        loop.add_reader(woken, wake)
        self._callers.hear(loop, turn.set)
        following = asyncio.ensure_future(self._followed.follow())
        try:
            wake()
            while not turn.is_set():
                wait = asyncio.ensure_future(turn.wait())
                await asyncio.wait({wait, following}, return_when=asyncio.FIRST_COMPLETED)
                wait.cancel()
                if following.done():
                    following.result()  # an error of our own: end, and let whoever started us start us anew
        finally:
            loop.remove_reader(woken)
            self._callers.deafen(loop)
            await self._followed.settle()
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            await self._followed.rest()

    def _fork(self) -> None:
        connection, wanted, terminal = self._callers.waiting.pop(0)
        try:
            if not _alone():
                self._callers.refuse(connection, "it is busy with its database")
                return
            # What was made until now never ends in a session: its collector need not look, and dirty, there.
            gc.collect()
            gc.freeze()
            pid = _fork_deaf(lambda: become(wanted, terminal, self._run))
            self._children.add(pid, connection)
            self._say(f"session {pid} started for uid {wanted.peer.uid}, {len(self._children)} in all")
        except OSError as error:
            self._callers.refuse(connection, f"it cannot fork: {error.strerror}")
        finally:
            os.close(terminal)


def _fork_deaf(become_session: Callable[[], NoReturn]) -> int:
    """Fork; what is sent to the child before it has signal handlers of its own waits for them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    try:
        pid = os.fork()
        if pid == 0:
            become_session()
        return pid
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_loop(work: Coroutine[Any, Any, None]) -> None:
    """As ``asyncio.run``, but never waits for a thread that asks a name server."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()
        asyncio.set_event_loop(None)


def _alone() -> bool:
    """Whether this thread is the only one, as soon as it is."""
    ends_at = time.monotonic() + ALONE_S
    while len(os.listdir("/proc/self/task")) > 1:
        if time.monotonic() > ends_at:
            return False
        time.sleep(0.002)
    return True


def listen(path: Path) -> socket.socket:
    """Bind the socket of a share; whoever finds it there and dead may replace it.

    Raises:
        FileExistsError: Another share lives there.
        OSError: The folder does not take it.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        if path.exists():
            if address.answers(path):
                raise FileExistsError(f"another share of this config listens at {path}")
            path.unlink()
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(64)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
