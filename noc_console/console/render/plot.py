"""Charts drawn by plotext: tens of milliseconds, so off the loop, and imported here only."""

from __future__ import annotations

import math
import threading
from itertools import pairwise

from rich.style import Style
from rich.text import Text

from noc_console.console.palette import Palette
from noc_console.console.render.cells import Line, wrap
from noc_console.console.render.chart import ROLES, Chart, letter_of, tick
from noc_console.domain.units import si

RGB = tuple[int, int, int]
LEAST = (24, 6)
_PLOTEXT = threading.Lock()
"""plotext has one figure for the whole process."""
_ASCII_FRAME = str.maketrans("┌┐└┘│─├┤┬┴┼", "++++|-++++-")


def draw(chart: Chart, size: tuple[int, int], palette: Palette, blocks: bool, cursor: int | None = None) -> list[Line]:
    """The chart as lines.

    Args:
        chart: What to draw.
        size: Cells, width and height.
        palette: Colours of the lines.
        blocks: Draw with quadrant blocks; else with ASCII dots.
        cursor: Instant on which the crosshair stands.

    Returns:
        ``size[1]`` lines or fewer; a sentence when there is nothing to draw.
    """
    note: list[Line] = [[(f" {chart.note}", "dim")]] if chart.note else []
    if not chart.known:
        return [*([(f" {row}", "dim")] for row in wrap(chart.nothing, size[0] - 1)), *note]
    if size[0] < LEAST[0] or size[1] < LEAST[1]:
        return [[(" the pane is too small for a chart (z gives it the screen)", "dim")], *note]
    with _PLOTEXT:
        text = _plot(chart, (size[0] - 1, size[1] - len(note)), palette, blocks, cursor)
    return [*note, *[_line(row) for row in text.split("\n", allow_blank=False)]]


def _plot(chart: Chart, size: tuple[int, int], palette: Palette, blocks: bool, cursor: int | None) -> Text:
    import plotext as plt

    colours = palette.chart_colours
    plt.clear_figure()
    plt.theme("clear")
    plt.limit_size(False, False)
    plt.plot_size(*size)
    instants = chart.instants
    for limit in chart.limits:
        ends = [instants[0], instants[-1]]
        plt.plot(ends, [limit.value] * 2, marker="─" if blocks else "-", color=_colour(colours[limit.role]))
    for number, values in enumerate(chart.lines):
        if any(value is not None for value in values):
            colour = colours[ROLES[number % 2]]
            plt.plot(instants, values, marker=_marker(chart, number, blocks), color=_colour(colour))
    if cursor is not None:
        ends = [instants[cursor]] * 2
        plt.plot(ends, [chart.low, chart.high], marker="│" if blocks else "|", color=_colour(colours["dim"]))
    plt.ylim(chart.low, chart.high)
    plt.xlim(instants[0], instants[-1])
    ticks = _ticks(instants[0], instants[-1], max(2, size[0] // 14))
    plt.xticks(ticks, [tick(at, instants[-1] - instants[0]) for at in ticks])
    plt.yticks(*_levels(chart, size[1]))
    built = plt.build().rstrip("\n")
    return Text.from_ansi(built if blocks else built.translate(_ASCII_FRAME))


def _marker(chart: Chart, number: int, blocks: bool) -> str:
    """Fine blocks for the first line; each other has its own sign: colour alone never tells them apart."""
    return "hd" if blocks and not chart.subject.overlay and not number else letter_of(chart, number)


def _levels(chart: Chart, height: int) -> tuple[list[float], list[str]]:
    """Round values on the axis, and the limits by their letters."""
    step = _round_step((chart.high - chart.low) / max(1, height // 2))
    letters = {limit.value: limit.letter for limit in chart.limits}
    first, last = math.ceil(chart.low / step), math.floor(chart.high / step)
    marks = {number * step for number in range(first, last + 1)}
    levels = sorted({level for level in marks if all(abs(level - limit) >= step for limit in letters)} | letters.keys())
    shown = _short if chart.subject.unit == "bit/s" else "{:g}".format
    return levels, [f"{letters.get(level, '')} {shown(level)}" for level in levels]


def _short(value: float) -> str:
    """``1.2 G``."""
    return si(value, "").strip()


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least 1 and at least ``least``."""
    power = 10.0 ** math.floor(math.log10(max(1.0, least)))
    return next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= least)


def _colour(rgb: RGB | None) -> RGB | str:
    return rgb if rgb is not None else "default"


def _ticks(start: float, end: float, count: int) -> list[float]:
    return [start + (end - start) * index / (count - 1) for index in range(count)]


def _line(row: Text) -> Line:
    """A line of ANSI text as cells."""
    bounds = sorted({0, len(row), *(edge for span in row.spans for edge in (span.start, span.end))})
    cells = []
    for start, end in pairwise(bounds):
        styles = [span.style for span in row.spans if span.start <= start and end <= span.end]
        style = sum((one for one in styles if isinstance(one, Style)), Style.null())
        cells.append((row.plain[start:end], style))
    return cells
