"""Charts over time, drawn by plotext: tens of milliseconds, so off the loop, and imported here only."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

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
LIGHT_NAMES = ("Rx at ONT", "Rx at OLT")
TRAFFIC_NAMES = ("to ONTs", "from ONTs")
LEAST = (24, 6)
_PLOTEXT = threading.Lock()
"""plotext has one figure for the whole process."""
_ASCII_FRAME = str.maketrans("┌┐└┘│─├┤┬┴┼", "++++|-++++-")
_ROLES = ("chart-a", "chart-b")


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
    """Of the lines, for people."""
    columns: tuple[str, ...] = ()
    """Of the lines, for exports; the units are in them."""
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
    chart = Chart(data.start_at, data.step_s, _lines(data, LIGHT), 0.0, 0.0, limits, data.note, LIGHT_NAMES, LIGHT)
    shown = [*chart.known, *(limit.value for limit in limits)]
    return replace(chart, low=math.floor(min(shown) - 0.5), high=math.ceil(max(shown) + 0.5))


def traffic_chart(data: ChartData, held_s: float) -> Chart:
    """Traffic of a PON port down and up, Mbit/s; see ``rates_per_s`` for ``held_s``."""
    lines = tuple(
        tuple(None if rate is None else rate / 1e6 for rate in line) for line in bit_rates(data, TRAFFIC, held_s)
    )
    nothing = "no traffic known in this time: the OLT counts none, or was not asked often enough yet"
    columns = ("to_onts_mbit_per_s", "from_onts_mbit_per_s")
    chart = Chart(data.start_at, data.step_s, lines, 0.0, 1.0, (), data.note, TRAFFIC_NAMES, columns, nothing)
    return replace(chart, high=max([1.0, *chart.known]) * 1.05)


def bit_rates(data: ChartData, metrics: Sequence[str], held_s: float) -> tuple[tuple[float | None, ...], ...]:
    """Bits per second from byte counters; None where a counter began again or was not read."""
    rates = (rates_per_s(counter, data.step_s, held_s) for counter in _lines(data, metrics))
    return tuple(tuple(None if rate is None else rate * 8 for rate in line) for line in rates)


def _lines(data: ChartData, metrics: Sequence[str]) -> tuple[tuple[float | None, ...], ...]:
    """Values in the order of the metrics; what is no finite number is a gap (plotext takes none)."""
    series = {one.metric: one.values for one in data.series}
    return tuple(
        tuple(value if value is not None and math.isfinite(value) else None for value in series.get(metric, ()))
        for metric in metrics
    )


def rows(chart: Chart) -> list[dict[str, Any]]:
    """The series, for exports: one row for each instant, None where there is no sample."""
    instants = range(max(map(len, chart.lines), default=0))
    return [
        {"at": chart.start_at + index * chart.step_s}
        | {name: line[index] for name, line in zip(chart.columns, chart.lines, strict=True) if index < len(line)}
        for index in instants
    ]


def latest(values: Sequence[float | None]) -> float | None:
    """The last value that is known."""
    return next((value for value in reversed(values) if value is not None), None)


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
    for values, role, ascii_marker in zip(chart.lines, _ROLES, "*o", strict=False):
        if any(value is not None for value in values):
            plt.plot(instants, values, marker="hd" if blocks else ascii_marker, color=_colour(colours[role]))
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
