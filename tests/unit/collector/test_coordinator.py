"""The coordinator: rhythm, back-off, fences, and what the operator is told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, cast

import pytest
import structlog
from fake_clock import FakeClock

from noc_console.collector.clock import SPREAD, Backoff
from noc_console.collector.coordinator import Coordinator, Done, EndWork, Off, Part, Rhythm, Service
from noc_console.domain.errors import SourceError, SourceTimeout, SourceUnavailable
from noc_console.domain.network import Source

FAULTS: list[Exception] = [
    KeyError(("0/1/0", 1)),
    RuntimeError("x"),
    ValueError("x"),
    AssertionError(),
    ExceptionGroup("several", [KeyError(1), ValueError(2)]),
    RecursionError(),
    StopAsyncIteration(),
]
faults = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)


class FakeSources:
    """Remembers the states that were stored."""

    def __init__(self) -> None:
        self.stored: list[Source] = []
        self.fault: Exception | None = None

    async def put(self, source: Source) -> None:
        if self.fault:
            raise self.fault
        self.stored.append(source)

    def now(self, name: str) -> Source:
        return [source for source in self.stored if source.name == name][-1]

    def states(self, name: str) -> list[str]:
        return [source.state for source in self.stored if source.name == name]


class World:
    """A coordinator on a clock that stands."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.sources = FakeSources()
        self.coordinator = Coordinator(cast(Any, self.sources), self.clock, lambda low, high: (low + high) / 2)
        self.turns: Counter[str] = Counter()
        self.at: list[float] = []
        self.raises: Exception | None = None

    async def work(self) -> Done | None:
        self.turns["work"] += 1
        self.at.append(self.clock.at)
        if self.raises:
            raise self.raises
        return None

    async def other(self) -> None:
        self.turns["other"] += 1

    def rhythm(self, **more: Any) -> Rhythm:
        given: dict[str, Any] = {"interval_s": 60.0, **more}
        return Rhythm("north state", "north", given.pop("work", self.work), **given)

    def bystander(self) -> Rhythm:
        return Rhythm("south state", "south", self.other, 60.0)

    @property
    def pauses(self) -> list[float]:
        return [round(b - a, 3) for a, b in pairwise(self.at)]

    @asynccontextmanager
    async def running(self, *parts: Part) -> AsyncIterator[asyncio.Task[None]]:
        task = asyncio.create_task(self.coordinator.run(parts))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def logged() -> Any:
    with structlog.testing.capture_logs() as entries:
        yield entries


def said(entries: Sequence[Any], event: str) -> list[Any]:
    return [entry for entry in entries if entry["event"] == event]


# Back-off


