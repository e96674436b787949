"""Registers of what runs: the outside systems' states, and the collectors with their heartbeats."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import SourceError
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S, Collector, Source
from noc_console.storage import schema
from noc_console.storage.database import SOURCE, TAKE_OVER, Database, Fence, database_now
from noc_console.storage.feed import read_collectors
from noc_console.storage.inventory import upsert
from noc_console.storage.streams import bump

HEARTBEAT_S = 5.0


class SourceStore:
    """States of outside systems.

    Args:
        database: The database.
        named: Gives the name under which a source stands in the table; collectors that share the work have some each.
    """

    def __init__(self, database: Database, named: Callable[[str], str] = str) -> None:
        self._database = database
        self._named = named

    async def put(self, source: Source) -> None:
        """Store a source's state."""
        async with self._database.writing() as connection:
            row = asdict(source) | {"name": self._named(source.name), "revision": await bump(connection, "source")}
            await upsert(connection, schema.source, [row])

    async def forget_troubles(self, ending: str = "") -> None:
        """Forget what a collector before us found in trouble: we do not know how those sources are.

        Args:
            ending: Only of sources whose name ends so.
        """
        table = schema.source
        async with self._database.writing() as connection:
            in_trouble = table.c.state.in_(("failing", "broken")) & table.c.name.endswith(ending, autoescape=True)
            unknown = {"state": "never", "error": None, "retry_at": None, "revision": await bump(connection, "source")}
            await connection.execute(update(table).where(in_trouble).values(unknown))


class NotAtWork(SourceError):
    """Another collector is at work: what we found out must not be written."""

    def __init__(self) -> None:
        super().__init__("another collector is at work", SOURCE)


class CollectorRegister:
    """Which collector is at work, judged by the database's clock: a machine's own may be wrong.

    Whoever takes over deletes the registrations of those who are dead. A collector that stood still and wakes finds
    its own gone, and nothing that it writes behind ``fence`` is taken.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take_over(self, collector: Collector) -> bool:
        """Register ``collector`` as the one at work, unless another one lives; False then."""
        table = schema.collector
        async with self._database.writing() as connection:
            if not self._database.is_sqlite:
                # Two may ask at once; on SQLite the write transaction already makes the second one wait.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": TAKE_OVER})
            if await _another_lives(connection, collector.id):
                return False
            await connection.execute(delete(table).where(table.c.id != collector.id))
            now = await database_now(connection)
            await upsert(connection, table, [asdict(collector) | {"heartbeat_at": now}])
            return True

    async def beat(self, collector: Collector) -> bool:
        """Renew the heartbeat of the collector at work.

        Returns:
            False when it was taken for dead (it stood still, or its machine did) and another one has taken over.
        """
        table = schema.collector
        async with self._database.writing() as connection:
            beaten = {"heartbeat_at": await database_now(connection), "clock_at": collector.clock_at}
            renewed = await connection.execute(update(table).where(table.c.id == collector.id).values(beaten))
            return renewed.rowcount == 1

    def fence(self, collector_id: str) -> Fence:
        """Refuses what a collector writes that is no longer registered."""
        table = schema.collector
        # Whoever takes over waits for this row's lock, a heartbeat does not.
        query = select(table.c.id).where(table.c.id == collector_id).with_for_update(read=True, key_share=True)

        async def refuse(connection: AsyncConnection) -> None:
            if (await connection.execute(query)).first() is None:
                raise NotAtWork

        return refuse

    def fence_beside(self, collector_id: str) -> Fence:
        """Refuses what a collector writes while another one lives; one that could not start may say so."""

        async def refuse(connection: AsyncConnection) -> None:
            if await _another_lives(connection, collector_id):
                raise NotAtWork

        return refuse

    async def leave(self, collector_id: str) -> None:
        """Take a collector off the register."""
        async with self._database.writing() as connection:
            await connection.execute(delete(schema.collector).where(schema.collector.c.id == collector_id))

    async def alive(self) -> list[Collector]:
        """Collectors with a fresh heartbeat."""
        async with self._database.reading() as connection:
            return [c for c in await read_collectors(connection) if c.alive(time.time())]


async def _another_lives(connection: AsyncConnection, collector_id: str) -> bool:
    table = schema.collector
    fresh = table.c.heartbeat_at > await database_now(connection) - COLLECTOR_DEAD_AFTER_S
    found = await connection.execute(select(table.c.id).where(fresh, table.c.id != collector_id).limit(1))
    return found.first() is not None
