"""What every guarded dialog has: what is asked for, a reason, and a text that must be typed exactly.

Stray typing cannot satisfy it: the text must match exactly, a wrong one is said to be wrong, clears the field and
disarms it for two seconds, and control characters never get in. The focus starts on Cancel, so that a stray Enter only
cancels; what is typed lands in the field that is next, wherever the focus is.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.widgets import Button, Input

from noc_console.console.desk import Desk
from noc_console.console.dialogs.inputs import CleanInput, ParameterFields, TickBox
from noc_console.console.dialogs.simple import BOX_CSS, Dialog
from noc_console.console.render.cells import Line, wrap
from noc_console.console.screens.view import Background
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.jobs import JobKind
from noc_console.domain.text import clean

REARM_S = 2.0
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
        """What was typed instead of what was expected, while that is said."""
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
        if missing:
            return [[(f" {row}", "accent")] for row in wrap(missing, width - 2)]
        told = f"{self._fields.told()}. " if self._fields.told() else ""
        how = (
            f"Tab to {self._verb.label} and press Enter"
            if self.expected is None
            else f"Type {self.expected} and press Enter"
        )
        return [[(f" {row}", "strong")] for row in wrap(f"{told}{how}.", width - 2)]

    def _arm(self, missing: str | None) -> None:
        """The confirmation opens when nothing is missing, the verb when the text is exact as well."""
        self._typed.disabled = missing is not None
        self._verb.disabled = missing is not None or (self.expected is not None and self._typed.value != self.expected)

    @staticmethod
    def _set_lines(pane: LinePane, lines: list[Line], most: int | None = None) -> None:
        height = len(lines) if most is None else min(most, len(lines))
        if len(lines) != len(pane.lines):
            pane.styles.height = height
        pane.set_lines(lines)

    def on_key(self, event: events.Key) -> None:
        """Esc cancels; in a read-only session ``:`` leads to the command line."""
        if event.key == "escape":
            event.stop()
            self._cancel()
        elif event.character == ":" and not self.desk.session.write:
            event.stop()
            self.leave(None)
            self.app.call_later(self.app.run_action, "open_prompt(':', 'write on')")
        elif event.is_printable and event.character and isinstance(self.focused, Button):
            event.stop()
            self._type(event.character)

    def _type(self, character: str) -> None:
        """Typing with the focus on a button goes to the field that is next."""
        if not self.desk.session.write:
            return
        field = self._next_field()
        field.focus()
        field.insert_text_at_cursor(character)

    def _next_field(self) -> CleanInput:
        """The first field that still wants something."""
        ready = self._typed.display and not self._typed.disabled
        return self._fields.first_empty() or (self._typed if ready else self._reason)

    def _cancel(self) -> None:
        self.leave(None)
        self.app.notify(f"{self.kind.spec.title}: cancelled, nothing was sent", markup=False)

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
        if self.expected is not None and not self._typed.disabled:
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

    def _said_wrong(self) -> str | None:
        """What to say for as long as a wrong text disarms."""
        if not self._wrong or self.desk.now() >= self._armed_at:
            return None
        return f"{clean(self._wrong, 20)!r} is wrong: it must be exactly {self.expected}. Type it again in a moment."

    def _again(self) -> None:
        """The field opens again, and takes what is typed."""
        self._update()
        if not self._typed.disabled:
            self._typed.focus()

    def _confirm(self) -> None:
        if self.missing() is not None:
            return
        if self.expected is not None and self._typed.value != self.expected:
            self._wrong, self._typed.value = self._typed.value, ""
            self._armed_at = self.desk.now() + REARM_S
            self._update()
            self.set_timer(REARM_S, self._again)
            return
        self.leave(self.confirmed())
