"""One OLT in five tabs: Overview, Ports, ONTs, Activity, Backups."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import olt_ports, onts
from noc_console.console.render.activity import render_history
from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.node import column, render_node
from noc_console.console.render.olts import STATES, gauges, uplink_lines
from noc_console.console.render.optical import render_ranges
from noc_console.console.render.tabs import tab_line
from noc_console.console.screens.backup_list import BackupList
from noc_console.console.screens.charting import Charting, ChartKeys
from noc_console.console.screens.sparks import SETTLE_S, PortRates, Sparks
from noc_console.console.screens.tabbed import Tabbed
from noc_console.console.screens.view import Background
from noc_console.console.subjects import kinds_of, subject_of
from noc_console.console.widgets.columns import by_value, in_order
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.backups import BACKUP_RUNS, BACKUPS
from noc_console.domain.filters import Filter, parse_filter
from noc_console.domain.network import Olt, Ont
from noc_console.picture.activity import fold
from noc_console.picture.flat_rows import Row, ont_row
from noc_console.picture.model import Delta
from noc_console.picture.olt_rows import state_of
from noc_console.picture.ont_facts import gather
from noc_console.picture.ont_rows import is_problem, select
from noc_console.picture.port_rows import PortLoss, facts, port_loss_row, port_losses
from noc_console.picture.tree import NodeKey

TABS = ("overview", "ports", "onts", "activity", "backups")
TITLES = ("Overview", "Ports", "ONTs", "Activity", "Backups")
COUNT_EVERY_S = 2.0


class OltDetail(Tabbed, Background, ChartKeys, Container):
    """Tab line, name, and below them lines or a list."""

    TABS, TITLES = TABS, TITLES

    DEFAULT_CSS = """
    OltDetail { layout: vertical; height: 1fr; width: 1fr; }
    OltDetail > #olt-tabs, OltDetail > #olt-who { height: 1; }
    OltDetail > LineTable { display: none; }
    OltDetail.-ports > #olt-ports, OltDetail.-onts > #olt-onts { display: block; }
    OltDetail.-backups > #olt-backups { display: block; }
    OltDetail.-ports > #olt-body, OltDetail.-onts > #olt-body, OltDetail.-backups > #olt-body { display: none; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(id="olt-detail")
        self.desk = desk
        self.tab = TABS[0]
        self.olt_id = 0
        self.wanted: Filter = parse_filter("")
        """Which ports and ONTs are listed."""
        self.only_problems = False
        self.tabs = LinePane(desk.palette, fill="bar", id="olt-tabs")
        self.who = LinePane(desk.palette, id="olt-who")
        self.body = FocusPane(desk.palette, id="olt-body")
        self.ports = LineTable(
            self._port_cell, olt_ports.COLUMNS, desk.palette, desk.glyphs, empty=self._empty, id="olt-ports"
        )
        self.cells = onts.OntCells(desk.model, desk.glyphs)
        self.onts = LineTable(
            self.cells.cell,  # type: ignore[arg-type]
            onts.columns_for("triage", {}, one_olt=True),
            desk.palette,
            desk.glyphs,
            empty=self._empty,
            id="olt-onts",
        )
        self.backups = BackupList(desk)
        self._sparks = Sparks(desk)
        self.cells.sparks = self._sparks.values
        self._rates = PortRates(desk)
        self._ports: dict[Hashable, PortLoss] = {}
        self._due = Every(COUNT_EVERY_S)
        self.chart = Charting(desk)
        self._kind = ""

    def compose(self) -> ComposeResult:
        """Tabs, name, and what a tab shows."""
        yield self.tabs
        yield self.who
        yield self.body
        yield self.ports
        yield self.onts
        yield self.backups.table

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def olt(self) -> Olt | None:
        """The OLT that is shown, as long as it is there."""
        return self.desk.model.olts.get(self.olt_id)

    @property
    def listing(self) -> LineTable | None:
        """The list of the open tab."""
        return {"ports": self.ports, "onts": self.onts, "backups": self.backups.table}.get(self.tab)

    def show(self, olt_id: int) -> None:
        """Show another OLT, from its overview."""
        if olt_id != self.olt_id:
            self.olt_id = olt_id
            self.chart.clear()
            self.show_tab(TABS[0])
        self.reload(rewind=True)
        self._fetch()

    def show_tab(self, tab: str) -> None:
        """Open a tab."""
        self.tab = tab
        for name in ("ports", "onts", "backups"):
            self.set_class(name == tab, f"-{name}")
        self.reload(rewind=True)
        if self.is_mounted and self.display:
            self.call_after_refresh(self.go_in)

    def narrow(self, wanted: Filter, only_problems: bool) -> None:
        """List only these ports and ONTs."""
        self.wanted, self.only_problems = wanted, only_problems
        self.reload()

    def go_in(self) -> None:
        """Focus what the tab shows."""
        (self.listing or self.body).focus()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        for part in (self.tabs, self.who, self.body, self.ports, self.onts, self.backups.table):
            part.set_palette(palette)
        self.cells.absolute = self.desk.session.absolute_times
        self.reload()
        self._draw_chart()

    def changed(self, delta: Delta) -> None:
        """The model changed."""
        if (
            delta.structure
            or BACKUPS.name in delta.records
            or BACKUP_RUNS.name in delta.records
            or self._due.due(self.desk.now())
        ):
            self.reload()

    def tick(self) -> None:
        """Ages grow."""
        if self.tab == TABS[0] and self.chart.due(self.desk.now()):
            self._fetch()
        if self._due.due(self.desk.now()):
            self.reload()

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self.reload)
        self._draw_chart()

    def reload(self, rewind: bool = False) -> None:
        """Bring the open tab up to date."""
        olt, now = self.olt, self.desk.now()
        self.tabs.set_lines([tab_line(TABS, TITLES, self.tab)])
        if olt is None:
            self.who.set_lines([])
            self.body.set_lines([[(" this OLT is no longer in the config (Esc goes back)", "dim")]])
            return
        told = self.backups.told_of(olt) if self.tab == "backups" else []
        self.who.set_lines([[(f" {olt.name}  ", "title"), STATES[state_of(olt)], *told]])
        if self.tab == "ports":
            self._list_ports(olt)
        elif self.tab == "onts":
            self._list_onts(now)
        elif self.tab == "backups":
            self.backups.reload(olt.name)
        else:
            self.body.set_lines(self._body_lines(olt, now), rewind=rewind)

    def _body_lines(self, olt: Olt, now: float) -> Sequence[Line]:
        width, absolute = self.body.size.width or self.size.width, self.desk.session.absolute_times
        if self.tab == "activity":
            changes = [one for one in reversed(self.desk.model.change_list()) if one.olt == olt.name]
            if not changes:
                return [[(" nothing happened on it that is still known", "dim")]]
            return render_history(fold(changes), None, width, now, absolute, whole=True)
        model, glyphs = self.desk.model, self.desk.glyphs
        left = column(width)
        head = [*gauges(model, olt, left, now, glyphs), *uplink_lines(model, olt, left, now, absolute)]
        kinds = kinds_of(self.desk.model, NodeKey(olt.id))
        chart = [render_ranges(self.chart.range, kinds, self._kind_of(kinds)), *self.chart.lines]
        return render_node(model, NodeKey(olt.id), width, now, absolute, chart, head)

    def kinds(self) -> tuple[str, ...]:
        """What can be charted of it."""
        return kinds_of(self.desk.model, NodeKey(self.olt_id)) if self.tab == TABS[0] else ()

    def _kind_of(self, kinds: Sequence[str]) -> str:
        return self._kind if self._kind in kinds else kinds[0]

    def _list_ports(self, olt: Olt) -> None:
        found = port_losses(self.desk.model, olt.name)
        if self.only_problems:
            found = [one for one in found if one.lost or one.unknown]
        if self.wanted:
            found = [one for one in found if self.wanted.matches(facts(one))]
        self._ports = {(one.olt_id, one.port): one for one in found}
        by = self.ports.sort_by or "port"
        told = {key: olt_ports.value(self.desk.model, one, self._rates.known, by) for key, one in self._ports.items()}
        self.ports.set_keys(in_order(list(self._ports), by_value(told), self.ports.sort_down))
        self.ports.refresh_rows()

    def _list_onts(self, now: float) -> None:
        self.cells.now = now
        model, table = self.desk.model, self.onts
        rows = select(model, model.rows_under(NodeKey(self.olt_id)), self.wanted, now)
        if self.only_problems:
            rows = [row for row in rows if is_problem(model, row)]
        table.set_keys(onts.sort_rows(model, rows, table.sort_by, table.sort_down))
        table.refresh_rows()

    def _empty(self) -> list[Line]:
        if self.wanted or self.only_problems:
            return [[(" nothing on this OLT matches", "strong")], [(" Esc drops the filter", "dim")]]
        return [[(" nothing was read of this OLT yet", "dim")]]

    def _port_cell(self, key: Hashable, column: str) -> Cell:
        one = self._ports.get(key)
        return olt_ports.cell(self.desk.model, one, self._rates.known, column, self.desk.now()) if one else ("", "base")

    # -- what is selected ------------------------------------------------------------------------------------------

    def selected_ont(self) -> Ont | None:
        """The ONT under the cursor of the tab ONTs."""
        row = self.onts.current
        return self.desk.model.onts.ont(row) if self.tab == "onts" and isinstance(row, int) else None

    def row_of(self, key: Hashable) -> Row:
        """What the open list has under this key, with its bare values."""
        if self.tab == "backups":
            return self.backups.row_of(key)
        if isinstance(key, int):
            return ont_row(gather(self.desk.model, key, self.desk.now()))
        if (one := self._ports.get(key)) is None:
            return {}
        port = self.desk.model.ports.get((one.olt_id, one.port))
        down, up = self._rates.known.get((one.olt, one.port), (None, None))
        sfp = {"sfp_tx_dbm": port and port.tx_dbm, "sfp_temperature_celsius": port and port.temperature_celsius}
        return port_loss_row(one) | sfp | {"to_onts_bit_per_s": down, "from_onts_bit_per_s": up}

    def place(self) -> tuple[str | None, str | None, str | None] | None:
        """OLT, PON port and serial number of what is under the cursor."""
        if (ont := self.selected_ont()) is not None:
            return self.desk.model.olt_name(ont.olt_id), ont.port, ont.identity
        one = self._ports.get(self.ports.current) if self.tab == "ports" else None
        return (one.olt, one.port, None) if one is not None else None

    # -- actions ---------------------------------------------------------------------------------------------------

    def do_chart(self, kind: str = "") -> None:
        """The named chart, or the next one."""
        kinds = kinds_of(self.desk.model, NodeKey(self.olt_id))
        if not kinds or (kind and kind not in kinds):
            raise ValueError(f"no chart {kind!r} here (there are {', '.join(kinds)})")
        self._kind = kind or kinds[(kinds.index(self._kind_of(kinds)) + 1) % len(kinds)]
        if self.tab != TABS[0]:
            self.show_tab(TABS[0])
        self._chart_over(self.chart.range)

    def _chart_over(self, name: str) -> None:
        """Read another range or kind."""
        self._sought = True
        self.chart.choose(name)
        self.reload()
        self._fetch()

    # -- what is fetched -------------------------------------------------------------------------------------------

    def on_line_table_shown(self, event: LineTable.Shown) -> None:
        """Other rows in view: their history is fetched once the view rests."""
        event.stop()
        if self.listing is event.table and event.table.keys:
            self._fetch()

    @work(exclusive=True, group="olt", exit_on_error=False)
    async def _fetch(self) -> None:
        await asyncio.sleep(SETTLE_S)
        if self.listing is None:
            await self._read_chart()
            return
        if self.tab == "backups":
            return
        if self.tab == "onts":
            serials = [self.desk.model.onts.get(row, "serial") for row in self.onts.in_view()]  # type: ignore[arg-type]
            came = await self._sparks.fetch(serials)
        else:
            seen = (self._ports.get(key) for key in self.ports.in_view())
            came = await self._rates.fetch([(one.olt, one.port) for one in seen if one is not None])
        if came:
            self.reload()

    async def _read_chart(self) -> None:
        kinds = kinds_of(self.desk.model, NodeKey(self.olt_id))
        if self.tab != TABS[0] or not kinds:
            return
        subject = subject_of(self.desk.model, NodeKey(self.olt_id), None, self._kind_of(kinds))
        if subject is not None:
            await self.chart.read(subject, self.body.size.width)
            self._draw_chart()

    @work(exclusive=True, group="olt-chart", exit_on_error=False)
    async def _draw_chart(self) -> None:
        width, height = self.body.size
        if width and height:
            await self.chart.draw((width - 1, max(8, min(height - 2, 20))), self.body.palette)
            self.reload()
            self._seek_chart()
