"""Which consoles are open, in the database. Nobody's right depends on it: consoles write it themselves."""

from __future__ import annotations

from sqlalchemy import delete

from noc_console.domain.presence import PRESENCE, Presence
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.records import put_records

KEPT_S = 86400.0


async def attend(database: Database, presence: Presence) -> None:
    """Tell where a console is, or with ``removed_at`` that it was closed; forget those of yesterday.

    Raises:
        SourceError: The database does not take it.
    """
    table = schema.RECORD_TABLES[PRESENCE.name]
    async with database.writing() as connection:
        await put_records(connection, PRESENCE, [presence])
        await connection.execute(delete(table).where(table.c.seen_at < presence.seen_at - KEPT_S))
