"""Charts: slope, gaps, restarts of counters, words, exports, and lines that tell themselves apart without colour."""

from __future__ import annotations

import math
import time

import pytest
from pydantic import ValidationError

from noc_console.config.diagnosis import Diagnosis
from noc_console.console.palette import Palette
from noc_console.console.render.cells import plain
from noc_console.console.render.chart import build, reading, rows, slope_per_week, slope_words, words
from noc_console.console.render.health import temperature_cell
from noc_console.console.render.plot import draw
from noc_console.console.subjects import Measure, Subject, overlay_of, traffic_of
from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.freshness import Intervals
from noc_console.domain.history import ChartData, Series
from noc_console.domain.optics import Thresholds
from noc_console.domain.units import si

HOUR = 3600.0
DAY = 24 * HOUR


def light(*lines: list[float | None], step_s: float = HOUR, start_at: float = 1_700_000_000.0) -> object:
    onts = [(f"HWTC0000000{n}", f"house {n}") for n in range(len(lines))]
    subject = overlay_of("marked", onts, Thresholds())
    return build(subject, [ChartData(start_at, step_s, (Series("x", tuple(line)),)) for line in lines])


@pytest.mark.parametrize("per_week", [-3.0, -0.5, 0.0, 2.5])
def test_the_slope_is_per_week_whatever_the_step_and_the_gaps(per_week: float) -> None:
    for step_s in (HOUR, 4 * HOUR):
        line = [-20 + per_week * n * step_s / (7 * DAY) for n in range(90)]
        gapped = [None if n in (5, 6, 7, 30) else value for n, value in enumerate(line)]
        assert slope_per_week(gapped, step_s) == pytest.approx(per_week, abs=1e-6)


def test_there_is_no_slope_over_less_than_three_days() -> None:
    assert slope_per_week([-20.0, -21.0, -22.0, -23.0], HOUR) is None
    assert slope_per_week([-20.0 - n / 10 for n in range(48)], HOUR) is None
    assert slope_per_week([None] * 100, HOUR) is None
    assert slope_per_week([-20.0] + [None] * 60, HOUR) is None


def test_the_slope_in_words() -> None:
    assert [slope_words(value) for value in (None, 0.02, -0.84, 1.2)] == [
        "",
        "steady",
        "falls 0.8 dB per week",
        "rises 1.2 dB per week",
    ]


def test_words_tell_last_least_mean_most_and_a_line_without_samples_says_so() -> None:
    chart = light([-20.0, None, -22.0], [None, None, None])
    told = plain(words(chart, 100))  # type: ignore[arg-type]
    assert "A house 0" in told and "last -22.00 dBm" in told
    assert f"min -22.00 at {time.strftime('%H:%M', time.localtime(1_700_007_200))}" in told
    assert "avg -21.00" in told and "max -20.00" in told
    assert "B house 1" in told and "no samples" in told and "0.00" not in told.split("house 1")[1]


@pytest.mark.parametrize("width", [30, 40, 80])
def test_words_fit_their_pane(width: int) -> None:
    told = plain(words(light([-20.5] * 40, [-21.5] * 40), width))  # type: ignore[arg-type]
    assert all(len(line) <= width for line in told.splitlines())


def test_what_is_no_number_is_a_gap() -> None:
    chart = light([-20.0, math.nan, math.inf, -21.0])
    assert chart.lines == ((-20.0, None, None, -21.0),)  # type: ignore[attr-defined]


def test_a_counter_that_began_again_is_a_gap_and_never_negative() -> None:
    subject = traffic_of("olt-1", "0/1/0", Intervals())
    counter = (0.0, 1e6, 2e6, 0.0, 1e6, None, 3e6, 4e6)
    parts = [ChartData(0.0, 8.0, (Series(one.metric, counter),)) for one in subject.measures]
    line = build(subject, parts).lines[0]
    assert line[1] == line[2] == 1e6
    assert line[3] is None and line[5] is None and line[6] is None
    assert all(value is None or value >= 0 for value in line)


def test_a_gap_is_never_drawn_across() -> None:
    palette, size = Palette({}), (80, 20)
    line = [-18.0] * 20 + [None] * 60 + [-26.0] * 20
    picture = plain(draw(light(line), size, palette, True))  # type: ignore[arg-type]
    for row in picture.splitlines():
        body = row.partition("┤")[2] or row.partition("│")[2]
        assert "A" not in body[25:48]
    assert picture.count("A") > 10


def test_the_crosshair_tells_local_time_and_every_value_or_that_there_is_none() -> None:
    chart = light([-20.0, None], [-21.5, -22.5])
    assert "A -20.00 dBm" in plain([reading(chart, 0)]) and "B -21.50 dBm" in plain([reading(chart, 0)])  # type: ignore[arg-type]
    assert "A no sample" in plain([reading(chart, 1)])  # type: ignore[arg-type]


def test_exported_rows_have_their_units_and_gaps() -> None:
    assert rows(light([-20.0, None])) == [  # type: ignore[arg-type]
        {"at": 1_700_000_000.0, "HWTC00000000_rx_dbm": -20.0},
        {"at": 1_700_003_600.0, "HWTC00000000_rx_dbm": None},
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 bit/s"), (950, "950 bit/s"), (1000, "1.00 kbit/s"), (999_600, "1.00 Mbit/s"), (48_230_000, "48.2 Mbit/s"),
     (2.5e9, "2.50 Gbit/s"), (123.4e9, "123 Gbit/s")],
)  # fmt: skip
def test_rates_have_three_digits_and_the_prefix_that_fits(value: float, text: str) -> None:
    assert si(value, "bit/s") == text


def test_an_overlay_has_a_letter_for_each_line_and_no_more_than_can_be_told_apart() -> None:
    subject = overlay_of("many", [(str(n), str(n)) for n in range(30)], Thresholds())
    assert len(subject.measures) == 8
    assert isinstance(subject, Subject) and isinstance(subject.measures[0], Measure)


@pytest.mark.parametrize(
    ("value", "text"), [(39.0, "39 °C"), (40.0, "40 °C warm"), (55.0, "55 °C warm"), (55.1, "55 °C HOT")]
)
def test_warm_and_hot_are_as_the_config_says(value: float, text: str) -> None:
    assert temperature_cell(value, Limits(warm_celsius=40, hot_celsius=55))[0] == text


def test_warm_above_hot_is_refused() -> None:
    with pytest.raises(ValidationError, match="warm_celsius must not be above hot_celsius"):
        Diagnosis(warm_celsius=70, hot_celsius=60)
