"""A chart in words: what stands in them is what was measured, gaps are gaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.console.render.cells import plain
from noc_console.console.render.chart import WEEK_S, Chart, in_words, light_chart, slope_per_week, traffic_chart
from noc_console.domain.history import ChartData, Series
from noc_console.domain.optics import Thresholds

LIMITS = Thresholds(-25.0, -27.0, -8.0)


def light(*values: float | None, step_s: float = 3600.0) -> Chart:
    return light_chart(ChartData(0.0, step_s, (Series("ont_onu_rx_dbm", values),)), LIMITS)


def words(chart: Chart, width: int = 120) -> str:
    return plain(in_words(chart, width))


def test_least_mean_most_and_last_are_told_with_their_unit() -> None:
    said = words(light(-20.0, None, -22.0, -21.0))
    assert "min -22.0" in said and "avg -21.0" in said and "max -20.0" in said and "last -21.0 dBm" in said


def test_nothing_known_says_nothing() -> None:
    assert words(light(None, None)) == ""
    assert words(light()) == ""


def test_a_fade_is_told_a_week_and_a_flat_line_is_steady() -> None:
    fading = light(*(-20.0 - 0.6 * hour / (7 * 24) for hour in range(7 * 24)))
    assert "-0.6 dB a week" in words(fading)
    assert "steady" in words(light(*[-20.0] * 24))
    assert "week" not in words(light(-20.0, -21.0))


def test_traffic_has_no_slope() -> None:
    counters = (Series("pon_tx_bytes_total", [1e6 * at for at in range(30)]),)
    assert "week" not in words(traffic_chart(ChartData(0.0, 300.0, counters), 600.0))


@pytest.mark.parametrize("width", [20, 40, 80])
def test_words_fit_their_pane(width: int) -> None:
    assert all(len(line) <= max(width, 26) for line in words(light(*[-20.5] * 40), width).splitlines())


@given(st.floats(-5, 5), st.lists(st.integers(0, 1000), min_size=12, max_size=40, unique=True))
def test_the_slope_of_a_straight_line_is_its_own_whatever_is_missing(per_week: float, hours: list[int]) -> None:
    known = [(hour * 3600.0, -20 + per_week * hour * 3600.0 / WEEK_S) for hour in hours]
    found = slope_per_week(known)
    assert found is not None and found == pytest.approx(per_week, abs=1e-6)
