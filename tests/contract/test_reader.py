"""One contract for what the picture reads: the real database and the double of the console's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
from record_examples import bare, full
from schema_copy import sqlite_with_schema
from sqlalchemy import insert, update

from noc_console.config.model import Config, OltConfig
from noc_console.domain.changes import Change, LightCrossed, OntDown
from noc_console.domain.errors import NocError, SourceUnavailable
from noc_console.domain.network import Olt, Ont
from noc_console.domain.optics import Signal
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import Record, RecordKind
from noc_console.domain.update import Update
from noc_console.picture.reader import Reader
from noc_console.storage import inventory, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.reader import StorageReader
from noc_console.storage.records import put_records
from noc_console.storage.streams import bump
from tests.console.fake_backend import FakeBackend


class World(Protocol):
    """Whatever is read, and the ways to change it."""

    reader: Reader

    async def olt(self, name: str) -> int: ...
    async def remove_olt(self, olt_id: int) -> None: ...
    async def ont(self, olt_id: int, ont_id: int, **facts: Any) -> None: ...
    async def record(self, kind: RecordKind[Any], record: Record) -> None: ...
    async def change(self, change: Change) -> None: ...
    async def fail(self) -> None: ...


class Double:
    """The double."""

    def __init__(self) -> None:
        self.reader = self.backend = FakeBackend(olts=0)

    async def olt(self, name: str) -> int:
        number = len(self.backend.olts) + 1
        self.backend.put_olt(Olt(number, name, "192.0.2.1"))
        return number

    async def remove_olt(self, olt_id: int) -> None:
        self.backend.put_olt(replace(self.backend.olts[olt_id], removed_at=9.0))

    async def ont(self, olt_id: int, ont_id: int, **facts: Any) -> None:
        self.backend.put_ont(Ont(ont_id, olt_id, "0/1/0", ont_id, **facts))

    async def record(self, kind: RecordKind[Any], record: Record) -> None:
        self.backend.put_record(kind, record)

    async def change(self, change: Change) -> None:
        self.backend.add_change(change)

    async def fail(self) -> None:
        self.backend.fail_with = SourceUnavailable("gone", "database")


class Real:
    """The database."""

    def __init__(self, database: Database, config: Config) -> None:
        self.database = database
        self.reader = StorageReader(config)

    async def olt(self, name: str) -> int:
        async with self.database.writing() as connection:
            row = {"name": name, "address": "192.0.2.1"}
            made = await connection.execute(insert(schema.olt).returning(schema.olt.c.id), row)
            olt_id: int = made.scalar_one()
            values = {"revision": await bump(connection, f"olt:{olt_id}")}
            await connection.execute(update(schema.olt).where(schema.olt.c.id == olt_id).values(values))
            return olt_id

    async def remove_olt(self, olt_id: int) -> None:
        async with self.database.writing() as connection:
            values = {"removed_at": 9.0, "revision": await bump(connection, f"olt:{olt_id}")}
            await connection.execute(update(schema.olt).where(schema.olt.c.id == olt_id).values(values))

    async def ont(self, olt_id: int, ont_id: int, **facts: Any) -> None:
        async with self.database.writing() as connection:
            revision = await bump(connection, f"olt:{olt_id}")
            row = {"olt_id": olt_id, "port": "0/1/0", "ont_id": ont_id, "state": "online", "revision": revision}
            await inventory.insert_onts(connection, [row | facts])

    async def record(self, kind: RecordKind[Any], record: Record) -> None:
        async with self.database.writing() as connection:
            await put_records(connection, kind, [record])

    async def change(self, change: Change) -> None:
        async with self.database.writing() as connection:
            await append_changes(connection, [change])

    async def fail(self) -> None:
        await self.reader.close()
        await self.database.close()
        _spoil(Path(self.database.url.removeprefix("sqlite:///")))


def _spoil(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(b"this is no database at all, whatever its name says" * 50)


@pytest.fixture(params=["double", "database"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    if request.param == "double":
        yield Double()
        return
    url = sqlite_with_schema(tmp_path / "noc.db")
    database = Database(url)
    real = Real(database, Config(database=url, olts=(OltConfig(name="north", address="192.0.2.1"),)))
    await real.reader.open()
    yield real
    await real.reader.close()
    await database.close()


async def seen(world: World, since: Update | None = None) -> Update:
    return await world.reader.update(since.revisions if since else {})


def onts_of(update: Update) -> list[Ont]:
    """Those that came as objects, and those that came as values."""
    return [*update.onts, *(Ont(*values) for values in update.fresh_onts)]


async def test_the_first_look_brings_all_and_the_next_what_is_newer(world: World) -> None:
    north = await world.olt("north")
    await world.ont(north, 1)
    first = await seen(world)
    assert [olt.name for olt in first.olts] == ["north"] and [ont.ont_id for ont in onts_of(first)] == [1]
    nothing = await seen(world, first)
    assert (nothing.olts, nothing.onts, nothing.changes, nothing.jobs) == ([], [], [], [])
    assert not any(nothing.records.values())
    await world.ont(north, 2, state="offline", offline_reason="dying_gasp")
    (ont,) = (await seen(world, nothing)).onts
    assert (ont.ont_id, ont.state, ont.offline_reason) == (2, "offline", "dying_gasp")


@pytest.mark.parametrize("kind", [kind for kind in RECORD_KINDS.values() if kind.imported], ids=lambda k: k.name)
async def test_records_come_change_and_go(world: World, kind: RecordKind[Any]) -> None:
    after = full(kind, 1)
    before = replace(bare(kind, 1), **{name: getattr(after, name) for name in kind.key})
    empty = await seen(world)
    await world.record(kind, before)
    come = await seen(world, empty)
    assert [replace(record, revision=0) for record in come.records[kind.name]] == [before]
    await world.record(kind, after)
    changed = await seen(world, come)
    assert [replace(record, revision=0) for record in changed.records[kind.name]] == [after]
    await world.record(kind, replace(after, removed_at=9.0))
    (gone,) = (await seen(world, changed)).records[kind.name]
    assert gone.removed_at == 9.0
    assert not (await seen(world)).records.get(kind.name), "who comes later never hears of it"


async def test_changes_come_in_their_order_and_once(world: World) -> None:
    first = OntDown(at=5.0, olt="north", port="0/1/0", ont_id=3, serial="HWTC00000001", reason="loss_of_signal")
    second = LightCrossed(at=4.0, olt="north", before=Signal.GOOD, after=Signal.CRITICAL, rx_dbm=-29.0)
    await world.change(first)
    look = await seen(world)
    await world.change(second)
    news = await seen(world, look)
    assert [replace(change, id=0) for change in look.changes] == [first]
    assert [replace(change, id=0) for change in news.changes] == [second]
    assert news.changes[0].id > look.changes[0].id
    assert (await seen(world, news)).changes == []
    history = await world.reader.ont_changes("north", "0/1/0", "HWTC00000001")
    assert [replace(change, id=0) for change in history] == [first]


async def test_an_olt_that_is_removed_is_told_to_those_who_knew_it(world: World) -> None:
    north, south = await world.olt("north"), await world.olt("south")
    await world.ont(south, 1)
    look = await seen(world)
    await world.remove_olt(south)
    (gone,) = (await seen(world, look)).olts
    assert (gone.name, gone.removed_at) == ("south", 9.0)
    assert [olt.id for olt in (await seen(world)).olts] == [north]


async def test_what_fails_is_an_error_that_can_be_shown(world: World) -> None:
    await world.fail()
    with pytest.raises(NocError):
        await seen(world)