def test_pauses_double_to_their_ceiling_and_start_again() -> None:
    backoff = Backoff(draw=lambda low, high: 1.0)
    assert [backoff.failed() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.reset()
    assert backoff.failed() == 1


def test_pauses_vary_and_the_next_one_is_known_before() -> None:
    backoff = Backoff()
    for n in range(200):
        upcoming_s = backoff.upcoming_s
        assert backoff.failed() == upcoming_s
        plain_s = min(60, 2**n)
        assert plain_s * (1 - SPREAD) <= upcoming_s <= plain_s * (1 + SPREAD)
    assert len({Backoff().upcoming_s for _ in range(20)}) > 1


# Rhythm


async def test_a_rhythm_keeps_its_interval(w: World) -> None:
    async with w.running(w.rhythm(first_s=5.0)):
        await w.clock.advance(4.9)
        assert w.at == []
        await w.clock.advance(200.0)
    assert w.at[0] == 1_000_005.0 and w.pauses == [60.0, 60.0, 60.0]


@pytest.mark.parametrize(("took_s", "every_s"), [(0.0, 60.0), (3.0, 60.0), (40.0, 60.0), (50.0, 65.0), (100.0, 115.0)])
async def test_a_rhythm_from_begin_to_begin_counts_what_a_turn_took(w: World, took_s: float, every_s: float) -> None:
    """What is read each 60 s is that old, not that and the reading; a device that needs long still has its rest."""

    async def work() -> None:
        w.at.append(w.clock.at)
        await w.clock.sleep(took_s)

    async with w.running(w.rhythm(work=work, from_begin=True)):
        await w.clock.advance(4 * every_s)
    assert w.pauses[:3] == [every_s] * 3


async def test_jitter_stays_within_its_share(w: World) -> None:
    w.coordinator = Coordinator(cast(Any, w.sources), w.clock)
    async with w.running(w.rhythm(jitter=0.05)):
        await w.clock.advance(6000.0)
    assert len(set(w.pauses)) > 50 and all(57.0 <= pause_s <= 63.0 for pause_s in w.pauses)


async def test_work_may_ask_for_another_pause(w: World) -> None:
    async def work() -> Done:
        w.at.append(w.clock.at)
        return Done(pause_s=7.0)

    async with w.running(w.rhythm(work=work)):
        await w.clock.advance(21.0)
    assert w.pauses == [7.0, 7.0, 7.0]


async def test_now_makes_the_next_turn_come_soon_and_not_too_often(w: World) -> None:
    now = asyncio.Event()
    async with w.running(w.rhythm(now=now, gap_s=3.0)):
        await w.clock.advance(10.0)
        now.set()
        await w.clock.advance(0.0)
        assert w.pauses == [10.0], "long after the last one: at once"
        for _ in range(65):
            now.set()
            await w.clock.advance(0.1)
    assert w.pauses == [10.0, 3.0, 3.0]


async def test_a_gate_holds_every_turn_back(w: World) -> None:
    gate = asyncio.Event()
    async with w.running(w.rhythm(gate=gate)):
        await w.clock.advance(500.0)
        assert w.at == []
        gate.set()
        await w.clock.advance(60.0)
        assert len(w.at) == 2
        gate.clear()
        await w.clock.advance(500.0)
    assert len(w.at) == 2


# Failures that are expected


async def test_a_source_that_fails_is_told_once_and_once_when_it_is_back(w: World, logged: Any) -> None:
    async def work() -> Done:
        await w.work()
        return Done(took_s=0.25, detail="3 informed")

    w.raises = SourceTimeout("no answer", "genieacs")
    async with w.running(w.rhythm(work=work)):
        await w.clock.advance(40.0)
        source = w.sources.now("north")
        assert (source.state, source.error, source.last_ok_at) == ("failing", "no answer", None)
        assert source.retry_at == w.at[-1] + 32.0
        assert w.pauses == [1.0, 2.0, 4.0, 8.0, 16.0]
        w.raises = None
        await w.clock.advance(30.0)
        source = w.sources.now("north")
        assert (source.state, source.error, source.retry_at, source.latency_ms) == ("ok", None, None, 250.0)
        assert source.detail == "3 informed"
    assert len(said(logged, "source_failing")) == len(said(logged, "source_recovered")) == 1
    assert not [entry for entry in logged if "exc_info" in entry], "no trace for what is no fault of ours"


async def test_the_sources_own_words_stand_beside_its_failure(w: World) -> None:
    async def beside() -> str:
        return "1,200 samples wait"

    w.raises = SourceUnavailable("cannot connect", "victoriametrics")
    async with w.running(w.rhythm(beside=beside)):
        await w.clock.advance(1.0)
    assert w.sources.now("north").detail == "1,200 samples wait"


async def test_what_is_not_configured_is_off(w: World) -> None:
    async with w.running(Off("traps", "not configured")):
        await w.clock.advance(1.0)
    assert (w.sources.now("traps").state, w.sources.now("traps").detail) == ("off", "not configured")


async def test_a_quiet_source_stores_nothing_while_all_is_well(w: World) -> None:
    async with w.running(w.rhythm()):
        await w.clock.advance(600.0)
    assert w.sources.stored == []


# Faults of ours


@faults
async def test_a_fault_ends_nothing_else_and_is_retried_and_told(w: World, logged: Any, fault: Exception) -> None:
    w.raises = fault
    async with w.running(w.rhythm(), w.bystander()) as task:
        await w.clock.advance(300.0)
        assert not task.done() and w.turns["other"] == 6
        source = w.sources.now("north")
        assert (source.state, source.retry_at) == ("broken", w.at[-1] + 60.0)
        assert source.error == f"internal error in north state: {type(fault).__name__} (see the log)"
        assert "south" not in {stored.name for stored in w.sources.stored}
        w.raises = None
        await w.clock.advance(70.0)
        assert w.sources.now("north").state == "ok"
    (entry,) = said(logged, "source_broken")
    assert entry["exc_info"] is fault and entry["source"] == "north", "once, with its trace"
    assert len(said(logged, "source_recovered")) == 1
    assert w.pauses[:8] == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_another_fault_behind_the_first_is_logged_too(w: World, logged: Any) -> None:
    w.raises = KeyError(1)
    async with w.running(w.rhythm()):
        await w.clock.advance(5.0)
        w.raises = ValueError(1)
        await w.clock.advance(100.0)
    assert [type(entry["exc_info"]) for entry in said(logged, "source_broken")] == [KeyError, ValueError]


async def test_now_does_not_cut_the_back_off_of_a_fault_short(w: World) -> None:
    now = asyncio.Event()
    w.raises = KeyError(1)
    async with w.running(w.rhythm(now=now)):
        for _ in range(100):
            now.set()
            await w.clock.advance(0.5)
    assert w.pauses == [1.0, 2.0, 4.0, 8.0, 16.0]


async def test_work_that_is_cancelled_from_within_is_a_fault(w: World) -> None:
    async def work() -> None:
        w.at.append(w.clock.at)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async with w.running(w.rhythm(work=work), w.bystander()) as task:
        await w.clock.advance(10.0)
        assert not task.done() and len(w.at) == 4
    assert "Interrupted" in (w.sources.now("north").error or "")


async def test_a_fault_while_a_state_is_stored_ends_nothing(w: World, logged: Any) -> None:
    w.sources.fault, w.raises = KeyError("store"), ValueError("work")
    async with w.running(w.rhythm(), w.bystander()) as task:
        await w.clock.advance(100.0)
        assert not task.done() and len(w.at) > 5 and w.turns["other"] == 2
    assert said(logged, "source_state_broken")


async def test_a_trouble_that_the_database_did_not_take_does_not_stay_for_ever(w: World) -> None:
    w.raises = KeyError(1)
    async with w.running(w.rhythm()):
        await w.clock.advance(0.5)
        w.raises, w.sources.fault = None, SourceUnavailable("locked", "database")
        await w.clock.advance(10.0)
        assert w.sources.now("north").state == "broken"
        w.sources.fault = None
        await w.clock.advance(60.0)
    assert w.sources.now("north").state == "ok"


async def test_one_part_that_works_does_not_hide_another_that_is_broken(w: World) -> None:
    async def fine() -> Done:
        return Done(detail="fine")

    w.raises = KeyError(1)
    async with w.running(w.rhythm(), Rhythm("north optics", "north", fine, 1.0)):
        await w.clock.advance(100.0)
        assert w.sources.now("north").state == "broken"
        w.raises = None
        await w.clock.advance(61.0)
        assert w.sources.now("north").state == "ok"


# Services


async def test_a_service_that_breaks_starts_again_and_recovers(w: World, logged: Any) -> None:
    begun: list[float] = []

    async def run() -> None:
        begun.append(w.clock.at)
        if len(begun) <= 3:
            raise KeyError("job")
        await asyncio.Event().wait()

    async with w.running(Service("jobs", "jobs", run), w.bystander()):
        await w.clock.advance(8.0)
        assert [round(b - a) for a, b in pairwise(begun)] == [1, 2, 4]
        assert w.sources.now("jobs").state == "broken"
        await w.clock.advance(10.0)
        assert w.sources.now("jobs").state == "ok"
    assert len(said(logged, "source_broken")) == len(said(logged, "source_recovered")) == 1
    assert len(begun) == 4


async def test_a_service_that_returns_is_not_started_again_and_may_add_parts(w: World) -> None:
    begun: list[float] = []

    async def run() -> None:
        begun.append(w.clock.at)
        w.coordinator.add([w.rhythm()])

    async with w.running(Service("core devices", "core devices", run)):
        await w.clock.advance(120.0)
    assert len(begun) == 1 and len(w.at) == 3


# The end


async def test_the_end_of_work_ends_all_parts_in_order(w: World) -> None:
    ended: list[str] = []

    async def long(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    async def ends() -> None:
        raise EndWork

    parts = [Service(name, name, lambda name=name: long(name)) for name in "ab"]  # type: ignore[misc]
    async with w.running(*parts, w.rhythm(work=ends, first_s=5.0)) as task:
        await w.clock.advance(6.0)
        assert task.done() and sorted(ended) == ["a", "b"]
        assert isinstance(task.exception(), EndWork)


async def test_cancellation_passes_through(w: World) -> None:
    async with w.running(w.rhythm(), w.bystander()) as task:
        await w.clock.advance(1.0)
        task.cancel()
        await asyncio.wait([task], timeout=5.0)
        assert task.cancelled()
    assert w.sources.stored == []


@faults
async def test_what_must_be_done_first_is_tried_until_it_is(w: World, fault: Exception) -> None:
    w.raises = fault
    doing: Awaitable[Any] = asyncio.ensure_future(w.coordinator.until_done("start", "collector", w.work, 4.0))
    await w.clock.advance(10.0)
    assert w.pauses == [1.0, 2.0, 4.0] and w.sources.now("collector").state == "broken"
    w.raises = None
    await w.clock.advance(4.0)
    await doing
    assert w.sources.now("collector").state == "ok"


# A database that does not take what was read


@pytest.mark.parametrize("raised", [True, False], ids=["raised", "told"])
async def test_trouble_with_the_database_is_not_its_sources(w: World, raised: bool) -> None:
    trouble: SourceError | None = SourceUnavailable("disk full", "database")

    async def work() -> Done:
        if raised and trouble:
            raise trouble
        return Done(quiet=True, trouble=trouble)

    async with w.running(w.rhythm(work=work), w.bystander()):
        await w.clock.advance(1)
        told = w.sources.now("collector")
        assert (told.state, told.error) == ("failing", "database: disk full")
        trouble = None
        await w.clock.advance(120)
        assert w.sources.now("collector").state == "ok"
    assert "failing" not in w.sources.states("north") + w.sources.states("south")
