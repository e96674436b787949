"""A share hears its own user and root, whole requests, in time; whatever else connects is told why not."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from noc_console.sharing import callers, keeper, wire
from noc_console.sharing.callers import Callers
from noc_console.sharing.children import Children
from noc_console.sharing.wire import Peer, Request

REQUEST = Request(environment={"TERM": "xterm"})


class _World:
    def __init__(self, file: Path, most: int) -> None:
        self.file = file
        self.listener = keeper.listen(file)
        self.callers = Callers(self.listener, Children(lambda _: None), most)
        self.wanted = asyncio.Event()
        self.clients: list[socket.socket] = []

    def call(self) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.connect(str(self.file))
        client.setblocking(False)
        self.clients.append(client)
        return client

    async def answer(self, client: socket.socket) -> str:
        """Why it was refused."""
        async with asyncio.timeout(5):
            while True:
                with suppress(BlockingIOError):
                    message, _ = wire.receive(client)
                    assert message is not None
                    return str(message["refused"])
                await asyncio.sleep(0.001)


@asynccontextmanager
async def _listening(tmp_path: Path, most: int = 2) -> AsyncIterator[_World]:
    world = _World(tmp_path / "s", most)
    world.callers.hear(asyncio.get_running_loop(), world.wanted.set)
    try:
        yield world
    finally:
        world.callers.deafen(asyncio.get_running_loop())
        for connection, _, terminal in world.callers.waiting:
            connection.close()
            os.close(terminal)
        for one in (world.listener, *world.clients):
            one.close()


@pytest.mark.parametrize(
    "data", [b"", b"GET / HTTP/1.1\r\n\r\n", b"{}", b'{"signal": 9}'], ids=["nothing", "a", "b", "c"]
)
async def test_garbage_is_refused_and_the_next_is_heard(data: bytes, tmp_path: Path) -> None:
    async with _listening(tmp_path) as world:
        bad, good = world.call(), world.call()
        if data:
            bad.send(data)
            assert await world.answer(bad)
        else:
            bad.close()
        master, slave = os.openpty()
        wire.send_request(good, REQUEST, slave)
        await asyncio.wait_for(world.wanted.wait(), 5)
        (_, wanted, _), *more = world.callers.waiting
        assert (
            wanted.request == REQUEST
            and wanted.peer
            == (
                os.getpid(),
                os.getuid(),
            )
            and not more
        )
        os.close(master)
        os.close(slave)


async def test_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "peer_of", lambda _: Peer(1, os.getuid() + 1))
    async with _listening(tmp_path) as world:
        assert "another user" in await world.answer(world.call())


async def test_who_says_nothing_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "REQUEST_S", 0.0)
    async with _listening(tmp_path) as world:
        assert "nothing was asked" in await world.answer(world.call())


async def test_a_file_is_no_terminal(tmp_path: Path) -> None:
    async with _listening(tmp_path) as world:
        client = world.call()
        with (tmp_path / "file").open("w") as file:
            wire.send_request(client, REQUEST, file.fileno())
            assert "needs a terminal" in await world.answer(client)


async def test_no_more_sessions_than_the_config_allows(tmp_path: Path) -> None:
    async with _listening(tmp_path, most=1) as world:
        master, slave = os.openpty()
        for number in range(2):
            client = world.call()
            wire.send_request(client, REQUEST, slave)
            if number:
                assert "1 sessions" in await world.answer(client)
        os.close(master)
        os.close(slave)


def test_a_dead_socket_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "s"
    keeper.listen(file).close()
    with keeper.listen(file), pytest.raises(FileExistsError, match="another share"):
        keeper.listen(file)
    assert file.stat().st_mode & 0o777 == 0o600
