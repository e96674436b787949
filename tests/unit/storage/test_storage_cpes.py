"""Routers in the database: found by anything, written as little as possible, with their configuration."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from schema_copy import sqlite_with_schema
from sqlalchemy import event, text

from noc_console.domain.changes import RouterChanged
from noc_console.domain.cpe import MASK, ConfigLeaf, CpeDocument
from noc_console.domain.network import Cpe
from noc_console.storage.changes import read_changes_of
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database

HUAWEI = Cpe("00259E-EG8145V5-485754430A1B2C01", "HWTC0A1B2C01", "485754430A1B2C01", "Huawei", "EG8145V5", "EG8145V5",
             "V5R020", 1000.0, 10.0, 300.0, "100.64.0.1", "Anna@isp", "94:25:33:3B:D1:C6", -21.0, 5.0)  # fmt: skip
TPLINK = Cpe("1C61B4-Device2-2227500000001", "TPLGB4FB2AC8", "2227500000001", model="XX230v", firmware="1.0",
             last_inform_at=2000.0, pppoe_user="jürgen@isp")  # fmt: skip
ROUTER = Cpe("A-W5-001AB2C3D4E5", None, "001AB2C3D4E5", model="W5", last_inform_at=500.0)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    yield database
    await database.close()


@pytest.fixture
async def store(database: Database) -> CpeStore:
    store = CpeStore(database)
    await store.put([HUAWEI, TPLINK, ROUTER])
    return store


async def known(store: CpeStore) -> Cpe:
    """The Huawei as it is stored."""
    (cpe,) = await store.by_serial("HWTC0A1B2C01")
    return cpe


async def test_only_what_changed_is_written(database: Database, store: CpeStore) -> None:
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    await store.put([HUAWEI, TPLINK])
    assert statements == []
    await store.put([replace(HUAWEI, last_inform_at=1060.0, uptime_s=65.0), TPLINK])
    written = [statement for statement in statements if "cpe" in statement]
    assert len(written) == 1 and written[0].startswith("UPDATE") and "serial" not in written[0]
    cpe = await known(store)
    assert (cpe.last_inform_at, cpe.uptime_s, cpe.wan_ip) == (1060.0, 65.0, HUAWEI.wan_ip)
    revision = cpe.revision
    await store.put([replace(HUAWEI, last_inform_at=1060.0, uptime_s=65.0, wan_ip="100.64.0.2")])
    cpe = await known(store)
    assert cpe.wan_ip == "100.64.0.2"
    assert cpe.revision > revision


async def test_a_failed_write_is_tried_again(database: Database, store: CpeStore) -> None:
    async with database.writing() as connection:
        await connection.execute(text("ALTER TABLE cpe RENAME TO away"))
    changed = replace(HUAWEI, wan_ip="100.64.0.9")
    with pytest.raises(Exception, match="schema"):
        await store.put([changed])
    async with database.writing() as connection:
        await connection.execute(text("ALTER TABLE away RENAME TO cpe"))
    await store.put([changed])
    assert (await known(store)).wan_ip == "100.64.0.9"


async def test_a_serial_told_by_the_ont_outlives_what_the_acs_does_not_know(store: CpeStore) -> None:
    await store.put([replace(ROUTER, serial="ITBS00000001")])
    await store.put([replace(ROUTER, firmware="2.0")])
    (cpe,) = await store.by_serial("ITBS00000001")
    assert (cpe.device_id, cpe.firmware) == (ROUTER.device_id, "2.0")


async def test_a_configuration_comes_back_as_it_was_stored(database: Database, store: CpeStore) -> None:
    before = (await known(store)).revision
    leaves = tuple(ConfigLeaf(f"A.B.{n}.Ünï", f"värde\n{n}", 1.5 * n, n % 2 == 0) for n in range(1000))
    document = CpeDocument(HUAWEI.device_id, 123.5, (*leaves, ConfigLeaf("A.Password", MASK, None, True, True),
                                                     ConfigLeaf("A.Never", None)))  # fmt: skip
    assert await store.document(HUAWEI.device_id) is None
    await store.put_document(document)
    assert await store.document(HUAWEI.device_id) == document
    assert (await known(store)).revision > before, "readers are told"
    async with database.reading() as connection:
        size = (await connection.execute(text("SELECT length(data) FROM cpe_document"))).scalar()
    assert 0 < size < 20_000
    await store.put_document(replace(document, leaves=()))
    stored = await store.document(HUAWEI.device_id)
    assert stored is not None and stored.leaves == ()


async def told(database: Database) -> list[RouterChanged]:
    async with database.reading() as connection:
        return [change for change in await read_changes_of(connection) if isinstance(change, RouterChanged)]


async def test_a_router_with_another_firmware_or_model_is_a_change(database: Database, store: CpeStore) -> None:
    assert await told(database) == [], "seen for the first time"
    await store.put(
        [replace(HUAWEI, firmware="V5R021", last_inform_at=1100.0), replace(TPLINK, model="XX530v"), ROUTER]
    )
    await store.put([replace(ROUTER, firmware="2.0")])
    found = {change.device_id: change for change in await told(database)}
    assert found.keys() == {HUAWEI.device_id, TPLINK.device_id}, "a value that was not known before is no change"
    upgraded, swapped = found[HUAWEI.device_id], found[TPLINK.device_id]
    assert (upgraded.what, upgraded.before, upgraded.after) == ("firmware", "V5R020", "V5R021")
    assert (upgraded.serial, upgraded.at) == (HUAWEI.serial, 1100.0)
    assert (swapped.what, swapped.before, swapped.after) == ("model", "XX230v", "XX530v")


async def test_a_change_is_told_once_whoever_writes(database: Database, store: CpeStore) -> None:
    upgraded = replace(HUAWEI, firmware="V5R021")
    await store.put([upgraded])
    await store.put([replace(upgraded, wan_ip="100.64.0.7")])
    await CpeStore(database).put([upgraded])
    await store.put([replace(upgraded, firmware=None)])
    assert len(await told(database)) == 1


async def test_a_quiet_inform_asks_nothing(database: Database, store: CpeStore) -> None:
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    await store.put([replace(HUAWEI, last_inform_at=1060.0), TPLINK])
    assert not [statement for statement in statements if statement.startswith("SELECT")]
