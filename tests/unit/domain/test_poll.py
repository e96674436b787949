"""Uptime tells a restart, a counter that wraps tells none, and every fact has a field to go to."""

from __future__ import annotations

from dataclasses import fields

import pytest

from noc_console.domain.network import Card, Fan, Olt, Ont, Port, Unregistered
from noc_console.domain.poll import FACTS, UPTIME_WRAP_S, Rows, Uptime, restarted, with_facts

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
    ],
)
def test_a_step_back_is_a_restart_unless_the_counter_was_near_its_wrap(
    before_s: float | None, now_s: float | None, expected: bool
) -> None:
    assert restarted(before_s, now_s) is expected


def test_an_uptime_goes_on_where_its_counter_begins_anew() -> None:
    up = Uptime()
    assert (up.note(UPTIME_WRAP_S - 30), up.note(None), up.note(30.0)) == (UPTIME_WRAP_S - 30, None, UPTIME_WRAP_S + 30)
    assert up.note(5.0) == 5.0, "a restart"


@pytest.mark.parametrize(
    ("raw_s", "engine_s", "whole_s"),
    [
        (3 * DAY_S, round(2 * UPTIME_WRAP_S + 3 * DAY_S) + 4, 2 * UPTIME_WRAP_S + 3 * DAY_S),
        (3 * DAY_S, round(3 * DAY_S), 3 * DAY_S),
        (3 * DAY_S, round(UPTIME_WRAP_S + 9 * DAY_S), 3 * DAY_S),
        (3 * DAY_S, None, 3 * DAY_S),
    ],
)
def test_the_engines_time_tells_how_often_the_counter_began_anew(
    raw_s: float, engine_s: int | None, whole_s: float
) -> None:
    up = Uptime()
    up.note(raw_s)
    up.compare(engine_s)
    assert up.whole_s == whole_s


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
