"""The audit log: who asked for what, how we know them, from where, and what came of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.render import audit
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.tables import StoryView
from noc_console.console.screens.view import Say
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.audit_log import AuditLog, parse_audit_filter, row_of
from noc_console.domain.errors import NocError
from noc_console.domain.filters import Filter
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta

AT_MOST = 2000
READ_EVERY_S = 10.0


class AuditView(StoryView):
    """The newest entries, newest first; read while it is shown."""

    NAME, TITLE = "audit", "Audit"
    DEFAULT_CSS = """
    AuditView > #audit-entry { height: 9; max-height: 45%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._log = AuditLog(told="not read yet")
        self._entries: dict[Hashable, Mapping[str, Any]] = {}
        self._due = Every(READ_EVERY_S)
        self._unread = True
        self.table = LineTable(self._cell, audit.COLUMNS, desk.palette, desk.glyphs, empty=self._empty, id="audit-list")
        self.story = FocusPane(desk.palette, id="audit-entry")

    def _empty(self) -> list[Line]:
        return self.nothing("nothing was asked for yet")

    def changed(self, delta: Delta) -> None:
        """Look once at the start: whoever acts should know whether the log holds."""
        if self._unread and self.desk.model.link.loaded:
            self._unread = False
            self._read()

    def go_in(self) -> None:
        """Read it."""
        super().go_in()
        self._read()

    def tick(self) -> None:
        """Read again now and then, while it is shown."""
        super().tick()
        if self.in_use and self._due.due(self.desk.now()):
            self._read()

    def parse_filter(self, text: str) -> Filter:
        """Its own words: ``who:maria action:reboot target:HWTC since:2h``."""
        return parse_audit_filter(text, self.desk.now)

    def crumb(self) -> tuple[str, str]:
        """Position, and whether the log holds."""
        return self.TITLE, f"{super().crumb()[1]}, {self._log.told}"

    def row_of(self, key: Hashable) -> Row:
        """An entry as the table has it."""
        return dict(self._entries.get(key, {}))

    def copyable(self) -> tuple[str, str] | None:
        """The entry on one line."""
        entry = self._entries.get(self.table.current)
        return ("entry", audit.one_line(entry)) if entry else None

    def reload(self) -> None:
        """Entries that the filter lets through."""
        found = [one for one in self._log.entries if not self.filter or self.filter.matches(row_of(one))]
        if self.only_problems:
            found = [one for one in found if audit.is_trouble(one)]
        self._entries = {int(one["id"]): one for one in found}
        at_the_top = self.table.position[0] <= 1 and not self.story.has_focus
        newest = next(iter(self._entries), None) if at_the_top else None
        self.table.set_keys(list(self._entries), follow=newest)
        self._tell()

    @work(group="audit", exclusive=True, exit_on_error=False)
    async def _read(self) -> None:
        try:
            log = await self.desk.backend.audit_log(AT_MOST)
        except NocError as error:
            self.post_message(Say(f"the audit log could not be read: {error}", "error"))
            return
        self._log = log
        if log.broken:
            self.post_message(Say(log.told, "error"))
        self.reload()

    def _moved(self) -> None:
        self._tell(rewind=True)

    def _tell(self, rewind: bool = False) -> None:
        entry, width = self._entries.get(self.table.current), self.story.size.width
        self.story.set_lines(audit.story(entry, width) if entry and width else [], rewind=rewind)

    def _cell(self, key: Hashable, column: str) -> Cell:
        entry = self._entries.get(key)
        if entry is None:
            return "", "base"
        return audit.cell(entry, column, self.desk.now(), self.desk.session.absolute_times)
