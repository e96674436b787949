"""The chart of whatever the detail pane shows: read for one range, drawn for one size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render.cells import Line
from noc_console.console.render.chart import LIGHT, TRAFFIC, Chart, draw, in_words, light_chart, traffic_chart
from noc_console.domain.errors import NocError
from noc_console.domain.freshness import Intervals
from noc_console.domain.history import RANGES_S, ChartData
from noc_console.picture.ont_facts import OntFacts

EVERY_S = 60.0
"""How often an open chart is read again."""
POLLS_PER_STEP = 5
"""A rate over fewer polls swings with where in the step they fall."""
HELD_POLLS = 2.5
"""For how many optics polls a chart repeats a sample when no other comes."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is charted."""

    metrics: Sequence[str]
    labels: Mapping[str, str]
    build: Callable[[ChartData], Chart]
    least_step_s: float = 0.0


def light_of(facts: OntFacts) -> Subject | None:
    """An ONT's light; None without a serial number, under which its samples are kept."""
    if facts.ont.serial is None:
        return None
    return Subject(LIGHT, {"ont_serial": facts.ont.serial}, lambda data: light_chart(data, facts.thresholds))


def traffic_of(olt: str, port: str, intervals: Intervals) -> Subject:
    """A PON port's traffic."""
    held_s = HELD_POLLS * intervals.optics_s
    labels = {"olt_name": olt, "pon_port": port}
    step_s = POLLS_PER_STEP * intervals.health_s
    return Subject(TRAFFIC, labels, lambda data: traffic_chart(data, held_s), step_s)


class Charting:
    """Range, picture, and the way from one to the other."""

    def __init__(self, desk: Desk) -> None:
        self.range = "24h"
        self.lines: Sequence[Line] = ()
        self._desk = desk
        self._chart: Chart | None = None
        self._read_at = 0.0

    def clear(self) -> None:
        """Something else is shown."""
        self.lines, self._chart = (), None

    def choose(self, name: str) -> None:
        """Chart another range."""
        self.range = name
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

    @property
    def drawn(self) -> bool:
        """Whether there is something that can be drawn for another size or in other colours."""
        return self._chart is not None

    def due(self, now: float) -> bool:
        """Whether the picture is old."""
        return self.drawn and now - self._read_at > EVERY_S

    async def read(self, subject: Subject, width: int) -> None:
        """Read the history; what goes wrong stands in the picture's place."""
        range_s = RANGES_S[self.range]
        points = max(20, 2 * (width - 8))
        if subject.least_step_s:
            points = min(points, int(range_s / subject.least_step_s) + 1)
        try:
            data = await self._desk.backend.chart(subject.metrics, subject.labels, range_s, points)
        except NocError as error:
            self.say(f"no chart: {error}", "warning")
            return
        self._chart, self._read_at = subject.build(data), self._desk.now()

    async def draw(self, size: tuple[int, int], palette: Palette) -> None:
        """Draw what was read; dropped when something else is shown by then."""
        chart = self._chart
        if chart is None:
            return
        blocks = not self._desk.glyphs.spark.isascii()
        words = in_words(chart, size[0])
        lines = await asyncio.to_thread(draw, chart, (size[0], size[1] - len(words)), palette, blocks)
        if self._chart is chart:
            self.lines = [*words, *lines]
