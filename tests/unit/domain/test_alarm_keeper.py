"""How alarms are raised, held, cleared, suppressed and forgotten."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.cover import coverer, explainer, serials_behind
from noc_console.domain.alarms.flood import CALM, MOST, WINDOW_S, flood
from noc_console.domain.alarms.keeper import FLAP_WINDOW_S, FORGET_AFTER_S, Keeper
from noc_console.domain.alarms.rules import RULES, Fact, Rule, holds, worded
from noc_console.domain.changes import Severity
from noc_console.domain.handling import Maintenance
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope, Where
from noc_console.domain.plant import Splitter, Subscriber

HOT = Rule(limit=60, clear=55, raise_after_s=120, clear_after_s=60)
LOW = Rule(limit=10, clear=15, below=True)
STATE = Rule(explained=True)
SITE = {"temperature": HOT, "port": STATE, "disk": LOW}
PORT = Fact(rule="port", id="olt-1 0/1/3", object="olt-1 0/1/3", bad=True, text="down", olt="olt-1", port="0/1/3")


def hot(value: float | None, **more: object) -> Fact:
    return Fact(rule="temperature", id="olt-1 0/2", object="olt-1 card 0/2", value=value, unit="C", **more)  # type: ignore[arg-type]


class Site:
    """A keeper with a database that takes everything."""

    def __init__(self, rules: dict[str, Rule] | None = None, kept: tuple[Alarm, ...] = ()) -> None:
        self.keeper = Keeper(rules or SITE)
        self.keeper.restore(kept)

    def at(self, now: float, *facts: Fact, incident: int | None = None, planned: bool = False) -> list[Alarm]:
        """One round; returns what was written."""
        changed = self.keeper.step(facts, lambda _: incident, lambda _: planned, now)
        self.keeper.written(changed)
        return changed

    @property
    def open(self) -> list[Alarm]:
        return [alarm for alarm in self.keeper.alarms() if alarm.cleared_at is None]


@pytest.mark.parametrize(
    ("rule", "value", "raised", "expected"),
    [
        (HOT, 59.9, False, False), (HOT, 60.0, False, True), (HOT, 56.0, True, True), (HOT, 55.0, True, False),
        (HOT, None, True, None), (HOT, None, False, None),
        (LOW, 11.0, False, False), (LOW, 10.0, False, True), (LOW, 14.0, True, True), (LOW, 15.0, True, False),
    ],
)  # fmt: skip
def test_a_limit_is_passed_at_once_and_left_with_hysteresis(
    rule: Rule, value: float | None, raised: bool, expected: bool | None
) -> None:
    assert holds(rule, hot(value), raised) is expected


def test_an_alarm_lasts_before_it_is_raised_and_is_well_before_it_clears() -> None:
    site = Site()
    assert site.at(0, hot(61)) == site.at(119, hot(61)) == []
    (raised,) = site.at(120, hot(61))
    assert (raised.key, raised.text, raised.raised_at) == ("temperature olt-1 0/2", "61 C, limit 60 C", 120)
    assert site.at(130, hot(54)) == []
    assert site.at(150, hot(58)) == [], "it is hot again: the time to clear begins anew"
    assert site.at(160, hot(54)) == []
    (cleared,) = site.at(220, hot(54))
    assert (cleared.cleared_at, cleared.raised_at) == (220, 120)
    (gone,) = site.at(220 + FORGET_AFTER_S, hot(54))
    assert gone.removed_at is not None and site.keeper.alarms() == []


def test_a_short_peak_raises_nothing() -> None:
    site = Site()
    written = [site.at(float(at), hot(99 if at % 100 else 40)) for at in range(0, 1000, 20)]
    assert not any(written)


def test_what_is_not_known_neither_raises_nor_clears() -> None:
    site = Site()
    site.at(0, hot(61))
    assert site.at(60, hot(None)) == []
    site.at(120, hot(61))
    assert [alarm.key for alarm in site.open] == ["temperature olt-1 0/2"]
    assert not any(site.at(float(at), hot(None)) for at in range(130, 5000, 100) if at < FLAP_WINDOW_S)
    assert len(site.open) == 1


def test_a_value_that_moves_is_told_but_not_at_every_reading() -> None:
    site = Site()
    site.at(0, hot(61))
    site.at(120, hot(61))
    assert site.at(130, hot(70)) == []
    (told,) = site.at(190, hot(71.4))
    assert (told.text, told.value, told.changed_at) == ("71 C, limit 60 C", 71.4, 120)
    assert site.at(260, hot(71.4)) == []


def test_since_when_it_is_so_counts_from_the_device_and_survives_a_restart() -> None:
    (raised,) = Site().at(1000, hot(61, since_at=870.0))
    assert raised.raised_at == 1000
    assert Site().at(1000, hot(61, since_at=900.0)) == []
    assert Site().at(1000, hot(61, since_at=99_999.0)) == [], "a clock that is ahead raises nothing early"


def test_what_is_no_longer_there_clears_and_what_is_judged_no_more_goes() -> None:
    site = Site()
    site.at(0, PORT)
    (cleared,) = site.at(10)
    assert cleared.cleared_at == 10
    (again,) = site.at(20, PORT)
    assert (again.raised_at, again.times, again.cleared_at) == (20, 2, None)
    off = Site({"port": replace(STATE, enabled=False)}, kept=tuple(site.keeper.alarms()))
    (gone,) = off.at(30, PORT)
    assert gone.removed_at == 30
    skipped = Site({"port": replace(STATE, skip=("olt-1 0/1/3",))}, kept=tuple(site.keeper.alarms()))
    assert [alarm.removed_at for alarm in skipped.at(30, PORT)] == [30]
    assert skipped.at(40, PORT) == []


def test_an_alarm_that_flaps_stays_raised_and_says_so() -> None:
    site, now = Site(), 0.0
    for _ in range(4):
        site.at(now, PORT)
        site.at(now + 10, replace(PORT, bad=False))
        now += 60
    (held,) = site.open
    assert (held.flapping, held.times, held.cleared_at, held.raised_at) == (True, 4, None, 180.0)
    for at in range(300, 3500, 200):
        site.at(float(at), replace(PORT, bad=False))
        assert site.open, "it is well, and held"
    site.at(180 + FLAP_WINDOW_S, replace(PORT, bad=False))
    assert site.open == []


def test_flapping_goes_on_after_a_restart() -> None:
    site, now = Site(), 0.0
    for _ in range(5):
        site.at(now, PORT)
        site.at(now + 10, replace(PORT, bad=False))
        now += 60
    restarted = Site(kept=tuple(site.keeper.alarms()))
    assert restarted.at(400, replace(PORT, bad=False)) == []
    assert restarted.open[0].flapping
    restarted.at(240 + FLAP_WINDOW_S + 1, replace(PORT, bad=False))
    assert restarted.open == []


def test_a_restart_raises_and_rings_nothing_old() -> None:
    site = Site()
    site.at(0, PORT)
    restarted = Site(kept=tuple(site.keeper.alarms()))
    assert restarted.at(500, PORT) == []
    assert restarted.open == site.open


def test_what_the_database_did_not_take_is_written_again() -> None:
    keeper = Keeper(SITE)
    first = keeper.step([PORT], lambda _: None, lambda _: False, 0)
    assert keeper.step([PORT], lambda _: None, lambda _: False, 10) == first
    keeper.written(first)
    assert keeper.step([PORT], lambda _: None, lambda _: False, 20) == []


def test_an_incident_explains_an_alarm_whichever_comes_first() -> None:
    site = Site()
    site.at(0, PORT)
    (explained,) = site.at(10, PORT, incident=7)
    assert (explained.incident, explained.cleared_at) == (7, None)
    (back,) = site.at(20, PORT)
    assert back.incident is None, "the incident is over and the port is still down: somebody must look"
    (planned,) = site.at(30, PORT, planned=True)
    assert planned.planned
    site.at(0, hot(61), PORT)
    (heat,) = [alarm for alarm in site.at(200, hot(61), PORT, incident=7) if alarm.rule == "temperature"]
    assert heat.incident is None, "no outage explains heat"


def test_the_config_may_change_between_two_starts() -> None:
    site = Site()
    site.at(0, hot(61))
    site.at(120, hot(61))
    severe = Site({"temperature": replace(HOT, severity=Severity.CRITICAL, limit=50)}, kept=tuple(site.open))
    (changed,) = severe.at(200, hot(61))
    assert (changed.severity, changed.limit, changed.raised_at) == (Severity.CRITICAL, 50, 120)


def test_every_rule_is_consistent() -> None:
    for name, rule in RULES.items():
        assert (rule.limit is None) == (rule.clear is None), name
        if rule.limit is not None and rule.clear is not None:
            assert (rule.clear > rule.limit) == rule.below, name


def test_words_say_value_and_limit() -> None:
    disk = Fact(rule="disk", id="/var", object="disk", value=7.4, unit="%", text="free")
    assert worded(LOW, disk) == "free 7 %, limit 10 %"
    assert worded(STATE, PORT) == "down"


# -- what explains and covers --------------------------------------------------------------------------------------

ALARM = Alarm(
    "light olt-1 0/1/3 7", "light", "x", Severity.MINOR, 0, 0, "", olt="olt-1", port="0/1/3", ont_id=7, serial="S7"
)
CARD = Alarm("card olt-1 0/1", "card", "olt-1 card 0/1", Severity.CRITICAL, 0, 0, "", olt="olt-1")


def incident(scope: Scope, number: int = 1, onts: tuple[tuple[str, str, int], ...] = (), **where: object) -> Incident:
    return Incident(
        number=number, state=Life.CONFIRMED, severity=Severity.CRITICAL, cause=Cause.FIBRE, scope=scope,
        where=Where(**where), onts=onts,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given_", "alarm", "explained"),
    [
        (incident(Scope.OLT, olt="olt-1"), ALARM, True),
        (incident(Scope.OLT, olt="olt-11"), ALARM, False),
        (incident(Scope.UPLINK, uplink="ring", olts=("olt-1", "olt-2")), CARD, True),
        (incident(Scope.CARD, olt="olt-1", card="0/1"), ALARM, True),
        (incident(Scope.CARD, olt="olt-1", card="0/1"), CARD, True),
        (incident(Scope.CARD, olt="olt-1", card="0/11"), ALARM, False),
        (incident(Scope.PORT, olt="olt-1", port="0/1/3"), ALARM, True),
        (incident(Scope.PORT, olt="olt-1", port="0/1/30"), ALARM, False),
        (incident(Scope.PORT, olt="olt-1", port="0/1/3"), CARD, False),
        (incident(Scope.BRANCH, olt="olt-1", port="0/1/3", splitter="SP", onts=(("olt-1", "0/1/3", 7),)), ALARM, True),
        (incident(Scope.BRANCH, olt="olt-1", port="0/1/3", splitter="SP", onts=(("olt-1", "0/1/3", 8),)), ALARM, False),
        (incident(Scope.ZONE, zone="north", ports=("olt-1 0/1/3", "olt-2 0/1/1")), ALARM, True),
        (incident(Scope.ZONE, zone="north", olt="olt-2", ports=("0/1/3",)), ALARM, False),
        (incident(Scope.OLT), replace(ALARM, olt=None), False),
    ],
)
def test_an_incident_explains_what_lies_in_its_place(given_: Incident, alarm: Alarm, explained: bool) -> None:
    assert explainer([given_])(alarm) == (1 if explained else None)


def test_the_oldest_incident_explains() -> None:
    pair = [incident(Scope.OLT, 9, olt="olt-1"), incident(Scope.PORT, 4, olt="olt-1", port="0/1/3")]
    assert explainer(pair)(ALARM) == 4


@pytest.mark.parametrize(
    ("where", "covered"),
    [
        ({"olt": "olt-1"}, True),
        ({"olt": "olt-2"}, False),
        ({"olt": "olt-1", "port": "0/1/3"}, True),
        ({"olt": "olt-1", "port": "0/1/30"}, False),
        ({"splitter": "SP-7"}, True),
        ({"zone": "north"}, True),
        ({"olt": "olt-2", "zone": "north"}, False),
    ],
)
def test_planned_work_covers_what_fits_all_of_its_place(where: dict[str, str], covered: bool) -> None:
    window = Maintenance(3, "why", "amy", 0, 100, **where)
    assert coverer([window], {3: {"S7"}})(ALARM) is covered
    behind = not ({"splitter", "zone"} & set(where))
    assert coverer([window], {3: {"S8"}})(ALARM) is (covered and behind)
    assert coverer([], {})(ALARM) is False


def test_who_is_behind_a_splitter_or_in_a_zone() -> None:
    splitters = [
        Splitter("SP-1", "olt-1", "0/1/3", zone="north"),
        Splitter("SP-1-1", "olt-1", "0/1/3", parent="SP-1"),
        Splitter("SP-2", "olt-1", "0/1/4", parent="SP-2"),
    ]
    subscribers = [
        Subscriber("1", serial="A", splitter="SP-1"),
        Subscriber("2", serial="B", splitter="SP-1-1"),
        Subscriber("3", serial="C", splitter="SP-1-1", zone="south"),
        Subscriber("4", serial="D", splitter="SP-2"),
        Subscriber("5", splitter="SP-1"),
    ]

    def behind(**where: str) -> set[str]:
        return set(serials_behind(Maintenance(1, "why", "amy", 0, 100, **where), subscribers, splitters))

    assert behind(splitter="SP-1") == {"A", "B", "C"}
    assert behind(splitter="SP-1-1") == {"B", "C"}
    assert behind(zone="north") == {"A", "B"}
    assert behind(zone="south", splitter="SP-1") == {"C"}
    assert behind(splitter="SP-9") == set()


# -- flood ---------------------------------------------------------------------------------------------------------


def test_a_flood_begins_above_ten_and_ends_when_it_is_calm_for_ten_minutes() -> None:
    eleven = [float(at) for at in range(11)]
    assert not flood(eleven[:MOST], 20).on
    begun = flood(eleven, 20)
    assert (begun.on, begun.rate, begun.since_at) == (True, 11, 10.0)
    # From 606 on fewer than five are in the window; ten calm minutes later it is over.
    assert flood(eleven, 605 + WINDOW_S).on
    assert flood(eleven, 607 + WINDOW_S) == flood([], 0)
    five_more = [700.0 + at for at in range(CALM)]
    assert flood([*eleven, *five_more], 607 + WINDOW_S).on, "it was not calm for all the time"


def test_a_flood_that_ended_may_begin_again() -> None:
    first, second = [float(at) for at in range(11)], [5000.0 + at for at in range(11)]
    assert flood([*first, *second], 5009).on is False
    assert flood([*first, *second], 5010).since_at == 5010.0


@given(st.lists(st.floats(0, 5000), max_size=60), st.floats(0, 8000))
def test_a_flood_follows_from_the_instants_alone(instants: list[float], now: float) -> None:
    told = flood(instants, now)
    assert told.rate == sum(now - WINDOW_S < at <= now for at in instants)
    assert told.on or told.rate <= MOST
    assert flood(reversed(instants), now) == told
    latest = max(instants, default=0.0)
    assert not flood(instants, latest + 2 * WINDOW_S + 1).on
