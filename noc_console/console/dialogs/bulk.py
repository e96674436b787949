"""The dialog in front of an action on many ONTs: the dry run, and the count to be typed."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.desk import Desk
from noc_console.console.dialogs.typed import TypedDialog
from noc_console.console.render.bulk import render_plan
from noc_console.console.render.cells import Line
from noc_console.console.widgets.lines import FocusPane
from noc_console.domain.actions import JobKind
from noc_console.domain.intents import ActOnMany, Confirmation
from noc_console.domain.network import Ont
from noc_console.domain.policy import BulkPlan, plan_bulk
from noc_console.picture.ont_facts import gather

MOST_LINES = 12


class BulkDialog(TypedDialog[ActOnMany]):
    """Level 5 of the gate."""

    DEFAULT_CSS = "BulkDialog > #box { width: 96; }"

    def __init__(self, desk: Desk, kind: JobKind, onts: Sequence[Ont]) -> None:
        """Build it.

        Args:
            desk: What it works with.
            kind: What is wanted.
            onts: Everything that was marked.
        """
        self._ids = [ont.id for ont in onts]
        self._plan = BulkPlan((), ())
        pane = FocusPane(desk.palette, id="target")
        title = f"{kind.spec.title}: {len(onts)} marked"
        super().__init__(desk, kind, pane, title, "Send", "also those with blockers that may be overridden", True)

    def on_mount(self) -> None:
        """Plan, and plan again while it is open: ONTs go up and down."""
        super().on_mount()
        self._verb.variant = "error"
        self._typed.placeholder = "type how many"
        self._fields.display = bool(self._fields.first())

    # -- rules of this dialog --------------------------------------------------------------------------------------

    def plan(self) -> BulkPlan:
        """The dry run as of now."""
        model, now = self.desk.model, self.desk.now()
        rows = (model.onts.row_of.get(ont_id) for ont_id in self._ids)
        targets = [gather(model, row, now).standing for row in rows if row is not None]
        return plan_bulk(self.kind, targets, self._force.value)

    @property
    def expected(self) -> str:
        """How many would be acted on."""
        return str(len(self._plan.included))

    @property
    def wanted(self) -> str:
        """What must be typed, in words."""
        return "type how many ONTs are acted on"

    def missing(self) -> str | None:
        """What is still to be done before the count may be typed; None when armed."""
        plan = self._plan
        model, now, most = self.desk.model, self.desk.now(), self.desk.settings.bulk_max
        if not self.desk.session.write:
            return "This session is read-only: Esc, then :write on."
        if model.link.error or model.collector(now) is None:
            return "No collector is running, or the database does not answer: nothing would happen."
        if not plan.included:
            return "No ONT is left to act on."
        if len(plan.included) > most:
            return f"At most {most} at once (bulk.max in the config file); {len(plan.included)} are too many."
        if now < self._armed_at:
            return "a moment ..."
        if complaint := self._fields.complaint():
            return complaint
        return self._lack_of_reason()

    def _update(self) -> None:
        width = self._target.size.width
        if width <= 0:
            return
        self._plan = self.plan()
        names = self.desk.model.olt_name
        planned = render_plan(self._plan, lambda ont: f"{names(ont.olt_id)} {ont.port}", width)
        self._set_lines(self._target, planned, MOST_LINES)
        missing = self.missing()
        self._arm(missing)
        self._set_lines(self._status, self._status_lines(missing, width))

    def _ready_lines(self, width: int) -> list[Line]:
        count, above = len(self._plan.included), self.desk.settings.second_operator_above
        lines: list[Line] = [[(f" Type {count} and press Enter.", "strong")]]
        if above is not None and count > above:
            lines.append([(" It then waits until another operator releases it (:release).", "warning")])
        return lines

    def confirmed(self) -> ActOnMany:
        """What the operator asks for."""
        return ActOnMany(
            self.kind,
            tuple(ont.id for ont in self._plan.included),
            self._reason.value.strip(),
            self._fields.parameters,
            forced=self._force.value,
            confirmation=Confirmation(self.expected),
        )
