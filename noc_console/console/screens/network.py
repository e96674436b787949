"""The Network screen: tree, ONT table, detail pane."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable

from textual import work
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import onts, tree
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.detail import TABS, DetailPane
from noc_console.console.screens.view import Follow, Say, View
from noc_console.console.state.model import Delta
from noc_console.console.state.rows import is_problem, select
from noc_console.console.state.tree import NodeKey
from noc_console.console.widgets.table import LineTable
from noc_console.domain.errors import NocError
from noc_console.domain.filters import Filter
from noc_console.domain.history import RANGES_S
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Ont

HUGE, WIDE, MIDDLE = 190, 160, 120
SPARK_RANGE_S = 86400.0
SPARK_KEPT_S = 300.0
SPARK_SETTLE_S = 0.25
REBUILD_SHARE = 0.05
"""Re-sorting while data flows may take at most this share of the time."""
MOST_REFRESHES = 20
FEW_OLTS = 4
ROOMY = 100
"""Cells of the table from which descriptions get more room."""
TREE_WIDTHS = (30, 42, 22)
"""Least and most of the tree, and what it needs beside the longest OLT name."""


class NetworkView(View):
    """OLT > card > PON port on the left, their ONTs in the middle, one of them in full on the right or below."""

    NAME, TITLE = "network", "Network"
    DEFAULT_CSS = """
    NetworkView { layout: horizontal; }
    NetworkView > #tree { width: 30; border-right: solid $border; }
    NetworkView > #main { layout: vertical; width: 1fr; }
    NetworkView #onts { height: 1fr; }
    NetworkView #detail { height: 6; }
    NetworkView.-narrow > #tree { display: none; }
    NetworkView.-narrow.-tree > #tree { display: block; }
    NetworkView.-middle #detail { height: 16; }
    NetworkView.-middle.-notree > #tree, NetworkView.-wide.-notree > #tree { display: none; }
    NetworkView.-middle.-notree > #main, NetworkView.-wide > #main { layout: horizontal; }
    NetworkView.-middle.-notree #onts, NetworkView.-wide #onts { width: 1fr; }
    NetworkView.-middle.-notree #detail { width: 50; height: 1fr; border-left: solid $border; }
    NetworkView.-wide #detail { width: 48; height: 1fr; border-left: solid $border; }
    NetworkView.-zoom-tree > #main, NetworkView.-zoom-onts > #tree, NetworkView.-zoom-detail > #tree { display: none; }
    NetworkView.-zoom-tree > #tree { width: 1fr !important; border-right: none; }
    NetworkView.-zoom-onts #detail, NetworkView.-zoom-detail #onts { display: none; }
    NetworkView.-zoom-detail #detail { width: 1fr; height: 1fr; border-left: none; }
    NetworkView.-short #detail { height: 5; }
    NetworkView.-tiny #detail { display: none; }
    NetworkView.-tiny.-zoom-detail #detail { display: block; }
    NetworkView.-wide.-huge #detail { width: 56; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.opened: set[NodeKey] = set()
        self.scope: NodeKey | None = None
        self.preset = onts.PRESETS[0]
        self.cells = onts.OntCells(desk.model, desk.glyphs)
        self.topology = LineTable(self._tree_cell, tree.COLUMNS, desk.palette, desk.glyphs, id="tree")
        self.table = LineTable(
            self.cells.cell,  # type: ignore[arg-type]
            onts.columns_for(self.preset, {}, one_olt=False),
            desk.palette,
            desk.glyphs,
            empty=self._empty,
            id="onts",
        )
        self.detail = DetailPane(desk)
        self._sparks: dict[str, list[float | None]] = {}
        self._spark_at: dict[str, float] = {}
        self.cells.sparks = self._sparks
        self._rebuild_after = 0.0
        self._stale_order = False
        self._ages = Every(10.0)
        self._seen_nodes: set[NodeKey] = set()

    def compose(self) -> ComposeResult:
        """Three panes."""
        yield self.topology
        with Container(id="main"):
            yield self.table
            yield self.detail

    def on_mount(self) -> None:
        """Start with the whole network."""
        self.cells.now = self.desk.now()
        self.topology.set_keys(tree.nodes(self.desk.model, self.opened))
        self.rebuild()

    def on_resize(self) -> None:
        """Choose the layout by the room there is."""
        width, height = self.size
        self.set_class(width >= WIDE, "-wide")
        self.set_class(width >= HUGE, "-huge")
        self.set_class(MIDDLE <= width < WIDE, "-middle")
        self.set_class(width < MIDDLE, "-narrow")
        self.set_class(height < 18, "-short")
        self.set_class(height < 12, "-tiny")

    # -- data ------------------------------------------------------------------------------------------------------

    def changed(self, delta: Delta) -> None:
        """Repaint what the change touched; re-sort when the budget allows it."""
        self.cells.now = self.desk.now()
        if delta.structure or delta.tree or delta.sources:
            self._open_few()
            self.topology.set_keys(tree.nodes(self.desk.model, self.opened))
            self.topology.refresh_rows()
        if delta.structure or delta.rows:
            self._stale_order = True
            self.table.refresh_rows(delta.rows)
        if delta.structure and not self.table.keys:
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
        self._stale_order = False
        model, now = self.desk.model, self.desk.now()
        rows = select(model, model.rows_under(self.scope), self.filter, now)
        if self.only_problems:
            rows = [row for row in rows if is_problem(model, row)]
        rows = onts.sort_rows(model, rows, self.table.sort_by, self.table.sort_down)
        self._fit_columns()
        before = self.table.current
        self.table.set_keys(rows, follow)
        if before is None and self.table.current is not None:
            self._show_current()
        took_s = time.perf_counter() - started
        self._rebuild_after = time.monotonic() + max(1.0, took_s / REBUILD_SHARE)

    def _rebuild_when_due(self) -> None:
        if self._stale_order and time.monotonic() >= self._rebuild_after:
            self.rebuild()

    def _fit_columns(self) -> None:
        model = self.desk.model
        widths = {
            "serial": max(map(len, model.onts.by_identity), default=12),
            "olt": min(16, max((len(olt.name) for olt in model.olts.values()), default=6)),
            "description": 22 if self.table.size.width >= ROOMY else 14,
            "port": max((len(port.name) for port in model.port_states.values()), default=6),
        }
        one_olt = self.scope is not None or len(model.olts) == 1
        columns = tuple(onts.columns_for(self.preset, widths, one_olt))
        if columns != self.table.columns:
            self.table.set_columns(columns)

    def _open_few(self) -> None:
        """Unfold OLTs and cards as they arrive, while there are only a few OLTs."""
        model = self.desk.model
        nodes = {NodeKey(olt_id) for olt_id in model.olts}
        nodes |= {NodeKey(port.olt_id, port.card, 1) for port in model.port_states.values()}
        if len(model.olts) <= FEW_OLTS:
            self.opened |= nodes - self._seen_nodes
        self._seen_nodes |= nodes
        longest = max((len(olt.name) for olt in model.olts.values()), default=0)
        self.topology.styles.width = max(TREE_WIDTHS[0], min(TREE_WIDTHS[1], longest + TREE_WIDTHS[2]))

    def _empty(self) -> list[Line]:
        model = self.desk.model
        if model.link.last_ok_at is None:
            return [[(" no data yet: connecting to the database ...", "dim")]]
        if self.filter or self.only_problems:
            what = f"the filter /{self.filter.text}" if self.filter else "! (only problems)"
            return [[(f" nothing matches {what}", "strong")], [(" Esc drops the filter", "dim")]]
        if not model.olts:
            return [[(" no OLT is known yet: the collector enters them when it starts", "dim")]]
        return [[(" no ONT here yet: waiting for the first inventory poll", "dim")]]

    # -- what is selected ------------------------------------------------------------------------------------------

    def selected_ont(self) -> Ont | None:
        """The ONT under the cursor."""
        row = self.table.current
        return self.desk.model.onts.ont(row) if isinstance(row, int) else None

    def copyable(self) -> tuple[str, str] | None:
        """Serial or MAC of the ONT, or name of the tree node."""
        if self.topology.has_focus and isinstance(self.topology.current, NodeKey):
            return "name", tree.title(self.desk.model, self.topology.current)
        ont = self.selected_ont()
        if ont is None or ont.identity is None:
            return None
        return ("serial" if ont.serial else "MAC"), ont.identity

    def crumb(self) -> tuple[str, str]:
        """Scope and position."""
        at, total = self.table.position
        whole = len(self.desk.model.rows_under(self.scope)) if (self.filter or self.only_problems) else total
        marked = f"{len(self.table.marked)} marked   " if self.table.marked else ""
        listed = f"{total} of {whole}" if total != whole else f"{at} of {total}"
        waiting = len(self.desk.model.waiting_under(self.scope))
        new = f"{waiting} to be registered   " if waiting else ""
        return f"Network > {tree.title(self.desk.model, self.scope)}", f"{new}{marked}{listed}"

    def set_filter(self, wanted: Filter) -> None:
        """Filter the ONTs."""
        super().set_filter(wanted)
        self.rebuild()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
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

    def unfold_to(self, node: NodeKey) -> None:
        """Show a node in the tree."""
        above = tree.parent(node, self.desk.model)
        while above is not None:
            self.opened.add(above)
            above = tree.parent(above, self.desk.model)
        self.topology.set_keys(tree.nodes(self.desk.model, self.opened), follow=node)

    # -- events of the panes ---------------------------------------------------------------------------------------

    def on_line_table_moved(self, event: LineTable.Moved) -> None:
        """The cursor moved in the tree or the table."""
        event.stop()
        if event.table is self.topology and self.topology.has_focus and isinstance(event.key, NodeKey):
            self._scope_settled()
        elif event.table is self.table:
            self._show_current()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """Enter: unfold and step from the tree to the table, from the table to the detail."""
        event.stop()
        if event.table is self.table:
            self.focus_pane("detail")
            return
        node = event.key
        if isinstance(node, NodeKey) and node.level < 2 and node != tree.WHOLE and node not in self.opened:
            self.opened.add(node)
            self.topology.set_keys(tree.nodes(self.desk.model, self.opened))
            self.topology.refresh()
            return
        self.focus_pane("onts")

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
        if self.topology.has_focus and isinstance(self.topology.current, NodeKey):
            self.detail.show_node(self.topology.current)
        elif self.table.has_focus:
            self._show_current()
        self.set_class(self.topology.has_focus, "-tree")
        for pane in ("tree", "onts", "detail"):
            if self.has_class(f"-zoom-{pane}") and pane != self._pane():
                self.remove_class(f"-zoom-{pane}")

    @work(exclusive=True, group="scope", exit_on_error=False)
    async def _scope_settled(self) -> None:
        """List the node's ONTs once the cursor rests on it."""
        node = self.topology.current
        if isinstance(node, NodeKey):
            self.detail.show_node(node)
        await asyncio.sleep(0.08)
        if isinstance(node, NodeKey):
            self.set_scope(node)

    def _show_current(self) -> None:
        row = self.table.current
        self.detail.show_ont(row if isinstance(row, int) else None)

    def _tree_cell(self, key: Hashable, column: str) -> Cell:
        if not isinstance(key, NodeKey):
            return "", "base"
        return tree.cell(self.desk.model, self.desk.glyphs, self.opened, key, column)

    @work(exclusive=True, group="sparks", exit_on_error=False)
    async def _fetch_sparks(self) -> None:
        """Histories of the rows in view, once the view rests; kept for five minutes."""
        await asyncio.sleep(SPARK_SETTLE_S)
        now = self.desk.now()
        serials = [self.desk.model.onts.get(row, "serial") for row in self.table.in_view()]  # type: ignore[arg-type]
        wanted = [s for s in serials if s and now - self._spark_at.get(s, 0.0) > SPARK_KEPT_S]
        if not wanted:
            return
        try:
            found = await self.desk.backend.rx_sparklines(wanted, SPARK_RANGE_S, onts.SPARK_POINTS)
        except NocError:
            return  # the column stays empty; the banner and the Sources screen tell
        self._spark_at.update((serial, now) for serial in wanted)
        self._sparks.update(found)
        self.table.refresh_rows()

    # -- panes -----------------------------------------------------------------------------------------------------

    def _pane(self) -> str:
        if self.topology.has_focus:
            return "tree"
        return "detail" if self.detail.body.has_focus else "onts"

    def focus_pane(self, pane: str) -> None:
        """Go to a pane; on a small screen the detail takes all of it."""
        if pane == "tree":
            self.set_class(True, "-tree")
            self.remove_class("-notree")
            self.topology.focus()
        elif pane == "detail":
            self.set_class(self.has_class("-narrow"), "-zoom-detail")
            self.detail.body.focus()
        else:
            self.table.focus()

    def do_pane_next(self, _: str = "") -> None:
        """Tree, table, detail, tree."""
        order = ("tree", "onts", "detail")
        self.focus_pane(order[(order.index(self._pane()) + 1) % 3])

    def do_pane_previous(self, _: str = "") -> None:
        """The other way round."""
        order = ("tree", "onts", "detail")
        self.focus_pane(order[(order.index(self._pane()) - 1) % 3])

    def do_zoom(self, _: str = "") -> None:
        """Give the pane in use the whole screen, and back."""
        self.toggle_class(f"-zoom-{self._pane()}")

    def do_tree_toggle(self, _: str = "") -> None:
        """Show or hide the tree."""
        if self.has_class("-narrow"):
            self.focus_pane("onts" if self.topology.has_focus else "tree")
        else:
            self.toggle_class("-notree")
            if self.has_class("-notree") and self.topology.has_focus:
                self.table.focus()

    def go_back(self) -> bool:
        """Unzoom, then out of the detail, then out of the tree's scope."""
        zoomed = next((p for p in ("tree", "onts", "detail") if self.has_class(f"-zoom-{p}")), None)
        if zoomed:
            self.remove_class(f"-zoom-{zoomed}")
            if self._pane() == "detail":
                self.table.focus()
            return True
        if self._pane() != "onts":
            self.table.focus()
            return True
        if self.scope is not None:
            self.set_scope(None)
            return True
        return False

    def do_list_out(self, _: str = "") -> None:
        """Left: from the detail to the table, from the table to the tree; in the tree fold, then up."""
        pane = self._pane()
        if pane == "detail":
            self.remove_class("-zoom-detail")
            self.table.focus()
        elif pane == "onts":
            self.focus_pane("tree")
        elif isinstance(self.topology.current, NodeKey):
            node = self.topology.current
            above = tree.parent(node, self.desk.model)
            if node in self.opened:
                self.opened.discard(node)
                self.topology.set_keys(tree.nodes(self.desk.model, self.opened))
                self.topology.refresh()
            elif above is not None:
                self.topology.go_to(above)

    # -- actions ---------------------------------------------------------------------------------------------------

    def do_columns_preset(self, name: str = "") -> None:
        """Next set of columns, or the named one."""
        if name and name not in onts.PRESETS:
            raise ValueError(f"no set of columns {name!r} (there are {', '.join(onts.PRESETS)})")
        self.preset = name or onts.PRESETS[(onts.PRESETS.index(self.preset) + 1) % len(onts.PRESETS)]
        self._fit_columns()
        self.post_message(Say(f"columns: {self.preset}"))

    def do_tab_next(self, _: str = "") -> None:
        """Next tab."""
        self.detail.step_tab(1)

    def do_tab_previous(self, _: str = "") -> None:
        """Previous tab."""
        self.detail.step_tab(-1)

    def do_tab(self, name: str = "") -> None:
        """The named tab."""
        found = next(
            (tab for tab in TABS if name and tab.replace("-", "").startswith(name.lower().replace("-", ""))), None
        )
        if found is None:
            raise ValueError(f"no tab {name!r} (there are {', '.join(TABS)})")
        self.detail.show_tab(found)

    def do_chart_longer(self, _: str = "") -> None:
        """A longer range."""
        self.detail.step_range(1)

    def do_chart_shorter(self, _: str = "") -> None:
        """A shorter range."""
        self.detail.step_range(-1)

    def do_chart_range(self, name: str = "") -> None:
        """The named range."""
        if name not in RANGES_S:
            raise ValueError(f"no range {name!r} (there are {', '.join(RANGES_S)})")
        self.detail.show_range(name)

    def do_ont_refresh(self, _: str = "") -> None:
        """Read the ONT, or the marked ones, from the device now."""
        rows = sorted(row for row in self.table.marked if isinstance(row, int))
        if len(rows) > MOST_REFRESHES:
            self.post_message(Say(f"at most {MOST_REFRESHES} at once: {len(rows)} are marked", "warning"))
            return
        chosen = [self.desk.model.onts.ont(row) for row in rows]
        current = self.selected_ont()
        self._refresh(chosen or ([current] if current else []))

    @work(group="submit", exit_on_error=False)
    async def _refresh(self, chosen: list[Ont]) -> None:
        for ont in chosen:
            if self.desk.refresh_wait_s(ont) > 0:
                continue
            try:
                job_id = await self.desk.submit(JobKind.REFRESH, ont, "refresh key")
            except NocError as error:
                self.post_message(Say(f"not refreshed: {error}", "error"))
                return
            self.post_message(Follow(job_id))
        self.post_message(
            Say(
                f"refreshing {chosen[0].identity or 'the ONT'}"
                if len(chosen) == 1
                else f"refreshing {len(chosen)} ONTs"
            )
        )
