"""Small OLTs: what they tell in more than one way, and of themselves."""

from __future__ import annotations

import pytest
from profile_olt import IF, IFX, Columns, mib, named, onts, polled, read_all, recorded

from noc_console.domain.network import PollKind
from noc_console.sources.snmp.index import CARD_INDEXES


async def test_bdcom_tells_of_its_board_and_fans() -> None:
    c, fan = "1.3.6.1.4.1.3320.3.6.10.1", "1.3.6.1.4.1.3320.9.187.4.1"
    columns: Columns = {
        f"{IF}.2": {"9": b"GPON0/2"},
        f"{IF}.8": {"9": 1},
        f"{c}.3": {"0": b"GP3600-16B mother card"},
        f"{c}.6": {"0": b"10.3.0D Build 74104"},
        f"{c}.11": {"0": 4},
        f"{c}.12": {"0": 26},
        f"{c}.13": {"0": 33},
        f"{fan}.2": {"0": 1, "1": 2, "2": 3},
        f"{fan}.3": {"0": 3029, "1": 0},
    }
    readings, poller = await read_all(mib("1.3.6.1.4.1.3320.1.390.0", "BDCOM(tm) GP3600-16B", columns))
    health = readings[PollKind.HEALTH]
    assert health.cards == {
        "0": {"type": "GP3600-16B mother card", "cpu_percent": 4, "memory_percent": 26, "temperature_celsius": 33}
    }
    assert {name: facts["state"] for name, facts in health.fans.items()} == {"0": "normal", "1": "stopped", "2": None}
    assert health.olt == {"software": "10.3.0D Build 74104"}
    assert "card.cpu_percent" not in poller.unverified


async def test_datacom_tells_of_its_board() -> None:
    s = "1.3.6.1.4.1.3709.3.6.4"
    columns: Columns = {
        f"{s}.1.2.1.4": {"1.1.49": 12},
        f"{s}.2.2.1.10": {"1.1.49": 2000},
        f"{s}.2.2.1.11": {"1.1.49": 500},
    }
    readings, _ = await read_all(mib("1.3.6.1.4.1.3709.1.2.120", "DM4615 - 16GPON", columns))
    assert readings[PollKind.HEALTH].cards == {"1/1": {"cpu_percent": 12, "memory_percent": 25.0}}


async def test_calix_e7_without_a_table_of_pon_ports() -> None:
    e = "1.3.6.1.4.1.6321.1.2.2.2.1.6"
    columns: Columns = {
        f"{IFX}.1": {"101": b"Ethport 1/g1", "30201": b"Gponport 2/1", "30202": b"Gponport 2/2", "100033": b"Ont 5/g1"},
        f"{IF}.8": {"101": 1, "30201": 1, "30202": 2},
        f"{e}.1.1.5": {"1.1": 1020, "1.2": 1017},
        f"{e}.1.1.7": {"1.1": b"3.1.50.1", "1.2": b"3.1.50.1"},
    }
    counters = {f"{IFX}.6": {"30201": 7499270901054}, f"{IFX}.10": {"30201": 7499338053150}}
    readings, _ = await read_all(mib("1.3.6.1.4.1.6321.1.2.2.5.3", "E7-2", columns, counters))
    ports = named(readings[PollKind.STATE].pon_ports)
    assert {name: facts["oper"] for name, facts in ports.items()} == {"1/2/1": "up", "1/2/2": "down"}
    health = readings[PollKind.HEALTH]
    assert named(health.pon_traffic) == {"1/2/1": {"rx_bytes": 7499270901054, "tx_bytes": 7499338053150}}
    assert health.cards == {"1/1": {"type": "10GE-4"}, "1/2": {"type": "GPON-4"}}
    assert health.olt == {"software": "3.1.50.1"}


async def test_calix_e7_with_a_table_of_pon_ports() -> None:
    e = "1.3.6.1.4.1.6321.1.2.2.2.1.6.2.1"
    columns: Columns = {
        f"{IFX}.1": {"30201": b"Gponport 2/1"},
        f"{e}.4": {"1.2.1": 1, "1.2.2": 2},
        f"{e}.7": {"1.2.1": 20000, "1.2.2": 0},
    }
    readings, _ = await read_all(mib("1.3.6.1.4.1.6321.1.2.2.5.3", "E7-2", columns))
    assert {name: facts["oper"] for name, facts in named(readings[PollKind.STATE].pon_ports).items()} == {
        "1/2/1": "up",
        "1/2/2": "down",
    }
    light = {name: facts["tx_dbm"] for name, facts in named(readings[PollKind.HEALTH].pon_ports).items()}
    assert light == {"1/2/1": pytest.approx(3.01, abs=0.01), "1/2/2": None}


G, V = "1.3.6.1.4.1.37950.1.1.6.1.1", "1.3.6.1.4.1.37950.1.1.5"


@pytest.mark.parametrize(("first", "second"), [(b"GPON0/1:7", b"GPON0/1:8"), (b"GPON01ONU7", b"GPON01ONU8")])
async def test_v1600g_without_phases_says_by_its_interfaces_who_is_online(first: bytes, second: bytes) -> None:
    columns: Columns = {
        f"{IF}.2": {"1": b"GPON0/1", "21": first, "22": second},
        f"{IF}.8": {"1": 1, "21": 1, "22": 2},
        f"{IFX}.1": {"1": b"GPON0/1 Clients"},
        f"{G}.4.1.5": {"1.7": b"GPON001122AA", "1.8": b"GPON001122AB"},
        f"{V}.10.13.1.1.5": {"1": b"6.733", "2": b"N/A"},
    }
    readings, _ = await read_all(mib(f"{V}.10.14.2", "V1600G1B", columns))
    assert onts(readings[PollKind.STATE]) == {
        "0/1#7": {"serial": "GPON001122AA", "state": "online"},
        "0/1#8": {"serial": "GPON001122AB", "state": "offline"},
    }
    assert named(readings[PollKind.STATE].pon_ports) == {"0/1": {"oper": "up"}}
    assert named(readings[PollKind.OPTICS].pon_ports)["0/1"] == {"tx_dbm": 6.733}


async def test_cdata_health() -> None:
    readings, _ = await read_all(recorded("cdata_olt.snmprec"))
    assert readings[PollKind.HEALTH].olt == {
        "cpu_percent": 19,
        "memory_percent": 64.5,  # 86 of 242 are free
        "temperature_celsius": 30.5,
        "software": "4.2.7.58",
    }


async def test_free_memory_of_nothing_is_no_reading() -> None:
    h = "1.3.6.1.4.1.34592.1.3.100.1.8"
    columns: Columns = {f"{h}.1": {"0": 5}, f"{h}.2": {"0": 0}, f"{h}.3": {"0": 86}}
    async with polled(mib("1.3.6.1.4.1.34592", "C-Data", columns)) as (poller, _):
        assert (await poller.poll(PollKind.HEALTH)).olt == {"cpu_percent": 5, "memory_percent": None}


@pytest.mark.parametrize(
    ("subids", "name"),
    [((1, 1, 49), "1/1"), ((1, 3, 49, 47, 50), "1/1/2"), ((1, 2, 49), None), ((1,), None), ((1, 1, 7), None)],
)
def test_a_slot_that_is_named_in_its_index(subids: tuple[int, ...], name: str | None) -> None:
    assert CARD_INDEXES["named-slot"](subids) == name
