"""Bytes between an SSH channel and what a session has: neither side runs ahead of the other without limit."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

CHUNK = 16_384
MOST_WAITING = 65_536
"""Bytes from the client that a session has not read; then the client must wait."""


class TerminalPipe:
    """Both ways, through the master side of a terminal.

    Args:
        master: Becomes ours.
        channel: Of asyncssh.
    """

    def __init__(self, master: int, channel: Any) -> None:
        os.set_blocking(master, False)
        self._master = master
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes] = deque()
        self._count = 0
        self._closed = False
        self.drained = asyncio.Event()
        """Set once the session's side is closed and all that it wrote was passed on."""
        self.resume()

    def write(self, data: bytes) -> None:
        """From the client."""
        if self._closed:
            return
        self._waiting.append(data)
        self._count += len(data)
        self._flush()
        if self._waiting:
            self._loop.add_writer(self._master, self._flush)
            if self._count > MOST_WAITING:
                self._channel.pause_reading()

    def resize(self, width: int, height: int) -> None:
        """The client's window has this size."""
        columns, rows = max(1, min(width, 1000)), max(1, min(height, 1000))
        if not self._closed:
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def pause(self) -> None:
        """The client does not keep up."""
        if not self._closed:
            self._loop.remove_reader(self._master)

    def resume(self) -> None:
        """It does again."""
        if not self._closed and not self.drained.is_set():
            self._loop.add_reader(self._master, self._read)

    def close(self) -> None:
        """Nothing is passed on any more."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._master)
            self._loop.remove_writer(self._master)
            os.close(self._master)
            self.drained.set()

    def _read(self) -> None:
        try:
            data = os.read(self._master, CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # the session's side is closed
        if data:
            with suppress(OSError):  # a client that is gone; its session must not wait for it on the way out
                self._channel.write(data)
        else:
            self._loop.remove_reader(self._master)
            self.drained.set()

    def _flush(self) -> None:
        try:
            while self._waiting:
                sent = os.write(self._master, self._waiting[0])
                self._count -= sent
                if sent < len(self._waiting[0]):
                    self._waiting[0] = self._waiting[0][sent:]
                    return
                self._waiting.popleft()
        except BlockingIOError:
            return
        except OSError:
            self._waiting.clear()
            self._count = 0
        self._loop.remove_writer(self._master)
        self._channel.resume_reading()


async def pass_on(stream: asyncio.StreamReader, write: Callable[[bytes], None], keeps_up: asyncio.Event) -> None:
    """What a process writes to a pipe, until its end; to nobody once the client is gone."""
    while data := await stream.read(CHUNK):
        with suppress(OSError):
            write(data)
        await keeps_up.wait()
