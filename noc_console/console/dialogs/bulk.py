"""The dialog in front of an action on many ONTs: the dry run, and the count to be typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.widgets import Button, Checkbox, Input

from noc_console.console.desk import Desk
from noc_console.console.dialogs.inputs import CleanInput, ParameterFields
from noc_console.console.dialogs.simple import BOX_CSS, Dialog
from noc_console.console.render.bulk import render_plan
from noc_console.console.render.cells import Line, wrap
from noc_console.console.screens.view import Background
from noc_console.console.state.facts import gather
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Ont
from noc_console.domain.policy import BulkPlan, BulkTarget, plan_bulk

REARM_S = 2.0
MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class ConfirmedBulk:
    """What the operator confirmed."""

    kind: JobKind
    onts: Sequence[Ont]
    reason: str
    forced: bool
    parameters: Mapping[str, str]


class BulkDialog(Background, Dialog[ConfirmedBulk | None]):
    """Level 5 of the gate."""

    DEFAULT_CSS = (
        BOX_CSS.format(name="BulkDialog", size="width: 96; max-width: 98%; height: auto; max-height: 98%;")
        + """
    BulkDialog > #box { border: round $error; }
    BulkDialog #status { height: auto; }
    BulkDialog Checkbox { margin: 0 1; background: transparent; }
    BulkDialog #buttons { height: 1; margin: 1 1 0 1; }
    BulkDialog Button { margin-right: 2; min-width: 12; }
    """
    )
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, kind: JobKind, onts: Sequence[Ont]) -> None:
        """Build it.

        Args:
            desk: What it works with.
            kind: What is wanted.
            onts: Everything that was marked.
        """
        super().__init__()
        self.desk = desk
        self.kind = kind
        self._ids = [ont.id for ont in onts]
        self._armed_at = 0.0
        self._fields = ParameterFields(kind, many=True)
        self._list = FocusPane(desk.palette, id="plan")
        self._status = LinePane(desk.palette, id="status")
        self._reason = CleanInput("reason (who asked, why)", "reason")
        self._typed = CleanInput("", "typed")
        self._force = Checkbox(
            "also those whose blockers may be overridden, my reason says why", id="force", compact=True
        )
        self._verb = Button("Send", id="verb", variant="error", compact=True, disabled=True)

    def compose(self) -> ComposeResult:
        """Dry run, fields, buttons."""
        with Container(id="box") as box:
            box.border_title = f"{self.kind.spec.title}: {len(self._ids)} marked"
            box.border_subtitle = "Tab moves   Esc cancels"
            yield self._list
            yield self._fields
            yield self._force
            yield self._reason
            yield self._typed
            yield self._status
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield self._verb

    def on_mount(self) -> None:
        """Plan, and plan again while it is open: ONTs go up and down."""
        self._fields.display = bool(self._fields.first())
        self.set_interval(1.0, self._update)
        self.call_after_refresh(self._update)

    # -- rules of this dialog --------------------------------------------------------------------------------------

    def plan(self) -> BulkPlan:
        """The dry run as of now."""
        model, now = self.desk.model, self.desk.now()
        rows = (model.onts.row_of.get(ont_id) for ont_id in self._ids)
        facts = [gather(model, row, now) for row in rows if row is not None]
        targets = [BulkTarget(one.ont, one.domain_state, one.cpe, one.jobs) for one in facts]
        acs_ok = all(one.acs_ok and (one.acs is None or one.acs.state != "off") for one in facts[:1])
        return plan_bulk(self.kind, targets, now, acs_ok, self._force.value)

    def missing(self, plan: BulkPlan) -> str | None:
        """What is still to be done before the count may be typed; None when armed."""
        model, now, most = self.desk.model, self.desk.now(), self.desk.settings.bulk_max
        if not self.desk.session.write:
            return "This session is read-only: Esc, then :write on."
        if model.link.error or model.collector(now) is None:
            return "No collector is running, or the database does not answer: nobody would do it."
        if not plan.included:
            return "Nobody is left to act on."
        if len(plan.included) > most:
            return f"At most {most} at once (bulk.max in the config file); {len(plan.included)} are too many."
        if now < self._armed_at:
            return "wrong count; arming ..."
        if complaint := self._fields.complaint():
            return complaint
        return "give the reason" if len(self._reason.value.strip()) < 3 else None

    # -- painting and events ---------------------------------------------------------------------------------------

    def _update(self) -> None:
        width = self._list.size.width
        if width <= 0:
            return
        plan = self.plan()
        names = self.desk.model.olt_name
        planned = render_plan(plan, lambda ont: f"{names(ont.olt_id)} {ont.port}", width)
        self._list.styles.height = min(MOST_LINES, len(planned))
        self._list.set_lines(planned)
        missing = self.missing(plan)
        self._typed.disabled = missing is not None
        self._typed.placeholder = "type how many"
        self._verb.disabled = missing is not None or self._typed.value != str(len(plan.included))
        lines = self._status_lines(plan, missing, width)
        self._status.styles.height = len(lines)
        self._status.set_lines(lines)

    def _status_lines(self, plan: BulkPlan, missing: str | None, width: int) -> list[Line]:
        if missing:
            return [[(f" {row}", "accent")] for row in wrap(missing, width - 2)]
        count, above = len(plan.included), self.desk.settings.second_operator_above
        lines: list[Line] = [[(f" Type {count} and press Enter.", "strong")]]
        if above is not None and count > above:
            lines.append([(" It then waits until another operator releases it (:release).", "warning")])
        return lines

    def on_key(self, event: events.Key) -> None:
        """Esc cancels."""
        if event.key == "escape":
            event.stop()
            self.leave(None)

    def on_input_changed(self) -> None:
        """The verb lights up only for the exact count."""
        self._update()

    def on_parameter_fields_edited(self) -> None:
        """What is asked for changes what is missing."""
        self._update()

    def on_checkbox_changed(self) -> None:
        """The override changes the plan."""
        self._update()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the reason goes on; Enter in the count confirms or disarms."""
        event.stop()
        if event.input is self._typed:
            self._confirm()
            return
        self._update()
        if not self._typed.disabled:
            self._typed.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Cancel or send."""
        event.stop()
        if event.button.id == "cancel":
            self.leave(None)
        else:
            self._confirm()

    def _confirm(self) -> None:
        plan = self.plan()
        if self.missing(plan) is not None:
            return
        if self._typed.value != str(len(plan.included)):
            self._typed.value = ""
            self._armed_at = self.desk.now() + REARM_S
            self.query_one("#cancel").focus()
            self._update()
            return
        asked = (self._reason.value.strip(), self._force.value, self._fields.parameters)
        self.leave(ConfirmedBulk(self.kind, plan.included, *asked))
