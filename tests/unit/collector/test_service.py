"""The collector as a whole: what it survives on its way to work and at work, and how work changes hands."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from fake_clock import FakeClock
from schema_copy import sqlite_with_schema
from services import eventually, free_port
from sqlalchemy import delete, select, update

from noc_console.collector import incidents
from noc_console.collector import stint as stint_module
from noc_console.collector import traps as traps_module
from noc_console.collector.alarms import AlarmWorker
from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Coordinator, Off, Part, Service
from noc_console.collector.facts import OltFacts
from noc_console.collector.incidents import IncidentWorker
from noc_console.collector.service import LEASE_RETRY_S, STANDBY_S, CollectorService
from noc_console.config.model import Config
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.identity import PonPort
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S, Collector, Outcome, PollKind, Source
from noc_console.domain.poll import OltReading, PortReading
from noc_console.sources.ping import Echo, Pinger
from noc_console.sources.snmp.core_poller import CorePoller, CoreReading
from noc_console.sources.snmp.poll import OltPoller
from noc_console.storage import inventory, schema
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.history.buffer import SampleBuffer
from noc_console.storage.jobs import JobStore
from noc_console.storage.leases import LeaseLost, LeaseStore
from noc_console.storage.sources import CollectorRegister, NotAtWork
from noc_console.storage.swaps import SwapStore

PORT = PonPort((0, 1, 0))


class Quick(Clock):
    """A minute is soon over; instants are the real ones."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 500)


@pytest.fixture(autouse=True)
def seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for incidents each second would be sixty steps of a test's clock from poll to poll."""
    monkeypatch.setattr(incidents, "LOOK_S", 30.0)


def config_of(path: Path, *olts: str, **more: Any) -> Config:
    entries = [{"name": name, "address": "127.0.0.1", "snmp": {"port": 1}} for name in olts or ("a",)]
    given = {"database": f"sqlite:///{path}/noc.db", "victoriametrics": None, "ping": None, "olts": entries}
    return Config.model_validate({**given, "history": {"path": path}, **more})


@asynccontextmanager
async def at_work(service: CollectorService) -> AsyncIterator[asyncio.Task[None]]:
    stop = asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    try:
        yield running
    finally:
        stop.set()
        await running


