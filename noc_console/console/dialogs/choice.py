"""One of several: a letter or Enter chooses."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events

from noc_console.console.dialogs.boxes import BOX_CSS, Picking
from noc_console.console.glyphs import Glyphs
from noc_console.console.palette import Palette
from noc_console.console.registry import Registry
from noc_console.console.render.cells import Cell
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.table import LineTable

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

LETTERS = "123456789abcdefgimnoprstuvwxyz"
"""Those that move, or close the dialog, are left out."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    key: str
    """What is typed for it, and what the dialog returns."""
    text: str
    note: str = ""


def lettered(rows: Sequence[tuple[str, str]]) -> list[Option]:
    """Options of texts and notes, with letters as far as they go."""
    return [Option(letter, *row) for letter, row in zip(LETTERS, rows, strict=False)]


class ChoiceScreen(Picking[str]):
    """Returns the key of what was chosen; None when it was left."""

    DEFAULT_CSS = BOX_CSS.format(name="ChoiceScreen", size="width: 70; max-width: 96%; height: auto; max-height: 90%;")

    def __init__(
        self, registry: Registry, title: str, options: Sequence[Option], palette: Palette, glyphs: Glyphs
    ) -> None:
        self._options = {option.key: option for option in options}
        width = max((len(option.text) for option in options), default=10)
        columns = (Column("key", "KEY", 3), Column("text", "", min(width, 40)), Column("note", "", 8, flex=True))
        super().__init__(title, "Enter does it   Esc closes", registry, columns, palette, glyphs)

    def rows(self) -> list[Hashable]:
        """The options."""
        return list(self._options)

    def direct(self, event: events.Key) -> Hashable | None:
        """An option's letter."""
        return event.character if event.character in self._options else None

    def chosen(self, key: Hashable) -> None:
        """That one."""
        self.leave(str(key))

    def cell(self, key: Hashable, column: str) -> Cell:
        """Letter, text, note."""
        option = self._options[str(key)]
        return {"key": (option.key, "accent"), "text": (option.text, "base")}.get(column, (option.note, "dim"))


def choose(app: NocApp, title: str, options: Sequence[Option], then: Callable[[str], object]) -> None:
    """Let the operator choose; ``then`` gets the key, and is not called when the dialog was left."""

    def chosen(key: str | None) -> None:
        if key is not None:
            then(key)

    app.push_screen(ChoiceScreen(app.registry, title, options, app.palette, app.glyphs), chosen)


class ColumnsScreen(Picking[None]):
    """The columns of a table; Space or Enter shows or hides one, at once."""

    DEFAULT_CSS = BOX_CSS.format(name="ColumnsScreen", size="width: 46; max-width: 96%; height: auto; max-height: 90%;")

    def __init__(self, registry: Registry, about: LineTable, palette: Palette, glyphs: Glyphs) -> None:
        self._about = about
        self._columns = {column.id: column for column in (*about.given, *about.choices)}
        columns = (Column("shown", "", 4), Column("title", "COLUMN", 14), Column("id", "NAME", 12, flex=True))
        super().__init__("Columns", "Space shows, hides   Esc closes", registry, columns, palette, glyphs)

    def rows(self) -> list[Hashable]:
        """All columns."""
        return list(self._columns)

    def direct(self, event: events.Key) -> Hashable | None:
        """Space is as good as Enter."""
        return self.content.current if event.key == "space" else None

    def chosen(self, key: Hashable) -> None:
        """Show it, or hide it."""
        if self._columns[str(key)].frozen:
            self.app.notify("this column always stays", severity="warning", markup=False)
            return
        self._about.choice.toggle(str(key), self._about.given, self._about.columns)
        self._about.choose()
        self.content.refresh_rows()

    def cell(self, key: Hashable, column: str) -> Cell:
        """Whether it is shown, its title, its name."""
        found = self._columns[str(key)]
        if column == "shown":
            shown = any(one.id == found.id for one in self._about.columns)
            return ("[x]" if shown else "[ ]"), "mark" if shown else "dim"
        return (found.title, "base") if column == "title" else (found.id, "dim")
