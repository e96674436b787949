"""The OLTs screen: all of them in one list; Enter opens one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any

from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import olts
from noc_console.console.render.cells import Cell
from noc_console.console.screens.olt_detail import TABS, TITLES, OltDetail
from noc_console.console.screens.tables import TableView
from noc_console.console.screens.view import Open, OpenBackup
from noc_console.console.widgets.columns import by_value, in_order
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import Filter, parse_filter
from noc_console.domain.network import Olt, Ont
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta
from noc_console.picture.olt_rows import OltRow, Value, export_row, facts, olt_rows

COUNT_EVERY_S = 2.0
NAMES_FIRST = ("name", "state", "error", "address", "profile", "software")
"""Columns that begin with the first of the alphabet; all others with the most."""


class OltsView(TableView):
    """Every OLT: whether it answers, its ONTs, its health; Enter opens one, Esc goes back to the list."""

    NAME, TITLE = "olts", "OLTs"
    KEYS = "network"
    DEFAULT_CSS = """
    OltsView > OltDetail { display: none; }
    OltsView.-open > OltDetail { display: block; }
    OltsView.-open > #olt-list { display: none; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._rows: dict[Hashable, OltRow] = {}
        self._due = Every(COUNT_EVERY_S)
        self.table = LineTable(
            self._cell,
            olts.COLUMNS,
            desk.palette,
            desk.glyphs,
            empty=lambda: self.nothing("no OLT is known yet: the collector enters them when it starts"),
            id="olt-list",
        )
        self._sorted_by = self.table.sort_by = "name"
        self.detail = OltDetail(desk)
        self.helpers = (self.detail,)
        self._listed = self.filter, False
        """Filter and ``!`` of the list, while an opened OLT has its own."""

    def compose(self) -> ComposeResult:
        """The list, and what lies over it once an OLT is opened."""
        yield self.table
        yield self.detail

    # -- data ------------------------------------------------------------------------------------------------------

    def changed(self, delta: Delta) -> None:
        """Counted at most every other second: one sweep of a large network changes thousands of rows."""
        if self.in_use and (delta.structure or self._due.due(self.desk.now())):
            self.reload()
        if self.opened:
            self.detail.changed(delta)

    def tick(self) -> None:
        """What came since the last count; ages."""
        if self._due.due(self.desk.now()):
            self.reload()
        if self.opened:
            self.detail.tick()

    def reload(self) -> None:
        """Choose and order the rows again; not while another list is in view."""
        if self.opened:
            return
        now, table = self.desk.now(), self.table
        rows = [row for row in olt_rows(self.desk.model, now) if not self.only_problems or row.trouble]
        if self.filter:
            rows = [row for row in rows if self.filter.matches(facts(row, now))]
        self._rows = {row.olt.id: row for row in rows}
        told: dict[Hashable, Value] = {row.olt.id: row.value(table.sort_by or "name", now) for row in rows}
        table.set_keys(in_order(list(self._rows), by_value(told), table.sort_down))
        table.refresh_rows()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.detail.set_palette(palette)

    # -- opening and leaving ---------------------------------------------------------------------------------------

    @property
    def opened(self) -> bool:
        """Whether one OLT is shown instead of the list."""
        return self.has_class("-open")

    def open(self, olt_id: int) -> None:
        """Show one OLT, all of it."""
        if not self.opened:
            self._listed = self.filter, self.only_problems
        self.add_class("-open")
        self.filter, self.only_problems = parse_filter(""), False
        self.detail.narrow(self.filter, False)
        self.detail.show(olt_id)
        self.call_after_refresh(self.detail.go_in)

    def open_named(self, name: str) -> None:
        """Show the OLT of that name.

        Raises:
            ValueError: There is none.
        """
        found = next((olt for olt in self.desk.model.olts.values() if olt.name == name), None)
        if found is None:
            raise ValueError(f"no OLT {name!r}")
        self.table.go_to(found.id)
        self.open(found.id)

    def go_in(self) -> None:
        """Focus the list, or the OLT that was left open."""
        if self.opened and self.detail.olt is not None:
            self.detail.go_in()
        else:
            self._close()
            self.table.focus()

    def leave_pane(self) -> bool:
        """Out of the filter of an opened OLT, then back to the list."""
        if not self.opened:
            return False
        if self.filter or self.only_problems:
            self.only_problems = False
            self.set_filter(parse_filter(""))
        else:
            self._close()
            self.call_after_refresh(self.table.focus)
        return True

    def _close(self) -> None:
        if self.opened:
            self.remove_class("-open")
            self.filter, self.only_problems = self._listed
            self.reload()

    def set_filter(self, wanted: Filter) -> None:
        """Filter the list, or the ports and ONTs of the opened OLT."""
        if self.opened:
            self.filter = wanted
            self.detail.narrow(wanted, self.only_problems)
        else:
            super().set_filter(wanted)

    def filterable(self) -> bool:
        """Of an opened OLT its ports and its ONTs."""
        return not self.opened or self.detail.tab in ("ports", "onts")

    def do_detail(self, _: str = "") -> None:
        """The selected OLT, and back."""
        if self.opened:
            self.do_list_out()
        elif isinstance(self.table.current, int):
            self.open(self.table.current)

    def do_list_out(self, _: str = "") -> None:
        """Left: back to the list."""
        self._close()
        self.table.focus()

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """Enter: an OLT of the list; of an open one, the port or ONT on the Network screen."""
        event.stop()
        if event.table is self.table and isinstance(event.key, int):
            self.open(event.key)
        elif self.detail.listing is self.detail.backups.table:
            self.post_message(OpenBackup())
        elif (place := self.detail.place()) is not None:
            self.post_message(Open(*place))

    def on_line_table_sorted(self, event: LineTable.Sorted) -> None:
        """Another order: most first, but for words; the same column again turns it round."""
        event.stop()
        if event.table is not self.table:
            self.detail.reload()
            return
        if self.table.sort_by != self._sorted_by:
            self._sorted_by = self.table.sort_by or "name"
            self.table.show_sort(self._sorted_by, self._sorted_by not in NAMES_FIRST)
        self.reload()

    # -- what is selected ------------------------------------------------------------------------------------------

    @property
    def listing(self) -> LineTable | None:
        """What is in view: the OLTs, or the ports or ONTs of the open one."""
        return self.detail.listing if self.opened else self.table

    def selected_olt(self) -> Olt | None:
        """The OLT that is open, or under the cursor."""
        if self.selected_ont() is not None:
            return None
        if self.opened:
            return self.detail.olt
        return self.desk.model.olts.get(self.table.current) if isinstance(self.table.current, int) else None

    def selected_ont(self) -> Ont | None:
        """The ONT under the cursor of the tab ONTs."""
        return self.detail.selected_ont() if self.opened else None

    def tabbed(self) -> bool:
        """Of an open OLT."""
        return self.opened

    def compares(self) -> bool:
        """In the tab Backups."""
        return self.opened and self.detail.tab == "backups" and len(self.detail.backups.table.keys) > 1

    def link(self) -> str:
        """To the selected ONT, else to the OLT."""
        ont, olt = self.selected_ont(), self.selected_olt()
        if ont is not None and ont.serial:
            return f"ont {ont.serial}"
        return f"olt {olt.name}" if olt else super().link()

    def copies(self) -> list[tuple[str, str]]:
        """The OLT's address too."""
        olt = self.selected_olt()
        return [("address", olt.address), *super().copies()] if olt else super().copies()

    def copyable(self) -> tuple[str, str] | None:
        """The serial number of the selected ONT, else the OLT's name."""
        ont, olt = self.selected_ont(), self.selected_olt()
        if ont is not None:
            return ("serial", ont.serial) if ont.serial else None
        return ("OLT", olt.name) if olt else None

    def row_of(self, key: Hashable) -> Row:
        """An OLT as ``show olts`` prints it; of the lists of an open one, a port or an ONT."""
        if self.opened:
            return self.detail.row_of(key)
        row = self._rows.get(key)
        return export_row(self.desk.model, row, self.desk.now()) if row else {}

    def exported(self) -> tuple[str, Iterator[Row]]:
        """The chart of an open OLT's overview, else what is listed."""
        if self.opened and self.listing is self.detail.onts:
            return "onts", map(self.detail.row_of, self.detail.onts.wanted)  # as they are asked for: there may be many
        charted = self.detail.chart.exported() if self.opened and self.listing is None else []
        return ("chart", iter(charted)) if charted else super().exported()

    def where(self) -> Any:
        """The opened OLT too."""
        if not self.opened:
            return 0, super().where()
        return self.detail.olt_id, (self._listed[0].text, self.table.current)

    def return_to(self, where: Any) -> None:
        """The list first."""
        opened, listed = where
        self._close()
        super().return_to(listed)
        if opened:
            self.open(opened)

    def remembered(self) -> dict[str, Any]:
        """Of the list: what lies over it begins anew."""
        self._close()
        return super().remembered()

    def jumps(self) -> list[tuple[str, Callable[[], object]]]:
        """The tabs of an open OLT."""
        if not self.opened:
            return []
        return [(f"Tab {title}", partial(self.detail.show_tab, tab)) for tab, title in zip(TABS, TITLES, strict=True)]

    def crumb(self) -> tuple[str, str]:
        """The open OLT, or the position in the list."""
        if not self.opened or self.detail.olt is None:
            return super().crumb()
        listed = self.detail.listing
        at, total = listed.position if listed is not None else (0, 0)
        return f"{self.TITLE} > {self.detail.olt.name}", f"{at} of {total}" if listed is not None else ""

    def _cell(self, key: Hashable, column: str) -> Cell:
        row = self._rows.get(key)
        if row is None:
            return "", "base"
        return olts.cell(row, column, self.desk.model, self.desk.now(), self.desk.session.absolute_times)