@pytest.fixture(autouse=True)
def logged() -> Iterator[Sequence[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(sqlite_with_schema(tmp_path / "noc.db"))
    yield made
    await made.close()


@pytest.fixture
def polled(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """OLTs and core devices that answer at once, without sockets, and how often they were polled."""
    times: Counter[str] = Counter()

    async def poll(self: OltPoller, kind: PollKind) -> OltReading:
        times[self.config.name] += 1
        reading = OltReading(kind, time.time(), Outcome.COMPLETE, answered=True, uptime_s=5000.0)
        if kind is PollKind.STATE:
            onts = {1: {"state": "online", "serial": f"HWTC{ord(self.config.name[-1]):08X}"}}
            reading.ports = [PortReading(PORT, Outcome.COMPLETE, onts)]
        return reading

    async def poll_core(self: CorePoller) -> CoreReading:
        return CoreReading(time.time(), answered=True)

    async def ping(_self: Pinger, _host: str, count: int, _timeout_s: float) -> Echo:
        return Echo(count, count, 0.001)

    monkeypatch.setattr(OltPoller, "poll", poll)
    monkeypatch.setattr(CorePoller, "poll", poll_core)
    monkeypatch.setattr(Pinger, "open", lambda self: None)
    monkeypatch.setattr(Pinger, "ping", ping)
    return times


async def sources(database: Database) -> dict[str, Source]:
    async with database.reading() as connection:
        return {source.name: source for source in (await read_update(connection, {})).sources}


# The way to work


@pytest.mark.parametrize("error", [SourceUnavailable("locked by another program", "database"), KeyError("x")])
@pytest.mark.parametrize("place", ["take_over", "beat", "sync_olts"])
async def test_the_start_is_tried_again_until_it_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polled: Counter[str], place: str, error: Exception
) -> None:
    owner: Any = inventory if place == "sync_olts" else CollectorRegister
    real = getattr(owner, place)
    calls = 0

    async def fails_at_first(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise error
        return await real(*arguments)

    monkeypatch.setattr(owner, place, fails_at_first)
    async with at_work(CollectorService(config_of(tmp_path), "daemon", Quick())):
        await eventually(lambda: polled["a"])
    assert calls >= 3


async def test_an_olt_whose_facts_do_not_load_keeps_no_other_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polled: Counter[str], database: Database
) -> None:
    real = OltFacts.load
    broken = True

    async def load(self: OltFacts) -> None:
        if broken and self.olt.name == "b":
            raise ValueError("not a PollKind")
        await real(self)

    monkeypatch.setattr(OltFacts, "load", load)

    async def state() -> str:
        return (await sources(database)).get("b", Source("b", "never")).state

    async with at_work(CollectorService(config_of(tmp_path, "a", "b", "c"), "daemon", Quick())):
        await eventually(lambda: polled["a"] > 3 and polled["c"] > 3)
        await eventually(lambda: _is(state, "broken"))
        broken = False
        await eventually(lambda: _is(state, "ok"))


async def _is(state: Callable[[], Any], wanted: str) -> bool:
    return bool(await state() == wanted)


# At work: whatever breaks, the others go on


class Faults:
    """Makes the parts of a service break, each with one fault after the other."""

    def __init__(self, faults: Sequence[Exception]) -> None:
        self.faults = faults
        self.hits: Counter[str] = Counter()
        self.turns: Counter[str] = Counter()
        self.sources: dict[str, str] = {}
        self._breaks: dict[str, asyncio.Event] = {}

    def set(self, names: Sequence[str]) -> None:
        """Let these break, and no others."""
        for name, event in self._breaks.items():
            (event.set if name in names else event.clear)()

    def wrap(self, part: Part, broken: bool) -> Part:
        if isinstance(part, Off):
            return part
        self.sources[part.name] = part.source
        event = self._breaks.setdefault(part.name, asyncio.Event())
        if broken:
            event.set()
        if isinstance(part, Service):
            return replace(part, run=lambda: self._serve(part.name, part.run, event))
        return replace(part, work=lambda: self._turn(part.name, part.work, event))

    async def _turn(self, name: str, work: Callable[[], Any], event: asyncio.Event) -> Any:
        self.turns[name] += 1
        if event.is_set():
            self._break(name)
        return await work()

    async def _serve(self, name: str, work: Callable[[], Any], event: asyncio.Event) -> None:
        self.turns[name] += 1
        working, breaking = asyncio.ensure_future(work()), asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((working, breaking), return_when=asyncio.FIRST_COMPLETED)
            if event.is_set():
                self._break(name)
            await working
        finally:
            for task in (working, breaking):
                task.cancel()
            await asyncio.gather(working, breaking, return_exceptions=True)

    def _break(self, name: str) -> None:
        fault = self.faults[self.hits[name] % len(self.faults)]
        self.hits[name] += 1
        raise type(fault)(*fault.args)


EVERYTHING = {
    "polling": {"state_s": 30, "optics_s": 30, "health_s": 30, "inventory_s": 30},
    "core_devices": [{"name": "nas-1", "address": "127.0.0.1", "snmp": {"port": 1}}],
    "ping": {"every_s": 30},
    "genieacs": {"url": "http://127.0.0.1:1"},
    "victoriametrics": {"url": "http://127.0.0.1:1"},
    "swaps": {"tickets": {"url": "http://127.0.0.1:1/hook"}},
}
AT_LEAST = 26
"""Parts of a service with three OLTs that has everything."""


FAULTS = (
    KeyError(("0/1/0", 1)),
    RuntimeError("x"),
    ValueError("x"),
    AssertionError(),
    ExceptionGroup("x", [KeyError(1)]),
)


async def test_whatever_breaks_the_others_go_on_and_it_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polled: Counter[str], database: Database
) -> None:
    """Every part that the service declares breaks in every way: first one half of them, then the other."""
    monkeypatch.setattr(stint_module, "FULL_COLLECTION_EVERY_S", 30.0)
    monkeypatch.setattr(traps_module, "RESOLVE_S", 30.0)
    faults, add = Faults(FAULTS), Coordinator.add
    monkeypatch.setattr(
        Coordinator,
        "add",
        lambda self, parts: add(self, [faults.wrap(part, getattr(part, "name", "") == "start") for part in parts]),
    )
    traps = {"listen": f"127.0.0.1:{free_port()}"}
    clock = FakeClock(time.time())
    async with at_work(
        CollectorService(config_of(tmp_path, "a", "b", "c", **EVERYTHING, traps=traps), "daemon", clock)
    ):
        await clock.until(lambda: faults.hits["start"] >= 2)
        faults.set([])
        await clock.until(lambda: len(faults.sources) > AT_LEAST and not faults.sources.keys() - faults.turns.keys())
        every = sorted(faults.sources.keys() - {"start", "core devices"})
        for victims in (every[::2], every[1::2]):
            before_hits, before_turns = Counter(faults.hits), Counter(faults.turns)
            faults.set(victims)
            await clock.until(lambda: all(faults.hits[name] >= before_hits[name] + len(FAULTS) for name in victims))  # noqa: B023
            others = set(every) - set(victims)
            # Services have no second turn while all is well.
            rhythms = [name for name in others if not name.endswith("second looks") and name != "jobs"]
            await clock.until(lambda: all(faults.turns[name] > before_turns[name] for name in rhythms))  # noqa: B023
            await clock.until(lambda: all(faults.hits[name] > before_hits[name] + len(FAULTS) for name in victims))  # noqa: B023
            await clock.until(lambda: _broken(database, {faults.sources[name] for name in victims}))  # noqa: B023
            told = [one.error or "" for one in (await sources(database)).values() if one.state == "broken"]
            assert all(any(type(fault).__name__ in error for fault in FAULTS) for error in told)
            faults.set([])
            recovered = Counter(faults.turns)
            await clock.until(lambda: all(faults.turns[name] > recovered[name] for name in victims))  # noqa: B023
            await clock.until(lambda: _broken(database, []))


async def _broken(database: Database, wanted: Collection[str]) -> bool:
    """Whether these sources are broken, and no others."""
    found = await sources(database)
    return [name for name in sorted(found) if found[name].state == "broken"] == sorted(wanted)


PLACES: list[tuple[Any, str, str]] = [
    (OltPoller, "poll", "b"),
    (OltFacts, "apply", "b"),
    (CorePoller, "poll", "nas-1"),
    (Pinger, "ping", "ping"),
    (SampleBuffer, "append", "sample buffer"),
    (SampleBuffer, "trim", "sample buffer"),
    (SampleBuffer, "batch", "victoriametrics"),
    (CpeStore, "newest_inform_at", "genieacs"),
    (SwapStore, "without_ticket", "tickets"),
    (JobStore, "waiting", "jobs"),
    (IncidentWorker, "look", "incidents"),
    (AlarmWorker, "turn", "alarms"),
    (CollectorRegister, "beat", "collector"),
    (LeaseStore, "renew", "collector"),
]


@pytest.mark.parametrize(("owner", "method", "source"), PLACES, ids=[f"{o.__name__}.{m}" for o, m, _ in PLACES])
async def test_a_fault_deep_inside_shows_at_its_source_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, polled: Counter[str], database: Database,
    owner: Any, method: str, source: str,
) -> None:  # fmt: skip
    # Without leases nothing is polled: these break later.
    real, broken = getattr(owner, method), owner is not LeaseStore
    errors = [KeyError(1), RuntimeError("x"), ValueError("x"), AssertionError(), ExceptionGroup("x", [KeyError(1)])]

    async def breaks(self: Any, *arguments: Any) -> Any:
        name = self.config.name if owner is OltPoller else self.olt.name if owner is OltFacts else "b"
        if broken and name == "b":
            errors.append(errors.pop(0))
            raise errors[0]
        return await real(self, *arguments)

    monkeypatch.setattr(owner, method, breaks)
    clock = FakeClock(time.time())
    async with at_work(CollectorService(config_of(tmp_path, "a", "b", "c", **EVERYTHING), "daemon", clock)) as running:
        await clock.until(lambda: polled["a"] > 2 and polled["c"] > 2)

        broken = True
        await clock.until(lambda: _broken(database, [source]))
        begun = dict(polled)
        await clock.until(lambda: all(polled[name] > begun[name] + 2 for name in "ac"))
        assert await _broken(database, [source]) and not running.done()
        broken = False
        await clock.until(lambda: _broken(database, []))


