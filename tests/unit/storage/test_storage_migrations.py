"""Migrations keep data: rows that were written at each earlier version arrive at this one as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Float, Integer, LargeBinary, MetaData, Table, insert, inspect, select

from noc_console.storage import schema
from noc_console.storage.database import SCHEMA_VERSION, Database, upgrade

VERSIONS = sorted(path.name[:4] for path in (Path(schema.__file__).parent / "migrations/versions").glob("0*.py"))
MOVED = {"event": "change"}
"""Tables whose rows went to another one."""
Rows = dict[tuple[Any, ...], dict[str, Any]]


def tables(connection: Connection) -> dict[str, Table]:
    """The tables as the database has them."""
    found = MetaData()
    found.reflect(connection)
    return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def row_of(table: Table, number: int) -> dict[str, Any]:
    """A row with something in each column; ``number`` is in its key, and in what it refers to."""
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in ("parameters", "details", "data") and not isinstance(column.type, LargeBinary):
            row[column.name] = f'{{"n": "{number}"}}'
        elif isinstance(column.type, Boolean):
            row[column.name] = True
        elif isinstance(column.type, Integer):
            row[column.name] = number
        elif isinstance(column.type, Float):
            row[column.name] = number + 0.25
        elif isinstance(column.type, LargeBinary):
            row[column.name] = bytes([number, 0, 255])
        else:
            row[column.name] = f"text {number} 'é\n"
    return row


def contents(connection: Connection, of: dict[str, Table]) -> dict[str, Rows]:
    """Every row of every table, by primary key."""
    found: dict[str, Rows] = {}
    for name, table in of.items():
        keys = [column.name for column in table.primary_key]
        rows = connection.execute(select(table)).mappings()
        found[name] = {tuple(row[key] for key in keys): dict(row) for row in rows}
    return found


def lost(before: dict[str, Rows], after: dict[str, Rows]) -> list[str]:
    """What is not there any more, or is otherwise, of columns that both have."""
    found = []
    for name, rows in before.items():
        if name not in after:
            if len(after.get(MOVED.get(name, ""), ())) != len(rows):
                found.append(f"table {name}")
            continue
        for key, row in rows.items():
            now = after[name].get(key)
            if now is None:
                found.append(f"{name} {key}")
            else:
                found += [f"{name}.{column} {row[column]!r} -> {now[column]!r}" for column in row.keys() & now.keys()
                          if row[column] != now[column]]  # fmt: skip
    return sorted(found)


def climb(connection: Connection) -> dict[str, list[str]]:
    """Go up version by version, with new rows in each table at each; returns what each step lost."""
    found: dict[str, list[str]] = {}
    before: dict[str, Rows] = {}
    for number, version in enumerate(VERSIONS, 1):
        upgrade(connection, version)
        there = tables(connection)
        if gone := lost(before, contents(connection, there)):
            found[version] = gone
        for table in there.values():
            connection.execute(insert(table), row_of(table, number))
        before = contents(connection, there)
    return found


def test_the_newest_version_is_the_programs() -> None:
    assert VERSIONS[-1] == SCHEMA_VERSION


async def test_rows_of_each_version_arrive(database_url: str) -> None:
    database = Database(database_url)
    try:
        if database.is_sqlite:
            database._make_file()
        async with database.engine.connect() as connection:
            async with connection.begin():
                assert await connection.run_sync(climb) == {}
            async with connection.begin():
                await connection.run_sync(declared_is_made)
    finally:
        await database.close()


def declared_is_made(connection: Connection) -> None:
    """What migrations made is what ``schema`` declares: the columns, and which may be empty."""
    there = inspect(connection)
    for table in schema.metadata.sorted_tables:
        made = {column["name"]: column["nullable"] for column in there.get_columns(table.name)}
        declared = {column.name: column.nullable for column in table.columns}
        assert made == declared, table.name
