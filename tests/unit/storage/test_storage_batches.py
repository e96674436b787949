"""Bulk actions behind the door: started at the pace that was set, each exactly once, told as they go."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict

import pytest
from people import cancelled_batch, queued, queued_batch, released
from sqlalchemy import update

from noc_console.config.operations import Bulk
from noc_console.domain.actions import JobKind
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S as DEAD_AFTER_S
from noc_console.domain.network import Collector
from noc_console.storage import inventory, schema
from noc_console.storage.batches import LEASE_S, WAIT_S, BatchStore
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.jobs import JobStore

PORTS, PER_PORT = 3, 4


@pytest.fixture
async def onts(database: Database) -> list[int]:
    """Twelve ONTs, four on each of three PON ports."""
    rows = []
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], 1.0)
        for number in range(PORTS * PER_PORT):
            place = {"olt_id": ids["north"], "port": f"0/1/{number // PER_PORT}", "ont_id": number % PER_PORT}
            rows.append(place | {"serial": f"HWTC7D46{number:04X}", "state": "online", "revision": 1})
        return await inventory.insert_onts(connection, rows)


def store(database: Database, **limits: object) -> BatchStore:
    return BatchStore(database, Bulk(**{"per_port_s": 3600, "at_once": 8, **limits}))  # type: ignore[arg-type]


async def test_one_start_on_a_port_in_each_interval(database: Database, onts: list[int]) -> None:
    batches = store(database)
    await queued_batch(database, onts)
    first = await batches.claim("c1", 600)
    assert [job.port for job in first] == ["0/1/0", "0/1/1", "0/1/2"]
    assert await batches.claim("c1", 600) == []
    async with database.writing() as connection:  # an hour later
        await connection.execute(update(schema.job).values(started_at=schema.job.c.started_at - 3601))
    second = await batches.claim("c1", 600)
    assert [job.port for job in second] == ["0/1/0", "0/1/1", "0/1/2"]
    assert {job.target for job in first}.isdisjoint(job.target for job in second)


async def test_never_more_than_so_many_at_once(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database, at_once=5, per_port_s=0), JobStore(database)
    await queued_batch(database, onts)
    taken = await batches.claim("c1", 600)
    assert len(taken) == 5
    assert await batches.claim("c1", 600) == []
    await jobs.end(taken[2], JobState.VERIFIED, "back")
    assert len(await batches.claim("c1", 600)) == 1


async def test_the_pace_holds_over_two_bulk_actions(database: Database, onts: list[int]) -> None:
    batches = store(database)
    await queued_batch(database, onts[:2])
    await queued_batch(database, onts[2:5])
    assert [job.port for job in await batches.claim("c1", 600)] == ["0/1/0", "0/1/1"]


async def test_a_job_counts_its_expiry_from_its_turn(database: Database, onts: list[int]) -> None:
    batches = store(database)
    await queued_batch(database, onts[:1])
    (job,) = await batches.claim("c1", 60)
    assert job.expires_at == pytest.approx(time.time() + 60, abs=5)


async def test_single_jobs_do_not_wait_for_a_bulk_action(database: Database, onts: list[int]) -> None:
    jobs = JobStore(database)
    await queued_batch(database, onts[:4])
    assert not await jobs.waiting()
    single = await queued(database, onts[5])
    assert [job.id for job in await jobs.claim("c1")] == [single]


async def test_a_cancelled_one_ends_what_has_not_begun(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    batch_id = await queued_batch(database, onts[:6])
    begun = await batches.claim("c1", 600)
    await cancelled_batch(database, batch_id)
    batch = await batches.get(batch_id)
    assert batch and (batch.waiting, batch.running, batch.not_verified) == (0, len(begun), 6 - len(begun))
    for job in begun:
        await jobs.end(job, JobState.VERIFIED, "back")
    await batches.settle()
    batch = await batches.get(batch_id)
    assert batch and batch.finished_at and batch.verified == len(begun)


async def test_accepted_is_counted_apart_from_proven_and_from_failed(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database, per_port_s=0), JobStore(database)
    batch_id = await queued_batch(database, onts[:4])
    states = (JobState.VERIFIED, JobState.ACCEPTED, JobState.ACCEPTED, JobState.NO_CONTACT)
    for job, state in zip(await batches.claim("c1", 600), states, strict=True):
        await jobs.end(job, state, "ended")
    batch = await batches.get(batch_id)
    assert batch and (batch.verified, batch.accepted, batch.not_verified) == (1, 2, 1)
    assert batch.ended == 4 and not batch.ended_well


async def test_a_successor_takes_what_was_begun_and_goes_on_with_the_rest(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database, per_port_s=0, at_once=5), JobStore(database)
    async with database.writing() as connection:
        dead = Collector("dead", "host", 1, "daemon", 0.0, time.time() - DEAD_AFTER_S - 1)
        await inventory.upsert(connection, schema.collector, [asdict(dead)])
    await queued_batch(database, onts)
    begun = await batches.claim("dead", 600)
    left = await jobs.orphans("heir")
    assert [job.id for job, _ in left] == [job.id for job in begun]
    done: Counter[int | None] = Counter()
    todo: list[Job] = [job for job, _ in left]
    while todo:
        for job in todo:
            done[job.target.ont_id] += 1
            await jobs.end(job, JobState.VERIFIED, "back")
        todo = await batches.claim("heir", 600)
    assert done == Counter(dict.fromkeys(onts, 1))


async def test_consoles_are_told_of_progress(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    batch_id = await queued_batch(
        database, onts[:3], JobKind.WIFI_CHANNEL, parameters={"network": "5 GHz", "channel": "36"}
    )
    async with database.reading() as connection:
        first = await read_update(connection, {})
    assert [(batch.id, batch.waiting) for batch in first.batches] == [(batch_id, 3)]  # type: ignore[attr-defined]
    (job,) = await batches.claim("c1", 600)
    assert job.parameters == {"network": "5 GHz", "channel": "36"} and job.batch_id == batch_id
    await jobs.end(job, JobState.FAILED, "fault 9007", {"x": 1.5})
    async with database.reading() as connection:
        then = await read_update(connection, first.revisions)
    assert [(batch.waiting, batch.not_verified) for batch in then.batches] == [(2, 1)]  # type: ignore[attr-defined]
    assert [job.data for job in then.jobs] == [{"x": 1.5}]  # type: ignore[attr-defined]


async def passes(database: Database, seconds: float) -> None:
    """Let so much time pass for all jobs."""
    job = schema.job
    earlier = {name: job.c[name] - seconds for name in ("expires_at", "requested_at")}
    async with database.writing() as connection:
        await connection.execute(update(job).values(**earlier))
        await connection.execute(update(schema.batch).values(requested_at=schema.batch.c.requested_at - seconds))


@pytest.mark.parametrize("needs_release", [False, True])
async def test_what_no_collector_went_on_with_is_not_begun_by_the_next_one(
    database: Database, onts: list[int], needs_release: bool
) -> None:
    batches = store(database)
    batch_id = await queued_batch(database, onts[:4], needs_release=needs_release)
    await batches.keep()
    await passes(database, LEASE_S + 1)
    if needs_release:
        await released(database, batch_id)
    assert await batches.claim("c2", 600) == []
    await batches.keep()  # too late: what has expired stays so
    await batches.settle()
    batch = await batches.get(batch_id)
    assert batch and batch.finished_at and (batch.waiting, batch.not_verified) == (0, 4)
    (first, *_) = await JobStore(database).of_batch(batch_id)
    assert first.state is JobState.EXPIRED
    assert first.result == "expired: no collector was at work meanwhile; nothing was sent"


async def test_what_waits_for_its_turn_waits_on_while_a_collector_is_at_work(
    database: Database, onts: list[int]
) -> None:
    batches = store(database)
    await queued_batch(database, onts[:4])
    for _ in range(10):
        await passes(database, LEASE_S - 5)
        await batches.keep()
        await batches.settle()
    assert len(await batches.claim("c1", 600)) == 1


async def test_nothing_waits_for_ever(database: Database, onts: list[int]) -> None:
    batches = store(database)
    batch_id = await queued_batch(database, onts[:4])
    await passes(database, WAIT_S)
    await batches.keep()
    await batches.settle()
    (first, *_) = await JobStore(database).of_batch(batch_id)
    assert first.result == "expired: waited a day for its turn; nothing was sent"


async def many(database: Database, count: int) -> list[int]:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("large", "192.0.2.2")], 1.0)
        row = {"olt_id": ids["large"], "state": "online", "revision": 1, "serial": None, "mac": "00:6D:61:EE:0B:F3"}
        rows = [row | {"port": f"0/1/{n % 64}", "ont_id": n // 64} for n in range(count)]
        return await inventory.insert_onts(connection, rows)


async def test_tens_of_thousands_are_queued_started_and_cancelled(database: Database) -> None:
    ids = await many(database, 34_000)
    batches = store(database, max=100_000, at_once=200)
    batch_id = await queued_batch(database, ids)
    assert len(await batches.claim("c1", 600)) == 64, "one on each port"
    await cancelled_batch(database, batch_id)
    batch = await batches.get(batch_id)
    assert batch and (batch.waiting, batch.running, batch.not_verified) == (0, 64, 34_000 - 64)


async def test_the_pace_holds_when_the_first_one_has_ended(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    await queued_batch(database, onts[:1])
    (job,) = await batches.claim("c1", 600)
    await jobs.end(job, JobState.VERIFIED, "back")
    await batches.settle()
    await queued_batch(database, onts[1:5])
    assert [job.port for job in await batches.claim("c1", 600)] == ["0/1/1"]
