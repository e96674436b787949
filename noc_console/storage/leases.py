"""Leases: who may poll an OLT and write its facts, judged by the database's own clock.

A lease ends by itself when its holder does not renew it; whoever takes it then gets a higher token. A write that shows
an older token is refused, so a holder that stood still cannot write over its successor, whatever its clock says.
A row is never deleted: its token must grow for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import case, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import SourceError
from noc_console.storage import schema
from noc_console.storage.database import SOURCE, Database, unix_now

_MAKE = "INSERT INTO olt_lease (olt_id, holder, token, until_at) VALUES (:olt_id, '', 0, 0) ON CONFLICT DO NOTHING"


class LeaseLost(SourceError):
    """Another collector polls this OLT: what we read of it must not be written."""

    def __init__(self, olt_id: int) -> None:
        super().__init__(f"another collector polls OLT {olt_id}", SOURCE)


class LeaseStore:
    """Leases of OLTs in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, olt_ids: Iterable[int], holder: str, ttl_s: float) -> dict[int, int]:
        """Take those leases that are free, have ended, or are ours already.

        Args:
            olt_ids: Of which OLTs.
            holder: Who asks.
            ttl_s: How long they last unless they are renewed, seconds.

        Returns:
            OLT id to token, for those that are ours now.

        Raises:
            SourceError: The database did not take it.
        """
        table, rows = schema.olt_lease, [{"olt_id": olt_id} for olt_id in sorted(olt_ids)]
        if not rows:
            return {}
        async with self._database.writing() as connection:
            now = text(unix_now(connection))
            # In one order everywhere: two takers must not wait for each other.
            await connection.execute(text(_MAKE), rows)
            free = (
                table.c.olt_id.in_([row["olt_id"] for row in rows]),
                (table.c.holder == holder) | (table.c.until_at <= now),
            )
            # The strongest lock: it waits for every write that its holder's ``guard`` let in.
            locked = select(table.c.olt_id).where(*free).order_by(table.c.olt_id).with_for_update()
            ids = list((await connection.execute(locked)).scalars())
            token = table.c.token + case((table.c.holder == holder, 0), else_=1)
            until = text(f"{unix_now(connection)} + :ttl_s").bindparams(ttl_s=ttl_s)
            taken = update(table).where(table.c.olt_id.in_(ids)).values(token=token, holder=holder, until_at=until)
            found = await connection.execute(taken.returning(table.c.olt_id, table.c.token))
            return {row.olt_id: row.token for row in found}

    async def renew(self, tokens: Mapping[int, int], holder: str, ttl_s: float) -> set[int]:
        """Make leases last ``ttl_s`` from now; returns the OLT ids of those that are still ours.

        A lease that ended and that nobody took meanwhile is still ours.

        Raises:
            SourceError: The database did not take it.
        """
        if not tokens:
            return set()
        async with self._database.writing() as connection:
            table = schema.olt_lease
            # Locked in one order, as in ``take``; writes of ours that are under way are not waited for.
            mine = select(table.c.olt_id, table.c.token).where(table.c.holder == holder).order_by(table.c.olt_id)
            rows = (await connection.execute(mine.with_for_update(key_share=True))).all()
            kept = {row.olt_id for row in rows if tokens.get(row.olt_id) == row.token}
            until = text(f"{unix_now(connection)} + :ttl_s").bindparams(ttl_s=ttl_s)
            await connection.execute(update(table).where(table.c.olt_id.in_(kept)).values(until_at=until))
        return kept

    async def release(self, olt_ids: Collection[int], holder: str) -> None:
        """Let others take these leases at once.

        Raises:
            SourceError: The database did not take it.
        """
        table = schema.olt_lease
        free = update(table).where(table.c.olt_id.in_(olt_ids), table.c.holder == holder).values(until_at=0.0)
        async with self._database.writing() as connection:
            await connection.execute(free)


class Asking:
    """Requests to read an OLT soon, from who hears of it to who polls it.

    Args:
        database: The database.
        holder: Whose OLTs ``asked`` is about.
    """

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder
        self._seen: dict[int, int] = {}

    async def ask(self, olt_ids: Collection[int]) -> None:
        """Ask whoever holds these OLTs to read them soon.

        Raises:
            SourceError: The database did not take it.
        """
        table = schema.olt_lease
        async with self._database.writing() as connection:
            # Locked in one order, as in ``LeaseStore.take``.
            ids = select(table.c.olt_id).where(table.c.olt_id.in_(olt_ids)).order_by(table.c.olt_id)
            found = list((await connection.execute(ids.with_for_update(key_share=True))).scalars())
            more = update(table).where(table.c.olt_id.in_(found)).values(asked=table.c.asked + 1)
            await connection.execute(more)

    async def asked(self) -> list[int]:
        """Ids of our OLTs about which somebody asked since the last call.

        Raises:
            SourceError: The database did not answer.
        """
        table = schema.olt_lease
        query = select(table.c.olt_id, table.c.asked).where(table.c.holder == self._holder)
        async with self._database.reading() as connection:
            now = {row.olt_id: row.asked for row in await connection.execute(query)}
        # One that we did not hold at the last call is read at once anyway.
        fresh = [olt_id for olt_id, count in now.items() if self._seen.get(olt_id, count) != count]
        self._seen = now
        return fresh


async def guard(connection: AsyncConnection, olt_id: int, token: int | None) -> None:
    """Make sure that an OLT's lease is ours, and stays ours until this write transaction ends.

    Call it first in the transaction: who waits for a lease must hold nothing else.

    Args:
        connection: Write transaction.
        olt_id: The OLT.
        token: What ``LeaseStore.take`` gave us; None when we have none.

    Raises:
        LeaseLost: It is not ours, or no longer.
    """
    query = select(schema.olt_lease.c.token).where(schema.olt_lease.c.olt_id == olt_id)
    # The weakest lock: whoever takes the lease waits for it, a renewal does not.
    locked = query.with_for_update(read=True, key_share=True)
    found = (await connection.execute(locked)).scalar() if token is not None else None
    if found is None or found != token:
        raise LeaseLost(olt_id)
