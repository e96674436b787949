"""The shipper: everything arrives once and in order, whatever the server and the disk do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fake_clock import FakeClock
from services import eventually

from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Coordinator, Rhythm
from noc_console.collector.ship import Shipper
from noc_console.collector.status import SourceStatus
from noc_console.config.model import VictoriaMetrics
from noc_console.domain.errors import SourceProtocolError, SourceUnavailable
from noc_console.domain.history import Sample
from noc_console.domain.network import Source
from noc_console.storage.history.buffer import Batch, SampleBuffer
from noc_console.storage.history.victoria import OutcomeUnknown, Rejected, Victoria

START_AT = time.time() - 3600.0


class FakeVictoria(Victoria):
    """Takes samples; what it does with a batch is up to ``answers``, in order, then it accepts."""

    def __init__(self, *answers: str) -> None:
        super().__init__(VictoriaMetrics(url="http://127.0.0.1:1"))
        self.answers = list(answers)
        self.held: list[float] = []
        self.markers: list[tuple[int, int]] = []
        self.refuses: set[float] = set()
        self.refuses_all = False
        self.asked_since: list[int] = []

    async def ship(self, batch: Batch, buffer_id: str, now_ms: int) -> None:
        answer = self.answers.pop(0) if self.answers else "accept"
        values = [value for _, _, _, values in batch.series for value in values]
        if answer == "down":
            raise SourceUnavailable("cannot connect", "victoriametrics")
        if self.refuses_all or self.refuses & set(values):
            raise Rejected("refused the samples", "victoriametrics")
        if answer != "lost":
            self.held += values
            self.markers.append((now_ms, batch.last_id))
        if answer in ("lost", "unanswered"):
            raise OutcomeUnknown("the connection broke", "victoriametrics")
        if answer == "killed":
            raise asyncio.CancelledError

    async def arrived(self, buffer_id: str, since_ms: int) -> int:
        self.asked_since.append(since_ms)
        return await self.seen(buffer_id, since_ms)

    async def seen(self, buffer_id: str, since_ms: int) -> int:
        return max((last_id for at, last_id in self.markers if at >= since_ms), default=0)


class FakeSources:
    """Remembers the states that were stored."""

    def __init__(self) -> None:
        self.states: list[Source] = []

    async def put(self, source: Source) -> None:
        self.states.append(source)


class Hasty(Clock):
    """Nobody sleeps."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture
async def buffer(tmp_path: Path) -> AsyncIterator[SampleBuffer]:
    made = SampleBuffer(tmp_path / "samples.db", max_mb=10, keep_days=31)
    await made.open()
    yield made
    await made.close()


def shipper(buffer: SampleBuffer, victoria: Victoria | None, sources: FakeSources | None = None) -> Shipper:
    store = sources or FakeSources()
    return Shipper(buffer, victoria, SourceStatus(store, "sample buffer"), Hasty())  # type: ignore[arg-type]


def samples(*values: float) -> list[Sample]:
    return [Sample("m", (("olt_name", "north"),), START_AT + value, value) for value in values]


@asynccontextmanager
async def shipping(ship: Shipper, sources: FakeSources) -> AsyncIterator[None]:
    """Its rhythms run."""
    running = asyncio.create_task(Coordinator(sources, Hasty()).run(ship.parts()))  # type: ignore[arg-type]
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])


async def ship_all(ship: Shipper) -> None:
    while await ship.flush(5.0):
        pass


