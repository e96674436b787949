"""The product's own SSH server, and an operator at a terminal who came in by it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pyte
import yaml

from tests.drills.crew import wait_for
from tests.e2e.services import free_port

COLUMNS, ROWS = 100, 30
ANSWER_S = 60.0
LOOKS_S = 0.02
READY_S = 60.0


def let_in(config: Path, keys: Mapping[str, asyncssh.SSHKey], admins: tuple[str, ...] = (), **door: object) -> int:
    """Write into a config file who may come in, as viewers; returns the door's port."""
    entries = [{"name": name, "key": key.export_public_key().decode().strip()} for name, key in keys.items()]
    port = free_port()
    access = {"default": "viewer", "admins": list(admins), "keys": entries}
    own = {"access": access, "door": {"port": port, **door}}
    config.write_text(yaml.safe_dump(yaml.safe_load(config.read_text()) | own))
    return port


@contextmanager
def serving(config: Path, folder: Path, *names: str) -> Iterator[dict[str, int]]:
    """Servers of the product, such as ``door``; gives the process of each. They write to files of these names."""
    folder.chmod(0o700)
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in names:
            with (folder / name).open("w") as log:
                command = [sys.executable, "-m", "noc_console", "--config", str(config), name]
                quiet = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
                started[name] = subprocess.Popen(command, env=home(folder), **quiet)  # type: ignore[call-overload]
            if name != "collect":
                wait_for(lambda: f"noc-console {name}:" in (folder / name).read_text(), f"the {name}", READY_S)  # noqa: B023
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            process.send_signal(signal.SIGTERM)
            process.wait(READY_S)


def home(folder: Path) -> dict[str, str]:
    """The environment of a program that keeps its files in this folder."""
    return {**os.environ, **{name: str(folder) for name in ("HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")}}


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
