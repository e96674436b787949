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
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.jobs import ENDED, Batch, BatchRequest, Job, JobState
from noc_console.domain.secrets import check_values
from noc_console.domain.text import clean
from noc_console.storage import audit, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.feed import read_batches
from noc_console.storage.jobs import STREAM, UNDER_WAY, refuse_twice, start, told_action
from noc_console.storage.streams import bump, dumps, hold

_ENDED = [state.value for state in ENDED]
_WAITING = JobState.REQUESTED.value
_ROWS = 500
"""Jobs per statement: preparing them holds the event loop for some milliseconds."""
WAIT_S = 7 * 86400.0
"""How long a job of a bulk action may wait for its turn."""


class BatchStore:
    """Bulk actions in the database.

    Args:
        database: The database.
        limits: How many ONTs, and how fast.
    """

    def __init__(self, database: Database, limits: Bulk) -> None:
        self._database = database
        self._limits = limits

    async def submit(self, request: BatchRequest) -> int:
        """Audit and queue one action on many ONTs, in one transaction: all of it or nothing.

        Returns:
            The bulk action's id.

        Raises:
            ActionRefused: The kind is not for many, there are too many, an ONT is not known, the same is under way
                for one, or it could not be audited.
        """
        ids = list(dict.fromkeys(request.ont_ids))
        if not request.kind.spec.bulk:
            raise ActionRefused(f"{request.kind.value} is not done to many at once")
        if not ids:
            raise ActionRefused("no ONT was chosen")
        if len(ids) > self._limits.max:
            raise ActionRefused(f"at most {self._limits.max} at once: {len(ids)} were chosen", "see bulk.max")
        if trouble := check_values(request.kind, request.parameters, None):
            raise ActionRefused(trouble)
        try:
            async with self._database.writing() as connection:
                return await self._submit(connection, request, ids)
        except SourceError as error:
            raise ActionRefused(f"not queued, because it could not be audited: {error}") from None

    async def _submit(self, connection: AsyncConnection, request: BatchRequest, ids: Sequence[int]) -> int:
        now = time.time()
        above = self._limits.second_operator_above
        values: dict[str, Any] = {
            "kind": request.kind.value,
            "reason": clean(request.reason),
            "requested_by": clean(request.requested_by),
            "requested_from": clean(request.requested_from),
            "requested_at": now,
        }
        revision = await bump(connection, STREAM)
        targets = await _targets(connection, ids)
        await refuse_twice(connection, request.kind, ids)
        row = values | {
            "total": len(ids),
            "needs_release": above is not None and len(ids) > above,
            "revision": revision,
        }
        result = await connection.execute(insert(schema.batch).returning(schema.batch.c.id), row)
        batch_id: int = result.scalar_one()
        shared = values | {
            "state": _WAITING,
            "expires_at": now + WAIT_S,
            "forced": request.forced,
            "parameters": dumps({name: clean(value) for name, value in request.parameters.items()}),
            "batch_id": batch_id,
            "revision": revision,
        }
        for begin in range(0, len(targets), _ROWS):
            part = [shared | target for target, _ in targets[begin : begin + _ROWS]]
            await connection.execute(insert(schema.job), part)
        names = ", ".join(name for _, name in targets)
        action = f"bulk {told_action(request.kind, request.parameters)}"
        asked = (values["requested_by"], values["requested_from"], action, names, values["reason"])
        await audit.append(connection, audit.Entry(*asked, f"requested as bulk action {batch_id}"), now)
        return batch_id

    async def claim(self, collector_id: str, expiry_s: float) -> list[Job]:
        """Take the jobs whose turn it is: so many at once, and one on a PON port in each interval.

        Args:
            collector_id: Who takes them.
            expiry_s: How long each may take to be delivered, counted from now.
        """
        # Looked up beside the writers: a large bulk action waits for hours.
        ids = await self._due()
        if not ids:
            return []
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            still = list((await connection.execute(_claimable(schema.job.c.id.in_(ids)))).scalars())
            return await start(connection, still, collector_id, time.time() + expiry_s) if still else []

    async def _due(self) -> list[int]:
        """The jobs whose turn it is, oldest first."""
        job, batch, now = schema.job, schema.batch, time.time()
        async with self._database.reading() as connection:
            if (await connection.execute(_claimable().limit(1))).first() is None:
                return []
            busy = select(func.count()).where(job.c.batch_id.is_not(None), job.c.state.in_(UNDER_WAY))
            free = self._limits.at_once - int((await connection.execute(busy)).scalar_one())
            if free <= 0:
                return []
            pause_s = self._limits.per_port_s
            if pause_s <= 0:
                return list((await connection.execute(_claimable().limit(free))).scalars())
            lately = batch.c.finished_at.is_(None) | (batch.c.finished_at > now - pause_s)
            begun = select(job.c.olt, job.c.port).join(batch, batch.c.id == job.c.batch_id)
            begun = begun.where(lately, job.c.started_at > now - pause_s)
            taken = {(row.olt, row.port) for row in await connection.execute(begun)}
            first = _claimable().with_only_columns(func.min(job.c.id).label("id"), job.c.olt, job.c.port)
            first = first.group_by(job.c.olt, job.c.port).order_by(None).order_by(func.min(job.c.id))
            due = [row.id for row in await connection.execute(first) if (row.olt, row.port) not in taken]
            return due[:free]

    async def cancel(self, batch_id: int, by: str, origin: str = "") -> bool:
        """Cancel what has not begun; what is under way goes on to its end. False when all had ended already."""
        batch = schema.batch
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            if await _count_waiting(connection, batch_id) == 0:
                return False
            by, revision = clean(by), await bump(connection, STREAM)
            told = {"cancel_by": by, "revision": revision}
            await connection.execute(update(batch).where(batch.c.id == batch_id).values(told))
            text = f"cancelled by {by} before it was sent"
            await _end_waiting(connection, batch_id, JobState.CANCELLED, text, by, origin, revision)
            return True

    async def release(self, batch_id: int, by: str, origin: str = "") -> None:
        """Let a bulk action start that waits for a second operator.

        Raises:
            ActionRefused: It waits for nobody, or ``by`` is who asked for it.
        """
        batch = schema.batch
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            row = (await connection.execute(select(batch).where(batch.c.id == batch_id))).first()
            if row is None or not row.needs_release or row.released_by or row.cancel_by:
                raise ActionRefused(f"bulk action {batch_id} waits for nobody")
            if row.requested_by == clean(by):
                raise ActionRefused("another operator must release it")
            told = {"released_by": clean(by), "revision": await bump(connection, STREAM)}
            await connection.execute(update(batch).where(batch.c.id == batch_id).values(told))
            asked = (clean(by), clean(origin), f"release bulk {row.kind}", f"bulk action {batch_id}", row.reason)
            await audit.append(connection, audit.Entry(*asked, "released"), time.time())

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
                )
                await append_changes(connection, [change])

    async def _expire(self) -> None:
        job = schema.job
        late = select(job.c.batch_id).where(
            job.c.batch_id.is_not(None), job.c.state == _WAITING, job.c.expires_at < time.time()
        )
        async with self._database.reading() as connection:
            found = set((await connection.execute(late.distinct())).scalars())
        text = f"waited for its turn for {WAIT_S / 86400:.0f} days; nothing was sent"
        for batch_id in found:
            async with self._database.writing() as connection:
                revision = await bump(connection, STREAM)
                await _end_waiting(connection, batch_id, JobState.EXPIRED, text, "noc-console", "", revision)

    async def get(self, batch_id: int) -> Batch | None:
        """One bulk action with its counts."""
        async with self._database.reading() as connection:
            return next(iter(await read_batches(connection, schema.batch.c.id == batch_id)), None)


