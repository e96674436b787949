"""One OLT's worker and its facts: reading, writing, and what survives when either fails."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from fake_clock import FakeClock
from schema_copy import sqlite_with_schema
from sqlalchemy import select

from noc_console.collector.clock import SPREAD
from noc_console.collector.coordinator import Coordinator, Done, Rhythm
from noc_console.collector.facts import OltFacts
from noc_console.collector.holding import Lease
from noc_console.collector.olt import WRITE_AGAIN_S, OltWorker
from noc_console.config.model import OltPolling, Polling
from noc_console.domain.changes import Severity, severity_of
from noc_console.domain.errors import SourceTimeout, SourceUnavailable
from noc_console.domain.freshness import Intervals
from noc_console.domain.history import Sample
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Ont, Outcome, PollKind
from noc_console.domain.optics import Thresholds
from noc_console.domain.poll import Facts, OltReading, PortReading
from noc_console.domain.update import Update
from noc_console.sources.snmp.discovery import Identity
from noc_console.sources.snmp.profile import Profile, load_profiles
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.leases import LeaseStore
from noc_console.storage.sources import SourceStore
from noc_console.storage.streams import bump

A, B = PonPort((0, 1, 0)), PonPort((0, 1, 1))
SERIALS = {1: "HWTC00000001", 2: "HWTC00000002", 3: "HWTC00000003"}


class FakePoller:
    """An OLT whose tables a test sets."""

    identity: Identity | None = None
    profile: Profile | None = None
    unverified: Sequence[str] = ()
    max_repetitions = None

    def __init__(self) -> None:
        self.now: Callable[[], float] = time.time
        self.onts: dict[PonPort, dict[int, Facts]] = {A: {n: self.up(n) for n in (1, 2)}, B: {3: self.up(3)}}
        self.light: dict[int, float | None] = {1: -20.0, 2: -26.0, 3: -21.0}
        self.cards: dict[str, Facts] = {"0/9": {"type": "H901", "state": "normal", "cpu_percent": 12.0}}
        self.fails: Callable[[OltReading], None] | None = None
        self.silent = False
        self.uptime_s = 5000.0
        self.polled: list[PollKind] = []

    @staticmethod
    def up(number: int) -> Facts:
        return {"state": "online", "serial": SERIALS[number], "offline_reason": None}

    async def poll(self, kind: PollKind) -> OltReading:
        self.polled.append(kind)
        reading = OltReading(kind, self.now(), duration_s=0.01)
        if self.silent:
            reading.error = "no answer in 3 tries of 5 s"
            return reading
        reading.answered, reading.outcome, reading.uptime_s = True, Outcome.COMPLETE, self.uptime_s
        reading.varbinds = 10
        if kind is PollKind.STATE:
            reading.pon_ports = {port: {"oper": "up"} for port in self.onts}
            reading.all_ports = True
            reading.ports = [PortReading(port, Outcome.COMPLETE, dict(onts)) for port, onts in self.onts.items()]
        elif kind is PollKind.OPTICS:
            reading.ports = [
                PortReading(port, Outcome.COMPLETE, {n: {"onu_rx_dbm": self.light[n]} for n in onts})
                for port, onts in self.onts.items()
            ]
        elif kind is PollKind.HEALTH:
            reading.cards = {name: dict(facts) for name, facts in self.cards.items()}
        if self.fails:
            self.fails(reading)
        return reading

    async def read_ont(self, port: PonPort, ont_id: int) -> Facts:
        if self.silent:
            raise SourceTimeout("no answer", "north")
        return {**self.onts[port][ont_id], "onu_rx_dbm": self.light[ont_id]}


class Olt:
    """A worker on a fake OLT, and what came of it."""

    def __init__(self, database: Database, poller: FakePoller, facts: OltFacts, polling: Polling) -> None:
        self.database = database
        self.poller = poller
        self.facts = facts
        self.samples: list[Sample] = []
        self.clock = FakeClock()
        self.worker = OltWorker(poller, facts, polling, Thresholds(), self.keep, self.clock)  # type: ignore[arg-type]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Its rhythms run."""
        coordinator = Coordinator(SourceStore(self.database), self.clock)
        task = asyncio.create_task(coordinator.run(self.worker.parts()))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    @classmethod
    async def make(
        cls, database: Database, poller: FakePoller | None = None, leased: bool = False, **polling: float
    ) -> Olt:
        async with database.writing() as connection:
            ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], 1.0)
        facts = OltFacts(database, ids["north"], "north", lease=Lease(ids["north"]) if leased else None)
        await facts.load()
        return cls(database, poller or FakePoller(), facts, Polling.model_validate(polling))

    async def keep(self, samples: Sequence[Sample]) -> None:
        self.samples += samples

    async def poll(self, *kinds: PollKind) -> list[OltReading]:
        return [await self.worker.poll(kind) for kind in kinds or (PollKind.STATE,)]

    async def stored(self) -> Update:
        async with self.database.reading() as connection:
            return await read_update(connection, {})

    async def onts(self) -> dict[int, Ont]:
        return {ont.ont_id: ont for ont in (await self.stored()).onts}

    def values(self, metric: str, **labels: str) -> list[float]:
        wanted = set(labels.items())
        return [s.value for s in self.samples if s.metric == metric and wanted <= set(s.labels)]


