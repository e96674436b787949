"""What the alarm rules judge, read from the database: only streams that changed, and of the ONTs only the troubled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.alarms.cover import serials_behind
from noc_console.domain.alarms.facts import OltRows, OntKey
from noc_console.domain.backups import BACKUP_RUNS, BackupRun
from noc_console.domain.changes import LightCrossed
from noc_console.domain.core_devices import CORE_DEVICES, CORE_INTERFACES, CoreDevice, CoreInterface
from noc_console.domain.handling import MAINTENANCE, Maintenance
from noc_console.domain.incidents.incident import Incident, Life
from noc_console.domain.incidents.records import INCIDENTS, incident_of
from noc_console.domain.jobs import ENDED_WELL, Job, JobState
from noc_console.domain.network import Card, Fan, Olt, Ont, Port, Source, Unregistered
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Signal
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS
from noc_console.storage import schema
from noc_console.storage.changes import STREAM as CHANGES
from noc_console.storage.changes import read_changes_of
from noc_console.storage.database import Database
from noc_console.storage.feed import JOB_COLUMNS, jobs_from, mark_from
from noc_console.storage.records import read_records
from noc_console.storage.records import stream as record_stream
from noc_console.storage.streams import columns, read_revisions, read_rows

USED_WITHIN_S = 7 * 86400.0
"""A PON port on which an ONT was online within this time is in use."""
LATELY_S = 3600.0
"""How long a failed job, or a crossing of light, is news."""
_BADLY = [state.value for state in (JobState.FAILED, JobState.NO_CONTACT, JobState.EXPIRED)]
_DIM = [signal.value for signal in Signal if signal is not Signal.GOOD]
_WORSE = {Signal.GOOD: 0, Signal.OVERLOAD: 1, Signal.WARNING: 1, Signal.CRITICAL: 2}


@dataclass(slots=True)
class SiteRows:
    """Everything, as last read."""

    olts: dict[int, OltRows] = field(default_factory=dict)
    core: list[CoreDevice] = field(default_factory=list)
    interfaces: list[CoreInterface] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    failed_jobs: list[Job] = field(default_factory=list)
    crossed_at: dict[OntKey, float] = field(default_factory=dict)
    """When an ONT's light last crossed a limit for the worse, if it did not get better since."""
    backup_runs: list[BackupRun] = field(default_factory=list)
    """The last attempt at each OLT's configuration."""
    incidents: list[Incident] = field(default_factory=list)
    """Open ones."""
    windows: list[Maintenance] = field(default_factory=list)
    """Those that did not end yet; some begin later."""
    behind: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By window that names a splitter or zone: the ONTs behind it."""


class SiteReader:
    """Keeps ``rows`` up to date.

    Args:
        database: The database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, int] = {}
        self._last_crossing = 0
        self.rows = SiteRows()

    async def update(self, now: float) -> SiteRows:
        """Read what changed since the last time.

        Raises:
            SourceError: The database did not answer; the next time reads the same again.
        """
        async with self._database.reading() as connection:
            revisions = await read_revisions(connection)
            changed = {name for name, revision in revisions.items() if self._seen.get(name) != revision}
            for name in sorted(changed):
                if name.startswith("olt:"):
                    await self._read_olt(connection, int(name[4:]), now)
            await self._read_site(connection, changed, now)
        self._seen = revisions
        return self.rows

    async def _read_olt(self, connection: AsyncConnection, olt_id: int, now: float) -> None:
        rows = await _olt_rows(connection, olt_id, now)
        if rows is None:
            self.rows.olts.pop(olt_id, None)
        else:
            self.rows.olts[olt_id] = rows

    async def _read_site(self, connection: AsyncConnection, changed: set[str], now: float) -> None:
        rows = self.rows
        if record_stream(CORE_DEVICES) in changed:
            rows.core = await read_records(connection, CORE_DEVICES)
        if record_stream(CORE_INTERFACES) in changed:
            rows.interfaces = await read_records(connection, CORE_INTERFACES)
        if "source" in changed:
            rows.sources = await read_rows(connection, select(*columns(schema.source, Source)), Source)
        if record_stream(BACKUP_RUNS) in changed:
            rows.backup_runs = await read_records(connection, BACKUP_RUNS)
        if "job" in changed:
            rows.failed_jobs = await _failed_jobs(connection, now)
        if CHANGES in changed:
            await self._read_crossings(connection, now)
        if record_stream(INCIDENTS) in changed:
            is_open = schema.RECORD_TABLES[INCIDENTS.name].c.state != Life.RESOLVED.value
            rows.incidents = [incident_of(one) for one in await read_records(connection, INCIDENTS, is_open)]
        if changed & {record_stream(kind) for kind in (MAINTENANCE, SPLITTERS, SUBSCRIBERS)}:
            rows.windows = await _windows(connection, now)
            rows.behind = await _behind(connection, rows.windows)

    async def _read_crossings(self, connection: AsyncConnection, now: float) -> None:
        table, crossed = schema.change, self.rows.crossed_at
        newer = [table.c.kind == LightCrossed.kind, table.c.id > self._last_crossing]
        if not self._last_crossing:
            newer.append(table.c.at > now - LATELY_S)
        for change in await read_changes_of(connection, *newer):
            self._last_crossing = change.id
            if isinstance(change, LightCrossed) and change.olt and change.port and change.ont_id is not None:
                key = (change.olt, change.port, change.ont_id)
                if _got_worse(change):
                    crossed[key] = change.at
                else:
                    crossed.pop(key, None)
        for key in [key for key, at in crossed.items() if at < now - LATELY_S]:
            del crossed[key]


