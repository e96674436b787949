"""What all screens have in common."""

from __future__ import annotations

from textual.containers import Container
from textual.message import Message
from textual.worker import Worker, WorkerState

from noc_console.console.desk import Desk
from noc_console.console.palette import Palette
from noc_console.console.render.cells import Line
from noc_console.domain.filters import Filter, parse_filter
from noc_console.domain.network import Cpe, Olt, Ont
from noc_console.picture.model import Delta


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

    def __init__(self, desk: Desk) -> None:
        super().__init__(id=self.NAME)
        self.desk = desk
        self.helpers: tuple[object, ...] = ()
        """Parts that answer actions whatever has the focus."""
        self.filter: Filter = parse_filter("")
        self.only_problems = False

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
