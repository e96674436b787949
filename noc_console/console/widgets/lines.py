"""A pane of lines: paints what a pure renderer returned, repaints only the lines that changed, scrolls by keys."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from noc_console.console.palette import Palette
from noc_console.console.render.cells import Cell, Line, changed_span, to_strip, width_of
from noc_console.console.widgets.focusing import FocusAtOnce

WHEEL = 3
"""Lines for one step of the mouse wheel."""


class LinePane(Widget, can_focus=False):
    """Shows lines; scrolls when there are more than fit."""

    DEFAULT_CSS = "LinePane { height: 1fr; width: 1fr; }"

    def __init__(self, palette: Palette, *, fill: str = "base", id: str | None = None) -> None:
        super().__init__(id=id)
        self.palette = palette
        self._fill = fill
        self._lines: Sequence[Line] = ()
        self._top = 0

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown."""
        return self._lines

    @property
    def hidden(self) -> tuple[int, int]:
        """Lines above and below what is in view."""
        return self._top, max(0, len(self._lines) - self._top - self.size.height)

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        self.palette = palette
        self.refresh()

    def on_resize(self) -> None:
        """Paint all again."""
        self.refresh()

    def set_lines(self, lines: Sequence[Line], *, rewind: bool = False) -> None:
        """Replace the content; ``rewind`` scrolls to its top (a different object is shown)."""
        before, self._lines = self._lines, lines
        top = 0 if rewind else min(self._top, max(0, len(lines) - self.size.height))
        if top == self._top and lines == before:
            return
        if top != self._top or not self.size:  # hidden: no event is sure to come when it is shown again
            self._top = top
            self.refresh()
            return
        for y in range(self.size.height):
            row = top + y
            old = before[row] if row < len(before) else ()
            new = lines[row] if row < len(lines) else ()
            if old != new:
                start, cells = changed_span(old, new, self.size.width)
                self.refresh(Region(start, y, cells, 1))

    def scroll_lines(self, by: int) -> None:
        """Scroll, within the content."""
        top = max(0, min(self._top + by, len(self._lines) - self.size.height))
        if top != self._top:
            self._top = top
            self.refresh()

    def row_at(self, y: int) -> int:
        """Which of the lines is painted on this line of the pane."""
        return self._top + y

    def cell_at(self, x: int, y: int) -> Cell | None:
        """What is painted there."""
        row = self.row_at(y)
        for cell in self._lines[row] if row < len(self._lines) else ():
            x -= width_of([cell])
            if x < 0:
                return cell
        return None

    def show_line(self, row: int) -> None:
        """Scroll as little as brings a line into view, with what follows it where there is room."""
        height = max(1, self.size.height)
        if not self._top <= row < self._top + height // 2:
            self.scroll_lines(row - self._top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel."""
        event.stop()
        self.scroll_lines(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel."""
        event.stop()
        self.scroll_lines(-WHEEL)

    def render_line(self, y: int) -> Strip:
        """One line of the screen (Textual's line protocol)."""
        row = self._top + y
        line: Line = self._lines[row] if row < len(self._lines) else ()
        return to_strip(line, self.size.width, self.palette, fill=self._fill)

    # -- keys ------------------------------------------------------------------------------------------------------

    def do_list_down(self, _: str = "") -> None:
        """One line down."""
        self.scroll_lines(1)

    def do_list_up(self, _: str = "") -> None:
        """One line up."""
        self.scroll_lines(-1)

    def do_list_page_down(self, _: str = "") -> None:
        """A page down."""
        self.scroll_lines(max(1, self.size.height - 1))

    def do_list_page_up(self, _: str = "") -> None:
        """A page up."""
        self.scroll_lines(-max(1, self.size.height - 1))

    def do_list_half_down(self, _: str = "") -> None:
        """Half a page down."""
        self.scroll_lines(max(1, self.size.height // 2))

    def do_list_half_up(self, _: str = "") -> None:
        """Half a page up."""
        self.scroll_lines(-max(1, self.size.height // 2))

    def do_list_top(self, _: str = "") -> None:
        """To the first line."""
        self.scroll_lines(-len(self._lines))

    def do_list_bottom(self, _: str = "") -> None:
        """To the last line."""
        self.scroll_lines(len(self._lines))


class FocusPane(LinePane, FocusAtOnce, can_focus=True):
    """A line pane that takes the focus, so that its keys reach it."""
