"""Whatever an agent answers: no ONT is called offline, deleted or invented for it, and no old light is called fresh.

Each case polls a good OLT once, then spoils it and polls on, beside an OLT that is well.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import hostile_agents as hostile
import pytest
from hostile_agents import CAUSE, CPU, FIRST, LIGHT, ONTS, PORTS, RX, SERIAL, SFP_TX, STATE, HostileAgent, P, without
from schema_copy import sqlite_with_schema

from noc_console.collector.facts import OltFacts
from noc_console.collector.olt import OltWorker
from noc_console.config.model import OltConfig, Polling, Snmp
from noc_console.demo import ber
from noc_console.demo.agent import SnmpAgent
from noc_console.domain.network import Ont, Outcome, PollKind
from noc_console.domain.optics import Thresholds
from noc_console.domain.poll import OltReading
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage import inventory
from noc_console.storage.database import Database

pytestmark = pytest.mark.time_skips

PROFILES = load_profiles()
KNOWN = {(f"0/1/{port}", ont) for port in range(len(PORTS)) for ont in range(ONTS)}
KINDS = (PollKind.STATE, PollKind.OPTICS, PollKind.HEALTH, PollKind.STATE, PollKind.OPTICS)
RX_DBM = hostile.RX_RAW / 100


class Rig:
    """One spoilt OLT and a good one beside it."""

    def __init__(self, bad: HostileAgent, worker: OltWorker, other: OltWorker) -> None:
        self.agent = bad
        self.worker = worker
        self._other = other
        self.now = 1_000_000.0
        for each in (worker, other):
            each._poller._now = lambda: self.now

    @property
    def facts(self) -> OltFacts:
        return self.worker.facts

    def onts(self) -> dict[tuple[str, int], Ont]:
        return {key: ont for key, ont in self.facts.onts.onts.items() if ont.vanished_at is None}

    async def round(self, *kinds: PollKind) -> list[OltReading]:
        """Poll both OLTs; a minute passes with each poll."""
        readings = []
        for kind in kinds:
            self.now += 60
            readings.append(await self.worker.poll(kind))
            assert (await self._other.poll(kind)).outcome is Outcome.COMPLETE, "the other OLT suffers"
        return readings


@asynccontextmanager
async def rig(path: Path) -> AsyncIterator[Rig]:
    bad, well = HostileAgent(), SnmpAgent(hostile.good())
    engine = SnmpEngine()
    database = Database(sqlite_with_schema(path / "noc.db"))
    bad.start()
    well.start()
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("bad", "127.0.0.1"), ("well", "127.0.0.1")], 1.0)

    async def keep(_samples: object) -> None:
        return

    async def made(name: str, agent: SnmpAgent, timeout_s: float) -> OltWorker:
        facts = OltFacts(database, ids[name], name)
        await facts.load()
        snmp = Snmp(port=agent.port, timeout_s=timeout_s, retries=1)
        poller = OltPoller(engine, OltConfig(name=name, address="127.0.0.1", snmp=snmp), PROFILES)
        return OltWorker(poller, facts, Polling(), Thresholds(), keep)

    try:
        rigged = Rig(bad, await made("bad", bad, 0.2), await made("well", well, 5.0))
        await rigged.round(PollKind.STATE, PollKind.INVENTORY, PollKind.HEALTH, PollKind.OPTICS)
        assert rigged.onts().keys() == KNOWN
        yield rigged
    finally:
        engine.close()
        bad.stop()
        well.stop()
        await database.close()


def spoilt(spoil: hostile.Spoil) -> Callable[[HostileAgent], None]:
    return lambda agent: setattr(agent, "spoil", spoil)


def status(number: int) -> Callable[[HostileAgent], None]:
    return lambda agent: setattr(agent, "status", number)


def datagrams(make: Callable[[bytes], list[bytes]]) -> Callable[[HostileAgent], None]:
    return lambda agent: setattr(agent, "raw", lambda _request, right: make(right))


def tree(made: object) -> Callable[[HostileAgent], None]:
    return lambda agent: setattr(agent, "tree", made)


def silent(agent: HostileAgent) -> None:
    agent.behaviour.silent = True


@dataclass(frozen=True)
class Case:
    """A fault, and what a reading of it may say."""

    fault: Callable[[HostileAgent], None]
    state: frozenset[str] = frozenset({"online"})
    light: frozenset[float | None] = frozenset({RX_DBM})
    whole: bool = False
    """Whether the state readings are complete."""


FAILED = Case  # the readings fail: what was known stays, with its age
BLANK, ANY = frozenset({None}), frozenset({RX_DBM, None})

CASES: dict[str, Case] = {
    "the same row for ever": Case(spoilt(hostile.same_row)),
    "rows go round": Case(spoilt(hostile.circle)),
    "one row twice": Case(spoilt(hostile.one_row_twice)),
    "column by column": Case(spoilt(hostile.column_by_column)),
    "one binding an answer": Case(spoilt(hostile.one_binding), whole=True),
    "empty answers": Case(spoilt(hostile.nothing)),
    "back to the start in mid-table": Case(spoilt(hostile.from_the_start)),
    "the start of the tree for everything": Case(spoilt(hostile.only_the_start)),
    "the row that was asked after": Case(spoilt(hostile.answers_of_before)),
    "endless ONTs": Case(spoilt(hostile.endless_onts)),
    "endless ONTs and no ports": Case(spoilt(hostile.endless_onts_and_nothing_else), light=ANY),
    "endless ports": Case(spoilt(hostile.endless_ports)),
    "no such object in mid-column": Case(spoilt(hostile.valueless(ber.NO_SUCH_OBJECT))),
    "no such instance in mid-column": Case(spoilt(hostile.valueless(ber.NO_SUCH_INSTANCE))),
    "NULL in mid-column": Case(spoilt(hostile.valueless(b"\x05\x00"))),
    "integers of length 0": Case(
        spoilt(hostile.valueless(b"\x02\x00")), state=frozenset({"online", "unknown"}), whole=True
    ),
    "genErr": Case(status(5)),
    "tooBig always": Case(status(1)),
    "authorizationError": Case(status(16)),
    "truncated": Case(datagrams(lambda right: [right[: len(right) // 2]])),
    "garbage": Case(datagrams(lambda _: [os.urandom(60)])),
    "every answer twice": Case(datagrams(lambda right: [right, right]), whole=True),
    "a report instead": Case(datagrams(lambda right: [right.replace(b"\xa2", b"\xa8", 1)])),
    "silent": Case(silent),
    "state column gone": Case(tree(without(STATE))),
    "state column ends early": Case(tree(without(STATE, only=lambda index: index[1] > 5))),
    "serial column gone": Case(tree(without(SERIAL)), whole=True),
    "all ONT tables gone": Case(tree(without((*P, 43), (*P, 46), (*P, 51))), light=BLANK),
    "port table gone": Case(tree(without((*P, 21))), whole=True),
    "a quarter of the ONTs missing": Case(
        tree(without((*P, 43), (*P, 46), (*P, 51), only=lambda index: index[1] % 4 == 3)), light=ANY
    ),
    "forty in a hundred missing": Case(
        tree(without((*P, 43), (*P, 46), (*P, 51), only=lambda index: index[1] % 5 > 2)), light=ANY
    ),
    "one port's ONTs missing": Case(
        tree(without((*P, 43), (*P, 46), (*P, 51), only=lambda index: index[0] != FIRST)), light=ANY
    ),
    "restarted and empty": Case(tree(hostile.MibTree(hostile.good(50).columns[:1])), light=ANY),
    "light table gone": Case(tree(without(*LIGHT)), light=BLANK, whole=True),
    "one light column gone": Case(tree(without(RX)), whole=True),
    "light rows gone for some": Case(
        tree(without(*LIGHT, only=lambda index: index[1] % 2 == 1)), light=ANY, whole=True
    ),
    "all states -1": Case(
        tree(hostile.with_rows({STATE: {(p, n): ber.integer(-1) for p in PORTS for n in range(ONTS)}})),
        state=frozenset({"unknown"}), whole=True,
    ),
    "all states 99": Case(
        tree(hostile.with_rows({STATE: {(p, n): ber.integer(99) for p in PORTS for n in range(ONTS)}})),
        state=frozenset({"unknown"}), whole=True,
    ),
    "states as text": Case(
        tree(hostile.with_rows({STATE: {(p, n): ber.octets(b"up") for p in PORTS for n in range(ONTS)}})),
        state=frozenset({"unknown"}), whole=True,
    ),
    "state gone, causes of 13": Case(
        tree(hostile.with_rows({CAUSE: {(FIRST, n): ber.integer(13) for n in range(ONTS)}}, without(STATE)))
    ),
    **{
        f"light of {name}": Case(tree(hostile.raw_light(value)), light=ANY, whole=True)
        for name, value in {
            "2147483647": ber.integer(2147483647), "2147483646": ber.integer(2147483646), "-1": ber.integer(-1),
            "0": ber.integer(0), "65535": ber.integer(65535), "-2147483648": ber.integer(-(2**31)),
            "32767": ber.integer(32767), "-32768": ber.integer(-32768), "a gauge": ber.integer(2**32 - 1, ber.GAUGE32),
            "text": ber.octets(b"oops"), "no octets": b"\x02\x00",
        }.items()
    },
    **{
        f"an ONT at {index}": Case(tree(hostile.extra_ont(index)), whole=True)
        for index in ((FIRST, 4294967295), (FIRST, 300), (FIRST, 1 << 31), (4294967295, 3), (FIRST, 1 << 63),
                      (FIRST, 1 << 70), (1 << 70, 1))
    },
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_hostile_agent_changes_nothing_that_it_does_not_tell(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("noc_console.sources.snmp.reader.MAX_ONTS", 2000)
    async with rig(tmp_path) as r:
        case.fault(r.agent)
        readings = await r.round(*KINDS)
        onts = r.onts()
        assert onts.keys() == KNOWN, "ONTs were deleted or invented"
        assert {ont.state for ont in onts.values()} <= case.state
        assert {ont.onu_rx_dbm for ont in onts.values()} <= case.light
        states = [reading for reading in readings if reading.kind is PollKind.STATE]
        assert {reading.outcome is Outcome.COMPLETE for reading in states} == {case.whole}
        assert all(reading.error for reading in states if not case.whole), "what failed is told"


async def test_light_that_is_told_no_more_is_blank_for_those_only(tmp_path: Path) -> None:
    async with rig(tmp_path) as r:
        r.agent.tree = without(*LIGHT, only=lambda index: index[1] % 2 == 1)
        (reading,) = await r.round(PollKind.OPTICS)
        assert reading.outcome is Outcome.COMPLETE
        assert {key: ont.onu_rx_dbm for key, ont in r.onts().items()} == {
            key: None if key[1] % 2 else RX_DBM for key in KNOWN
        }


async def test_a_pulled_sfp_and_a_dead_board_keep_no_old_numbers(tmp_path: Path) -> None:
    async with rig(tmp_path) as r:
        assert r.facts.pon_ports["0/1/0"].tx_dbm == 3.5 and r.facts.cards["0/9"].cpu_percent == 30
        gone = (FIRST,), (0, 9)
        r.agent.tree = without(SFP_TX, CPU, only=lambda index: index in gone)
        await r.round(PollKind.OPTICS, PollKind.HEALTH)
        assert (r.facts.pon_ports["0/1/0"].tx_dbm, r.facts.pon_ports["0/1/1"].tx_dbm) == (None, 3.5)
        assert (r.facts.cards["0/9"].cpu_percent, r.facts.cards["0/9"].state) == (None, "normal")
        assert r.facts.olt.cpu_percent == 20


async def test_what_cannot_be_is_refused_counted_and_named(tmp_path: Path) -> None:
    async with rig(tmp_path) as r:
        r.agent.tree = hostile.raw_light(ber.integer(32767))
        optics, _ = await r.round(PollKind.OPTICS, PollKind.STATE)
        assert optics.refused.counts["ont.onu_rx_dbm"] == ONTS
        assert r.facts._marks["", PollKind.OPTICS].error == optics.refused.text
        assert "72 values refused: " in str(optics.refused.text)
        r.agent.tree = hostile.extra_ont((FIRST, 300))
        (state,) = await r.round(PollKind.STATE)
        assert state.refused.text and "ont id" in state.refused.text and "300" in state.refused.text


@pytest.mark.parametrize(
    ("spoil", "most"),
    [(hostile.endless_onts, 150), (hostile.endless_ports, 300)],
)
async def test_an_endless_table_costs_a_bounded_number_of_questions(
    spoil: hostile.Spoil, most: int, tmp_path: Path
) -> None:
    async with rig(tmp_path) as r:
        r.agent.spoil = spoil
        before = r.agent.requests
        (reading,) = await r.round(PollKind.STATE)
        assert "does not end" in str(reading.error)
        assert r.agent.requests - before < most


async def test_an_ont_that_a_get_finds_is_not_gone_however_often_the_table_lacks_it(tmp_path: Path) -> None:
    async with rig(tmp_path) as r:
        gone = [(FIRST, ont) for ont in (3, 7, 11)]
        r.agent.tree = without((*P, 43), (*P, 46), (*P, 51), only=lambda index: index in gone)
        r.agent.tree_for_get = hostile.good()
        readings = await r.round(*[PollKind.STATE] * 12)
        assert r.onts().keys() == KNOWN
        assert "answers: cut short" in str(readings[-1].error)


async def test_a_removal_is_believed_in_the_end(tmp_path: Path) -> None:
    async with rig(tmp_path) as r:
        r.agent.tree = without((*P, 43), (*P, 46), (*P, 51), only=lambda index: index[1] % 4 == 3)
        await r.round(*[PollKind.STATE] * 8)
        assert r.onts().keys() == {key for key in KNOWN if key[1] % 4 != 3}