@pytest.fixture
async def sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr("noc_console.storage.database.BUSY_TIMEOUT_S", 0.02)
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    yield database
    await database.close()


class Lock:
    """Another program that holds the SQLite file."""

    def __init__(self, database: Database) -> None:
        self._connection = sqlite3.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
        self._connection.execute("BEGIN IMMEDIATE")

    def release(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


# What is written


async def test_a_round_is_stored_with_marks_changes_and_ages(database: Database) -> None:
    olt = await Olt.make(database)
    begun_at = time.time()
    readings = await olt.worker.once()
    assert [reading.outcome for reading in readings] == [Outcome.COMPLETE] * 4
    stored = await olt.stored()
    assert {(o.port, o.ont_id, o.serial, o.state, o.onu_rx_dbm) for o in stored.onts} == {
        ("0/1/0", 1, "HWTC00000001", "online", -20.0),
        ("0/1/0", 2, "HWTC00000002", "online", -26.0),
        ("0/1/1", 3, "HWTC00000003", "online", -21.0),
    }
    (row,) = stored.olts
    assert (row.reachable, row.error, row.uptime_s, row.cpu_percent) == (True, None, 5000.0, 12.0)
    assert row.last_poll_at and row.last_ok_at and row.last_ok_at >= begun_at
    marks = {(mark.port, mark.kind): mark for mark in stored.marks}
    assert {port for port, kind in marks if kind is PollKind.STATE} == {"", "0/1/0", "0/1/1"}
    assert all(mark.outcome is Outcome.COMPLETE and mark.observed_at for mark in marks.values())
    assert stored.changes == []


async def test_an_unchanged_reading_touches_no_ont_row(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.poll()
    seen = (await olt.stored()).revisions
    await olt.poll()
    async with database.reading() as connection:
        update = await read_update(connection, seen)
    assert (update.onts, update.changes, len(update.olts), len(update.marks)) == ([], [], 1, 3)


async def test_facts_go_on_after_a_restart(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.poll(PollKind.STATE, PollKind.OPTICS)
    again = await Olt.make(database, olt.poller)
    olt.poller.onts[A][1] = {"state": "offline", "offline_reason": "dying_gasp"}
    olt.poller.onts[A][9] = {"state": "online", "serial": "HWTC00000009"}
    olt.poller.light[9] = -22.0
    await again.poll(PollKind.STATE, PollKind.OPTICS)
    assert {change.kind for change in (await again.stored()).changes} == {"ont_appeared", "ont_down"}
    assert (await again.onts())[9].onu_rx_dbm == -22.0


async def test_a_port_and_a_card_that_are_gone(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.worker.once()
    del olt.poller.onts[B]
    olt.poller.cards = {"0/10": {"state": "normal"}}
    await olt.poll(PollKind.STATE, PollKind.HEALTH)
    stored = await olt.stored()
    assert {port.name for port in stored.ports} == {"0/1/0"}
    assert {card.name for card in stored.cards} == {"0/10"}
    assert {ont.ont_id for ont in stored.onts} == {1, 2, 3}
    await olt.poll()
    assert {ont.ont_id for ont in (await olt.stored()).onts} == {1, 2}


async def test_a_card_that_fails_and_an_olt_that_restarts_are_changes(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.worker.once()
    olt.poller.cards["0/9"]["state"] = "fault"
    olt.poller.uptime_s = 30.0
    await olt.poll(PollKind.STATE, PollKind.HEALTH)
    assert [(change.kind, severity_of(change)) for change in (await olt.stored()).changes] == [
        ("olt_restarted", Severity.MAJOR),
        ("card_changed", Severity.MAJOR),
    ]


# An OLT that does not answer


async def test_a_silent_olt_is_unreachable_and_its_onts_keep_what_was_last_known(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.poll()
    observed_at = olt.facts.observed_at("0/1/0", PollKind.STATE)
    olt.poller.silent = True
    (reading,) = await olt.poll()
    assert reading.outcome is Outcome.FAILED
    stored = await olt.stored()
    (row,) = stored.olts
    assert (row.reachable, row.error) == (False, "no answer in 3 tries of 5 s")
    assert row.retry_at and row.retry_at > olt.clock.at
    assert {ont.state for ont in stored.onts} == {"online"}, "as last reported: what may be shown is for the reader"
    marks = {mark.port: mark for mark in stored.marks}
    assert {mark.outcome for mark in marks.values()} == {Outcome.FAILED}
    assert marks["0/1/0"].observed_at == observed_at
    assert olt.values("onu_status_total", status="unknown")[-1] == 3
    assert olt.values("onu_status_total", status="offline")[-1] == 0
    assert olt.values("olt_up")[-1] == 0
    (change,) = stored.changes
    assert (change.kind, severity_of(change)) == ("olt_silent", Severity.CRITICAL)
    await olt.poll()
    olt.poller.silent = False
    await olt.poll()
    stored = await olt.stored()
    assert [change.kind for change in stored.changes] == ["olt_silent", "olt_answers"]
    assert (stored.olts[0].reachable, stored.olts[0].error, stored.olts[0].retry_at) == (True, None, None)


async def test_a_round_ends_early_at_an_olt_that_does_not_answer(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    olt.poller.silent = True
    assert len(await olt.worker.once()) == 1


async def test_a_port_that_could_not_be_read_keeps_its_onts_and_its_age(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.poll()

    def half(reading: OltReading) -> None:
        reading.outcome = Outcome.PARTIAL
        reading.ports[1] = PortReading(B, Outcome.FAILED, error="no answer")

    olt.poller.fails = half
    observed_at = olt.facts.observed_at("0/1/1", PollKind.STATE)
    for _ in range(3):
        await olt.poll()
    stored = await olt.stored()
    assert {ont.ont_id for ont in stored.onts} == {1, 2, 3}
    mark = next(mark for mark in stored.marks if mark.port == "0/1/1")
    assert (mark.outcome, mark.observed_at, mark.error) == (Outcome.FAILED, observed_at, "no answer")
    assert olt.values("onu_status_total", status="unknown")[-1] == 1


async def test_light_that_was_not_read_is_not_told_as_new(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    await olt.poll(PollKind.STATE, PollKind.OPTICS)

    def cut_short(reading: OltReading) -> None:
        reading.ports = [PortReading(A, Outcome.PARTIAL, {1: {"onu_rx_dbm": -20.5}})]

    olt.poller.fails = cut_short
    olt.samples.clear()
    await olt.poll(PollKind.OPTICS)
    assert olt.values("ont_onu_rx_dbm") == [-20.5]


# A database that does not take it


async def test_a_locked_database_loses_no_fact_and_no_sample(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    await olt.poll(PollKind.STATE, PollKind.OPTICS)
    olt.poller.onts[A][1] = {"state": "offline", "offline_reason": "dying_gasp"}
    olt.poller.light = {1: None, 2: -27.5, 3: -21.5}
    olt.samples.clear()
    lock = Lock(sqlite)
    readings = await olt.poll(PollKind.STATE, PollKind.OPTICS)
    assert all("read, but not written: database: locked" in (reading.error or "") for reading in readings)
    assert olt.values("onu_status_total", status="offline") == [1]
    assert sorted(olt.values("ont_onu_rx_dbm")) == [-27.5, -21.5], "what was read now, not what is stored"
    lock.release()
    assert (await olt.onts())[1].state == "online"
    await olt.poll(PollKind.STATE, PollKind.OPTICS)
    onts = await olt.onts()
    assert (onts[1].state, onts[1].last_onu_rx_dbm, onts[2].onu_rx_dbm) == ("offline", -20.0, -27.5)
    assert [change.kind for change in (await olt.stored()).changes] == ["ont_down"]


async def test_rows_that_somebody_else_wrote_do_not_stop_the_writing_for_ever(database: Database) -> None:
    """Such as a commit whose answer was lost: the rows are there, and memory does not know them."""
    olt = await Olt.make(database)
    await olt.poll()
    olt.poller.onts[A][9] = {"state": "online", "serial": "HWTC00000009"}
    async with database.writing() as connection:
        revision = await bump(connection, f"olt:{olt.facts.olt.id}")
        row = {"olt_id": olt.facts.olt.id, "port": "0/1/0", "ont_id": 9, "state": "offline", "revision": revision}
        await inventory.insert_onts(connection, [row])
    await olt.poll()
    (reading,) = await olt.poll()
    assert reading.error is None
    onts = await olt.onts()
    assert (onts[9].state, onts[9].serial) == ("online", "HWTC00000009")


@pytest.mark.parametrize(
    "trouble", ["database is locked", "database or disk is full", "attempt to write a readonly database"]
)
async def test_a_failed_write_is_no_fault_of_the_olt_and_what_was_read_is_kept(sqlite: Database, trouble: str) -> None:
    olt = await Olt.make(sqlite, state_s=60, optics_s=3600, health_s=3600, inventory_s=86400)
    write, fails = olt.facts.apply, True

    async def apply(reading: OltReading, row: dict[str, Any]) -> Any:
        if fails:
            raise SourceUnavailable(trouble, "database")
        return await write(reading, row)

    olt.facts.apply = apply  # type: ignore[method-assign,assignment]
    olt.poller.now = olt.clock.now
    work = {part.name: part.work for part in olt.worker.parts() if isinstance(part, Rhythm)}
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            state, optics = await work["north state"](), await work["north optics"]()
            assert state and state.pause_s is None, "the OLT is polled on as always"
            assert optics and optics.pause_s == WRITE_AGAIN_S
            assert str(state.trouble) == str(optics.trouble) == f"database: {trouble}"
            olt.clock.at += 60
        fails = False
        assert (await work["north state"]()) == (await work["north optics"]()) == Done(quiet=True)
    assert Counter(olt.poller.polled) == {PollKind.STATE: 4, PollKind.OPTICS: 1}, "light is written, not read again"
    assert (await olt.onts())[2].onu_rx_dbm == -26.0
    assert olt.facts.observed_at("", PollKind.OPTICS) == 1_000_000.0, "with the age that it has"
    assert [entry["event"] for entry in logged] == ["facts_not_written", "facts_written_again"]


async def test_a_reading_that_was_not_written_in_its_interval_is_read_again(sqlite: Database) -> None:
    olt = await Olt.make(sqlite, optics_s=3600)
    olt.poller.now = olt.clock.now
    optics = next(part.work for part in olt.worker.parts() if part.name == "north optics" and isinstance(part, Rhythm))
    lock = Lock(sqlite)
    await optics()
    lock.release()
    olt.clock.at += 3601
    await optics()
    assert olt.poller.polled == [PollKind.OPTICS] * 2


# Rhythm


async def test_a_silent_olt_is_asked_less_and_less_and_when_is_told(sqlite: Database) -> None:
    olt = await Olt.make(sqlite, state_s=30)
    olt.poller.silent = True
    tries: list[tuple[float, float]] = []
    write = olt.facts.apply

    async def apply(reading: OltReading, row: dict[str, Any]) -> Any:
        tries.append((olt.clock.at, row["retry_at"]))
        return await write(reading, row)

    olt.facts.apply = apply  # type: ignore[method-assign,assignment]
    async with olt.running():
        await olt.clock.until(lambda: len(tries) >= 9)
    pauses = [retry_at - at for at, retry_at in tries]
    for pause_s, plain_s in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=False):
        assert plain_s * (1 - SPREAD) <= pause_s <= plain_s * (1 + SPREAD)
    for (_, retry_at), (next_at, _) in itertools.pairwise(tries):
        assert next_at == pytest.approx(retry_at), "as it was told"
    assert set(olt.poller.polled) == {PollKind.STATE}, "nothing else is asked of an OLT that does not answer"


async def test_an_answer_starts_the_other_rhythms(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    async with olt.running():
        await olt.clock.until(lambda: set(olt.poller.polled) == set(PollKind))
    assert olt.poller.polled[0] is PollKind.STATE


async def test_without_its_lease_an_olt_is_not_polled(sqlite: Database) -> None:
    olt = await Olt.make(sqlite, leased=True)
    lease = olt.facts.lease
    assert lease
    async with olt.running():
        await olt.clock.advance(300.0)
        assert olt.poller.polled == []
        lease.take((await LeaseStore(sqlite).take([lease.olt_id], "us", 20.0))[lease.olt_id])
        await olt.clock.until(lambda: set(olt.poller.polled) == set(PollKind))
        await LeaseStore(sqlite).release([lease.olt_id], "us")
        await LeaseStore(sqlite).take([lease.olt_id], "they", 20.0)
        await olt.clock.until(lambda: not lease.held.is_set())
        await olt.clock.settle()
        polled = len(olt.poller.polled)
        await olt.clock.advance(3600.0)
        assert len(olt.poller.polled) <= polled + len(PollKind), "those that were under way, and no more"


async def test_what_is_read_without_the_lease_is_not_written(database: Database) -> None:
    olt = await Olt.make(database, leased=True)
    await LeaseStore(database).take([olt.facts.olt.id], "they", 20.0)
    (reading,) = await olt.poll()
    assert (reading.outcome, reading.error, olt.samples) == (Outcome.COMPLETE, None, [])
    assert (await olt.stored()).onts == []


async def test_one_poll_of_a_kind_at_a_time(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    under_way = 0
    most = 0
    poll = olt.poller.poll

    async def slow(kind: PollKind) -> OltReading:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return await poll(kind)

    olt.poller.poll = slow  # type: ignore[method-assign]
    await asyncio.gather(*(olt.worker.poll(PollKind.STATE) for _ in range(4)))
    assert most == 1
    await asyncio.gather(*(olt.worker.poll(kind) for kind in PollKind))
    assert most == len(PollKind)


async def test_a_new_ont_has_its_description_read_at_once(sqlite: Database) -> None:
    olt = await Olt.make(sqlite, inventory_s=86400, state_s=30)
    async with olt.running():
        await olt.clock.until(lambda: PollKind.INVENTORY in olt.poller.polled)
        before = olt.poller.polled.count(PollKind.INVENTORY)
        olt.poller.onts[A][9] = {"state": "online", "serial": "HWTC00000009"}
        olt.poller.light[9] = -20.0
        # The next inventory by its own rhythm is a day away.
        await olt.clock.until(lambda: olt.poller.polled.count(PollKind.INVENTORY) > before, within_s=3600)


# One ONT


async def test_refreshing_one_ont_reads_and_stores_only_that(database: Database) -> None:
    olt = await Olt.make(database)
    await olt.poll(PollKind.STATE, PollKind.OPTICS)
    onts = await olt.onts()
    olt.poller.light[1] = -24.0
    olt.poller.onts[A][1] = {**olt.poller.up(1), "state": "online"}
    olt.samples.clear()
    fresh = await olt.worker.refresh_ont(onts[1])
    assert (fresh.onu_rx_dbm, fresh.id) == (-24.0, onts[1].id)
    after = await olt.onts()
    assert after[1].refreshed_at and replace(after[2], revision=0) == replace(onts[2], revision=0)
    assert [(s.metric, s.value) for s in olt.samples] == [("ont_onu_rx_dbm", -24.0)]
    olt.poller.silent = True
    with pytest.raises(SourceTimeout):
        await olt.worker.refresh_ont(onts[1])


async def test_refreshing_counts_as_no_walk(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    await olt.poll()
    onts = await olt.onts()
    for _ in range(3):
        await olt.worker.refresh_ont(onts[1])
    assert set(await olt.onts()) == {1, 2, 3}


async def test_refreshing_while_the_database_is_locked_is_told(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    await olt.poll()
    ont = (await olt.onts())[1]
    lock = Lock(sqlite)
    with pytest.raises(SourceUnavailable, match="locked"):
        await olt.worker.refresh_ont(ont)
    lock.release()
    assert (await olt.worker.refresh_ont(ont)).onu_rx_dbm == -20.0


async def test_what_was_learnt_about_the_answers_size_is_kept(database: Database) -> None:
    olt = await Olt.make(database)
    olt.poller.max_repetitions = 12  # type: ignore[assignment]
    await olt.poll()
    again = await Olt.make(database)
    assert again.facts.max_repetitions == 12
    async with database.reading() as connection:
        assert (await connection.execute(select(schema.olt.c.max_repetitions))).scalar_one() == 12


async def test_four_full_ports_at_once(database: Database) -> None:
    olt = await Olt.make(database)
    many = {n: {"state": "online", "serial": f"HWTC{n:08X}"} for n in range(128)}
    olt.poller.onts = {PonPort((0, 1, n)): dict(many) for n in range(4)}
    olt.poller.light = dict.fromkeys(many, -20.0)
    await olt.poll(PollKind.STATE, PollKind.OPTICS)
    stored = (await olt.stored()).onts
    assert len(stored) == 512 and {ont.onu_rx_dbm for ont in stored} == {-20.0}
    places = itertools.product((str(port) for port in olt.poller.onts), many)
    assert {(ont.port, ont.ont_id) for ont in stored} == set(places)


@pytest.mark.parametrize(
    ("everywhere", "own", "expected"),
    [
        ({}, {}, {"state_s": 60, "optics_s": 3600}),
        ({"optics_s": 600}, {}, {"state_s": 60, "optics_s": 3600}),
        ({"optics_s": 7200}, {}, {"state_s": 60, "optics_s": 7200}),
        ({}, {"optics_s": 300, "state_s": 120}, {"state_s": 120, "optics_s": 300}),
    ],
    ids=["the profile's", "not more often", "less often", "the OLT's own"],
)
async def test_a_profile_bounds_the_rhythm_unless_the_olts_own_config_says_otherwise(
    sqlite: Database, everywhere: dict[str, float], own: dict[str, float], expected: dict[str, float]
) -> None:
    olt = await Olt.make(sqlite)
    olt.poller.profile = load_profiles()["zte-c300"]
    olt.poller.identity = Identity(sys_object_id="1.3.6.1.4.1.3902", sys_descr="C300", uptime_s=1.0)
    every, its = Polling.model_validate(everywhere), OltPolling.model_validate(own)
    worker = OltWorker(olt.poller, olt.facts, its.over(every), Thresholds(), olt.keep, olt.clock, its)  # type: ignore[arg-type]
    rhythms = {part.name: part for part in worker.parts() if isinstance(part, Rhythm)}
    await worker.poll(PollKind.STATE)
    for name, seconds in expected.items():
        every_s = rhythms[f"north {name.removesuffix('_s')}"].every
        assert every_s and every_s() == seconds
    (row,) = (await olt.stored()).olts
    assert {name: getattr(row, name) for name in expected} == expected, "consoles judge ages by it"
    assert row.intervals(Intervals()).optics_s == expected["optics_s"]


# A clock that was ahead, and has been put back


async def test_a_load_from_the_future_holds_no_light_back(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    olt.poller.now = lambda: olt.clock.at + 86400
    olt.poller.cards["0/9"]["cpu_percent"] = 99.0
    await olt.poll(PollKind.STATE, PollKind.HEALTH)
    olt.poller.now = olt.clock.now
    (optics,) = await olt.poll(PollKind.OPTICS)
    assert optics.outcome is Outcome.COMPLETE and PollKind.OPTICS in olt.poller.polled


async def test_a_trap_from_the_future_does_not_outlast_the_polls_after_it(sqlite: Database) -> None:
    olt = await Olt.make(sqlite)
    olt.poller.now = olt.clock.now
    await olt.poll()
    told = PortReading(A, Outcome.PARTIAL, {1: {"state": "offline"}})
    await olt.facts.apply_traps(OltReading(PollKind.STATE, olt.clock.at + 86400, ports=[told]))
    assert (await olt.onts())[1].state == "offline"
    olt.clock.at += 60
    await olt.poll()
    assert (await olt.onts())[1].state == "online"
    ups = [change for change in (await olt.stored()).changes if change.kind == "ont_up"]
    assert [getattr(change, "down_s", 0) for change in ups] == [None], "nobody knows how long it was down"
