"""Collectors that share the work: who lives, and who of them leads, judged by the database's clock.

They stand in the register beside which a single collector works alone; one that works alone keeps all others out, and
they keep it out. The leader is one of them until it dies or leaves: it does what must be done once for all OLTs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S, Collector
from noc_console.storage import schema
from noc_console.storage.database import TAKE_OVER, Database, database_now
from noc_console.storage.inventory import upsert


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand after a heartbeat."""

    leads: bool
    """Whether we lead."""
    members: Mapping[str, str | None]
    """Ids of the collectors that live, ours among them, to their regions."""
    marks: Mapping[str, str]
    """Ids of the collectors to what they tell of their config, see ``agreement``."""
    held: Mapping[str, str]
    """OLT to who holds its lease now."""
    struck_out: Collection[str]
    """Hosts of the collectors that we struck out."""


class Members:
    """The register of collectors that share the work."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, collector: Collector) -> bool:
        """Register ``collector``, unless one lives that works alone; False then."""
        table = schema.collector
        async with self._database.writing() as connection:
            await self._in_turn(connection)
            now = await database_now(connection)
            alone = (table.c.joined.is_(False), table.c.heartbeat_at > now - COLLECTOR_DEAD_AFTER_S)
            others = select(table.c.id).where(*alone, table.c.id != collector.id)
            if (await connection.execute(others.limit(1))).first():
                return False
            row = asdict(collector) | {"heartbeat_at": now, "joined": True, "leads": False}
            await upsert(connection, table, [row])
            return True

    async def beat(self, collector: Collector) -> Standing | None:
        """Renew the heartbeat, strike out who is dead, and lead when nobody does.

        Returns:
            None when we were struck out: we stood still for too long.
        """
        table = schema.collector
        async with self._database.writing() as connection:
            await self._in_turn(connection)
            now = await database_now(connection)
            beaten = {"heartbeat_at": now, "clock_at": collector.clock_at}
            ours = update(table).where(table.c.id == collector.id).values(beaten)
            if not (await connection.execute(ours)).rowcount:
                return None
            # Who is frozen amid a write has its row locked: the server ends that soon, and we must not wait for it.
            dead = select(table.c.id, table.c.host).where(table.c.heartbeat_at <= now - COLLECTOR_DEAD_AFTER_S)
            gone = {row.id: row.host for row in await connection.execute(dead.with_for_update(skip_locked=True))}
            await connection.execute(delete(table).where(table.c.id.in_(gone)))
            rows = (await connection.execute(select(table.c.id, table.c.region, table.c.marks, table.c.leads))).all()
            leader = next((row.id for row in rows if row.leads), None)
            if leader is None:
                leader = collector.id
                await connection.execute(update(table).where(table.c.id == leader).values(leads=True))
            members = {row.id: row.region for row in rows}
            marks = {row.id: row.marks for row in rows}
            return Standing(leader == collector.id, members, marks, await _held(connection, now), gone.values())

    async def _in_turn(self, connection: AsyncConnection) -> None:
        """Two may ask at once; on SQLite the write transaction already makes the second one wait."""
        if not self._database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": TAKE_OVER})


async def _held(connection: AsyncConnection, now: float) -> dict[str, str]:
    lease, olt = schema.olt_lease, schema.olt
    query = select(olt.c.name, lease.c.holder).join(olt, olt.c.id == lease.c.olt_id).where(lease.c.until_at > now)
    return {row.name: row.holder for row in await connection.execute(query)}
