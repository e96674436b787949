"""ONTs are written alike one by one and by the thousand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from noc_console.storage import inventory, schema
from noc_console.storage.database import Database

MANY = inventory.COPY_FROM + inventory.CHUNK + 7
NAMES = ("description", "state", "onu_rx_dbm", "distance_m", "vanished_at")
TEXTS = ("plain", "tab\t, \\N, \\., \"'", "line\nend\r", "é😀", "", None)


def row_of(number: int, row_id: int) -> dict[str, Any]:
    light = None if number % 5 == 0 else -20.0 - number / 7
    told: tuple[Any, ...] = (TEXTS[number % len(TEXTS)], "online", light, number or None, None)
    return {"id": row_id, "revision": 9, **dict(zip(NAMES, told, strict=True))}


@pytest.mark.parametrize("count", [1, inventory.COPY_FROM - 1, inventory.COPY_FROM, MANY])
async def test_updates_change_these_rows_and_no_others(database: Database, count: int) -> None:
    async with database.writing() as connection:
        olt_id = (await inventory.sync_olts(connection, [("a", "192.0.2.1")], 1.0))["a"]
        new = [{"olt_id": olt_id, "port": "0/1/0", "ont_id": n, "state": "offline", "revision": 1} for n in range(MANY)]
        ids = await inventory.insert_onts(connection, new)
    rows = [row_of(number, ids[number]) for number in range(count)]
    for _ in range(2):  # twice in one transaction too
        async with database.writing() as connection:
            await inventory.update_onts(connection, NAMES, iter(rows))
            await inventory.update_onts(connection, NAMES, iter(rows))
    columns = [schema.ont.c[name] for name in rows[0]]
    async with database.reading() as connection:
        query = select(*columns).where(schema.ont.c.revision == 9).order_by(schema.ont.c.id)
        assert [dict(row) for row in (await connection.execute(query)).mappings()] == rows
        rest = select(func.count()).where(schema.ont.c.revision == 1, schema.ont.c.state == "offline")
        assert (await connection.execute(rest)).scalar_one() == MANY - count


async def test_two_that_start_at_once_with_the_same_new_olts(database: Database) -> None:
    rival, names = Database(database.url), [(f"olt-{number}", "192.0.2.1") for number in range(20)]

    async def start(one: Database) -> dict[str, int]:
        async with one.writing() as connection:
            found = await inventory.sync_olts(connection, names, 1.0)
            await asyncio.sleep(0.01)
            return found

    first, second = await asyncio.gather(start(database), start(rival))
    await rival.close()
    assert first == second and len(first) == 20
