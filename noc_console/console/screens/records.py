"""Records of any kind: a table, and below it all that is known of the selected one."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from noc_console.console.desk import Desk
from noc_console.console.render import records
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.tables import StoryView
from noc_console.console.screens.view import Open
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.network import Ont
from noc_console.domain.plant import ZONES
from noc_console.domain.records import Key, Record, RecordKind
from noc_console.domain.text import fold
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta
from noc_console.picture.seen import SeenAt


class RecordsView(StoryView):
    """One record kind at a time; ``:records NAME`` shows another."""

    NAME, TITLE = "records", "Records"
    PROBLEMS = False
    DEFAULT_CSS = """
    RecordsView { layout: vertical; }
    RecordsView > #record { height: 10; max-height: 45%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk, kind: RecordKind[Any] = ZONES) -> None:
        super().__init__(desk)
        self.kind = kind
        self._records: dict[Key, Any] = {}
        self.table = LineTable(
            self._cell, self.columns(), desk.palette, desk.glyphs, empty=self._empty, id=f"{self.NAME}-list"
        )
        self.story = FocusPane(desk.palette, id="record")

    def show_kind(self, kind: RecordKind[Any]) -> None:
        """Show the records of another kind."""
        self.kind = kind
        self.table.set_columns(self.columns())
        self.reload()

    def crumb(self) -> tuple[str, str]:
        """The kind, and position in the list."""
        at, total = self.table.position
        return self.kind.title, f"{at} of {total}"

    # -- what a subclass may say -----------------------------------------------------------------------------------

    def columns(self) -> Any:
        """The columns of the list."""
        return records.columns_of(self.kind, self._records)

    def is_problem(self, record: Any, now: float) -> bool:
        """Whether ``!`` leaves it in."""
        return True

    def cell_of(self, record: Any, facts: dict[str, Any], column: str) -> Cell:
        """One cell."""
        return records.cell(facts, column, self.desk.now(), self.desk.session.absolute_times)

    def story_of(self, record: Any, facts: dict[str, Any], width: int) -> list[Line]:
        """All that is known of one record."""
        now, absolute = self.desk.now(), self.desk.session.absolute_times
        return records.render_record(self.kind, facts, width, now, absolute)

    # -- data ------------------------------------------------------------------------------------------------------

    def changed(self, delta: Delta) -> None:
        """Records came, went or changed; so did the ONTs that some of them show."""
        if self.kind.name in delta.records or delta.rows or delta.structure:
            self.reload()

    def reload(self) -> None:
        """Records that the filter lets through."""
        now = self.desk.now()
        found = self.desk.model.records(self.kind)
        if self.only_problems:
            found = [record for record in found if self.is_problem(record, now)]
        if self.filter:
            found = [record for record in found if self.filter.matches(_row(self._facts(record)))]
        self._records = {self.kind.key_of(record): record for record in found}
        self.table.set_columns(self.columns())
        self.table.set_keys(list(self._records))
        self.table.refresh_rows()
        self._tell()

    def row_of(self, key: Hashable) -> Row:
        """A record, as ``show`` prints it."""
        record = self._records.get(key) if isinstance(key, tuple) else None
        return self._facts(record) if record else {}

    def exported(self) -> tuple[str, Iterator[Row]]:
        """Under the name of the kind."""
        return self.kind.name, super().exported()[1]

    def selected(self) -> Any:
        """The record under the cursor; None where there is none."""
        key = self.table.current
        return self._records.get(key) if isinstance(key, tuple) else None

    def selected_ont(self) -> Ont | None:
        """The ONT that the record is about."""
        record = self.selected()
        serial = self._facts(record).get("serial") if record else None
        row = self.desk.model.onts.by_identity.get(serial) if serial else None
        return None if row is None else self.desk.model.onts.ont(row)

    def kept_by_hand(self) -> bool:
        """Records of some kinds come from the network alone."""
        return self.kind.imported

    def open_selected(self) -> None:
        """To the ONT that it is about; else into all that is known of it."""
        ont = self.selected_ont()
        if ont is not None:
            self.post_message(Open(self.desk.model.olt_name(ont.olt_id), ont.port, ont.serial))
        else:
            super().open_selected()

    def copyable(self) -> tuple[str, str] | None:
        """What tells the record apart."""
        record = self.selected()
        return (self.kind.one, self.kind.named(record)) if record else None

    def _facts(self, record: Record) -> dict[str, Any]:
        return self.kind.facts(record, SeenAt(self.desk.model, self.desk.now()))

    def _cell(self, key: Hashable, column: str) -> Cell:
        record = self._records.get(key) if isinstance(key, tuple) else None
        return self.cell_of(record, self._facts(record), column) if record else ("", "base")

    def _tell(self) -> None:
        record, width = self.selected(), self.story.size.width
        self.story.set_lines(self.story_of(record, self._facts(record), width) if record and width else [])

    def _empty(self) -> list[Line]:
        hint = f" (noc-console import {self.kind.name} FILE.csv)" if self.kind.imported else ""
        return self.nothing(f"no {self.kind.one} yet{hint}")


def _row(facts: dict[str, Any]) -> dict[str, object]:
    text = " ".join(str(value) for value in facts.values() if value is not None)
    return {**facts, "pon_port": facts.get("port"), "text": fold(text)}
