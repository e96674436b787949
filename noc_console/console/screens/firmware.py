"""Which firmware the routers run: models with many versions, and old ones, stand out."""

from __future__ import annotations

from collections.abc import Hashable

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.tables import TableView
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import searched
from noc_console.domain.routers import FirmwareCount, firmware_spread
from noc_console.picture.flat_rows import Row, firmware_row
from noc_console.picture.model import Delta

COUNT_EVERY_S = 10.0
BAR = 20
COLUMNS = (
    Column("model", "MODEL", 20, frozen=True),
    Column("firmware", "FIRMWARE", 24, flex=True),
    Column("count", "ROUTERS", 7, right=True),
    Column("share", "OF MODEL", 8, right=True),
    Column("bar", "", BAR),
    Column("lately", "SEEN TODAY", 10, right=True),
)


class FirmwareView(TableView):
    """Models and their firmware, most routers first."""

    NAME, TITLE = "firmware", "Firmware"
    PROBLEMS = False

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._counts: dict[Hashable, FirmwareCount] = {}
        self._due = Every(COUNT_EVERY_S)
        self.table = LineTable(self._cell, COLUMNS, desk.palette, desk.glyphs, empty=self._empty, id="firmware-list")

    def _empty(self) -> list[Line]:
        return self.nothing("the ACS told of no router yet")

    def changed(self, delta: Delta) -> None:
        """Shown, or routers informed; counting a hundred thousand is not done at each Inform."""
        if delta.structure or not self._counts:
            self.reload()

    def tick(self) -> None:
        """Count again now and then."""
        if self._due.due(self.desk.now()):
            self.reload()

    def reload(self) -> None:
        """Count."""
        spread = firmware_spread(self.desk.model.cpes.values(), self.desk.now())
        self._counts = {(one.model, one.firmware): one for one in spread}
        wanted = [key for key, one in self._counts.items() if not self.filter or self.filter.matches(_row(one))]
        self.table.set_keys(wanted)
        self.table.refresh_rows()

    def row_of(self, key: Hashable) -> Row:
        """A firmware with its share of the model."""
        one = self._counts.get(key)
        return firmware_row(one) if one else {}

    def copyable(self) -> tuple[str, str] | None:
        """The firmware's name."""
        one = self._counts.get(self.table.current)
        return ("firmware", one.firmware) if one and one.firmware else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        one = self._counts.get(key)
        if one is None:
            return "", "base"
        if column == "bar":
            return "#" * max(1, round(BAR * one.share)), "accent"
        return {
            "model": (one.model or "not told", "strong"),
            "firmware": (one.firmware or "not told", "base"),
            "count": (f"{one.count:,}", "base"),
            "share": (f"{100 * one.share:.0f} %", "base"),
            "lately": (f"{one.informed_lately:,}", "dim"),
        }[column]


def _row(one: FirmwareCount) -> Row:
    return searched({"model": one.model, "firmware": one.firmware})
