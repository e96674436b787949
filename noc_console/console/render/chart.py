"""The signal chart, drawn by plotext: tens of milliseconds, so off the loop, and imported here only."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from itertools import pairwise

from rich.style import Style
from rich.text import Text

from noc_console.console.palette import Palette
from noc_console.console.render.cells import Line
from noc_console.domain.history import ChartData
from noc_console.domain.optics import Thresholds

RGB = tuple[int, int, int]
METRICS = ("ont_onu_rx_dbm", "ont_olt_rx_dbm")
LEAST = (24, 6)
_PLOTEXT = threading.Lock()
"""plotext has one figure for the whole process."""
_ASCII_FRAME = str.maketrans("┌┐└┘│─├┤┬┴┼", "++++|-++++-")
_ROLES = dict(zip(METRICS, ("chart-a", "chart-b"), strict=True))


def clean(values: Sequence[float | None]) -> list[float | None]:
    """Values that plotext can take: what is no finite number is a gap."""
    return [value if value is not None and math.isfinite(value) else None for value in values]


def draw(data: ChartData, thresholds: Thresholds, size: tuple[int, int], palette: Palette, blocks: bool) -> list[Line]:
    """The chart as lines.

    Args:
        data: Series on their grid.
        thresholds: Drawn as lines.
        size: Cells, width and height.
        palette: Colours of the series.
        blocks: Draw with quadrant blocks; else with ASCII dots.

    Returns:
        ``size[1]`` lines or fewer; a sentence when there is nothing to draw.
    """
    series = {one.metric: clean(one.values) for one in data.series}
    known = [value for values in series.values() for value in values if value is not None]
    if not known:
        return [[(" no samples in this time", "dim")], *_note(data)]
    if size[0] < LEAST[0] or size[1] < LEAST[1]:
        return [[(" the pane is too small for a chart (z gives it the screen)", "dim")], *_note(data)]
    note = _note(data)
    with _PLOTEXT:
        text = _plot(data, series, thresholds, (size[0] - 1, size[1] - len(note)), palette, blocks)
    return [*[_line(row) for row in text.split("\n", allow_blank=False)], *note]


def _plot(
    data: ChartData,
    series: dict[str, list[float | None]],
    thresholds: Thresholds,
    size: tuple[int, int],
    palette: Palette,
    blocks: bool,
) -> Text:
    import plotext as plt

    colours = palette.chart_colours
    plt.clear_figure()
    plt.theme("clear")
    plt.limit_size(False, False)
    plt.plot_size(*size)
    count = max(len(values) for values in series.values())
    instants = [data.start_at + index * data.step_s for index in range(count)]
    known = [value for values in series.values() for value in values if value is not None]
    low, high = min(known), max(known)
    for limit, role in ((thresholds.rx_warning_dbm, "chart-warning"), (thresholds.rx_critical_dbm, "chart-critical")):
        # Always in the picture, however far away: how far is what the operator wants to see.
        low, high = min(low, limit), max(high, limit)
        plt.plot(
            [instants[0], instants[-1]], [limit, limit], marker="─" if blocks else "-", color=_colour(colours[role])
        )
    for metric in METRICS:
        if any(value is not None for value in series.get(metric, ())):
            marker = "hd" if blocks else ("*" if metric == METRICS[0] else "o")
            plt.plot(instants, series[metric], marker=marker, color=_colour(colours[_ROLES[metric]]))
    plt.ylim(math.floor(low - 0.5), math.ceil(high + 0.5))
    plt.xlim(instants[0], instants[-1])
    ticks = _ticks(instants[0], instants[-1], max(2, size[0] // 14))
    plt.xticks(ticks, [_tick(at, instants[-1] - instants[0]) for at in ticks])
    plt.yticks(*_levels(low, high, size[1], thresholds))
    built = plt.build().rstrip("\n")
    return Text.from_ansi(built if blocks else built.translate(_ASCII_FRAME))


def _levels(low: float, high: float, height: int, thresholds: Thresholds) -> tuple[list[float], list[str]]:
    """Whole dBm on the axis, and the limits by their letters."""
    step = max(1, math.ceil((high - low) / max(1, height // 2)))
    limits = {thresholds.rx_warning_dbm: "W", thresholds.rx_critical_dbm: "C"}
    marks = {float(level) for level in range(math.floor(low), math.ceil(high) + 1) if level % step == 0}
    marks = {level for level in marks if all(abs(level - limit) >= step for limit in limits)}
    marks |= {limit for limit in limits if low <= limit <= high}
    levels = sorted(marks)
    return levels, [f"{limits.get(level, '')} {level:g}" for level in levels]


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


def _note(data: ChartData) -> list[Line]:
    return [[(f" {data.note}", "dim")]] if data.note else []
