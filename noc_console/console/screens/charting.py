"""The chart of whatever the detail pane shows: read for one range, drawn for one size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from textual import events

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render.cells import Line
from noc_console.console.render.chart import Chart, build, reading, rows, words
from noc_console.console.render.optical import RANGES_BEGIN
from noc_console.console.subjects import Subject
from noc_console.console.widgets.lines import FocusPane
from noc_console.domain.errors import NocError
from noc_console.domain.history import RANGES_S, ChartData, Series
from noc_console.picture.reader import Reader

EVERY_S = 60.0
"""How often an open chart is read again."""
AT_ONCE = 4
"""Series that are read at the same time."""
PER_CELL = 2
"""Instants for each cell of a chart."""


async def read(reader: Reader, subject: Subject, range_s: float, points: int) -> Chart:
    """Read the history of a subject over the last ``range_s`` seconds.

    Raises:
        NocError: It cannot be read.
    """
    if subject.least_step_s:
        points = min(points, int(range_s / subject.least_step_s) + 1)
    free = asyncio.Semaphore(AT_ONCE)

    async def part(labels: Mapping[str, str], metrics: Sequence[str]) -> ChartData:
        async with free:
            return await reader.chart(metrics, labels, range_s, points)

    asked = [(tuple(sorted(measure.labels.items())), measure.metric) for measure in subject.measures]
    places = dict.fromkeys(labels for labels, _ in asked)
    metrics = {place: [metric for labels, metric in asked if labels == place] for place in places}
    found = dict(zip(places, await asyncio.gather(*(part(dict(one), metrics[one]) for one in places)), strict=True))
    return build(subject, [_of_one(found[labels], metric) for labels, metric in asked])


def _of_one(data: ChartData, metric: str) -> ChartData:
    series: tuple[Series, ...] = tuple(one for one in data.series if one.metric == metric)
    return ChartData(data.start_at, data.step_s, series, data.source, data.note)


class ChartKeys:
    """The keys of a pane with a chart: range and crosshair."""

    chart: Charting
    body: FocusPane
    _sought = False
    """Whether the chart is to come into view once it is drawn."""

    def on_click(self, event: events.Click) -> None:
        """A range or a kind in the line above the chart."""
        if event.widget is not self.body or self.body.cell_at(0, event.y) != RANGES_BEGIN:
            return
        cell = self.body.cell_at(event.x, event.y)
        name = cell[0].strip(" []") if cell else ""
        if name in RANGES_S:
            self.do_chart_range(name)
        elif name in self.kinds():
            self.do_chart(name)

    def kinds(self) -> tuple[str, ...]:
        """What can be charted of what is shown."""
        raise NotImplementedError

    def do_chart(self, kind: str = "") -> None:
        """The named chart, or the next one."""
        raise NotImplementedError

    def do_chart_longer(self, _: str = "") -> None:
        """A longer range."""
        self._chart_over(self.chart.beside(1))

    def do_chart_shorter(self, _: str = "") -> None:
        """A shorter range."""
        self._chart_over(self.chart.beside(-1))

    def do_chart_range(self, name: str = "") -> None:
        """The named range."""
        if name not in RANGES_S:
            raise ValueError(f"no range {name!r} (there are {', '.join(RANGES_S)})")
        self._chart_over(name)

    def do_chart_back(self, _: str = "") -> None:
        """The crosshair back in time."""
        self._cross(-1)

    def do_chart_forward(self, _: str = "") -> None:
        """The crosshair on in time."""
        self._cross(1)

    def _cross(self, by: int) -> None:
        if not self.chart.move(by):
            raise ValueError("no chart is shown (tab Optical of an ONT; an OLT or PON port in the tree)")
        self._draw_chart()

    def _seek_chart(self) -> None:
        """Scroll to the chart that was asked for."""
        if self._sought:
            self._sought = False
            self.body.show_line(max(0, len(self.body.lines) - len(self.chart.lines) - 1))

    def _chart_over(self, name: str) -> None:
        """Read another range."""
        raise NotImplementedError

    def _draw_chart(self) -> object:
        """Draw what was read."""
        raise NotImplementedError


class Charting:
    """Range, picture, and the way from one to the other."""

    def __init__(self, desk: Desk) -> None:
        self.range = "24h"
        self.lines: Sequence[Line] = ()
        self._desk = desk
        self.cursor: int | None = None
        """Instant on which the crosshair stands."""
        self._chart: Chart | None = None
        self._read_at = 0.0

    def clear(self) -> None:
        """Something else is shown."""
        self.lines, self._chart, self.cursor = (), None, None

    def choose(self, name: str) -> None:
        """Chart another range."""
        self.range, self.cursor = name, None
        self.say("reading ...", "dim")

    def beside(self, by: int) -> str:
        """The next longer or shorter range, as far as there is one."""
        names = list(RANGES_S)
        return names[max(0, min(len(names) - 1, names.index(self.range) + by))]

    def say(self, text: str, role: str) -> None:
        """Words in place of a picture."""
        self.lines, self._chart = [[(f" {text}", role)]], None

    @property
    def chart(self) -> Chart | None:
        """What was read."""
        return self._chart

    def exported(self) -> list[dict[str, Any]]:
        """The series, for ``:export``; empty while nothing is charted."""
        return rows(self._chart) if self._chart is not None and self._chart.known else []

    @property
    def drawn(self) -> bool:
        """Whether there is something that can be drawn for another size or in other colours."""
        return self._chart is not None

    def due(self, now: float) -> bool:
        """Whether the picture is old."""
        return self.drawn and now - self._read_at > EVERY_S

    def move(self, by: int) -> bool:
        """Move the crosshair by cells; beyond an end it goes away. False when nothing is drawn."""
        if self._chart is None or not self._chart.known:
            return False
        last = len(self._chart.instants) - 1
        if self.cursor is None:
            self.cursor = last if by < 0 else 0
        else:
            at = self.cursor + by * PER_CELL
            self.cursor = at if 0 <= at <= last else None
        return True

    async def read(self, subject: Subject, width: int) -> None:
        """Read the history; what goes wrong stands in the picture's place."""
        points = max(20, PER_CELL * (width - 8))
        try:
            chart = await read(self._desk.backend, subject, RANGES_S[self.range], points)
        except NocError as error:
            self.say(f"no chart: {error}", "warning")
            return
        self._chart, self._read_at = chart, self._desk.now()
        if self.cursor is not None and self.cursor >= len(chart.instants):
            self.cursor = None

    async def draw(self, size: tuple[int, int], palette: Palette) -> None:
        """Draw what was read; dropped when something else is shown by then."""
        from noc_console.console.render.plot import draw

        chart, cursor = self._chart, self.cursor
        if chart is None:
            return
        blocks = not self._desk.glyphs.spark.isascii()
        told = [*words(chart, size[0]), *([reading(chart, cursor)] if cursor is not None else [])]
        room = size[0], max(8, size[1] - len(told))
        lines = await asyncio.to_thread(draw, chart, room, palette, blocks, cursor)
        if self._chart is chart:
            self.lines = [*told, *lines] if chart.known else lines
