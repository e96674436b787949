"""The log: what happened, a flood of the same as one line, and what a line stands for."""

from __future__ import annotations

from collections.abc import Hashable

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render import activity
from noc_console.console.render.cells import Cell
from noc_console.console.render.times import stamp
from noc_console.console.screens.tables import StoryView
from noc_console.console.screens.view import Open, OpenIncident
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.changes import IncidentChanged, Severity
from noc_console.domain.event_filters import parse_event_filter
from noc_console.domain.filters import Filter
from noc_console.picture.activity import Activity, fold
from noc_console.picture.flat_rows import Row, activity_facts, activity_row
from noc_console.picture.model import Delta


class LogView(StoryView):
    """What happened, newest first and in view unless you moved down; a flood of the same is one line."""

    NAME, TITLE = "log", "Log"
    DEFAULT_CSS = """
    LogView > #change { height: 7; max-height: 40%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._lines: dict[int, Activity] = {}
        self.table = LineTable(
            self._cell,
            activity.columns(desk.session.absolute_times),
            desk.palette,
            desk.glyphs,
            empty=lambda: self.nothing("nothing happened yet"),
            id="change-list",
        )
        self.story = FocusPane(desk.palette, id="change")

    def set_palette(self, palette: Palette) -> None:
        """Change colours, and the way times are shown."""
        super().set_palette(palette)
        self.table.set_columns(activity.columns(self.desk.session.absolute_times))

    def _moved(self) -> None:
        self._tell(rewind=True)

    def open_selected(self) -> None:
        """To what it is about."""
        line = self._line(self.table.current)
        if line is not None and isinstance(line.changes[0], IncidentChanged):
            self.post_message(OpenIncident(line.changes[0].number))
        elif line is not None:
            self.post_message(Open(line.olt, line.port, line.serial))

    def parse_filter(self, text: str) -> Filter:
        """Times and severities too: ``since:2h``, ``from:14:00 to:14:30``, ``sev:major``, ``kind:incident``."""
        return parse_event_filter(text, self.desk.now)

    def row_of(self, key: Hashable) -> Row:
        """A line, and how many changes it stands for."""
        line = self._line(key)
        return activity_row(line) if line else {}

    def crumb(self) -> tuple[str, str]:
        """Name, position, and how far back the console knows."""
        oldest = min((change.at for change in self.desk.model.changes.values()), default=None)
        where, how_many = super().crumb()
        return where, f"{how_many}, back to {stamp(oldest, self.desk.now())}" if oldest is not None else how_many

    def changed(self, delta: Delta) -> None:
        """New lines on top, or grown ones."""
        if delta.changes:
            self.reload()
            self.table.refresh_rows()

    def reload(self) -> None:
        """Lines that the filter lets through."""
        found = fold(reversed(self.desk.model.change_list()))
        if self.only_problems:
            found = [line for line in found if line.severity not in (Severity.INFO, Severity.CLEARED)]
        if self.filter:
            found = [line for line in found if self.filter.matches(activity_facts(line))]
        self._lines = {line.id: line for line in found}
        at_the_top = self.table.position[0] <= 1 and not self.story.has_focus
        newest = found[0].id if found and (at_the_top or not self.display) else None
        self.table.set_keys([line.id for line in found], follow=newest)
        self._tell()

    def copyable(self) -> tuple[str, str] | None:
        """The line's text."""
        line = self._line(self.table.current)
        return ("line", line.text) if line else None

    def _tell(self, rewind: bool = False) -> None:
        line, width = self._line(self.table.current), self.story.size.width
        now, absolute = self.desk.now(), self.desk.session.absolute_times
        shown = activity.render_story(line, width, now, absolute) if line and width else []
        self.story.set_lines(shown, rewind=rewind)

    def _line(self, key: Hashable | None) -> Activity | None:
        return self._lines.get(key) if isinstance(key, int) else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        line = self._line(key)
        return activity.cell(line, column, self.desk.now(), self.desk.session.absolute_times) if line else ("", "base")
