"""One range for each measured fact, whoever tells it."""

from __future__ import annotations

import math

import pytest

from noc_console.domain.plausibility import RANGES, plausible
from noc_console.domain.poll import FACTS

MEASURED = ("_dbm", "_celsius", "_v", "_ma", "_m", "_percent", "_rpm", "_bytes")


def test_every_measured_fact_of_an_olt_has_a_range() -> None:
    measured = {fact for facts in FACTS.values() for fact in facts if fact.endswith(MEASURED)}
    assert measured - RANGES.keys() == set()


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("onu_rx_dbm", -31.2),
        ("onu_rx_dbm", -40.0),
        ("onu_rx_dbm", -3.0),
        ("tx_dbm", 7.11),
        ("temperature_celsius", 0),
        ("temperature_celsius", -1),
        ("temperature_celsius", 96.5),
        ("voltage_v", 3.22),
        ("bias_ma", 0),
        ("distance_m", 0),
        ("cpu_percent", 0),
        ("no_such_fact", 1e12),
    ],
)
def test_what_can_be_is_kept(fact: str, value: float) -> None:
    assert plausible(fact, value) == value


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("onu_rx_dbm", 0.0),
        ("olt_rx_dbm", -80.0),
        ("onu_tx_dbm", 65.535),
        ("temperature_celsius", 2147483647),
        ("temperature_celsius", 131),
        ("voltage_v", 0),
        ("voltage_v", 65.535),
        ("bias_ma", -1),
        ("bias_ma", 65535),
        ("distance_m", -1),
        ("distance_m", 60_001),
        ("cpu_percent", 101),
        ("rx_bytes", -1),
        ("onu_rx_dbm", math.nan),
        ("no_such_fact", math.inf),
    ],
)
def test_what_cannot_be_is_no_reading(fact: str, value: float) -> None:
    assert plausible(fact, value) is None
