"""What screens that are mainly one table have in common."""

from __future__ import annotations

from textual.app import ComposeResult

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.screens.view import View
from noc_console.console.widgets.lines import LinePane
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


class StoryView(TableView):
    """A table, and beside or below it all that is known of the selected row."""

    story: LinePane

    def compose(self) -> ComposeResult:
        """Table over story."""
        yield self.table
        yield self.story

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.story.set_palette(palette)

    def on_line_table_moved(self) -> None:
        """Another row."""
        self._moved()

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self._tell)

    def tick(self) -> None:
        """Ages grow."""
        super().tick()
        self._tell()

    def leave_pane(self) -> bool:
        """Out of the story."""
        if self.story.has_focus:
            self.table.focus()
            return True
        return False

    def on_line_table_opened(self) -> None:
        """Enter."""
        self.open_selected()

    def open_selected(self) -> None:
        """Into the story, where all of it can be read."""
        self.story.focus()

    def do_list_out(self, _: str = "") -> None:
        """Left: back to the list."""
        self.leave_pane()

    def _moved(self) -> None:
        """Follow the cursor. (Textual calls the handlers of all classes of a screen: there is only this one.)"""
        self._tell()

    def _tell(self) -> None:
        """Bring the story up to date."""
        raise NotImplementedError
