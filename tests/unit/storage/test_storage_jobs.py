"""The job table and the audit log, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, text, update

from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import Job, JobKind, JobRequest, JobState
from noc_console.domain.network import Collector
from noc_console.storage import audit, inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import JOBS_AT_FIRST, bump, read_changes
from noc_console.storage.jobs import JobStore
from noc_console.storage.sealing import Opener
from noc_console.storage.sources import DEAD_AFTER_S, CollectorRegister


@pytest.fixture
async def ont_id(database: Database) -> int:
    """An ONT to act on."""
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], 1.0)
        row = {"olt_id": ids["north"], "port": "0/1/3", "ont_id": 7, "serial": "HWTC7D4630C3", "state": "online"}
        return (await inventory.insert_onts(connection, [row | {"revision": 1}]))[0]


@pytest.fixture
def store(database: Database) -> JobStore:
    return JobStore(database)


def request(ont_id: int, kind: JobKind = JobKind.REBOOT, **more: object) -> JobRequest:
    return replace(JobRequest(kind, ont_id, "Kunde ruft an: Störung", "anna", "192.0.2.99"), **more)  # type: ignore[arg-type]


async def audited(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as connection:
        table = schema.audit
        query = select(table.c.actor, table.c.action, table.c.result).order_by(table.c.id)
        return [(row.actor, row.action, row.result) for row in await connection.execute(query)]


def collector(name: str, heartbeat_at: float) -> Collector:
    return Collector(name, "host", 1, "daemon", heartbeat_at, heartbeat_at)


async def test_a_job_carries_everything_that_was_asked(database: Database, store: JobStore, ont_id: int) -> None:
    before = time.time()
    job_id = await store.submit(request(ont_id, forced=True, expires_in_s=60.0, sections=("wan", "hosts")))
    job = await store.get(job_id)
    assert job is not None
    assert (job.kind, job.state, job.ont_id) == (JobKind.REBOOT, JobState.REQUESTED, ont_id)
    assert (job.serial, job.olt, job.port) == ("HWTC7D4630C3", "north", "0/1/3")
    assert (job.reason, job.requested_by, job.requested_from) == ("Kunde ruft an: Störung", "anna", "192.0.2.99")
    assert before <= job.requested_at <= time.time()
    assert job.expires_at == pytest.approx(job.requested_at + 60)
    assert (job.forced, job.sections, job.steps, job.ended) == (True, ("wan", "hosts"), (), False)
    assert await audited(database) == [("anna", "reboot", "requested")]


async def test_no_audit_no_job(database: Database, store: JobStore, ont_id: int) -> None:
    async with database.writing() as connection:
        await connection.execute(text("DROP TABLE audit"))
    with pytest.raises(ActionRefused, match="could not be audited"):
        await store.submit(request(ont_id))
    assert await store.claim("c1") == []


async def test_looking_is_not_audited(database: Database, store: JobStore, ont_id: int) -> None:
    for kind in (JobKind.VIEW, JobKind.REFRESH):
        job_id = await store.submit(request(ont_id, kind))
        (job,) = await store.claim("c1")
        assert job.id == job_id
        await store.end(job, JobState.VERIFIED, "read")
    assert await audited(database) == []


async def test_an_unknown_ont_is_refused(store: JobStore, ont_id: int) -> None:
    with pytest.raises(ActionRefused, match="not in the inventory"):
        await store.submit(request(ont_id + 1))
    assert not await store.waiting()


async def test_what_an_operator_typed_is_made_harmless(store: JobStore, ont_id: int) -> None:
    job_id = await store.submit(request(ont_id, reason="a\x1b[2Jb\x00\udcff", requested_by="an\nna"))
    job = await store.get(job_id)
    assert job is not None
    assert (job.reason, job.requested_by) == ("a·[2Jb·\ufffd", "an·na")


async def test_a_job_is_claimed_once_however_many_claim(database: Database, store: JobStore, ont_id: int) -> None:
    ids = {await store.submit(request(ont_id)) for _ in range(20)}
    assert await store.waiting()
    rivals = [Database(database.url) for _ in range(4)]

    async def claim(number: int) -> Sequence[Job]:
        return await JobStore(rivals[number]).claim(f"c{number}")

    shares = await asyncio.gather(*(claim(number) for number in range(4)))
    claimed = [job.id for share in shares for job in share]
    assert len(claimed) == len(ids) and set(claimed) == ids
    assert all(job.state is JobState.RUNNING and job.started_at for share in shares for job in share)
    assert not await store.waiting()
    for rival in rivals:
        await rival.close()


async def test_the_story_is_told_in_order_and_ends(database: Database, store: JobStore, ont_id: int) -> None:
    job_id = await store.submit(request(ont_id))
    (job,) = await store.claim("c1")
    await store.tell(job_id, "asking the ACS", JobState.SENT)
    await store.tell(job_id, "the router accepted it", JobState.VERIFYING, progress='{"x": 1}')
    await store.end(job, JobState.VERIFIED, "back after 74 s")
    told = await store.get(job_id)
    assert told is not None and told.ended and told.finished_at
    assert [step.text for step in told.steps] == ["asking the ACS", "the router accepted it", "back after 74 s"]
    assert told.result == "back after 74 s"
    assert await audited(database) == [("anna", "reboot", "requested"), ("anna", "reboot", "verified: back after 74 s")]
    async with database.reading() as connection:
        changes = await read_changes(connection, {})
    (event,) = changes.events
    assert (event.kind, event.severity, event.serial) == ("job", "info", "HWTC7D4630C3")
    assert "back after 74 s" in event.text


async def test_cancelling_before_the_claim_ends_it_at_once(store: JobStore, ont_id: int) -> None:
    job_id = await store.submit(request(ont_id))
    assert await store.ask_cancel(job_id, "bert")
    job = await store.get(job_id)
    assert job is not None and job.state is JobState.CANCELLED
    assert "bert" in (job.result or "")
    assert await store.claim("c1") == []
    assert not await store.ask_cancel(job_id, "bert")


async def test_cancelling_later_is_left_to_the_collector(store: JobStore, ont_id: int) -> None:
    ids = [await store.submit(request(ont_id)) for _ in range(2)]
    await store.claim("c1")
    assert await store.ask_cancel(ids[0], "bert")
    assert await store.cancelled(ids) == {ids[0]: "bert"}
    job = await store.get(ids[0])
    assert job is not None and job.state is JobState.RUNNING
    assert not await store.ask_cancel(99_999, "bert")


async def test_only_what_a_dead_collector_left_is_taken_over(database: Database, store: JobStore, ont_id: int) -> None:
    register = CollectorRegister(database)
    now = time.time()
    await register.beat(collector("dead", now - DEAD_AFTER_S - 5))
    await register.beat(collector("alive", now))
    await register.beat(collector("me", now))
    jobs = {}
    for owner in ("dead", "alive", "me", "vanished"):
        jobs[owner] = await store.submit(request(ont_id))
        await store.claim(owner)
    ended = await store.submit(request(ont_id))
    (job,) = await store.claim("dead")
    await store.end(job, JobState.VERIFIED, "done")
    waiting = await store.submit(request(ont_id))
    await store.tell(jobs["dead"], "sending", progress='{"device_id": "a"}')

    taken = await store.orphans("me", now - DEAD_AFTER_S)
    assert {job.id: progress for job, progress in taken} == {
        jobs["dead"]: '{"device_id": "a"}',
        jobs["vanished"]: None,
    }
    assert await store.orphans("other", now - DEAD_AFTER_S) == []
    assert {ended, waiting}.isdisjoint(job.id for job, _ in taken)


async def test_orphans_go_to_one_heir(database: Database, store: JobStore, ont_id: int) -> None:
    for _ in range(5):
        await store.submit(request(ont_id))
    await store.claim("dead")
    heirs = [Database(database.url) for _ in range(3)]
    for number, _ in enumerate(heirs):
        await CollectorRegister(database).beat(collector(f"heir{number}", time.time()))
    limit = time.time() - DEAD_AFTER_S
    shares = await asyncio.gather(*(JobStore(heir).orphans(f"heir{n}", limit) for n, heir in enumerate(heirs)))
    taken = [job.id for share in shares for job, _ in share]
    assert len(taken) == len(set(taken)) == 5
    for heir in heirs:
        await heir.close()


async def test_old_views_are_forgotten_and_nothing_else(store: JobStore, ont_id: int) -> None:
    kept = await store.submit(request(ont_id))
    view = await store.submit(request(ont_id, JobKind.VIEW))
    for job in await store.claim("c1"):
        await store.tell(job.id, "step")
        await store.end(job, JobState.VERIFIED, "read")
    running = await store.submit(request(ont_id, JobKind.VIEW))
    await store.forget_views(time.time() + 1)
    assert await store.get(view) is None
    assert await store.get(kept) and await store.get(running)


async def test_many_changed_jobs_are_all_told(database: Database, store: JobStore, ont_id: int) -> None:
    await store.submit(request(ont_id))
    async with database.reading() as connection:
        seen = (await read_changes(connection, {})).revisions
    async with database.writing() as connection:
        row = (await connection.execute(select(schema.job))).mappings().one()
        revision = await bump(connection, "job")
        copies = [{**row, "id": row["id"] + i, "revision": revision} for i in range(1, JOBS_AT_FIRST + 11)]
        await inventory.upsert(connection, schema.job, copies)
    async with database.reading() as connection:
        assert len((await read_changes(connection, seen)).jobs) == JOBS_AT_FIRST + 10
        assert len((await read_changes(connection, {})).jobs) == JOBS_AT_FIRST


# The register of collectors


async def test_one_collector_is_at_work_until_its_heart_stops(database: Database) -> None:
    register = CollectorRegister(database)
    now = time.time()
    rivals = [Database(database.url) for _ in range(3)]
    first = [collector(f"c{n}", now) for n in range(3)]
    won = await asyncio.gather(*(CollectorRegister(r).take_over(c) for r, c in zip(rivals, first, strict=True)))
    assert sorted(won) == [False, False, True]
    (winner,) = [c for c, ok in zip(first, won, strict=True) if ok]
    assert [c.id for c in await register.alive(now)] == [winner.id]
    late = collector("late", now + DEAD_AFTER_S - 1)
    assert not await register.take_over(late)
    await register.beat(replace(winner, heartbeat_at=now + 5))
    assert not await register.take_over(replace(late, heartbeat_at=now + DEAD_AFTER_S + 4))
    assert await register.take_over(replace(late, heartbeat_at=now + DEAD_AFTER_S + 6))
    await register.leave("late")
    assert await register.take_over(collector("next", now + DEAD_AFTER_S + 7))
    for rival in rivals:
        await rival.close()


# The audit log


async def fill(database: Database, count: int = 4) -> None:
    for number in range(count):
        async with database.writing() as connection:
            entry = audit.Entry(
                "anna", "host", "reboot", f"HWTC0000000{number}", "Störung", "requested", number or None
            )
            await audit.append(connection, entry, 1_700_000_000.123456 + number)


async def test_an_untouched_chain_holds(database: Database) -> None:
    await fill(database)
    async with database.reading() as connection:
        assert await audit.first_broken(connection) is None


@pytest.mark.parametrize(
    "column", ["at", "actor", "origin", "action", "target", "reason", "result", "job_id", "previous", "digest"]
)
async def test_a_changed_entry_breaks_the_chain(database: Database, column: str) -> None:
    await fill(database)
    table = schema.audit
    async with database.writing() as connection:
        ids = list((await connection.execute(select(table.c.id).order_by(table.c.id))).scalars())
        value: object = 1.0 if column == "at" else 77 if column == "job_id" else "changed"
        await connection.execute(update(table).where(table.c.id == ids[1]).values({column: value}))
    async with database.reading() as connection:
        assert await audit.first_broken(connection) == ids[1]


async def test_a_removed_entry_breaks_the_chain(database: Database) -> None:
    await fill(database)
    table = schema.audit
    async with database.writing() as connection:
        ids = list((await connection.execute(select(table.c.id).order_by(table.c.id))).scalars())
        await connection.execute(delete(table).where(table.c.id == ids[1]))
    async with database.reading() as connection:
        assert await audit.first_broken(connection) == ids[2]


async def test_writers_at_once_make_one_chain(database: Database, ont_id: int) -> None:
    rivals = [Database(database.url) for _ in range(4)]
    await asyncio.gather(*(JobStore(rival).submit(request(ont_id)) for rival in rivals * 4))
    async with database.reading() as connection:
        assert await audit.first_broken(connection) is None
    assert len(await audited(database)) == 16
    for rival in rivals:
        await rival.close()


async def collector_with_a_key(database: Database) -> Opener:
    opener, now = Opener(), time.time()
    await CollectorRegister(database).beat(Collector("c1", "host", 1, "daemon", now, now, opener.public_key))
    return opener


async def test_a_secret_is_for_the_collector_only_and_only_until_the_end(
    database: Database, store: JobStore, ont_id: int
) -> None:
    opener = await collector_with_a_key(database)
    asked = request(ont_id, JobKind.WIFI_PASSWORD, parameters={"network": "5 GHz"}, secret="geheim & lang")
    assert "geheim" not in repr(asked)
    job_id = await store.submit(asked)
    assert await store.secret(job_id, Opener()) is None
    assert await store.secret(job_id, opener) == "geheim & lang"
    (job,) = await store.claim("c1")
    assert job.parameters == {"network": "5 GHz"}
    async with database.reading() as connection:
        for table in (schema.job, schema.job_step, schema.job_secret, schema.audit, schema.event):
            assert "geheim" not in str((await connection.execute(select(table))).all())
    await store.end(job, JobState.VERIFIED, "accepted")
    assert await store.secret(job_id, opener) is None


async def test_a_cancelled_job_forgets_its_secret(database: Database, store: JobStore, ont_id: int) -> None:
    opener = await collector_with_a_key(database)
    asked = request(ont_id, JobKind.WIFI_PASSWORD, parameters={"network": "5 GHz"}, secret="geheim & lang")
    job_id = await store.submit(asked)
    assert await store.ask_cancel(job_id, "bob")
    assert await store.secret(job_id, opener) is None


async def test_without_a_collector_no_secret_is_taken(database: Database, store: JobStore, ont_id: int) -> None:
    await CollectorRegister(database).beat(Collector("c0", "host", 1, "daemon", 1.0, time.time()))
    asked = request(ont_id, JobKind.WIFI_PASSWORD, parameters={"network": "5 GHz"}, secret="geheim & lang")
    with pytest.raises(ActionRefused, match="no collector is running that could be given the password"):
        await store.submit(asked)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"kind": JobKind.WIFI_SSID, "parameters": {"network": "5 GHz"}}, "wifi-ssid needs ssid"),
        ({"kind": JobKind.REBOOT, "parameters": {"network": "5 GHz"}}, "reboot takes no network"),
        ({"kind": JobKind.WIFI_PASSWORD, "parameters": {"network": "5 GHz"}}, "wifi-password needs a password"),
        ({"kind": JobKind.REBOOT, "secret": "x"}, "reboot takes no password"),
    ],
)
async def test_what_a_kind_needs_must_be_given(store: JobStore, ont_id: int, more: dict[str, object], why: str) -> None:
    with pytest.raises(ActionRefused, match=why):
        await store.submit(request(ont_id, **more))  # type: ignore[arg-type]
