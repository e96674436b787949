"""Operators for tests, and jobs that are queued behind the door's back, where a test is not about the door."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from noc_console.domain.actions import JobKind
from noc_console.domain.operators import Operator, Origin, Role
from noc_console.domain.targets import Target
from noc_console.storage import schema
from noc_console.storage.batches import LEASE_S, end_waiting, mark_batch, queue_batch
from noc_console.storage.database import Database
from noc_console.storage.jobs import NewJob, find_open, mark_cancelled, queue
from noc_console.storage.streams import hold


def person(name: str, role: Role = Role.ADMIN) -> Operator:
    """Somebody with an account of that name."""
    return Operator(name, "unix account", Origin("noc-1", "pts/3", "192.0.2.99"), role)


ANNA, BERT = person("anna"), person("bert")


async def new_jobs(database: Database, ont_ids: Sequence[int], kind: JobKind, **more: object) -> list[NewJob]:
    """Jobs on these ONTs as Anna would ask for them."""
    ont, olt, now = schema.ont, schema.olt, time.time()
    query = select(ont.c.id, ont.c.serial, ont.c.port, olt.c.name).join(olt)
    async with database.reading() as connection:
        rows = {row.id: row for row in await connection.execute(query)}
    shared: dict[str, object] = {"reason": "calls", "expires_at": now + 600, **more}
    return [
        NewJob(  # type: ignore[arg-type]
            kind, Target.ont(ont_id), "anna", "noc-1 pts/3", now, serial=rows[ont_id].serial, olt=rows[ont_id].name,
            port=rows[ont_id].port, **shared,
        )
        for ont_id in ont_ids
    ]  # fmt: skip


async def queued(database: Database, ont_id: int, kind: JobKind = JobKind.REBOOT, **more: object) -> int:
    """Queue a job; returns its id."""
    (job,) = await new_jobs(database, [ont_id], kind, **more)
    async with database.writing() as connection:
        await hold(connection, "job")
        return await queue(connection, job)


async def queued_batch(
    database: Database,
    ont_ids: Sequence[int],
    kind: JobKind = JobKind.REBOOT,
    needs_release: bool = False,
    parameters: Mapping[str, str] | None = None,
) -> int:
    """Queue a bulk action; returns its id."""
    in_time = time.time() + LEASE_S
    jobs = await new_jobs(database, ont_ids, kind, parameters=parameters or {}, expires_at=in_time)
    async with database.writing() as connection:
        await hold(connection, "job")
        return await queue_batch(connection, jobs, needs_release)


async def cancelled(database: Database, job_id: int, by: str = "bert") -> bool:
    """Ask for a job to be cancelled; False when it had ended."""
    async with database.writing() as connection:
        await hold(connection, "job")
        job = await find_open(connection, job_id)
        if job is None:
            return False
        await mark_cancelled(connection, job, by, time.time())
        return True


async def released(database: Database, batch_id: int, by: str = "bert") -> None:
    """Release a bulk action."""
    async with database.writing() as connection:
        await mark_batch(connection, batch_id, released_by=by)


async def cancelled_batch(database: Database, batch_id: int, by: str = "bert") -> None:
    """Cancel what has not begun of a bulk action."""
    from noc_console.domain.jobs import JobState

    async with database.writing() as connection:
        await mark_batch(connection, batch_id, cancel_by=by)
        await end_waiting(connection, batch_id, JobState.CANCELLED, f"cancelled by {by}")
