"""Moving from SQLite to PostgreSQL: every row, every number, the audit log's chain; all of it or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from schema_copy import ReusedSchema, sqlite_with_schema
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Table, delete, insert, select, update

from noc_console.domain.errors import ActionRefused, SourceProtocolError
from noc_console.domain.network import Collector
from noc_console.storage import audit, schema
from noc_console.storage.database import Database
from noc_console.storage.moving import move_all
from noc_console.storage.sources import CollectorRegister

pytestmark = pytest.mark.service
TABLES = schema.metadata.sorted_tables
ENTRIES = 5
ENTRY = audit.Entry("ana", "unix account", "noc-1 pts/1", "reboot", "ont 7", "why", "asked", details={"é": 1.5})


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    await fill(database)
    yield database
    await database.close()


@pytest.fixture
async def new(reused: ReusedSchema) -> AsyncIterator[Database]:
    with reused.database() as url:
        database = Database(url)
        yield database
        await database.close()


def row_of(table: Table, number: int) -> dict[str, object]:
    """A row with something in each column, awkward where it can be."""
    row: dict[str, object] = {}
    for column in table.columns:
        if column.foreign_keys or isinstance(column.type, Integer):
            row[column.name] = number
        elif isinstance(column.type, Boolean):
            row[column.name] = bool(number % 2)
        elif isinstance(column.type, Float):
            row[column.name] = number * 0.1
        elif isinstance(column.type, LargeBinary):
            row[column.name] = bytes([0, 255, number])
        else:
            row[column.name] = f"{number}\t\\N 'é😀\n"
    return row


async def fill(database: Database) -> None:
    async with database.writing() as connection:
        for table in TABLES:
            if table.name in ("audit", "audit_anchor", "collector"):
                continue
            await connection.execute(insert(table), [row_of(table, number) for number in (1, 2, 3)])
        for number in range(ENTRIES):
            await audit.append(connection, ENTRY, 1000.0 + number)
        await connection.execute(insert(schema.recording), row_of(schema.recording, 40))
        await connection.execute(delete(schema.recording).where(schema.recording.c.id == 40))


async def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in await connection.execute(select(table))), key=repr)
            for table in TABLES
        }


async def test_every_row_arrives(old: Database, new: Database) -> None:
    moved = await move_all(old, new)
    assert await contents(new) == await contents(old)
    counts = {one.table: one.rows for one in moved.tables}
    assert counts == {name: len(rows) for name, rows in (await contents(old)).items()}
    assert moved.audit_broken_at is None and counts["audit"] == ENTRIES


async def test_new_rows_get_numbers_that_no_row_ever_had(old: Database, new: Database) -> None:
    await move_all(old, new)
    async with new.writing() as connection:
        without_id = {name: value for name, value in row_of(schema.recording, 5).items() if name != "id"}
        added = insert(schema.recording).returning(schema.recording.c.id)
        assert (await connection.execute(added, without_id)).scalar_one() == 41, "40 was given before"
        await audit.append(connection, ENTRY, 2000.0)
        assert await audit.first_broken(connection) is None


async def test_a_broken_chain_is_moved_as_it_is_and_told(old: Database, new: Database) -> None:
    async with old.writing() as connection:
        await connection.execute(update(schema.audit).where(schema.audit.c.id == 3).values(reason="another"))
    assert (await move_all(old, new)).audit_broken_at == 3


async def test_a_target_with_rows_is_refused(old: Database, new: Database) -> None:
    await move_all(old, new)
    before = await contents(new)
    with pytest.raises(ActionRefused, match="holds rows already"):
        await move_all(old, new)
    assert await contents(new) == before


async def test_a_running_collector_is_refused(old: Database, new: Database) -> None:
    await CollectorRegister(old).take_over(Collector("c", "host-9", 7, "daemon", 1.0, 1.0))
    with pytest.raises(ActionRefused, match="host-9, process 7"):
        await move_all(old, new)
    assert not any((await contents(new)).values())


@pytest.mark.parametrize("value", ["a\0b", "\0"])
async def test_what_postgresql_cannot_hold_is_named_and_nothing_stays(old: Database, new: Database, value: str) -> None:
    async with old.writing() as connection:
        await connection.execute(update(schema.change).where(schema.change.c.id == 2).values(data=value))
    with pytest.raises(SourceProtocolError, match=r"table change, row id=2: .* its data"):
        await move_all(old, new)
    assert not any((await contents(new)).values())