def _got_worse(change: LightCrossed) -> bool:
    return change.after is Signal.OVERLOAD or _WORSE[change.after or Signal.GOOD] > _WORSE[change.before or Signal.GOOD]


async def _olt_rows(connection: AsyncConnection, olt_id: int, now: float) -> OltRows | None:
    """One OLT; None when it is not configured any more."""
    olt = schema.olt
    configured = select(*columns(olt, Olt)).where(olt.c.id == olt_id, olt.c.removed_at.is_(None))
    found = await read_rows(connection, configured, Olt)
    if not found:
        return None

    async def of(table: Any, row: Any, *where: Any) -> list[Any]:
        query = select(*columns(table, row)).where(table.c.olt_id == olt_id, *where)
        return await read_rows(connection, query, row)

    mark, ont = schema.poll_mark, schema.ont
    listed = ont.c.vanished_at.is_(None)
    dim = or_(ont.c.told_signal.in_(_DIM), ont.c.match_state == "mismatch", ont.c.config_state == "failed")
    lately = or_(ont.c.state == OntState.ONLINE.value, ont.c.last_online_at > now - USED_WITHIN_S)
    used = select(ont.c.port).distinct().where(ont.c.olt_id == olt_id, listed, lately)
    marks = select(*(mark.c[name] for name in _MARK)).where(mark.c.olt_id == olt_id)
    return OltRows(
        olt=found[0],
        cards=await of(schema.card, Card),
        fans=await of(schema.fan, Fan),
        ports=await of(schema.pon_port, Port),
        used_ports=frozenset((await connection.execute(used)).scalars()),
        marks={(one.port, one.kind): one for one in await read_rows(connection, marks, mark_from)},
        unregistered=await of(schema.unregistered, Unregistered, schema.unregistered.c.gone_at.is_(None)),
        troubled=await of(ont, Ont, listed, dim),
    )


_MARK = ("olt_id", "port", "kind", "outcome", "attempted_at", "observed_at", "error", "revision")


async def _failed_jobs(connection: AsyncConnection, now: float) -> list[Job]:
    """Those that ended badly lately; none for which the same succeeded since."""
    job = schema.job
    lately = select(*JOB_COLUMNS).where(job.c.finished_at > now - LATELY_S).order_by(job.c.id)
    found = await jobs_from(connection, lately)
    done = {(one.kind, one.target): one.id for one in found if one.state in ENDED_WELL}
    return [one for one in found if one.state.value in _BADLY and done.get((one.kind, one.target), 0) < one.id]


async def _windows(connection: AsyncConnection, now: float) -> list[Maintenance]:
    table = schema.RECORD_TABLES[MAINTENANCE.name]
    return await read_records(connection, MAINTENANCE, table.c.ended_at.is_(None), table.c.until_at > now)


async def _behind(connection: AsyncConnection, windows: Iterable[Maintenance]) -> dict[int, frozenset[str]]:
    of_plant = [window for window in windows if window.splitter is not None or window.zone is not None]
    if not of_plant:
        return {}
    splitters = await read_records(connection, SPLITTERS)
    subscribers = await read_records(connection, SUBSCRIBERS)
    return {window.id: serials_behind(window, subscribers, splitters) for window in of_plant}
