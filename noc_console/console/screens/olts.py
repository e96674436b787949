"""The OLTs screen: every OLT with its health; below or beside it all about the selected one."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from noc_console.console.desk import Desk
from noc_console.console.render import olts as render
from noc_console.console.render.activity import render_history
from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.health import render_olt
from noc_console.console.render.tabs import named_tab, tab_line, turned
from noc_console.console.screens.tables import StoryView
from noc_console.console.screens.view import Open
from noc_console.console.widgets.columns import in_order
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import Row, searched
from noc_console.domain.network import Olt
from noc_console.picture.activity import fold
from noc_console.picture.flat_rows import olt_row
from noc_console.picture.model import Delta

MOST_ACTIVITY = 200
WIDE = 150
"""Cells from which list and detail stand side by side."""


class OltsView(StoryView):
    """The list; Enter leads to the ONTs of one; Tab into its detail, ``[`` and ``]`` turn the tabs."""

    NAME, TITLE, KEYS = "olts", "OLTs", "network"
    DEFAULT_CSS = """
    OltsView { layout: vertical; }
    OltsView > #olt { height: 60%; border-top: solid $border; }
    OltsView.-wide { layout: horizontal; }
    OltsView.-wide > #olt { height: 1fr; width: 45%; border-top: none; border-left: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.tab = render.TABS[0]
        self._olts: dict[Hashable, Olt] = {}
        self._told_of: int | None = None
        self.table = LineTable(self._cell, render.COLUMNS, desk.palette, desk.glyphs, empty=self._empty, id="olt-list")
        self.story = FocusPane(desk.palette, id="olt")

    def on_resize(self) -> None:
        """Choose the layout by the room there is."""
        self.set_class(self.size.width >= WIDE, "-wide")
        super().on_resize()

    def changed(self, delta: Delta) -> None:
        """OLTs, their parts or their counts."""
        if self.in_use and (delta.tree or delta.structure or delta.sources or delta.changes):
            self.reload()

    def reload(self) -> None:
        """The OLTs that the filter lets through, in order."""
        model, now = self.desk.model, self.desk.now()
        found = [model.olts[olt_id] for olt_id in model.sorted_olts() if olt_id in model.olts]
        if self.filter:
            found = [olt for olt in found if self.filter.matches(self._row(olt))]
        if self.only_problems:
            found = [olt for olt in found if olt.reachable is not True or olt.error]
        if column := self.table.sort_by:
            told = ((olt.id, render.sort_value(model, olt, column, now)) for olt in found)
            values = {olt_id: value for olt_id, value in told if value is not None}
            order = in_order([olt.id for olt in found], values, self.table.sort_down)
            found = [model.olts[olt_id] for olt_id in order]
        self._olts = {olt.id: olt for olt in found}
        self.table.set_keys(list(self._olts))
        self.table.refresh_rows()
        self._tell()

    def on_line_table_sorted(self) -> None:
        """Another order."""
        self.reload()

    def on_line_table_opened(self) -> None:
        """To its ONTs."""
        if (olt := self.selected_olt()) is not None:
            self.post_message(Open(olt.name, None, None))

    def selected_olt(self) -> Olt | None:
        """The OLT under the cursor."""
        return self._olts.get(self.table.current)

    def copyable(self) -> tuple[str, str] | None:
        """Its name."""
        olt = self.selected_olt()
        return ("name", olt.name) if olt else None

    def link(self) -> str:
        """To the OLT."""
        olt = self.selected_olt()
        return f"olt {olt.name}" if olt else super().link()

    def copies(self) -> list[tuple[str, str]]:
        """Its address too."""
        olt = self.selected_olt()
        return [("address", olt.address), *super().copies()] if olt else []

    def jumps(self) -> list[tuple[str, Callable[[], object]]]:
        """List, detail, and the tabs of the detail."""
        tabs = [
            (f"Tab {title}", partial(self.do_tab, tab)) for tab, title in zip(render.TABS, render.TITLES, strict=True)
        ]
        return [("List", self.table.focus), ("Detail", self.story.focus), *tabs]

    def do_tab(self, name: str = "") -> None:
        """The named tab."""
        self.tab, self._told_of = named_tab(render.TABS, name), None
        self._tell()

    def do_tab_next(self, _: str = "") -> None:
        """Next tab."""
        self.do_tab(turned(render.TABS, self.tab, 1))

    def do_tab_previous(self, _: str = "") -> None:
        """Previous tab."""
        self.do_tab(turned(render.TABS, self.tab, -1))

    def do_list_out(self, _: str = "") -> None:
        """Left: out of the detail."""
        self.leave_pane()

    def _row(self, olt: Olt) -> Row:
        row = olt_row(self.desk.model, olt)
        return searched({**row, "olt": olt.name, "state": render.state_cell(olt)[0]})

    def _tell(self) -> None:
        olt, width = self.selected_olt(), self.story.size.width
        lines: list[Line] = []
        if olt is not None and width:
            lines = [
                tab_line(render.TABS, render.TITLES, self.tab),
                [(f" {olt.name}", "title"), (f"  {olt.address}", "dim")],
                *self._body(olt, width),
            ]
        self.story.set_lines(lines, rewind=olt is not None and olt.id != self._told_of)
        self._told_of = olt.id if olt else None

    def _body(self, olt: Olt, width: int) -> list[Line]:
        model, now, absolute = self.desk.model, self.desk.now(), self.desk.session.absolute_times
        if self.tab == "ports":
            return render.port_lines(model, olt)
        if self.tab == "activity":
            mine = [change for change in model.change_list() if change.olt == olt.name][:MOST_ACTIVITY]
            return render_history(fold(reversed(mine)), None, width, now, absolute)
        bars = render.gauges(model, olt, width, now, self.desk.glyphs)
        return [*bars, *render.uplink_lines(model, olt, width), *render_olt(model, olt, width, now, absolute)]

    def _empty(self) -> list[Line]:
        return self.nothing("no OLT is known yet: the collector enters them when it starts")

    def _cell(self, key: Hashable, column: str) -> Cell:
        olt = self._olts.get(key)
        if olt is None:
            return "", "base"
        return render.cell(self.desk.model, olt, column, self.desk.now(), self.desk.session.absolute_times)
