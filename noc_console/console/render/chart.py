"""Charts over time: from the series of the history to what is drawn, said in words and exported."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from noc_console.console.render.cells import Cell, Line, flow
from noc_console.console.subjects import Subject
from noc_console.domain.history import ChartData, rates_per_s
from noc_console.domain.units import bits_per_s

WEEK_S = 7 * 86400.0
SLOPE_OVER_S = 3 * 86400.0
"""Over less a slope tells of day and night, not of the fibre."""
STEADY_DB = 0.1
LETTERS = "ABDEFGHI"
"""Not C, which is the limit of critical light."""
ROLES = ("chart-a", "chart-b")
Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A line across the chart."""

    value: float
    role: str
    letter: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: lines on one grid of instants, limits across them."""

    subject: Subject
    start_at: float
    step_s: float
    lines: tuple[Values, ...]
    low: float = 0.0
    high: float = 1.0
    limits: tuple[Limit, ...] = ()
    note: str | None = None

    @property
    def known(self) -> list[float]:
        """All values that there are."""
        return [value for values in self.lines for value in values if value is not None]

    @property
    def instants(self) -> list[float]:
        """The grid, Unix seconds."""
        return [self.start_at + index * self.step_s for index in range(max(map(len, self.lines), default=0))]

    @property
    def nothing(self) -> str:
        """What to say when there is nothing to draw."""
        if self.subject.counter:
            return "no traffic known in this time: nobody counts it, or it was not asked for often enough yet"
        return "no samples in this time"

    def text(self, value: float) -> str:
        """A value with its unit."""
        unit = self.subject.unit
        if unit == "bit/s":
            return bits_per_s(value)
        return f"{value:.2f} dBm" if unit == "dBm" else f"{value:.0f} {unit}".strip()


def build(subject: Subject, parts: Sequence[ChartData]) -> Chart:
    """The chart of what was read.

    Args:
        subject: What is charted.
        parts: One for each measure, in order, each with one series; all over the same range.
    """
    first = parts[0]
    lines = tuple(_line(subject, part) for part in parts)
    note = next((part.note for part in parts if part.note), None)
    chart = Chart(subject, first.start_at, first.step_s, lines, note=note)
    known = chart.known
    if subject.thresholds is None:
        return replace(chart, low=min([0.0, *known]), high=max([1.0, *known]) * 1.05)
    limits = (
        Limit(subject.thresholds.rx_warning_dbm, "chart-warning", "W"),
        Limit(subject.thresholds.rx_critical_dbm, "chart-critical", "C"),
    )
    shown = [*known, *(limit.value for limit in limits)]  # the limits are in the picture, however far away
    return replace(chart, low=math.floor(min(shown) - 0.5), high=math.ceil(max(shown) + 0.5), limits=limits)


def _line(subject: Subject, data: ChartData) -> Values:
    """Finite values; what is none is a gap (plotext takes none)."""
    values = tuple(
        value if value is not None and math.isfinite(value) else None
        for value in (data.series[0].values if data.series else ())
    )
    if not subject.counter:
        return values
    rates = rates_per_s(values, data.step_s, subject.held_s)
    return tuple(None if rate is None else rate * 8 for rate in rates)


def rows(chart: Chart) -> list[dict[str, Any]]:
    """The series, for exports: one row for each instant, None where there is no sample."""
    columns = [measure.column for measure in chart.subject.measures]
    return [
        {"at": at} | {name: line[n] if n < len(line) else None for name, line in zip(columns, chart.lines, strict=True)}
        for n, at in enumerate(chart.instants)
    ]


def latest(values: Sequence[float | None]) -> float | None:
    """The last value that is known."""
    return next((value for value in reversed(values) if value is not None), None)


def slope_per_week(values: Sequence[float | None], step_s: float) -> float | None:
    """How much the values change in a week, by least squares; None when they span less than three days."""
    known = [(n * step_s, value) for n, value in enumerate(values) if value is not None]
    if len(known) < 3 or known[-1][0] - known[0][0] < SLOPE_OVER_S:
        return None
    mean_at = sum(at for at, _ in known) / len(known)
    mean = sum(value for _, value in known) / len(known)
    spread = sum((at - mean_at) ** 2 for at, _ in known)
    return WEEK_S * sum((at - mean_at) * (value - mean) for at, value in known) / spread


def slope_words(slope_db: float | None) -> str:
    """``falls 0.8 dB per week``."""
    if slope_db is None:
        return ""
    if abs(slope_db) < STEADY_DB:
        return "steady"
    return f"{'falls' if slope_db < 0 else 'rises'} {abs(slope_db):.1f} dB per week"


def letter_of(chart: Chart, number: int) -> str:
    """What tells a line of an overlay apart without colour."""
    return LETTERS[number] if chart.subject.overlay else "*o"[number]


def words(chart: Chart, width: int) -> list[Line]:
    """Each line in words: last, least, mean, most, and where light is going."""
    found: list[Line] = []
    for number, (measure, values) in enumerate(zip(chart.subject.measures, chart.lines, strict=True)):
        name: Cell = (f"{letter_of(chart, number)} {measure.name}", ROLES[number % 2])
        told = [[name], *_figures(chart, values)]
        rows = flow(told, width - 2)
        if chart.subject.overlay and len(rows) > 1:  # many lines: the picture needs the room more
            rows = [_on_one_line(told, width - 2)]
        found += [[(" ", "base"), *row] for row in rows]
    return found


def _on_one_line(items: Sequence[Line], width: int) -> Line:
    """Without the mean, then without what else is last: the name and the last value stay."""
    kept = list(items)
    while len(kept) > 2 and len(flow(kept, width)) > 1:
        kept.pop(3 if len(kept) > 4 else -1)
    return flow(kept, width)[0]


def _figures(chart: Chart, values: Values) -> list[Line]:
    """The unit of light stands at the first figure only, and when it was at the worst only: the line is long enough."""
    known = [value for value in values if value is not None]
    span_s = chart.step_s * len(values)
    if not known:
        return [[("no samples", "dim")]]
    is_light = chart.subject.unit == "dBm"
    items: list[Line] = [[("last ", "dim"), (chart.text(known[-1]), "base")]]
    for word, value in (("min", min(known)), ("avg", sum(known) / len(known)), ("max", max(known))):
        item = [(f"{word} ", "dim"), (f"{value:.2f}" if is_light else chart.text(value), "base")]
        if word == ("min" if is_light else "max"):
            item.append((f" at {tick(chart.start_at + values.index(value) * chart.step_s, span_s)}", "dim"))
        items.append(item)
    if is_light and (told := slope_words(slope_per_week(values, chart.step_s))):
        items.append([(told, "base")])
    return items


def tick(at: float, span_s: float) -> str:
    """An instant, local time: by the clock within a day, else by the day."""
    return time.strftime("%H:%M" if span_s <= 86400 else "%d %b", time.localtime(at))


def reading(chart: Chart, index: int) -> Line:
    """What the crosshair stands on: the local time, and each line's value there."""
    at = chart.instants[index]
    cells: list[Cell] = [(f" {time.strftime('%d %b %H:%M', time.localtime(at))} ", "tab-active")]
    for number, values in enumerate(chart.lines):
        value = values[index] if index < len(values) else None
        said = "no sample" if value is None else chart.text(value)
        cells.append((f"  {letter_of(chart, number)} {said}", ROLES[number % 2] if value is not None else "dim"))
    return cells
