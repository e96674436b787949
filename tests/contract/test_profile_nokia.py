"""Nokia ISAM: slot, PON and ONT in one number, alarms as bits, values that count only under a condition."""

from __future__ import annotations

import pytest
from profile_olt import IF, Columns, mib, named, onts, polled, read_all

from noc_console.demo.agent import Behaviour
from noc_console.demo.mib import MibTree
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome, PollKind

pytestmark = pytest.mark.time_skips

N = "1.3.6.1.4.1.637.61.1"
PON_1, PON_5 = 94380032, 94642176
"""1/1/1/1 and 1/1/1/5 of an FWLT-C, which sets 0x2000 in the low bits."""
ONT_1, ONT_2, ONT_6, ONT_5_2 = 96468992, 96469504, 96471552, 96731648
UNI = 67109312


def isam(columns: Columns) -> Columns:
    interfaces = {PON_1: 1, PON_5: 2, ONT_1: 1, ONT_2: 2, ONT_6: 2, ONT_5_2: 7, UNI: 1}
    return {
        f"{IF}.7": {str(index): 1 for index in interfaces},
        f"{IF}.8": {str(index): state for index, state in interfaces.items()},
        **columns,
    }


def tables() -> Columns:
    return isam(
        {
            f"{N}.35.10.1.1.5": {str(ONT_1): b"ALCL\xb2\x4f\x00\x01", str(ONT_2): bytes(8)},
            f"{N}.35.10.1.1.9": {str(ONT_1): b"3FE46398BFGB93"},
            f"{N}.35.10.1.1.24": {str(ONT_1): b"Ana_Maria", str(ONT_2): b""},
            f"{N}.35.10.1.1.26": {str(ONT_1): b"G-240W-A_"},
            f"{N}.35.10.4.1.2": {
                str(ONT_1): 0,
                str(ONT_2): 1 << 17 | 1 << 14 | 1,
                str(ONT_6): 1,
                str(ONT_5_2): 1 << 14,
            },
            f"{N}.35.10.4.1.3": {str(ONT_1): 25, str(ONT_2): 65534},
            f"{N}.35.10.14.1.2": {str(ONT_1): -9365, str(ONT_2): 32768},
            f"{N}.35.10.14.1.3": {str(ONT_1): 163},
            f"{N}.35.10.14.1.4": {str(ONT_1): 1179},
            f"{N}.35.10.14.1.5": {str(ONT_1): 6250},
            f"{N}.35.10.14.1.6": {str(ONT_1): 11520},
            f"{N}.35.10.18.1.2": {str(ONT_1): -213, str(ONT_2): 65534},
        }
    )


def device(columns: Columns) -> MibTree:
    return mib("1.3.6.1.4.1.637.61.1", "R6.5.02r NFXS-E FANT-H NOKIA ISAM", columns)


async def test_onts_on_the_ports_that_their_numbers_say() -> None:
    readings, poller = await read_all(device(tables()))
    state = readings[PollKind.STATE]
    assert named(state.pon_ports) == {
        "1/1/1/1": {"oper": "up", "admin": "up"},
        "1/1/1/5": {"oper": "down", "admin": "up"},
    }
    assert onts(state) == {
        "1/1/1/1#1": {
            "state": "online",
            "admin": "active",
            "serial": "ALCLB24F0001",
            "offline_reason": None,
            "vendor_reason": None,
            "distance_m": 2500,
        },
        "1/1/1/1#2": {
            "state": "offline",
            "admin": "active",
            "serial": None,
            "offline_reason": "dying_gasp",
            "vendor_reason": "147457",
            "distance_m": None,
        },
        "1/1/1/1#6": {
            "state": "offline",
            "admin": "active",
            "offline_reason": "loss_of_signal",
            "vendor_reason": "1",
        },
        "1/1/1/5#2": {"state": "unknown", "admin": "active", "offline_reason": "other", "vendor_reason": "16384"},
    }
    assert "ont.distance_m" in poller.unverified


async def test_optics_and_inventory() -> None:
    readings, _ = await read_all(device(tables()))
    assert onts(readings[PollKind.OPTICS]) == {
        "1/1/1/1#1": {
            "onu_rx_dbm": -18.73,
            "onu_tx_dbm": 2.358,
            "voltage_v": 3.26,
            "bias_ma": 12.5,
            "temperature_celsius": 45.0,
            "olt_rx_dbm": -21.3,
        },
        "1/1/1/1#2": {"onu_rx_dbm": None, "olt_rx_dbm": None},
    }
    assert onts(readings[PollKind.INVENTORY]) == {
        "1/1/1/1#1": {"description": "Ana Maria", "model": "G-240W-A", "firmware": "3FE46398BFGB93"},
        "1/1/1/1#2": {"description": None},
    }


async def test_one_ont_is_read_by_the_number_that_its_place_gives() -> None:
    async with polled(device(tables())) as (poller, agent):
        await poller.poll(PollKind.STATE)
        before = agent.requests
        facts = await poller.read_ont(PonPort((1, 1, 1, 1)), 1)
    assert agent.requests == before + 1
    assert (facts["serial"], facts["state"], facts["onu_rx_dbm"]) == ("ALCLB24F0001", "online", -18.73)


async def test_a_walk_of_whole_columns_that_dies_midway_concludes_nothing() -> None:
    async with polled(device(tables())) as (poller, agent):
        await poller.poll(PollKind.STATE)
        agent.behaviour = Behaviour(dies_after=2)  # uptime and the port table
        reading = await poller.poll(PollKind.STATE)
        assert reading.outcome is Outcome.PARTIAL
        assert {str(port.port): port.outcome for port in reading.ports} == {
            "1/1/1/1": Outcome.FAILED,
            "1/1/1/5": Outcome.FAILED,
        }
        assert "no answer" in str(reading.error)
        agent.behaviour = Behaviour(dies_after=1)
        assert (await poller.poll(PollKind.OPTICS)).outcome is Outcome.FAILED


async def test_cpu_counts_only_while_it_is_monitored() -> None:
    columns = isam(
        {
            f"{N}.23.3.1.3": {"4353": b"FANT-H", "4355": b"FWLT-C", "4481": b"EMPTY"},
            f"{N}.23.3.1.8": {"4353": 1, "4355": 3},
            f"{N}.9.29.1.1.4": {"4353": 41, "4355": 7},
            f"{N}.9.29.1.1.5": {"4353": 4, "4355": 3},
            f"{N}.9.29.2.1.1": {"4353": 0, "4355": 2212},
            f"{N}.9.29.2.1.2": {"4353": 0, "4355": 1382},
            f"{N}.23.10.1.2": {"4353.1": 43, "4353.2": 53, "4353.3": -41},
        }
    )
    readings, _ = await read_all(device(columns))
    assert readings[PollKind.HEALTH].cards == {
        "1/1/nt-a": {
            "type": "FANT-H",
            "state": "normal",
            "cpu_percent": None,
            "memory_percent": None,
            "temperature_celsius": 53,
        },
        "1/1/1": {"type": "FWLT-C", "state": "fault", "cpu_percent": 7, "memory_percent": 62.5},
    }
