"""An operator at a terminal, who came in through the product's own SSH server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncssh
import pyte

COLUMNS, ROWS = 100, 30
ANSWER_S = 60.0
LOOKS_S = 0.02


class Visitor(asyncssh.SSHClientSession[bytes]):
    """One session: what it shows, and when that came."""

    def __init__(self) -> None:
        self._channel: Any = None
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks: list[tuple[float, bytes]] = []
        self.told = ""
        """What the server said beside the terminal."""
        self.left = asyncio.Event()

    @classmethod
    async def enter(cls, port: int, key: asyncssh.SSHKey, **options: Any) -> tuple[asyncssh.SSHClientConnection, Any]:
        """Connect and ask for a terminal; gives the connection and the visitor."""
        connection = await asyncssh.connect(
            "127.0.0.1", port, username="noc", client_keys=[key], known_hosts=None, config=None, agent_path=None
        )
        terminal = {"term_type": "xterm-256color", "term_size": (COLUMNS, ROWS), "encoding": None}
        _, visitor = await connection.create_session(cls, **terminal, **options)
        return connection, visitor

    def connection_made(self, chan: Any) -> None:
        """The channel is open."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """What it shows; the console's question is answered as a modern terminal would."""
        if datatype:
            self.told += data.decode()
            return
        self._chunks.append((time.perf_counter(), data))
        if b"\x1b[?2026$p" in data:
            self._channel.write(b"\x1b[?2026;2$y")

    def connection_lost(self, exc: Exception | None) -> None:
        """The session is over."""
        self.left.set()

    def press(self, keys: bytes) -> float:
        """Type; returns when."""
        self._channel.write(keys)
        return time.perf_counter()

    def screen(self) -> list[str]:
        """The lines that it shows now."""
        self._draw(lambda _: False)
        return list(self._screen.display)

    async def shows(self, wanted: Callable[[list[str]], bool], what: str) -> float:
        """When what is wanted came, by ``time.perf_counter``.

        Raises:
            AssertionError: It did not, or the session ended.
        """
        ends_at = time.perf_counter() + ANSWER_S
        while time.perf_counter() < ends_at and not self.left.is_set():
            if (at := self._draw(wanted)) is not None:
                return at
            await asyncio.sleep(LOOKS_S)
        state = f"the session ended {self.told}" if self.left.is_set() else f"not within {ANSWER_S:.0f} s"
        raise AssertionError(f"{what}: {state}:\n" + "\n".join(self.screen()))

    def _draw(self, wanted: Callable[[list[str]], bool]) -> float | None:
        """Draw what came, until the screen is as wanted."""
        while self._chunks:
            at, data = self._chunks.pop(0)
            self._stream.feed(data)
            if wanted(self._screen.display):
                return at
        return None
