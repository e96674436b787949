"""Charts over time, drawn by plotext: tens of milliseconds, so off the loop, and imported here only."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rich.style import Style
from rich.text import Text

from noc_console.console.palette import Palette
from noc_console.console.render.cells import Line, wrap
from noc_console.domain.history import ChartData, rates_per_s
from noc_console.domain.optics import Thresholds

RGB = tuple[int, int, int]
LIGHT = ("ont_onu_rx_dbm", "ont_olt_rx_dbm")
TRAFFIC = ("pon_tx_bytes_total", "pon_rx_bytes_total")
"""Counters of a PON port: to the ONTs, from the ONTs."""
LEAST = (24, 6)
_PLOTEXT = threading.Lock()
"""plotext has one figure for the whole process."""
_ASCII_FRAME = str.maketrans("┌┐└┘│─├┤┬┴┼", "++++|-++++-")
_ROLES = ("chart-a", "chart-b")
LIGHT_NAMES = ("Rx at ONT", "Rx at OLT")
TRAFFIC_NAMES = ("to ONTs", "from ONTs")
WEEK_S = 7 * 86400.0
STEADY_PER_WEEK = 0.1
LEAST_FOR_SLOPE = 12
"""Values below which a slope is chance."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across the chart."""

    value: float
    role: str
    letter: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: at most two lines on one grid, limits across them."""

    start_at: float
    step_s: float
    lines: tuple[tuple[float | None, ...], ...]
    low: float
    high: float
    limits: tuple[Limit, ...] = ()
    note: str | None = None
    names: tuple[str, ...] = ()
    """Of the lines."""
    unit: str = ""
    rate_unit: str = ""
    """Of a slope a week; empty where a slope tells nothing."""
    nothing: str = "no samples in this time"
    """What to say when there is nothing to draw."""

    @property
    def known(self) -> list[float]:
        """All values that there are."""
        return [value for values in self.lines for value in values if value is not None]


def light_chart(data: ChartData, thresholds: Thresholds) -> Chart:
    """Received power at both ends, dBm; the limits are always in the picture, however far away."""
    limits = (
        Limit(thresholds.rx_warning_dbm, "chart-warning", "W"),
        Limit(thresholds.rx_critical_dbm, "chart-critical", "C"),
    )
    told = {"names": LIGHT_NAMES, "unit": "dBm", "rate_unit": "dB"}
    chart = Chart(data.start_at, data.step_s, _lines(data, LIGHT), 0.0, 0.0, limits, data.note, **told)  # type: ignore[arg-type]
    shown = [*chart.known, *(limit.value for limit in limits)]
    return replace(chart, low=math.floor(min(shown) - 0.5), high=math.ceil(max(shown) + 0.5))


def traffic_chart(data: ChartData, held_s: float) -> Chart:
    """Traffic of a PON port down and up, Mbit/s; see ``rates_per_s`` for ``held_s``."""
    rates = (rates_per_s(counter, data.step_s, held_s) for counter in _lines(data, TRAFFIC))
    lines = tuple(tuple(None if rate is None else rate * 8 / 1e6 for rate in line) for line in rates)
    nothing = "no traffic known in this time: the OLT counts none, or was not asked often enough yet"
    names = TRAFFIC_NAMES
    chart = Chart(data.start_at, data.step_s, lines, 0.0, 1.0, (), data.note, names, "Mbit/s", nothing=nothing)
    return replace(chart, high=max([1.0, *chart.known]) * 1.05)


def _lines(data: ChartData, metrics: Sequence[str]) -> tuple[tuple[float | None, ...], ...]:
    """Values in the order of the metrics; what is no finite number is a gap (plotext takes none)."""
    series = {one.metric: one.values for one in data.series}
    return tuple(
        tuple(value if value is not None and math.isfinite(value) else None for value in series.get(metric, ()))
        for metric in metrics
    )


def latest(values: Sequence[float | None]) -> float | None:
    """The last value that is known."""
    return next((value for value in reversed(values) if value is not None), None)


def in_words(chart: Chart, width: int) -> list[Line]:
    """A sentence for each line: least, mean, most, last, and where it goes; what is not known is left out."""
    lines: list[Line] = []
    for name, role, sign, values in zip(chart.names, _ROLES, "-x", chart.lines, strict=False):
        known = [(chart.start_at + at * chart.step_s, value) for at, value in enumerate(values) if value is not None]
        if not known:
            continue
        least, most = min(known, key=lambda one: one[1]), max(known, key=lambda one: one[1])
        mean = sum(value for _, value in known) / len(known)
        span_s = chart.step_s * max(1, len(values))
        parts = [
            f"min {least[1]:.1f} at {_tick(least[0], span_s)}",
            f"avg {mean:.1f}",
            f"max {most[1]:.1f} at {_tick(most[0], span_s)}",
            f"last {known[-1][1]:.1f} {chart.unit}",
        ]
        if chart.rate_unit and (slope := slope_per_week(known)) is not None:
            steady = abs(slope) < STEADY_PER_WEEK
            parts.append("steady" if steady else f"{slope:+.1f} {chart.rate_unit} a week")
        rows = wrap("  ".join(parts), max(10, width - 14))
        lines += [
            [(f" {sign} {name if not number else '':<11}", role), (row, "base")] for number, row in enumerate(rows)
        ]
    return lines


def slope_per_week(known: Sequence[tuple[float, float]]) -> float | None:
    """The straight line through values (least squares), a week; None where there are too few of them."""
    if len(known) < LEAST_FOR_SLOPE:
        return None
    middle_at = sum(at for at, _ in known) / len(known)
    mean = sum(value for _, value in known) / len(known)
    spread = sum((at - middle_at) ** 2 for at, _ in known)
    return WEEK_S * sum((at - middle_at) * (value - mean) for at, value in known) / spread if spread else None


def draw(chart: Chart, size: tuple[int, int], palette: Palette, blocks: bool) -> list[Line]:
    """The chart as lines.

    Args:
        chart: What to draw.
        size: Cells, width and height.
        palette: Colours of the lines.
        blocks: Draw with quadrant blocks; else with ASCII dots.

    Returns:
        ``size[1]`` lines or fewer; a sentence when there is nothing to draw.
    """
    note: list[Line] = [[(f" {chart.note}", "dim")]] if chart.note else []
    if not chart.known:
        return [*([(f" {row}", "dim")] for row in wrap(chart.nothing, size[0] - 1)), *note]
    if size[0] < LEAST[0] or size[1] < LEAST[1]:
        return [[(" the pane is too small for a chart (z gives it the screen)", "dim")], *note]
    with _PLOTEXT:
        text = _plot(chart, (size[0] - 1, size[1] - len(note)), palette, blocks)
    return [*[_line(row) for row in text.split("\n", allow_blank=False)], *note]


def _plot(chart: Chart, size: tuple[int, int], palette: Palette, blocks: bool) -> Text:
    import plotext as plt

    colours = palette.chart_colours
    plt.clear_figure()
    plt.theme("clear")
    plt.limit_size(False, False)
    plt.plot_size(*size)
    instants = [chart.start_at + index * chart.step_s for index in range(max(map(len, chart.lines)))]
    for limit in chart.limits:
        ends = [instants[0], instants[-1]]
        plt.plot(ends, [limit.value] * 2, marker="─" if blocks else "-", color=_colour(colours[limit.role]))
    # The second line is one of crosses: without colour it must differ from the first.
    for values, role, marker in zip(chart.lines, _ROLES, ("hd" if blocks else "*", "x"), strict=False):
        if any(value is not None for value in values):
            plt.plot(instants, values, marker=marker, color=_colour(colours[role]))
    plt.ylim(chart.low, chart.high)
    plt.xlim(instants[0], instants[-1])
    ticks = _ticks(instants[0], instants[-1], max(2, size[0] // 14))
    plt.xticks(ticks, [_tick(at, instants[-1] - instants[0]) for at in ticks])
    plt.yticks(*_levels(chart, size[1]))
    built = plt.build().rstrip("\n")
    return Text.from_ansi(built if blocks else built.translate(_ASCII_FRAME))


def _levels(chart: Chart, height: int) -> tuple[list[float], list[str]]:
    """Round values on the axis, and the limits by their letters."""
    step = _round_step((chart.high - chart.low) / max(1, height // 2))
    letters = {limit.value: limit.letter for limit in chart.limits}
    first, last = math.ceil(chart.low / step), math.floor(chart.high / step)
    marks = {number * step for number in range(first, last + 1)}
    levels = sorted({level for level in marks if all(abs(level - limit) >= step for limit in letters)} | letters.keys())
    return levels, [f"{letters.get(level, '')} {level:g}" for level in levels]


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least 1 and at least ``least``."""
    power = 10.0 ** math.floor(math.log10(max(1.0, least)))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= least)


def _colour(rgb: RGB | None) -> RGB | str:
    return rgb if rgb is not None else "default"


def _ticks(start: float, end: float, count: int) -> list[float]:
    return [start + (end - start) * index / (count - 1) for index in range(count)]


def _tick(at: float, span_s: float) -> str:
    return time.strftime("%H:%M" if span_s <= 86400 else "%d %b", time.localtime(at))


def _line(row: Text) -> Line:
    """A line of ANSI text as cells."""
    bounds = sorted({0, len(row), *(edge for span in row.spans for edge in (span.start, span.end))})
    cells = []
    for start, end in pairwise(bounds):
        styles = [span.style for span in row.spans if span.start <= start and end <= span.end]
        style = sum((one for one in styles if isinstance(one, Style)), Style.null())
        cells.append((row.plain[start:end], style))
    return cells
