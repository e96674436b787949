"""Ages: what may be trusted, and how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.freshness import Freshness, age_at, classify, format_age, within

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        (0, Freshness.FRESH),
        (90, Freshness.FRESH),
        (90.1, Freshness.LATE),
        (180, Freshness.LATE),
        (180.1, Freshness.STALE),
        (1e9, Freshness.STALE),
        (-5, Freshness.FRESH),  # two clocks are never quite the same
        (-5.1, Freshness.SKEWED),
        (-1e9, Freshness.SKEWED),
    ],
)
def test_classes_by_age(age_s: float, expected: Freshness) -> None:
    assert classify(NOW - age_s, NOW, 60) is expected


def test_never_read_and_a_source_that_fails() -> None:
    assert classify(None, NOW, 60) is Freshness.NEVER
    assert classify(None, NOW, 60, source_ok=False) is Freshness.NEVER
    assert classify(NOW, NOW, 60, source_ok=False) is Freshness.DEAD


def test_only_fresh_and_late_are_trusted_and_each_has_its_own_mark() -> None:
    assert {kind for kind in Freshness if kind.trusted} == {Freshness.FRESH, Freshness.LATE}
    marks = [kind.mark for kind in Freshness]
    assert len(set(marks)) == len(marks) and all(len(mark) <= 4 for mark in marks)


@given(st.floats(5.1, 1e9), st.floats(1, 1e6))
def test_nothing_from_the_future_is_trusted_or_recent(ahead_s: float, span_s: float) -> None:
    assert not classify(NOW + ahead_s, NOW, span_s).trusted
    assert not within(NOW + ahead_s, NOW, span_s)


@pytest.mark.parametrize(("age_s", "recent"), [(0, True), (60, True), (60.1, False), (-5, True), (-6, False)])
def test_recent(age_s: float, recent: bool) -> None:
    assert within(NOW - age_s, NOW, 60) is recent
    assert not within(None, NOW, 60)


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 1e5))
def test_trust_is_only_lost_with_age(age_s: float, more_s: float, interval_s: float) -> None:
    order = [Freshness.FRESH, Freshness.LATE, Freshness.STALE]
    younger, older = classify(NOW - age_s, NOW, interval_s), classify(NOW - age_s - more_s, NOW, interval_s)
    assert order.index(younger) <= order.index(older)


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (None, ""), (-5, "0s"), (0, "0s"), (59.9, "59s"), (60, "1m00s"), (730, "12m10s"), (1799, "29m59s"),
        (1800, "30m"), (3599, "59m"), (3600, "1h00m"), (86399, "23h59m"), (86400, "1d00h"), (864000, "10d"),
    ],
)  # fmt: skip
def test_ages_as_text(age_s: float | None, text: str) -> None:
    assert format_age(age_s) == text


@pytest.mark.parametrize(
    ("at", "age", "text"),
    [(None, None, ""), (90.0, 10.0, "10s"), (103.0, 0.0, "0s"), (106.0, None, "?"), (1e9, None, "?")],
)
def test_nobody_knows_the_age_of_a_reading_from_the_future(at: float | None, age: float | None, text: str) -> None:
    assert age_at(at, 100.0) == age
    assert format_age(None if at is None else 100.0 - at) == text
