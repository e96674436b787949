"""Messages in the database: each is taken once, and what was said stays known."""

from __future__ import annotations

import pytest

from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.changes import Severity
from noc_console.domain.notices import Happened, Notice, Told
from noc_console.storage.database import Database
from noc_console.storage.notices import KEEP_S, NoticeStore
from noc_console.storage.records import RecordStore

NOW = 10_000_000.0
FAN = Alarm("fan olt-1 0", "fan", "olt-1 fan 0", Severity.MAJOR, NOW, NOW, "state fault")


@pytest.fixture
def store(database: Database) -> NoticeStore:
    return NoticeStore(database)


def notice(about: str, at: float = NOW, happened: Happened = Happened.RAISED) -> Notice:
    return Notice(Told(about, happened, Severity.MAJOR, 0, "fan", at, at), f"about {about}", "body")


async def test_what_was_said_last_is_known(store: NoticeStore) -> None:
    assert (await store.known(NOW)).looked_at is None
    await store.look(NOW - 5)
    await store.look(NOW)
    await store.add([notice("a"), notice("b", happened=Happened.KNOWN)], ["t1", "t2"], NOW)
    await store.add([notice("a", NOW + 1, Happened.CLEARED)], ["t1", "t2"], NOW + 1)
    found = await store.known(NOW)
    assert {name: told.happened for name, told in found.told.items()} == {"a": Happened.CLEARED, "b": Happened.KNOWN}
    assert found.looked_at == NOW
    assert await store.sent_since(NOW - 1) == 2, "two messages, however many targets each has"
    assert await store.sent_since(NOW) == 1


async def test_a_message_is_taken_once_and_in_order(store: NoticeStore) -> None:
    await store.add([notice("a"), notice("b")], ["t1", "t2"], NOW)
    first = await store.take("t1", NOW)
    assert first and (first.title, first.tries) == ("about a", 1)
    second = await store.take("t1", NOW)
    assert second and second.title == "about b"
    assert await store.take("t1", NOW) is None
    await store.failed(first, "503", NOW + 10)
    assert await store.take("t1", NOW + 9) is None
    again = await store.take("t1", NOW + 10)
    assert again and (again.id, again.tries) == (first.id, 2)
    await store.sent(again)
    assert await store.give_up_unknown() == 1, "the second one"
    assert await store.take("t1", NOW + 9999) is None
    other = await store.take("t2", NOW)
    assert other and other.title == "about a"


async def test_what_is_old_goes_but_for_what_still_holds(store: NoticeStore, database: Database) -> None:
    await RecordStore(database).put(ALARMS, [FAN])
    await store.add([notice(FAN.key), notice("gone")], ["t1"], NOW)
    await store.drop_old(NOW + KEEP_S - 1)
    assert len((await store.known(NOW)).told) == 2
    await store.drop_old(NOW + KEEP_S + 1)
    assert list((await store.known(NOW)).told) == [FAN.key]
