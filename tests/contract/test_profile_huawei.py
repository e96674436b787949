"""Huawei beyond the basics: the old tree, traffic, waiting ONTs, uptimes, fans, and load where HWMUSA is missing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from profile_olt import IFX, Columns, mib, named, onts, polled, read_all, traffic

from noc_console.demo.mib import MibTree
from noc_console.domain.identity import PonPort
from noc_console.domain.network import PollKind

P = "1.3.6.1.4.1.2011.6.128.1.1"
D = "1.3.6.1.4.1.2011.5.100.1.1.1"
IF_OPER = "1.3.6.1.2.1.2.2.1.8"
SERIAL = b"HWTC\x7d\x46\x30\xc3"
NONE = 2147483647
PORT, XG_PORT, UPLINK = 4194312192, 4261421056, 234938432
"""GPON 0/1/0, XG-PON 0/1/0, Ethernet 0/7/1."""


def huawei(columns: Columns, counters: Mapping[str, Mapping[str, int]] | None = None, uptime_s: int = 86400) -> MibTree:
    return mib("1.3.6.1.4.1.2011.2.123", "Huawei Integrated Access Software", columns, counters, uptime_s)


def old_tree() -> Columns:
    on, off = f"{PORT}.0", f"{PORT}.3"
    return {
        IF_OPER: {str(PORT): 1, str(UPLINK): 1},
        f"{D}.5.1.4": {on: SERIAL, off: b"ZTEG\x00\x00\x00\x01"},
        f"{D}.5.1.14": {on: b"Ana", off: b"Bo"},
        f"{D}.5.1.19": {on: b"HG8245\x00\x00"},
        f"{D}.5.1.20": {on: b"V3R017"},
        f"{D}.5.1.29": {off: bytes.fromhex("07ea030908012601")},
        f"{D}.5.1.30": {on: -1, off: 12},
        f"{D}.6.1.4": {on: 1, off: 2},
        f"{D}.6.1.10": {on: 1200, off: -1},
        f"{D}.53.1.4": {on: -2250, off: NONE},
        f"{D}.53.1.6": {on: 8064, off: NONE},
    }


async def test_the_distributing_mode_tree_is_found_and_read() -> None:
    counters = {"1.3.6.1.4.1.2011.5.100.1.1.2.11.1.3": {f"{PORT}.0": 2**40}}
    readings, poller = await read_all(huawei(old_tree(), counters))
    state = onts(readings[PollKind.STATE])
    assert state["0/1/0#0"] == {
        "serial": "HWTC7D4630C3",
        "state": "online",
        "offline_reason": None,
        "vendor_reason": None,
        "distance_m": 1200,
    }
    assert state["0/1/0#3"] == {
        "serial": "ZTEG00000001",
        "state": "offline",
        "offline_reason": "auth_failed",
        "vendor_reason": "12",
        "last_down_clock": "2026-03-09 08:01:38",
        "distance_m": None,
    }
    assert named(readings[PollKind.STATE].pon_ports) == {"0/1/0": {"oper": "up"}}
    optics = readings[PollKind.OPTICS]
    assert onts(optics) == {
        "0/1/0#0": {"onu_rx_dbm": -22.5, "olt_rx_dbm": -19.36},
        "0/1/0#3": {"onu_rx_dbm": None, "olt_rx_dbm": None},
    }
    assert traffic(optics) == {"0/1/0#0": {"rx_bytes": 2**40}}
    inventory = onts(readings[PollKind.INVENTORY])
    assert inventory["0/1/0#0"] == {"description": "Ana", "model": "HG8245", "firmware": "V3R017"}
    assert "ont.onu_rx_dbm" in poller.unverified
    assert "ont.state" not in poller.unverified


async def test_the_choice_of_tree_is_kept_until_the_olt_restarts() -> None:
    async with polled(huawei(old_tree())) as (poller, agent):
        await poller.poll(PollKind.STATE)
        before = agent.requests
        await poller.poll(PollKind.STATE)
        assert agent.requests - before == 4, "uptime, port table, one port, uptime again"
        agent.tree = huawei({f"{P}.2.43.1.3": {f"{PORT}.9": SERIAL}, IF_OPER: {str(PORT): 1}})
        assert onts(await poller.poll(PollKind.STATE)) == {}
        agent.tree = huawei({f"{P}.2.43.1.3": {f"{PORT}.9": SERIAL}, IF_OPER: {str(PORT): 1}}, uptime_s=60)
        assert onts(await poller.poll(PollKind.STATE)) == {"0/1/0#9": {"serial": "HWTC7D4630C3"}}


async def test_xg_pon_ports_are_walked_by_the_index_that_they_have() -> None:
    columns: Columns = {
        f"{P}.2.21.1.10": {str(XG_PORT): 1},
        f"{P}.2.43.1.3": {f"{XG_PORT}.7": SERIAL},
        f"{P}.2.46.1.15": {f"{XG_PORT}.7": 1},
    }
    async with polled(huawei(columns)) as (poller, _):
        assert onts(await poller.poll(PollKind.STATE)) == {"0/1/0#7": {"serial": "HWTC7D4630C3", "state": "online"}}
        facts = await poller.read_ont(PonPort((0, 1, 0)), 7)
    assert facts == {"serial": "HWTC7D4630C3", "state": "online"}


async def test_traffic_waiting_onts_uptime_and_fans() -> None:
    columns: Columns = {
        f"{P}.2.21.1.10": {str(PORT): 1},
        f"{P}.2.43.1.3": {f"{PORT}.0": SERIAL},
        f"{P}.2.43.1.9": {f"{PORT}.0": b"Ana"},
        "1.3.6.1.4.1.2011.6.145.1.1.1.4.1.1": {f"{PORT}.0": 3600},
        f"{P}.2.48.1.2": {f"{PORT}.1": b"ALCL\x01\x02\x03\x04", f"{PORT}.2": b"ZTEG\xc0\xff\xee\x01"},
        f"{P}.2.48.1.7": {f"{PORT}.1": b"G-140W"},
        "1.3.6.1.4.1.2011.6.1.1.5.1.7": {"0": 3125},
        "1.3.6.1.4.1.2011.6.1.1.9.1.2": {"0.0": 2400, "0.1": -1},
    }
    counters = {
        f"{P}.4.23.1.3": {f"{PORT}.0": 136888321822},
        f"{P}.4.23.1.4": {f"{PORT}.0": 2**63},
        f"{P}.4.21.1.15": {str(PORT): 5},
        f"{P}.4.21.1.30": {str(PORT): 7},
        f"{IFX}.6": {str(PORT): 0},
    }
    readings, _ = await read_all(huawei(columns, counters))
    assert traffic(readings[PollKind.OPTICS]) == {"0/1/0#0": {"rx_bytes": 136888321822, "tx_bytes": 2**63}}
    health = readings[PollKind.HEALTH]
    assert named(health.pon_traffic) == {"0/1/0": {"rx_bytes": 5, "tx_bytes": 7}}
    assert health.unregistered == [
        (PonPort((0, 1, 0)), {"serial": "ALCL01020304", "model": "G-140W"}),
        (PonPort((0, 1, 0)), {"serial": "ZTEGC0FFEE01"}),
    ]
    assert health.fans == {
        "0": {"temperature_celsius": 31.25},
        "0/0": {"speed_rpm": 2400},
        "0/1": {"speed_rpm": None},
    }
    inventory = readings[PollKind.INVENTORY]
    facts = onts(inventory)["0/1/0#0"]
    assert facts["online_since_at"] == pytest.approx(inventory.started_at - 3600)


async def test_pon_traffic_falls_back_to_the_interface_counters() -> None:
    columns: Columns = {f"{P}.2.21.1.10": {str(PORT): 1}, f"{P}.2.43.1.3": {f"{PORT}.0": SERIAL}}
    counters = {f"{IFX}.6": {str(PORT): 11, str(UPLINK): 1}, f"{IFX}.10": {str(PORT): 13, str(UPLINK): 1}}
    readings, _ = await read_all(huawei(columns, counters))
    assert named(readings[PollKind.HEALTH].pon_traffic) == {"0/1/0": {"rx_bytes": 11, "tx_bytes": 13}}


async def test_board_load_without_hwmusa() -> None:
    columns: Columns = {
        f"{P}.2.43.1.3": {f"{PORT}.0": SERIAL},
        "1.3.6.1.4.1.2011.6.3.17.1.1.3": {"0.6.1": 34, "0.6.2": 5, "0.6.3": 12, "0.129.3": 50},
        "1.3.6.1.4.1.2011.6.3.3.2.1.21": {"0.6": b"H801SCUN"},
    }
    readings, _ = await read_all(huawei(columns))
    assert readings[PollKind.HEALTH].cards == {
        "0/6": {"type": "H801SCUN", "cpu_percent": 12, "memory_percent": 34},
        "0/129": {"cpu_percent": 50},
    }


async def test_counters_that_are_empty_in_one_tree_are_read_in_the_other() -> None:
    """Software counts in the GPON tree or in IF-MIB, and says 0 in the other; boards tell their warmth in two."""
    ports = [str(PORT), str(PORT + 256), str(PORT + 512)]
    columns: Columns = {
        f"{P}.2.21.1.10": dict.fromkeys(ports, 1),
        "1.3.6.1.4.1.2011.6.3.3.2.1.8": {"0.1": 2},
        "1.3.6.1.4.1.2011.2.6.7.1.1.2.1.10": {"0.1": 35},
    }
    counters = {
        f"{P}.4.21.1.15": {ports[0]: 0, ports[1]: 7},
        f"{P}.4.21.1.30": {ports[0]: 0, ports[1]: 8},
        f"{IFX}.6": {"234938368": 1, ports[0]: 60133115351, ports[1]: 0, ports[2]: 5},
        f"{IFX}.10": {"234938368": 1, ports[0]: 536753139573, ports[1]: 0, ports[2]: 6},
    }
    async with polled(huawei(columns, counters)) as (poller, _):
        await poller.poll(PollKind.STATE)
        reading = await poller.poll(PollKind.HEALTH)
    assert {str(port): facts for port, facts in reading.pon_traffic.items()} == {
        "0/1/0": {"rx_bytes": 60133115351, "tx_bytes": 536753139573},
        "0/1/1": {"rx_bytes": 7, "tx_bytes": 8},
        "0/1/2": {"rx_bytes": 5, "tx_bytes": 6},
    }
    assert reading.cards["0/1"]["temperature_celsius"] == 35
