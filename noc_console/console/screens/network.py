"""The Network screen: tree, ONT table, detail pane."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import onts, tree
from noc_console.console.render.cells import Line
from noc_console.console.screens.detail import TABS, TITLES, DetailPane
from noc_console.console.screens.panes import CSS, ORDER, Panes
from noc_console.console.screens.sparks import SETTLE_S, Sparks
from noc_console.console.screens.topology import TopologyPane
from noc_console.console.screens.view import Say, View
from noc_console.console.subjects import MOST, overlay_of
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import Filter
from noc_console.domain.network import Olt, Ont
from noc_console.picture.flat_rows import Row, ont_row
from noc_console.picture.model import Delta
from noc_console.picture.ont_facts import gather
from noc_console.picture.ont_names import ont_copies
from noc_console.picture.ont_rows import is_problem, select
from noc_console.picture.tree import NodeKey

SCOPE_SETTLE_S = 0.08
REBUILD_SHARE = 0.05
"""Re-sorting while data flows may take at most this share of the time."""
ROOMY = 100
"""Cells of the table from which descriptions get more room."""


class NetworkView(View):
    """OLT > card > PON port on the left, their ONTs in the middle, one of them in full on the right or below."""

    NAME, TITLE = "network", "Network"
    PANES: tuple[str, ...] = ORDER
    DEFAULT_CSS = CSS

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.scope: NodeKey | None = None
        self.preset = onts.PRESETS[0]
        self.cells = onts.OntCells(desk.model, desk.glyphs)
        self.topology = TopologyPane(desk)
        self.table = LineTable(
            self.cells.cell,  # type: ignore[arg-type]
            onts.columns_for(self.preset, {}, one_olt=False),
            desk.palette,
            desk.glyphs,
            empty=self._empty,
            id="onts",
        )
        self.detail = DetailPane(desk)
        self.panes = Panes(self, self.topology, self.table, self.detail, self.PANES)
        self.helpers = (self.panes, self.detail, self.detail.parts)
        self._sparks = Sparks(desk)
        self.cells.sparks = self._sparks.values
        self._rebuild_after = 0.0
        self._stale_order = False
        self._whole = False
        """Whether everything had been read when the rows were chosen."""
        self._ages = Every(10.0)

    def compose(self) -> ComposeResult:
        """Three panes."""
        yield self.topology
        with Container(id="main"):
            yield self.table
            yield self.detail

    def on_mount(self) -> None:
        """Lay it out; the rows come when it is shown."""
        self.cells.now = self.desk.now()

    def on_resize(self) -> None:
        """Choose the layout by the room there is."""
        self.panes.lay_out(*self.size)

    # -- data ------------------------------------------------------------------------------------------------------

    def changed(self, delta: Delta) -> None:
        """Repaint what the change touched; re-sort when the budget allows it. Hidden it asks nobody anything."""
        if not self.in_use:
            self._stale_order, self._rebuild_after = True, 0.0
            return
        self.cells.now = self.desk.now()
        if "tree" in self.PANES and (delta.structure or delta.tree or delta.sources):
            self.topology.reload()
        if delta.structure or delta.rows:
            # Other values change what is listed only under a filter or an order of the operator's.
            chosen = self.filter or self.only_problems or self.table.sort_by
            self._stale_order |= bool(delta.structure or chosen)
            self.table.refresh_rows(delta.rows)
        if delta.structure and (not self.table.keys or self._whole != self.desk.model.link.loaded):
            self.rebuild()
        self._rebuild_when_due()
        if delta:
            self.detail.changed(delta)

    def tick(self) -> None:
        """Ages and late re-sorting."""
        self.cells.now = self.desk.now()
        self._rebuild_when_due()
        if self._ages.due(self.cells.now):
            self.table.refresh_rows()
        self.detail.tick()

    def rebuild(self, follow: int | None = None) -> None:
        """Choose and order the rows again; the cursor stays on its ONT."""
        started = time.perf_counter()
        self._stale_order, self._whole = False, self.desk.model.link.loaded
        model, now = self.desk.model, self.desk.now()
        rows = select(model, model.rows_under(self.scope), self.filter, now)
        if self.only_problems:
            rows = [row for row in rows if is_problem(model, row)]
        rows = onts.sort_rows(model, rows, self.table.sort_by, self.table.sort_down)
        self._fit_columns()
        before = self.table.current
        if follow is None and rows and not self.desk.session.last_key_at:
            follow = rows[0]  # nobody has touched a key yet: OLTs that come in later must not carry the list away
        self.table.set_keys(rows, follow)
        if before is None:
            self._show_current()
        took_s = time.perf_counter() - started
        self._rebuild_after = time.monotonic() + max(1.0, took_s / REBUILD_SHARE)

    def _rebuild_when_due(self) -> None:
        if self._stale_order and time.monotonic() >= self._rebuild_after:
            self.rebuild()

    def _fit_columns(self) -> None:
        model = self.desk.model
        widths = {
            "serial": model.onts.longest or 12,
            "olt": min(16, max((len(olt.name) for olt in model.olts.values()), default=6)),
            "description": 22 if self.table.size.width >= ROOMY else 14,
            "port": max((len(port.name) for port in model.port_states.values()), default=6),
        }
        one_olt = self.scope is not None or len(model.olts) == 1
        self.table.set_columns(onts.columns_for(self.preset, widths, one_olt), onts.all_columns(widths))

    def _empty(self) -> list[Line]:
        model = self.desk.model
        if model.link.last_ok_at is None:
            return [[(" no data yet: connecting to the database ...", "dim")]]
        if not model.olts:
            return self.nothing("no OLT is known yet: the collector enters them when it starts")
        return self.nothing("no ONT here yet: waiting for the first inventory poll")

    # -- what is selected ------------------------------------------------------------------------------------------

    def selected_ont(self) -> Ont | None:
        """The ONT under the cursor; none while the tree is in use: then it is about what the tree's cursor is on."""
        row = None if self.topology.has_focus else self.table.current
        return self.desk.model.onts.ont(row) if isinstance(row, int) else None

    def selected_olt(self) -> Olt | None:
        """The OLT of the tree's node, while the tree is in use."""
        node = self.topology.node if self.topology.has_focus else None
        return self.desk.model.olts.get(node.olt_id) if node else None

    def opens(self) -> bool:
        """From the tree and the table; in the detail sections of the router."""
        if self.panes.current == "detail":
            return self.detail.node is None and self.detail.tab == "tr-069"
        return self.topology.has_focus or super().opens()

    def tabbed(self) -> bool:
        """Of an ONT; an OLT and a port have none here."""
        return self.detail.node is None and self.detail.row is not None

    def chosen_onts(self) -> list[Ont]:
        """Those marked, else the one under the cursor."""
        marked = sorted(row for row in self.table.marked if isinstance(row, int))
        return [self.desk.model.onts.ont(row) for row in marked] or super().chosen_onts()

    def row_of(self, key: Hashable) -> Row:
        """An ONT, as ``show onts`` prints it."""
        return ont_row(gather(self.desk.model, key, self.desk.now())) if isinstance(key, int) else {}

    def exported(self) -> tuple[str, Iterator[Row]]:
        """The chart while the detail with one is in use, else the list."""
        charted = self.detail.chart.exported() if self.screen.focused is self.detail.body else []
        if charted:
            return "chart", iter(charted)
        return self.NAME, map(self.row_of, self.table.wanted)  # as they are asked for: there may be 100,000

    def jumps(self) -> list[tuple[str, Callable[[], object]]]:
        """Panes, and tabs of the detail."""
        titles = {"tree": "Tree", "onts": "ONT table", "detail": "Detail"}
        panes = [(titles[pane], partial(self.panes.focus, pane)) for pane in self.PANES]
        tabs = zip(TABS, TITLES, strict=True)
        return [*panes, *((f"Tab {title}", partial(self._jump_to_tab, tab)) for tab, title in tabs)]

    def _jump_to_tab(self, tab: str) -> None:
        self.panes.focus("detail")
        self.detail.show_tab(tab)

    def where(self) -> Any:
        """The scope too."""
        return self.scope, super().where()

    def return_to(self, where: Any) -> None:
        """The scope first."""
        scope, listed = where
        if scope != self.scope:
            self.set_scope(scope)
        super().return_to(listed)

    def remembered(self) -> dict[str, Any]:
        """The set of columns too."""
        return {**super().remembered(), "columns": self.preset}

    def recall(self, state: dict[str, Any]) -> None:
        """The set of columns first: it decides what can be sorted by."""
        if state.get("columns") in onts.PRESETS:
            self.preset = state["columns"]
            self._fit_columns()
        super().recall(state)

    def copies(self) -> list[tuple[str, str]]:
        """All that the ONT is called by."""
        ont = self.selected_ont()
        return ont_copies(self.desk.model, ont) + super().copies()[1:] if ont else super().copies()

    def link(self) -> str:
        """To the ONT, or to the OLT or PON port under the tree's cursor."""
        node = self.topology.node if self.topology.has_focus else None
        ont = self.selected_ont()
        if node is not None and node.olt_id in self.desk.model.olts:
            name = self.desk.model.olt_name(node.olt_id)
            return f"pon {name} {node.path}" if node.level == 2 else f"olt {name}"
        return f"ont {ont.identity}" if ont is not None and ont.identity else super().link()

    def copyable(self) -> tuple[str, str] | None:
        """Serial or MAC of the ONT, or name of the tree node."""
        if self.topology.has_focus and self.topology.node:
            return "name", tree.title(self.desk.model, self.topology.node)
        ont = self.selected_ont()
        if ont is None or ont.identity is None:
            return None
        return ("serial" if ont.serial else "MAC"), ont.identity

    def crumb(self) -> tuple[str, str]:
        """Scope and position."""
        at, total = self.table.position
        whole = self.desk.model.size_under(self.scope) if (self.filter or self.only_problems) else total
        marked = f"{len(self.table.marked)} marked   " if self.table.marked else ""
        listed = f"{total} of {whole}" if total != whole else f"{at} of {total}"
        waiting = len(self.desk.model.waiting_under(self.scope))
        new = f"{waiting} to be registered   " if waiting else ""
        where = f"{self.TITLE} > {tree.title(self.desk.model, self.scope)}" if "tree" in self.PANES else self.TITLE
        return where, f"{new}{marked}{listed}"

    def set_filter(self, wanted: Filter) -> None:
        """Filter the ONTs."""
        super().set_filter(wanted)
        self.rebuild()

    def set_palette(self, palette: Palette) -> None:
        """Change colours, and the way times are shown."""
        self.cells.absolute = self.desk.session.absolute_times
        self.cells.sparks = {} if self.desk.session.low_link else self._sparks.values
        for part in (self.topology, self.table, self.detail):
            part.set_palette(palette)

    def go_in(self) -> None:
        """Focus the table."""
        self.table.focus()

    def go_to(self, row: int) -> None:
        """Put the cursor on an ONT, opening the scope to it where necessary."""
        if row not in self.table.keys:
            self.scope, self.only_problems = None, False
            super().set_filter(Filter("", ()))
            self.rebuild(follow=row)
        else:
            self.table.go_to(row)
        self.table.focus()

    def set_scope(self, node: NodeKey | None) -> None:
        """List the ONTs below a node."""
        self.scope = tree.scope_of(node)
        self.rebuild()

    # -- events of the panes ---------------------------------------------------------------------------------------

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        """The cursor moved in the tree or the table."""
        event.stop()
        if event.table is self.topology and self.topology.has_focus:
            self._scope_settled()
        elif event.table is self.table:
            self._show_current()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """Enter: unfold and step from the tree to the table, from the table to the detail."""
        event.stop()
        if event.table is self.table:
            self.panes.focus("detail")
            return
        if event.table is self.topology and self.topology.node and self.topology.open(self.topology.node):
            return
        self.panes.focus("onts")

    def on_line_table_sorted(self, event: LineTable.Sorted) -> None:
        """Another order."""
        event.stop()
        if event.table is self.table:
            self.rebuild()

    def on_line_table_shown(self, event: LineTable.Shown) -> None:
        """Other rows in view: fetch their sparklines."""
        event.stop()
        if event.table is self.table:
            self._fetch_sparks()

    def on_descendant_focus(self) -> None:
        """The detail follows the pane in use."""
        if self.topology.has_focus and self.topology.node:
            self.detail.show_node(self.topology.node)
        elif self.table.has_focus:
            self._show_current()
        self.panes.settle()

    @work(exclusive=True, group="scope", exit_on_error=False)
    async def _scope_settled(self) -> None:
        """List the node's ONTs once the cursor rests on it."""
        node = self.topology.node
        if node is None:
            return
        self.detail.show_node(node)
        await asyncio.sleep(SCOPE_SETTLE_S)
        self.set_scope(node)

    def _show_current(self) -> None:
        """The ONT under the cursor; a node that is shown stays until the table is used again."""
        if self.detail.node is not None and not self.table.has_focus:
            return
        row = self.table.current
        self.detail.show_ont(row if isinstance(row, int) else None)

    @work(exclusive=True, group="sparks", exit_on_error=False)
    async def _fetch_sparks(self) -> None:
        """Histories of the rows in view, once the view rests."""
        await asyncio.sleep(SETTLE_S)
        if self.desk.session.low_link:
            return
        serials = [self.desk.model.onts.get(row, "serial") for row in self.table.in_view()]  # type: ignore[arg-type]
        if await self._sparks.fetch(serials):
            self.table.refresh_rows()

    def leave_pane(self) -> bool:
        """Out of the detail or the tree."""
        return self.panes.back()

    def widen(self) -> bool:
        """Out of the tree's scope."""
        if self.scope is not None:
            self.set_scope(None)
            return True
        return False

    def do_list_out(self, _: str = "") -> None:
        """Left: from the detail to the table, from the table to the tree; in the tree fold, then up."""
        pane = self.panes.current
        if pane == "detail":
            self.panes.back()
        elif pane == "tree":
            self.topology.step_out()
        elif "tree" in self.PANES:
            self.panes.focus("tree")

    def do_chart(self, kind: str = "") -> None:
        """The light of the marked ONTs in one picture; else what the detail charts, or the named chart."""
        marked = [ont for ont in self.chosen_onts() if ont.serial] if len(self.table.marked) > 1 else []
        if kind or not marked:
            self.detail.do_chart(kind)
            return
        model = self.desk.model
        onts = [(ont.serial or "", f"{ont.serial} {ont.description or ''}".rstrip()) for ont in marked]
        told = f"{min(MOST, len(onts))} of {len(onts)} marked" if len(onts) > MOST else f"{len(onts)} marked"
        self.detail.overlay(overlay_of(told, onts, model.thresholds(marked[0].olt_id)))
        self.panes.focus("detail")

    def do_columns_preset(self, name: str = "") -> None:
        """Next set of columns, the named one, or ``+rx,-model``."""
        if name.startswith(("+", "-")):
            self.table.do_columns_choose(name)
            return
        if name and name not in onts.PRESETS:
            raise ValueError(f"no set of columns {name!r} (there are {', '.join(onts.PRESETS)})")
        self.preset = name or onts.PRESETS[(onts.PRESETS.index(self.preset) + 1) % len(onts.PRESETS)]
        self._fit_columns()
        self.post_message(Say(f"columns: {self.preset}"))
