"""What all screens have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from textual.containers import Container
from textual.message import Message
from textual.worker import Worker, WorkerState

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.registry import ACTIONS
from noc_console.console.render.cells import Line
from noc_console.console.widgets.table import LineTable
from noc_console.domain.filters import Filter, FilterError, parse_filter
from noc_console.domain.network import Cpe, Olt, Ont
from noc_console.picture.flat_rows import Row
from noc_console.picture.model import Delta

FILTERED_BY_COMMAND = ("incidents", "alarms", "onts")
"""Screens whose command takes a filter."""


class Say(Message):
    """Something to tell the operator."""

    def __init__(self, text: str, severity: str = "information") -> None:
        super().__init__()
        self.text = text
        self.severity = severity


class Open(Message):
    """To an ONT, else to the PON port, else to the OLT that something is about."""

    def __init__(self, olt: str | None, port: str | None, serial: str | None) -> None:
        super().__init__()
        self.olt = olt
        self.port = port
        self.serial = serial


class OpenBackup(Message):
    """To the text of the selected backup."""


class OpenIncident(Message):
    """To an incident."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Failed(Message):
    """A background task of a widget broke on an error that nobody expected."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class Background:
    """For widgets with background tasks: what breaks in one is told and logged, never silent, never fatal."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass an unexpected error on to the app."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            event.worker.node.post_message(Failed(event.worker.error))


