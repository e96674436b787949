"""Record kinds in the database: one code for all of them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from record_examples import bare, full

from noc_console.domain.core_devices import CORE_DEVICES, CoreDevice
from noc_console.domain.plant import ZONES, Zone
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import RecordKind, column_names
from noc_console.domain.swaps import SWAPS, SwapKind, UnitState
from noc_console.storage import imports
from noc_console.storage.database import Database
from noc_console.storage.records import (
    RecordStore,
    add_record,
    change_record,
    put_records,
    read_records,
    remove_records,
    sync_records,
)

KINDS = pytest.mark.parametrize("kind", RECORD_KINDS.values(), ids=RECORD_KINDS.keys())


async def stored(database: Database, kind: RecordKind[Any], **options: Any) -> list[Any]:
    async with database.reading() as connection:
        found = await read_records(connection, kind, **options)
    return [replace(record, revision=0) for record in found]


@KINDS
async def test_every_kind_reads_back_as_it_was_written(database: Database, kind: RecordKind[Any]) -> None:
    rows = sorted((full(kind), bare(kind)), key=kind.order)
    async with database.writing() as connection:
        await put_records(connection, kind, rows)
    assert await stored(database, kind) == rows
    changed = full(kind, 1)
    async with database.writing() as connection:
        await put_records(connection, kind, [replace(changed, removed_at=5.5)])
    assert kind.key_of(changed) not in {kind.key_of(record) for record in await stored(database, kind)}
    assert len(await stored(database, kind, removed=True)) == 2


async def test_a_numbered_kind_gets_its_number_and_single_fields_are_changed(database: Database) -> None:
    values = {name: getattr(full(SWAPS), name) for name in column_names(SWAPS.row) if name != "id"}
    async with database.writing() as connection:
        first = await add_record(connection, SWAPS, values)
        second = await add_record(connection, SWAPS, {**values, "kind": SwapKind.DIAGNOSTIC})
        await change_record(connection, SWAPS, (first,), {"old_state": UnitState.RETURNED, "ticket": None})
    assert second > first
    by_id = {swap.id: swap for swap in await stored(database, SWAPS)}
    assert (by_id[first].old_state, by_id[first].ticket) == (UnitState.RETURNED, None)
    assert by_id[second].kind is SwapKind.DIAGNOSTIC and by_id[second].ticket is not None


async def test_what_is_configured_is_kept_and_what_is_not_is_marked(database: Database) -> None:
    async def sync(*devices: CoreDevice, now: float) -> list[CoreDevice]:
        async with database.writing() as connection:
            return await sync_records(connection, CORE_DEVICES, devices, now, configured=("address",))

    await sync(CoreDevice("a", "192.0.2.1"), CoreDevice("b", "192.0.2.2"), now=1.0)
    async with database.writing() as connection:
        await put_records(connection, CORE_DEVICES, [CoreDevice("a", "192.0.2.1", uptime_s=9.0)])
    (found,) = await sync(CoreDevice("a", "192.0.2.9"), now=2.0)
    assert (found.address, found.uptime_s) == ("192.0.2.9", 9.0)
    assert {one.name: one.removed_at for one in await stored(database, CORE_DEVICES, removed=True)} == {
        "a": None,
        "b": 2.0,
    }
    before = await stored(database, CORE_DEVICES, removed=True)
    revisions = [one.revision for one in await RecordStore(database).all(CORE_DEVICES)]
    await sync(CoreDevice("a", "192.0.2.9"), now=3.0)
    assert await stored(database, CORE_DEVICES, removed=True) == before
    assert [one.revision for one in await RecordStore(database).all(CORE_DEVICES)] == revisions, "nothing was written"
    back = await sync(CoreDevice("a", "192.0.2.9"), CoreDevice("b", "192.0.2.2"), now=4.0)
    assert [one.removed_at for one in back] == [None, None]


async def test_a_removed_record_may_come_back_by_import(database: Database) -> None:
    async with database.writing() as connection:
        await put_records(connection, ZONES, [Zone("north", "old")])
        await remove_records(connection, ZONES, [Zone("north", "old")], 3.0)
    async with database.writing() as connection:
        planned = await imports.plan(connection, ZONES, "name\nnorth\n", replace_all=False)
        await imports.apply(connection, planned, 4.0, "amy")
    assert planned.added == (Zone("north"),)
    assert await stored(database, ZONES) == [Zone("north")]
