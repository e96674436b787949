"""Uptime tells a restart, a counter that wraps tells none, and every fact has a field to go to."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.network import Card, Fan, Olt, Ont, Port, Unregistered
from noc_console.domain.poll import FACTS, UPTIME_WRAP_S, Rows, restarted, unwrapped, with_facts

DAY_S = 86400.0


@pytest.mark.parametrize(
    ("before_s", "now_s", "expected"),
    [
        (5000.0, 5060.0, False),
        (5000.0, 5000.0, False),
        (5000.0, 30.0, True),
        (None, 30.0, False),
        (5000.0, None, False),
        (UPTIME_WRAP_S - 30, 30.0, False),
        (UPTIME_WRAP_S - DAY_S, 30.0, False),
        (UPTIME_WRAP_S - DAY_S - 1, 30.0, True),
        (UPTIME_WRAP_S + 3 * DAY_S, 30.0, True),
        (UPTIME_WRAP_S + 3 * DAY_S, 3 * DAY_S + 30, False),
        (UPTIME_WRAP_S + 100 * DAY_S, 30.0, True),
        (UPTIME_WRAP_S + 100 * DAY_S, 100 * DAY_S + 60, False),
        (2 * UPTIME_WRAP_S + 100 * DAY_S, 100 * DAY_S + 60, False),
        (UPTIME_WRAP_S + 100 * DAY_S, 99 * DAY_S, True),
    ],
)
def test_a_step_back_is_a_restart_unless_the_counter_was_near_its_wrap(
    before_s: float | None, now_s: float | None, expected: bool
) -> None:
    assert restarted(before_s, now_s) is expected


@pytest.mark.parametrize(
    ("before_s", "since_s", "now_s", "expected_s"),
    [
        (5000.0, 60.0, 5060.0, 5060.0),
        (UPTIME_WRAP_S - 30, 60.0, 30.0, UPTIME_WRAP_S + 30),
        (UPTIME_WRAP_S - 30, 60.0, 90.0, UPTIME_WRAP_S + 90),
        (UPTIME_WRAP_S + DAY_S, 60.0, DAY_S + 60, UPTIME_WRAP_S + DAY_S + 60),
        (2 * UPTIME_WRAP_S + DAY_S, 3 * DAY_S, 4 * DAY_S, 2 * UPTIME_WRAP_S + 4 * DAY_S),
        (UPTIME_WRAP_S - 10 * DAY_S, 20 * DAY_S, 10 * DAY_S, UPTIME_WRAP_S + 10 * DAY_S),
        (UPTIME_WRAP_S - 10 * DAY_S, 60.0, 30.0, 30.0),
        (UPTIME_WRAP_S - 0.8 * DAY_S, 60.0, 30.0, 30.0),
        (UPTIME_WRAP_S + 100 * DAY_S, 60.0, 30.0, 30.0),
        (5000.0, 60.0, 30.0, 30.0),
        (None, 60.0, 30.0, 30.0),
        (5000.0, None, 30.0, 30.0),
        (5000.0, 60.0, None, None),
    ],
)
def test_an_uptime_goes_on_over_the_wraps_of_its_counter_and_not_over_restarts(
    before_s: float | None, since_s: float | None, now_s: float | None, expected_s: float | None
) -> None:
    assert unwrapped(before_s, since_s, now_s) == pytest.approx(expected_s)


@given(st.integers(0, 60 * 365 * 86400), st.integers(1, 900 * 86400))
def test_a_device_that_never_restarts_has_one_uptime(before_s: int, since_s: int) -> None:
    true_s = before_s + since_s
    told_s = unwrapped(before_s, since_s, true_s % UPTIME_WRAP_S)
    assert told_s == pytest.approx(true_s)
    assert not restarted(before_s, told_s)


@pytest.mark.parametrize(
    ("rows", "record"),
    [("ont", Ont), ("pon_port", Port), ("card", Card), ("fan", Fan), ("unregistered", Unregistered), ("olt", Olt)],
)
def test_every_fact_has_a_field_to_go_to(rows: Rows, record: type) -> None:
    assert FACTS[rows] <= {field.name for field in fields(record)}


def test_only_traffic_is_measured_without_a_record() -> None:
    assert set(FACTS) == {"ont", "pon_port", "card", "fan", "unregistered", "olt", "ont_traffic", "pon_traffic"}
    assert FACTS["ont_traffic"] == FACTS["pon_traffic"] == {"rx_bytes", "tx_bytes"}


def test_facts_replace_only_what_they_name() -> None:
    card = Card(1, "0/1", type="GPBD", cpu_percent=12)
    assert with_facts(card, {"cpu_percent": None}) == Card(1, "0/1", type="GPBD", cpu_percent=None)
    with pytest.raises(TypeError, match="no_such_fact"):
        with_facts(card, {"no_such_fact": 1})
