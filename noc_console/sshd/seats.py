"""Where a session runs: forked by the share of the config where there is one, else a process of our own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from noc_console.sharing import address, wire
from noc_console.sharing.wire import BadMessage, Request

SHARE_ANSWERS_S = 5.0


class Seat(Protocol):
    """A session that runs."""

    def signal(self, number: int) -> None:
        """Pass a signal on."""

    async def ended(self) -> int:
        """Wait for its end; the exit code."""

    def kill(self) -> None:
        """End it now."""


class ChildSeat:
    """A child process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    def signal(self, number: int) -> None:
        """To all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    async def ended(self) -> int:
        """As a shell tells it."""
        code = await self.process.wait()
        return code if code >= 0 else 128 - code

    def kill(self) -> None:
        """At once."""
        self.signal(signal.SIGKILL)


class ShareSeat:
    """A session of the share; closing the connection ends it."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.setblocking(False)

    def signal(self, number: int) -> None:
        """By the share, whose child it is."""
        with suppress(OSError):
            wire.send(self._connection, {"signal": number})

    async def ended(self) -> int:
        """As the share tells it; 1 when the share is gone."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                readable = loop.create_future()
                loop.add_reader(self._connection, _wake, readable)
                try:
                    await readable
                finally:
                    loop.remove_reader(self._connection)
                message, _ = wire.receive(self._connection)
                if message is None or isinstance(message.get("exit"), int):
                    return int(message["exit"]) if message else 1
                if "stopped" in message:
                    self.signal(signal.SIGCONT)  # no shell waits here
        except (OSError, BadMessage):
            return 1
        finally:
            self._connection.close()

    def kill(self) -> None:
        """The share hangs up on it."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)


def _wake(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)


def join_share(config: Path, terminal: int, request: Request) -> ShareSeat | None:
    """A seat at a share of this config; None where none takes us. Blocks for ``SHARE_ANSWERS_S`` at most."""
    for file in address.found(config):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(SHARE_ANSWERS_S)
        try:
            connection.connect(str(file))
            if wire.peer_of(connection).uid == os.getuid():
                wire.send_request(connection, request, terminal)
                answer, _ = wire.receive(connection)
                if answer is not None and "started" in answer:
                    return ShareSeat(connection)
        except (OSError, BadMessage):
            pass
        connection.close()
    return None


async def start_child(
    program: Sequence[str],
    arguments: Sequence[str],
    identity: Callable[[], str],
    environment: Mapping[str, str],
    terminal: int | None,
) -> ChildSeat:
    """A process of our own.

    Args:
        program: With the options that the door gives it.
        arguments: After them: a command, or none for the console.
        identity: Seals who it is for.
        environment: What the client said of its terminal.
        terminal: Its terminal; None gives it pipes to write to.

    Raises:
        OSError: It could not be started.
    """
    theirs, ours = os.pipe()
    try:
        os.write(ours, identity().encode())
    finally:
        os.close(ours)
    own = {name: value for name, value in os.environ.items() if name not in wire.VARIABLES}
    quiet, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    into, out = (quiet, pipe) if terminal is None else (terminal, terminal)
    environment = {**own, **environment}
    try:
        process = await asyncio.create_subprocess_exec(
            *program, "--identity-fd", str(theirs), *arguments, stdin=into, stdout=out, stderr=out,
            pass_fds=(theirs,), start_new_session=True, env=environment,
        )  # fmt: skip
    finally:
        os.close(theirs)
    return ChildSeat(process)
