"""Registers of what runs: the outside systems' states, and the collectors with their heartbeats."""

from __future__ import annotations

import time
from dataclasses import asdict

from sqlalchemy import delete, select, text, update

from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S, Collector, Source
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.feed import read_collectors
from noc_console.storage.inventory import upsert
from noc_console.storage.streams import bump

HEARTBEAT_S = 5.0


class SourceStore:
    """States of outside systems."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, source: Source) -> None:
        """Store a source's state."""
        async with self._database.writing() as connection:
            row = asdict(source) | {"revision": await bump(connection, "source")}
            await upsert(connection, schema.source, [row])

    async def forget_troubles(self) -> None:
        """Forget what a collector before us found in trouble: we do not know how those sources are."""
        table = schema.source
        async with self._database.writing() as connection:
            in_trouble = table.c.state.in_(("failing", "broken"))
            unknown = {"state": "never", "error": None, "retry_at": None, "revision": await bump(connection, "source")}
            await connection.execute(update(table).where(in_trouble).values(unknown))


class CollectorRegister:
    """Which collectors live."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beat(self, collector: Collector) -> bool:
        """Renew the heartbeat of the collector at work.

        Returns:
            False when it was taken for dead (it stood still, or its machine did) and another one is at work by now.
        """
        return await self._register(collector, renew=True)

    async def take_over(self, collector: Collector) -> bool:
        """Register ``collector`` as the one at work, unless another one lives; False then."""
        return await self._register(collector, renew=False)

    async def _register(self, collector: Collector, renew: bool) -> bool:
        async with self._database.writing() as connection:
            if not self._database.is_sqlite:
                # Two may ask at once; on SQLite the write transaction already makes the second one wait.
                await connection.execute(text("SELECT pg_advisory_xact_lock(7309873)"))
            limit = collector.heartbeat_at - COLLECTOR_DEAD_AFTER_S
            alive = {c.id for c in await read_collectors(connection) if c.heartbeat_at >= limit}
            if alive - {collector.id} and not (renew and collector.id in alive):
                return False
            await upsert(connection, schema.collector, [asdict(collector)])
            return True

    async def leave(self, collector_id: str) -> None:
        """Take a collector off the register."""
        async with self._database.writing() as connection:
            await connection.execute(delete(schema.collector).where(schema.collector.c.id == collector_id))

    async def forget_dead(self, now: float | None = None) -> None:
        """Delete registrations that have been dead for an hour."""
        limit = (now or time.time()) - 3600
        async with self._database.writing() as connection:
            await connection.execute(delete(schema.collector).where(schema.collector.c.heartbeat_at < limit))

    async def alive(self, now: float | None = None) -> list[Collector]:
        """Collectors with a fresh heartbeat."""
        limit = (now or time.time()) - COLLECTOR_DEAD_AFTER_S
        async with self._database.reading() as connection:
            return [c for c in await read_collectors(connection) if c.heartbeat_at >= limit]

    async def last_beat_at(self) -> float | None:
        """Newest heartbeat of all."""
        async with self._database.reading() as connection:
            query = select(schema.collector.c.heartbeat_at).order_by(schema.collector.c.heartbeat_at.desc()).limit(1)
            found: float | None = (await connection.execute(query)).scalar()
            return found
