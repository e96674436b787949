"""Alarms: each rule that holds for something, by ISA-18.2's states."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render import alarms as render
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.outages import OutagesView
from noc_console.console.screens.view import Open, OpenIncident
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.alarms.alarm import ALARMS
from noc_console.domain.filters import Filter
from noc_console.domain.outage_filters import parse_outage_filter
from noc_console.picture import alarms
from noc_console.picture.alarms import ListedAlarm
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta


class AlarmsView(OutagesView):
    """A flat list, those that ask first; below it all that is known of one."""

    NAME, TITLE = "alarms", "Alarms"
    DEFAULT_CSS = """
    AlarmsView > #alarm { height: 6; max-height: 40%; border-top: solid $border; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._rows: dict[str, ListedAlarm] = {}
        self.table = LineTable(
            self._cell,
            render.columns(desk.session.absolute_times),
            desk.palette,
            desk.glyphs,
            empty=self._empty,
            id="alarm-list",
        )
        self.story = FocusPane(desk.palette, id="alarm")

    def set_palette(self, palette: Palette) -> None:
        """Change colours, and the way times are shown."""
        super().set_palette(palette)
        self.table.set_columns(render.columns(self.desk.session.absolute_times))

    def changed(self, delta: Delta) -> None:
        """Alarms, or what operators did about them."""
        if delta.records & {"alarms", "handlings", "comments"}:
            self.reload()

    def tick(self) -> None:
        """Shelves and floods end."""
        if self._ages.due(self.desk.now()):
            self.reload()

    def reload(self) -> None:
        """Alarms that the filter lets through."""
        now = self.desk.now()
        found = alarms.listed(self.desk.model, now)
        if self.only_problems:
            found = [one for one in found if one.state.asks]
        if self.filter:
            found = [one for one in found if self.filter.matches(alarms.facts(one, now))]
        self._rows = {one.alarm.key: one for one in found}
        untouched = not self.desk.session.last_key_at
        self.table.set_keys(list(self._rows), found[0].alarm.key if found and untouched else None)
        self.table.refresh_rows()
        self._tell()

    def parse_filter(self, text: str) -> Filter:
        """``sev:C,M``, ``rule:temperature``, ``state:unacked`` too."""
        return parse_outage_filter(text, sorted({one.rule for one in self.desk.model.records(ALARMS)}))

    def crumb(self) -> tuple[str, str]:
        """Name, position, the flood."""
        flood = alarms.flood_text(self.desk.model, self.desk.now())
        where, how_many = super().crumb()
        return where, f"{flood} inc (1)   {how_many}" if flood else how_many

    def subject(self, key: Hashable | None) -> ListedAlarm | None:
        """The alarm with this key."""
        return self._rows.get(key) if isinstance(key, str) else None

    def row_of(self, key: Hashable) -> Row:
        """An alarm, with who has it."""
        one = self.subject(key)
        return asdict(one.alarm) | {"state": one.state.value, "acked_by": one.acked_by} if one else {}

    def place(self) -> str:
        """OLT and PON port."""
        one = self.subject(self.table.current)
        return " ".join(filter(None, (one.alarm.olt, one.alarm.port))) if one else ""

    def summary(self) -> str | None:
        """What is wrong, since when, who has it."""
        one = self.subject(self.table.current)
        if one is None:
            return None
        now = self.desk.now()
        lines = render.story(one, alarms.comments(self.desk.model, one.alarm.key), 1000, now, absolute=True)
        return "\n".join("".join(text for text, _ in line).strip() for line in lines)

    def copyable(self) -> tuple[str, str] | None:
        """The alarm's key, as the commands take it."""
        one = self.subject(self.table.current)
        return ("alarm", one.alarm.key) if one else None

    def link(self) -> str:
        """To the alarms of its rule."""
        one = self.subject(self.table.current)
        return f"al /rule:{one.alarm.rule}" if one else super().link()

    def open_selected(self) -> None:
        """To the incident that explains it, else to what it is about."""
        one = self.subject(self.table.current)
        if one is None:
            return
        if one.alarm.incident is not None:
            self.post_message(OpenIncident(one.alarm.incident))
        else:
            self.post_message(Open(one.alarm.olt, one.alarm.port, one.alarm.serial))

    def _tell(self) -> None:
        one, width = self.subject(self.table.current), self.story.size.width
        if one is None or not width:
            self.story.set_lines([])
            return
        notes = alarms.comments(self.desk.model, one.alarm.key)
        self.story.set_lines(render.story(one, notes, width, self.desk.now(), self.desk.session.absolute_times))

    def _cell(self, key: Hashable, column: str) -> Cell:
        one = self.subject(key)
        return render.cell(one, column, self.desk.now(), self.desk.session.absolute_times) if one else ("", "base")

    def _empty(self) -> list[Line]:
        return self.nothing("no alarm")
