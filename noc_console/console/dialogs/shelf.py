"""For how long something is put away."""

from __future__ import annotations

from collections.abc import Hashable

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.dialogs.simple import BOX_CSS, Dialog, _name
from noc_console.console.glyphs import Glyphs
from noc_console.console.palette import Palette
from noc_console.console.registry import Registry
from noc_console.console.render.cells import Cell
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.table import LineTable

SHELVES = {
    "1": ("15 minutes", 900.0),
    "2": ("1 hour", 3600.0),
    "3": ("4 hours", 14400.0),
    "4": ("a shift (8 hours)", 28800.0),
}


class ShelfScreen(Dialog[float]):
    """Returns seconds; None when it was left."""

    DEFAULT_CSS = BOX_CSS.format(name="ShelfScreen", size="width: 40; max-width: 96%; height: auto;")

    def __init__(self, registry: Registry, title: str, palette: Palette, glyphs: Glyphs) -> None:
        super().__init__()
        self._registry = registry
        self._title = title
        columns = (Column("key", "KEY", 3), Column("title", "FOR", 20, flex=True))
        self._table = LineTable(self._cell, columns, palette, glyphs, id="shelf")

    def compose(self) -> ComposeResult:
        """A box with a table."""
        with Container(id="box") as box:
            box.border_title = f"Shelve {self._title}".replace("[", "\\[")
            box.border_subtitle = "Enter does it   Esc closes"
            yield self._table

    def on_mount(self) -> None:
        """Fill it."""
        self._table.styles.height = len(SHELVES) + 1
        self._table.set_keys(list(SHELVES))
        self._table.focus()

    def on_key(self, event: events.Key) -> None:
        """A number chooses, else move."""
        event.stop()
        event.prevent_default()
        if event.character in SHELVES:
            self.leave(SHELVES[str(event.character)][1])
        elif event.key in ("escape", "q", "backspace", "left") or event.character == "h":
            self.leave()
        elif (action := self._registry.for_key(_name(event), ("list",))) is not None:
            getattr(self._table, action.method, lambda _: None)("")

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """Enter."""
        event.stop()
        self.leave(SHELVES[str(event.key)][1])

    def _cell(self, key: Hashable, column: str) -> Cell:
        return (str(key), "accent") if column == "key" else (SHELVES[str(key)][0], "base")