async def test_an_unanswered_batch_that_arrived_is_not_sent_again(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria("unanswered")
    ship = shipper(buffer, victoria)
    await ship.keep(samples(1, 2, 3))
    assert await ship.flush(5.0) == 3
    await ship.keep(samples(4))
    await ship_all(ship)
    assert victoria.held == [1, 2, 3, 4]


async def test_an_unanswered_batch_that_was_lost_is_sent_again(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria("lost", "lost")
    ship = shipper(buffer, victoria)
    await ship.keep(samples(1, 2, 3))
    await ship_all(ship)
    assert victoria.held == [1, 2, 3]


async def test_killed_between_the_acceptance_and_the_cursor(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria("accept", "killed")
    ship = shipper(buffer, victoria)
    await ship.keep(samples(1))
    await ship_all(ship)
    await ship.keep(samples(2, 3))
    with pytest.raises(asyncio.CancelledError):
        await ship.flush(5.0)
    successor = shipper(buffer, victoria)
    await successor.keep(samples(4))
    await ship_all(successor)
    assert victoria.held == [1, 2, 3, 4]
    sent_at = victoria.markers[1][0]
    assert victoria.asked_since == [sent_at - 1000], "only what is in doubt is asked for"


async def test_a_clean_start_asks_for_nothing(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria()
    ship = shipper(buffer, victoria)
    await ship.keep(samples(1))
    await ship_all(ship)
    await ship_all(shipper(buffer, victoria))
    assert victoria.asked_since == []


async def test_what_a_server_accepted_and_lost_is_sent_again_and_nothing_else(
    buffer: SampleBuffer,
) -> None:
    victoria, clock = FakeVictoria(), FakeClock(time.time())
    ship = Shipper(buffer, victoria, SourceStatus(FakeSources(), "sample buffer"), clock)  # type: ignore[arg-type]
    look = next(part.work for part in ship.parts() if isinstance(part, Rhythm) and part.name == "look again")
    for value in (1, 2, 3):
        await ship.keep(samples(value))
        await ship.flush(5.0)
        await clock.advance(40)
        if value == 1:
            await look()
    del victoria.held[1:], victoria.markers[1:]  # killed: what came after the first one was in memory only
    await look()
    await ship_all(ship)
    assert victoria.held == [1, 2, 3]
    await clock.advance(40)
    await look()
    assert await ship.flush(5.0) == 0 and victoria.held == [1, 2, 3]


async def test_what_was_accepted_before_a_start_is_looked_for_too(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria()
    ship = shipper(buffer, victoria)
    await ship.keep(samples(1, 2))
    await ship_all(ship)
    victoria.held.clear()
    victoria.markers.clear()
    heir = shipper(buffer, victoria)
    look = next(part.work for part in heir.parts() if isinstance(part, Rhythm) and part.name == "look again")
    await look()
    await ship_all(heir)
    assert victoria.held == [1, 2]


async def test_what_is_not_searchable_yet_is_not_taken_for_lost(buffer: SampleBuffer) -> None:
    """The first look, a moment after a batch was accepted: its marker cannot be found yet."""
    victoria = FakeVictoria()
    ship = shipper(buffer, victoria)
    look = next(part.work for part in ship.parts() if isinstance(part, Rhythm) and part.name == "look again")
    await ship.keep(samples(1, 2))
    await ship_all(ship)
    victoria.markers.clear()
    await look()
    await ship_all(ship)
    assert victoria.held == [1, 2]


async def test_who_accepts_and_keeps_nothing_is_told(buffer: SampleBuffer) -> None:
    victoria, clock = FakeVictoria(), FakeClock(time.time())
    ship = Shipper(buffer, victoria, SourceStatus(FakeSources(), "sample buffer"), clock)  # type: ignore[arg-type]
    works = {part.name: part.work for part in ship.parts() if isinstance(part, Rhythm)}
    for value in (1, 2):
        await ship.keep(samples(value))
        await works["ship samples"]()
        victoria.markers.clear()
        await clock.advance(40)
        await works["look again"]()
    with pytest.raises(SourceProtocolError, match="does not have them"):
        await works["ship samples"]()
    assert await buffer.kept() == 0


async def test_a_server_that_is_down_costs_nothing_but_time(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria(*["down"] * 5)
    ship = shipper(buffer, victoria)
    for value in range(5):
        await ship.keep(samples(value))
        assert await ship.flush(5.0) == value + 1
    await ship_all(ship)
    assert victoria.held == [0, 1, 2, 3, 4]


async def test_one_refused_sample_is_left_out_and_counted(buffer: SampleBuffer) -> None:
    victoria = FakeVictoria()
    victoria.refuses = {13.0}
    ship = shipper(buffer, victoria)
    await ship.keep(samples(*range(40)))
    await ship_all(ship)
    assert victoria.held == [value for value in range(40) if value != 13]
    assert ship.dropped == 1


async def test_a_server_that_refuses_everything_costs_nothing_but_time(buffer: SampleBuffer) -> None:
    """Such as one that is asked at a wrong path."""
    victoria = FakeVictoria()
    victoria.refuses_all = True
    ship = shipper(buffer, victoria)
    await ship.keep(samples(*range(40)))
    for _ in range(20):
        assert await ship.flush(5.0) == 40
    victoria.refuses_all = False
    await ship_all(ship)
    assert victoria.held == list(range(40)) and ship.dropped == 0


async def test_a_full_disk_is_told_and_what_waits_in_memory_comes_later(
    buffer: SampleBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = FakeSources()
    victoria = FakeVictoria()
    ship = shipper(buffer, victoria, sources)
    append = buffer.append

    async def full(_: object) -> None:
        await asyncio.sleep(0)
        raise SourceUnavailable("database or disk is full", "sample buffer")

    monkeypatch.setattr(buffer, "append", full)
    await asyncio.gather(*(ship.keep(samples(value)) for value in range(6)))
    assert sources.states[-1].name == "sample buffer"
    assert sources.states[-1].state == "failing" and "full" in (sources.states[-1].error or "")
    monkeypatch.setattr(buffer, "append", append)
    await asyncio.gather(*(ship.keep(samples(value)) for value in range(6, 12)))
    await ship_all(ship)
    assert sorted(victoria.held) == list(range(12))


async def test_a_buffer_with_a_fault_is_told_and_raises_nothing(
    buffer: SampleBuffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who measured the samples is no part of that."""
    sources = FakeSources()
    ship = shipper(buffer, FakeVictoria(), sources)

    async def broken(_: object) -> None:
        raise KeyError("metric")

    with monkeypatch.context() as patch:
        patch.setattr(buffer, "append", broken)
        await ship.keep(samples(1, 2))
    assert (sources.states[-1].name, sources.states[-1].state) == ("sample buffer", "broken")
    await ship.keep(samples(3))
    assert sources.states[-1].state == "ok" and await buffer.waiting() == 3


async def test_without_victoriametrics_samples_stay_and_that_is_said(buffer: SampleBuffer) -> None:
    sources = FakeSources()
    ship = shipper(buffer, None, sources)
    await ship.keep(samples(1, 2))
    async with shipping(ship, sources):
        await eventually(lambda: any(state.name == "victoriametrics" for state in sources.states))
    state = next(state for state in sources.states if state.name == "victoriametrics")
    assert (state.state, await buffer.waiting()) == ("off", 2)


async def test_a_failing_server_is_told_with_what_waits_and_recovers(buffer: SampleBuffer) -> None:
    sources = FakeSources()
    victoria = FakeVictoria("down", "down", "down")
    ship = shipper(buffer, victoria, sources)
    await ship.keep(samples(*range(1200)))
    async with shipping(ship, sources):
        await eventually(lambda: [s.state for s in sources.states if s.name == "victoriametrics"][-1:] == ["ok"])
        assert await buffer.waiting() == 0
    failing = next(state for state in sources.states if state.state == "failing")
    assert (failing.error, failing.detail) == ("cannot connect", "1,200 samples wait")
    assert victoria.held == list(range(1200))
