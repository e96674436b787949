"""How alarms and incidents stand in the operators' hands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.states import AlarmState, code, name_of, rank, standing, state_of
from noc_console.domain.changes import Severity
from noc_console.domain.handling import Handling
from noc_console.domain.incidents.incident import Cause, Life, Scope
from noc_console.domain.incidents.records import IncidentRecord

NOW = 10_000.0
ACKED = Handling("INC-1", "amy", 9000.0, Severity.MAJOR, 40, "fibre")
SHELVED = Handling("INC-1", shelved_by="amy", shelved_at=9000.0, shelved_until_at=11_000.0)
ON_SHELF = replace(ACKED, shelved_by="amy", shelved_at=9000.0, shelved_until_at=11_000.0)
SHELF_ENDED = replace(SHELVED, shelved_until_at=9500.0)
BASE: dict[str, Any] = {
    "severity": Severity.MAJOR,
    "affected": 40,
    "cause": "fibre",
    "cleared": False,
    "handling": None,
    "planned": False,
    "incident": None,
    "now": NOW,
}

TABLE = [
    ("nobody has it", {}, AlarmState.UNACKED),
    ("somebody has it", {"handling": ACKED}, AlarmState.ACKED),
    ("a comment is no acknowledgement", {"handling": Handling("INC-1")}, AlarmState.UNACKED),
    ("over, and looked at", {"handling": ACKED, "cleared": True}, AlarmState.NORMAL),
    ("over before anybody looked", {"cleared": True}, AlarmState.RETURNED),
    ("worse", {"handling": ACKED, "severity": Severity.CRITICAL}, AlarmState.UNACKED),
    ("better", {"handling": ACKED, "severity": Severity.MINOR}, AlarmState.ACKED),
    ("ten more", {"handling": ACKED, "affected": 50}, AlarmState.UNACKED),
    ("nine more of forty", {"handling": ACKED, "affected": 49}, AlarmState.ACKED),
    ("a quarter more", {"handling": replace(ACKED, ack_affected=16), "affected": 20}, AlarmState.UNACKED),
    ("less than a quarter more", {"handling": replace(ACKED, ack_affected=16), "affected": 19}, AlarmState.ACKED),
    ("fewer", {"handling": ACKED, "affected": 3}, AlarmState.ACKED),
    ("first losses", {"handling": replace(ACKED, ack_affected=0), "affected": 1}, AlarmState.UNACKED),
    ("another cause", {"handling": ACKED, "cause": "power"}, AlarmState.UNACKED),
    ("shelved", {"handling": SHELVED}, AlarmState.SHELVED),
    (
        "shelved by an older release, though worse",
        {"handling": SHELVED, "severity": Severity.CRITICAL},
        AlarmState.SHELVED,
    ),
    ("shelved as it is", {"handling": ON_SHELF}, AlarmState.SHELVED),
    ("worse than what was shelved", {"handling": ON_SHELF, "severity": Severity.CRITICAL}, AlarmState.UNACKED),
    ("larger than what was shelved", {"handling": ON_SHELF, "affected": 400}, AlarmState.UNACKED),
    (
        "larger than what was shelved, but planned",
        {"handling": ON_SHELF, "affected": 400, "planned": True},
        AlarmState.MAINTENANCE,
    ),
    ("larger, shelved and over", {"handling": ON_SHELF, "affected": 400, "cleared": True}, AlarmState.NORMAL),
    ("over while shelved", {"handling": SHELVED, "cleared": True}, AlarmState.NORMAL),
    ("the shelf ended", {"handling": SHELF_ENDED}, AlarmState.UNACKED),
    ("the shelf ends now", {"handling": replace(SHELVED, shelved_until_at=NOW)}, AlarmState.UNACKED),
    (
        "acknowledged before a shelf that ended",
        {"handling": replace(ACKED, shelved_until_at=9500.0)},
        AlarmState.UNACKED,
    ),
    (
        "acknowledged after a shelf that ended",
        {"handling": replace(ACKED, ack_at=9600.0, shelved_until_at=9500.0)},
        AlarmState.ACKED,
    ),
    ("planned", {"planned": True}, AlarmState.MAINTENANCE),
    ("planned, over", {"planned": True, "cleared": True}, AlarmState.NORMAL),
    ("explained", {"incident": 7}, AlarmState.SUPPRESSED),
    ("explained, over", {"incident": 7, "cleared": True}, AlarmState.NORMAL),
    ("acknowledged and explained", {"incident": 7, "handling": ACKED}, AlarmState.SUPPRESSED),
    ("raised again since", {"handling": ACKED, "raised_at": 9500.0}, AlarmState.UNACKED),
    ("raised again and over", {"handling": ACKED, "raised_at": 9500.0, "cleared": True}, AlarmState.RETURNED),
    ("switched off on purpose, nobody said so", {"cause": "administrative"}, AlarmState.UNACKED),
    (
        "switched off on purpose, acknowledged",
        {"cause": "administrative", "handling": replace(ACKED, ack_cause="administrative")},
        AlarmState.OUT_OF_SERVICE,
    ),
]


@pytest.mark.parametrize(("given_", "expected"), [(row[1], row[2]) for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_state_follows_from_record_handling_and_clock(given_: dict[str, Any], expected: AlarmState) -> None:
    assert state_of(**(BASE | given_)) is expected


@given(
    severity=st.sampled_from(Severity),
    affected=st.integers(0, 300),
    acked=st.integers(0, 300),
    cleared=st.booleans(),
    shelf=st.none() | st.floats(0, 20_000),
    planned=st.booleans(),
)
def test_what_holds_and_nobody_has_or_hid_always_asks(
    severity: Severity, affected: int, acked: int, cleared: bool, shelf: float | None, planned: bool
) -> None:
    handling = replace(ACKED, ack_affected=acked, shelved_until_at=shelf)
    state = state_of(severity, affected, "fibre", cleared, handling, planned, None, NOW)
    worse = affected >= acked + 10 or rank(severity) > rank(Severity.MAJOR)
    hidden = planned or (shelf is not None and shelf > NOW and not worse)
    assert state is not AlarmState.UNACKED or not (cleared or planned)
    if not cleared and not hidden and worse:
        assert state is AlarmState.UNACKED


@pytest.mark.parametrize(
    ("state", "flapping", "shown"),
    [
        (AlarmState.UNACKED, False, "C*"),
        (AlarmState.ACKED, False, "C "),
        (AlarmState.RETURNED, False, "C-"),
        (AlarmState.SHELVED, True, "Cz"),
        (AlarmState.MAINTENANCE, True, "Cm"),
        (AlarmState.SUPPRESSED, False, "Ci"),
        (AlarmState.OUT_OF_SERVICE, False, "Co"),
        (AlarmState.ACKED, True, "Cf"),
        (AlarmState.UNACKED, True, "C*"),
    ],
)
def test_two_characters_say_it_without_colour(state: AlarmState, flapping: bool, shown: str) -> None:
    assert code(Severity.CRITICAL, state, flapping) == shown


def test_each_severity_and_state_has_its_two_characters() -> None:
    codes = {code(severity, state) for severity in Severity for state in AlarmState}
    assert all(len(shown) == 2 for shown in codes)
    assert len({shown[0] for shown in codes}) == len(Severity)


def test_alarms_and_incidents_stand_by_the_same_rule() -> None:
    incident = IncidentRecord(1, Life.CONFIRMED, Severity.MAJOR, Cause.FIBRE, Scope.PORT, "olt-1 0/1", affected=40)
    alarm = Alarm("fan olt-1", "fan", "olt-1", Severity.MAJOR, 9500.0, 9500.0, "2 of 4 fans")
    assert name_of(incident) == "INC-1"
    assert name_of(alarm) == "fan olt-1"
    assert standing(incident, ACKED, NOW) is AlarmState.ACKED
    assert standing(replace(incident, state=Life.CLEARING), None, NOW) is AlarmState.UNACKED
    assert standing(replace(incident, state=Life.RESOLVED), None, NOW) is AlarmState.RETURNED
    mine = replace(ACKED, about=alarm.key, ack_at=9600.0, ack_affected=0, ack_cause="fan")
    assert standing(alarm, mine, NOW) is AlarmState.ACKED
    assert standing(replace(alarm, incident=1), mine, NOW) is AlarmState.SUPPRESSED
    assert standing(replace(alarm, raised_at=9700.0), mine, NOW) is AlarmState.UNACKED
    assert standing(replace(alarm, cleared_at=9800.0), mine, NOW) is AlarmState.NORMAL
