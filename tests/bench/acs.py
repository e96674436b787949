"""The ACS side: a fleet of 100,000 routers polled as they inform, and one router's large document.

The ACS is a stand-in in a process of its own on a real socket, which answers from prepared text: only our side counts.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from noc_console.collector.cpe import CpeWorker
from noc_console.collector.life import collect_garbage_seldom
from noc_console.config.model import GenieAcs
from noc_console.domain.history import Sample
from noc_console.sources.genieacs import section_reads
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.config_tree import read_configuration
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from tests.bench.heartbeat import Heartbeat

ROUTERS, INFORMING, POLL_S, ROUNDS = 100_000, 20_000, 60, 3
LARGE = "000000-Large-1"
LARGE_BYTES = 1_200_000
_IGD = "InternetGatewayDevice"


def run() -> None:
    """Print CPU, share of a core and loop holds."""
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.acs"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        port = int(server.stdout.readline())
        collect_garbage_seldom()
        asyncio.run(_fleet(port))
        asyncio.run(_document(port))
    finally:
        server.terminate()
        server.wait(10)


async def _fleet(port: int) -> None:
    async with _store() as store, NbiClient(_config(port)) as acs:
        worker = CpeWorker(acs, store, POLL_S, _drop)
        print(f"-- {ROUTERS:,} routers; a poll every {POLL_S} s finds {INFORMING:,} that informed")
        for name in ("first poll (all)", *["poll (informed)"] * ROUNDS):
            cpu, wall = time.process_time(), time.perf_counter()
            async with Heartbeat() as heart:
                count = await worker.poll(acs)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            print(
                f"{name:18} {count:7,} routers  wall {wall:5.1f} s  CPU {cpu:5.2f} s = {cpu / POLL_S:4.0%} of a core, "
                f"{cpu / count * 1e6:.0f} µs each; longest loop hold {heart.longest_ms:.0f} ms"
            )


async def _document(port: int) -> None:
    async with _store() as store, NbiClient(_config(port)) as acs:
        print(f"-- one document of {LARGE_BYTES / 1e6:.1f} MB")
        for _ in range(ROUNDS):
            async with Heartbeat() as heart:
                begun = time.perf_counter()
                shown = await section_reads.view(acs, LARGE)
                viewed_s = time.perf_counter() - begun
            print(f"{len(shown)} sections: {viewed_s * 1000:.0f} ms, longest loop hold {heart.longest_ms:.1f} ms")
            async with Heartbeat() as heart:
                begun = time.perf_counter()
                document = await read_configuration(acs, LARGE)
                await store.put_document(document)
                stored_s = time.perf_counter() - begun
                assert await store.document(LARGE) == document
            print(
                f"{len(document.leaves)} leaves fetched, masked, stored: {stored_s * 1000:.0f} ms, "
                f"longest loop hold {heart.longest_ms:.1f} ms"
            )


@asynccontextmanager
async def _store() -> AsyncIterator[CpeStore]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        await database.migrate()
        try:
            yield CpeStore(database)
        finally:
            await database.close()


def _config(port: int) -> GenieAcs:
    return GenieAcs.model_validate({"url": f"http://127.0.0.1:{port}", "timeout_s": 60})


async def _drop(_: Sequence[Sample]) -> None:
    """Samples are not part of this measurement."""


# The stand-in


def _leaf(value: object) -> dict[str, Any]:
    return {"_object": False, "_writable": False, "_value": value, "_type": "xsd:string", "_timestamp": "@AT@"}


def _router() -> str:
    """What a projected document of a TR-098 router looks like, with places for its number and time.

    With two connections, for the Internet and for its management, as most operators have them.
    """
    up = {"Name": "1_INTERNET_R_VID_100", "ConnectionStatus": "Connected", "ExternalIPAddress": "100.64.1.2"}
    down = {"Name": "2_TR069_R_VID_200", "ConnectionStatus": "Connected", "ExternalIPAddress": "10.1.2.3"}
    ppp = {name: _leaf(value) for name, value in (up | {"Username": "user@N@@isp"}).items()}
    ip = {name: _leaf(value) for name, value in down.items()}
    connections = {"1": {"WANPPPConnection": {"1": ppp}}, "2": {"WANIPConnection": {"1": ip}}}
    info = {"ModelName": "EG8145V5", "SoftwareVersion": "V5R020C00S280", "UpTime": 266616}
    return json.dumps(
        {
            "_id": "@ID@",
            "_deviceId": {"_Manufacturer": "Huawei", "_OUI": "00259E", "_ProductClass": "EG8145V5",
                          "_SerialNumber": "48575443@HEX@"},
            "_lastInform": "@AT@",
            "_lastBoot": "2026-11-21T20:43:41.690Z",
            _IGD: {
                "DeviceInfo": {name: _leaf(value) for name, value in info.items()},
                "ManagementServer": {"PeriodicInformInterval": _leaf(300)},
                "WANDevice": {"1": {"WANConnectionDevice": connections,
                                    "X_GponInterafceConfig": {"RXPower": _leaf(-21)}}},
            },
        }
    )  # fmt: skip


def large_document(size: int = LARGE_BYTES) -> dict[str, Any]:
    """A TR-098 document of about ``size`` bytes: what real ones hold, repeated."""
    made: dict[str, Any] = json.loads(_router().replace("@ID@", LARGE).replace("@AT@", "2026-11-21T20:47:16.000Z"))
    lan: dict[str, Any] = {"WLANConfiguration": {}, "Hosts": {"Host": {}}}
    made[_IGD]["LANDevice"] = {"1": lan}
    row = {name: _leaf("value") for name in ("SSID", "BSSID", "Standard", "BeaconType", "KeyPassphrase", "Channel")}
    stats = {f"Counter{number}": _leaf(number) for number in range(40)}
    number, length = 0, 0
    while length < size:
        number += 1
        # Networks are few on any router; what makes documents long is statistics and feature lists below them.
        network = {**row, "Stats": stats} if number <= 16 else stats
        place = lan["WLANConfiguration"] if number <= 16 else made[_IGD].setdefault("X_HW_FeatureList", {})
        place[str(number)] = {"_object": True, "_timestamp": "2026-11-21T20:47:16.000Z", **network}
        length += len(json.dumps(network))
    return made


async def serve() -> None:
    """Answer until killed; prints the port first."""
    template, large = _router(), json.dumps([large_document()]).encode()

    def page(query: dict[str, Any], limit: int) -> bytes:
        branches = query.get("$and", [query])
        after = next((int(b["_id"]["$gt"].rpartition("-")[2]) for b in branches if isinstance(b.get("_id"), dict)), -1)
        total = INFORMING if any("_lastInform" in branch for branch in branches) else ROUTERS
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        numbers = range(after + 1, min(total, after + 1 + limit))
        fresh = template.replace("@AT@", at)
        rows = (
            fresh.replace("@ID@", f"00259E-EG8145V5-{n:06d}").replace("@N@", str(n)).replace("@HEX@", f"{n:08X}")
            for n in numbers
        )
        return f"[\n{','.join(rows)}\n]".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            asked = parse_qs(urlsplit(head.split(b" ")[1].decode()).query)
            query = json.loads(asked["query"][0])
            body = large if query == {"_id": LARGE} else page(query, int(asked["limit"][0]))
            writer.write(
                b"HTTP/1.1 200 OK\r\nGenieACS-Version: 1.2.16\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )
            await writer.drain()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
