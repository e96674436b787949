"""The job table: the door queues, a collector claims, records the steps and ends the jobs."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import delete, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.actions import ACTIONS, JobKind
from noc_console.domain.changes import JobEnded
from noc_console.domain.errors import ActionRefused, NocError
from noc_console.domain.jobs import ENDED, Job, JobState, JobStep
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S
from noc_console.domain.targets import Target, TargetKind
from noc_console.domain.text import clean
from noc_console.storage import audit, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database, database_now
from noc_console.storage.feed import JOB_COLUMNS, job_from, jobs_from, read_collectors
from noc_console.storage.sealing import Opener, seal
from noc_console.storage.streams import bump, dumps, hold

_ENDED = [state.value for state in ENDED]
UNDER_WAY = [state.value for state in JobState if state not in ENDED and state is not JobState.REQUESTED]
_HARMLESS = [kind.value for kind, spec in ACTIONS.items() if spec.level == 0]
_TO_CLAIM = (schema.job.c.state == JobState.REQUESTED.value, schema.job.c.batch_id.is_(None))
MAX_TEXT = 2000
FORGET_AT_ONCE = 500
STREAM = "job"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which jobs a collector takes that shares the OLTs with others."""

    olts: Collection[str]
    """Names of the OLTs that it polls, and of which it knows what the database knows."""
    rest: bool
    """Whether it takes those of no OLT, too, and those of OLTs that nobody polls any more."""

    def takes(self) -> Any:
        """The condition on the job table."""
        olt, of = schema.olt, schema.job.c.olt
        ours = of.in_(self.olts)
        polled = select(olt.c.name).where(olt.c.removed_at.is_(None))
        return or_(ours, of.is_(None), of.not_in(polled)) if self.rest else ours


def in_scope(scope: Scope | None) -> Any:
    """The condition on the job table; without a scope all jobs fit."""
    return true() if scope is None else scope.takes()


class JobLost(NocError):
    """Another collector has the job by now, or it has ended: whoever has it tells its story."""


