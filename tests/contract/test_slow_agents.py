"""OLTs that ask each ONT for its light and take up to a second a value: all of it arrives, and states go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import hostile_agents as hostile
import pytest
from hostile_agents import LIGHT, ONTS, PORTS

from noc_console.config.model import OltConfig, Snmp
from noc_console.demo.agent import Behaviour, SnmpAgent
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine

pytestmark = pytest.mark.time_skips

PROFILES = load_profiles()
ALL = len(PORTS) * ONTS


@asynccontextmanager
async def slow(value_s: float) -> AsyncIterator[tuple[SnmpAgent, OltPoller]]:
    """An OLT that answers one request at a time, and takes so long for each value of light."""
    behaviour = Behaviour(slow_columns=((LIGHT[0][:-1], value_s),), service_s=0.002)
    agent, engine = SnmpAgent(hostile.good(), behaviour=behaviour), SnmpEngine()
    agent.start()
    try:
        yield (
            agent,
            OltPoller(engine, OltConfig(name="o", address="127.0.0.1", snmp=Snmp(port=agent.port)), load_profiles()),
        )
    finally:
        engine.close()
        agent.stop()


def lit(reading: OltReading) -> int:
    return sum(facts.get("onu_rx_dbm") is not None for port in reading.ports for facts in port.onts.values())


@pytest.mark.parametrize("value_s", [0.0, 0.05, 0.4])
async def test_light_that_takes_long_arrives_whole_and_is_asked_for_once(value_s: float) -> None:
    async with slow(value_s) as (agent, poller):
        assert (await poller.poll(PollKind.STATE)).outcome is Outcome.COMPLETE
        for _ in range(2):
            reading = await poller.poll(PollKind.OPTICS)
            assert (reading.outcome, lit(reading), reading.error) == (Outcome.COMPLETE, ALL, None)
            assert agent.in_flight == 0, "nothing is left behind at the agent"
        before = agent.requests
        state = await poller.poll(PollKind.STATE)
        assert state.outcome is Outcome.COMPLETE
        assert agent.requests - before < 12, "states are not asked for row by row because light is slow"


async def test_states_are_read_while_light_is() -> None:
    async with slow(0.4) as (_, poller):
        await poller.poll(PollKind.STATE)
        light = asyncio.ensure_future(poller.poll(PollKind.OPTICS))
        await asyncio.sleep(1)
        states = 0
        while not light.done():
            state = await poller.poll(PollKind.STATE)
            assert (state.answered, state.outcome) == (True, Outcome.COMPLETE)
            states += 1
            await asyncio.sleep(5)
        assert (await light).outcome is Outcome.COMPLETE and lit(light.result()) == ALL
        assert states >= 3
