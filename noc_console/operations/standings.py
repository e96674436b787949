"""How ONTs stand now, read from the database by the picture's rules; only the rows of these ONTs are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.freshness import Intervals
from noc_console.domain.incidents.incident import Life
from noc_console.domain.incidents.index import Outages
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.jobs import ENDED, Job
from noc_console.domain.network import Cpe, Olt, Ont, PollKind, PollMark, Source
from noc_console.domain.ont import OntState
from noc_console.domain.standing import (
    REPEAT_WINDOW_S,
    Standing,
    observed_at,
    recent_jobs,
    state_now,
)
from noc_console.domain.targets import TargetKind
from noc_console.storage import schema
from noc_console.storage.feed import JOB_COLUMNS, jobs_from, mark_from
from noc_console.storage.records import read_records
from noc_console.storage.streams import columns, read_rows

_ENDED = [state.value for state in ENDED]
CHUNK = 500
"""ONTs per statement."""


@dataclass(slots=True)
class _Rows:
    """What was read for some ONTs."""

    onts: list[Ont]
    olts: dict[int, Olt]
    marks: dict[tuple[int, str], PollMark]
    acs: Source | None
    routers: dict[str, list[Cpe]] = field(default_factory=dict)
    jobs: dict[int, list[Job]] = field(default_factory=dict)
    outages: Outages = field(default_factory=Outages)


@dataclass(frozen=True, slots=True)
class Placed:
    """How an ONT stands, and the name of its OLT."""

    standing: Standing
    olt: str


async def read_standings(
    connection: AsyncConnection, ont_ids: Sequence[int], intervals: Intervals, now: float
) -> dict[int, Placed]:
    """How each of these ONTs stands, by ``Ont.id``; those that are not in the inventory are absent."""
    found: dict[int, Placed] = {}
    for begin in range(0, len(ont_ids), CHUNK):
        rows = await _read(connection, ont_ids[begin : begin + CHUNK], now)
        for ont in rows.onts:
            if (olt := rows.olts.get(ont.olt_id)) is not None:
                found[ont.id] = Placed(_standing(rows, ont, olt, intervals, now), olt.name)
    return found


def _standing(rows: _Rows, ont: Ont, olt: Olt, intervals: Intervals, now: float) -> Standing:
    read_at = observed_at(rows.marks.get((ont.olt_id, ont.port)), rows.marks.get((ont.olt_id, "")))
    state = state_now(ont, olt, read_at, now, olt.intervals(intervals).state_s)
    return Standing(
        ont=ont,
        state=state,
        routers=tuple(rows.routers.get(ont.serial or "", ())),
        recent=recent_jobs(rows.jobs.get(ont.id, ()), now),
        acs=rows.acs,
        now=now,
        incident=rows.outages.part((olt.name, ont.port, ont.ont_id), state is OntState.ONLINE),
    )


async def _read(connection: AsyncConnection, ont_ids: Sequence[int], now: float) -> _Rows:
    ont, olt, mark, source = schema.ont, schema.olt, schema.poll_mark, schema.source
    onts = await read_rows(connection, select(*columns(ont, Ont)).where(ont.c.id.in_(ont_ids)), Ont)
    olt_ids, ports = {one.olt_id for one in onts}, {"", *(one.port for one in onts)}
    configured = select(*columns(olt, Olt)).where(olt.c.id.in_(olt_ids), olt.c.removed_at.is_(None))
    marks = select(*columns(mark, PollMark)).where(
        mark.c.kind == PollKind.STATE.value, mark.c.olt_id.in_(olt_ids), mark.c.port.in_(ports)
    )
    acs = select(*columns(source, Source)).where(source.c.name == "genieacs")
    rows = _Rows(
        onts,
        {one.id: one for one in await read_rows(connection, configured, Olt)},
        {(one.olt_id, one.port): one for one in await read_rows(connection, marks, mark_from)},
        next(iter(await read_rows(connection, acs, Source)), None),
    )
    await _read_routers(connection, rows)
    await _read_jobs(connection, rows, ont_ids, now)
    is_open = schema.RECORD_TABLES[INCIDENTS.name].c.state != Life.RESOLVED.value
    rows.outages.put(await read_records(connection, INCIDENTS, is_open))
    return rows


async def _read_routers(connection: AsyncConnection, rows: _Rows) -> None:
    cpe = schema.cpe
    serials = [one.serial for one in rows.onts if one.serial]
    for router in await read_rows(connection, select(*columns(cpe, Cpe)).where(cpe.c.serial.in_(serials)), Cpe):
        rows.routers.setdefault(router.serial or "", []).append(router)


async def _read_jobs(connection: AsyncConnection, rows: _Rows, ont_ids: Sequence[int], now: float) -> None:
    job = schema.job
    lately = or_(job.c.state.not_in(_ENDED), job.c.requested_at > now - REPEAT_WINDOW_S)
    ids = {one.serial: one.id for one in rows.onts if one.serial}
    # Somebody may be acting on its router by the router's own id.
    alone = (job.c.target_kind == TargetKind.ROUTER.value) & job.c.serial.in_(ids)
    about = job.c.ont_id.in_(ont_ids) | alone
    for one in await jobs_from(connection, select(*JOB_COLUMNS).where(about, lately)):
        if (ont_id := one.target.ont_id or ids.get(one.serial or "")) is not None:
            rows.jobs.setdefault(ont_id, []).append(one)
