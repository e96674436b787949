"""The detail pane: one ONT in five tabs. It fetches what a tab needs only while that tab is open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.chart import METRICS, draw
from noc_console.console.render.events import render_history
from noc_console.console.render.jobs import render_ont_jobs
from noc_console.console.render.node import render_node
from noc_console.console.render.optical import render_optical, render_ranges, render_values
from noc_console.console.render.summary import render_summary
from noc_console.console.render.tr069 import STALE_S, CpeView, render_tr069
from noc_console.console.screens.view import Background
from noc_console.console.state.facts import OntFacts, gather
from noc_console.console.state.model import Delta
from noc_console.console.state.tree import NodeKey
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.domain.errors import NocError
from noc_console.domain.history import RANGES_S, ChartData
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.network import Event

TABS = ("summary", "optical", "tr-069", "history", "jobs")
TITLES = ("Summary", "Optical", "TR-069", "History", "Jobs")
SETTLE_S = 0.4
"""How long the cursor must rest on an ONT before anything is asked about it."""
READ_AGAIN_S = 60.0
CHART_EVERY_S = 60.0


class DetailPane(Background, Container):
    """Tab line and body."""

    DEFAULT_CSS = """
    DetailPane { layout: vertical; height: 1fr; width: 1fr; }
    DetailPane > #tabs { height: 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="detail")
        self.desk = desk
        self.tab = TABS[0]
        self.range = "24h"
        self.row: int | None = None
        self.node: NodeKey | None = None
        self.tabs = LinePane(desk.palette, fill="bar", id="tabs")
        self.body = FocusPane(desk.palette, id="body")
        self._cpe = CpeView()
        self._asked_at: dict[tuple[int, JobKind], float] = {}
        self._events: Sequence[Event] | None = None
        self._chart: Sequence[Line] = ()
        self._chart_data: ChartData | None = None
        self._chart_at = 0.0
        self._ages = Every(5.0)

    def compose(self) -> ComposeResult:
        """Tabs over body."""
        yield self.tabs
        yield self.body

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_ont(self, row: int | None) -> None:
        """Show another ONT."""
        if row == self.row and self.node is None:
            return
        self.row, self.node = row, None
        self._cpe, self._events, self._chart, self._chart_data = CpeView(), None, (), None
        self.paint(rewind=True)
        self._fetch_settled()

    def show_node(self, node: NodeKey | None) -> None:
        """Show an OLT, a card or a PON port."""
        self.node, self.row = node, None
        self.paint(rewind=True)

    def show_tab(self, tab: str) -> None:
        """Open a tab."""
        self.tab = tab
        self.paint(rewind=True)
        self._fetch_settled()

    def step_tab(self, by: int) -> None:
        """Open the next or the previous tab."""
        self.show_tab(TABS[(TABS.index(self.tab) + by) % len(TABS)])

    def show_range(self, name: str) -> None:
        """Chart another range."""
        self.range = name
        self._chart, self._chart_data = [[(" reading ...", "dim")]], None
        self.paint()
        self._fetch_settled()

    def step_range(self, by: int) -> None:
        """Chart a longer or a shorter range."""
        names = list(RANGES_S)
        self.show_range(names[max(0, min(len(names) - 1, names.index(self.range) + by))])

    def facts(self) -> OntFacts | None:
        """The shown ONT's facts."""
        if self.row is None or self.row >= len(self.desk.model.onts):
            return None
        return gather(self.desk.model, self.row, self.desk.now())

    def set_palette(self, palette: Palette) -> None:
        """Change colours; the chart has its own and is drawn again."""
        self.tabs.set_palette(palette)
        self.body.set_palette(palette)
        if self._chart_data is not None:
            self._draw_chart(self._chart_data)

    def changed(self, delta: Delta) -> None:
        """The model changed: paint, and read again what the change made old."""
        self.paint()
        if self.row is None:
            return
        ont_id = self.desk.model.onts.get(self.row, "id")
        touched = any(self.desk.model.jobs[job_id].ont_id == ont_id for job_id in delta.jobs)
        if (self.tab == "tr-069" and touched) or (self.tab == "history" and delta.events):
            self._fetch_settled()

    def tick(self) -> None:
        """A second passed."""
        now = self.desk.now()
        due = self._ages.due(now)
        if due or self._waiting():
            self.paint()
        if self.tab == "optical" and self._chart_data is not None and now - self._chart_at > CHART_EVERY_S:
            self._fetch_settled()
        if self.tab == "tr-069" and due:
            self._fetch_settled()

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.paint()
        if self._chart_data is not None:
            self._draw_chart(self._chart_data)

    def _waiting(self) -> bool:
        return self._cpe.job is not None and not self._cpe.job.ended

    def paint(self, rewind: bool = False) -> None:
        """Bring tabs and body up to date."""
        self.tabs.set_lines([self._tab_line()])
        self.body.set_lines(self._body_lines(), rewind=rewind)

    def _tab_line(self) -> Line:
        if self.node is not None:
            return [(" ", "bar"), (" Summary ", "tab-active")]
        cells: list[Cell] = [(" ", "bar")]
        for tab, title in zip(TABS, TITLES, strict=True):
            cells.append((f"[{title}]", "tab-active") if tab == self.tab else (f" {title} ", "tab"))
        return cells

    def _body_lines(self) -> Sequence[Line]:
        width = self.body.size.width or self.size.width
        absolute = self.desk.session.absolute_times
        if self.node is not None:
            return render_node(self.desk.model, self.node, width, self.desk.now(), absolute)
        facts = self.facts()
        if facts is None:
            return [[(" no ONT is selected", "dim")]]
        if self.tab == "optical":
            return render_optical(facts, width, absolute, self.range, self._chart)
        if self.tab == "tr-069":
            return render_tr069(facts, self._cpe, width, absolute)
        if self.tab == "history":
            return render_history(self._events, facts.ont.serial, width, facts.now, absolute)
        if self.tab == "jobs":
            shown = [job for job in facts.jobs if job.kind is not JobKind.VIEW]
            return render_ont_jobs(shown, width, facts.now, absolute)
        return render_summary(facts, width, absolute)

    # -- what is fetched -------------------------------------------------------------------------------------------

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _fetch_settled(self) -> None:
        """Fetch for the open tab once the cursor rests; a newer wish cancels this one."""
        if self.row is None or self.tab in ("summary", "jobs"):
            return
        await asyncio.sleep(SETTLE_S)
        facts = self.facts()
        if facts is None:
            return
        if self.tab == "optical":
            await self._fetch_chart(facts)
        elif self.tab == "history":
            await self._fetch_events(facts)
        elif self.tab == "tr-069":
            await self._ask_router(facts)

    async def _fetch_events(self, facts: OntFacts) -> None:
        try:
            self._events = await self.desk.backend.ont_events(facts.olt_name, facts.ont.port, facts.ont.serial)
        except NocError:
            return  # the banner tells
        self.paint()

    async def _fetch_chart(self, facts: OntFacts) -> None:
        if facts.ont.serial is None:
            self._chart = [[(" no history without a serial number", "dim")]]
            self.paint()
            return
        points = max(20, 2 * (self.body.size.width - 8))
        labels = {"ont_serial": facts.ont.serial}
        try:
            data = await self.desk.backend.chart(METRICS, labels, RANGES_S[self.range], points)
        except NocError as error:
            self._chart = [[(f" no chart: {error}", "warning")]]
            self.paint()
            return
        self._chart_data, self._chart_at = data, self.desk.now()
        self._draw_chart(data)

    @work(exclusive=True, group="chart", exit_on_error=False)
    async def _draw_chart(self, data: ChartData) -> None:
        facts = self.facts()
        if facts is None:
            return
        size = self._chart_size(facts)
        blocks = self.desk.glyphs.spark.isascii() is False
        self._chart = await asyncio.to_thread(draw, data, facts.thresholds, size, self.body.palette, blocks)
        self.paint()

    def _chart_size(self, facts: OntFacts) -> tuple[int, int]:
        width, height = self.body.size
        above = len(render_values(facts, width, False)) + len([render_ranges(self.range)]) + 1
        return width - 1, max(8, min(height - above, 24))

    async def _ask_router(self, facts: OntFacts) -> None:
        """View what the ACS holds; when that is old, have the router read, at most once a minute."""
        if facts.ont.serial is None or (facts.acs is not None and facts.acs.state == "off"):
            return
        await self._read(facts.ont.serial)
        if self._cpe.job is not None and not self._cpe.job.ended:
            return
        seen = [section.observed_at for section in self._cpe.sections if section.observed_at is not None]
        viewed = (facts.ont.id, JobKind.VIEW) in self._asked_at
        stale = viewed and seen and self.desk.now() - min(seen) > STALE_S
        await self._ask(facts, JobKind.REFRESH if stale else JobKind.VIEW)

    async def _ask(self, facts: OntFacts, kind: JobKind) -> None:
        asked = self._asked_at.get((facts.ont.id, kind), 0.0)
        if self.desk.now() - asked < READ_AGAIN_S or self.desk.model.collector(self.desk.now()) is None:
            return
        self._asked_at[facts.ont.id, kind] = self.desk.now()
        try:
            job_id = await self.desk.submit(kind, facts.ont, "TR-069 tab opened")
            job = await self.desk.backend.job(job_id)
        except NocError as error:
            self._cpe = CpeView(self._cpe.serial, self._cpe.sections, self._cpe.device_id, None, str(error))
        else:
            self._cpe = CpeView(self._cpe.serial, self._cpe.sections, self._cpe.device_id, job)
        self.paint()

    async def _read(self, serial: str) -> None:
        try:
            sections = await self.desk.backend.sections(serial)
            device_id = await self.desk.backend.cpe_for(serial)
        except NocError:
            return  # the banner tells
        facts = self.facts()
        if facts is None or facts.ont.serial != serial:
            return
        self._cpe = CpeView(serial, sections, device_id, self._latest_job(facts), self._cpe.error)
        self.paint()

    def _latest_job(self, facts: OntFacts) -> Job | None:
        """The newest read of this router, whoever asked for it."""
        reads = [job for job in facts.jobs if job.kind in (JobKind.VIEW, JobKind.REFRESH)]
        return reads[0] if reads else self._cpe.job
