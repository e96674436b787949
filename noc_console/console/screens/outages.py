"""What the screens of incidents and of alarms have in common: a list in order of need, and what says so below it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

from noc_console.console.screens.tables import StoryView
from noc_console.domain.alarms.states import AlarmState


class Subject(Protocol):
    """A line of the list: an incident or an alarm."""

    @property
    def state(self) -> AlarmState:
        """How it stands in the operators' hands."""


class OutagesView(StoryView):
    """Answers the actions of the triage: the next that nobody has, and what a ticket wants to know."""

    def names(self) -> list[str]:
        """What acknowledging and its kin are about: what is marked, else what is under the cursor."""
        marked = [self.name_of(key) for key in self.table.keys if key in self.table.marked]
        current = self.table.current
        return marked or ([self.name_of(current)] if current is not None else [])

    def name_of(self, key: Hashable) -> str:
        """What handlings call the subject with this key."""
        return str(key)

    def subject(self, key: Hashable | None) -> Subject | None:
        """The line with this key."""
        raise NotImplementedError

    def place(self) -> str:
        """Where the selected one is, as ``:maintenance`` takes it."""
        return ""

    def summary(self) -> str | None:
        """The selected one for a ticket."""
        return None

    def copies(self) -> list[tuple[str, str]]:
        """The summary first."""
        text = self.summary()
        return ([("summary for a ticket", text)] if text else []) + super().copies()

    def do_outage_next(self, _: str = "") -> None:
        """The next that nobody has, the worst first."""
        self._step(1)

    def do_outage_previous(self, _: str = "") -> None:
        """The one before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        keys = list(self.table.keys)
        asking = [n for n, key in enumerate(keys) if (one := self.subject(key)) and one.state.asks]
        if not asking:
            raise ValueError("all of them are in somebody's hands")
        at = keys.index(self.table.current)
        if by > 0:
            found = next((n for n in asking if n > at), asking[0])
        else:
            found = next((n for n in reversed(asking) if n < at), asking[-1])
        self.table.go_to(keys[found])
