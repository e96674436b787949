"""The audit log's signed heads, and what a look at the log notices: what was changed, taken out, cut off, rewritten."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from doors import World, make_world, proper
from people import ANNA, person
from sqlalchemy import delete, select, update

from noc_console.collector.audit_signing import AuditSigner
from noc_console.collector.clock import CLOCK
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ActionRefused, ConfigError, SourceUnavailable
from noc_console.domain.intents import AcceptAudit, Act
from noc_console.domain.operators import Role
from noc_console.domain.targets import Target
from noc_console.operations.door import Door
from noc_console.storage import audit, schema
from noc_console.storage.audit import Broken
from noc_console.storage.audit_heads import Head, append_head, find_broken, newest_head, private_key, read_heads, sign
from noc_console.storage.audit_watch import AuditWatch, Verified
from noc_console.storage.database import Database

ADMIN = person("ada", Role.ADMIN)


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "heads.jsonl"


@pytest.fixture
async def world(database: Database, heads: Path) -> World:
    made = await make_world(database, retention={"audit_heads": str(heads)})
    for number in range(3):
        await made.door.ask(ANNA, proper(JobKind.REBOOT, made.onts[number], number))
    return made


def signer(world: World, heads: Path) -> AuditSigner:
    return AuditSigner(world.database, heads, 600.0, CLOCK)


async def look(world: World, heads: Path, watch: AuditWatch | None = None) -> Verified:
    async with world.database.reading() as connection:
        return await (watch or AuditWatch(heads)).look(connection)


async def whole(world: World, heads: Path) -> Broken | None:
    async with world.database.reading() as connection:
        return await find_broken(connection, read_heads(heads))


async def change(world: World, entry: int) -> None:
    async with world.database.writing() as connection:
        table = schema.audit
        await connection.execute(update(table).where(table.c.id == entry).values(actor="nobody"))


async def cut(world: World, after: int, fitting: bool = False) -> None:
    """Take out what came after an entry; ``fitting`` also moves the anchor in the database."""
    async with world.database.writing() as connection:
        table, anchor = schema.audit, schema.audit_anchor
        await connection.execute(delete(table).where(table.c.id > after))
        if fitting:
            last = (await connection.execute(select(table.c.digest).where(table.c.id == after))).scalar_one()
            moved = update(anchor).where(anchor.c.name == audit.NEWEST).values(entry_id=after, digest=last)
            await connection.execute(moved)


async def test_a_head_is_signed_once_for_each_newest_entry(world: World, heads: Path) -> None:
    one = signer(world, heads)
    await one.turn()
    done = await one.turn()
    assert done.detail == "the audit log holds to entry 3"
    (head,) = read_heads(heads)
    assert (head.entry, head.why_wrong()) == (3, None)
    assert stat.S_IMODE(heads.with_suffix(".key").stat().st_mode) == 0o600
    await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[3], 3))
    await signer(world, heads).turn()
    assert [head.entry for head in read_heads(heads)] == [3, 4] and newest_head(heads) == read_heads(heads)[-1]
    assert await whole(world, heads) is None


async def test_a_changed_entry_stops_all_acting_but_no_look(world: World, heads: Path) -> None:
    await change(world, 2)
    told = "the audit log was tampered with: entry 2 is changed"
    with pytest.raises(ActionRefused, match=told):
        await Door(world.database, world.config).ask(ANNA, proper(JobKind.REBOOT, world.onts[5], 5))
    assert len(await world.rows("job")) == 3
    assert (await world.results())[-1].startswith("refused: the audit log was tampered with")
    assert await world.door.ask(ANNA, Act(JobKind.REFRESH, Target.ont(world.onts[5])))
    with pytest.raises(SourceUnavailable, match="entry 2 is changed"):
        await signer(world, heads).turn()
    assert read_heads(heads) == [], "what is broken is not signed"


@pytest.mark.parametrize("fitting", [False, True])
async def test_a_cut_end_is_noticed_even_where_the_database_was_made_to_fit(
    world: World, heads: Path, fitting: bool
) -> None:
    await signer(world, heads).turn()
    await cut(world, 1, fitting)
    assert (await look(world, heads)).broken is not None
    with pytest.raises(ActionRefused, match=r"tampered with: entry \d is (cut off|missing)"):
        await Door(world.database, world.config).ask(ANNA, proper(JobKind.REBOOT, world.onts[5], 5))
    found = await whole(world, heads)
    assert found is not None and found.entry_id in (2, 3)


async def test_a_cut_end_stays_missed_when_entries_follow(world: World, heads: Path) -> None:
    await cut(world, 2)
    async with world.database.writing() as connection:
        await audit.append(connection, audit.Entry.by(ANNA, "reboot", "x", "calls", "requested"), 9.0)
    assert await whole(world, heads) == Broken(3, "missing")


async def test_a_rewritten_chain_fits_itself_and_not_its_heads(world: World, heads: Path) -> None:
    await signer(world, heads).turn()
    async with world.database.writing() as connection:
        table, previous = schema.audit, ""
        for row in (await connection.execute(select(table).order_by(table.c.id))).mappings().all():
            values = {**row, "actor": "bert"}
            made = audit.digest(previous, values)
            changed = {"actor": "bert", "previous": previous, "digest": made}
            await connection.execute(update(table).where(table.c.id == row["id"]).values(changed))
            previous = made
        await connection.execute(update(schema.audit_anchor).values(digest=previous))
        assert await audit.first_broken(connection) is None
    assert await whole(world, heads) == Broken(3, "changed")
    assert (await look(world, heads)).broken == Broken(3, "changed")


async def test_a_look_reads_only_what_came_since(world: World, heads: Path) -> None:
    await signer(world, heads).turn()
    watch = AuditWatch(heads)
    assert (await look(world, heads, watch)).from_id == 4
    await change(world, 1)
    assert (await look(world, heads, watch)).broken is None, "only a whole verification reads what was verified before"
    assert await whole(world, heads) == Broken(1, "changed")
    await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[3], 3))
    await change(world, 4)
    assert (await look(world, heads, watch)).broken == Broken(4, "changed")


async def test_what_others_append_meanwhile_is_no_fault(world: World, heads: Path) -> None:
    async with world.database.reading(snapshot=True) as connection:
        before = await audit.newest(connection)
        await world.door.ask(ANNA, proper(JobKind.REBOOT, world.onts[3], 3))
        assert (await AuditWatch(heads).look(connection)) == Verified(before, None, 1)
    assert (await look(world, heads)).newest.entry_id == before.entry_id + 1


async def test_an_admin_goes_on_and_what_was_broken_stays_told(world: World, heads: Path) -> None:
    await change(world, 2)
    reboot = proper(JobKind.REBOOT, world.onts[5], 5)
    with pytest.raises(ActionRefused, match="needs admin"):
        await world.door.ask(person("olga", Role.OPERATOR), AcceptAudit("restored from backup"))
    door = Door(world.database, world.config)
    with pytest.raises(ActionRefused, match="tampered"):
        await door.ask(ANNA, reboot)
    answer = await door.ask(ADMIN, AcceptAudit("restored from backup"))
    assert answer.text.startswith("accepted: entry 2 is changed; trusted from entry ")
    assert await door.ask(ANNA, reboot)
    assert await whole(world, heads) == Broken(2, "changed")


@pytest.mark.parametrize("spoil", ["digest", "entry", "at", "signature", "key"])
def test_a_forged_head_is_no_head(heads: Path, tmp_path: Path, spoil: str) -> None:
    key, other = private_key(tmp_path / "a.key"), private_key(tmp_path / "b.key")
    append_head(heads, sign(1, "aa", key, 5.0))
    head = sign(2, "bb", other if spoil == "key" else key, 6.0)
    text = head.as_line()
    text = {
        "digest": text.replace('"bb"', '"cc"'),
        "entry": text.replace('"entry": 2', '"entry": 3'),
        "at": text.replace("6.0", "7.0"),
        "signature": text.replace(head.signature[:8], "AAAAAAAA"),
        "key": text,
    }[spoil]
    with heads.open("a") as file:
        file.write(text + "\n")
    with pytest.raises(ConfigError, match=r"line 2: (its signature does not fit|it is signed with another key)"):
        read_heads(heads)


@pytest.mark.parametrize("text", ["garbage\n", "[]\n", "{}\n", '{"entry": 1}\n', "\x00\xff\n", "[" * 5000 + "\n"])
async def test_heads_that_are_none_stop_acting_with_a_reason(world: World, heads: Path, text: str) -> None:
    await asyncio.to_thread(heads.write_text, text)
    with pytest.raises(ConfigError, match=r"heads\.jsonl"):
        read_heads(heads)
    with pytest.raises(ActionRefused, match="cannot be verified"):
        await Door(world.database, world.config).ask(ANNA, proper(JobKind.REBOOT, world.onts[5], 5))


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "heads.key"
    assert private_key(file).public_key() == private_key(file).public_key()
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="others may read this key"):
        private_key(file)


def test_a_head_reads_back_as_it_was_written(tmp_path: Path) -> None:
    head = sign(7, "ab" * 32, private_key(tmp_path / "k"), 1234.5)
    assert Head.parse(head.as_line()) == head
