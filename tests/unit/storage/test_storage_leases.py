"""Leases: one holder at a time, by the database's clock; a stale holder's write is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from services import PATIENCE_S, eventually
from sqlalchemy import text

from noc_console.storage import inventory
from noc_console.storage.database import Database
from noc_console.storage.leases import Asking, LeaseLost, LeaseStore, guard

LONG_S = 60.0
ENDED_S = -0.001
"""A lease that has ended when it is given."""


@pytest.fixture
async def olts(database: Database) -> list[int]:
    async with database.writing() as connection:
        names = [(name, "192.0.2.1") for name in ("a", "b", "c")]
        return sorted((await inventory.sync_olts(connection, names, 1.0)).values())


@pytest.fixture
async def rival(database: Database) -> AsyncIterator[Database]:
    """The same database, as another program sees it."""
    other = Database(database.url)
    yield other
    await other.close()


async def passes(database: Database, olt_id: int, token: int | None) -> bool:
    try:
        async with database.writing() as connection:
            await guard(connection, olt_id, token)
    except LeaseLost:
        return False
    return True


async def test_a_free_lease_is_taken_and_kept_from_others(database: Database, rival: Database, olts: list[int]) -> None:
    ours, theirs = LeaseStore(database), LeaseStore(rival)
    assert await ours.take(olts[:2], "us", LONG_S) == dict.fromkeys(olts[:2], 1)
    assert await theirs.take(olts, "they", LONG_S) == {olts[2]: 1}
    assert await ours.take(olts, "us", LONG_S) == dict.fromkeys(olts[:2], 1), "again, without a new token"


async def test_a_token_grows_with_each_new_holder(database: Database, olts: list[int]) -> None:
    store = LeaseStore(database)
    tokens = [(await store.take(olts[:1], holder, ENDED_S))[olts[0]] for holder in ("a", "b", "b", "a")]
    assert tokens == [1, 2, 2, 3]
    await store.release(olts, "a")
    assert await store.take(olts[:1], "a", LONG_S) == {olts[0]: 3}, "a release does not start the count again"
    await store.release(olts, "a")
    assert await store.take(olts[:1], "c", LONG_S) == {olts[0]: 4}


async def test_a_lease_ends_by_the_databases_clock(database: Database, rival: Database, olts: list[int]) -> None:
    await LeaseStore(database).take(olts, "us", 0.3)
    assert await LeaseStore(rival).take(olts, "they", LONG_S) == {}

    async def theirs() -> bool:
        return len(await LeaseStore(rival).take(olts, "they", LONG_S)) == len(olts)

    await eventually(theirs)


async def test_a_renewed_lease_lasts(database: Database, rival: Database, olts: list[int]) -> None:
    ours = LeaseStore(database)
    tokens = await ours.take(olts, "us", ENDED_S)
    assert await ours.renew(tokens, "us", LONG_S) == set(olts), "it had ended, and nobody had taken it"
    assert await LeaseStore(rival).take(olts, "they", LONG_S) == {}


async def test_a_lost_lease_is_not_renewed(database: Database, rival: Database, olts: list[int]) -> None:
    ours = LeaseStore(database)
    tokens = await ours.take(olts, "us", ENDED_S)
    await LeaseStore(rival).take(olts[:1], "they", LONG_S)
    assert await ours.renew(tokens, "us", LONG_S) == set(olts[1:])
    assert await ours.renew({}, "us", LONG_S) == set()


async def test_only_the_holder_releases(database: Database, rival: Database, olts: list[int]) -> None:
    await LeaseStore(database).take(olts, "us", LONG_S)
    await LeaseStore(rival).release(olts, "they")
    assert await LeaseStore(rival).take(olts, "they", LONG_S) == {}
    await LeaseStore(database).release(olts, "us")
    assert set(await LeaseStore(rival).take(olts, "they", LONG_S)) == set(olts)


async def test_a_stale_holder_is_refused(database: Database, rival: Database, olts: list[int]) -> None:
    olt_id = olts[0]
    old = (await LeaseStore(database).take(olts, "us", ENDED_S))[olt_id]
    assert await passes(database, olt_id, old), "nobody else has taken it"
    new = (await LeaseStore(rival).take(olts, "they", LONG_S))[olt_id]
    assert (await passes(database, olt_id, old), await passes(rival, olt_id, new)) == (False, True)
    assert not await passes(database, olt_id, None)


async def test_nobody_passes_at_an_olt_without_a_lease(database: Database, olts: list[int]) -> None:
    assert not await passes(database, olts[0], 1)


async def test_a_lease_cannot_be_taken_while_its_holder_writes(
    database: Database, rival: Database, olts: list[int]
) -> None:
    """Else both would have passed the guard, and the stale one would commit last."""
    olt_id = olts[0]
    order: list[str] = []
    token = (await LeaseStore(database).take(olts, "us", ENDED_S))[olt_id]

    async def take() -> None:
        while not await LeaseStore(rival).take([olt_id], "they", LONG_S):
            await asyncio.sleep(0)
        order.append("taken")

    async with database.writing() as connection:
        await guard(connection, olt_id, token)
        taking = asyncio.create_task(take())
        for _ in range(20):
            await connection.execute(text("SELECT 1"))
            await asyncio.sleep(0.005)
        order.append("written")
    await taking
    assert order == ["written", "taken"]
    assert not await passes(database, olt_id, token)


async def test_a_renewal_and_a_request_do_not_wait_for_a_write_under_way(
    database: Database, rival: Database, olts: list[int]
) -> None:
    """Else a collector with many OLTs loses them all while it writes what it read of them."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    tokens = await LeaseStore(database).take(olts, "us", LONG_S)
    async with database.writing() as connection:
        await guard(connection, olts[1], tokens[olts[1]])
        async with asyncio.timeout(PATIENCE_S):
            assert await LeaseStore(rival).renew(tokens, "us", LONG_S) == set(olts)
            await Asking(rival, "they").ask(olts)


async def test_many_takers_at_once_share_without_overlap(database: Database, olts: list[int]) -> None:
    rivals = [Database(database.url) for _ in range(4)]
    won = await asyncio.gather(
        *(LeaseStore(one).take(olts if n % 2 else olts[::-1], str(n), LONG_S) for n, one in enumerate(rivals))
    )
    assert sorted(olt_id for tokens in won for olt_id in tokens) == olts
    for one in rivals:
        await one.close()
