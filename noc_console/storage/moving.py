"""Moving everything from SQLite to PostgreSQL, in one transaction on each side: all of it arrives, or nothing.

What arrived is read again and compared by counts and by digests, before the target's transaction commits.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Float, Integer, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import ActionRefused, SourceProtocolError
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S
from noc_console.storage import audit, schema
from noc_console.storage.database import SOURCE, TAKE_OVER, Database, database_now
from noc_console.storage.streams import ROWS_PER_TURN

_DIGEST_BITS = 256


@dataclass(frozen=True, slots=True)
class Moved:
    """One table that arrived."""

    table: str
    rows: int
    digest: str
    """Of all rows in any order; the same on both sides."""


@dataclass(frozen=True, slots=True)
class Move:
    """What was moved."""

    tables: list[Moved]
    audit_broken_at: int | None
    """Entry at which the audit log's chain was broken before it was moved; None when it holds."""


async def move_all(source: Database, target: Database) -> Move:
    """Copy every table of ``source`` into ``target``, which gets the schema; ``source`` stays as it is.

    Nobody writes to either while it lasts: writers wait, or fail and try again.

    Args:
        source: SQLite, with this program's schema.
        target: PostgreSQL, without rows of ours.

    Raises:
        ActionRefused: A collector lives at the source, or the target holds something.
        SourceError: A database failed, or what arrived is not what was sent; the target then holds no rows.
    """
    await source.check_version()
    async with source.writing() as old:
        await _refuse_alive(old)
        await target.migrate()
        async with target.writing() as new:
            for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                await new.execute(text(f"SET LOCAL {setting} = 0"))  # a large table takes its time
            await new.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": TAKE_OVER})  # no collector starts
            await _refuse_full(new)
            tables = [await _copy(old, new, table) for table in schema.metadata.sorted_tables]
            await _set_sequences(old, new)
            broken_at = await audit.first_broken(old)
            if await audit.first_broken(new) != broken_at:
                raise SourceProtocolError("the audit log's chain does not hold after the move", SOURCE)
    return Move(tables, broken_at)


async def _refuse_alive(connection: AsyncConnection) -> None:
    table = schema.collector
    fresh = table.c.heartbeat_at > await database_now(connection) - COLLECTOR_DEAD_AFTER_S
    found = (await connection.execute(select(table.c.host, table.c.pid).where(fresh).limit(1))).first()
    if found:
        raise ActionRefused(
            f"a collector works on this database (host {found.host}, process {found.pid})",
            "stop it, and every console that runs one, then move again",
        )


async def _refuse_full(connection: AsyncConnection) -> None:
    for table in schema.metadata.sorted_tables:
        if (await connection.execute(select(table).limit(1))).first() is not None:
            raise ActionRefused(
                f"the target holds rows already (table {table.name})", "make an empty database: createdb"
            )


async def _copy(old: AsyncConnection, new: AsyncConnection, table: Table) -> Moved:
    """One table by COPY; then both sides are read again and compared."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    raw: Any = (await new.get_raw_connection()).driver_connection
    async with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as into:
        async for row in _rows(old, table):
            _refuse_unfit(table, row)
            await into.write_row(row)
    sent, arrived = await _sum_up(old, table), await _sum_up(new, table)
    if sent != arrived:
        raise SourceProtocolError(
            f"table {table.name} arrived otherwise than it was sent: {arrived.rows} of {sent.rows} rows", SOURCE
        )
    return arrived


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[Sequence[Any]]:
    """Rows with values of the column's type: SQLite itself keeps a whole number in a column of floats."""
    floats = [isinstance(column.type, Float) for column in table.columns]
    async with connection.stream(select(table)) as found:
        async for part in found.partitions(ROWS_PER_TURN):
            for row in part:
                yield [
                    float(value) if is_float and isinstance(value, int) else value
                    for value, is_float in zip(row, floats, strict=True)
                ]
            await asyncio.sleep(0)


def _refuse_unfit(table: Table, row: Sequence[Any]) -> None:
    """Raise for a value that SQLite keeps and PostgreSQL cannot; it is named, for only an operator can mend it."""
    for column, value in zip(table.columns, row, strict=True):
        unfit = isinstance(value, str) and "\0" in value
        if isinstance(column.type, Integer) and not isinstance(column.type, Boolean) and value is not None:
            unfit = not isinstance(value, int) or not -(2**31) <= value < 2**31
        if unfit:
            key = ", ".join(f"{name.name}={row[list(table.columns).index(name)]!r}" for name in table.primary_key)
            raise SourceProtocolError(
                f"table {table.name}, row {key}: PostgreSQL cannot hold its {column.name}", SOURCE, "mend it in SQLite"
            )


async def _sum_up(connection: AsyncConnection, table: Table) -> Moved:
    """Count and digest. The sum of the rows' digests: the two databases sort text differently."""
    rows, total = 0, 0
    async for row in _rows(connection, table):
        rows += 1
        total += int.from_bytes(hashlib.sha256(_canonical(row)).digest())
    return Moved(table.name, rows, f"{total % (1 << _DIGEST_BITS):064x}")


def _canonical(row: Iterable[Any]) -> bytes:
    told = [value.hex() if isinstance(value, bytes | float) else value for value in row]
    return json.dumps(told, ensure_ascii=False).encode()


async def _set_sequences(old: AsyncConnection, new: AsyncConnection) -> None:
    """Let new rows get numbers that no row ever had, not even one that was deleted."""
    used = {name: int(last) for name, last in await old.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    for table in schema.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = select(func.pg_get_serial_sequence(table.name, column.name))
        if (name := (await new.execute(sequence)).scalar()) is None:
            continue
        last = max((await new.execute(select(func.max(column)))).scalar() or 0, used.get(table.name, 0))
        if last:
            await new.execute(select(func.setval(name, last)))
