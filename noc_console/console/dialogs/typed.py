"""What every guarded dialog has: what is asked for, a reason, and a text that must be typed exactly.

Stray typing cannot satisfy it: the text must match exactly, a wrong one is told, cleared and disarms the dialog for two
seconds, and control characters never get in. Typing always lands in the field that is to be filled next, for what is
typed while Cancel has the focus must not be lost, and Enter never cancels unseen.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.widgets import Button, Input

from noc_console.console.desk import Desk
from noc_console.console.dialogs.boxes import BOX_CSS, Dialog
from noc_console.console.dialogs.inputs import CleanInput, ParameterFields, TickBox
from noc_console.console.render.cells import Line, wrap
from noc_console.console.screens.view import Background, Say
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.jobs import JobKind
from noc_console.domain.policy import MIN_REASON
from noc_console.domain.text import clean

REARM_S = 2.0
GIVE_REASON = "give the reason"
LOOK_S = 0.5

Result = TypeVar("Result")


class TypedDialog(Background, Dialog[Result | None], Generic[Result]):
    """A target, fields, an override, a reason, a confirmation, two buttons. A subclass says what they mean."""

    DEFAULT_CSS = (
        BOX_CSS.format(name="TypedDialog", size="width: 80; max-width: 98%; height: auto; max-height: 98%;")
        + """
    TypedDialog > #box { border: round $error; }
    TypedDialog #target, TypedDialog #status { height: auto; }
    TypedDialog Checkbox { margin: 0 1; background: transparent; }
    TypedDialog #buttons { height: 1; margin: 1 1 0 1; }
    TypedDialog Button { margin-right: 2; min-width: 12; }
    """
    )
    AUTO_FOCUS = "#cancel"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(
        self, desk: Desk, kind: JobKind, target: LinePane, title: str, verb: str, override: str, many: bool = False
    ) -> None:
        """Build it.

        Args:
            desk: What it works with.
            kind: What is wanted.
            target: Shows what it is about; its id must be ``target``.
            title: Of the box; data, not markup.
            verb: On the button.
            override: Beside the box to tick.
            many: For many ONTs at once.
        """
        super().__init__()
        self.desk = desk
        self.kind = kind
        self._title = title
        self._armed_at = 0.0
        self._wrong = ""
        """What was typed last and was not what was wanted."""
        self._target = target
        self._fields = ParameterFields(kind, many)
        self._status = LinePane(desk.palette, id="status")
        self._reason = CleanInput("reason (who asked, why)", "reason")
        self._typed = CleanInput("", "typed")
        self._force = TickBox(override, id="force", compact=True)
        self._verb = Button(verb, id="verb", compact=True, disabled=True)

    def compose(self) -> ComposeResult:
        """Target, fields, buttons."""
        with Container(id="box") as box:
            box.border_title = self._title.replace("[", "\\[")
            box.border_subtitle = "Tab moves   Esc cancels"
            yield self._target
            yield self._fields
            yield self._force
            yield self._reason
            yield self._typed
            yield self._status
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel", compact=True)
                yield self._verb

    def on_mount(self) -> None:
        """Watch what it is about."""
        self.set_interval(LOOK_S, self._update)
        self.call_after_refresh(self._update)

    def on_resize(self) -> None:
        """Lay out again."""
        self.call_after_refresh(self._update)

    # -- what a subclass says --------------------------------------------------------------------------------------

    @property
    def expected(self) -> str | None:
        """What must be typed; None when the button alone is enough."""
        raise NotImplementedError

    @property
    def wanted(self) -> str:
        """What must be typed, in words."""
        raise NotImplementedError

    def missing(self) -> str | None:
        """What is still to be done before it can be confirmed; None when armed."""
        raise NotImplementedError

    def confirmed(self) -> Result:
        """What the operator confirmed."""
        raise NotImplementedError

    def _update(self) -> None:
        """Bring everything up to date."""
        raise NotImplementedError

    # -- painting and events ---------------------------------------------------------------------------------------

    def _status_lines(self, missing: str | None, width: int) -> list[Line]:
        if missing == "read-only":
            if why := self.desk.session.forbidden:
                return [(), [(f" It cannot act: {why}.", "warning")]]
            keys: Line = [(" Press ", "base"), (" : ", "key"), (" to open :write on, then ask again.", "base")]
            return [(), [(" This session is read-only.", "warning")], keys]
        wrong = self._wrong_lines(width)
        if missing:
            return wrong + [[(f" {row}", "accent")] for row in wrap(missing, width - 2)]
        return wrong + self._ready_lines(width)

    def _ready_lines(self, width: int) -> list[Line]:
        """What is left to do when nothing is missing."""
        told = f"{self._fields.told()}. " if self._fields.told() else ""
        how = (
            f"Tab to {self._verb.label} and press Enter"
            if self.expected is None
            else f"Type {self.expected} and press Enter"
        )
        return [[(f" {row}", "strong")] for row in wrap(f"{told}{how}.", width - 2)]

    def _lack_of_reason(self) -> str | None:
        reason = self._reason.value.strip()
        if len(reason) < MIN_REASON:
            return GIVE_REASON
        return f"{GIVE_REASON}: who asked, why (this is the serial)" if reason == self.expected else None

    def _arm(self, missing: str | None) -> None:
        """The verb opens when nothing is missing and the text is exact."""
        self._verb.disabled = missing is not None or (self.expected is not None and self._typed.value != self.expected)

    def _wrong_lines(self, width: int) -> list[Line]:
        """That the text was wrong, until another one is typed."""
        if not self._wrong or self._typed.value:
            return []
        told = f"{self._wrong} is wrong: {self.wanted}, {self.expected}."
        return [[(f" {row}", "critical")] for row in wrap(told, width - 2)]

    @staticmethod
    def _set_lines(pane: LinePane, lines: list[Line], most: int | None = None) -> None:
        height = len(lines) if most is None else min(most, len(lines))
        if len(lines) != len(pane.lines):
            pane.styles.height = height
        pane.set_lines(lines)

    def on_key(self, event: events.Key) -> None:
        """Esc cancels; in a read-only session ``:`` leads to the command line; letters go to the next field."""
        if event.key == "escape":
            event.stop()
            self._cancel()
        elif event.character == ":" and not self.desk.session.write:
            event.stop()
            self.leave(None)
            self.app.call_later(self.app.run_action, "open_prompt(':', 'write on')")

        elif event.is_printable and (event.character or " ") != " " and self.desk.session.write:
            event.stop()
            field = self._next_field()
            if field is not None:
                field.focus()
                field.insert_text_at_cursor(event.character or "")

    def _next_field(self) -> Input | None:
        """The field that is to be filled next: the first empty one that must be filled, else the last."""
        optional = {f"parameter-{name}" for name in self.kind.spec.optional}
        shown = [one for one in self.focus_chain if isinstance(one, Input) and one.id not in optional]
        return next((field for field in shown if not field.value.strip()), shown[-1] if shown else None)

    def _cancel(self) -> None:
        """Nothing is sent, and that is told."""
        if self.desk.session.write:
            self.app.post_message(Say(f"{self._title}: cancelled, nothing was sent"))
        self.leave(None)

    def on_input_changed(self) -> None:
        """The verb lights up only for the exact text."""
        self._update()

    def on_parameter_fields_edited(self) -> None:
        """What is asked for changes what is missing."""
        self._update()

    def on_checkbox_changed(self) -> None:
        """The override changes what is missing."""
        self._update()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field goes on; Enter in the confirmation confirms or disarms."""
        event.stop()
        if event.input is self._typed:
            self._confirm()
            return
        self._update()
        if self.expected is not None and event.input is self._reason:
            self._typed.focus()
        else:
            self.app.action_focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Cancel or the verb."""
        event.stop()
        if event.button.id == "cancel":
            self._cancel()
        else:
            self._confirm()

    def _confirm(self) -> None:
        missing, given = self.missing(), self._typed.value
        if self.expected is not None and given and given != self.expected:
            self._wrong, self._typed.value = clean(given, 20), ""
            self._armed_at = max(self._armed_at, self.desk.now() + REARM_S)
        elif missing is None and given == (self.expected or ""):
            self.leave(self.confirmed())
            return
        elif missing is not None and missing.startswith(GIVE_REASON):
            self._reason.focus()
        self._update()  # what is typed stays; the status says what is missing
