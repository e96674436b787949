"""The write side of an OLT's facts: only the collector that polls it writes here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from sqlalchemy import Column, MetaData, Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable, DropTable

from noc_console.domain.network import Cpe, Olt, Ont
from noc_console.storage import schema
from noc_console.storage.streams import bump, columns, read_rows

COPY_FROM = 500
"""Rows from which on a table of their own is worth its making."""
CHUNK = 100
"""Rows per statement: preparing them holds the event loop for some milliseconds."""


async def sync_olts(
    connection: AsyncConnection, configured: Iterable[tuple[str, str]], now: float, remove: bool = True
) -> dict[str, int]:
    """Make the ``olt`` table hold the configured OLTs; others are marked as removed, not deleted.

    Args:
        connection: Write transaction.
        configured: (name, address) pairs.
        now: Unix seconds.
        remove: Whether to mark others.

    Returns:
        Name to id.
    """
    table = schema.olt
    if connection.dialect.name == "postgresql":
        # Two collectors that start at once with the same new OLTs: the second waits, and finds them.
        await connection.execute(text("SELECT pg_advisory_xact_lock(7309874)"))
    rows = {row.name: row for row in await connection.execute(select(table))}
    ids: dict[str, int] = {}
    names = set()
    for name, address in configured:
        names.add(name)
        row = rows.get(name)
        if row is None:
            result = await connection.execute(insert(table).returning(table.c.id), {"name": name, "address": address})
            ids[name] = result.scalar_one()
        else:
            ids[name] = row.id
            if row.address == address and row.removed_at is None:
                continue
        values: dict[str, Any] = {
            "address": address,
            "removed_at": None,
            "revision": await bump(connection, f"olt:{ids[name]}"),
        }
        await connection.execute(update(table).where(table.c.id == ids[name]).values(values))
    for name, row in rows.items():
        if remove and name not in names and row.removed_at is None:
            values = {"removed_at": now, "revision": await bump(connection, f"olt:{row.id}")}
            await connection.execute(update(table).where(table.c.id == row.id).values(values))
    return ids


async def read_onts(connection: AsyncConnection, olt_id: int) -> list[Ont]:
    """Every ONT of one OLT, vanished ones included."""
    return await read_rows(connection, select(*columns(schema.ont, Ont)).where(schema.ont.c.olt_id == olt_id), Ont)


async def read_olt(connection: AsyncConnection, olt_id: int) -> tuple[Olt, int | None]:
    """One OLT and the max-repetitions that was learnt for it."""
    table = schema.olt
    row = (
        await connection.execute(select(*columns(table, Olt), table.c.max_repetitions).where(table.c.id == olt_id))
    ).one()
    return Olt(*row[:-1]), row[-1]


async def update_olt(connection: AsyncConnection, olt_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of the OLT's own row; ``values`` holds the revision."""
    await connection.execute(update(schema.olt).where(schema.olt.c.id == olt_id).values(dict(values)))


async def insert_onts(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert ONTs; ids come back in the order of ``rows``.

    The ids are taken first and the rows inserted plainly: asking each insert for its id costs ten times as much.
    """
    ids = await _new_ids(connection, len(rows))
    for part in _chunks({**row, "id": row_id} for row, row_id in zip(rows, ids, strict=True)):
        await connection.execute(insert(schema.ont), part)
    return ids


async def _new_ids(connection: AsyncConnection, count: int) -> list[int]:
    """Ids that no ONT has; on SQLite the caller's write transaction keeps others from taking them."""
    if connection.dialect.name == "postgresql":
        query = text("SELECT nextval(pg_get_serial_sequence('ont', 'id')) FROM generate_series(1, :count)")
        return list((await connection.execute(query, {"count": count})).scalars())
    last = (await connection.execute(select(func.max(schema.ont.c.id)))).scalar() or 0
    return list(range(last + 1, last + 1 + count))


async def update_onts(connection: AsyncConnection, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Update the columns ``names`` of ONTs; each row maps them, ``revision`` and ``id``."""
    table, left = schema.ont, iter(rows)
    first = list(islice(left, COPY_FROM)) if connection.dialect.name == "postgresql" else []
    if len(first) == COPY_FROM:
        await _merge_onts(connection, ("id", "revision", *names), chain(first, left))
        return
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(name) for name in (*names, "revision")})
    )
    for part in _chunks(chain(first, left)):
        await connection.execute(statement, [{**row, "row_id": row["id"]} for row in part])


async def _merge_onts(connection: AsyncConnection, names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Update ONTs on PostgreSQL by COPY into a table of this transaction: a tenth of the CPU of an UPDATE for each."""
    table = schema.ont
    fresh = Table(
        "fresh_ont", MetaData(), *(Column(name, table.c[name].type) for name in names), prefixes=["TEMPORARY"]
    )
    await connection.execute(CreateTable(fresh))
    raw: Any = (await connection.get_raw_connection()).driver_connection
    async with raw.cursor() as cursor, cursor.copy(f"COPY fresh_ont ({', '.join(names)}) FROM STDIN") as into:
        for part in _chunks(rows):
            for row in part:
                await into.write_row([row[name] for name in names])
            await asyncio.sleep(0)
    changed = {name: fresh.c[name] for name in names if name != "id"}
    await connection.execute(update(table).where(table.c.id == fresh.c.id).values(changed))
    await connection.execute(DropTable(fresh))


async def upsert(
    connection: AsyncConnection, table: Any, rows: Sequence[Mapping[str, Any]], keep: Collection[str] = ()
) -> None:
    """Insert or update whole rows by primary key; every row has the same keys; of ``keep``, None changes nothing."""
    if not rows:
        return
    make = postgres_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    changed: dict[str, Any] = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    changed |= {name: func.coalesce(statement.excluded[name], table.c[name]) for name in keep}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    for part in _chunks(rows):
        await connection.execute(statement, part)


async def delete_gone(connection: AsyncConnection, table: Any, olt_id: int, names: Sequence[str]) -> None:
    """Delete cards or ports of an OLT by name."""
    for part in _chunks(names):
        await connection.execute(delete(table).where(table.c.olt_id == olt_id, table.c.name.in_(list(part))))


async def write_cpes(connection: AsyncConnection, cpes: Sequence[Cpe]) -> None:
    """Insert or update routers and raise their stream."""
    if not cpes:
        return
    revision = await bump(connection, "cpe")
    names = [column.name for column in schema.cpe.columns]
    rows = [{**{name: getattr(cpe, name) for name in names}, "revision": revision} for cpe in cpes]
    # Whose router it is may have been told by its ONT, where the ACS does not know.
    await upsert(connection, schema.cpe, rows, keep=("serial",))


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """Rows by the statement; what makes them runs for one statement at a time."""
    left = iter(rows)
    while part := list(islice(left, CHUNK)):
        yield part
