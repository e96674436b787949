"""The table: virtual, line-painted, its cursor tied to an object and not to a row number.

It holds a list of keys and asks its source for the cells of those in view. A change repaints only the visible rows
whose text came out different.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Sequence

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from noc_console.console.glyphs import Glyphs
from noc_console.console.palette import Palette
from noc_console.console.render.cells import Cell, Line, changed_span, fit, fit_end, to_strip, width_of, wrap
from noc_console.console.widgets.columns import Choice, Column, Placed, last_offset, place
from noc_console.console.widgets.focusing import FocusAtOnce

WHEEL = 3
"""Rows for one step of the mouse wheel."""
Key = Hashable
CellOf = Callable[[Key, str], Cell]
"""Cell of one object in one column."""


class LineTable(FocusAtOnce, can_focus=True):
    """A header line and rows."""

    DEFAULT_CSS = "LineTable { height: 1fr; width: 1fr; }"

    class Moved(Message):
        """The cursor stands on another object (None: the table is empty)."""

        def __init__(self, table: LineTable, key: Key | None) -> None:
            super().__init__()
            self.table = table
            self.key = key

    class Opened(Message):
        """Enter on an object."""

        def __init__(self, table: LineTable, key: Key) -> None:
            super().__init__()
            self.table = table
            self.key = key

    class Sorted(Message):
        """The operator chose a column to sort by."""

        def __init__(self, table: LineTable) -> None:
            super().__init__()
            self.table = table

    class Shown(Message):
        """Other rows came into view."""

        def __init__(self, table: LineTable) -> None:
            super().__init__()
            self.table = table

    class Choosing(Message):
        """The operator wants to choose among the columns."""

        def __init__(self, table: LineTable) -> None:
            super().__init__()
            self.table = table

    def __init__(
        self,
        cell_of: CellOf,
        columns: Sequence[Column],
        palette: Palette,
        glyphs: Glyphs,
        *,
        empty: Callable[[], Sequence[Line]] = tuple,
        id: str | None = None,
    ) -> None:
        """Build it.

        Args:
            cell_of: Source of the cells.
            columns: All columns, in order.
            palette: Styles.
            glyphs: Characters.
            empty: What to say when there are no rows.
            id: DOM id.
        """
        super().__init__(id=id)
        self.palette = palette
        self.columns = tuple(columns)
        self.given = self.choices = self.columns
        """What the screen shows, and what it could show, before the operator's choice."""
        self.choice = Choice()
        self.keys: Sequence[Key] = ()
        self.marked: set[Key] = set()
        self._range_at: int | None = None
        self.sort_by: str | None = None
        self.sort_down = False
        self.picking = False
        self._cell_of = cell_of
        self._glyphs = glyphs
        self._empty = empty
        self._cursor = 0
        self._top = 0
        self._offset = 0
        self._placed: list[Placed] = []
        self._painted: dict[Key, Line] = {}

    # -- content ---------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Key | None:
        """The object under the cursor."""
        return self.keys[self._cursor] if self.keys else None

    @property
    def position(self) -> tuple[int, int]:
        """Cursor as 1-based number, and how many rows there are."""
        return (self._cursor + 1 if self.keys else 0), len(self.keys)

    @property
    def page(self) -> int:
        """Rows that fit."""
        return max(1, self.size.height - 1)

    def in_view(self) -> Sequence[Key]:
        """Keys in view."""
        return self.keys[self._top : self._top + self.page]

    @property
    def wanted(self) -> Sequence[Key]:
        """The marked rows that are listed, else all of them, in order."""
        return [key for key in self.keys if key in self.marked] or self.keys

    def texts(self, key: Key) -> list[str]:
        """An object's row as text, column by column."""
        return [self._cell_of(key, column.id)[0] for column in self.columns]

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        self.palette = palette
        self.refresh()

    def set_columns(self, columns: Sequence[Column], choices: Sequence[Column] = ()) -> None:
        """Show other columns, as far as the operator has not chosen otherwise.

        Args:
            columns: What is shown.
            choices: What could be shown; empty is the same.
        """
        given, could = tuple(columns), tuple(choices or columns)
        if (given, could) != (self.given, self.choices):
            self.given, self.choices = given, could
            self.choose()

    def choose(self) -> None:
        """Show what the operator's choice makes of the columns."""
        columns = self.choice.of(self.given, self.choices)
        if columns != self.columns:
            self.columns = columns
            self._offset = 0
            self._layout_columns()
            self.refresh()

    def set_keys(self, keys: Sequence[Key], follow: Key | None = None) -> None:
        """Replace the rows; the cursor stays on its object, and the object on its line where that is possible.

        Args:
            keys: Objects in order.
            follow: Put the cursor here instead.
        """
        before = self.current
        wanted = before if follow is None else follow
        line = self._cursor - self._top
        was_visible = list(self.in_view())
        same_rows = len(keys) == len(self.keys) and keys == self.keys
        range_from = None if self._range_at is None else self.keys[self._range_at]
        self.keys = keys
        if range_from is not None and not same_rows:
            self._range_at = keys.index(range_from) if range_from in keys else None
        if not (same_rows and follow is None):
            try:
                self._cursor = keys.index(wanted)
            except ValueError:
                self._cursor = max(0, min(self._cursor, len(keys) - 1))
            self._top = max(0, min(self._cursor - line, len(keys) - self.page)) if self.size else self._top
            self._into_view()
        if list(self.in_view()) != was_visible or not keys or not self.size:
            self.refresh()
            self.post_message(self.Shown(self))
        if self.current != before:
            self.refresh()
            self.post_message(self.Moved(self, self.current))

    def go_to(self, key: Key) -> bool:
        """Move the cursor to an object; False when it is not among the rows."""
        try:
            self._move_to(self.keys.index(key))
        except ValueError:
            return False
        return True

    def refresh_rows(self, changed: Collection[Key] | None = None) -> None:
        """Repaint what came out different among the changed objects in view (None: among all in view)."""
        if not self.size:  # hidden: no event is sure to come when it is shown again
            self.refresh()
            return
        for y, key in enumerate(self.in_view()):
            if changed is not None and key not in changed:
                continue
            before, now = self._painted.get(key, ()), self._cells(key, self._top + y)
            if before != now:
                start, cells = changed_span(before, now, self.size.width)
                self.refresh(Region(start, y + 1, cells, 1))

    def show_sort(self, column: str | None, down: bool) -> None:
        """Show by which column the rows are sorted."""
        self.sort_by, self.sort_down = column, down
        self._refresh_header()

    # -- painting --------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Fit columns and keep the cursor in view."""
        self._layout_columns()
        self._top = max(0, min(self._top, len(self.keys) - self.page))
        self._into_view()
        self.refresh()
        self.post_message(self.Shown(self))

    def on_focus(self) -> None:
        """Brighten the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Dim the cursor, forget a half-made choice."""
        self.picking = False
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen (Textual's line protocol)."""
        width = self.size.width
        if y == 0:
            self._into_view()  # it may have been moved while it was hidden
            self._painted = {key: self._painted[key] for key in self.in_view() if key in self._painted}
            return to_strip(self._header(), width, self.palette, fill="head")
        row = self._top + y - 1
        if row >= len(self.keys):
            said = _wrapped(self._empty(), width) if not self.keys else ()
            return to_strip(said[y - 2] if 2 <= y < len(said) + 2 else (), width, self.palette)
        key = self.keys[row]
        line = self._painted[key] = self._cells(key, row)
        if row != self._cursor:
            return to_strip(line, width, self.palette)
        overlay = self.palette.overlay("cursor" if self.has_focus else "cursor-blur")
        return to_strip(line, width, self.palette, overlay)

    def _cells(self, key: Key, row: int) -> Line:
        sign = "*" if key in self.marked else "|" if self._in_range(row) else " "
        cells: list[Cell] = [(sign, "base" if sign == " " else "mark")]
        for placed in self._placed:
            text, role = self._cell_of(key, placed.column.id)
            column, ellipsis = placed.column, self._glyphs.ellipsis
            if column.keeps_end:
                shown = fit_end(text, placed.width, ellipsis)
            else:
                shown = fit(text, placed.width, column.right, ellipsis)
            cells += [*_unlined(shown, role, self.palette), (" ", "base")]
        return cells

    def _header(self) -> Line:
        cells: list[Cell] = [("<" if self._offset else " ", "head")]
        for placed in self._placed:
            column = placed.column
            sorted_by = column.id == self.sort_by
            arrow = (self._glyphs.down if self.sort_down else self._glyphs.up) if sorted_by else ""
            if self.picking and column.letter:
                cells += [(column.letter, "tab-active"), (fit(column.title, placed.width - 1), "head"), (" ", "head")]
                continue
            title = fit(column.title + arrow, placed.width, column.right, "")
            cells += [(title, "head-sort" if sorted_by else "head"), (" ", "head")]
        if self._placed and self._placed[-1].column.id != self.columns[-1].id:
            cells[-1] = (">", "head-sort")
        return cells

    def _layout_columns(self) -> None:
        self._placed = place(self.columns, self.size.width - 2, self._offset)

    def _refresh_header(self) -> None:
        self.refresh(*([Region(0, 0, self.size.width, 1)] if self.size else []))

    # -- moving ----------------------------------------------------------------------------------------------------

    def _move_to(self, row: int) -> None:
        row = max(0, min(row, len(self.keys) - 1))
        if row == self._cursor or not self.keys:
            return
        old, top = self._cursor, self._top
        self._cursor = row
        self._into_view()
        if self._top != top or not self.size or self._range_at is not None:
            self.refresh()
            self.post_message(self.Shown(self))
        else:
            for line in (old, row):
                self.refresh(Region(0, line - top + 1, self.size.width, 1))
        self.post_message(self.Moved(self, self.current))

    def _into_view(self) -> None:
        """Scroll by half a page at an edge: a held key then repaints the page seldom. Hidden, it has no page."""
        if not self.size:
            return
        if self._cursor < self._top:
            self._top = max(0, min(self._cursor, self._top - self.page // 2))
        elif self._cursor >= self._top + self.page:
            furthest = max(0, len(self.keys) - self.page)
            self._top = min(furthest, max(self._cursor - self.page + 1, self._top + self.page // 2))

    def on_key(self, event: events.Key) -> None:
        """While a sort column is being chosen, the next key is its letter."""
        if not self.picking:
            return
        event.stop()
        event.prevent_default()
        self.picking = False
        chosen = next((p.column for p in self._placed if p.column.letter and p.column.letter == event.character), None)
        if chosen is None:
            self._refresh_header()
            return
        self._sort(chosen)

    def _sort(self, column: Column) -> None:
        """Sort by a column; the one that it is sorted by already turns the order round."""
        self.sort_down = column.id == self.sort_by and not self.sort_down
        self.sort_by = column.id
        self._refresh_header()
        self.post_message(self.Sorted(self))

    # -- the mouse, where the config gives it to us ----------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A row: go to it, twice opens it. A heading: sort by it."""
        row = self.row_at(event.y)
        if event.y == 0:
            column = self._column_at(event.x)
            if column is not None and column.letter:
                self._sort(column)
        elif row < len(self.keys):
            self._move_to(row)
            if event.chain == 2:
                self.do_list_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel moves the cursor, and takes the focus: what is in view is what keys act on."""
        event.stop()
        self.focus()
        self._move_to(self._cursor + WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As down."""
        event.stop()
        self.focus()
        self._move_to(self._cursor - WHEEL)

    def row_at(self, y: int) -> int:
        """Which row is painted on this line; the heading is line 0."""
        return self._top + y - 1

    def _column_at(self, x: int) -> Column | None:
        at = 1
        for placed in self._placed:
            if at <= x < at + placed.width:
                return placed.column
            at += placed.width + 1
        return None

    def do_list_down(self, _: str = "") -> None:
        """Next object."""
        self._move_to(self._cursor + 1)

    def do_list_up(self, _: str = "") -> None:
        """Previous object."""
        self._move_to(self._cursor - 1)

    def do_list_page_down(self, _: str = "") -> None:
        """A page down."""
        self._move_to(self._cursor + self.page)

    def do_list_page_up(self, _: str = "") -> None:
        """A page up."""
        self._move_to(self._cursor - self.page)

    def do_list_half_down(self, _: str = "") -> None:
        """Half a page down."""
        self._move_to(self._cursor + self.page // 2)

    def do_list_half_up(self, _: str = "") -> None:
        """Half a page up."""
        self._move_to(self._cursor - self.page // 2)

    def do_list_top(self, _: str = "") -> None:
        """To the first object."""
        self._move_to(0)

    def do_list_bottom(self, _: str = "") -> None:
        """To the last object."""
        self._move_to(len(self.keys) - 1)

    def do_list_open(self, _: str = "") -> None:
        """Open the object under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened(self, self.current))

    def do_list_sort(self, wanted: str = "") -> None:
        """Show the letters; ``:sort COLUMN`` sorts at once."""
        if not wanted:
            self.picking = True
            self._refresh_header()
            return
        found = next((c for c in self.columns if c.letter and wanted.lower() in (c.id, c.title.lower())), None)
        if found is None:
            names = ", ".join(column.id for column in self.columns if column.letter)
            raise ValueError(f"no column {wanted!r} to sort by (there are {names})")
        self._sort(found)

    def do_columns_left(self, _: str = "") -> None:
        """Scroll the columns back."""
        self._scroll_columns(-1)

    def do_columns_right(self, _: str = "") -> None:
        """Scroll the columns on."""
        self._scroll_columns(1)

    def _scroll_columns(self, by: int) -> None:
        self._offset = max(0, min(self._offset + by, last_offset(self.columns, self.size.width - 2)))
        self._layout_columns()
        self.refresh()

    def do_mark_toggle(self, _: str = "") -> None:
        """Mark or unmark the object, and step on."""
        if self.current is not None:
            self.marked ^= {self.current}
            self.refresh_rows({self.current})
            self.do_list_down()

    def do_mark_all(self, _: str = "") -> None:
        """Mark everything that the filter lets through."""
        self.marked = set(self.keys)
        self.refresh_rows()

    def do_mark_none(self, _: str = "") -> None:
        """Take all marks away."""
        self.marked = set()
        self.refresh_rows()

    def do_mark_range(self, _: str = "") -> None:
        """Begin a range here; the second time mark all from there to here."""
        if self._range_at is None and self.keys:
            self._range_at = self._cursor
        else:
            self.marked |= {self.keys[row] for row in self._range()}
            self._range_at = None
        self.refresh()

    def drop_range(self) -> bool:
        """Give a range up that was begun; False when none was."""
        begun, self._range_at = self._range_at is not None, None
        if begun:
            self.refresh()
        return begun

    def _range(self) -> range:
        first, last = sorted((self._cursor if self._range_at is None else self._range_at, self._cursor))
        return range(first, last + 1)

    def _in_range(self, row: int) -> bool:
        return self._range_at is not None and row in self._range()

    def do_columns_choose(self, wanted: str = "") -> None:
        """``+rx,-model`` adds and takes away; nothing opens the list of all columns."""
        if not wanted:
            self.post_message(self.Choosing(self))
            return
        self.choice.change(wanted, self.given, self.choices)
        self.choose()


def _wrapped(lines: Sequence[Line], width: int) -> Sequence[Line]:
    """Lines of one style each, in as many rows as the width asks for."""
    rows: list[Line] = []
    for line in lines:
        if len(line) != 1 or width_of(line) <= width:
            rows.append(line)
        else:
            ((text, role),) = line
            rows += [[(f" {row}", role)] for row in wrap(text, width - 2)]
    return rows


def _unlined(text: str, role: str | Style, palette: Palette) -> list[Cell]:
    """A cell of a table; the blanks that fill its column are no part of what a role underlines."""
    bare = text.strip()
    if len(bare) == len(text) or not isinstance(role, str) or not palette.style(role).underline:
        return [(text, role)]
    start = text.index(bare)
    return [(text[:start], "base"), (bare, role), (text[start + len(bare) :], "base")]