# Who is at work


async def test_a_collector_that_was_taken_for_dead_stands_by(
    tmp_path: Path, polled: Counter[str], database: Database
) -> None:
    service, register = CollectorService(config_of(tmp_path), "daemon", Quick()), CollectorRegister(database)

    async def alive() -> set[str]:
        return {collector.id for collector in await register.alive()}

    def heartbeats() -> list[asyncio.Task[Any]]:
        return [task for task in asyncio.all_tasks() if task.get_name() == "heartbeat"]

    async with at_work(service) as running:
        (ours,) = await eventually(alive)
        await eventually(lambda: polled["a"])
        now = time.time()
        async with database.writing() as connection:  # its machine slept
            await connection.execute(delete(schema.collector))
            heir = Collector("heir", "host", 2, "daemon", now, now)
            await inventory.upsert(connection, schema.collector, [asdict(heir)])
        await eventually(lambda: not heartbeats())
        assert await alive() == {"heir"} and not running.done()
        await eventually(lambda: _free(database))
        await register.leave("heir")

        async def again() -> bool:
            return await alive() == {ours}

        await eventually(again)
        await eventually(heartbeats)


async def _free(database: Database) -> bool:
    async with database.reading() as connection:
        return set((await connection.execute(select(schema.olt_lease.c.until_at))).scalars()) == {0.0}


