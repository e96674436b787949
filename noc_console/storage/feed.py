"""The feed: what changed since a reader last looked.

Every write of facts raises the revision of its stream in the same transaction, and stamps its rows with it. The
stream's row is locked until the commit, so revisions become visible in order: whoever has seen revision n has seen
every row up to n.

Streams: ``olt:<id>`` (the OLT with its cards, ports, marks and ONTs), ``cpe``, ``core``, ``job``, ``swap``, ``source``,
``event``.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.jobs import ENDED, Batch, Job, JobKind, JobState
from noc_console.domain.network import (
    Card,
    Changes,
    Collector,
    CoreDevice,
    CoreInterface,
    Cpe,
    Event,
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
from noc_console.domain.swaps import Outcome as SwapOutcome
from noc_console.domain.swaps import Swap, SwapKind, UnitState
from noc_console.storage import schema

Row = TypeVar("Row")

EVENTS_AT_FIRST = 500
JOBS_AT_FIRST = 500
BATCHES_AT_MOST = 100
ROWS_PER_TURN = 500
"""Rows turned into objects between two turns of the event loop; 500 take about 2 ms."""

_BUMP = text(
    "INSERT INTO feed (name, revision) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET revision = feed.revision + 1 RETURNING revision"
)

_BEGIN = text("INSERT INTO feed (name, revision) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING")

_COUNTED = dict.fromkeys(ENDED, "not_verified") | {JobState.REQUESTED: "waiting", JobState.VERIFIED: "verified"}
"""Which number of a batch counts a job in this state; all others are running."""


async def bump(connection: AsyncConnection, stream: str) -> int:
    """Raise a stream's revision inside a write transaction, and return it."""
    revision: int = (await connection.execute(_BUMP, {"name": stream})).scalar_one()
    return revision


async def hold(connection: AsyncConnection, stream: str) -> None:
    """Take a stream's turn, before any of its rows is locked.

    Every writer raises its stream and changes rows. One that locked a row first could wait for another that raised
    the stream first, and that one for the row: PostgreSQL then ends one of the two with an error.
    """
    table = schema.feed
    query = select(table.c.name).where(table.c.name == stream).with_for_update()
    if (await connection.execute(query)).first() is None:
        await connection.execute(_BEGIN, {"name": stream})
        await connection.execute(query)


def columns(table: Table, row: type[Any]) -> list[Any]:
    """The columns of ``table`` in the order of the fields of the dataclass ``row``."""
    return [table.c[field.name] for field in fields(row) if field.name in table.c]


async def read_rows(connection: AsyncConnection, query: Any, row: Callable[..., Row]) -> list[Row]:
    """Run ``query`` and build one ``row`` per result row, yielding to the loop between chunks."""
    result = await connection.execute(query)
    out: list[Row] = []
    for part in result.partitions(ROWS_PER_TURN):
        out.extend(row(*values) for values in part)
        await asyncio.sleep(0)
    return out


async def read_revisions(connection: AsyncConnection) -> dict[str, int]:
    """Every stream's revision now."""
    result = await connection.execute(select(schema.feed.c.name, schema.feed.c.revision))
    return {row.name: row.revision for row in result}


async def read_changes(connection: AsyncConnection, since: Mapping[str, int]) -> Changes:
    """Everything newer than ``since``, in one read transaction."""
    now = await read_revisions(connection)
    changes = Changes(revisions=now)
    last_event = since.get("event.id", 0)
    for stream, revision in now.items():
        seen = since.get(stream, 0)
        if revision == seen:
            continue
        if revision < seen:
            seen = 0  # another database, or one restored from a backup: read all of it again
        if stream.startswith("olt:"):
            await _read_olt(connection, int(stream[4:]), seen, changes)
        elif stream == "cpe":
            query = select(*columns(schema.cpe, Cpe)).where(schema.cpe.c.revision > seen)
            changes.cpes.extend(await read_rows(connection, query, Cpe))
        elif stream == "core":
            await _read_core(connection, seen, changes)
        elif stream == "job":
            changes.jobs.extend(await read_jobs(connection, seen))
            changed = select(schema.job.c.batch_id).where(schema.job.c.revision > seen)
            newer = (schema.batch.c.revision > seen) | schema.batch.c.id.in_(changed)
            changes.batches.extend(await read_batches(connection, newer))
        elif stream == "swap":
            changes.swaps.extend(await read_swaps(connection, schema.swap.c.revision > seen))
        elif stream == "source":
            query = select(*columns(schema.source, Source)).where(schema.source.c.revision > seen)
            changes.sources.extend(await read_rows(connection, query, Source))
        elif stream == "event":
            last_event = last_event if seen else 0
            changes.events.extend(await _read_events(connection, last_event))
    changes.collectors.extend(await read_collectors(connection))
    changes.revisions["event.id"] = max((e.id for e in changes.events), default=last_event)
    return changes


