"""The index of backups: what was read, when it was last seen, and how the last attempt at each OLT went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select

from noc_console.domain.actions import ACTIONS, JobKind, Through
from noc_console.domain.backups import BACKUP_RUNS, BACKUPS, Backup, BackupRun
from noc_console.domain.changes import ConfigurationChanged
from noc_console.storage import audit, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.records import add_record, change_record, put_records, read_records, remove_records

_TABLE = schema.RECORD_TABLES[BACKUPS.name]
_RUNS = schema.RECORD_TABLES[BACKUP_RUNS.name]
_ACTING = [
    kind.value for kind, spec in ACTIONS.items() if spec.through is Through.OLT_CLI and kind is not JobKind.BACKUP
]


@dataclass(frozen=True, slots=True)
class New:
    """A configuration that is not the last one."""

    backup: Backup
    """Its number is not known yet."""
    added: int | None
    """Lines against the one before; None when there is none."""
    removed: int | None


class BackupIndex:
    """Backups in the database. Methods raise ``SourceError`` when it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, number: int) -> Backup | None:
        """One by its number; None when there is none, or it was deleted."""
        async with self._database.reading() as connection:
            return next(iter(await read_records(connection, BACKUPS, _TABLE.c.id == number)), None)

    async def of(self, olt: str) -> list[Backup]:
        """Those of one OLT, newest first."""
        async with self._database.reading() as connection:
            return await read_records(connection, BACKUPS, _TABLE.c.olt == olt)

    async def runs(self) -> Mapping[str, BackupRun]:
        """The last attempts, by OLT."""
        async with self._database.reading() as connection:
            return {run.olt: run for run in await read_records(connection, BACKUP_RUNS)}

    async def acting(self, olt: str) -> int | None:
        """The job that acts on an ONT through this OLT's command line now, such as a reboot."""
        job = schema.job
        wanted = job.c.kind.in_(_ACTING), job.c.olt == olt, job.c.finished_at.is_(None)
        running = job.c.started_at.is_not(None)
        async with self._database.reading() as connection:
            found: int | None = (await connection.execute(select(job.c.id).where(*wanted, running).limit(1))).scalar()
            return found

    async def add(self, new: New, entry: audit.Entry | None) -> int:
        """Store a new one, tell that the configuration changed, and note that the attempt went well."""
        values = asdict(new.backup)
        for name in ("id", "removed_at", "revision"):
            del values[name]
        at, olt = new.backup.taken_at, new.backup.olt
        async with self._database.writing() as connection:
            number = await add_record(connection, BACKUPS, values)
            change = ConfigurationChanged(at=at, olt=olt, backup=number, added=new.added, removed=new.removed)
            await append_changes(connection, [change])
            await put_records(connection, BACKUP_RUNS, [BackupRun(olt, at, ok_at=at)])
            if entry is not None:
                await audit.append(connection, entry, at)
        return number

    async def seen(self, backup: Backup, at: float, entry: audit.Entry | None) -> None:
        """The OLT has the same configuration still."""
        async with self._database.writing() as connection:
            await change_record(connection, BACKUPS, (backup.id,), {"seen_at": at})
            await put_records(connection, BACKUP_RUNS, [BackupRun(backup.olt, at, ok_at=at)])
            if entry is not None:
                await audit.append(connection, entry, at)

    async def failed(self, olt: str, error: str, at: float, entry: audit.Entry | None) -> None:
        """An attempt failed; what is stored stays."""
        async with self._database.writing() as connection:
            known = next(iter(await read_records(connection, BACKUP_RUNS, _RUNS.c.olt == olt)), None)
            run = known or BackupRun(olt, at)
            run = replace(run, tried_at=at, failed_since_at=run.failed_since_at or at, error=error)
            await put_records(connection, BACKUP_RUNS, [run])
            if entry is not None:
                await audit.append(connection, entry, at)

    async def drop(self, backups: Sequence[Backup], at: float) -> None:
        """Forget these; their files go afterwards."""
        async with self._database.writing() as connection:
            await remove_records(connection, BACKUPS, backups, at)
