"""The feed: whoever has seen a revision has seen every row up to it, whatever writes at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, update

from noc_console.domain.changes import Change, Note, OtherChange
from noc_console.domain.network import Cpe, Olt, Ont, Source
from noc_console.domain.plant import ZONES, Zone
from noc_console.domain.update import Update
from noc_console.storage import inventory, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.feed import CHANGES_AT_FIRST, read_update
from noc_console.storage.reader import most_onts
from noc_console.storage.records import put_records, remove_records
from noc_console.storage.sources import SourceStore
from noc_console.storage.streams import bump


class Reader:
    """A console's copy, kept by the feed alone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.seen: dict[str, int] = {}
        self.onts: dict[int, Ont] = {}
        self.cpes: dict[str, Cpe] = {}
        self.olts: dict[str, Olt] = {}
        self.sources: dict[str, Source] = {}
        self.changes: list[Change] = []

    async def look(self) -> Update:
        async with self._database.reading() as connection:
            update = await read_update(connection, self.seen)
        self.seen = dict(update.revisions)
        self.onts |= {ont.id: ont for ont in update.onts}
        self.cpes |= {cpe.device_id: cpe for cpe in update.cpes}
        self.olts |= {olt.name: olt for olt in update.olts if olt.removed_at is None}
        for olt in update.olts:
            if olt.removed_at is not None:
                self.olts.pop(olt.name, None)
        self.sources |= {source.name: source for source in update.sources}
        self.changes += update.changes
        return update

    @property
    def texts(self) -> list[str]:
        return [change.text for change in self.changes if isinstance(change, Note)]


async def add_olts(database: Database, *names: str) -> dict[str, int]:
    async with database.writing() as connection:
        return await inventory.sync_olts(connection, [(name, "192.0.2.1") for name in names], 1.0)


async def add_onts(database: Database, olt_id: int, *ont_ids: int) -> list[int]:
    async with database.writing() as connection:
        revision = await bump(connection, f"olt:{olt_id}")
        rows = [
            {"olt_id": olt_id, "port": "0/1/0", "ont_id": i, "state": "online", "revision": revision} for i in ont_ids
        ]
        return await inventory.insert_onts(connection, rows)


async def set_state(database: Database, olt_id: int, row_id: int, state: str) -> None:
    async with database.writing() as connection:
        revision = await bump(connection, f"olt:{olt_id}")
        await inventory.update_onts(connection, ["state"], [{"id": row_id, "state": state, "revision": revision}])


async def add_notes(database: Database, count: int, first: int = 0) -> None:
    async with database.writing() as connection:
        notes = [Note(at=float(number), text=f"note {number}") for number in range(first, first + count)]
        await append_changes(connection, notes)


async def test_an_empty_database_has_no_changes(database: Database) -> None:
    changes = await Reader(database).look()
    assert (changes.olts, changes.onts, changes.changes, changes.collectors) == ([], [], [], [])


async def test_a_reader_gets_only_what_changed(database: Database) -> None:
    ids = await add_olts(database, "north", "south")
    first, second = await add_onts(database, ids["north"], 0, 1)
    reader = Reader(database)
    assert {ont.id for ont in (await reader.look()).onts} == {first, second}
    assert {olt.name for olt in reader.olts.values()} == {"north", "south"}
    nothing = await reader.look()
    assert (nothing.onts, nothing.olts, nothing.changes) == ([], [], [])
    await set_state(database, ids["north"], second, "offline")
    changes = await reader.look()
    assert [(ont.id, ont.state) for ont in changes.onts] == [(second, "offline")]
    assert changes.olts == []


async def test_vanished_onts_are_told_once_and_not_at_first(database: Database) -> None:
    ids = await add_olts(database, "north")
    (row_id,) = await add_onts(database, ids["north"], 7)
    reader = Reader(database)
    await reader.look()
    async with database.writing() as connection:
        revision = await bump(connection, f"olt:{ids['north']}")
        values = {"id": row_id, "vanished_at": 5.0, "revision": revision}
        await inventory.update_onts(connection, ["vanished_at"], [values])
    assert [ont.vanished_at for ont in (await reader.look()).onts] == [5.0]
    assert (await Reader(database).look()).onts == []


