"""Collectors that share the work: who lives, who leads, who is struck out; judged by the database's clock."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text, update

from noc_console.collector.membership import Membership
from noc_console.domain.agreement import RELEASE, as_text
from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S, Collector
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import read_collectors
from noc_console.storage.leases import Asking, LeaseStore
from noc_console.storage.members import Members
from noc_console.storage.sources import CollectorRegister, NotAtWork


def collector(name: str, clock_at: float = 1.0) -> Collector:
    return Collector(name, f"host-{name}", 1, "daemon", 1.0, 1.0, clock_at=clock_at, region=f"region-{name}")


async def silence(database: Database, name: str) -> None:
    """Let a collector have been silent for too long."""
    late = schema.collector.c.heartbeat_at - COLLECTOR_DEAD_AFTER_S - 1
    async with database.writing() as connection:
        mine = update(schema.collector).where(schema.collector.c.id == name)
        await connection.execute(mine.values(heartbeat_at=late))


async def test_the_first_leads_until_it_leaves(database: Database) -> None:
    members, register = Members(database), CollectorRegister(database)
    for name in ("a", "b"):
        assert await members.join(collector(name))
    first, second = await members.beat(collector("a")), await members.beat(collector("b"))
    assert first and second and (first.leads, second.leads) == (True, False)
    assert second.members == {"a": "region-a", "b": "region-b"}
    await register.leave("a")
    heir = await members.beat(collector("b"))
    assert heir and heir.leads and set(heir.members) == {"b"}


async def test_whoever_is_silent_is_struck_out_and_writes_no_more(database: Database) -> None:
    members, register = Members(database), CollectorRegister(database)
    for name in ("a", "b"):
        await members.join(collector(name))
        await members.beat(collector(name))
    behind = database.fenced(register.fence("a"))
    async with behind.writing():
        pass
    await silence(database, "a")
    heir = await members.beat(collector("b"))
    assert heir and heir.leads and list(heir.struck_out) == ["host-a"]
    assert await members.beat(collector("a")) is None
    with pytest.raises(NotAtWork):
        async with behind.writing():
            pass


async def test_a_collectors_own_clock_says_nothing(database: Database) -> None:
    members = Members(database)
    await members.join(collector("a", clock_at=1e6))
    await members.join(collector("b", clock_at=9e9))
    for name, at in (("a", 1e6), ("b", 9e9), ("a", 1e6)):
        standing = await members.beat(collector(name, at))
        assert standing and set(standing.members) == {"a", "b"} and not standing.struck_out


async def test_who_works_alone_and_who_share_keep_each_other_out(database: Database) -> None:
    members, register = Members(database), CollectorRegister(database)
    assert await register.take_over(collector("alone"))
    assert not await members.join(collector("a"))
    await register.leave("alone")
    assert await members.join(collector("a"))
    assert not await register.take_over(collector("alone"))
    await silence(database, "a")
    assert await register.take_over(collector("alone"))
    async with database.reading() as connection:
        assert [one.id for one in await read_collectors(connection)] == ["alone"]


async def test_many_that_beat_at_once_have_one_leader(database: Database) -> None:
    rivals = [Database(database.url) for _ in range(4)]
    names = [f"c{number}" for number in range(len(rivals))]
    for name in names:
        assert await Members(database).join(collector(name))
    standings = await asyncio.gather(
        *(Members(one).beat(collector(name)) for one, name in zip(rivals, names, strict=True))
    )
    assert sum(standing is not None and standing.leads for standing in standings) == 1
    for one in rivals:
        await one.close()


async def test_a_writer_that_froze_holds_up_no_heartbeat(database: Database) -> None:
    """Its row is locked until the server ends its transaction: the others' heartbeats must not wait for that."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    members, other = Members(database), Database(database.url)
    for name in ("a", "b"):
        await members.join(collector(name))
    await silence(database, "a")
    async with other.fenced(CollectorRegister(other).fence("a")).writing() as frozen:
        await frozen.execute(text("SELECT 1"))
        standing = await asyncio.wait_for(members.beat(collector("b")), 5)
        assert standing and not standing.struck_out
    standing = await members.beat(collector("b"))
    assert standing and list(standing.struck_out) == ["host-a"]
    await other.close()


async def test_who_polls_an_olt_hears_that_somebody_asked(database: Database) -> None:
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [(name, "192.0.2.1") for name in "abc"], 1.0)
    store = LeaseStore(database)
    await store.take([ids["a"], ids["b"]], "us", 60.0)
    await store.take([ids["c"]], "they", 60.0)
    ours, theirs = Asking(database, "us"), Asking(database, "they")
    assert (await ours.asked(), await theirs.asked()) == ([], [])
    await ours.ask([ids["c"]])
    await theirs.ask([ids["a"], ids["b"]])
    await theirs.ask([ids["a"]])
    assert sorted(await ours.asked()) == sorted([ids["a"], ids["b"]])
    assert (await ours.asked(), await theirs.asked()) == ([], [ids["c"]])


async def test_the_leader_tells_who_is_configured_otherwise_once_after_each_change(database: Database) -> None:
    register, members = CollectorRegister(database), {name: Membership(database, ()) for name in ("a", "b")}
    for name, marks in (("a", {RELEASE: "1"}), ("b", {RELEASE: "2"})):
        assert await members[name].join(replace(collector(name), marks=as_text(marks)))

    async def told(name: str) -> list[str]:
        standing = await members[name].beat(collector(name))
        assert standing is not None
        return await members[name].new_differences(standing, register)

    (sentence,) = await told("a")
    assert "host-b" in sentence and "runs release 2, not 1" in sentence
    assert await told("a") == await told("b") == []
    await register.leave("b")
    assert await told("a") == []