class JobStore:
    """Jobs in the database.

    Args:
        database: The database.
        holder: The collector that tells and ends jobs with this store: it writes only to those that it holds.
    """

    def __init__(self, database: Database, holder: str | None = None) -> None:
        self._database = database
        self._holder = holder

    async def secret(self, job_id: int, opener: Opener) -> str | None:
        """The secret that was given with a job; None when it was for another collector, or the job has ended."""
        table = schema.job_secret
        async with self._database.reading() as connection:
            query = select(table.c.secret).where(table.c.job_id == job_id)
            sealed: str | None = (await connection.execute(query)).scalar()
            return opener.open(sealed) if sealed else None

    async def claim(self, collector_id: str, scope: Scope | None = None) -> list[Job]:
        """Take every job that nobody has taken, but for those of bulk actions; each is given to one collector only."""
        table = schema.job
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            query = select(table.c.id).where(*_TO_CLAIM, in_scope(scope)).order_by(table.c.id)
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

        Raises:
            JobLost: Our job no more.
        """
        async with self._database.writing() as connection:
            await self._tell(connection, job_id, text, {"state": state.value} if state else {}, progress)

    async def end(self, job: Job, state: JobState, result: str, data: Mapping[str, float | str] | None = None) -> None:
        """End a job: state, result, what it measured, audit entry and change in one transaction.

        Raises:
            JobLost: Our job no more.
        """
        now, result = time.time(), clean(result, MAX_TEXT)
        async with self._database.writing() as connection:
            changed = {"state": state.value, "result": result, "finished_at": now, "data": dumps(data or {})}
            await self._tell(connection, job.id, result, changed, None)
            await forget_secrets(connection, [job.id])
            if job.kind.level > 0:
                await self._audit_end(connection, job, state, result, now)
                change = JobEnded(
                    at=now,
                    olt=job.olt,
                    port=job.port,
                    serial=job.serial,
                    job_id=job.id,
                    action=job.kind.value,
                    target="" if job.target.kind is TargetKind.ONT else job.about,
                    state=state.value,
                    result=result,
                    by=job.requested_by,
                )
                await append_changes(connection, [change])

    async def _audit_end(self, connection: AsyncConnection, job: Job, state: JobState, result: str, now: float) -> None:
        """By whom the entry of the request says: it holds how the operator is known."""
        asked = (job.requested_by, "job", job.requested_from, told_action(job.kind, job.parameters), told_target(job))
        await audit.append(connection, audit.Entry(*asked, job.reason, f"{state.value}: {result}", job.id), now)

    async def _tell(
        self, connection: AsyncConnection, job_id: int, text: str, changed: dict[str, Any], progress: str | None
    ) -> None:
        table = schema.job
        changed = {**changed, "revision": await bump(connection, STREAM)}
        if progress is not None:
            changed["progress"] = progress
        change = update(table).where(table.c.id == job_id).values(changed)
        if self._holder:
            change = change.where(table.c.claimed_by == self._holder, table.c.state.not_in(_ENDED))
        if not (await connection.execute(change)).rowcount and self._holder:
            raise JobLost(f"job {job_id} is another collector's by now, or has ended")
        step = {"job_id": job_id, "at": time.time(), "text": clean(text, MAX_TEXT)}
        await connection.execute(insert(schema.job_step), step)

    async def cancelled(self, job_ids: Sequence[int]) -> dict[int, str]:
        """Which of these jobs somebody asked to cancel, and who."""
        table = schema.job
        query = select(table.c.id, table.c.cancel_by).where(table.c.id.in_(job_ids), table.c.cancel_by.is_not(None))
        async with self._database.reading() as connection:
            return {row.id: row.cancel_by for row in await connection.execute(query)}

    async def forget_old(self, views_before: float, others_before: float) -> None:
        """Delete what ended long ago and touched nothing: it would only fill the table.

        Args:
            views_before: Unix seconds, for views, of which there are many.
            others_before: Unix seconds, for the other kinds that are not audited.
        """
        table = schema.job
        is_view = table.c.kind == JobKind.VIEW.value
        old = (is_view & (table.c.finished_at < views_before)) | (table.c.finished_at < others_before)
        query = select(table.c.id).where(table.c.kind.in_(_HARMLESS), old).limit(FORGET_AT_ONCE)
        async with self._database.reading() as connection:
            ids = list((await connection.execute(query)).scalars())
        if not ids:
            return
        async with self._database.writing() as connection:
            await connection.execute(delete(schema.job_step).where(schema.job_step.c.job_id.in_(ids)))
            await connection.execute(delete(table).where(table.c.id.in_(ids)))

    async def get(self, job_id: int) -> Job | None:
        """One job with its steps."""
        table, steps = schema.job, schema.job_step
        async with self._database.reading() as connection:
            row = (await connection.execute(select(*JOB_COLUMNS).where(table.c.id == job_id))).mappings().one_or_none()
            if row is None:
                return None
            told = select(steps.c.at, steps.c.text).where(steps.c.job_id == job_id).order_by(steps.c.id)
            return job_from(row, [JobStep(at, said) for at, said in await connection.execute(told)])

    async def progress(self, job_id: int) -> str | None:
        """What a job's collector has kept for a successor."""
        query = select(schema.job.c.progress).where(schema.job.c.id == job_id)
        async with self._database.reading() as connection:
            found: str | None = (await connection.execute(query)).scalar()
            return found

    async def of_batch(self, batch_id: int) -> list[Job]:
        """The jobs of a bulk action, without their steps, in their order."""
        table = schema.job
        query = select(*JOB_COLUMNS).where(table.c.batch_id == batch_id).order_by(table.c.id)
        async with self._database.reading() as connection:
            return await jobs_from(connection, query)

    async def of_ont(self, ont_id: int, limit: int = 100) -> list[Job]:
        """The newest jobs of one ONT, without their steps, newest first."""
        table = schema.job
        query = select(*JOB_COLUMNS).where(table.c.ont_id == ont_id).order_by(table.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return await jobs_from(connection, query)

    async def orphans(
        self, collector_id: str, running: Collection[int] = (), scope: Scope | None = None
    ) -> list[tuple[Job, str | None]]:
        """Take over unfinished jobs that nobody follows, with the progress that was left.

        Args:
            collector_id: Who takes them.
            running: What the taker follows already: a job of its own that is not among them was claimed, and the
                database's answer to that was lost.
            scope: Which of them; None for all.
        """
        job, collector = schema.job, schema.collector
        async with self._database.reading() as connection:
            dead_before = await database_now(connection) - COLLECTOR_DEAD_AFTER_S
            alive = select(collector.c.id).where(
                collector.c.heartbeat_at >= dead_before, collector.c.id != collector_id
            )
            query = select(job.c.id).where(
                job.c.state.in_(UNDER_WAY),
                job.c.claimed_by.not_in(alive),
                job.c.id.not_in(list(running)),
                in_scope(scope),
            )
            if (await connection.execute(query.limit(1))).first() is None:
                return []
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            ids = list((await connection.execute(query.with_for_update(skip_locked=True))).scalars())
            if not ids:
                return []
            now = await database_now(connection)
            changed = {"claimed_by": collector_id, "revision": await bump(connection, STREAM)}
            await connection.execute(update(job).where(job.c.id.in_(ids)).values(changed))
            rows = await connection.execute(select(*JOB_COLUMNS, job.c.progress).where(job.c.id.in_(ids)))
            found = []
            for row in rows.mappings():
                values = dict(row)
                progress = values.pop("progress")
                found.append((_by_our_clock(job_from(values), now), progress))
            return found


@dataclass(frozen=True, slots=True)
class NewJob:
    """What the door queues, checked and made harmless."""

    kind: JobKind
    target: Target
    requested_by: str
    requested_from: str
    requested_at: float
    expires_at: float
    """By the database's clock."""
    serial: str | None = None
    """Of an ONT; with ``olt`` and ``port``, as far as the target has them."""
    olt: str | None = None
    port: str | None = None
    reason: str = ""
    forced: bool = False
    sections: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    secret: str | None = field(default=None, repr=False)
    batch_id: int | None = None

    def row(self) -> dict[str, Any]:
        """Its SQL row, without the revision."""
        return {
            "kind": self.kind.value,
            "state": JobState.REQUESTED.value,
            "target_kind": self.target.kind.value,
            "target": self.target.key,
            "ont_id": self.target.ont_id,
            "serial": self.serial,
            "olt": self.olt,
            "port": self.port,
            "reason": clean(self.reason),
            "requested_by": clean(self.requested_by),
            "requested_from": clean(self.requested_from),
            "requested_at": self.requested_at,
            "expires_at": self.expires_at,
            "forced": self.forced,
            "sections": ",".join(self.sections),
            "parameters": dumps({name: clean(value) for name, value in self.parameters.items()}),
            "batch_id": self.batch_id,
        }


async def queue(connection: AsyncConnection, job: NewJob) -> int:
    """Insert a job inside a write transaction; returns its id.

    Raises:
        ActionRefused: It has a secret, and no collector runs that it could be sealed to.
    """
    row = job.row() | {"revision": await bump(connection, STREAM)}
    job_id: int = (await connection.execute(insert(schema.job).returning(schema.job.c.id), row)).scalar_one()
    if job.secret is not None:
        sealed = seal(job.secret, await _key_at_work(connection, job))
        await connection.execute(insert(schema.job_secret), {"job_id": job_id, "secret": sealed})
    return job_id


async def find_open(connection: AsyncConnection, job_id: int) -> Job | None:
    """A job that has not ended; None when there is none. It stays so while the job stream is held."""
    table = schema.job
    query = select(*JOB_COLUMNS).where(table.c.id == job_id, table.c.state.not_in(_ENDED))
    row = (await connection.execute(query)).mappings().one_or_none()
    return job_from(row) if row else None


async def exists(connection: AsyncConnection, job_id: int) -> bool:
    """Whether there is a job of this number."""
    found = await connection.execute(select(schema.job.c.id).where(schema.job.c.id == job_id))
    return found.first() is not None


async def mark_cancelled(connection: AsyncConnection, job: Job, by: str, now: float) -> str:
    """Cancel a job that nobody claimed yet, or leave it to its collector to stop; returns what was done."""
    changed: dict[str, Any] = {"cancel_by": by, "revision": await bump(connection, STREAM)}
    text = f"cancel asked by {by}"
    if job.state is JobState.REQUESTED:
        text = f"cancelled by {by} before it was sent"
        changed |= {"state": JobState.CANCELLED.value, "result": text, "finished_at": now}
        await forget_secrets(connection, [job.id])
    await connection.execute(update(schema.job).where(schema.job.c.id == job.id).values(changed))
    await connection.execute(insert(schema.job_step), {"job_id": job.id, "at": now, "text": text})
    return text


def told_target(job: Job) -> str:
    """What a job is about, for the audit log: ``HWTC7D4630C3 at olt-1 0/1/3``, ``olt-1``."""
    return f"{job.about} at {job.where}" if job.target.kind is TargetKind.ONT else job.about


async def _key_at_work(connection: AsyncConnection, job: NewJob) -> str:
    """The key of the collector that will do the job: who polls its OLT, else who leads, else who is alone at work."""
    alive = [c for c in await read_collectors(connection) if c.public_key and c.takes_jobs(job.requested_at)]
    if not alive:
        raise ActionRefused("no collector is running to take the password", "start noc-console collect")
    olt, lease = schema.olt, schema.olt_lease
    polled_by = select(lease.c.holder).join(olt, olt.c.id == lease.c.olt_id).where(olt.c.name == job.olt)
    holder = (await connection.execute(polled_by)).scalar() if job.olt else None
    return max(alive, key=lambda c: (c.joined and c.id == holder, c.leads, c.heartbeat_at)).public_key


def told_action(kind: JobKind, parameters: Mapping[str, str]) -> str:
    """A kind with its parameters, for the audit log: ``wifi-channel network=5 GHz channel=36``."""
    return " ".join([kind.value, *(f"{name}={clean(value)}" for name, value in parameters.items())])


async def start(
    connection: AsyncConnection, ids: Sequence[int], collector_id: str, expiry_s: float | None = None
) -> list[Job]:
    """Give requested jobs to a collector, inside a write transaction that has locked them.

    Args:
        connection: The transaction.
        ids: The jobs.
        collector_id: Who takes them.
        expiry_s: How long each may take from now on; None is what is left of the time it was given.
    """
    table, now = schema.job, await database_now(connection)
    values: dict[str, Any] = {
        "state": JobState.RUNNING.value,
        "claimed_by": collector_id,
        "started_at": now,
        "revision": await bump(connection, STREAM),
    }
    if expiry_s is not None:
        values["expires_at"] = now + expiry_s
    await connection.execute(update(table).where(table.c.id.in_(ids)).values(values))
    rows = await connection.execute(select(*JOB_COLUMNS).where(table.c.id.in_(ids)).order_by(table.c.id))
    return [_by_our_clock(job_from(row), now) for row in rows.mappings()]


def _by_our_clock(job: Job, database_at: float) -> Job:
    """A job whose end is told by this machine's clock; the database keeps it by its own, which all machines share."""
    return replace(job, expires_at=job.expires_at + time.time() - database_at)


async def forget_secrets(connection: AsyncConnection, job_ids: Sequence[int]) -> None:
    """Delete the secrets of jobs that have ended."""
    await connection.execute(delete(schema.job_secret).where(schema.job_secret.c.job_id.in_(job_ids)))
