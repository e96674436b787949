"""Incidents: what is wrong, what says so, whom it hits, who has it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container

from noc_console.console.desk import Desk
from noc_console.console.pace import Every
from noc_console.console.palette import Palette
from noc_console.console.render import incidents as render
from noc_console.console.render.cells import Cell, Line
from noc_console.console.screens.outages import OutagesView
from noc_console.console.screens.view import Open
from noc_console.console.widgets.lines import FocusPane
from noc_console.console.widgets.table import LineTable
from noc_console.domain.alarms.states import incident_number
from noc_console.domain.filters import Filter
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord
from noc_console.domain.network import Ont
from noc_console.domain.outage_filters import parse_outage_filter
from noc_console.picture import incidents
from noc_console.picture.fibre import suspects
from noc_console.picture.flat_rows import Row
from noc_console.picture.incident_report import incident_report, markdown
from noc_console.picture.incidents import Listed
from noc_console.picture.model import Delta
from noc_console.picture.places import rows_at
from noc_console.picture.plant import Plant

IMPACT_EVERY_S = 2.0
"""An outage of thousands is not listed anew at each answer of an OLT."""
WIDE = 120
"""Cells from which list and detail stand side by side."""
LIST_MOST, DETAIL_LEAST = 104, 52
"""Cells of the list beside the detail at most, and of the detail at least."""
EVIDENCE, ROOMY, MOST_EVIDENCE = 5, 9, 15
"""Lines of the evidence below the list, with its border: at least, from which on it tells all, and at most."""


class IncidentsView(OutagesView):
    """The list; below or beside it the evidence; Enter lists the ONTs that one hits."""

    NAME, TITLE = "incidents", "Incidents"
    DEFAULT_CSS = """
    IncidentsView > #lists { height: 1fr; width: 1fr; min-height: 6; }
    IncidentsView > #evidence { height: 5; border-top: solid $border; }
    IncidentsView.-wide { layout: horizontal; }
    IncidentsView.-wide > #evidence { height: 1fr; border-top: none; border-left: solid $border; }
    IncidentsView #impact { display: none; }
    IncidentsView.-impact #impact { display: block; }
    IncidentsView.-impact #incident-list { display: none; }
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.single = False
        self._evidence = 0
        """Lines of the evidence, its border among them; 0 is as the layout has it."""
        self._wanted: int | None = None
        self._rows: dict[int, Listed] = {}
        self._served: tuple[IncidentRecord, Plant, list[dict[str, Any]]] | None = None
        self._hit_due = Every(IMPACT_EVERY_S)
        self._hit: dict[tuple[str, str, int], dict[str, Any]] = {}
        self.table = LineTable(
            self._cell, render.columns(80), desk.palette, desk.glyphs, empty=self._empty, id="incident-list"
        )
        self.impact = LineTable(self._impact_cell, render.IMPACT_COLUMNS, desk.palette, desk.glyphs, id="impact")
        self.story = FocusPane(desk.palette, id="evidence")

    def compose(self) -> ComposeResult:
        """The list or whom one hits, and the evidence."""
        with Container(id="lists"):
            yield self.table
            yield self.impact
        yield self.story

    def on_resize(self) -> None:
        """Choose the layout by the room there is."""
        wide = self.size.width >= WIDE
        self.set_class(wide, "-wide")
        detail = max(DETAIL_LEAST, self.size.width - LIST_MOST)
        self.story.styles.width = detail if wide else None
        columns = render.columns(self.size.width - detail - 1 if wide else self.size.width)
        if columns != self.table.columns:
            self.table.set_columns(columns)
        super().on_resize()

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""
        super().set_palette(palette)
        self.impact.set_palette(palette)

    # -- data ------------------------------------------------------------------------------------------------------

    def changed(self, delta: Delta) -> None:
        """Incidents, or what operators did about them."""
        if delta.records & {"incidents", "handlings", "comments", "subscribers"} or delta.rows or delta.structure:
            self.reload()

    def tick(self) -> None:
        """Resolved ones leave the list after an hour, shelves end."""
        if self._ages.due(self.desk.now()):
            self.reload()
        elif self.has_class("-impact") and self._hit_due.due(self.desk.now()):
            self._list_impact()
        self._tell()

    def reload(self) -> None:
        """Read the incidents that the filter lets through; a new one pushes the cursor off none."""
        model, now = self.desk.model, self.desk.now()
        found = incidents.listed(model, now, self.single)
        wanted = model.record(INCIDENTS, self._wanted) if self._wanted is not None else None
        if wanted is not None and all(one.record.id != wanted.id for one in found):
            found.append(incidents.look(model, wanted, now))
        if self.only_problems:
            found = [one for one in found if one.record.open and one.state.asks]
        if self.filter:
            found = [one for one in found if self.filter.matches(incidents.facts(model, one, now))]
        self._rows = {one.record.id: one for one in found}
        untouched = not self.desk.session.last_key_at
        self.table.set_keys([one.record.id for one in found], found[0].record.id if found and untouched else None)
        self.table.refresh_rows()
        if self.has_class("-impact") and self._hit_due.due(now):
            self._list_impact()
        self._tell()

    def set_filter(self, wanted: Filter) -> None:
        """Filter the rows; what was looked for by its number has been seen."""
        self._wanted = None
        super().set_filter(wanted)

    def parse_filter(self, text: str) -> Filter:
        """``sev:C,M``, ``cause:fibre``, ``state:unacked``, ``business:yes`` too."""
        return parse_outage_filter(text)

    def row_of(self, key: Hashable) -> Row:
        """An incident, with who has it; of the list of those whom one hits, an ONT."""
        one = self.subject(key)
        if one is None:
            return dict(self._hit.get(key, {})) if isinstance(key, tuple) else {}
        facts = incidents.facts(self.desk.model, one, self.desk.now())
        return {name: value for name, value in facts.items() if name not in ("text", "listed", "letter")}

    @property
    def listing(self) -> LineTable | None:
        """The incidents, or whom one of them hits."""
        return self.impact if self.has_class("-impact") else self.table

    def crumb(self) -> tuple[str, str]:
        """The incident whose ONTs are listed; position; how many are left out."""
        one = self.subject(self.table.current)
        if self.has_class("-impact") and one is not None:
            at, total = self.impact.position
            return f"Incidents > {one.sentence}", f"{at} of {total} ONTs"
        where, how_many = super().crumb()
        left_out = sum(not incidents.matters(record) for record in self.desk.model.outages.open())
        alone = f"+{left_out} of one ONT (o)   " if left_out and not self.single else ""
        return where, f"{alone}{how_many}"

    def _empty(self) -> list[Line]:
        return self.nothing("no incident is open")

    def subject(self, key: Hashable | None) -> Listed | None:
        """The incident with this number."""
        return self._rows.get(key) if isinstance(key, int) else None

    def link(self) -> str:
        """To the incident."""
        one = self.subject(self.table.current)
        return f"inc {one.record.id}" if one else super().link()

    def name_of(self, key: Hashable) -> str:
        """``INC-17``."""
        return f"INC-{key}"

    def _cell(self, key: Hashable, column: str) -> Cell:
        one = self.subject(key)
        return render.cell(one, column, self.desk.now(), self.desk.session.absolute_times) if one else ("", "base")

    def _tell(self) -> None:
        one, width = self.subject(self.table.current), self.story.size.width
        if one is None or not width:
            self.story.set_lines([])
            return
        model, now = self.desk.model, self.desk.now()
        incident = model.outages.incident(one.record)
        wide = self.has_class("-wide")
        if wide and self._evidence:
            self._evidence = 0
            self.story.styles.clear_rule("height")
        wide = wide or self._give_room()
        customers = self._customers(one.record) if wide or one.record.business else []
        recovery = incidents.recovery(model, one.record, now)
        closures = suspects(model, incident)
        lines = render.evidence(one, incident, recovery, customers, closures, WIDE if wide else width, now)
        if wide:
            comments, absolute = incidents.comments(model, one.record.name), self.desk.session.absolute_times
            lines = render.detail(one, lines, incident, comments, width, now, absolute)
            if not self.has_class("-impact"):
                lines += render.hits(customers, width, self.story.size.height - len(lines))
        self.story.set_lines(lines)

    def _give_room(self) -> bool:
        """Let the evidence have the lines that the list leaves; True where that is enough to tell all of it."""
        rows = len(self.impact.keys if self.has_class("-impact") else self.table.keys)
        spare = min(self.size.height - rows - 2, MOST_EVIDENCE)
        height = spare if spare >= ROOMY else EVIDENCE
        if height != self._evidence:
            self._evidence = height
            self.story.styles.height = height
        return height > EVIDENCE

    def _customers(self, record: IncidentRecord) -> list[dict[str, Any]]:
        """Whom it hits: looked up once for each version of the incident and of the records."""
        plant = self.desk.model.plant
        if self._served is None or self._served[0] is not record or self._served[1] is not plant:
            self._served = record, plant, incidents.impact(self.desk.model, record)
        return self._served[2]

    # -- whom one hits ---------------------------------------------------------------------------------------------

    def _list_impact(self) -> None:
        one = self.subject(self.table.current)
        rows = incidents.impact(self.desk.model, one.record) if one else []
        self._hit = {(row["olt"], row["pon_port"], row["ont_id"]): row for row in rows}
        self.impact.set_keys(list(self._hit))
        self.impact.refresh_rows()

    def _impact_cell(self, key: Hashable, column: str) -> Cell:
        row = self._hit.get(key) if isinstance(key, tuple) else None
        return render.impact_cell(row, column) if row else ("", "base")

    def open_selected(self) -> None:
        """From an incident to the ONTs that it hits, from one of these to the ONT itself."""
        if not self.has_class("-impact"):
            self.add_class("-impact")
            self._list_impact()
            self.impact.focus()
        elif (row := self._hit.get(self.impact.current)) is not None:  # type: ignore[call-overload]
            self.post_message(Open(row["olt"], row["pon_port"], row["serial"]))

    def filterable(self) -> bool:
        """The list of incidents; the ONTs that one hits are all shown."""
        return not self.has_class("-impact")

    def leave_pane(self) -> bool:
        """Out of the evidence, then out of the ONTs that one hits."""
        if self.story.has_focus:
            self.go_in()
            return True
        if not self.has_class("-impact"):
            return False
        self.remove_class("-impact")
        self.table.focus()
        return True

    def go_in(self) -> None:
        """Where it was left."""
        (self.impact if self.has_class("-impact") else self.table).focus()

    def selected_ont(self) -> Ont | None:
        """The ONT under the cursor, among those hit."""
        key = self.impact.current if self.has_class("-impact") else None
        row = rows_at(self.desk.model, [key]).get(key) if isinstance(key, tuple) else None
        return None if row is None else self.desk.model.onts.ont(row)

    # -- actions ---------------------------------------------------------------------------------------------------

    def go_to(self, text: str) -> None:
        """Put the cursor on an incident, listed or not.

        Raises:
            ValueError: There is none of this number.
        """
        number = incident_number(text)
        record = self.desk.model.record(INCIDENTS, number) if number is not None else None
        if record is None:
            raise ValueError(f"no incident {text!r}" if self.desk.model.link.loaded else "still loading: try again")
        self.leave_pane()
        if number not in self.table.keys:
            self.only_problems = False
            self.set_filter(self.parse_filter(""))
            self._wanted = number
            self.reload()
        self.table.go_to(number)

    def do_incidents_single(self, _: str = "") -> None:
        """Also those of one ONT alone, and back."""
        self.single = not self.single
        self.reload()

    def place(self) -> str:
        """OLT, port and splitter, or the zone."""
        one = self.subject(self.table.current)
        if one is None:
            return ""
        where = self.desk.model.outages.incident(one.record).where
        named = [where.olt, where.port] if where.olt else []
        named += [f'splitter:"{where.splitter}"'] if where.splitter else []
        return " ".join(filter(None, [*named, f'zone:"{where.zone}"' if where.zone else ""]))

    def summary(self) -> str | None:
        """As ``noc-console incident`` prints it."""
        one = self.subject(self.table.current)
        report = incident_report(self.desk.model, one.record.id, self.desk.now()) if one else None
        return markdown(report) if report else None

    def copyable(self) -> tuple[str, str] | None:
        """The incident's name; of an ONT that it hits its serial number."""
        ont = self.selected_ont()
        if ont is not None and ont.identity:
            return "serial", ont.identity
        one = self.subject(self.table.current)
        return ("incident", one.record.name) if one else None
