"""The job runner: whatever happens between two of its lines, a job is neither forgotten nor done twice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import pytest
from people import cancelled, queued
from services import eventually
from sqlalchemy import update

from noc_console.collector import jobs as runner_module
from noc_console.collector.acting.tools import Ending
from noc_console.collector.jobs import JobRunner
from noc_console.config.operations import Bulk
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Collector
from noc_console.storage import inventory, schema
from noc_console.storage.batches import BatchStore
from noc_console.storage.database import Database
from noc_console.storage.jobs import JobStore, Scope
from noc_console.storage.sources import CollectorRegister

ME = "me"


class Acting:
    """Stands for what jobs do: begins, and ends when the test says so."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.go = asyncio.Event()
        self.before_end: Callable[[Job], Awaitable[None]] | None = None

    async def act(self, job: Job) -> Ending:
        self.begun.append(job.id)
        await self.go.wait()
        if self.before_end:
            await self.before_end(job)
        return Ending(JobState.VERIFIED, "done")

    async def resume(self, job: Job, progress: str) -> Ending:
        return await self.act(job)

    async def cancel(self, job: Job, by: str) -> Ending:
        return Ending(JobState.CANCELLED, f"cancelled by {by}")


@pytest.fixture
async def onts(database: Database) -> list[int]:
    rows = []
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], 1.0)
        for number in range(20):
            place = {"olt_id": ids["north"], "port": "0/1/3", "ont_id": number, "state": "online", "revision": 1}
            rows.append(place | {"serial": f"HWTC7D46{number:04X}"})
        return await inventory.insert_onts(connection, rows)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOOK_S", "FAILING_PAUSE_S", "ORPHANS_EVERY_S"):
        monkeypatch.setattr(runner_module, name, 0.01)


@asynccontextmanager
async def running(database: Database, acting: Acting, store: JobStore | None = None) -> AsyncIterator[JobStore]:
    """A runner at work; fails when it ends by itself."""
    now = time.time()
    await CollectorRegister(database).take_over(Collector(ME, "host", 1, "daemon", now, now))
    store = store or JobStore(database, ME)
    batches = BatchStore(database, Bulk())
    runner = JobRunner(store, ME, acting, batches, 600.0)  # type: ignore[arg-type]
    task = asyncio.create_task(runner.run())
    try:
        yield store
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def state_of(store: JobStore, job_id: int) -> JobState:
    job = await store.get(job_id)
    assert job
    return job.state


async def ended(store: JobStore, job_id: int) -> Job:
    async def look() -> Job | None:
        job = await store.get(job_id)
        return job if job and job.ended else None

    found: Job = await eventually(look)
    return found


async def test_a_job_that_ends_while_the_runner_asks_who_cancelled_it(database: Database, onts: list[int]) -> None:
    acting = Acting()

    class Slow(JobStore):
        async def cancelled(self, job_ids: Any) -> dict[int, str]:
            if acting.begun and not acting.go.is_set():
                acting.go.set()
                await ended(self, acting.begun[0])
                await asyncio.sleep(0)
                return {acting.begun[0]: "bob"}
            return await super().cancelled(job_ids)

    async with running(database, acting, Slow(database, ME)) as store:
        job_id = await queued(database, onts[0])
        assert (await ended(store, job_id)).state is JobState.VERIFIED
        other = await queued(database, onts[1])
        assert (await ended(store, other)).state is JobState.VERIFIED, "the runner is still at work"


async def test_cancelled_while_its_end_is_written_it_ends_as_it_ended(database: Database, onts: list[int]) -> None:
    acting, writing = Acting(), asyncio.Event()

    class Slow(JobStore):
        async def end(self, *arguments: Any, **more: Any) -> None:
            if not writing.is_set():
                writing.set()
                await asyncio.sleep(0.3)
            await super().end(*arguments, **more)

    acting.go.set()
    async with running(database, acting, Slow(database, ME)) as store:
        job_id = await queued(database, onts[0])
        await asyncio.wait_for(writing.wait(), 10)
        assert await cancelled(database, job_id, "bob")
        job = await ended(store, job_id)
    assert (job.state, acting.begun) == (JobState.VERIFIED, [job_id])


async def test_a_claim_whose_answer_was_lost_is_found_again(database: Database, onts: list[int]) -> None:
    acting = Acting()
    acting.go.set()

    class Lossy(JobStore):
        lost = False

        async def claim(self, collector_id: str, scope: Scope | None = None) -> list[Job]:
            found = await super().claim(collector_id, scope)
            if found and not self.lost:
                self.lost = True
                raise SourceUnavailable("the connection broke", "database")
            return found

    async with running(database, acting, Lossy(database, ME)) as store:
        job_id = await queued(database, onts[0])
        assert (await ended(store, job_id)).state is JobState.VERIFIED
    assert acting.begun == [job_id]


async def test_who_lost_a_job_to_another_collector_does_not_end_it(database: Database, onts: list[int]) -> None:
    acting = Acting()

    async def given_away(job: Job) -> None:
        async with database.writing() as connection:
            row = update(schema.job).where(schema.job.c.id == job.id).values(claimed_by="heir")
            await connection.execute(row)
        now = time.time()
        async with database.writing() as connection:
            heir = Collector("heir", "host", 2, "daemon", now, now)
            await inventory.upsert(connection, schema.collector, [asdict(heir)])

    acting.before_end = given_away
    acting.go.set()
    async with running(database, acting) as store:
        job_id = await queued(database, onts[0])
        other = await queued(database, onts[1], JobKind.VIEW)
        acting.before_end = given_away
        await eventually(lambda: len(acting.begun) == 2)
    for one in (job_id, other):
        assert await state_of(store, one) is JobState.RUNNING


async def test_routers_that_do_not_come_back_keep_no_lookup_waiting(database: Database, onts: list[int]) -> None:
    acting = Acting()
    async with running(database, acting) as store:
        slow = [await queued(database, ont_id) for ont_id in onts[:18]]
        await eventually(lambda: len(acting.begun) >= 16)
        view = await queued(database, onts[19], JobKind.VIEW)
        await eventually(lambda: view in acting.begun)
        acting.go.set()
        for job_id in slow:
            await ended(store, job_id)
