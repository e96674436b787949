"""Optical power: classes, plausibility, margin."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.optics import Signal, Thresholds, classify_signal, margin_db, margin_text

LIMITS = Thresholds(rx_warning_dbm=-25, rx_critical_dbm=-28, rx_overload_dbm=-8)


@pytest.mark.parametrize(
    ("rx_dbm", "expected"),
    [
        (None, None),
        (-60, Signal.CRITICAL),
        (-28.01, Signal.CRITICAL),
        (-28, Signal.WARNING),
        (-25.01, Signal.WARNING),
        (-25, Signal.GOOD),
        (-8, Signal.GOOD),
        (-7.99, Signal.OVERLOAD),
        (0, Signal.OVERLOAD),
    ],
)
def test_classes(rx_dbm: float | None, expected: Signal | None) -> None:
    assert classify_signal(rx_dbm, LIMITS) is expected


@given(st.floats(-60, 10), st.floats(0, 20))
def test_more_light_is_never_a_worse_class(rx_dbm: float, more_db: float) -> None:
    order = [Signal.CRITICAL, Signal.WARNING, Signal.GOOD, Signal.OVERLOAD]
    less, more = classify_signal(rx_dbm, LIMITS), classify_signal(rx_dbm + more_db, LIMITS)
    assert less and more and order.index(less) <= order.index(more)


@pytest.mark.parametrize("value", [-60.01, 10.01, -1936, 2147483647, math.nan, math.inf, -math.inf])
def test_what_is_no_light_has_no_margin(value: float) -> None:
    with pytest.raises(ValueError, match="no optical power"):
        margin_db(value)


def test_margins() -> None:
    assert margin_db(-19.5) == 7.5
    assert margin_db(-28) == -1
    assert margin_db(-20, sensitivity_dbm=-30) == 10


def test_a_margin_says_of_what() -> None:
    assert margin_text(-21.8) == "5.2 dB above B+ floor"
    assert margin_text(-28.3) == "1.3 dB below B+ floor"
