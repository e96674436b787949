"""What the door takes about incidents, alarms and planned work."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import datetime

import pytest
from doors import OLT, World, make_world
from outages import ALARM, INCIDENT, put_outages
from people import ANNA, BERT

from noc_console.domain.alarms.states import AlarmState, incident_number, standing
from noc_console.domain.errors import ActionRefused
from noc_console.domain.handling import COMMENTS, HANDLINGS, MAINTENANCE, Handling
from noc_console.domain.instants import next_instant
from noc_console.domain.intents import (
    Acknowledge,
    AddComment,
    EndMaintenance,
    PlanMaintenance,
    Shelve,
    Unacknowledge,
    Unshelve,
)
from noc_console.domain.spans import lasting, parse_span
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore


@pytest.fixture
async def world(database: Database) -> World:
    made = await make_world(database)
    await put_outages(made)
    return made


async def _handling(world: World, about: str = "INC-17") -> Handling:
    return next(one for one in await RecordStore(world.database).all(HANDLINGS) if one.about == about)


@pytest.mark.parametrize("name", ["INC-17", "inc-17", "inc17", "#17", "17", " INC-17 "])
def test_an_incident_is_known_by_its_number(name: str) -> None:
    assert incident_number(name) == 17


async def test_an_acknowledgement_says_who_and_of_what(world: World) -> None:
    answer = await world.door.ask(ANNA, Acknowledge("inc-17"))
    assert answer.text == "INC-17: acknowledged as critical with 41 down"
    handling = await _handling(world)
    assert (handling.ack_by, handling.ack_severity, handling.ack_affected, handling.ack_cause) == (
        "anna", "critical", 41, "fibre",
    )  # fmt: skip
    assert standing(INCIDENT, handling, time.time()) is AlarmState.ACKED
    (entry,) = await world.rows("audit")
    assert (entry["action"], entry["target"], entry["actor"]) == ("acknowledge", "INC-17", "anna")


@pytest.mark.parametrize("name", ["", "INC-", "INC-x", "1e3", "-17", "INC-17 ; DROP TABLE incident", "I" * 5000])
def test_what_is_no_number_names_no_incident(name: str) -> None:
    assert incident_number(name) is None


async def test_an_acknowledgement_passes_to_a_colleague_and_can_be_taken_back(world: World) -> None:
    await world.door.ask(ANNA, Acknowledge("INC-17"))
    answer = await world.door.ask(BERT, Acknowledge("INC-17"))
    assert answer.text.endswith("before by anna")
    await world.door.ask(ANNA, Unacknowledge("INC-17"))
    assert await _handling(world) == Handling("INC-17", revision=(await _handling(world)).revision)
    with pytest.raises(ActionRefused, match="nobody has acknowledged INC-17"):
        await world.door.ask(ANNA, Unacknowledge("INC-17"))


async def test_an_alarm_that_came_and_went_unseen_is_acknowledged_once(world: World) -> None:
    await world.door.ask(ANNA, Acknowledge(f"fan {OLT} 1"))
    with pytest.raises(ActionRefused, match="is over: nothing is left to acknowledge"):
        await world.door.ask(ANNA, Acknowledge(f"fan {OLT} 1"))
    await world.door.ask(ANNA, Acknowledge(ALARM.key))
    assert standing(ALARM, await _handling(world, ALARM.key), time.time()) is AlarmState.ACKED


async def test_comments_are_kept_whole_and_harmless(world: World) -> None:
    text = "crew \x1b[2J [bold]ETA[/] 15:10\n\nasked '; DROP TABLE comment; --  " + "x" * 1000
    await world.door.ask(ANNA, AddComment("INC-17", text))
    await world.door.ask(ANNA, AddComment("INC-16", "stragglers remain"))
    late, early = await RecordStore(world.database).all(COMMENTS)
    assert early.text.startswith("crew ·[2J [bold]ETA[/] 15:10 asked '; DROP TABLE comment; -- xxx")
    assert early.text.endswith("x" * 1000)
    assert (late.about, late.by) == ("INC-16", "anna")


async def test_a_shelf_ends_by_itself_and_says_why_it_was(world: World) -> None:
    answer = await world.door.ask(ANNA, Shelve("INC-17", 4 * 3600.0, "splice at dawn"))
    assert answer.text == "INC-17: shelved for 4h"
    shelf, now = await _handling(world), time.time()
    assert standing(INCIDENT, shelf, now) is AlarmState.SHELVED
    assert standing(INCIDENT, shelf, now + 4 * 3600.0) is AlarmState.UNACKED
    assert standing(replace(INCIDENT, affected=400), shelf, now) is AlarmState.UNACKED, (
        "no shelf hides an outage that grows"
    )
    (comment,) = await RecordStore(world.database).all(COMMENTS)
    assert comment.text == "shelved for 4h: splice at dawn"
    await world.door.ask(BERT, Unshelve("INC-17"))
    assert standing(INCIDENT, await _handling(world), time.time()) is AlarmState.ACKED
    with pytest.raises(ActionRefused, match="not shelved"):
        await world.door.ask(BERT, Unshelve("INC-17"))


PLANNED = PlanMaintenance(3600.0, "splicing", olt=OLT)
WRONG = [
    (Acknowledge("INC-99"), "no incident or alarm 'INC-99'"),
    (Acknowledge("INC-16"), "is over"),
    (Acknowledge(""), "no incident or alarm"),
    (Unacknowledge("fan olt-9"), "no incident or alarm"),
    (AddComment("INC-99", "crew"), "no incident or alarm"),
    (AddComment("INC-17", " \n\t "), "1 to 2000 characters, not 0"),
    (AddComment("INC-17", "x" * 2001), "1 to 2000 characters, not 2001"),
    (Shelve("INC-99", 3600.0), "no incident or alarm"),
    (Shelve("INC-16", 3600.0), "is over"),
    (Shelve("INC-17", 59.0), "1m to 7d"),
    (Shelve("INC-17", 7 * 86400.0 + 1), "1m to 7d"),
    (Shelve("INC-17", float("inf")), "1m to 7d"),
    (Shelve("INC-17", float("nan")), "1m to 7d"),
    (Unshelve("INC-99"), "no incident or alarm"),
    (replace(PLANNED, olt=None), "needs a place"),
    (replace(PLANNED, olt="south"), "no OLT 'south'"),
    (replace(PLANNED, port="0/9/9"), "no PON port 0/9/9"),
    (replace(PLANNED, port="x"), "port: "),
    (replace(PLANNED, olt=None, port="0/1/0"), "of which OLT"),
    (replace(PLANNED, splitter="SP-9"), "no splitter 'SP-9'"),
    (replace(PLANNED, port="0/1/1", splitter="SP-7"), f"SP-7 hangs on {OLT} 0/1/0"),
    (replace(PLANNED, zone="south"), "no zone 'south'"),
    (replace(PLANNED, lasts_s=31 * 86400.0), "1m to 30d"),
    (replace(PLANNED, lasts_s=0.0), "1m to 30d"),
    (replace(PLANNED, starts_at=time.time() + 30 * 86400.0), "within 30d"),
    (replace(PLANNED, starts_at=time.time() - 7200), "over already"),
    (replace(PLANNED, starts_at=float("nan")), "begins at no instant"),
    (EndMaintenance(99), "no maintenance 99"),
]


async def test_what_is_wrong_is_named_audited_and_not_done(world: World) -> None:
    tables = ("handling", "comment", "maintenance")
    for number, (intent, said) in enumerate(WRONG, 1):
        with pytest.raises(ActionRefused, match=re.escape(said)):
            await world.door.ask(ANNA, intent)
        assert len(await world.results()) == number, intent
    assert [await world.rows(table) for table in tables] == [[], [], []]
    assert all(result.startswith("refused: ") for result in await world.results())


async def test_work_is_planned_where_it_is_and_ended_before_its_time(world: World) -> None:
    places = {
        OLT: PLANNED,
        f"{OLT} 0/1/0": replace(PLANNED, port="0/1/0"),
        "SP-7": replace(PLANNED, olt=None, splitter="SP-7"),
        f"{OLT} SP-7": replace(PLANNED, splitter="SP-7"),
        "zone north": replace(PLANNED, olt=None, zone="north"),
    }
    for place, intent in places.items():
        answer = await world.door.ask(ANNA, intent)
        window = (await RecordStore(world.database).all(MAINTENANCE))[0]
        assert (window.id, window.place, window.reason, window.by) == (answer.id, place, "splicing", "anna")
        assert window.until_at - window.starts_at == pytest.approx(3600)
        assert window.active(time.time())
    await world.door.ask(BERT, EndMaintenance(window.id))
    window = (await RecordStore(world.database).all(MAINTENANCE))[0]
    assert window.ended_by == "bert" and not window.active(time.time())
    with pytest.raises(ActionRefused, match="over already"):
        await world.door.ask(BERT, EndMaintenance(window.id))


async def test_work_may_begin_later_or_have_begun(world: World) -> None:
    now = time.time()
    await world.door.ask(ANNA, PlanMaintenance(3600.0, "splicing", olt=OLT, starts_at=now + 7200))
    await world.door.ask(ANNA, PlanMaintenance(3600.0, "splicing", olt=OLT, starts_at=now - 1800))
    begun, later = await RecordStore(world.database).all(MAINTENANCE)
    assert not later.active(now) and later.active(now + 7300)
    assert begun.starts_at >= now and begun.until_at == pytest.approx(now + 1800)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("4h", 14400), ("1h30m", 5400), ("2d", 172800), (" 1.5H ", 5400)]
)
def test_lengths_of_time_are_read(text: str, seconds: float) -> None:
    assert parse_span(text) == seconds


@pytest.mark.parametrize("text", ["", "4", "h", "-4h", "4x", "4h!", "inf", "１h" * 9, "4h" + "9" * 400 + "d"])
def test_what_is_no_length_of_time_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="write 30m, 4h, 1h30m or 2d"):
        parse_span(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0s"), (60, "1m"), (5400, "1h30m"), (86400 * 7, "7d"), (90061, "1d1h"), (3601, "1h")]
)
def test_lengths_of_time_are_told(seconds: float, text: str) -> None:
    assert lasting(seconds) == text


def test_a_time_of_day_is_the_next_one() -> None:
    now = datetime(2026, 3, 9, 22, 0).timestamp()
    assert next_instant("22:30", now) == datetime(2026, 3, 9, 22, 30).timestamp()
    assert next_instant("02:00", now) == datetime(2026, 3, 10, 2, 0).timestamp()
    assert next_instant("2026-03-09T23:00", now) == datetime(2026, 3, 9, 23, 0).timestamp()
    with pytest.raises(ValueError, match="soon"):
        next_instant("soon", now)
