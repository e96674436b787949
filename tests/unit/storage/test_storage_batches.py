"""Bulk actions in the database: refused whole or queued whole, started at the pace that was set."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from sqlalchemy import func, select, update

from noc_console.config.operations import Bulk
from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import BatchRequest, Job, JobKind, JobRequest, JobState
from noc_console.domain.network import Collector
from noc_console.storage import inventory, schema
from noc_console.storage.batches import BatchStore
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.jobs import JobStore
from noc_console.storage.sources import DEAD_AFTER_S, CollectorRegister

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


def request(ont_ids: list[int], kind: JobKind = JobKind.REBOOT, **more: object) -> BatchRequest:
    return BatchRequest(kind, ont_ids, "maintenance", "anna", "192.0.2.99", **more)  # type: ignore[arg-type]


def store(database: Database, **limits: object) -> BatchStore:
    return BatchStore(database, Bulk(**{"per_port_s": 3600, "at_once": 8, **limits}))  # type: ignore[arg-type]


async def counted(database: Database, table: object) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda onts: request(onts, JobKind.FACTORY_RESET), "factory-reset is not done to many"),
        (lambda onts: request(onts, JobKind.WIFI_PASSWORD), "not done to many"),
        (lambda onts: request([]), "no ONT was chosen"),
        (lambda onts: request(onts), "at most 11 at once: 12 were chosen"),
        (lambda onts: request([*onts[:3], 99999]), "1 of the chosen ONTs are not in the inventory"),
    ],
)
async def test_what_may_not_be_is_refused_whole(database: Database, onts: list[int], ask: object, why: str) -> None:
    with pytest.raises(ActionRefused, match=why):
        await store(database, max=11).submit(ask(onts))  # type: ignore[operator]
    assert await counted(database, schema.job) == await counted(database, schema.audit) == 0


async def test_an_ont_that_is_named_twice_is_acted_on_once(database: Database, onts: list[int]) -> None:
    batch_id = await store(database).submit(request([onts[0], onts[1], onts[0]]))
    batch = await store(database).get(batch_id)
    assert batch and (batch.total, batch.waiting, batch.running, batch.verified) == (2, 2, 0, 0)


async def test_one_start_on_a_port_in_each_interval(database: Database, onts: list[int]) -> None:
    batches = store(database)
    await batches.submit(request(onts))
    first = await batches.claim("c1", 600)
    assert [job.port for job in first] == ["0/1/0", "0/1/1", "0/1/2"]
    assert await batches.claim("c1", 600) == []
    async with database.writing() as connection:  # an hour later
        await connection.execute(update(schema.job).values(started_at=schema.job.c.started_at - 3601))
    second = await batches.claim("c1", 600)
    assert [job.port for job in second] == ["0/1/0", "0/1/1", "0/1/2"]
    assert {job.ont_id for job in first}.isdisjoint(job.ont_id for job in second)


async def test_never_more_than_so_many_at_once(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database, at_once=5, per_port_s=0), JobStore(database)
    await batches.submit(request(onts))
    taken = await batches.claim("c1", 600)
    assert len(taken) == 5
    assert await batches.claim("c1", 600) == []
    await jobs.end(taken[2], JobState.VERIFIED, "back")
    assert len(await batches.claim("c1", 600)) == 1


async def test_the_pace_holds_over_two_bulk_actions(database: Database, onts: list[int]) -> None:
    batches = store(database)
    await batches.submit(request(onts[:2]))
    await batches.submit(request(onts[2:5]))
    assert [job.port for job in await batches.claim("c1", 600)] == ["0/1/0", "0/1/1"]


async def test_a_job_counts_its_expiry_from_its_turn(database: Database, onts: list[int]) -> None:
    batches = store(database)
    await batches.submit(request(onts[:1]))
    (job,) = await batches.claim("c1", 60)
    assert job.expires_at == pytest.approx(time.time() + 60, abs=5)


async def test_single_jobs_do_not_wait_for_a_bulk_action(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    await batches.submit(request(onts[:4]))
    assert not await jobs.waiting()
    single = await jobs.submit(JobRequest(JobKind.REBOOT, onts[5], "calls", "bob", ""))
    assert [job.id for job in await jobs.claim("c1")] == [single]


async def test_another_operator_releases_a_large_one(database: Database, onts: list[int]) -> None:
    batches = store(database, second_operator_above=3)
    batch_id = await batches.submit(request(onts[:4]))
    assert await batches.claim("c1", 600) == []
    with pytest.raises(ActionRefused, match="another operator"):
        await batches.release(batch_id, "anna")
    await batches.release(batch_id, "bob")
    assert await batches.claim("c1", 600)
    with pytest.raises(ActionRefused, match="waits for nobody"):
        await batches.release(batch_id, "carla")


async def test_a_cancelled_one_ends_what_has_not_begun(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    batch_id = await batches.submit(request(onts[:6]))
    begun = await batches.claim("c1", 600)
    assert await batches.cancel(batch_id, "bob")
    batch = await batches.get(batch_id)
    assert batch and (batch.waiting, batch.running, batch.not_verified) == (0, len(begun), 6 - len(begun))
    for job in begun:
        await jobs.end(job, JobState.VERIFIED, "back")
    await batches.settle()
    batch = await batches.get(batch_id)
    assert batch and batch.finished_at and batch.verified == len(begun)
    assert not await batches.cancel(batch_id, "bob")


async def test_a_successor_takes_what_was_begun_and_goes_on_with_the_rest(database: Database, onts: list[int]) -> None:
    batches, jobs, register = store(database, per_port_s=0, at_once=5), JobStore(database), CollectorRegister(database)
    now = time.time()
    await register.beat(Collector("dead", "host", 1, "daemon", 0.0, now - DEAD_AFTER_S - 1))
    await batches.submit(request(onts))
    begun = await batches.claim("dead", 600)
    left = await jobs.orphans("heir", now - DEAD_AFTER_S)
    assert [job.id for job, _ in left] == [job.id for job in begun]
    done: Counter[int] = Counter()
    todo: list[Job] = [job for job, _ in left]
    while todo:
        for job in todo:
            done[job.ont_id] += 1
            await jobs.end(job, JobState.VERIFIED, "back")
        todo = await batches.claim("heir", 600)
    assert done == Counter(dict.fromkeys(onts, 1))


async def test_consoles_are_told_of_progress(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    batch_id = await batches.submit(
        request(onts[:3], JobKind.WIFI_CHANNEL, parameters={"network": "5 GHz", "channel": "36"})
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


async def test_what_waited_too_long_is_not_sent_when_it_is_released_at_last(
    database: Database, onts: list[int]
) -> None:
    batches = store(database, second_operator_above=3)
    batch_id = await batches.submit(request(onts[:4]))
    async with database.writing() as connection:  # eight days later
        job = schema.job
        await connection.execute(update(job).values(expires_at=job.c.expires_at - 8 * 86400))
    await batches.release(batch_id, "bob")
    assert await batches.claim("c1", 600) == []
    await batches.settle()
    batch = await batches.get(batch_id)
    assert batch and batch.finished_at and (batch.waiting, batch.not_verified) == (0, 4)
    (first, *_) = await JobStore(database).of_batch(batch_id)
    assert first.state is JobState.EXPIRED and "nothing was sent" in (first.result or "")


async def test_one_that_waits_for_release_is_cancelled(database: Database, onts: list[int]) -> None:
    batches = store(database, second_operator_above=3)
    batch_id = await batches.submit(request(onts[:4]))
    assert await batches.cancel(batch_id, "bob", "192.0.2.7")
    with pytest.raises(ActionRefused, match="waits for nobody"):
        await batches.release(batch_id, "carla")
    await batches.settle()
    batch = await batches.get(batch_id)
    assert batch and batch.finished_at and batch.cancel_by == "bob" and batch.not_verified == 4
    async with database.reading() as connection:
        origins = list((await connection.execute(select(schema.audit.c.origin).order_by(schema.audit.c.id))).scalars())
    assert origins == ["192.0.2.99", "192.0.2.7"], "the audit tells from where it was cancelled"


async def many(database: Database, count: int) -> list[int]:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("large", "192.0.2.2")], 1.0)
        row = {"olt_id": ids["large"], "state": "online", "revision": 1, "serial": None, "mac": "00:6D:61:EE:0B:F3"}
        rows = [row | {"port": f"0/1/{n % 64}", "ont_id": n // 64} for n in range(count)]
        return await inventory.insert_onts(connection, rows)


async def test_tens_of_thousands_are_queued_started_and_cancelled(database: Database) -> None:
    ids = await many(database, 34_000)
    batches = store(database, max=100_000, at_once=200)
    batch_id = await batches.submit(request(ids))
    await batches.release(batch_id, "bob")
    assert len(await batches.claim("c1", 600)) == 64, "one on each port"
    assert await batches.cancel(batch_id, "bob")
    batch = await batches.get(batch_id)
    assert batch and (batch.waiting, batch.running, batch.not_verified) == (0, 64, 34_000 - 64)
    async with database.reading() as connection:
        targets = (await connection.execute(select(schema.audit.c.target).order_by(schema.audit.c.id))).scalars().all()
    assert "None" not in targets[0] and "00:6D:61:EE:0B:F3" in targets[0]


async def test_what_is_under_way_is_not_done_again(database: Database, onts: list[int]) -> None:
    single = await JobStore(database).submit(JobRequest(JobKind.REBOOT, onts[2], "calls", "bob", ""))
    with pytest.raises(ActionRefused, match=rf"under way already for 1 of the ONTs \(job {single} by bob\)"):
        await store(database).submit(request(onts[:4]))
    await store(database).submit(request(onts[3:5]))
    with pytest.raises(ActionRefused, match="under way already"):
        await JobStore(database).submit(JobRequest(JobKind.REBOOT, onts[3], "calls", "bob", ""))


async def test_values_that_no_router_takes_are_refused_whole(database: Database, onts: list[int]) -> None:
    asked = request(onts[:2], JobKind.WIFI_CHANNEL, parameters={"network": "5 GHz", "channel": "fast"})
    with pytest.raises(ActionRefused, match="channel is a number or auto"):
        await store(database).submit(asked)


async def test_the_pace_holds_when_the_first_one_has_ended(database: Database, onts: list[int]) -> None:
    batches, jobs = store(database), JobStore(database)
    await batches.submit(request(onts[:1]))
    (job,) = await batches.claim("c1", 600)
    await jobs.end(job, JobState.VERIFIED, "back")
    await batches.settle()
    await batches.submit(request(onts[1:5]))
    assert [job.port for job in await batches.claim("c1", 600)] == ["0/1/1"]
