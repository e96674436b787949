"""The detail pane: one ONT in five tabs, its name over all of them. What a tab needs is fetched while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import tree
from noc_console.console.render.activity import render_history
from noc_console.console.render.cells import Line
from noc_console.console.render.jobs import render_ont_jobs
from noc_console.console.render.node import render_node
from noc_console.console.render.optical import render_optical, render_ranges
from noc_console.console.render.summary import identity_line, render_summary
from noc_console.console.render.tabs import tab_line
from noc_console.console.render.tr069 import HEADING, known_sections, render_tr069
from noc_console.console.screens.charting import Charting, ChartKeys
from noc_console.console.screens.router import RouterReader
from noc_console.console.screens.sections import Sections
from noc_console.console.screens.tabbed import Tabbed
from noc_console.console.screens.view import Background, Say
from noc_console.console.subjects import Subject, kinds_of, subject_of
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.domain.cpe import Section
from noc_console.domain.errors import NocError
from noc_console.domain.jobs import JobKind
from noc_console.picture.activity import Activity, fold
from noc_console.picture.model import Delta
from noc_console.picture.ont_facts import OntFacts, gather
from noc_console.picture.tree import NodeKey
from noc_console.picture.verdicts import verdict_of

TABS = ("summary", "optical", "tr-069", "history", "jobs")
TITLES = ("Summary", "Optical", "TR-069", "History", "Jobs")
GLANCE_S = 0.04
"""Before what is stored is read: longer than a held key takes to repeat, too short to be waited for."""
SETTLE_S = 0.4
"""How long the cursor must rest on an ONT before anything is asked about it."""


class DetailPane(Tabbed, Background, ChartKeys, Container):
    """Tab line, name and body."""

    TABS, TITLES = TABS, TITLES

    DEFAULT_CSS = """
    DetailPane { layout: vertical; height: 1fr; width: 1fr; }
    DetailPane > #tabs, DetailPane > #who { height: 1; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="detail")
        self.desk = desk
        self.tab = TABS[0]
        self.row: int | None = None
        self.node: NodeKey | None = None
        self.tabs = LinePane(desk.palette, fill="bar", id="tabs")
        self.who = LinePane(desk.palette, id="who")
        self.body = FocusPane(desk.palette, id="body")
        self.chart = Charting(desk)
        self.parts = Sections(self)
        self._router = RouterReader(desk, self.paint)
        self._kind = ""
        """Which of the charts; the first where what is shown does not have it."""
        self._overlay: Subject | None = None
        self._history: Sequence[Activity] | None = None
        self._ages = Every(10.0)

    def compose(self) -> ComposeResult:
        """Tabs, name, body."""
        yield self.tabs
        yield self.who
        yield self.body

    # -- what is shown ---------------------------------------------------------------------------------------------

    def show_ont(self, row: int | None) -> None:
        """Show another ONT."""
        if row == self.row and self.node is None:
            return
        self._show(row, None)

    def show_node(self, node: NodeKey) -> None:
        """Show an OLT, a card or a PON port."""
        if node != self.node:
            self._show(None, node)

    def _show(self, row: int | None, node: NodeKey | None) -> None:
        self.row, self.node = row, node
        self._overlay = None
        self._history = None
        self._router.clear()
        self.chart.clear()
        self.paint(rewind=True)
        self._fetch_settled()

    def show_tab(self, tab: str) -> None:
        """Open a tab."""
        self.tab = tab
        self.paint(rewind=True)
        self._fetch_settled()

    def sections(self) -> list[Section]:
        """What is known of the router."""
        return known_sections(self._router.view)

    def show_section(self) -> None:
        """Bring the chosen section into view."""
        self.paint()
        row = next((row for row, name in self._headings().items() if name == self.parts.chosen), None)
        if row is not None:
            self.body.show_line(row)

    def _headings(self) -> dict[int, str]:
        """Lines of the body that begin a section, and its name."""
        rows = [y for y, line in enumerate(self.body.lines) if any(role == HEADING for _, role in line)]
        return dict(zip(rows, (section.name for section in self.sections()), strict=False))

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the operator."""
        self.post_message(Say(text, severity))

    def do_list_open(self, _: str = "") -> None:
        """Enter folds the chosen section."""
        if self.tab == "tr-069":
            self.parts.do_section_fold()

    def facts(self) -> OntFacts | None:
        """The shown ONT's facts."""
        if self.row is None or self.row >= len(self.desk.model.onts):
            return None
        return gather(self.desk.model, self.row, self.desk.now())

    def set_palette(self, palette: Palette) -> None:
        """Change colours; the chart has its own and is drawn again."""
        self.tabs.set_palette(palette)
        self.who.set_palette(palette)
        self.body.set_palette(palette)
        self.paint()
        self._draw_chart()

    def changed(self, delta: Delta) -> None:
        """The model changed: paint, and read again what the change made old."""
        self.paint()
        if self.row is None:
            return
        ont_id = self.desk.model.onts.get(self.row, "id")
        touched = any(self.desk.model.jobs[job_id].target.ont_id == ont_id for job_id in delta.jobs)
        if (self.tab in ("summary", "tr-069") and touched) or (self.tab == "history" and delta.changes):
            self._fetch_settled()

    def tick(self) -> None:
        """A second passed."""
        now = self.desk.now()
        due = self._ages.due(now)
        if due or self._router.waiting:
            self.paint()
        chart_due = self.chart.due(now) and self._subject() is not None
        if chart_due or (due and self.row is not None and self.tab == "tr-069"):
            self._fetch_settled()

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self._resized)

    def _resized(self) -> None:
        self.paint()
        self._draw_chart()

    def paint(self, rewind: bool = False) -> None:
        """Bring all of it up to date."""
        self.tabs.set_lines([self._tab_line()])
        self.who.set_lines([self._who_line()])
        self.body.set_lines(self._body_lines(), rewind=rewind)

    def _tab_line(self) -> Line:
        if self.node is not None:
            return [(" ", "bar"), (" Summary ", "tab-active")]
        return tab_line(TABS, TITLES, self.tab)

    def _who_line(self) -> Line:
        if self.node is not None:
            return [(f" {tree.title(self.desk.model, self.node)}", "title")]
        if self._overlay is not None:
            return [(" light of several ONTs", "title")]
        facts = self.facts()
        return identity_line(facts) if facts is not None else ()

    def _body_lines(self) -> Sequence[Line]:
        width = self.body.size.width or self.size.width
        absolute = self.desk.session.absolute_times
        if self.node is not None:
            return render_node(self.desk.model, self.node, width, self.desk.now(), absolute, self._chart_lines())
        facts = self.facts()
        if facts is None:
            return [[(" no ONT is selected", "dim")]]
        if self.tab == "optical" and self._overlay is not None:
            return self._chart_lines()  # the one under the cursor may be none of them
        if self.tab == "optical":
            return render_optical(facts, width, absolute, self._chart_lines())
        if self.tab == "tr-069":
            return render_tr069(facts, self._router.view, width, absolute, self.parts.folded, self.parts.chosen)
        if self.tab == "history":
            return render_history(self._history, facts.ont.serial, width, facts.now, absolute)
        if self.tab == "jobs":
            shown = [job for job in facts.jobs if job.kind is not JobKind.VIEW]
            return render_ont_jobs(shown, width, facts.now, absolute)
        view = self._router.view
        verdict = verdict_of(self.desk.model, facts, view.sections)
        return render_summary(facts, verdict, width, absolute)

    def _chart_lines(self) -> Sequence[Line]:
        """The range line and the chart, where there is something to chart."""
        kinds = self.kinds()
        if not kinds:
            return ()
        kind = self._kind if self._kind in kinds else kinds[0]
        if self._overlay is not None:
            kind = self._overlay.title
            kinds = (kind,)
        return [render_ranges(self.chart.range, kinds, kind), *self.chart.lines]

    def on_click(self, event: events.Click) -> None:
        """An OLT or a port has no tabs; in TR-069 a heading folds its section."""
        if self.node is not None and event.widget is self.tabs:
            event.prevent_default()
        elif self.tab == "tr-069" and self.node is None and event.widget is self.body:
            name = self._headings().get(self.body.row_at(event.y))
            if name:
                self.parts.do_section_fold(name)

    # -- actions ---------------------------------------------------------------------------------------------------

    def do_chart(self, kind: str = "") -> None:
        """The named chart, or the next one."""
        stays = self._overlay is not None
        if self.node is None and self.tab != "optical":
            stays = True  # from another tab: what was shown there last
            self.show_tab("optical")
        kinds = self.kinds()
        if not kinds or (kind and kind not in kinds):
            raise ValueError(f"no chart {kind!r} here (there are {', '.join(kinds)})" if kinds else "no chart here")
        at = kinds.index(self._kind) if self._kind in kinds else 0
        self._kind, self._overlay = kind or kinds[at if stays else (at + 1) % len(kinds)], None
        self._chart_over(self.chart.range)

    def overlay(self, subject: Subject) -> None:
        """Chart several ONTs in one picture, until another ONT is shown."""
        self._overlay = subject
        self.tab = "optical" if self.node is None else self.tab
        self._chart_over(self.chart.range)

    def _chart_over(self, name: str) -> None:
        self._sought = True
        self.chart.choose(name)
        self.paint()
        self._fetch_settled()

    # -- what is fetched -------------------------------------------------------------------------------------------

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _fetch_settled(self) -> None:
        """Fetch for what is open once the cursor rests; a newer wish cancels this one."""
        if self.row is None and self.node is None:
            return
        await asyncio.sleep(GLANCE_S)
        facts = self.facts()
        if facts is not None and self.tab in ("summary", "tr-069"):
            await self._router.show_stored(facts)
        await asyncio.sleep(SETTLE_S - GLANCE_S)
        facts, subject = self.facts(), self._subject()
        if subject is not None:
            await self.chart.read(subject, self.body.size.width)
            self._draw_chart()
        elif facts is not None and self.tab == "history":
            await self._fetch_history(facts)
        elif facts is not None and self.tab in ("summary", "tr-069"):
            await self._router.ask(facts, refresh=self.tab == "tr-069")

    def kinds(self) -> tuple[str, ...]:
        """What can be charted of what is shown."""
        if self.node is None:
            return kinds_of(self.desk.model, None) if self.row is not None and self.tab == "optical" else ()
        return kinds_of(self.desk.model, self.node)

    def _subject(self) -> Subject | None:
        """What the chart in view is about."""
        kinds = self.kinds()
        if not kinds or self._overlay is not None:
            return self._overlay if kinds else None
        kind = self._kind if self._kind in kinds else kinds[0]
        return subject_of(self.desk.model, self.node, self.facts(), kind)

    async def _fetch_history(self, facts: OntFacts) -> None:
        try:
            found = await self.desk.backend.ont_changes(facts.olt_name, facts.ont.port, facts.ont.serial)
        except NocError:
            return  # the banner tells
        self._history = fold(reversed(found))
        self.paint()

    @work(exclusive=True, group="chart", exit_on_error=False)
    async def _draw_chart(self) -> None:
        width, height = self.body.size
        above = len(self._body_lines()) - len(self.chart.lines)
        await self.chart.draw((width - 1, max(8, min(height - above, 24))), self.body.palette)
        self.paint()
        self._seek_chart()
