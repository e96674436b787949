"""Recordings of real devices: what they hold is what is read."""

from __future__ import annotations

import pytest
from profile_olt import RECORDINGS, named, onts, read_all, recorded, traffic

from noc_console.domain.network import PollKind


async def test_c320_distances_of_125_onus_on_7_pons() -> None:
    readings, poller = await read_all(recorded("zte_c320.snmprec"))
    assert poller.profile is not None
    assert poller.profile.id == "zte-c300"
    state = readings[PollKind.STATE]
    assert {str(port.port): len(port.onts) for port in state.ports} == {
        "1/1/1": 5,
        "1/1/2": 0,
        "1/1/3": 18,
        "1/1/4": 39,
        "1/1/5": 19,
        "1/1/6": 9,
        "1/1/7": 25,
        "1/1/8": 10,
    }
    assert onts(state) == _raw_distances()
    assert sum(facts["distance_m"] is None for facts in onts(state).values()) == 3, "0 m is no reading"
    assert [name for name, facts in named(state.pon_ports).items() if facts["oper"] == "down"] == ["1/1/2"]


def _raw_distances() -> dict[str, dict[str, int | None]]:
    """The file's own rows, read without any of our code."""
    found: dict[str, dict[str, int | None]] = {}
    for line in (RECORDINGS / "zte_c320.snmprec").read_text(encoding="latin-1").splitlines():
        if line.startswith("1.3.6.1.4.1.3902.1012.3.11.4.1.2."):
            index, _, value = line.split("|")
            port, ont_id = map(int, index.split(".")[-2:])
            found[f"1/{port >> 16 & 255}/{port >> 8 & 255}#{ont_id}"] = {"distance_m": int(value) or None}
    return found


async def test_c320_boards_and_traffic() -> None:
    readings, _ = await read_all(recorded("zte_c320.snmprec"))
    health = readings[PollKind.HEALTH]
    names = ("type", "state", "cpu_percent", "memory_percent", "temperature_celsius")
    assert {name: tuple(card[fact] for fact in names) for name, card in health.cards.items()} == {
        "1/1": ("GTGOG", "normal", 11, 26, 38),
        "1/3": ("PRAM", "normal", None, None, 37),
        "1/4": ("SMXA", "normal", 8, 25, 43),
    }
    assert named(health.pon_traffic)["1/1/4"] == {"rx_bytes": 3733691023403, "tx_bytes": 40186991290661}


async def test_c300_boards_fans_and_sfps() -> None:
    readings, poller = await read_all(recorded("zte_c300.excerpt.snmprec"))
    assert poller.profile is not None
    assert poller.profile.id == "zte-c300"
    assert {name: facts["oper"] for name, facts in named(readings[PollKind.STATE].pon_ports).items()} == {
        **{f"1/2/{n}": "up" for n in (1, 2, 3, 4)},
        **{f"1/2/{n}": "down" for n in (5, 6, 7, 8)},
    }
    sfps = named(readings[PollKind.OPTICS].pon_ports)
    assert sorted(sfps) == [f"1/2/{n}" for n in range(1, 9)], "1/19/1 is an uplink"
    assert sfps["1/2/1"] == {"tx_dbm": 6.635, "bias_ma": 11.522, "voltage_v": 3.303, "temperature_celsius": 28.164}
    assert set(sfps["1/2/8"].values()) == {None}, "a laser that is off has no reading"
    health = readings[PollKind.HEALTH]
    names = ("type", "role", "cpu_percent", "memory_percent", "temperature_celsius")
    assert {name: tuple(card[fact] for fact in names) for name, card in health.cards.items()} == {
        "1/0": ("PRWG", "main", None, None, None),
        "1/1": ("PRWG", "main", None, None, None),
        "1/2": ("GTGOG", "main", 11, 26, 28),
        "1/10": ("SCXL", "main", 22, 53, 44),
        "1/11": ("SCXL", "standby", 11, 55, 43),
        "1/19": ("HUTQ", "main", 20, 24, None),
    }
    assert health.fans == {
        f"1/1/{n}": {"state": "normal", "speed_rpm": rpm} for n, rpm in ((1, 2580), (2, 2500), (3, 2600))
    }


async def test_isam_30_onts_on_16_pons() -> None:
    readings, poller = await read_all(recorded("nokia_isam-7360fx8.snmprec"))
    assert poller.profile is not None
    assert poller.profile.id == "nokia-isam"
    state = readings[PollKind.STATE]
    assert list(named(state.pon_ports)) == [f"1/1/1/{n}" for n in range(1, 17)]
    found = onts(state)
    states = [facts["state"] for facts in found.values()]
    assert (len(found), states.count("online"), states.count("offline")) == (30, 20, 10)
    assert {str(port.port): len(port.onts) for port in state.ports if port.onts} == {
        "1/1/1/1": 8,
        "1/1/1/4": 18,
        "1/1/1/5": 4,
    }
    assert (found["1/1/1/1#1"]["state"], found["1/1/1/1#7"]["state"]) == ("online", "offline")
    assert "serial" not in found["1/1/1/1#1"], "what the device does not have is absent"


