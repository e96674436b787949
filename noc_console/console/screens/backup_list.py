"""The tab Backups of an OLT: what is kept of its configuration."""

from __future__ import annotations

from collections.abc import Hashable

from noc_console.console.desk import Desk
from noc_console.console.render import backups
from noc_console.console.render.cells import Cell
from noc_console.console.widgets.columns import by_value, in_order
from noc_console.console.widgets.table import LineTable
from noc_console.domain.backups import BACKUP_RUNS, BACKUPS, Backup
from noc_console.domain.network import Olt
from noc_console.picture.flat_rows import Row
from noc_console.picture.seen import SeenAt


class BackupList:
    """The list, the newest first.

    Args:
        desk: The desk.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[Hashable, Backup] = {}
        self.table = LineTable(
            self._cell, backups.COLUMNS, desk.palette, desk.glyphs, empty=lambda: backups.NONE, id="olt-backups"
        )

    def reload(self, olt: str) -> None:
        """Those of this OLT."""
        self._known = {one.id: one for one in self._desk.model.records(BACKUPS) if one.olt == olt}
        keys, table = list(self._known), self.table
        if table.sort_by:
            told = {key: getattr(one, table.sort_by) for key, one in self._known.items()}
            keys = in_order(keys, by_value(told), table.sort_down)
        table.set_keys(keys)
        table.refresh_rows()

    def told_of(self, olt: Olt) -> list[Cell]:
        """How the last attempt went, and a doubt about the way, for the line of the OLT's name."""
        model = self._desk.model
        run = model.record(BACKUP_RUNS, olt.name)
        last = backups.last_attempt(run, self._desk.now(), self._desk.session.absolute_times)
        return [*last, *backups.doubt(model.settings.backup_confirmed(olt.profile or ""))]

    def selected(self) -> Backup | None:
        """Under the cursor."""
        return self._known.get(self.table.current)

    def pair(self) -> tuple[Backup, Backup]:
        """The older and the newer of two that are marked; else the selected one, and the one before it.

        Raises:
            ValueError: There are no two.
        """
        marked = sorted((self._known[key] for key in self.table.marked if key in self._known), key=_age)
        if len(marked) == 2:
            return marked[0], marked[1]
        if marked:
            raise ValueError(f"two backups are compared: {len(marked)} are marked (u takes the marks away)")
        by_age, selected = sorted(self._known.values(), key=_age), self.selected()
        place = by_age.index(selected) if selected else 0
        if place == 0:
            raise ValueError("there is no backup before this one: mark two with Space")
        return by_age[place - 1], by_age[place]

    def named(self, number: int) -> Backup:
        """One of this OLT by its number.

        Raises:
            ValueError: There is none.
        """
        if number not in self._known:
            raise ValueError(f"there is no backup {number} of this OLT")
        return self._known[number]

    def row_of(self, key: Hashable) -> Row:
        """As ``show backups`` prints it."""
        one = self._known.get(key)
        return BACKUPS.facts(one, SeenAt(self._desk.model, self._desk.now())) if one else {}

    def _cell(self, key: Hashable, column: str) -> Cell:
        one = self._known.get(key)
        if one is None:
            return "", "base"
        if column == "how":
            return backups.how(one, self._desk.model.settings.backup_confirmed(one.dialect))
        return backups.cell(one, column, self._desk.now(), self._desk.session.absolute_times)


def _age(backup: Backup) -> tuple[float, int]:
    return backup.taken_at, backup.id