class View(Background, Container):
    """One screen of the console; the app shows one of them at a time."""

    DEFAULT_CSS = "View { height: 1fr; width: 1fr; }"
    NAME = ""
    TITLE = ""
    PROBLEMS = True
    """Whether ``!`` can tell problems from the rest."""
    KEYS = ""
    """The screen of which it has the keys too; empty is none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(id=self.NAME)
        self.desk = desk
        self.helpers: tuple[object, ...] = ()
        """Parts that answer actions whatever has the focus."""
        self.filter: Filter = parse_filter("")
        self.only_problems = False
        self.in_use = False
        """Whether it is the screen that is shown, or about to be."""

    @property
    def listing(self) -> LineTable | None:
        """Its list, where it has one."""
        table = getattr(self, "table", None)
        return table if isinstance(table, LineTable) else None

    def changed(self, delta: Delta) -> None:
        """The model changed."""

    def tick(self) -> None:
        """A second passed."""

    def set_palette(self, palette: Palette) -> None:
        """Change colours."""

    def set_filter(self, wanted: Filter) -> None:
        """Filter what is shown."""
        self.filter = wanted

    def parse_filter(self, text: str) -> Filter:
        """A filter in this screen's words.

        Raises:
            FilterError: It cannot be understood.
        """
        return parse_filter(text)

    def crumb(self) -> tuple[str, str]:
        """Where we are, and how much of it is shown."""
        return self.TITLE, ""

    def nothing(self, said: str) -> list[Line]:
        """Why a list is empty: not read yet, filtered away, or there is none, which ``said`` says."""
        if not self.desk.model.link.loaded:
            return [[(" still loading ...", "dim")]]
        if self.filter or self.only_problems:
            what = f"the filter /{self.filter.text}" if self.filter else "! (only problems)"
            return [[(f" nothing matches {what}", "strong")], [(" Esc drops the filter", "dim")]]
        return [[(f" {said}", "dim")]]

    def go_in(self) -> None:
        """The screen was opened: put the focus where work begins."""

    def leave_pane(self) -> bool:
        """Out of a pane, to the list that it was opened from; False when none is open."""
        return False

    def widen(self) -> bool:
        """List more than a part; False when everything is listed."""
        return False

    def opens(self) -> bool:
        """Whether Enter leads anywhere from what is selected."""
        table = self.listing
        return table is not None and table.current is not None and hasattr(self, "on_line_table_opened")

    def filterable(self) -> bool:
        """Whether what is shown can be filtered."""
        return self.listing is not None

    def kept_by_hand(self) -> bool:
        """Whether what is listed can be edited here."""
        return False

    def tabbed(self) -> bool:
        """Whether a detail with tabs is shown."""
        return False

    def compares(self) -> bool:
        """Whether two backups are listed, which can be compared."""
        return False

    def selected_ont(self) -> Ont | None:
        """The ONT that actions are about."""
        return None

    def selected_olt(self) -> Olt | None:
        """The OLT that actions are about, while no ONT is in use."""
        return None

    def selected_router(self) -> Cpe | None:
        """The router that actions are about, where no ONT stands for it."""
        return None

    def chosen_onts(self) -> list[Ont]:
        """The ONTs that harmless actions are about."""
        ont = self.selected_ont()
        return [ont] if ont else []

    def copyable(self) -> tuple[str, str] | None:
        """What ``y`` copies: its name and its text."""
        return None

    def copies(self) -> list[tuple[str, str]]:
        """What ``Y`` offers: names and texts. Never a secret."""
        found = self.copyable()
        table = self.listing
        row = table.texts(table.current) if table is not None and table.current is not None else []
        rows = [("row", "  ".join(text for text in row if text)), ("row for a spreadsheet", "\t".join(row))]
        return ([found] if found else []) + (rows if row else [])

    def row_of(self, key: Hashable) -> Row:
        """A listed object with its bare values, for ``:export``; the units are in the names."""
        table = self.listing
        names = [column.id for column in table.columns] if table is not None else []
        return dict(zip(names, table.texts(key), strict=True)) if table is not None else {}

    def exported(self) -> tuple[str, Iterator[Row]]:
        """What ``:export`` writes: its name, and the marked rows, else all that are listed, in their order."""
        table = self.listing
        return self.NAME, iter([self.row_of(key) for key in table.wanted] if table is not None else [])

    def export_text(self, path: str) -> bool:
        """Write what is shown as text, where a screen has a form of its own; False where it has none."""
        return False

    def link(self) -> str:
        """The command that leads to what is selected; without a selection to this screen, with its filter."""
        command = next(action.command for action in ACTIONS if action.id == f"screen.{self.NAME}")
        return f"{command} /{self.filter.text}" if self.filter and self.NAME in FILTERED_BY_COMMAND else command

    def jumps(self) -> list[tuple[str, Callable[[], object]]]:
        """Its panes and tabs, and the way to each."""
        return []

    def where(self) -> Any:
        """What leads back here later, see ``return_to``."""
        return self.filter.text, self.listing.current if self.listing is not None else None

    def return_to(self, where: Any) -> None:
        """As it was when ``where`` was asked, as far as that is still there."""
        text, key = where
        if text != self.filter.text:
            self.set_filter(self.parse_filter(text))
        if key is not None and self.listing is not None:
            self.listing.go_to(key)

    # -- what is remembered from one session to the next -----------------------------------------------------------

    def remembered(self) -> dict[str, Any]:
        """Filter, order, columns, as JSON."""
        state: dict[str, Any] = {"filter": self.filter.text}
        if (table := self.listing) is not None:
            state |= {"sort": table.sort_by, "sort_down": table.sort_down}
            state |= {"added": table.choice.added, "hidden": sorted(table.choice.hidden)}
        return state

    def recall(self, state: dict[str, Any]) -> None:
        """Bring it back; what an older or a newer version wrote differently is left out."""
        if (table := self.listing) is not None:
            for name in ("added", "hidden"):
                names = state.get(name)
                if isinstance(names, list) and all(isinstance(one, str) for one in names):
                    setattr(table.choice, name, set(names) if name == "hidden" else names)
            table.choose()
            if any(column.id == state.get("sort") and column.letter for column in table.columns):
                table.show_sort(state["sort"], bool(state.get("sort_down")))
        if isinstance(state.get("filter"), str):
            try:
                self.set_filter(self.parse_filter(state["filter"]))
            except FilterError:
                return
