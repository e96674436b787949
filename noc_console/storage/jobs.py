"""The job table: consoles and commands submit, a collector claims, tells its steps and ends them."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.jobs import ENDED, Job, JobKind, JobRequest, JobState, JobStep
from noc_console.domain.text import clean
from noc_console.storage import audit, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import bump, columns, dumps, job_from, read_collectors
from noc_console.storage.inventory import append_event
from noc_console.storage.sealing import Opener, seal
from noc_console.storage.sources import DEAD_AFTER_S

_ENDED = [state.value for state in ENDED]


_TO_CLAIM = (schema.job.c.state == JobState.REQUESTED.value, schema.job.c.batch_id.is_(None))


class JobStore:
    """Jobs in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, request: JobRequest) -> int:
        """Audit and queue a job in one transaction: no audit, no job.

        Returns:
            The job's id.

        Raises:
            ActionRefused: The ONT is not known, or the database did not take the audit entry.
        """
        try:
            async with self._database.writing() as connection:
                return await self._submit(connection, request)
        except SourceError as error:
            raise ActionRefused(f"not queued, because it could not be audited: {error}") from None

    async def _submit(self, connection: AsyncConnection, request: JobRequest) -> int:
        _check(request)
        ont, olt = schema.ont, schema.olt
        query = select(ont.c.serial, ont.c.port, ont.c.ont_id, olt.c.name).join(olt).where(ont.c.id == request.ont_id)
        target = (await connection.execute(query)).one_or_none()
        if target is None:
            raise ActionRefused("this ONT is not in the inventory any more")
        now = time.time()
        revision = await bump(connection, "job")
        values: dict[str, Any] = {
            "kind": request.kind.value,
            "state": JobState.REQUESTED.value,
            "ont_id": request.ont_id,
            "serial": target.serial,
            "olt": target.name,
            "port": target.port,
            "reason": clean(request.reason),
            "requested_by": clean(request.requested_by),
            "requested_from": clean(request.requested_from),
            "requested_at": now,
            "expires_at": now + request.expires_in_s,
            "forced": request.forced,
            "sections": ",".join(request.sections),
            "parameters": dumps({name: clean(value) for name, value in request.parameters.items()}),
            "revision": revision,
        }
        result = await connection.execute(insert(schema.job).returning(schema.job.c.id), values)
        job_id: int = result.scalar_one()
        if request.secret is not None:
            sealed = seal(request.secret, await _key_at_work(connection, now))
            await connection.execute(insert(schema.job_secret), {"job_id": job_id, "secret": sealed})
        if request.kind.level > 0:
            where = f"{target.serial} at {target.name} {target.port} id {target.ont_id}"
            action = told_action(request.kind, request.parameters)
            asked = (values["requested_by"], values["requested_from"], action, where, values["reason"])
            entry = audit.Entry(*asked, "requested", job_id)
            await audit.append(connection, entry, now)
        return job_id

    async def secret(self, job_id: int, opener: Opener) -> str | None:
        """The secret that was given with a job; None when it was for another collector, or the job has ended."""
        table = schema.job_secret
        async with self._database.reading() as connection:
            query = select(table.c.secret).where(table.c.job_id == job_id)
            sealed: str | None = (await connection.execute(query)).scalar()
            return opener.open(sealed) if sealed else None

    async def claim(self, collector_id: str) -> list[Job]:
        """Take every job that nobody has taken, but for those of bulk actions; each is given to one collector only."""
        table = schema.job
        async with self._database.writing() as connection:
            query = select(table.c.id).where(*_TO_CLAIM).order_by(table.c.id)
            ids = list((await connection.execute(query.with_for_update(skip_locked=True))).scalars())
            if not ids:
                return []
            return await start(connection, ids, collector_id)

    async def waiting(self) -> bool:
        """Whether a claim would find something; cheap, for the claimer's poll."""
        query = select(schema.job.c.id).where(*_TO_CLAIM).limit(1)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).first() is not None

    async def tell(self, job_id: int, text: str, state: JobState | None = None, progress: str | None = None) -> None:
        """Add a step to a job's story, and move its state.

        Args:
            job_id: The job.
            text: What happened, for the operator.
            state: New state, if it changes.
            progress: What a successor needs to go on after this collector dies.
        """
        async with self._database.writing() as connection:
            await self._tell(connection, job_id, text, {"state": state.value} if state else {}, progress)

    async def end(self, job: Job, state: JobState, result: str, data: Mapping[str, float | str] | None = None) -> None:
        """End a job: state, result, what it measured, audit entry and event in one transaction."""
        now = time.time()
        async with self._database.writing() as connection:
            changed = {"state": state.value, "result": result, "finished_at": now, "data": dumps(data or {})}
            await self._tell(connection, job.id, result, changed, None)
            await forget_secrets(connection, [job.id])
            if job.kind.level == 0:
                return
            where = f"{job.serial} at {job.olt} {job.port}"
            action = told_action(job.kind, job.parameters)
            asked = (job.requested_by, job.requested_from, action, where, job.reason)
            await audit.append(connection, audit.Entry(*asked, f"{state.value}: {result}", job.id), now)
            severity = "info" if state is JobState.VERIFIED else "warning"
            text = f"{job.kind.value} by {job.requested_by}: {result}"
            await append_event(connection, now, "job", severity, text, job.olt, job.port, job.serial)

    async def _tell(
        self, connection: AsyncConnection, job_id: int, text: str, changed: dict[str, Any], progress: str | None
    ) -> None:
        changed = {**changed, "revision": await bump(connection, "job")}
        if progress is not None:
            changed["progress"] = progress
        await connection.execute(update(schema.job).where(schema.job.c.id == job_id).values(changed))
        await connection.execute(insert(schema.job_step), {"job_id": job_id, "at": time.time(), "text": text})

    async def ask_cancel(self, job_id: int, by: str) -> bool:
        """Mark a job to be cancelled; one that nobody claimed yet ends at once. False when it had ended already."""
        table = schema.job
        async with self._database.writing() as connection:
            query = select(*columns(table, Job)).where(table.c.id == job_id, table.c.state.not_in(_ENDED))
            row = (await connection.execute(query.with_for_update())).mappings().one_or_none()
            if row is None:
                return False
            changed: dict[str, Any] = {"cancel_by": by}
            text = f"cancel asked by {by}"
            if row["state"] == JobState.REQUESTED.value:
                text = f"cancelled by {by} before it was sent"
                changed |= {"state": JobState.CANCELLED.value, "result": text, "finished_at": time.time()}
                await forget_secrets(connection, [job_id])
            await self._tell(connection, job_id, text, changed, None)
            return True

    async def cancelled(self, job_ids: Sequence[int]) -> dict[int, str]:
        """Which of these jobs somebody asked to cancel, and who."""
        table = schema.job
        query = select(table.c.id, table.c.cancel_by).where(table.c.id.in_(job_ids), table.c.cancel_by.is_not(None))
        async with self._database.reading() as connection:
            return {row.id: row.cancel_by for row in await connection.execute(query)}

    async def forget_views(self, before: float) -> None:
        """Delete ended views older than ``before``: they touched nothing, and would only fill the table."""
        table, steps = schema.job, schema.job_step
        old = select(table.c.id).where(table.c.kind == JobKind.VIEW.value, table.c.finished_at < before)
        async with self._database.writing() as connection:
            await connection.execute(delete(steps).where(steps.c.job_id.in_(old)))
            await connection.execute(delete(table).where(table.c.id.in_(old)))

    async def get(self, job_id: int) -> Job | None:
        """One job with its steps."""
        table, steps = schema.job, schema.job_step
        async with self._database.reading() as connection:
            row = (
                (await connection.execute(select(*columns(table, Job)).where(table.c.id == job_id)))
                .mappings()
                .one_or_none()
            )
            if row is None:
                return None
            told = select(steps.c.at, steps.c.text).where(steps.c.job_id == job_id).order_by(steps.c.id)
            return job_from(dict(row), [JobStep(at, said) for at, said in await connection.execute(told)])

    async def of_batch(self, batch_id: int) -> list[Job]:
        """The jobs of a bulk action, without their steps, in their order."""
        table = schema.job
        query = select(*columns(table, Job)).where(table.c.batch_id == batch_id).order_by(table.c.id)
        async with self._database.reading() as connection:
            return [job_from(dict(row)) for row in (await connection.execute(query)).mappings()]

    async def orphans(self, collector_id: str, dead_before: float) -> list[tuple[Job, str | None]]:
        """Take over unfinished jobs whose collector is gone, with the progress that it left."""
        job, collector = schema.job, schema.collector
        async with self._database.writing() as connection:
            alive = select(collector.c.id).where(collector.c.heartbeat_at >= dead_before)
            query = (
                select(job.c.id)
                .where(job.c.state.not_in([*_ENDED, JobState.REQUESTED.value]), job.c.claimed_by.not_in(alive))
                .where(job.c.claimed_by != collector_id)
            )
            ids = list((await connection.execute(query.with_for_update(skip_locked=True))).scalars())
            if not ids:
                return []
            changed = {"claimed_by": collector_id, "revision": await bump(connection, "job")}
            await connection.execute(update(job).where(job.c.id.in_(ids)).values(changed))
            rows = await connection.execute(select(*columns(job, Job), job.c.progress).where(job.c.id.in_(ids)))
            found = []
            for row in rows.mappings():
                values = dict(row)
                progress = values.pop("progress")
                found.append((job_from(values), progress))
            return found


