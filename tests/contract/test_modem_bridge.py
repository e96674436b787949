"""The modem bridge: the contract over real sockets, and what its answers do to a router's sections."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from noc_console.config.operations import ModemBridge
from noc_console.demo.acs import HUAWEI_EG8145V5, TPLINK_XX230V, SimulatedCpe
from noc_console.demo.acs.http import Request, Response, serve_connection
from noc_console.demo.bridge import SimulatedBridge
from noc_console.domain.cpe import Field, Group, Section
from noc_console.domain.errors import SourceAuthError, SourceError, SourceProtocolError, SourceTimeout
from noc_console.domain.identity import OntSerial
from noc_console.sources.modem_bridge import BridgeClient, merge

SERIAL = "TPLGB4FB2AC8"


@asynccontextmanager
async def bridge_at(port: int, timeout_s: float = 5) -> AsyncIterator[BridgeClient]:
    client = BridgeClient(ModemBridge(url=f"http://127.0.0.1:{port}", models=("XX230v",), timeout_s=timeout_s))
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def serving(answer: Callable[[Request], Awaitable[Response]]) -> AsyncIterator[int]:
    server = await asyncio.start_server(lambda r, w: serve_connection(r, w, answer), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_the_demo_bridge_keeps_the_contract() -> None:
    routers = {
        SERIAL: SimulatedCpe(OntSerial(SERIAL), TPLINK_XX230V),
        "HWTC00000001": SimulatedCpe(OntSerial("HWTC00000001"), HUAWEI_EG8145V5),
    }
    simulated = SimulatedBridge(routers)
    await simulated.start()
    async with bridge_at(simulated.port) as client:
        (wireless,) = await client.read(SERIAL, "XX230v", "id")
        assert wireless.name == "wireless" and wireless.observed_at
        assert [group.title for group in wireless.groups] == ["2.4 GHz", "5 GHz"]
        assert {field.source for group in wireless.groups for field in group.fields} == {"bridge"}
        assert await client.read("HWTC00000001", "EG8145V5", "id") == []
        assert client.serves("TP-Link XX230v v2") and not client.serves("EG8145V5") and not client.serves(None)
    await simulated.close()


BROKEN = [
    (Response(500, "no", (b"",)), SourceProtocolError),
    (Response(403, "no", (b"",)), SourceAuthError),
    (Response(200, "OK", (b"<html>",)), SourceProtocolError),
    (Response(200, "OK", (b'{"sections": []}',)), SourceProtocolError),
    (Response(200, "OK", (b'{"read_at": "2026-03-09T08:01:38", "sections": []}',)), SourceProtocolError),
    (Response(200, "OK", (b" " * 70_000,) * 16), SourceProtocolError),
    (Response(200, "OK", (b'{"read_at": "2026-03-09T08:01:38Z", "sections": [{"name": 5}]}',)), SourceProtocolError),
]


@pytest.mark.parametrize(
    ("response", "error"), BROKEN, ids=["500", "403", "html", "no time", "no zone", "much", "no name"]
)
async def test_what_is_not_agreed_is_an_error(response: Response, error: type[SourceError]) -> None:
    async def answer(_: Request) -> Response:
        return response

    async with serving(answer) as port, bridge_at(port) as client:
        with pytest.raises(error):
            await client.read(SERIAL, "XX230v", "id")


async def test_a_bridge_that_hangs_is_left() -> None:
    hangs = asyncio.Event()

    async def answer(_: Request) -> Response:
        await hangs.wait()
        return Response(404, "Not Found")

    async with serving(answer) as port, bridge_at(port, timeout_s=0.2) as client:
        with pytest.raises(SourceTimeout):
            await client.read(SERIAL, "XX230v", "id")
        hangs.set()


async def test_a_bridge_that_drips_is_left() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with bridge_at(server.sockets[0].getsockname()[1], timeout_s=0.2) as client, asyncio.timeout(10):
        with pytest.raises(SourceTimeout, match=r"modem_bridge\.timeout_s"):
            await client.read(SERIAL, "XX230v", "id")
    server.close()


async def test_nothing_is_read_in_the_future() -> None:
    body = b'{"read_at": "2999-01-01T00:00:00Z", "sections": [{"name": "system", "fields": []}]}'

    async def answer(_: Request) -> Response:
        return Response(200, "OK", (body,))

    async with serving(answer) as port, bridge_at(port) as client:
        (system,) = await client.read(SERIAL, "XX230v", "id")
    assert system.observed_at is not None and system.observed_at <= time.time()


async def test_text_of_a_bridge_is_data() -> None:
    body = (
        b'{"read_at": "2026-03-09T08:01:38Z", "more": 1, "sections": [{"name": "kitchen"}, {"name": "system",'
        b' "fields": [{"key": "note", "value": "\\u001b[2Jred"}]}]}'
    )

    async def answer(_: Request) -> Response:
        return Response(200, "OK", (body,))

    async with serving(answer) as port, bridge_at(port) as client:
        (system,) = await client.read(SERIAL, "XX230v", "id")
    assert "\x1b" not in str(system.get("note")) and system.fields[0].label == "note"


def group(title: str, source: str = "", **values: float | str) -> Group:
    return Group(title, tuple(Field(key, key, value, source=source) for key, value in values.items()), f"path.{title}")


def test_a_bridge_adds_and_never_replaces() -> None:
    router = [
        Section("system", "System", 5.0, (Field("model", "Model", "XX230v"),)),
        Section(
            "wireless",
            "Wireless",
            5.0,
            (),
            (group("2.4 GHz home", band="2.4 GHz", noise_dbm=-90), group("5 GHz home", band="5 GHz")),
        ),
    ]
    told = [
        Section("wireless", "Wireless", 9.0, (), (
            group("2.4 GHz", "bridge", noise_dbm=-50, utilization_percent=88), group("6 GHz", "bridge", noise_dbm=-80),
        )),
        Section("mesh", "Mesh", 9.0, (), (group("Attic", "bridge", backhaul_signal_dbm=-80),)),
    ]  # fmt: skip
    system, wireless, mesh = merge(router, told)
    assert system == router[0] and mesh == told[1]
    assert [g.title for g in wireless.groups] == ["2.4 GHz home", "5 GHz home", "6 GHz"]
    first = wireless.groups[0]
    assert (first.get("noise_dbm"), first.get("utilization_percent"), first.path) == (-90, 88, "path.2.4 GHz home")
    assert [field.source for field in first.fields] == ["", "", "bridge"]
    assert wireless.observed_at == 5.0
    old = [replace(told[0], observed_at=1.0)]
    assert merge(router, old)[1].observed_at == 1.0, "as old as the oldest of what it shows"