async def test_isam_boards_and_sfp_texts() -> None:
    readings, _ = await read_all(recorded("nokia_isam-7360fx8.snmprec"))
    health = readings[PollKind.HEALTH]
    assert health.cards["1/1/1"] == {"type": "FWLT-C", "state": "normal", "cpu_percent": 7, "memory_percent": 62.5}
    assert health.cards["1/1/nt-b"] == {"type": "FANT-H", "state": "normal", "cpu_percent": 1, "memory_percent": 75.4}
    assert health.cards["1/1/nt-a"] == {"type": "FANT-H", "state": "normal", "temperature_celsius": 53}
    assert health.cards["1/1/2"] == {"type": "EMPTY", "state": "not installed"}
    assert health.olt == {"software": "R6.5.02r"}
    sfps = named(readings[PollKind.OPTICS].pon_ports)
    assert {name: facts["tx_dbm"] for name, facts in sfps.items() if "tx_dbm" in facts} == {
        "1/1/1/1": 4.94,
        "1/1/1/4": 4.0,
        "1/1/1/5": 5.72,
    }
    assert sfps["1/1/1/2"] == {"sfp_present": False}


async def test_v1600d_16_onus_and_their_texts() -> None:
    readings, poller = await read_all(recorded("vsol_v1600d.snmprec"))
    assert poller.profile is not None
    assert poller.profile.id == "vsol-v1600d"
    assert onts(readings[PollKind.STATE]) == {f"0/1#{n}": {"state": "online"} for n in range(1, 17)}
    optics = onts(readings[PollKind.OPTICS])
    rx = [-14.61, -15.92, -14.76, -17.06, -20.27, -23.77, -27.45, -18.83, -18.18, -21.61, -20.0, -24.09, -17.99, -14.08]
    assert [optics[f"0/1#{n}"]["onu_rx_dbm"] for n in range(1, 17)] == [*rx, -23.37, -28.24]
    assert optics["0/1#1"] == {
        "temperature_celsius": 30.67,
        "voltage_v": 3.27,
        "bias_ma": 11.65,
        "onu_tx_dbm": 3.77,
        "onu_rx_dbm": -14.61,
    }
    assert named(readings[PollKind.OPTICS].pon_ports)["0/2"] == {
        "temperature_celsius": 26.93,
        "voltage_v": 3.27,
        "bias_ma": 6.82,
        "tx_dbm": 6.66,
    }
    assert onts(readings[PollKind.INVENTORY])["0/1#16"] == {"description": "PPPPPP"}
    assert readings[PollKind.HEALTH].olt == {
        "cpu_percent": 26,
        "memory_percent": 18,
        "temperature_celsius": 40,
        "software": "V2.03.74R",
    }


async def test_an5516_main_cards_and_fans() -> None:
    readings, poller = await read_all(recorded("fiberhome_an5516.snmprec"))
    assert poller.profile is not None
    assert poller.profile.id == "fiberhome-an5516"
    health = readings[PollKind.HEALTH]
    assert health.cards == {
        "9": {"state": "normal", "cpu_percent": 4.58, "memory_percent": 59.45},
        "10": {"state": "normal", "cpu_percent": 1.04, "memory_percent": 59.07},
    }
    assert health.fans == {name: {"state": "normal"} for name in ("21", "22", "23")}
    assert health.olt["temperature_celsius"] == 45
    assert "olt.software" in poller.unverified


async def test_cdata_ports_and_its_caveat() -> None:
    readings, poller = await read_all(recorded("cdata_olt.snmprec"))
    assert poller.profile is not None
    assert poller.profile.id == "cdata"
    assert "cannot be told" in str(poller.profile.note)
    assert list(named(readings[PollKind.STATE].pon_ports)) == [f"0/0/{n}" for n in range(1, 9)]
    assert onts(readings[PollKind.STATE]) == {}


async def test_ma5800_traffic_counters() -> None:
    readings, poller = await read_all(recorded("huawei_ma5800_gpon-ont.snmprec"), "huawei-ma5600")
    assert traffic(readings[PollKind.OPTICS])["0/1/0#1"] == {"rx_bytes": 136888321822, "tx_bytes": 722546186186}
    assert poller.unverified == []


@pytest.mark.parametrize(
    "name",
    ["cdata_olt", "fiberhome_an5516", "nokia_isam-7360fx8", "vsol_v1600d", "zte_c300.excerpt", "zte_c320"],
)
async def test_no_value_of_a_recording_is_unknown(name: str) -> None:
    readings, _ = await read_all(recorded(f"{name}.snmprec"))
    texts = [
        str(value)
        for reading in readings.values()
        for rows in (onts(reading), reading.cards, reading.fans, reading.pon_ports, {"": reading.olt})
        for facts in rows.values()
        for value in facts.values()
    ]
    assert texts
    assert not [text for text in texts if text.startswith("value ") or text == "unknown"]