async def test_all_kinds_of_rows_arrive_with_their_text(database: Database) -> None:
    await CpeStore(database).put([Cpe("00259E-EG8145V5-X", serial="HWTC00000001", pppoe_user="Jürgen 日本")])
    await SourceStore(database).put(Source("genieacs", "failing", error="Zeitüberschreitung"))
    await add_notes(database, 1)
    reader = Reader(database)
    await reader.look()
    assert reader.cpes["00259E-EG8145V5-X"].pppoe_user == "Jürgen 日本"
    assert reader.sources["genieacs"].error == "Zeitüberschreitung"
    assert reader.texts == ["note 0"]


async def test_concurrent_writers_never_hide_a_row(database: Database) -> None:
    """Writers of one stream commit in any order; a reader that polls all the time must end with every row."""
    ids = await add_olts(database, "north", "south")
    reader = Reader(database)
    done = asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            await reader.look()
            await asyncio.sleep(0)

    async def write(writer: int) -> None:
        for turn in range(8):
            olt = ids["north" if (writer + turn) % 2 else "south"]
            await add_onts(database, olt, writer * 100 + turn)
            await CpeStore(database).put([Cpe(f"cpe-{writer}-{turn}")])
            await add_notes(database, 2, writer * 1000 + turn * 10)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(write(writer) for writer in range(4)))
    done.set()
    await watching
    await reader.look()
    assert len(reader.onts) == 32
    assert len(reader.cpes) == 32
    texts = reader.texts
    assert len(texts) == len(set(texts)) == 64
    assert [change.id for change in reader.changes] == sorted(change.id for change in reader.changes)


async def test_the_first_look_is_bounded_and_the_next_misses_nothing(database: Database) -> None:
    await add_notes(database, CHANGES_AT_FIRST + 20)
    reader = Reader(database)
    await reader.look()
    assert len(reader.changes) == CHANGES_AT_FIRST
    assert reader.texts[-1] == f"note {CHANGES_AT_FIRST + 19}"
    reader.changes.clear()
    await add_notes(database, CHANGES_AT_FIRST + 5, 10_000)
    await reader.look()
    assert reader.texts == [f"note {10_000 + i}" for i in range(CHANGES_AT_FIRST + 5)]


async def test_a_database_restored_from_a_backup_is_read_again(database: Database) -> None:
    ids = await add_olts(database, "north")
    (row_id,) = await add_onts(database, ids["north"], 1)
    await add_notes(database, 2)
    backup = await Reader(database).look()
    await set_state(database, ids["north"], row_id, "offline")
    await add_notes(database, 3, 100)
    reader = Reader(database)
    await reader.look()
    async with database.writing() as connection:  # what restoring the backup does
        await connection.execute(delete(schema.change).where(schema.change.c.at >= 100))
        for name, revision in backup.revisions.items():
            feed = schema.feed
            await connection.execute(update(feed).where(feed.c.name == name).values(revision=revision))
        values = {"state": "online", "revision": backup.onts[0].revision}
        await connection.execute(update(schema.ont).values(values))
    reader.changes.clear()
    await reader.look()
    assert reader.onts[row_id].state == "online"
    assert reader.texts == ["note 0", "note 1"]
    async with database.writing() as connection:  # SQLite's ids go on, a restored server's start again
        await bump(connection, "change")
        row = {"id": 3, "at": 9.0, "kind": "note", "data": '{"text":"after the restore"}'}
        await connection.execute(insert(schema.change), row)
    await reader.look()
    assert reader.texts[-1] == "after the restore"


async def test_an_olt_that_is_configured_again_comes_back(database: Database) -> None:
    before = await add_olts(database, "north", "south")
    await add_olts(database, "north")
    reader = Reader(database)
    await reader.look()
    assert set(reader.olts) == {"north"}
    after = await add_olts(database, "north", "south")
    await reader.look()
    assert after == before and set(reader.olts) == {"north", "south"}


