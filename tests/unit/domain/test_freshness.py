"""Ages: what may be trusted, and how they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.freshness import Freshness, classify, format_age

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
        (-300, Freshness.FRESH),  # a clock that runs ahead
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
    assert len(set(marks)) == len(marks) and all(len(mark) <= 1 for mark in marks)


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
