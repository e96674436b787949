"""The form of one record: a line for each of its fields, judged while it is typed, saved as an import of one line."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from noc_console.console.desk import Desk
from noc_console.console.dialogs.boxes import BOX_CSS, Dialog
from noc_console.console.dialogs.inputs import CleanInput
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.csv_records import ImportPlan, line_of, plan_import, related, texts_of
from noc_console.domain.intents import ImportRecords
from noc_console.domain.records import Record, RecordKind, column_names


class RecordForm(Dialog[ImportRecords]):
    """Fields of a record; the result is what to ask for.

    Args:
        desk: What it works with.
        kind: Of the record.
        record: The one that is edited: its key stays. None adds one.
    """

    DEFAULT_CSS = (
        BOX_CSS.format(name="RecordForm", size="width: 72; max-width: 98%; height: auto; max-height: 98%;")
        + """
    RecordForm #fields { height: auto; max-height: 1fr; }
    RecordForm .field { height: 1; margin: 0 1; }
    RecordForm .label { width: 16; color: $text-muted; }
    RecordForm Input { width: 1fr; }
    RecordForm #status { height: 2; margin-top: 1; }
    RecordForm #buttons { height: 1; margin: 0 1; }
    RecordForm Button { margin-right: 2; min-width: 12; }
    """
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "app.focus_next", show=False, priority=True),
        Binding("shift+tab,up", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, kind: RecordKind[Any], record: Record | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._kind = kind
        self._title = f"{kind.one} {kind.named(record)}" if record else f"new {kind.one}"
        known = texts_of(kind, record) if record else {}
        self._fields = {name: CleanInput("", f"field-{name}") for name in column_names(kind.row)}
        for name, field in self._fields.items():
            field.value = known.get(name, "")
            field.disabled = record is not None and name in kind.key
        self._adds = record is None
        self._status = LinePane(desk.palette, id="status")
        self._save = Button("Save", id="save", compact=True, disabled=True)

    def compose(self) -> ComposeResult:
        """The fields, what is wrong with them, two buttons."""
        with Container(id="box") as box:
            box.border_title = self._title.replace("[", "\\[")
            box.border_subtitle = "Tab moves   Enter saves   Esc cancels"
            with VerticalScroll(id="fields", can_focus=False):
                for name, field in self._fields.items():
                    with Horizontal(classes="field"):
                        yield Static(name.replace("_", " "), classes="label", markup=False)
                        yield field
            yield self._status
            with Horizontal(id="buttons"):
                yield self._save
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        """Begin in the first field that may be changed."""
        next(field for field in self._fields.values() if not field.disabled).focus()
        self.call_after_refresh(self._judge)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Judge it at each letter."""
        event.stop()
        self._judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter saves when it can be saved."""
        event.stop()
        self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Save or cancel."""
        event.stop()
        if event.button.id == "save":
            self._take()
        else:
            self.leave()

    def on_key(self, event: events.Key) -> None:
        """Esc cancels."""
        if event.key == "escape":
            event.stop()
            self.leave()

    def _text(self) -> str:
        return line_of({name: field.value for name, field in self._fields.items()})

    def _plan(self) -> ImportPlan[Any]:
        known = {kind.name: self._desk.model.records(kind) for kind in related(self._kind)}
        return plan_import(self._kind, self._text(), known)

    def _judge(self) -> None:
        plan = self._plan()
        missing = [name for name in self._kind.key if not self._fields[name].value.strip()]
        wrong = plan.errors[0].text if plan.errors else ""
        if not wrong and missing:
            wrong = f"{missing[0].replace('_', ' ')} is to be filled in"
        if not wrong and self._adds and not plan.added:
            wrong = f"there is such a {self._kind.one} already: Esc, then e edits it"
        changes = bool(plan.added or plan.changed)
        self._save.disabled = bool(wrong) or not changes
        told = wrong or ("Enter saves it" if changes else "nothing is changed")
        self._status.set_lines([[(f" {told}", "warning" if wrong else "dim")]])

    def _take(self) -> None:
        self._judge()
        if not self._save.disabled:
            self.leave(ImportRecords(self._kind.name, self._text()))
