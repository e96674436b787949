"""Internet connections that stand where nobody expects them: in the fleet's rows, and found by what they show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from schema_copy import sqlite_with_schema

from noc_console.config.model import GenieAcs
from noc_console.domain.cpe import Field, Group, Section
from noc_console.domain.network import Cpe
from noc_console.domain.routers import Scrap
from noc_console.sources.genieacs import lookup
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.fleet import fleet
from noc_console.sources.genieacs.places import MOST_PLACES
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database

AT = "2026-11-21T20:47:16.000Z"
IGD = "InternetGatewayDevice"
PLACES = {
    "vsol": f"{IGD}.WANDevice.1.WANConnectionDevice.7.WANPPPConnection.4",
    "calix": f"{IGD}.WANDevice.5.WANConnectionDevice.3.WANIPConnection.7",
    "usual": f"{IGD}.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1",
}


def router(name: str, values: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"_id": name, "_deviceId": {"_SerialNumber": name}, "_lastInform": AT}
    for path, value in values.items():
        *parents, leaf = path.split(".")
        node = made
        for parent in parents:
            node = node.setdefault(parent, {"_object": True, "_timestamp": AT})
        node[leaf] = {"_object": False, "_value": value, "_type": "xsd:string", "_timestamp": AT, "_writable": True}
    return made


def tr098(name: str, number: int) -> dict[str, Any]:
    place = PLACES[name]
    user = {f"{place}.Username": f"{name}@isp"} if "PPP" in place else {}
    told = {"Name": "INTERNET", "ConnectionStatus": "Connected", "ExternalIPAddress": f"100.64.8.{number}"}
    return router(name, {f"{place}.{leaf}": value for leaf, value in told.items()} | user)


def tr181() -> dict[str, Any]:
    values = {
        "Device.IP.Interface.17.IPv4Address.3.IPAddress": "100.64.8.99",
        "Device.IP.Interface.17.Status": "Up",
        "Device.IP.Interface.17.LowerLayers": "Device.PPP.Interface.12.",
        "Device.PPP.Interface.12.Username": "tr181@isp",
        "Device.PPP.Interface.12.ConnectionStatus": "Connected",
    }
    return router("tr181", values)


DOCUMENTS = [tr098("vsol", 1), tr098("calix", 2), tr098("usual", 3), tr181(), router("never-read", {})]


def projected(document: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    made: dict[str, Any] = {"_id": document["_id"]}
    for path in paths:
        found, target = document, made
        *parents, last = path.split(".")
        for name in parents:
            found = found.get(name, {}) if isinstance(found, dict) else {}
        if isinstance(found, dict) and last in found:
            for name in parents:
                target = target.setdefault(name, {})
            target[last] = found[last]
    return made


class Acs(NbiClient):
    """A client whose device queries are answered from documents."""

    asked: list[tuple[dict[str, Any], list[str]]]

    async def devices(self, query: Any, projection: Any, *, limit: int = 100, skip: int = 0) -> list[dict[str, Any]]:
        self.asked.append((query, list(projection)))
        ids = query.get("_id")
        wanted = ids["$in"] if isinstance(ids, dict) and "$in" in ids else [ids] if isinstance(ids, str) else None
        return [projected(one, list(projection)) for one in DOCUMENTS if wanted is None or one["_id"] in wanted]


@pytest.fixture
async def acs() -> AsyncIterator[Acs]:
    async with Acs(GenieAcs.model_validate({"url": "http://127.0.0.1:9"})) as made:
        made.asked = []
        yield made


async def rows(acs: Acs) -> dict[str, Cpe]:
    return {cpe.device_id: cpe async for page in fleet(acs) for cpe in page}


async def test_a_row_shows_the_internet_connection_wherever_it_stands(acs: Acs) -> None:
    found = await rows(acs)
    shown = {name: (cpe.wan_ip, cpe.pppoe_user) for name, cpe in found.items()}
    assert shown == {
        "vsol": ("100.64.8.1", "vsol@isp"),
        "calix": ("100.64.8.2", None),
        "usual": ("100.64.8.3", "usual@isp"),
        "tr181": ("100.64.8.99", "tr181@isp"),
        "never-read": (None, None),
    }


async def test_where_one_was_found_is_learned_and_nobody_is_looked_at_whole_again(acs: Acs) -> None:
    first = await rows(acs)
    acs.asked.clear()
    assert await rows(acs) == first
    whole = [query["_id"]["$in"] for query, _ in acs.asked if isinstance(query.get("_id"), dict)]
    assert whole in ([], [["tr181"]]), "its address has another number, which a place does not name"
    assert PLACES["vsol"] in acs.places.known and PLACES["calix"] in acs.places.known
    assert [cpe.wan_ip for cpe in await lookup.by_id(acs, "vsol")] == ["100.64.8.1"]


async def test_the_request_stays_short_enough(acs: Acs) -> None:
    acs.places.learn(f"{IGD}.WANDevice.5.WANConnectionDevice.1{n}.WANPPPConnection.14" for n in range(50))
    assert len(acs.places.known) == MOST_PLACES
    await rows(acs)
    assert len(",".join(acs.asked[0][1]).replace(",", "%2C")) < 14_800


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[CpeStore]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    try:
        yield CpeStore(database)
    finally:
        await database.close()


def wan(ip: str, mac: str, user: str) -> Section:
    fields = (Field("ip", "IP", ip), Field("mac", "MAC", mac), Field("username", "User", user))
    return Section("wan", "WAN", 1.0, (), (Group("TR069", fields), Group("VOIP", (Field("ip", "IP", "10.9.9.9"),))))


@pytest.mark.parametrize(
    "text", ["10.20.0.7", "10.9.9.9", "94:25:33:3b:d1:c0", "9425.333B.D1C0", "Mgmt@isp", " mgmt@ISP "]
)
async def test_what_any_connection_shows_finds_its_router(store: CpeStore, text: str) -> None:
    await store.put([Cpe("a"), Cpe("b")])
    await store.put_sections("a", [wan("10.20.0.7", "94:25:33:3B:D1:C0", "mgmt@isp")])
    await store.put_sections("b", [wan("10.20.0.77", "94:25:33:3B:D1:C1", "mgmt@isp2")])
    ids = [cpe.device_id for cpe in await store.showing(Scrap.parse(text))]
    assert ids == ["a", "b"] if "9.9" in text else ids == ["a"]


@pytest.mark.parametrize("text", ["10.20.0", "%", "mgmt%", "_gmt@isp", "", "192.168.1.1", "WAN"])
async def test_a_part_or_a_pattern_finds_none(store: CpeStore, text: str) -> None:
    await store.put([Cpe("a")])
    home = Section("hosts", "Hosts", 1.0, (), (Group("tv", (Field("ip", "IP", "192.168.1.1"),)),))
    await store.put_sections("a", [wan("10.20.0.7", "94:25:33:3B:D1:C0", "mgmt@isp"), home])
    assert await store.showing(Scrap.parse(text)) == []


@pytest.mark.parametrize("text", ["9075BC-G%2D1425G%2DA-X", "9075BC-G-1425G-A-X", "9075bc-g%252D1425g%252Da-x"])
def test_a_device_id_is_known_however_it_is_encoded(text: str) -> None:
    cpe = Cpe("9075BC-G%2D1425G%2DA-X")
    assert Scrap.parse(text).names_device(cpe) and not Scrap.parse(text).names_device(Cpe("9075BC-G%2D1425G-A-X2"))
