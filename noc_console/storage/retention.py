"""Retention: what is older than the config says leaves the tables that would grow for ever."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, exists, func, select

from noc_console.config.paths import file_mode
from noc_console.domain.alarms.alarm import ALARMS
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.handling import COMMENTS, HANDLINGS, MAINTENANCE
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.jobs import ENDED
from noc_console.storage import audit, schema
from noc_console.storage.database import Database

SOURCE = "retention"
AT_ONCE = 1000
"""Rows in one transaction: other writers wait no longer than for these."""
_ENDED = [state.value for state in ENDED]


@dataclass(frozen=True, slots=True)
class Limits:
    """Unix seconds: what is older goes; None keeps it."""

    changes: float | None
    jobs: float | None
    audit: float | None


class Retention:
    """Drops what is old, and moves the audit log's old end to its archive.

    Args:
        database: The database.
        archive: File of JSON lines; made when it is needed.
    """

    def __init__(self, database: Database, archive: Path) -> None:
        self._database = database
        self._archive = archive

    async def run(self, limits: Limits) -> dict[str, int]:
        """Drop everything that is older, in small transactions.

        Returns:
            Rows that went, by what they are: ``changes``, ``jobs``, ``audit entries archived``; without zeros.

        Raises:
            SourceError: The database, or the archive's disk, did not take it; what is archived is deleted only then.
        """
        gone = {
            "changes": await self._drop_changes(limits.changes),
            "jobs": await self._drop_jobs(limits.jobs),
            "records of outages": await self._drop_outages(limits.changes),
            "audit entries archived": await self._archive_audit(limits.audit),
        }
        return {what: count for what, count in gone.items() if count}

    async def _drop_changes(self, before_at: float | None) -> int:
        table, count = schema.change, 0
        while ids := await self._ids(table, table.c.at < (before_at or 0.0)):
            async with self._database.writing() as connection:
                await connection.execute(delete(table).where(table.c.id.in_(ids)))
            count += len(ids)
        return count

    async def _drop_outages(self, before_at: float | None) -> int:
        """What is over, and what was written about it: as long as the changes that tell of it."""
        if before_at is None:
            return 0
        tables = schema.RECORD_TABLES
        incident, alarm = tables[INCIDENTS.name].c, tables[ALARMS.name].c
        handling, comment, work = tables[HANDLINGS.name].c, tables[COMMENTS.name].c, tables[MAINTENANCE.name].c
        greatest = func.max if self._database.is_sqlite else func.greatest
        touched = greatest(func.coalesce(handling.ack_at, 0), func.coalesce(handling.shelved_until_at, 0))
        old = {
            INCIDENTS.name: (incident.resolved_at < before_at) | (incident.removed_at < before_at),
            ALARMS.name: alarm.removed_at < before_at,
            HANDLINGS.name: touched < before_at,
            COMMENTS.name: comment.at < before_at,
            MAINTENANCE.name: work.until_at < before_at,
        }
        count = 0
        async with self._database.writing() as connection:
            for name, where in old.items():
                count += (await connection.execute(delete(tables[name]).where(where))).rowcount
        return count

    async def _drop_jobs(self, before_at: float | None) -> int:
        job, batch, count = schema.job, schema.batch, 0
        old = (job.c.finished_at < (before_at or 0.0)) & job.c.state.in_(_ENDED)
        while ids := await self._ids(job, old):
            async with self._database.writing() as connection:
                for table in (schema.job_step, schema.job_secret):
                    await connection.execute(delete(table).where(table.c.job_id.in_(ids)))
                await connection.execute(delete(job).where(job.c.id.in_(ids)))
            count += len(ids)
        empty = (batch.c.requested_at < (before_at or 0.0)) & ~exists().where(job.c.batch_id == batch.c.id)
        while ids := await self._ids(batch, empty):
            async with self._database.writing() as connection:
                await connection.execute(delete(batch).where(batch.c.id.in_(ids)))
        return count

    async def _ids(self, table: Table, old: Any) -> Sequence[int]:
        async with self._database.reading() as connection:
            query = select(table.c.id).where(old).order_by(table.c.id).limit(AT_ONCE)
            return (await connection.execute(query)).scalars().all()

    async def _archive_audit(self, before_at: float | None) -> int:
        count = 0
        while True:
            async with self._database.reading() as connection:
                rows = await audit.oldest(connection, before_at or 0.0, AT_ONCE)
            if not rows:
                return count
            try:
                await asyncio.to_thread(append_lines, self._archive, rows)
            except OSError as error:
                said = f"{self._archive}: {error.strerror}"
                raise SourceUnavailable(said, SOURCE, "set retention.audit_archive to a writable file") from None
            async with self._database.writing() as connection:
                await audit.forget_archived(connection, rows)
            count += len(rows)


def append_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append the rows that it does not have yet to a file of JSON lines; they are on disk on return.

    A new file is not for everybody.

    A program that was killed after it had written them, and before they were deleted, writes them once.
    """
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if new:
        os.fchmod(descriptor, file_mode(path.parent))
    with os.fdopen(descriptor, "r+b") as file:
        last = _last_whole_line(file)
        if last:
            newest = json.loads(last)["id"]
            rows = [row for row in rows if row["id"] > newest]
        file.write(b"".join(json.dumps(dict(row), ensure_ascii=False).encode() + b"\n" for row in rows))
        file.flush()
        os.fsync(descriptor)


def _last_whole_line(file: Any) -> bytes:
    """The last line, read from the end; a half line that a full disk or a kill left behind is cut off."""
    size = file.seek(0, os.SEEK_END)
    tail = b""
    while size and tail.rstrip(b"\n").count(b"\n") < 2:
        step = min(65536, size)
        size = file.seek(size - step)
        tail = file.read(step) + tail
    whole = tail[: tail.rfind(b"\n") + 1]
    file.truncate(size + len(whole))
    file.seek(0, os.SEEK_END)
    return whole.rstrip(b"\n").rpartition(b"\n")[2]
