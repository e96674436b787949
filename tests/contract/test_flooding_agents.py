"""Agents that answer rubbish at full speed: what they cost is bounded and told, and no other OLT waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import hostile_agents as hostile
import pytest
from hostile_agents import STATE, HostileAgent

from noc_console.config.model import OltConfig, Snmp
from noc_console.demo import ber
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.responder import Request
from noc_console.domain.network import Outcome, PollKind
from noc_console.sources.snmp import allowance, reader, session
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine

PROFILES = load_profiles()


@dataclass
class Pair:
    """A flooding OLT and a good one, polled by one engine."""

    agent: HostileAgent
    bad: OltPoller
    good: OltPoller

    async def side_by_side(self, polls: int) -> Any:
        """Poll the bad one once, the good one again and again meanwhile; its polls are whole."""
        bad = asyncio.ensure_future(self.bad.poll(PollKind.STATE))
        for _ in range(polls):
            good = await self.good.poll(PollKind.STATE)
            assert (good.outcome, good.ont_count) == (Outcome.COMPLETE, 24)
        return bad


@asynccontextmanager
async def pair() -> AsyncIterator[Pair]:
    agents, engine = (HostileAgent(), SnmpAgent(hostile.good())), SnmpEngine()

    def poller(agent: SnmpAgent, timeout_s: float) -> OltPoller:
        agent.start()
        snmp = Snmp(port=agent.port, timeout_s=timeout_s, retries=1)
        return OltPoller(engine, OltConfig(name="olt", address="127.0.0.1", snmp=snmp), PROFILES)

    try:
        made = Pair(agents[0], poller(agents[0], 0.3), poller(agents[1], 5.0))
        for each in (made.bad, made.good):
            assert (await each.poll(PollKind.STATE)).outcome is Outcome.COMPLETE
        yield made
    finally:
        engine.close()
        for agent in agents:
            agent.stop()


def giant(request: Request, _: list[hostile.Binding]) -> list[hostile.Binding]:
    """Rows in order, each with a value of 3 kB."""
    out: list[hostile.Binding] = []
    current = hostile.asked(request)
    for _row in range(max(1, 18 // len(current))):
        for at, oid in enumerate(current):
            port, ont = (*oid[len(STATE) :], hostile.FIRST, 0)[:2] if len(oid) > len(STATE) + 1 else (hostile.FIRST, 0)
            current[at] = (*oid[: len(STATE)], port, ont + 1)
            out.append((current[at], ber.octets(b"x" * 3000)))
    return out


@pytest.mark.parametrize(("limit", "most"), [("MAX_OCTETS", 200_000), ("MAX_VALUES", 60)])
async def test_a_reading_is_cut_off_and_says_so(limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with pair() as p:
        for module in (allowance, reader):
            monkeypatch.setattr(module, limit, most)
        p.agent.spoil = giant if limit == "MAX_OCTETS" else None
        before = p.agent.requests
        reading = await p.bad.poll(PollKind.STATE)
        assert reading.outcome is not Outcome.COMPLETE
        assert "cut off: the agent told more than" in str(reading.error)
        assert reading.octets < most + 2 * 65535 or limit != "MAX_OCTETS"
        assert p.agent.requests - before < 60, "the other walks are not begun"
        monkeypatch.undo()
        assert (await p.good.poll(PollKind.STATE)).outcome is Outcome.COMPLETE


async def test_decoding_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    async with pair() as p:
        monkeypatch.setattr(reader, "Allowance", lambda *left: allowance.Allowance(*left, decode_s=0.0))
        reading = await p.bad.poll(PollKind.STATE)
        monkeypatch.undo()
        assert reading.outcome is not Outcome.COMPLETE and "to decode in one reading" in str(reading.error)


@pytest.mark.parametrize("size", [40, 1400, 60000])
async def test_a_flood_of_junk_delays_no_other_olt_and_is_told(size: int) -> None:
    async with pair() as p:
        p.agent.raw = lambda _request, right: [b"\x30" * size] * 400 + [right]
        bad = await p.side_by_side(polls=5)
        reading = await bad
        if size < 60_000:  # of larger ones the kernel keeps few
            assert "datagram" in str(reading.refused.text) and "not asked for" in str(reading.refused.text)
        assert p.bad._session is None or p.bad._session._inbox_octets <= session.INBOX_OCTETS + 8 * 65535


async def test_sessions_take_turns() -> None:
    """However much one has received, another's answer is next."""
    async with pair() as p:
        order: list[str] = []
        one, other = p.bad._session, p.good._session
        assert one and other
        for name, each in (("one", one), ("other", other)):
            each._handle = lambda _datagram, name=name: order.append(name)  # type: ignore[method-assign,misc]
            each._inbox.extend([b"x"] * (6 if each is one else 2))
        engine = one._engine
        engine._received.extend((one, other))
        engine._turn_ends_at = float("inf")
        engine._drain()
        assert order == ["one", "other"] * 2 + ["one"] * 4


async def test_a_session_that_is_flooded_is_left_alone_until_the_next_sweep() -> None:
    async with pair() as p:
        one = p.bad._session
        assert one
        one._inbox.extend([b"junk"] * 500)
        while one.handle_next():
            pass
        assert one.ignored == session.WASTED_PER_SWEEP and not one._listens
        one.sweep(0.0)
        assert one._listens
        assert (await p.bad.poll(PollKind.STATE)).outcome is Outcome.COMPLETE