async def test_a_running_reader_hears_of_an_olt_that_goes_and_a_new_one_does_not(database: Database) -> None:
    ids = await add_olts(database, "north", "south")
    await add_onts(database, ids["south"], 1)
    running = Reader(database)
    await running.look()
    await add_olts(database, "north")
    (gone,) = (await running.look()).olts
    assert gone.name == "south" and gone.removed_at is not None and set(running.olts) == {"north"}
    new = await Reader(database).look()
    assert [olt.name for olt in new.olts] == ["north"] and new.onts == []


async def test_records_come_and_go_with_the_feed(database: Database) -> None:
    running = Reader(database)
    await running.look()
    async with database.writing() as connection:
        await put_records(connection, ZONES, [Zone("north", "two [b]streets[/b]"), Zone("south")])
    update = await running.look()
    assert [(zone.name, zone.note) for zone in update.records["zones"]] == [  # type: ignore[attr-defined]
        ("north", "two [b]streets[/b]"),
        ("south", None),
    ]
    async with database.writing() as connection:
        await remove_records(connection, ZONES, [Zone("south")], 9.0)
    update = await running.look()
    assert [(zone.name, zone.removed_at) for zone in update.records["zones"]] == [("south", 9.0)]  # type: ignore[attr-defined]
    assert [zone.name for zone in (await Reader(database).look()).records["zones"]] == ["north"]  # type: ignore[attr-defined]
    assert (await running.look()).records == {}


async def test_changes_of_another_release_are_kept_as_they_are(database: Database) -> None:
    async with database.writing() as connection:
        await bump(connection, "change")
        for kind, data in (("ont_teleported", '{"to":"Mars"}'), ("ont_down", '{"how":"by pigeon"}')):
            row = {"at": 9.0, "kind": kind, "olt": "north", "data": data}
            await connection.execute(insert(schema.change), row)
    reader = Reader(database)
    await reader.look()
    assert [(c.name, dict(c.data), c.olt) for c in reader.changes if isinstance(c, OtherChange)] == [
        ("ont_teleported", {"to": "Mars"}, "north"),
        ("ont_down", {"how": "by pigeon"}, "north"),
    ]


@pytest.mark.parametrize("count", [0, 1, 499, 501])
async def test_inserted_ids_come_back_in_order(database: Database, count: int) -> None:
    ids = await add_olts(database, "north")
    row_ids = await add_onts(database, ids["north"], *range(count))
    async with database.reading() as connection:
        onts = {ont.id: ont for ont in await inventory.read_onts(connection, ids["north"])}
    assert [onts[row_id].ont_id for row_id in row_ids] == list(range(count))


async def test_rows_read_back_as_they_were_written(database: Database) -> None:
    cpe = Cpe(
        "a%2Db", "HWTC7D4630C3", "48575443", "Huawei", "EG", "EG8145V5", "V5", 1.5, 2.25, 300.0, "100.64.1.2", "u"
    )
    store = CpeStore(database)
    await store.put([cpe])
    await store.put([replace(cpe, wan_ip=None, uptime_s=12.0)])
    (found,) = await store.by_serial("HWTC7D4630C3")
    assert replace(found, revision=0) == replace(cpe, wan_ip=None, uptime_s=12.0)
    assert await store.newest_inform_at() == 1.5


def test_a_first_load_takes_few_updates_however_large_the_network_is() -> None:
    olts, since, updates = 1000, dict[str, int](), 0
    while len(since) < olts:
        whole = -(-most_onts(since) // 1000)  # an update ends after whole OLTs, here of 1,000 ONTs
        since |= {f"olt:{number}": 1 for number in range(len(since), len(since) + whole)}
        updates += 1
    assert updates < 50
    assert most_onts({}) == most_onts({"olt:1": 0, "cpe": 7}) < most_onts({"olt:1": 1})
