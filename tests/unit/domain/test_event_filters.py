"""Filters over what happened: times and severities beside all that other filters take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from noc_console.domain.changes import KINDS
from noc_console.domain.event_filters import parse_event_filter
from noc_console.domain.filters import FilterError

NOW = datetime(2026, 3, 9, 2, 13).timestamp()


def row(when: str, severity: str = "major", began: str | None = None) -> dict[str, object]:
    """Something that happened."""
    at = datetime.fromisoformat(when).timestamp()
    facts: dict[str, object] = {"at": at, "severity": severity, "olt": "olt-1", "text": "port 0/1/0 down"}
    return facts | ({"began_at": datetime.fromisoformat(began).timestamp()} if began else {})


@pytest.mark.parametrize(
    ("text", "when", "passes"),
    [
        ("since:2h", "2026-03-09T00:30", True),
        ("since:2h", "2026-03-09T00:12", False),
        ("!since:2h", "2026-03-09T00:12", True),
        ("since:90s", "2026-03-09T02:12", True),
        ("from:01:00", "2026-03-09T01:00", True),
        ("from:01:00", "2026-03-09T00:59", False),
        ("from:22:00", "2026-03-08T22:30", True),
        ("from:22:00", "2026-03-08T21:59", False),
        ("from:22:00 to:01:00", "2026-03-09T00:30", True),
        ("from:22:00 to:01:00", "2026-03-09T01:01", False),
        ("from:22:00 to:03:00", "2026-03-09T02:12", True),
        ("from:2026-03-08 to:2026-03-08", "2026-03-08T23:59:59", True),
        ("from:2026-03-08 to:2026-03-08", "2026-03-09T00:00", False),
        ('to:"2026-03-08 14:00"', "2026-03-08T14:00", True),
        ("to:2026-03-08T14:00", "2026-03-08T14:01", False),
        ("sev:major,critical", "2026-03-09T02:00", True),
        ("!sev:major", "2026-03-09T02:00", False),
        ("since:2h olt:olt-2", "2026-03-09T02:00", False),
        ("since:2h down olt:olt-1", "2026-03-09T02:00", True),
    ],
)
def test_times_and_severities(text: str, when: str, passes: bool) -> None:
    assert parse_event_filter(text, lambda: NOW).matches(row(when)) is passes


def test_since_slides_on_with_the_clock() -> None:
    times: Iterator[float] = iter([NOW, NOW + 3600])
    wanted = parse_event_filter("since:2h", lambda: next(times))
    assert [wanted.matches(row("2026-03-09T00:30")) for _ in range(2)] == [True, False]


def test_what_took_some_time_is_found_by_each_part_of_it() -> None:
    wanted = parse_event_filter("from:01:00 to:01:10", lambda: NOW)
    assert wanted.matches(row("2026-03-09T01:20", began="2026-03-09T01:05"))
    assert not wanted.matches(row("2026-03-09T01:20", began="2026-03-09T01:15"))


@pytest.mark.parametrize(
    ("text", "said", "position"),
    [
        ("since:yesterday", "since: wants a time such as 90s", 6),
        ("los from:noon", "from: wants 14:00, 2026-03-09", 9),
        ("to:25:00", "to: wants 14:00", 3),
        ("sev:majr", "did you mean major?", 4),
        ("sev:", "severity: wants a value (there are critical, major", 4),
        ("since:2h oltt:x", "did you mean olt:?", 9),
    ],
)
def test_what_cannot_be_understood_says_what_to_write(text: str, said: str, position: int) -> None:
    with pytest.raises(FilterError, match=said.replace("(", r"\(").replace("?", r"\?")) as caught:
        parse_event_filter(text, lambda: NOW)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("kind:incident", {"incident_changed"}),
        ("kind:alarm,light", {"alarm_changed", "light_crossed"}),
        ("kind:ont", {kind for kind in KINDS if kind.startswith("ont_")}),
        ("kind:ont_down", {"ont_down"}),
        ("kind:job", {"job_ended", "bulk_ended"}),
        ("kind:record", {"records_imported", "swap_recorded", "swap_closed"}),
        ("!kind:ont,incident", {k for k in KINDS if not k.startswith(("ont_", "incident_"))}),
    ],
)
def test_kinds(text: str, kinds: set[str]) -> None:
    wanted = parse_event_filter(f"{text} 0/1/0", lambda: NOW)
    assert {kind for kind in KINDS if wanted.matches(row("2026-03-09T02:00") | {"kind": kind})} == kinds


@pytest.mark.parametrize(("text", "said"), [("kind:incidents", "did you mean incident?"), ("kind:", "wants a value")])
def test_a_kind_that_is_none(text: str, said: str) -> None:
    with pytest.raises(FilterError, match="kind: ") as caught:
        parse_event_filter(text)
    assert said in caught.value.message
