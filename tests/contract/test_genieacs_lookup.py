"""Finding devices and reading the fleet through the simulated NBI."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from genieacs_world import world

from noc_console.config.model import GenieAcs
from noc_console.demo.acs import ZTE_F670L, SimulatedCpe
from noc_console.domain.cpe import MASK
from noc_console.domain.identity import OntSerial
from noc_console.sources.genieacs import lookup, section_reads
from noc_console.sources.genieacs.client import NbiClient, UnknownDevice
from noc_console.sources.genieacs.config_tree import read_configuration
from noc_console.sources.genieacs.fleet import fleet


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HWTC0A1B2C01", "huawei"),
        ("hwtc0a1b2c01", "huawei"),
        ("4857-5443-0A1B2C01", "huawei"),
        ("485754430a1b2c01", "huawei"),
        ("ZTEGC0DE0001", "zte"),
        ("TPLGB4FB2AC8", "tplink"),
        ("54504C47B4FB2AC8", "tplink"),
        ("CARLA@isp", "tplink"),
        ("a*b/c@isp", "zte"),
    ],
)
async def test_every_scrap_finds_its_router(text: str, found: str) -> None:
    async with world() as w:
        hits = await lookup.by_text(w.client, text)
        assert [cpe.device_id for cpe in hits] == [getattr(w, found).device_id]


async def test_addresses_find_their_router() -> None:
    async with world() as w:
        state = w.zte.state
        mac = next(str(value) for path in w.zte.model.leaves if path.endswith("WANPPPConnection.2.MACAddress")
                   if (value := w.zte.read(path, 0.0)))  # fmt: skip
        for text in (state.wan_ip, mac, mac.lower().replace(":", "-"), mac.replace(":", "")):
            assert [cpe.device_id for cpe in await lookup.by_text(w.client, text)] == [w.zte.device_id], text


async def test_the_factory_serial_finds_too() -> None:
    async with world() as w:
        serial = w.tplink.model.acs_serial(w.tplink.serial)
        assert [cpe.serial for cpe in await lookup.by_text(w.client, serial)] == ["TPLGB4FB2AC8"]


@pytest.mark.parametrize("text", ["*", "/.*/", "*@isp", ".*", "a.b/c@isp", "", "2026-11-21T00:00:00Z", "nobody"])
async def test_text_never_becomes_a_pattern(text: str) -> None:
    async with world() as w:
        assert await lookup.by_text(w.client, text) == []


async def test_several_hits_are_all_returned() -> None:
    async with world() as w:
        twin = SimulatedCpe(OntSerial.parse("ZTEGC0DE0002"), ZTE_F670L, pppoe_user="carla@isp")
        w.acs.add(twin, refreshed=True)
        hits = await lookup.by_text(w.client, "carla@isp")
        assert {cpe.device_id for cpe in hits} == {twin.device_id, w.tplink.device_id}


async def test_the_fleet_as_rows() -> None:
    async with world() as w:
        rows = {cpe.device_id: cpe async for page in fleet(w.client) for cpe in page}
        zte, tplink, fresh = (rows[cpe.device_id] for cpe in (w.zte, w.tplink, w.huawei))
        assert (zte.serial, zte.model, zte.wan_ip) == ("ZTEGC0DE0001", "F670L", w.zte.state.wan_ip)
        assert (zte.pppoe_user, zte.rx_dbm) == ("a*b/c@isp", pytest.approx(w.zte.state.rx_dbm, abs=0.01))
        assert (tplink.serial, tplink.acs_serial) == ("TPLGB4FB2AC8", w.tplink.model.acs_serial(w.tplink.serial))
        assert tplink.wan_ip == w.tplink.state.wan_ip and tplink.pppoe_user == "carla@isp"
        assert tplink.rx_dbm == pytest.approx(w.tplink.state.rx_dbm, abs=0.02)
        assert fresh.serial == "HWTC0A1B2C01" and fresh.wan_ip == w.huawei.state.wan_ip
        assert fresh.rx_dbm is None and fresh.last_inform_at is not None and fresh.inform_interval_s is None


async def test_only_those_that_informed_since() -> None:
    async with world() as w:
        rows = [cpe async for page in fleet(w.client) for cpe in page]
        newest = max(cpe.last_inform_at or 0.0 for cpe in rows)
        assert [cpe async for page in fleet(w.client, newest) for cpe in page] == []
        w.zte.inform()
        again = [cpe async for page in fleet(w.client, newest) for cpe in page]
        assert [cpe.device_id for cpe in again] == [w.zte.device_id]


async def test_a_device_by_its_id() -> None:
    async with world() as w:
        assert [cpe.serial for cpe in await lookup.by_id(w.client, w.zte.device_id)] == ["ZTEGC0DE0001"]
        assert await lookup.by_id(w.client, "AABBCC-Nope-1") == []


async def test_the_whole_document_of_a_device() -> None:
    async with world() as w:
        document = await read_configuration(w.client, w.zte.device_id)
        assert document.device_id == w.zte.device_id and abs(document.read_at - time.time()) < 60
        leaves = {leaf.path: leaf for leaf in document.leaves}
        assert len(leaves) == len(document.leaves) > 20
        assert leaves["InternetGatewayDevice.DeviceInfo.ModelName"].value == "F670L"
        assert all(leaf.value == MASK for leaf in document.leaves if leaf.secret)
        with pytest.raises(UnknownDevice):
            await read_configuration(w.client, "AABBCC-Nope-1")


async def test_a_large_document_is_decoded_in_pieces() -> None:
    row = {f"Leaf{number}": {"_value": f"v{number}", "_writable": True} for number in range(50)}
    large = {"_id": "x", "Device": {"A": {str(number): row for number in range(200)}, "_n": [1, {"a": None}], "B": 2.5}}
    raw = json.dumps([large, {"_id": "y"}]).encode()
    assert len(raw) > 400_000

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nGenieACS-Version: 1.2.16\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with NbiClient(GenieAcs(url=url)) as client:
            assert await client.devices({}, ["Device"]) == [large, {"_id": "y"}]
    finally:
        server.close()


async def test_the_paths_of_the_user_are_asked_for_and_shown(tmp_path: Path) -> None:
    file = tmp_path / "paths.yaml"
    file.write_text("system: {fields: [{key: firmware, paths: [DeviceInfo.HardwareVersion]}]}\nvirtual: {ip: wan.ip}")
    async with world(paths_file=str(file)) as w:
        await section_reads.refresh(w.client, w.zte.device_id, names=("system",))
        (system,) = await section_reads.view(w.client, w.zte.device_id, ("system",))
        firmware = next(field for field in system.fields if field.key == "firmware")
        assert firmware.path.endswith(".HardwareVersion")
        rows = [cpe async for page in fleet(w.client) for cpe in page]
        assert len(rows) == 3 and any("VirtualParameters.ip" in request for request in w.acs.requests)


async def test_a_router_that_is_known_is_asked_for_less(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as w:
        asked: list[list[str]] = []
        post = w.client.post_task

        async def noting(device_id: str, body: dict[str, Any], **more: Any) -> Any:
            asked.append(body["parameterNames"])
            return await post(device_id, body, **more)

        monkeypatch.setattr(w.client, "post_task", noting)
        for _ in range(2):
            done = await section_reads.refresh(w.client, w.huawei.device_id, names=("wan", "optical"))
            assert done.newer == ("wan", "optical")
        first, second = asked
        assert len(second) < len(first)
        assert [path for path in second if "RXPower" in path] == [
            "InternetGatewayDevice.WANDevice.1.X_GponInterafceConfig.RXPower"
        ]
