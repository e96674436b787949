"""One backup's text, or what differs between two; secrets are masked before they come here."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.render import backups
from noc_console.console.render.cells import Cell
from noc_console.console.screens.tables import TableView
from noc_console.console.widgets.table import LineTable
from noc_console.domain.backup_text import Line
from noc_console.domain.backups import BACKUPS, Backup
from noc_console.domain.errors import NocError
from noc_console.domain.text import fold
from noc_console.picture.flat_rows import Row


class BackupView(TableView):
    """Lines of a configuration; ``/`` leaves those in that hold a text."""

    NAME, TITLE = "backup", "Backup"
    PROBLEMS = False
    KEYS = "config"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._lines: Sequence[Line] = ()
        self._name = ""
        self._said = "no backup was chosen: :olts OLT, then its tab Backups"
        self.table = LineTable(
            self._cell, backups.LINES, desk.palette, desk.glyphs,
            empty=lambda: self.nothing(self._said), id="backup-lines",
        )  # fmt: skip

    def show_text(self, backup: Backup) -> None:
        """Show one."""
        self._begin(f"{backup.olt} {backup.id}")
        self._read_text(backup.id)

    def show_difference(self, before: Backup, after: Backup) -> None:
        """Show what differs."""
        self._begin(f"{after.olt} {before.id} to {after.id}")
        self._read_difference(before.id, after.id)

    def _begin(self, name: str) -> None:
        self._name, self._said, self._lines = name, "reading ...", ()
        self.reload()

    @work(exclusive=True, group="backup", exit_on_error=False)
    async def _read_text(self, number: int) -> None:
        try:
            self._lines = [Line("", text) for text in await self.desk.backend.backup_lines(number)]
            self._said = f"{len(self._lines):,} lines, secrets hidden"
        except NocError as error:
            self._said = f"not read: {error}"
        self.reload()

    @work(exclusive=True, group="backup", exit_on_error=False)
    async def _read_difference(self, before: int, after: int) -> None:
        try:
            found = await self.desk.backend.backups_compared(before, after)
            self._lines, self._said = found.lines, backups.told(found)
        except NocError as error:
            self._said = f"not compared: {error}"
        self.reload()

    def reload(self) -> None:
        """All lines, or those that hold the filter's text."""
        wanted = fold(self.filter.text) if self.filter else ""
        found = (number for number, line in enumerate(self._lines) if not wanted or wanted in fold(line.text))
        self.table.set_keys(list(found))
        self.table.refresh_rows()

    def crumb(self) -> tuple[str, str]:
        """Which, and what it is."""
        return f"{self.TITLE} {self._name}", self._said

    def row_of(self, key: Hashable) -> Row:
        """One line."""
        line = self._lines[key] if isinstance(key, int) else None
        return {"line": int(str(key)) + 1, "sign": line.sign or None, "text": line.text} if line else {}

    def exported(self) -> tuple[str, Iterator[Row]]:
        """The lines, under the OLT's name."""
        return f"{BACKUPS.one} {self._name}", super().exported()[1]

    def copyable(self) -> tuple[str, str] | None:
        """The line under the cursor."""
        key = self.table.current
        return ("line", self._lines[key].text) if isinstance(key, int) and key < len(self._lines) else None

    def _cell(self, key: Hashable, column: str) -> Cell:
        if not isinstance(key, int) or key >= len(self._lines):
            return "", "base"
        if column == "number":
            return f"{key + 1:,}", "dim"
        line = self._lines[key]
        return backups.difference(line) if line.sign else (line.text, "base")
