"""What dialogs are made of: a box that leaves once, one with lines to read, one with a table to choose from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import ModalScreen

from noc_console.console.glyphs import Glyphs
from noc_console.console.palette import Palette
from noc_console.console.registry import Registry
from noc_console.console.render.cells import Cell, Line
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.console.widgets.table import LineTable

BOX_CSS = """
{name} {{ align: center middle; background: $background 50%; }}
{name}:ansi {{ background: transparent; }}
{name} > #box {{ border: round $accent; background: $surface; padding: 0 1; {size} }}
"""

MOVES = {
    f"list.{way}" for way in ("down", "up", "page-down", "page-up", "half-down", "half-up", "top", "bottom", "open")
}
"""Actions of a list that a dialog has."""

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """Leaves once: keys that were typed ahead must not close what lies below it."""

    _left = False

    def leave(self, result: Result | None = None) -> None:
        """Close with this result."""
        if not self._left and self.is_current:
            self._left = True
            self.dismiss(result)


class Box(Dialog[Result]):
    """A titled box round one widget that moves by the keys of lists. Subclasses make it, and take their own keys."""

    content: LinePane | LineTable

    def __init__(self, title: str, keys: str, registry: Registry) -> None:
        super().__init__()
        self._title = title
        self._keys = keys
        self._registry = registry

    def compose(self) -> ComposeResult:
        """The widget in its box."""
        with Container(id="box") as box:
            box.border_title = self._title.replace("[", "\\[")
            box.border_subtitle = self._keys
            yield self.content

    def move(self, event: events.Key) -> None:
        """Up, down, open as in a list; a dialog's rows are neither sorted nor marked, its columns stay."""
        action = self._registry.for_key(key_of(event), ("list",))
        if action is not None and action.id in MOVES:
            getattr(self.content, action.method, lambda _: None)("")


class Reading(Box[Result]):
    """Lines to read. Subclasses give the lines for a width, and take their own keys in ``took``."""

    def __init__(self, title: str, keys: str, registry: Registry, palette: Palette) -> None:
        super().__init__(title, keys, registry)
        self.content: FocusPane = FocusPane(palette, id="text")

    def on_mount(self) -> None:
        """Fill it."""
        self.content.focus()
        self.call_after_refresh(self._fill)

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self._fill)

    def on_key(self, event: events.Key) -> None:
        """A key of this dialog, else close or move."""
        event.stop()
        event.prevent_default()
        if self.took(event):
            return
        if event.key in ("escape", "q", "backspace", "enter"):
            self.leave()
        else:
            self.move(event)

    def took(self, event: events.Key) -> bool:
        """Do what a key of this dialog does; False when it is none."""
        raise NotImplementedError

    def lines(self, width: int) -> list[Line]:
        """What is to be read, within ``width`` cells."""
        raise NotImplementedError

    def _fill(self) -> None:
        self.content.set_lines(self.lines(self.content.size.width))


class Picking(Box[Result]):
    """A table to choose from. Subclasses give the cells, and do something with what is chosen."""

    def __init__(
        self, title: str, keys: str, registry: Registry, columns: Sequence[Column], palette: Palette, glyphs: Glyphs
    ) -> None:
        super().__init__(title, keys, registry)
        self.content: LineTable = LineTable(self.cell, columns, palette, glyphs, id="choices")

    def rows(self) -> list[Hashable]:
        """What there is to choose from."""
        raise NotImplementedError

    def cell(self, key: Hashable, column: str) -> Cell:
        """One cell."""
        raise NotImplementedError

    def chosen(self, key: Hashable) -> None:
        """Enter, or the row's own key."""
        raise NotImplementedError

    def direct(self, event: events.Key) -> Hashable | None:
        """The row that a key chooses without moving there; None when it is none's."""
        return None

    def on_mount(self) -> None:
        """Fill it."""
        rows = self.rows()
        self.content.styles.height = len(rows) + 1
        self.content.set_keys(rows)
        self.content.focus()

    def on_key(self, event: events.Key) -> None:
        """Choose, close or move."""
        event.stop()
        event.prevent_default()
        if (key := self.direct(event)) is not None:
            self.chosen(key)
        elif event.key in ("escape", "q", "backspace", "left") or event.character == "h":
            self.leave()
        else:
            self.move(event)

    def on_line_table_opened(self, event: LineTable.Opened) -> None:
        """Enter."""
        event.stop()
        self.chosen(event.key)


def key_of(event: events.Key) -> str:
    """The key as the registry writes it: the character where there is one."""
    return event.character if event.is_printable and event.character and event.character != " " else event.key
