"""Polls through the Huawei profile: exactly the values that the agent's tables hold, in the right units."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from noc_console.config.model import OltConfig, Snmp
from noc_console.demo import ber, recording
from noc_console.demo.agent import Behaviour, SnmpAgent
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.domain.errors import SourceProtocolError
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome, PollKind
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "recordings"
P = (1, 3, 6, 1, 4, 1, 2011, 6, 128, 1, 1)
NONE = 2147483647


@pytest.fixture
async def engine() -> AsyncIterator[SnmpEngine]:
    made = SnmpEngine()
    yield made
    made.close()


def poller(engine: SnmpEngine, agent: SnmpAgent, profile: str = "auto") -> OltPoller:
    snmp = Snmp(port=agent.port, timeout_s=0.2, retries=1)
    return OltPoller(engine, OltConfig(name="olt-1", address="127.0.0.1", snmp=snmp, profile=profile), load_profiles())


def tree(columns: dict[tuple[int, ...], dict[tuple[int, ...], bytes]]) -> MibTree:
    made = []
    for root, values in columns.items():
        rows = Rows(list(values))
        made.append(Column(root, rows, [values[key] for key in rows.indexes]))
    return MibTree(made)


def huawei(**more: dict[tuple[int, ...], bytes]) -> dict[tuple[int, ...], dict[tuple[int, ...], bytes]]:
    """Two ports (0/1/0 and 0/5/2); three ONTs on the first, one with id 0; the second port is empty."""
    first, second = 4194312192, 4194345472
    integer, octets = ber.integer, ber.octets
    onts = [(first, 0), (first, 5), (first, 127)]
    serials = [b"HWTC\x7d\x46\x30\xc3", b"ZTEG\x00\x00\x00\x01", b"\x00\x01\x02\x03\x04\x05\x06\x07"]
    return {
        (1, 3, 6, 1, 2, 1, 1): {
            (1, 0): octets(b"Huawei Integrated Access Software"),
            (2, 0): ber.object_id((1, 3, 6, 1, 4, 1, 2011, 2, 123)),
            (3, 0): integer(123456, ber.TIMETICKS),
        },
        (*P, 2, 21, 1, 10): {(first,): integer(1), (second,): integer(2)},
        (*P, 2, 43, 1, 3): dict(zip(onts, map(octets, serials), strict=True)),
        (*P, 2, 43, 1, 9): dict(zip(onts, map(octets, [b"Ana \x1b[31m", b"\xff\xfe", b""]), strict=True)),
        (*P, 2, 46, 1, 15): dict(zip(onts, map(integer, [1, 2, 77]), strict=True)),
        (*P, 2, 46, 1, 20): dict(zip(onts, map(integer, [2480, -1, 0]), strict=True)),
        (*P, 2, 46, 1, 23): {onts[1]: octets(bytes.fromhex("07ea030908012601"))},
        (*P, 2, 46, 1, 24): dict(zip(onts, map(integer, [255, 13, 99]), strict=True)),
        (*P, 2, 51, 1, 1): dict(zip(onts, map(integer, [41, NONE, 51]), strict=True)),
        (*P, 2, 51, 1, 3): dict(zip(onts, map(integer, [213, NONE, 216]), strict=True)),
        (*P, 2, 51, 1, 4): dict(zip(onts, map(integer, [-1414, NONE, -9999]), strict=True)),
        (*P, 2, 51, 1, 5): dict(zip(onts, map(integer, [3220, NONE, 3340]), strict=True)),
        (*P, 2, 51, 1, 6): dict(zip(onts, map(integer, [8064, NONE, 8775]), strict=True)),
    }


async def serve(columns: dict[tuple[int, ...], dict[tuple[int, ...], bytes]]) -> SnmpAgent:
    agent = SnmpAgent(tree(columns))
    agent.start()
    return agent


async def test_states_reasons_and_distances(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    reading = await poller(engine, agent).poll(PollKind.STATE)
    agent.stop()
    assert (reading.outcome, reading.error) == (Outcome.COMPLETE, None)
    assert reading.uptime_s == 1234.56
    assert {str(port): facts["oper"] for port, facts in reading.pon_ports.items()} == {"0/1/0": "up", "0/5/2": "down"}
    first, second = reading.ports
    assert (str(first.port), str(second.port), second.onts) == ("0/1/0", "0/5/2", {})
    assert first.onts[0] == {
        "serial": "HWTC7D4630C3",
        "state": "online",
        "distance_m": 2480,
        "offline_reason": None,
        "vendor_reason": None,
    }
    assert first.onts[5]["state"] == "offline"
    assert first.onts[5]["offline_reason"] == "dying_gasp"
    assert first.onts[5]["vendor_reason"] == "13"
    assert first.onts[5]["distance_m"] is None
    assert first.onts[5]["last_down_clock"] == "2026-03-09 08:01:38"


async def test_an_unlisted_value_is_unknown_with_the_raw_value_kept(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    reading = await poller(engine, agent).poll(PollKind.STATE)
    agent.stop()
    odd = reading.ports[0].onts[127]
    assert odd["state"] == "unknown"
    assert (odd["offline_reason"], odd["vendor_reason"]) == ("other", "99")
    assert odd["serial"] == "0001020304050607"


async def test_optics_are_scaled_per_column_and_sentinels_are_no_reading(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    made = poller(engine, agent)
    await made.poll(PollKind.STATE)
    onts = (await made.poll(PollKind.OPTICS)).ports[0].onts
    agent.stop()
    assert onts[0] == {
        "temperature_celsius": 41,
        "onu_tx_dbm": 2.13,
        "onu_rx_dbm": -14.14,
        "voltage_v": 3.22,
        "olt_rx_dbm": -19.36,
    }
    assert set(onts[5].values()) == {None}
    assert onts[127]["onu_rx_dbm"] is None, "-99.99 dBm is no optical power"
    assert onts[127]["olt_rx_dbm"] == -12.25


async def test_descriptions_cannot_act_on_a_terminal(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    made = poller(engine, agent)
    await made.poll(PollKind.STATE)
    onts = (await made.poll(PollKind.INVENTORY)).ports[0].onts
    agent.stop()
    assert [onts[i]["description"] for i in (0, 5, 127)] == ["Ana ·[31m", "ÿþ", None]


async def test_one_ont_is_read_with_one_request(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    made = poller(engine, agent)
    await made.poll(PollKind.STATE)
    before = agent.requests
    facts = await made.read_ont(PonPort.parse("0/1/0"), 0)
    assert agent.requests == before + 1
    assert (facts["state"], facts["onu_rx_dbm"], facts["olt_rx_dbm"]) == ("online", -14.14, -19.36)
    with pytest.raises(SourceProtocolError, match="lists no ONT 99"):
        await made.read_ont(PonPort.parse("0/1/0"), 99)
    agent.stop()


async def test_a_silent_olt_is_a_failed_poll_that_was_not_answered(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    made = poller(engine, agent)
    assert (await made.poll(PollKind.STATE)).outcome is Outcome.COMPLETE
    agent.behaviour = Behaviour(silent=True)
    reading = await made.poll(PollKind.STATE)
    assert (reading.outcome, reading.answered, reading.ports) == (Outcome.FAILED, False, [])
    assert "no answer" in str(reading.error)
    agent.stop()


async def test_an_olt_that_dies_midway_says_which_ports_were_not_read(engine: SnmpEngine) -> None:
    agent = await serve(huawei())
    made = poller(engine, agent)
    await made.poll(PollKind.STATE)
    agent.behaviour = Behaviour(dies_after=3)  # uptime, the port table, the first port
    reading = await made.poll(PollKind.STATE)
    agent.stop()
    outcomes = {str(port.port): port.outcome for port in reading.ports}
    assert reading.outcome is Outcome.PARTIAL
    assert outcomes["0/5/2"] is Outcome.FAILED
    assert "0/5/2" in str(reading.error)


async def test_an_unknown_device_is_told_politely(engine: SnmpEngine) -> None:
    columns = huawei()
    columns[(1, 3, 6, 1, 2, 1, 1)][(2, 0)] = ber.object_id((1, 3, 6, 1, 4, 1, 9, 1, 1))
    agent = await serve(columns)
    reading = await poller(engine, agent).poll(PollKind.STATE)
    agent.stop()
    assert reading.outcome is Outcome.FAILED
    assert reading.answered
    assert "no profile fits" in str(reading.error)
    assert "1.3.6.1.4.1.9.1.1" in str(reading.error)


async def test_the_recorded_ma5800_is_read_to_the_values_in_the_file(engine: SnmpEngine) -> None:
    path = RECORDINGS / "huawei_ma5800_gpon-ont.snmprec"
    if not path.is_file():
        pytest.skip("the recording of a real MA5800 is not beside this checkout")
    agent = SnmpAgent(recording.load(path))
    agent.start()
    made = poller(engine, agent, "huawei-ma5600")
    state, optics = await made.poll(PollKind.STATE), await made.poll(PollKind.OPTICS)
    inventory = await made.poll(PollKind.INVENTORY)
    agent.stop()
    assert state.outcome is optics.outcome is inventory.outcome is Outcome.COMPLETE
    assert [str(port.port) for port in state.ports] == ["0/1/0"]
    assert {i: facts["serial"] for i, facts in state.ports[0].onts.items()} == {
        1: "ANON00000001",
        2: "ANON00000002",
        3: "ANON00000003",
    }
    assert {i: facts["description"] for i, facts in inventory.ports[0].onts.items()} == {
        1: "xDSL ANO 1",
        2: "xDSL ANO 2",
        3: "DSLAM ANO 3",
    }
    names = ("temperature_celsius", "bias_ma", "onu_tx_dbm", "onu_rx_dbm", "voltage_v", "olt_rx_dbm")
    assert {i: tuple(facts[name] for name in names) for i, facts in optics.ports[0].onts.items()} == {
        1: (41, 19, 2.13, -14.14, 3.22, -19.36),
        2: (31, 14, 2.16, -15.65, 3.3, -19.71),
        3: (51, 17, 2.73, -14.64, 3.34, -18.57),
    }
