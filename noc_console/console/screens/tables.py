"""What screens that are mainly one table have in common."""

from __future__ import annotations

from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.screens.view import View
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import Filter


class TableView(View):
    """A screen that is mainly one table."""

    DEFAULT_CSS = "TableView { layout: vertical; }"

    table: LineTable

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._ages = Every(10.0)

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.table

    def go_in(self) -> None:
        """Focus the table."""
        self.table.focus()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        self.table.set_palette(palette)

    def tick(self) -> None:
        """Ages in view, every ten seconds."""
        if self._ages.due(self.desk.now()):
            self.table.refresh_rows()

    def set_filter(self, wanted: Filter) -> None:
        """Filter the rows."""
        super().set_filter(wanted)
        self.reload()

    def reload(self) -> None:
        """Read the rows from the model again."""

    def crumb(self) -> tuple[str, str]:
        """Name, and position in the list."""
        at, total = self.table.position
        return self.TITLE, f"{at} of {total}"
