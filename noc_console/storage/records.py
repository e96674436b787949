"""Rows of the record kinds in the database; one code for all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.records import Key, Record, RecordKind, column_names
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.inventory import upsert
from noc_console.storage.record_tables import plain_types
from noc_console.storage.streams import bump, read_rows

R = TypeVar("R", bound=Record)


def stream(kind: RecordKind[Any]) -> str:
    """The feed's stream of a kind."""
    return f"records:{kind.name}"


async def read_records(connection: AsyncConnection, kind: RecordKind[R], *where: Any, removed: bool = False) -> list[R]:
    """Rows of a kind, in its order.

    Args:
        connection: Any transaction.
        kind: Which.
        where: SQL conditions on its table.
        removed: Also those that were removed.
    """
    table = schema.RECORD_TABLES[kind.name]
    query = select(*(table.c[name] for name in _names(kind))).where(*where)
    if not removed:
        query = query.where(table.c.removed_at.is_(None))
    return sorted(await read_rows(connection, query, _maker(kind)), key=kind.order)


async def put_records(connection: AsyncConnection, kind: RecordKind[R], records: Sequence[R]) -> None:
    """Insert or update rows by their key, inside a write transaction."""
    if records:
        revision = await bump(connection, stream(kind))
        rows = [row_of(kind, record) | {"revision": revision} for record in records]
        await upsert(connection, schema.RECORD_TABLES[kind.name], rows)


async def add_record(connection: AsyncConnection, kind: RecordKind[R], values: Mapping[str, Any]) -> int:
    """Insert a row of a numbered kind; returns its number."""
    table = schema.RECORD_TABLES[kind.name]
    row = {**{name: _stored(value) for name, value in values.items()}, "revision": await bump(connection, stream(kind))}
    number: int = (await connection.execute(insert(table).returning(table.c.id), row)).scalar_one()
    return number


async def change_record(connection: AsyncConnection, kind: RecordKind[R], key: Key, values: Mapping[str, Any]) -> None:
    """Set some columns of one row, inside a write transaction."""
    table = schema.RECORD_TABLES[kind.name]
    changed = {name: _stored(value) for name, value in values.items()} | {
        "revision": await bump(connection, stream(kind))
    }
    matches = (table.c[name] == value for name, value in zip(kind.key, key, strict=True))
    await connection.execute(update(table).where(*matches).values(changed))


async def remove_records(connection: AsyncConnection, kind: RecordKind[R], records: Sequence[R], now: float) -> None:
    """Mark rows as removed: readers of the feed hear of it, and what hung on them stays readable."""
    await put_records(connection, kind, [replace(record, removed_at=now) for record in records])


async def sync_records(
    connection: AsyncConnection, kind: RecordKind[R], wanted: Iterable[R], now: float, configured: Sequence[str] = ()
) -> list[R]:
    """Make the table hold these keys: new ones are added, others marked as removed, known ones keep what is known.

    Args:
        connection: Write transaction.
        kind: Which.
        wanted: What there should be.
        now: Unix seconds.
        configured: Fields that a known row takes from the wanted one.

    Returns:
        The rows as they are now, in the order of ``wanted``.
    """
    known = {kind.key_of(record): record for record in await read_records(connection, kind, removed=True)}
    found: dict[Key, R] = {}
    for record in wanted:
        key = kind.key_of(record)
        taken = {name: getattr(record, name) for name in configured}
        found[key] = replace(known.get(key, record), removed_at=None, **taken)
    await put_records(connection, kind, [record for key, record in found.items() if known.get(key) != record])
    gone = [record for key, record in known.items() if key not in found and record.removed_at is None]
    await remove_records(connection, kind, gone, now)
    return list(found.values())


class RecordStore:
    """Reads and writes of record kinds, each in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self, kind: RecordKind[R], *where: Any) -> list[R]:
        """Rows that were not removed, in the kind's order."""
        async with self._database.reading() as connection:
            return await read_records(connection, kind, *where)

    async def put(self, kind: RecordKind[R], records: Sequence[R]) -> None:
        """Insert or update rows by their key."""
        async with self._database.writing() as connection:
            await put_records(connection, kind, records)


def row_of(kind: RecordKind[R], record: R) -> dict[str, Any]:
    """A record as its SQL row, without the revision."""
    return {name: _stored(getattr(record, name)) for name in _names(kind) if name != "revision"}


def _stored(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


@cache
def _names(kind: RecordKind[Any]) -> tuple[str, ...]:
    return (*column_names(kind.row), "removed_at", "revision")


@cache
def _maker(kind: RecordKind[Any]) -> Callable[..., Any]:
    """From a result row to the record: enums are made of their texts."""
    names = column_names(kind.row)
    enums = {name: one for name in names for one in plain_types(kind.row, name) if issubclass(one, Enum)}

    def make(*values: Any) -> Any:
        row = dict(zip(_names(kind), values, strict=True))
        for name, enum in enums.items():
            row[name] = None if row[name] is None else enum(row[name])
        return kind.row(**row)

    return make