def _claimable(*more: Any) -> Any:
    """Ids of jobs of bulk actions that may start, oldest first."""
    job, batch = schema.job, schema.batch
    released = batch.c.needs_release.is_(False) | batch.c.released_by.is_not(None)
    query = select(job.c.id).join(batch, batch.c.id == job.c.batch_id)
    query = query.where(job.c.state == _WAITING, job.c.expires_at > time.time(), batch.c.cancel_by.is_(None), released)
    return query.where(*more).order_by(job.c.id)


async def _count_waiting(connection: AsyncConnection, batch_id: int) -> int:
    job = schema.job
    query = select(func.count()).where(job.c.batch_id == batch_id, job.c.state == _WAITING)
    return int((await connection.execute(query)).scalar_one())


async def _end_waiting(
    connection: AsyncConnection, batch_id: int, state: JobState, text: str, by: str, origin: str, revision: int
) -> None:
    """End all jobs of a bulk action that have not begun, and audit that."""
    job, batch, now = schema.job, schema.batch, time.time()
    count = await _count_waiting(connection, batch_id)
    ended = {"state": state.value, "result": text, "finished_at": now, "revision": revision}
    await connection.execute(update(job).where(job.c.batch_id == batch_id, job.c.state == _WAITING).values(ended))
    row = (await connection.execute(select(batch).where(batch.c.id == batch_id))).one()
    verb = "cancel" if state is JobState.CANCELLED else "expire"
    asked = (by, clean(origin), f"{verb} bulk {row.kind}", f"bulk action {batch_id}", row.reason)
    await audit.append(connection, audit.Entry(*asked, f"{count} of {row.total} not begun"), now)


async def _targets(connection: AsyncConnection, ids: Sequence[int]) -> list[tuple[dict[str, Any], str]]:
    """Rows of the ONTs' jobs, and what each ONT is called."""
    ont, olt = schema.ont, schema.olt
    found: dict[int, tuple[dict[str, Any], str]] = {}
    for begin in range(0, len(ids), _ROWS):
        query = select(ont.c.id, ont.c.serial, ont.c.mac, ont.c.port, ont.c.ont_id, olt.c.name).join(olt)
        for row in await connection.execute(query.where(ont.c.id.in_(ids[begin : begin + _ROWS]))):
            place = {"ont_id": row.id, "serial": row.serial, "olt": row.name, "port": row.port}
            found[row.id] = place, row.serial or row.mac or f"{row.name} {row.port} id {row.ont_id}"
    if len(found) < len(ids):
        raise ActionRefused(f"{len(ids) - len(found)} of the chosen ONTs are not in the inventory any more")
    return [found[id] for id in ids]
