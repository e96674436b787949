"""Sources: where the data comes from, and how each source is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from noc_console.console.desk import Desk
from noc_console.console.render import sources
from noc_console.console.render.cells import Cell
from noc_console.console.render.core_devices import SourceRow
from noc_console.console.screens.tables import StoryView
from noc_console.console.screens.view import Open
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import searched
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta


class SourcesView(StoryView):
    """Where the data comes from, and how each source is."""

    NAME, TITLE = "sources", "Sources"
    DEFAULT_CSS = """
    SourcesView > #said { height: 5; max-height: 35%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._rows: dict[str, SourceRow] = {}
        self.table = LineTable(self._cell, sources.COLUMNS, desk.palette, desk.glyphs, id="source-list")
        self.story = FocusPane(desk.palette, id="said")

    def changed(self, delta: Delta) -> None:
        """Anything may have changed a source."""
        self.reload()

    def tick(self) -> None:
        """Ages and countdowns run here by the second: few rows, and the point of the screen."""
        self.reload()

    def reload(self) -> None:
        """Read all sources again."""
        self._rows = sources.rows(self.desk.model, self.desk.now())
        wanted: Sequence[str] = [
            name
            for name, row in self._rows.items()
            if (not self.only_problems or row.role in ("critical", "warning"))
            and (
                not self.filter
                or self.filter.matches(searched({"olt": name, "state": row.state, "detail": row.detail}))
            )
        ]
        self.table.set_keys(list(wanted))
        self.table.refresh_rows()
        self._tell()

    def _tell(self) -> None:
        row = self._rows.get(str(self.table.current))
        self.story.set_lines(sources.render_source(row, self.story.size.width) if row else [])

    def open_selected(self) -> None:
        """To the OLT that it is; else into what it says."""
        name = str(self.table.current)
        if any(olt.name == name for olt in self.desk.model.olts.values()):
            self.post_message(Open(name, None, None))
        else:
            super().open_selected()

    def row_of(self, key: Hashable) -> Row:
        """A source and what it says."""
        row = self._rows.get(str(key))
        if row is None:
            return {}
        told = {"name": row.name, "state": row.state, "last_ok_at": row.ok_at, "took": row.took or None}
        return {**told, "retry_at": row.retry_at, "detail": row.detail}

    def copyable(self) -> tuple[str, str] | None:
        """The source's name and what it says."""
        row = self._rows.get(str(self.table.current))
        return ("source", f"{row.name}: {row.state} {row.detail}") if row else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        row = self._rows.get(str(key))
        return sources.cell(row, column, self.desk.now(), self.desk.session.absolute_times) if row else ("", "base")
