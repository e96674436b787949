"""The job table behind the door, and the audit log, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, replace

import pytest
from people import ANNA, cancelled, queued
from services import eventually
from sqlalchemy import delete, insert, select, text, update

from noc_console.domain.actions import JobKind
from noc_console.domain.changes import JobEnded
from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S as DEAD_AFTER_S
from noc_console.domain.network import Collector
from noc_console.domain.targets import Target
from noc_console.storage import audit, inventory, schema
from noc_console.storage.database import Database, database_now
from noc_console.storage.feed import JOBS_AT_FIRST, read_update
from noc_console.storage.jobs import JobLost, JobStore
from noc_console.storage.sealing import Opener
from noc_console.storage.sources import CollectorRegister, NotAtWork
from noc_console.storage.streams import bump

SPEED = {"direction": "download"}
PASSWORD = {"parameters": {"network": "5 GHz"}, "secret": "geheim & lang"}


@pytest.fixture
async def onts(database: Database) -> list[int]:
    """ONTs to act on."""
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "192.0.2.1")], 1.0)
        row = {"olt_id": ids["north"], "port": "0/1/3", "state": "online", "revision": 1}
        rows = [row | {"ont_id": 7 + n, "serial": f"HWTC7D46{0x30C3 + n:04X}"} for n in range(20)]
        return await inventory.insert_onts(connection, rows)


@pytest.fixture
def ont_id(onts: list[int]) -> int:
    """An ONT to act on."""
    return onts[0]


@pytest.fixture
def store(database: Database) -> JobStore:
    return JobStore(database)


async def audited(database: Database) -> list[tuple[str, str, str]]:
    async with database.reading() as connection:
        table = schema.audit
        query = select(table.c.actor, table.c.action, table.c.result).order_by(table.c.id)
        return [(row.actor, row.action, row.result) for row in await connection.execute(query)]


def collector(name: str, heartbeat_at: float) -> Collector:
    return Collector(name, "host", 1, "daemon", heartbeat_at, heartbeat_at)


async def registered(database: Database, *collectors: Collector) -> None:
    async with database.writing() as connection:
        await inventory.upsert(connection, schema.collector, [asdict(one) for one in collectors])


async def test_a_job_carries_everything_that_was_asked(database: Database, store: JobStore, ont_id: int) -> None:
    before = time.time()
    job_id = await queued(database, ont_id, forced=True, expires_at=before + 60.0, sections=("wan", "hosts"))
    job = await store.get(job_id)
    assert job is not None
    assert (job.kind, job.state, job.target) == (JobKind.REBOOT, JobState.REQUESTED, Target.ont(ont_id))
    assert (job.serial, job.olt, job.port) == ("HWTC7D4630C3", "north", "0/1/3")
    assert (job.reason, job.requested_by, job.requested_from) == ("calls", "anna", "noc-1 pts/3")
    assert before <= job.requested_at <= time.time()
    assert job.expires_at == pytest.approx(before + 60)
    assert (job.forced, job.sections, job.steps, job.ended) == (True, ("wan", "hosts"), (), False)


async def test_looking_is_not_audited(database: Database, store: JobStore, ont_id: int) -> None:
    for kind in (JobKind.VIEW, JobKind.REFRESH):
        job_id = await queued(database, ont_id, kind)
        (job,) = await store.claim("c1")
        assert job.id == job_id
        await store.end(job, JobState.VERIFIED, "read")
    assert await audited(database) == []


async def test_what_an_operator_typed_is_made_harmless(database: Database, store: JobStore, ont_id: int) -> None:
    job_id = await queued(database, ont_id, reason="a\x1b[2Jb\x00\udcff")
    job = await store.get(job_id)
    assert job is not None
    assert job.reason == "a·[2Jb·\ufffd"


async def test_a_job_is_claimed_once_however_many_claim(database: Database, store: JobStore, onts: list[int]) -> None:
    ids = {await queued(database, ont_id) for ont_id in onts}
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


@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0])
async def test_how_long_a_job_may_take_does_not_depend_on_a_machines_clock(
    database: Database, store: JobStore, ont_id: int, monkeypatch: pytest.MonkeyPatch, ahead_s: float
) -> None:
    await queued(database, ont_id, expires_at=time.time() + 60.0)
    own = time.time
    with monkeypatch.context() as wrong:
        wrong.setattr(time, "time", lambda: own() + ahead_s)
        (job,) = await store.claim("c1")
        left_s = job.expires_at - time.time()
        ((again, _),) = await store.orphans("c2")
        left_again_s = again.expires_at - time.time()
    assert left_s == pytest.approx(60.0, abs=5.0)
    assert left_again_s == pytest.approx(60.0, abs=5.0)


async def test_the_story_is_told_in_order_and_ends(database: Database, store: JobStore, ont_id: int) -> None:
    job_id = await queued(database, ont_id)
    (job,) = await store.claim("c1")
    await store.tell(job_id, "asking the ACS", JobState.SENT)
    await store.tell(job_id, "the router accepted it", JobState.VERIFYING, progress='{"x": 1}')
    await store.end(job, JobState.VERIFIED, "back after 74 s")
    told = await store.get(job_id)
    assert told is not None and told.ended and told.finished_at
    assert [step.text for step in told.steps] == ["asking the ACS", "the router accepted it", "back after 74 s"]
    assert told.result == "back after 74 s"
    assert await audited(database) == [("anna", "reboot", "verified: back after 74 s")]
    async with database.reading() as connection:
        changes = await read_update(connection, {})
    (change,) = changes.changes
    assert isinstance(change, JobEnded)
    assert (change.state, change.result, change.serial) == ("verified", "back after 74 s", "HWTC7D4630C3")


async def test_cancelling_before_the_claim_ends_it_at_once(database: Database, store: JobStore, ont_id: int) -> None:
    job_id = await queued(database, ont_id)
    assert await cancelled(database, job_id, "bert")
    job = await store.get(job_id)
    assert job is not None and job.state is JobState.CANCELLED
    assert "bert" in (job.result or "")
    assert await store.claim("c1") == []
    assert not await cancelled(database, job_id, "bert")


async def test_cancelling_later_is_left_to_the_collector(database: Database, store: JobStore, onts: list[int]) -> None:
    ids = [await queued(database, ont_id) for ont_id in onts[:2]]
    await store.claim("c1")
    assert await cancelled(database, ids[0], "bert")
    assert await store.cancelled(ids) == {ids[0]: "bert"}
    job = await store.get(ids[0])
    assert job is not None and job.state is JobState.RUNNING
    assert not await cancelled(database, 99_999, "bert")


async def test_only_what_a_dead_collector_left_is_taken_over(
    database: Database, store: JobStore, onts: list[int]
) -> None:
    now = time.time()
    await registered(database, collector("dead", now - DEAD_AFTER_S - 5), collector("alive", now))
    await registered(database, collector("me", now), collector("other", now))
    jobs = {}
    for ont_id, owner in zip(onts, ("dead", "alive", "me", "vanished"), strict=False):
        jobs[owner] = await queued(database, ont_id)
        await store.claim(owner)
    ended = await queued(database, onts[4])
    (job,) = await store.claim("dead")
    await store.end(job, JobState.VERIFIED, "done")
    waiting = await queued(database, onts[5])
    await store.tell(jobs["dead"], "sending", progress='{"device_id": "a"}')

    taken = await store.orphans("me", {jobs["me"]})
    assert {job.id: progress for job, progress in taken} == {
        jobs["dead"]: '{"device_id": "a"}',
        jobs["vanished"]: None,
    }
    assert await store.orphans("other") == []
    assert {ended, waiting}.isdisjoint(job.id for job, _ in taken)


async def test_orphans_go_to_one_heir(database: Database, store: JobStore, onts: list[int]) -> None:
    for ont_id in onts[:5]:
        await queued(database, ont_id)
    await store.claim("dead")
    heirs = [Database(database.url) for _ in range(3)]
    await registered(database, *(collector(f"heir{number}", time.time()) for number, _ in enumerate(heirs)))
    shares = await asyncio.gather(*(JobStore(heir).orphans(f"heir{n}") for n, heir in enumerate(heirs)))
    taken = [job.id for share in shares for job, _ in share]
    assert len(taken) == len(set(taken)) == 5
    for heir in heirs:
        await heir.close()


async def test_who_lost_a_job_writes_nothing_of_it(database: Database, store: JobStore, ont_id: int) -> None:
    job_id = await queued(database, ont_id)
    (job,) = await store.claim("heir")
    loser = JobStore(database, "loser")
    for write in (loser.tell(job_id, "sending"), loser.end(job, JobState.FAILED, "no")):
        with pytest.raises(JobLost):
            await write
    heir = JobStore(database, "heir")
    await heir.end(job, JobState.VERIFIED, "back")
    with pytest.raises(JobLost):
        await heir.end(job, JobState.FAILED, "not back")
    told = await store.get(job_id)
    assert told and told.state is JobState.VERIFIED and [step.text for step in told.steps] == ["back"]
    assert len(await audited(database)) == 1


async def test_a_cancel_and_a_step_do_not_wait_for_each_other(database: Database, store: JobStore, ont_id: int) -> None:
    job_id = await queued(database, ont_id)
    await store.claim("c1")
    other = Database(database.url)
    async with database.writing() as connection:
        revision = await bump(connection, "job")  # as the collector that tells a step
        cancelling = asyncio.create_task(cancelled(other, job_id, "bob"))
        if not database.is_sqlite:
            third = Database(database.url)

            async def waits() -> bool:
                async with third.reading() as looking:
                    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                    return bool((await looking.execute(query)).scalar())

            await eventually(waits)
            await third.close()
        table = schema.job
        await connection.execute(update(table).where(table.c.id == job_id).values(progress="x", revision=revision))
    assert await cancelling
    await other.close()


async def test_text_that_no_database_takes_ends_a_job_all_the_same(
    database: Database, store: JobStore, ont_id: int
) -> None:
    await queued(database, ont_id)
    (job,) = await store.claim("c1")
    await store.end(job, JobState.FAILED, "fault\x00 \udcff")
    told = await store.get(job.id)
    assert told and told.result == "fault· \ufffd"


async def test_a_round_that_finds_nothing_is_told_to_nobody(database: Database, store: JobStore, ont_id: int) -> None:
    await queued(database, ont_id)
    async with database.reading() as connection:
        before = (await read_update(connection, {})).revisions
    await store.orphans("c1")
    await store.forget_old(0.0, 0.0)
    async with database.reading() as connection:
        assert (await read_update(connection, {})).revisions == before


async def test_jobs_of_one_ont_the_newest_first(database: Database, store: JobStore, onts: list[int]) -> None:
    kinds = (JobKind.REBOOT, JobKind.VIEW, JobKind.SPEED_TEST)
    ids = [await queued(database, onts[0], kind, parameters=SPEED if kind is kinds[2] else {}) for kind in kinds]
    await queued(database, onts[1])
    assert [job.id for job in await store.of_ont(onts[0])] == ids[::-1]


async def test_old_views_are_forgotten_and_nothing_else(database: Database, store: JobStore, ont_id: int) -> None:
    kept = await queued(database, ont_id)
    view = await queued(database, ont_id, JobKind.VIEW)
    read = await queued(database, ont_id, JobKind.REFRESH)
    for job in await store.claim("c1"):
        await store.tell(job.id, "step")
        await store.end(job, JobState.VERIFIED, "read")
    running = await queued(database, ont_id, JobKind.VIEW)
    await store.forget_old(time.time() + 1, 0.0)
    assert await store.get(view) is None
    assert await store.get(kept) and await store.get(running) and await store.get(read)
    await store.forget_old(0.0, time.time() + 1)
    assert await store.get(read) is None
    assert await store.get(kept) and await store.get(running)


async def test_many_changed_jobs_are_all_told(database: Database, store: JobStore, ont_id: int) -> None:
    await queued(database, ont_id)
    async with database.reading() as connection:
        seen = (await read_update(connection, {})).revisions
    async with database.writing() as connection:
        row = (await connection.execute(select(schema.job))).mappings().one()
        revision = await bump(connection, "job")
        copies = [{**row, "id": row["id"] + i, "revision": revision} for i in range(1, JOBS_AT_FIRST + 11)]
        await inventory.upsert(connection, schema.job, copies)
    async with database.reading() as connection:
        assert len((await read_update(connection, seen)).jobs) == JOBS_AT_FIRST + 10
        assert len((await read_update(connection, {})).jobs) == JOBS_AT_FIRST


# The register of collectors


async def silent_for(database: Database, seconds: float) -> None:
    """As if all registered collectors had beaten last so many seconds ago."""
    beaten = schema.collector.c.heartbeat_at
    async with database.writing() as connection:
        now = await database_now(connection)
        await connection.execute(update(schema.collector).values({beaten: now - seconds}))


async def test_what_a_collector_writes_that_was_replaced_is_refused(database: Database) -> None:
    register = CollectorRegister(database)
    old, new = collector("old", time.time() + 3600), collector("new", time.time() - 3600)
    assert await register.take_over(old)
    behind = database.fenced(register.fence("old"))
    beside = database.fenced(register.fence_beside("old"))
    for writer in (behind, beside):
        async with writer.writing():
            pass
    await silent_for(database, DEAD_AFTER_S + 1)
    assert await register.take_over(new)
    for writer in (behind, beside):
        with pytest.raises(NotAtWork):
            async with writer.writing() as connection:
                raise AssertionError(f"{connection} was let in")
    await register.leave("new")
    with pytest.raises(NotAtWork):
        async with behind.writing():
            pass
    async with beside.writing():
        pass  # nobody is at work: it may say what is wrong with it


async def test_a_reader_tells_heartbeats_by_its_own_clock_and_how_far_the_other_is_off(database: Database) -> None:
    assert await CollectorRegister(database).take_over(replace(collector("c", 5.0), clock_at=time.time() + 300))
    async with database.reading() as connection:
        (found,) = (await read_update(connection, {})).collectors
    assert found.alive(time.time()) and found.clock_ahead_s == pytest.approx(300, abs=30)


async def test_one_collector_is_at_work_until_its_heart_stops(database: Database) -> None:
    register = CollectorRegister(database)
    now = time.time()
    rivals = [Database(database.url) for _ in range(3)]
    first = [collector(f"c{n}", now) for n in range(3)]
    won = await asyncio.gather(*(CollectorRegister(r).take_over(c) for r, c in zip(rivals, first, strict=True)))
    assert sorted(won) == [False, False, True]
    (winner,) = [c for c, ok in zip(first, won, strict=True) if ok]
    assert [c.id for c in await register.alive()] == [winner.id]
    late = collector("late", now + 3600)
    assert not await register.take_over(late), "an hour later by its own clock, which nobody asks"
    await silent_for(database, DEAD_AFTER_S - 1)
    assert not await register.take_over(late)
    assert await register.beat(winner)
    await silent_for(database, DEAD_AFTER_S + 1)
    assert await register.take_over(late)
    assert not await register.beat(winner), "it was taken for dead"
    await register.leave("late")
    assert await register.take_over(collector("next", now - 3600))
    for rival in rivals:
        await rival.close()


# The audit log


async def fill(database: Database, count: int = 4) -> None:
    for number in range(count):
        async with database.writing() as connection:
            details = {"confirmed": "typed"}
            named = ("reboot", f"HWTC0000000{number}", "Störung", "requested", number or None)
            entry = audit.Entry.by(ANNA, *named, details=details)
            await audit.append(connection, entry, 1_700_000_000.123456 + number)


async def test_an_untouched_chain_holds(database: Database) -> None:
    await fill(database)
    async with database.reading() as connection:
        assert await audit.first_broken(connection) is None


@pytest.mark.parametrize(
    "column",
    [
        "at",
        "actor",
        "known_by",
        "origin",
        "action",
        "target",
        "reason",
        "result",
        "job_id",
        "details",
        "form",
        "previous",
        "digest",
    ],
)
async def test_a_changed_entry_breaks_the_chain(database: Database, column: str) -> None:
    await fill(database)
    table = schema.audit
    async with database.writing() as connection:
        ids = list((await connection.execute(select(table.c.id).order_by(table.c.id))).scalars())
        value = {"at": 1.0, "job_id": 77, "form": 1}.get(column, "changed")
        await connection.execute(update(table).where(table.c.id == ids[1]).values({column: value}))
    async with database.reading() as connection:
        assert await audit.first_broken(connection) == ids[1]


async def test_entries_of_the_older_form_hold_beside_those_of_now(database: Database) -> None:
    """As releases before this one wrote them: without known_by, details and form in the digest."""
    table = schema.audit
    old = {
        "at": 1_699_999_999.5, "actor": "anna", "origin": "192.0.2.99", "action": "reboot", "target": "HWTC00000001",
        "reason": "Störung", "result": "requested", "job_id": 7,
    }  # fmt: skip
    body = "\x1f".join(repr(old[name]) for name in old)
    digest = hashlib.sha256(f"\x1f{body}".encode()).hexdigest()
    async with database.writing() as connection:
        await connection.execute(insert(table), old | {"previous": "", "digest": digest})
    await fill(database)
    async with database.reading() as connection:
        assert await audit.first_broken(connection) is None
    async with database.writing() as connection:
        await connection.execute(update(table).where(table.c.form == 1).values(actor="bert"))
    async with database.reading() as connection:
        assert await audit.first_broken(connection) == 1


async def test_a_removed_entry_breaks_the_chain(database: Database) -> None:
    await fill(database)
    table = schema.audit
    async with database.writing() as connection:
        ids = list((await connection.execute(select(table.c.id).order_by(table.c.id))).scalars())
        await connection.execute(delete(table).where(table.c.id == ids[1]))
    async with database.reading() as connection:
        assert await audit.find_broken(connection) == audit.Broken(ids[1], "missing")


async def test_writers_at_once_make_one_chain(database: Database) -> None:
    rivals = [Database(database.url) for _ in range(4)]
    await asyncio.gather(*(fill(rival, 4) for rival in rivals))
    async with database.reading() as connection:
        assert await audit.first_broken(connection) is None
    assert len(await audited(database)) == 16
    for rival in rivals:
        await rival.close()


async def collector_with_a_key(database: Database) -> Opener:
    opener, now = Opener(), time.time()
    await registered(database, Collector("c1", "host", 1, "daemon", now, now, opener.public_key))
    return opener


async def test_a_secret_is_for_the_collector_only_and_only_until_the_end(
    database: Database, store: JobStore, ont_id: int
) -> None:
    opener = await collector_with_a_key(database)
    job_id = await queued(database, ont_id, JobKind.WIFI_PASSWORD, **PASSWORD)
    assert await store.secret(job_id, Opener()) is None
    assert await store.secret(job_id, opener) == "geheim & lang"
    (job,) = await store.claim("c1")
    assert job.parameters == {"network": "5 GHz"}
    async with database.reading() as connection:
        for table in (schema.job, schema.job_step, schema.job_secret, schema.audit, schema.change):
            assert "geheim" not in str((await connection.execute(select(table))).all())
    await store.end(job, JobState.VERIFIED, "accepted")
    assert await store.secret(job_id, opener) is None


async def test_a_cancelled_job_forgets_its_secret(database: Database, store: JobStore, ont_id: int) -> None:
    opener = await collector_with_a_key(database)
    job_id = await queued(database, ont_id, JobKind.WIFI_PASSWORD, **PASSWORD)
    assert await cancelled(database, job_id, "bob")
    assert await store.secret(job_id, opener) is None


async def test_without_a_collector_no_secret_is_taken(database: Database, store: JobStore, ont_id: int) -> None:
    await registered(database, Collector("c0", "host", 1, "daemon", 1.0, time.time()))
    with pytest.raises(ActionRefused, match="no collector is running to take the password"):
        await queued(database, ont_id, JobKind.WIFI_PASSWORD, **PASSWORD)
    assert not await store.waiting()