def _check(request: JobRequest) -> None:
    """Raises ActionRefused when what the kind needs is not there, or is too much."""
    spec = request.kind.spec
    given = set(request.parameters)
    if missing := set(spec.parameters) - given:
        raise ActionRefused(f"{request.kind.value} needs {', '.join(sorted(missing))}")
    if unknown := given - {*spec.parameters, *spec.optional}:
        raise ActionRefused(f"{request.kind.value} takes no {', '.join(sorted(unknown))}")
    if spec.secret is not (request.secret is not None):
        raise ActionRefused(f"{request.kind.value} {'needs a' if spec.secret else 'takes no'} password")


async def _key_at_work(connection: AsyncConnection, now: float) -> str:
    """The key of the collector that will do the job."""
    alive = [c for c in await read_collectors(connection) if now - c.heartbeat_at < DEAD_AFTER_S and c.public_key]
    if not alive:
        raise ActionRefused("no collector is running that could be given the password", "start noc-console collect")
    return max(alive, key=lambda collector: collector.heartbeat_at).public_key


def told_action(kind: JobKind, parameters: Mapping[str, str]) -> str:
    """A kind with its parameters, for the audit log: ``wifi-channel network=5 GHz channel=36``."""
    return " ".join([kind.value, *(f"{name}={clean(value)}" for name, value in parameters.items())])


async def start(
    connection: AsyncConnection, ids: Sequence[int], collector_id: str, expires_at: float | None = None
) -> list[Job]:
    """Give requested jobs to a collector, inside a write transaction that has locked them."""
    table = schema.job
    values: dict[str, Any] = {
        "state": JobState.RUNNING.value,
        "claimed_by": collector_id,
        "started_at": time.time(),
        "revision": await bump(connection, "job"),
    }
    if expires_at is not None:
        values["expires_at"] = expires_at
    await connection.execute(update(table).where(table.c.id.in_(ids)).values(values))
    rows = await connection.execute(select(*columns(table, Job)).where(table.c.id.in_(ids)).order_by(table.c.id))
    return [job_from(dict(row)) for row in rows.mappings()]


async def forget_secrets(connection: AsyncConnection, job_ids: Sequence[int]) -> None:
    """Delete the secrets of jobs that have ended."""
    await connection.execute(delete(schema.job_secret).where(schema.job_secret.c.job_id.in_(job_ids)))
