"""Whether the audit log asks for a job: a row in the job table alone gets nobody to act."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import select

from noc_console.domain.jobs import Job
from noc_console.storage import schema
from noc_console.storage.audit_watch import AuditWatch
from noc_console.storage.database import Database
from noc_console.storage.jobs import told_action

REQUESTED = "requested"
"""Result of the entry that asks for one job."""


def requested_batch(batch_id: int) -> str:
    """Result of the entry that asks for a bulk action."""
    return f"requested as bulk action {batch_id}"


def bulk_of(action: str) -> str:
    """Action of that entry."""
    return f"bulk {action}"


class AuditedOrders:
    """Compares jobs with the audit log, just before they are done.

    Args:
        database: The database.
        heads: File of signed heads; see ``AuditWatch``.
    """

    def __init__(self, database: Database, heads: Path) -> None:
        self._database = database
        self._watch = AuditWatch(heads)
        self._turn = asyncio.Lock()
        """One look at a time: an older picture must not follow a newer one."""

    async def why_not(self, job: Job) -> str | None:
        """Why a job must not be done: the log does not hold, or no entry of it asks for this; None when it may.

        Raises:
            ConfigError: The heads cannot be read.
            SourceError: Nor can the database.
        """
        table = schema.audit
        action = told_action(job.kind, job.parameters)
        asks = [table.c.job_id == job.id, table.c.result == REQUESTED, table.c.action == action]
        if job.batch_id is not None:
            asks = [table.c.result == requested_batch(job.batch_id), table.c.action == bulk_of(action)]
        async with self._turn, self._database.reading(snapshot=True) as connection:
            found = await self._watch.look(connection)
            if found.broken:
                return str(found)
            # From the newest on: it was asked for not long ago.
            entry = select(table.c.id).where(*asks).order_by(table.c.id.desc()).limit(1)
            if (await connection.execute(entry)).first() is None:
                return f"no entry of the audit log asks for {action} as job {job.id}"
        return None
