"""Bulk actions: many jobs that were asked for together, and are started at the pace that the config sets.

The job table is the only truth about how far a bulk action has come: a collector that dies takes nothing with it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.actions import Bulk
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.jobs import ENDED, Batch, BatchRequest, Job, JobState
from noc_console.domain.text import clean
from noc_console.storage import audit, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import bump, dumps, read_batches
from noc_console.storage.inventory import append_event
from noc_console.storage.jobs import forget_secrets, start, told_action

_ENDED = [state.value for state in ENDED]
_WAITING = JobState.REQUESTED.value
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
            ActionRefused: The kind is not for many, there are too many, an ONT is not known, or it could not be
                audited.
        """
        ids = list(dict.fromkeys(request.ont_ids))
        if not request.kind.spec.bulk:
            raise ActionRefused(f"{request.kind.value} is not done to many at once")
        if not ids:
            raise ActionRefused("no ONT was chosen")
        if len(ids) > self._limits.max:
            raise ActionRefused(f"at most {self._limits.max} at once: {len(ids)} were chosen", "see bulk.max")
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
        revision = await bump(connection, "job")
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
        targets = await _targets(connection, ids)
        await connection.execute(insert(schema.job), [shared | target for target in targets])
        names = ", ".join(str(target["serial"]) for target in targets)
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
        if not await self._waiting():
            return []
        now, job = time.time(), schema.job
        async with self._database.writing() as connection:
            busy = select(func.count()).where(job.c.batch_id.is_not(None), job.c.state.not_in([*_ENDED, _WAITING]))
            free = self._limits.at_once - int((await connection.execute(busy)).scalar_one())
            if free <= 0:
                return []
            lately = select(job.c.olt, job.c.port).where(
                job.c.batch_id.is_not(None), job.c.started_at > now - self._limits.per_port_s
            )
            taken = {(row.olt, row.port) for row in await connection.execute(lately)}
            ids = []
            for row in await connection.execute(_claimable().with_for_update(skip_locked=True, of=job)):
                if (row.olt, row.port) in taken:
                    continue
                if self._limits.per_port_s > 0:
                    taken.add((row.olt, row.port))
                ids.append(row.id)
                if len(ids) == free:
                    break
            return await start(connection, ids, collector_id, now + expiry_s) if ids else []

    async def _waiting(self) -> bool:
        async with self._database.reading() as connection:
            return (await connection.execute(_claimable().limit(1))).first() is not None

    async def cancel(self, batch_id: int, by: str) -> bool:
        """Cancel what has not begun; what is under way goes on to its end. False when all had ended already."""
        job, batch = schema.job, schema.batch
        async with self._database.writing() as connection:
            waiting = select(job.c.id).where(job.c.batch_id == batch_id, job.c.state == _WAITING).with_for_update()
            ids = list((await connection.execute(waiting)).scalars())
            if not ids:
                return False
            now, revision = time.time(), await bump(connection, "job")
            text = f"cancelled by {clean(by)} before it was sent"
            ended = {"state": JobState.CANCELLED.value, "result": text, "finished_at": now, "revision": revision}
            await connection.execute(update(job).where(job.c.id.in_(ids)).values(ended))
            await forget_secrets(connection, ids)
            told = {"cancel_by": clean(by), "revision": revision}
            await connection.execute(update(batch).where(batch.c.id == batch_id).values(told))
            row = (await connection.execute(select(batch).where(batch.c.id == batch_id))).one()
            asked = (clean(by), row.requested_from, f"cancel bulk {row.kind}", f"bulk action {batch_id}", row.reason)
            await audit.append(connection, audit.Entry(*asked, f"{len(ids)} of {row.total} not begun"), now)
            return True

    async def release(self, batch_id: int, by: str, origin: str = "") -> None:
        """Let a bulk action start that waits for a second operator.

        Raises:
            ActionRefused: It waits for nobody, or ``by`` is who asked for it.
        """
        batch = schema.batch
        async with self._database.writing() as connection:
            row = (await connection.execute(select(batch).where(batch.c.id == batch_id).with_for_update())).first()
            if row is None or not row.needs_release or row.released_by or row.cancel_by:
                raise ActionRefused(f"bulk action {batch_id} waits for nobody")
            if row.requested_by == clean(by):
                raise ActionRefused("another operator must release it")
            told = {"released_by": clean(by), "revision": await bump(connection, "job")}
            await connection.execute(update(batch).where(batch.c.id == batch_id).values(told))
            asked = (clean(by), origin, f"release bulk {row.kind}", f"bulk action {batch_id}", row.reason)
            await audit.append(connection, audit.Entry(*asked, "released"), time.time())

    async def settle(self) -> None:
        """Close bulk actions of which nothing is left to do, and tell how each went."""
        batch, job = schema.batch, schema.job
        open_jobs = select(job.c.id).where(job.c.batch_id == batch.c.id, job.c.state.not_in(_ENDED)).exists()
        done = select(batch.c.id).where(batch.c.finished_at.is_(None), ~open_jobs)
        async with self._database.reading() as connection:
            if (await connection.execute(done)).first() is None:
                return
        async with self._database.writing() as connection:
            now = time.time()
            for batch_id in list((await connection.execute(done)).scalars()):
                values = {"finished_at": now, "revision": await bump(connection, "job")}
                await connection.execute(update(batch).where(batch.c.id == batch_id).values(values))
                (ended,) = await read_batches(connection, batch.c.id == batch_id)
                severity = "warning" if ended.not_verified else "info"
                text = f"bulk {ended.kind.value} by {ended.requested_by}: {ended.verified} of {ended.total} verified"
                await append_event(connection, now, "job", severity, text)

    async def get(self, batch_id: int) -> Batch | None:
        """One bulk action with its counts."""
        async with self._database.reading() as connection:
            return next(iter(await read_batches(connection, schema.batch.c.id == batch_id)), None)


def _claimable() -> Any:
    """Jobs of bulk actions that may start, oldest first."""
    job, batch = schema.job, schema.batch
    released = batch.c.needs_release.is_(False) | batch.c.released_by.is_not(None)
    query = select(job.c.id, job.c.olt, job.c.port).join(batch, batch.c.id == job.c.batch_id)
    return query.where(job.c.state == _WAITING, batch.c.cancel_by.is_(None), released).order_by(job.c.id)


async def _targets(connection: AsyncConnection, ids: Sequence[int]) -> list[dict[str, Any]]:
    ont, olt = schema.ont, schema.olt
    found: dict[int, dict[str, Any]] = {}
    for begin in range(0, len(ids), 500):
        query = (
            select(ont.c.id, ont.c.serial, ont.c.port, olt.c.name)
            .join(olt)
            .where(ont.c.id.in_(ids[begin : begin + 500]))
        )
        for row in await connection.execute(query):
            found[row.id] = {"ont_id": row.id, "serial": row.serial, "olt": row.name, "port": row.port}
    if len(found) < len(ids):
        raise ActionRefused(f"{len(ids) - len(found)} of the chosen ONTs are not in the inventory any more")
    return [found[id] for id in ids]
