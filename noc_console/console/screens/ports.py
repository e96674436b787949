"""PON ports by what they lost."""

from __future__ import annotations

from collections.abc import Hashable

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.times import listed
from noc_console.console.screens.tables import TableView
from noc_console.console.screens.view import Open
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.table import LineTable
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta
from noc_console.picture.port_rows import SORTS, PortLoss, facts, port_loss_row, port_losses

COUNT_EVERY_S = 2.0
COLUMNS = (
    Column("olt", "OLT", 10, flex=True, frozen=True),
    Column("port", "PON", 8, frozen=True, letter="p"),
    Column("lost", "LOST", 5, right=True, letter="l"),
    Column("share", "SHARE", 5, right=True, letter="h"),
    Column("since", "SINCE", 6, right=True, letter="s"),
    Column("los", "LOS", 4, right=True),
    Column("gasp", "GASP", 4, right=True),
    Column("unknown", "UNK", 4, right=True, letter="u"),
    Column("online", "ON", 4, right=True),
    Column("weak", "WEAK", 4, right=True, letter="w"),
    Column("incident", "INC", 7),
    Column("oper", "STATE", 6),
)


class PortsView(TableView):
    """All PON ports, those that lost most first; ``:ports OLT`` those of one."""

    NAME, TITLE = "ports", "PON ports"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.olt = ""
        self._rows: dict[Hashable, PortLoss] = {}
        self._due = Every(COUNT_EVERY_S)
        self.table = LineTable(self._cell, COLUMNS, desk.palette, desk.glyphs, empty=self._empty, id="port-list")
        self._sorted_by = self.table.sort_by = "lost"
        self.table.sort_down = True

    def changed(self, delta: Delta) -> None:
        """ONTs came or went: counted at most every other second."""
        if (delta.tree or delta.structure or delta.records) and self._due.due(self.desk.now()):
            self.reload()

    def tick(self) -> None:
        """What came since the last count."""
        if self._due.due(self.desk.now()):
            self.reload()

    def reload(self) -> None:
        """Count again."""
        found = port_losses(self.desk.model, self.olt)
        if self.only_problems:
            found = [one for one in found if one.lost or one.unknown]
        if self.filter:
            found = [one for one in found if self.filter.matches(facts(one))]
        found = sorted(found, key=SORTS[self.table.sort_by or "lost"], reverse=self.table.sort_down)
        self._rows = {(one.olt_id, one.port): one for one in found}
        self.table.set_keys(list(self._rows))
        self.table.refresh_rows()

    def show_olt(self, name: str) -> None:
        """Only those of one OLT; an empty name shows all.

        Raises:
            ValueError: There is no such OLT.
        """
        if name and name not in (olt.name for olt in self.desk.model.olts.values()):
            raise ValueError(f"no OLT {name!r}")
        self.olt = name
        self.reload()

    def on_line_table_sorted(self) -> None:
        """Another order: most first, but for names; the same column again turns it round."""
        if self.table.sort_by != self._sorted_by:
            self._sorted_by = self.table.sort_by or "lost"
            self.table.show_sort(self._sorted_by, self._sorted_by != "port")
        self.reload()

    def on_line_table_opened(self) -> None:
        """To its ONTs."""
        if (one := self._rows.get(self.table.current)) is not None:
            self.post_message(Open(one.olt, one.port, None))

    def widen(self) -> bool:
        """From one OLT to all."""
        if not self.olt:
            return False
        self.show_olt("")
        return True

    def crumb(self) -> tuple[str, str]:
        """The OLT, and position."""
        where, how_many = super().crumb()
        return (f"{where} > {self.olt}" if self.olt else where), how_many

    def row_of(self, key: Hashable) -> Row:
        """A PON port with what it lost."""
        return port_loss_row(self._rows[key]) if key in self._rows else {}

    def copyable(self) -> tuple[str, str] | None:
        """OLT and port."""
        one = self._rows.get(self.table.current)
        return ("PON port", f"{one.olt} {one.port}") if one else None

    def link(self) -> str:
        """To the PON port."""
        one = self._rows.get(self.table.current)
        return f"pon {one.olt} {one.port}" if one else super().link()

    def _empty(self) -> list[Line]:
        return self.nothing("no PON port is known yet")

    def _cell(self, key: Hashable, column: str) -> Cell:
        one = self._rows.get(key)
        if one is None:
            return "", "base"
        match column:
            case "share":
                return ("" if one.share is None else f"{one.share:.0%}"), "base"
            case "since":
                return listed(one.since_at, self.desk.now(), self.desk.session.absolute_times)[:8], "base"
            case "lost":
                return str(one.lost), "offline" if one.lost else "dim"
            case "unknown":
                return str(one.unknown), "unknown" if one.unknown else "dim"
            case "weak":
                return str(one.weak), "warning" if one.weak else "dim"
            case "los" | "gasp":
                return str(getattr(one, column)), "base" if getattr(one, column) else "dim"
        return str(getattr(one, column) or ("0" if column == "online" else "")), "base"