async def test_an_orderly_end_hands_the_olts_over_at_once(
    tmp_path: Path, polled: Counter[str], database: Database
) -> None:
    async with at_work(CollectorService(config_of(tmp_path, "a", "b"), "daemon", Quick())):
        await eventually(lambda: polled["a"] and polled["b"])
    assert await _free(database)
    polled.clear()
    async with at_work(CollectorService(config_of(tmp_path, "a", "b"), "daemon", Quick())):
        await eventually(lambda: polled["a"] and polled["b"], 15.0)


async def test_leases_that_a_dead_collector_left_are_waited_for(
    tmp_path: Path, polled: Counter[str], database: Database
) -> None:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("a", "127.0.0.1"), ("b", "127.0.0.1")], 1.0)
    await LeaseStore(database).take([ids["a"]], "dead", 1.5)
    async with at_work(CollectorService(config_of(tmp_path, "a", "b"), "daemon", Quick())):
        await eventually(lambda: polled["b"] > 2)
        assert polled["a"] == 0
        await eventually(lambda: polled["a"])


def test_a_standby_takes_over_within_25_seconds() -> None:
    assert COLLECTOR_DEAD_AFTER_S + STANDBY_S + LEASE_RETRY_S < 25


@pytest.mark.parametrize("clock_ahead_s", [-3600, 3600])
async def test_a_collector_that_stood_still_writes_nothing_when_it_wakes(
    tmp_path: Path, polled: Counter[str], database: Database, monkeypatch: pytest.MonkeyPatch, clock_ahead_s: float
) -> None:
    """Its poll was under way when it stopped, and ends long after another has taken over."""
    read, wakes = asyncio.Event(), asyncio.Event()
    poll, frozen = OltPoller.poll, True

    async def stands_still(self: OltPoller, kind: PollKind) -> OltReading:
        reading = await poll(self, kind)
        if frozen and kind is PollKind.STATE:
            read.set()
            try:
                await wakes.wait()
            except asyncio.CancelledError as error:  # it saw that another is at work, and gave the poll up
                refused.append(error)
                raise
        return reading

    apply, refused = OltFacts.apply, list[BaseException]()

    async def recorded(self: OltFacts, *arguments: Any) -> Any:
        try:
            return await apply(self, *arguments)
        except (LeaseLost, NotAtWork, asyncio.CancelledError) as error:  # as above
            refused.append(error)
            raise

    monkeypatch.setattr(OltPoller, "poll", stands_still)
    monkeypatch.setattr(OltFacts, "apply", recorded)
    frozen_clock = FakeClock(time.time() + clock_ahead_s)
    async with at_work(CollectorService(config_of(tmp_path), "daemon", frozen_clock)):
        await frozen_clock.until(read.is_set)
        async with database.reading() as connection:
            old = (await connection.execute(select(schema.olt_lease.c.holder))).scalar_one()
        frozen = False

        async def taken_over() -> bool:
            ours = schema.olt_lease.c.holder == old
            async with database.writing() as connection:  # what time does while it stands still
                await connection.execute(update(schema.olt_lease).where(ours).values(until_at=1.0))
                stopped = update(schema.collector).where(schema.collector.c.id == old)
                await connection.execute(stopped.values(heartbeat_at=1.0))
            return bool(await _onts(database))

        async with at_work(CollectorService(config_of(tmp_path), "daemon", Quick())):
            await eventually(taken_over)
            async with database.writing() as connection:
                await connection.execute(update(schema.ont).values(description="by the successor"))
        wakes.set()
        await eventually(lambda: refused)
        assert await _onts(database) == ["by the successor"]


async def _onts(database: Database) -> list[str | None]:
    async with database.reading() as connection:
        return list((await connection.execute(select(schema.ont.c.description))).scalars())
