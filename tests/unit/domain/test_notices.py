"""Which messages are due, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.states import name_of
from noc_console.domain.changes import Severity
from noc_console.domain.handling import Handling
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope, Where
from noc_console.domain.incidents.records import IncidentRecord, record_of
from noc_console.domain.notices import FLOOD_ABOUT, Happened, Notice, Subject, Told, Wishes, due, known

NOW = 10_000.0
WISHES = Wishes("metro-1", alarms=True, min_severity=Severity.MINOR)
FIBRE: IncidentRecord = record_of(
    Incident(
        number=17, state=Life.CONFIRMED, severity=Severity.CRITICAL, cause=Cause.FIBRE, scope=Scope.BRANCH,
        where=Where(olt="olt-3", port="0/3/7", splitter="SP-7"), affected=40, total=64, alive=24, business=2,
        first_loss_at=9000.0, confidence=0.94, text=("40 lost their light within 2 s.",),
        stragglers=(("olt-3", "0/3/7", 4),),
    )
)  # fmt: skip
FAN = Alarm("fan olt-1 0", "fan", "olt-1 fan 0", Severity.MAJOR, 9900.0, 9900.0, "state fault", olt="olt-1")


class Line:
    """What is said as one thing goes on; everything that is said counts as said."""

    def __init__(self, wishes: Wishes = WISHES) -> None:
        self.wishes = wishes
        self.told: dict[str, Told] = {}

    def at(self, now: float, *subjects: Subject, handlings: Iterable[Handling] = ()) -> list[Happened]:
        notices = self.notices(now, *subjects, handlings=handlings)
        return [one.told.happened for one in notices]

    def notices(self, now: float, *subjects: Subject, handlings: Iterable[Handling] = ()) -> list[Notice]:
        found = due(self.wishes, subjects, {one.about: one for one in handlings}, self.told, now)
        self.told |= {one.told.about: one.told for one in found}
        return found


def test_an_incident_is_told_at_each_turn_and_never_twice() -> None:
    line = Line()
    assert line.at(0, replace(FIBRE, state=Life.SUSPECTED)) == []
    assert line.at(1, FIBRE) == [Happened.CONFIRMED]
    assert line.at(2, FIBRE) == line.at(3, replace(FIBRE, affected=49)) == line.at(4, replace(FIBRE, affected=1)) == []
    assert line.at(5, replace(FIBRE, affected=50)) == [Happened.GREW]
    assert line.at(6, replace(FIBRE, affected=59)) == []
    assert line.at(7, replace(FIBRE, affected=50, cause=Cause.POWER)) == [Happened.CAUSE]
    power = replace(FIBRE, affected=50, cause=Cause.POWER)
    assert line.at(8, replace(power, state=Life.CLEARING, affected=90, cause=Cause.FIBRE)) == []
    assert line.at(9, replace(power, state=Life.RESOLVED)) == [Happened.RESOLVED]
    assert line.at(10, replace(power, state=Life.RESOLVED)) == []


def test_an_incident_that_was_nothing_is_taken_back_where_it_was_told() -> None:
    line = Line()
    assert line.at(0, replace(FIBRE, removed_at=0.0)) == []
    assert line.at(1, FIBRE) == [Happened.CONFIRMED]
    assert line.at(2, replace(FIBRE, removed_at=2.0)) == [Happened.WITHDRAWN]
    assert line.at(3, replace(FIBRE, removed_at=2.0)) == []


@pytest.mark.parametrize(
    ("before", "after", "told"), [(200, 215, False), (200, 250, True), (8, 17, False), (8, 18, True)]
)
def test_a_creeping_outage_is_not_told_at_each_step(before: int, after: int, told: bool) -> None:
    line = Line()
    line.at(0, replace(FIBRE, affected=before))
    assert line.at(1, replace(FIBRE, affected=after)) == ([Happened.GREW] if told else [])


def test_an_incident_that_gets_severe_is_told_then() -> None:
    line = Line(replace(WISHES, min_severity=Severity.MAJOR))
    small = replace(FIBRE, severity=Severity.MINOR)
    assert line.at(0, small) == []
    assert line.at(1, replace(small, state=Life.RESOLVED)) == [], "who was told nothing is told no end"
    assert line.at(2, replace(small, severity=Severity.MAJOR)) == [Happened.CONFIRMED]
    assert line.at(3, FIBRE) == [Happened.WORSE]
    assert line.at(4, small) == []
    assert line.at(5, replace(small, state=Life.RESOLVED)) == [Happened.RESOLVED]


def test_what_was_there_before_is_no_news_until_it_changes() -> None:
    line = Line()
    line.told = {one.told.about: one.told for one in known([FIBRE, FAN], NOW)}
    assert line.at(NOW, FIBRE, FAN) == []
    assert line.at(NOW, replace(FIBRE, affected=90)) == [Happened.GREW]
    quiet = Line()
    quiet.told = {one.told.about: one.told for one in known([FIBRE, FAN], NOW)}
    over = replace(FIBRE, state=Life.RESOLVED), replace(FAN, cleared_at=NOW)
    assert quiet.at(NOW, *over) == []
    assert known([*over], NOW) == []


def test_what_is_hidden_is_told_when_it_is_hidden_no_more() -> None:
    shelf = Handling("INC-17", shelved_by="amy", shelved_at=0.0, shelved_until_at=100.0)
    line = Line()
    assert line.at(50, FIBRE, handlings=[shelf]) == []
    assert line.at(100, FIBRE, handlings=[shelf]) == [Happened.CONFIRMED]
    line = Line()
    assert line.at(0, replace(FIBRE, planned=True), replace(FAN, incident=17)) == []
    assert line.at(1, FIBRE, FAN) == [Happened.CONFIRMED, Happened.RAISED]
    assert line.at(2, replace(FIBRE, planned=True, state=Life.RESOLVED)) == [Happened.RESOLVED]
    assert Line(replace(WISHES, planned=True)).at(0, replace(FIBRE, planned=True)) == [Happened.CONFIRMED]


def test_an_alarm_is_told_when_it_is_raised_and_when_it_clears() -> None:
    line = Line()
    assert line.at(9900, FAN) == [Happened.RAISED]
    assert line.at(9950, replace(FAN, text="state stopped", changed_at=9950)) == []
    cleared = replace(FAN, cleared_at=9960)
    assert line.at(9960, cleared) == [Happened.CLEARED]
    assert line.at(9970, cleared) == []
    assert line.at(9990, replace(FAN, raised_at=9980.0)) == [Happened.RAISED]
    assert line.at(9991, replace(FAN, raised_at=9700.0)) == [Happened.RAISED], "by a collector whose clock is behind"


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (replace(WISHES, alarms=False), [Happened.CONFIRMED]),
        (replace(WISHES, incidents=False), [Happened.RAISED]),
        (replace(WISHES, min_severity=Severity.CRITICAL), [Happened.CONFIRMED]),
    ],
)
def test_only_what_is_wished_for(wishes: Wishes, expected: list[Happened]) -> None:
    assert Line(wishes).at(NOW, FIBRE, FAN) == expected


def test_a_flood_of_alarms_is_one_message_and_incidents_go_on() -> None:
    alarms = [replace(FAN, key=f"fan olt-{n} 0", raised_at=9900.0 + n) for n in range(30)]
    line = Line()
    said = line.notices(9950, FIBRE, *alarms)
    assert [one.told.about for one in said if one.title] == [FLOOD_ABOUT, "INC-17"]
    assert {one.told.happened for one in said if not one.title} == {Happened.KNOWN}
    assert line.at(9960, FIBRE, *alarms) == []
    critical = replace(FAN, key="card olt-1 0/1", severity=Severity.CRITICAL, raised_at=9965.0)
    assert line.at(9965, *alarms, critical) == [Happened.RAISED]
    later = 9950 + 3000.0
    assert line.at(later, *alarms, replace(FAN, key="fan olt-99 0", raised_at=later)) == [Happened.RAISED]


def test_alarms_that_nobody_wants_to_hear_of_make_no_flood() -> None:
    alarms = [replace(FAN, key=f"fan olt-{n} 0", raised_at=9900.0 + n, severity=Severity.WARNING) for n in range(30)]
    assert Line().at(9950, *alarms, FAN) == [Happened.RAISED]


def test_the_most_severe_comes_first() -> None:
    said = Line().notices(NOW, replace(FAN, severity=Severity.MINOR), FIBRE)
    assert [one.told.about for one in said] == ["INC-17", "fan olt-1 0"]


def test_the_text_says_what_where_and_whom_it_hits() -> None:
    (notice,) = Line().notices(NOW, FIBRE)
    assert notice.title == "[metro-1] INC-17 critical: fibre, 40 down, olt-3 0/3/7 SP-7"
    lines = notice.body.splitlines()
    assert lines[0] == "40 of 64 ONTs down, 24 alive, 0 unknown, 2 business customers"
    assert lines[1] == "where: olt-3 0/3/7 SP-7" and lines[2].startswith("since 1970-01-01 ")
    assert lines[3:] == ["confidence 94%", "40 lost their light within 2 s."]
    blind = replace(FIBRE, id=18, cause=Cause.MONITORING, affected=0, unknown=210)
    (notice,) = Line().notices(NOW, blind)
    assert "monitoring, 210 unknown" in notice.title
    line = Line()
    line.at(1, FIBRE)
    (end,) = line.notices(2, replace(FIBRE, state=Life.RESOLVED, resolved_at=9500.0))
    assert end.title == "[metro-1] INC-17 resolved: fibre, olt-3 0/3/7 SP-7"
    assert end.body.endswith("1 ONTs are still down")
    (fan,) = Line().notices(NOW, replace(FAN, flapping=True))
    assert fan.title == "[metro-1] major: olt-1 fan 0, fan" and "flaps" in fan.body
    assert name_of(FAN) not in known([FIBRE], NOW)[0].told.about