async def _read_olt(connection: AsyncConnection, olt_id: int, seen: int, changes: Changes) -> None:
    table = schema.olt
    query = select(*columns(table, Olt)).where(
        table.c.id == olt_id, table.c.revision > seen, table.c.removed_at.is_(None)
    )
    changes.olts.extend(await read_rows(connection, query, Olt))
    streams: tuple[tuple[Table, type[Any], list[Any]], ...] = (
        (schema.card, Card, changes.cards),
        (schema.fan, Fan, changes.fans),
        (schema.unregistered, Unregistered, changes.unregistered),
        (schema.pon_port, Port, changes.ports),
        (schema.ont, Ont, changes.onts),
    )
    for table, row, target in streams:
        query = select(*columns(table, row)).where(table.c.olt_id == olt_id, table.c.revision > seen)
        if seen == 0 and table is schema.ont:
            query = query.where(table.c.vanished_at.is_(None))
        if seen == 0 and table is schema.unregistered:
            query = query.where(table.c.gone_at.is_(None))
        target.extend(await read_rows(connection, query, row))
    marks = schema.poll_mark
    query = select(*columns(marks, PollMark)).where(marks.c.olt_id == olt_id, marks.c.revision > seen)
    changes.marks.extend(await read_rows(connection, query, _mark))


async def _read_core(connection: AsyncConnection, seen: int, changes: Changes) -> None:
    devices, interfaces = schema.core_device, schema.core_interface
    query = select(*columns(devices, CoreDevice)).where(devices.c.revision > seen)
    if seen == 0:
        query = query.where(devices.c.removed_at.is_(None))
    changes.core_devices.extend(await read_rows(connection, query, CoreDevice))
    query = select(*columns(interfaces, CoreInterface)).where(interfaces.c.revision > seen)
    changes.core_interfaces.extend(await read_rows(connection, query, CoreInterface))


def _mark(olt_id: int, port: str, kind: str, outcome: str, *rest: Any) -> PollMark:
    return PollMark(olt_id, port, PollKind(kind), Outcome(outcome), *rest)


async def _read_events(connection: AsyncConnection, after_id: int) -> list[Event]:
    table = schema.event
    query = select(*columns(table, Event)).where(table.c.id > after_id)
    query = query.order_by(table.c.id.desc()).limit(None if after_id else EVENTS_AT_FIRST)
    return list(reversed(await read_rows(connection, query, Event)))


async def read_jobs(connection: AsyncConnection, seen: int = 0) -> list[Job]:
    """Jobs changed after revision ``seen``, newest first, without their steps; at first only the newest ones."""
    table = schema.job
    query = select(*columns(table, Job)).where(table.c.revision > seen).order_by(table.c.id.desc())
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


async def read_swaps(connection: AsyncConnection, where: Any) -> list[Swap]:
    """Swaps that match, newest first."""
    table = schema.swap
    query = select(*columns(table, Swap)).where(where).order_by(table.c.id.desc())
    return [_swap(dict(row)) for row in (await connection.execute(query)).mappings()]


def _swap(row: dict[str, Any]) -> Swap:
    outcome = SwapOutcome(row["outcome"]) if row["outcome"] else None
    states = {name: UnitState(row[name]) for name in ("old_state", "new_state")}
    return Swap(**{**row, **states, "kind": SwapKind(row["kind"]), "outcome": outcome})


async def jobs_from(connection: AsyncConnection, query: Any) -> list[Job]:
    """Jobs that ``query`` finds, yielding to the loop between chunks: a bulk action has thousands."""
    found: list[Job] = []
    for part in (await connection.execute(query)).mappings().partitions(ROWS_PER_TURN):
        found.extend(job_from(dict(row)) for row in part)
        await asyncio.sleep(0)
    return found


def job_from(row: Mapping[str, Any], steps: Sequence[Any] = ()) -> Job:
    """A job from its database row."""
    values = dict(row)
    values["kind"] = JobKind(values["kind"])
    values["state"] = JobState(values["state"])
    values["sections"] = tuple(filter(None, values["sections"].split(",")))
    values["parameters"], values["data"] = json.loads(values["parameters"]), json.loads(values["data"])
    return Job(**values, steps=tuple(steps))


async def read_collectors(connection: AsyncConnection) -> list[Collector]:
    """Every registered collector, alive or not."""
    return await read_rows(connection, select(*columns(schema.collector, Collector)), Collector)


def dumps(data: object) -> str:
    """Compact JSON for a text column."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
