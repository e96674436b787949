"""Bulk actions: many jobs that were asked for together, and are started at the pace that the config sets.

The job table is the only truth about how far a bulk action has come: a collector that dies takes nothing with it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.operations import Bulk
from noc_console.domain.changes import BulkEnded
from noc_console.domain.jobs import ENDED, Batch, Job, JobState
from noc_console.domain.text import clean
from noc_console.storage import audit, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database, database_now
from noc_console.storage.feed import read_batches
from noc_console.storage.jobs import STREAM, UNDER_WAY, NewJob, Scope, in_scope, start
from noc_console.storage.streams import bump, hold

_ENDED = [state.value for state in ENDED]
_WAITING = JobState.REQUESTED.value
_ROWS = 500
"""Jobs per statement: preparing them holds the event loop for some milliseconds."""
WAIT_S = 86400.0
"""How long a job of a bulk action may wait for its turn."""
LEASE_S = 45.0
"""How long it may wait while no collector is at work: enough for another one to take over, and not for a pause."""


class BatchStore:
    """Bulk actions in the database.

    Args:
        database: The database.
        limits: How many ONTs, and how fast.
    """

    def __init__(self, database: Database, limits: Bulk) -> None:
        self._database = database
        self._limits = limits

    async def claim(self, collector_id: str, expiry_s: float, scope: Scope | None = None) -> list[Job]:
        """Take the jobs whose turn it is: so many at once, and one on a PON port in each interval.

        Args:
            collector_id: Who takes them.
            expiry_s: How long each may take to be delivered, counted from now.
            scope: Which of them; None for all.
        """
        # Looked up beside the writers: a large bulk action waits for hours.
        ids = await self._due(scope)
        if not ids:
            return []
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            now = await database_now(connection)
            free = await self._free(connection)  # other collectors take theirs meanwhile
            claimable = _claimable(now, schema.job.c.id.in_(ids)).limit(max(0, free))
            still = list((await connection.execute(claimable)).scalars())
            return await start(connection, still, collector_id, expiry_s) if still else []

    async def _free(self, connection: AsyncConnection) -> int:
        """How many more may run at once."""
        job = schema.job
        busy = select(func.count()).where(job.c.batch_id.is_not(None), job.c.state.in_(UNDER_WAY))
        return self._limits.at_once - int((await connection.execute(busy)).scalar_one())

    async def _due(self, scope: Scope | None) -> list[int]:
        """The jobs whose turn it is, oldest first."""
        job, batch = schema.job, schema.batch
        async with self._database.reading() as connection:
            now = await database_now(connection)
            claimable = _claimable(now, in_scope(scope))
            if (await connection.execute(claimable.limit(1))).first() is None:
                return []
            free = await self._free(connection)
            if free <= 0:
                return []
            pause_s = self._limits.per_port_s
            if pause_s <= 0:
                return list((await connection.execute(claimable.limit(free))).scalars())
            lately = batch.c.finished_at.is_(None) | (batch.c.finished_at > now - pause_s)
            begun = select(job.c.olt, job.c.port).join(batch, batch.c.id == job.c.batch_id)
            begun = begun.where(lately, job.c.started_at > now - pause_s)
            taken = {(row.olt, row.port) for row in await connection.execute(begun)}
            first = claimable.with_only_columns(func.min(job.c.id).label("id"), job.c.olt, job.c.port)
            first = first.group_by(job.c.olt, job.c.port).order_by(None).order_by(func.min(job.c.id))
            due = [row.id for row in await connection.execute(first) if (row.olt, row.port) not in taken]
            return due[:free]

    async def keep(self) -> None:
        """Let what waits wait on, as a collector is at work; what has expired, or has waited too long, stays so.

        Call it often: within ``LEASE_S`` of its last call, what waits expires.
        """
        job = schema.job
        async with self._database.reading() as connection:
            now = await database_now(connection)
            waits = (job.c.batch_id.is_not(None), job.c.state == _WAITING, job.c.requested_at > now - WAIT_S)
            due = (*waits, job.c.expires_at > now, job.c.expires_at < now + LEASE_S / 2)
            if (await connection.execute(select(job.c.id).where(*due).limit(1))).first() is None:
                return
        async with self._database.writing() as connection:
            await connection.execute(update(job).where(*due).values(expires_at=now + LEASE_S))

    async def settle(self) -> None:
        """Give up what waited too long, close bulk actions of which nothing is left to do, and tell how each went."""
        batch, job = schema.batch, schema.job
        await self._expire()
        open_jobs = select(job.c.id).where(job.c.batch_id == batch.c.id, job.c.state.not_in(_ENDED)).exists()
        done = select(batch.c.id).where(batch.c.finished_at.is_(None), ~open_jobs)
        async with self._database.reading() as connection:
            if (await connection.execute(done)).first() is None:
                return
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            now = time.time()
            for batch_id in list((await connection.execute(done)).scalars()):
                values = {"finished_at": now, "revision": await bump(connection, STREAM)}
                await connection.execute(update(batch).where(batch.c.id == batch_id).values(values))
                (ended,) = await read_batches(connection, batch.c.id == batch_id)
                change = BulkEnded(
                    at=now,
                    bulk_id=ended.id,
                    action=ended.kind.value,
                    by=ended.requested_by,
                    total=ended.total,
                    verified=ended.verified,
                    accepted=ended.accepted,
                )
                await append_changes(connection, [change])

    async def _expire(self) -> None:
        job = schema.job
        async with self._database.reading() as connection:
            now = await database_now(connection)
            waits = (job.c.batch_id.is_not(None), job.c.state == _WAITING)
            late = select(job.c.batch_id).where(*waits, job.c.expires_at < now)
            found = set((await connection.execute(late.distinct())).scalars())
        for batch_id in found:
            async with self._database.writing() as connection:
                batch = await find_batch(connection, batch_id)
                waited_s = now - batch.requested_at if batch else 0.0
                why = "waited a day for its turn" if waited_s > WAIT_S else "no collector was at work meanwhile"
                text = f"expired: {why}; nothing was sent"
                count, batch = await end_waiting(connection, batch_id, JobState.EXPIRED, text)
                entry = audit.Entry(
                    operator="noc-console",
                    known_by="collector",
                    origin="",
                    action=f"expire bulk {batch.kind.value}",
                    target=f"bulk action {batch_id}",
                    reason=batch.reason,
                    result=f"{count} of {batch.total} not begun",
                )
                await audit.append(connection, entry, now)

    async def get(self, batch_id: int) -> Batch | None:
        """One bulk action with its counts."""
        async with self._database.reading() as connection:
            return await find_batch(connection, batch_id)


def _claimable(now: float, *more: Any) -> Any:
    """Ids of jobs of bulk actions that may start, oldest first."""
    job, batch = schema.job, schema.batch
    released = batch.c.needs_release.is_(False) | batch.c.released_by.is_not(None)
    query = select(job.c.id).join(batch, batch.c.id == job.c.batch_id)
    query = query.where(job.c.state == _WAITING, job.c.expires_at > now, batch.c.cancel_by.is_(None), released)
    return query.where(*more).order_by(job.c.id)


async def queue_batch(connection: AsyncConnection, jobs: Sequence[NewJob], needs_release: bool) -> int:
    """Insert a bulk action with its jobs inside a write transaction; returns its id.

    Args:
        connection: Write transaction.
        jobs: At least one; all alike but for their targets.
        needs_release: Whether it waits for a second operator.
    """
    revision, first = await bump(connection, STREAM), jobs[0].row()
    shared = {name: first[name] for name in ("kind", "reason", "requested_by", "requested_from", "requested_at")}
    row = shared | {"total": len(jobs), "needs_release": needs_release, "revision": revision}
    batch_id: int = (await connection.execute(insert(schema.batch).returning(schema.batch.c.id), row)).scalar_one()
    for begin in range(0, len(jobs), _ROWS):
        part = [job.row() | {"batch_id": batch_id, "revision": revision} for job in jobs[begin : begin + _ROWS]]
        await connection.execute(insert(schema.job), part)
    return batch_id


async def find_batch(connection: AsyncConnection, batch_id: int) -> Batch | None:
    """One bulk action with its counts."""
    return next(iter(await read_batches(connection, schema.batch.c.id == batch_id)), None)


async def mark_batch(connection: AsyncConnection, batch_id: int, **values: str) -> None:
    """Write who cancelled (``cancel_by``) or released (``released_by``) a bulk action."""
    batch = schema.batch
    told = {name: clean(value) for name, value in values.items()}
    changed = told | {"revision": await bump(connection, STREAM)}
    await connection.execute(update(batch).where(batch.c.id == batch_id).values(changed))


async def end_waiting(connection: AsyncConnection, batch_id: int, state: JobState, text: str) -> tuple[int, Batch]:
    """End all jobs of a bulk action that have not begun; returns how many, and the bulk action."""
    job = schema.job
    ended = {"state": state.value, "result": text, "finished_at": time.time()}
    ended["revision"] = await bump(connection, STREAM)
    waiting = (job.c.batch_id == batch_id, job.c.state == _WAITING)
    done = await connection.execute(update(job).where(*waiting).values(ended))
    (batch,) = await read_batches(connection, schema.batch.c.id == batch_id)
    return done.rowcount, batch
