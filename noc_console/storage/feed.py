"""The feed: what changed since a reader last looked; see ``streams`` for how writes become visible in order."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Table, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.changes import Change
from noc_console.domain.jobs import ENDED, Batch, Job, JobKind, JobState
from noc_console.domain.network import (
    Card,
    Collector,
    Cpe,
    Fan,
    Olt,
    Ont,
    Outcome,
    PollKind,
    PollMark,
    Port,
    Source,
    Unregistered,
)
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.targets import Target, TargetKind
from noc_console.domain.update import Update
from noc_console.storage import schema
from noc_console.storage.changes import read_changes_of
from noc_console.storage.database import database_now
from noc_console.storage.records import read_records
from noc_console.storage.records import stream as record_stream
from noc_console.storage.streams import ROWS_PER_TURN, columns, read_revisions, read_rows

LAST_CHANGE = "change.id"
"""In the revisions: the newest change that was read."""
_RECORDS = {record_stream(kind): kind for kind in RECORD_KINDS.values()}
OLTS_AT_ONCE = 4
CHANGES_AT_FIRST = 500
JOBS_AT_FIRST = 500
BATCHES_AT_MOST = 100
JOB_COLUMNS = [*columns(schema.job, Job), schema.job.c.target_kind]
"""Of ``job_from``."""

_COUNTED = dict.fromkeys(ENDED, "not_verified") | {
    JobState.REQUESTED: "waiting",
    JobState.VERIFIED: "verified",
    JobState.ACCEPTED: "accepted",
}
"""Which number of a batch counts a job in this state; all others are running."""


async def read_update(connection: AsyncConnection, since: Mapping[str, int], most_onts: int | None = None) -> Update:
    """What is newer than ``since``, in one read transaction: everything else, then the OLTs one after another.

    Args:
        connection: Any transaction.
        since: Stream to the revision that was read.
        most_onts: Stop after the OLTs that bring so many ONTs, with ``more`` set, and give the ONTs of OLTs that are
            read for the first time as ``fresh_onts``; None reads all of them as ``onts``.
    """
    now = await read_revisions(connection)
    changed = {stream: since.get(stream, 0) for stream, revision in now.items() if revision != since.get(stream, 0)}
    # A smaller revision: another database, or one restored from a backup. Read all of it again.
    seen = {stream: 0 if now[stream] < revision else revision for stream, revision in changed.items()}
    update = Update(revisions=now)
    last_id = since.get(LAST_CHANGE, 0)
    for stream in seen:
        if not stream.startswith("olt:"):
            last_id = await _read_stream(connection, stream, seen[stream], last_id, update)
    update.collectors.extend(await read_collectors(connection))
    update.revisions[LAST_CHANGE] = max((change.id for change in update.changes), default=last_id)
    olts = [stream for stream in seen if stream.startswith("olt:")]
    for start in range(0, len(olts), OLTS_AT_ONCE):
        if most_onts is not None and len(update.onts) + len(update.fresh_onts) >= most_onts:
            update.revisions.update((unread, since.get(unread, 0)) for unread in olts[start:])
            return replace(update, more=True)
        part = {int(stream[4:]): seen[stream] for stream in olts[start : start + OLTS_AT_ONCE]}
        await _read_olts(connection, part, update, most_onts is not None)
    return update


async def _read_stream(connection: AsyncConnection, stream: str, seen: int, last_id: int, update: Update) -> int:
    """One stream but those of OLTs; returns the change after which new ones are read."""
    if stream == "cpe":
        query = select(*columns(schema.cpe, Cpe)).where(schema.cpe.c.revision > seen)
        update.cpes.extend(await read_rows(connection, query, Cpe))
    elif stream == "job":
        update.jobs.extend(await read_jobs(connection, seen))
        changed = select(schema.job.c.batch_id).where(schema.job.c.revision > seen)
        newer_batches = (schema.batch.c.revision > seen) | schema.batch.c.id.in_(changed)
        update.batches.extend(await read_batches(connection, newer_batches))
    elif stream == "source":
        query = select(*columns(schema.source, Source)).where(schema.source.c.revision > seen)
        update.sources.extend(await read_rows(connection, query, Source))
    elif stream == "change":
        last_id = last_id if seen else 0
        update.changes.extend(await _read_update(connection, last_id))
    elif stream in _RECORDS:
        kind = _RECORDS[stream]
        newer = schema.RECORD_TABLES[kind.name].c.revision > seen
        update.records[kind.name] = await read_records(connection, kind, newer, removed=seen > 0)
    return last_id


async def _read_update(connection: AsyncConnection, after_id: int) -> list[Change]:
    newer = schema.change.c.id > after_id
    if after_id:
        return await read_changes_of(connection, newer)
    return await read_changes_of(connection, newer, limit=CHANGES_AT_FIRST, newest=True)


async def _read_olts(connection: AsyncConnection, seen: Mapping[int, int], update: Update, by_value: bool) -> None:
    """OLTs with all that is theirs, each from its own revision on; several in one query, for queries take time too."""
    olts = await read_rows(connection, select(*columns(schema.olt, Olt)).where(schema.olt.c.id.in_(seen)), Olt)
    update.olts.extend(o for o in olts if o.revision > seen[o.id] and (o.removed_at is None or seen[o.id]))
    there = [olt.id for olt in olts if olt.removed_at is None]
    if not there:
        return

    def query(table: Table, row: type[Any], gone: Any = None) -> Any:
        """Newer rows; of OLTs that are read for the first time only what is still there."""
        newer = []
        for olt_id in there:
            parts = [table.c.olt_id == olt_id, table.c.revision > seen[olt_id]]
            newer.append(and_(*parts, gone.is_(None)) if gone is not None and not seen[olt_id] else and_(*parts))
        return select(*columns(table, row)).where(or_(*newer))

    update.cards.extend(await read_rows(connection, query(schema.card, Card), Card))
    update.fans.extend(await read_rows(connection, query(schema.fan, Fan), Fan))
    waiting = query(schema.unregistered, Unregistered, schema.unregistered.c.gone_at)
    update.unregistered.extend(await read_rows(connection, waiting, Unregistered))
    update.ports.extend(await read_rows(connection, query(schema.pon_port, Port), Port))
    onts = query(schema.ont, Ont, schema.ont.c.vanished_at)
    if by_value and not any(seen[olt_id] for olt_id in there):
        update.fresh_onts.extend(await read_rows(connection, onts))
    else:
        update.onts.extend(await read_rows(connection, onts, Ont))
    update.marks.extend(await read_rows(connection, query(schema.poll_mark, PollMark), mark_from))


def mark_from(olt_id: int, port: str, kind: str, outcome: str, *rest: Any) -> PollMark:
    """A poll mark from its database row."""
    return PollMark(olt_id, port, PollKind(kind), Outcome(outcome), *rest)


async def read_jobs(connection: AsyncConnection, seen: int = 0) -> list[Job]:
    """Jobs changed after revision ``seen``, newest first, without their steps; at first only the newest ones."""
    table = schema.job
    query = select(*JOB_COLUMNS).where(table.c.revision > seen).order_by(table.c.id.desc())
    return await jobs_from(connection, query.limit(None if seen else JOBS_AT_FIRST))


async def read_batches(connection: AsyncConnection, where: Any) -> list[Batch]:
    """The newest bulk actions that match, newest first, with the states of their jobs counted."""
    batch, job = schema.batch, schema.job
    query = select(*columns(batch, Batch)).where(where).order_by(batch.c.id.desc()).limit(BATCHES_AT_MOST)
    rows = list((await connection.execute(query)).mappings())
    counted = (
        select(job.c.batch_id, job.c.state, func.count())
        .where(job.c.batch_id.in_([row["id"] for row in rows]))
        .group_by(job.c.batch_id, job.c.state)
    )
    counts: dict[int, Counter[str]] = {row["id"]: Counter() for row in rows}
    for batch_id, state, count in await connection.execute(counted) if rows else ():
        counts[batch_id][_COUNTED.get(JobState(state), "running")] += count
    return [Batch(**{**row, **counts[row["id"]], "kind": JobKind(row["kind"])}) for row in rows]


async def jobs_from(connection: AsyncConnection, query: Any) -> list[Job]:
    """Jobs that ``query`` finds, yielding to the loop between chunks: a bulk action has thousands."""
    found: list[Job] = []
    for part in (await connection.execute(query)).mappings().partitions(ROWS_PER_TURN):
        found.extend(job_from(row) for row in part)
        await asyncio.sleep(0)
    return found


def job_from(row: Mapping[Any, Any], steps: Sequence[Any] = ()) -> Job:
    """A job from its database row."""
    values = dict(row)
    values["kind"] = JobKind(values["kind"])
    values["state"] = JobState(values["state"])
    values["target"] = Target(TargetKind(values.pop("target_kind")), values["target"])
    values["sections"] = tuple(filter(None, values["sections"].split(",")))
    values["parameters"], values["data"] = json.loads(values["parameters"]), json.loads(values["data"])
    return Job(**values, steps=tuple(steps))


async def read_collectors(connection: AsyncConnection) -> list[Collector]:
    """Every registered collector, alive or not; heartbeats are told by the reader's clock."""
    found = await read_rows(connection, select(*columns(schema.collector, Collector)), Collector)
    ahead_s = time.time() - await database_now(connection) if found else 0.0
    return [replace(collector, heartbeat_at=collector.heartbeat_at + ahead_s) for collector in found]
