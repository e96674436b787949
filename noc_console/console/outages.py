"""What operators do about incidents and alarms: acknowledge, comment, shelve, announce work; and each of it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from noc_console.console.copying import copy
from noc_console.console.desk import Desk
from noc_console.console.dialogs.choice import Option, choose
from noc_console.console.screens.incidents import IncidentsView
from noc_console.console.screens.outages import OutagesView
from noc_console.domain.errors import NocError
from noc_console.domain.filters import TOKEN
from noc_console.domain.handling import HANDLINGS
from noc_console.domain.instants import next_instant
from noc_console.domain.intents import (
    Acknowledge,
    AddComment,
    EndMaintenance,
    Intent,
    PlanMaintenance,
    Shelve,
    Unacknowledge,
    Unshelve,
)
from noc_console.domain.spans import parse_span

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

UNDO_S = 10.0
USUAL_WORK = "2h"
SHELVES = (Option("1", "15 minutes"), Option("2", "1 hour"), Option("3", "4 hours"), Option("4", "a shift (8 hours)"))
SHELVES_S = {"1": 900.0, "2": 3600.0, "3": 14400.0, "4": 28800.0}
_PLACES = ("splitter", "zone")


class Outages:
    """Answers the actions ``outage.*``."""

    def __init__(self, app: NocApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        self._undo: Sequence[Intent] = ()
        self._undo_until_at = 0.0

    def _names(self) -> list[str]:
        view = self._app.view
        names = view.names() if isinstance(view, OutagesView) else []
        if not names:
            raise ValueError("no incident and no alarm is selected")
        if why := self._desk.session.forbidden:
            raise ValueError(why)
        return names

    # -- acknowledge -----------------------------------------------------------------------------------------------

    def do_outage_ack(self, _: str = "") -> None:
        """Somebody has it."""
        names = self._names()
        self._ask([Acknowledge(name) for name in names], [Unacknowledge(name) for name in names])

    def do_outage_unack(self, _: str = "") -> None:
        """Nobody has it."""
        names = self._names()
        self._ask([Unacknowledge(name) for name in names], [Acknowledge(name) for name in names])

    def do_outage_comment(self, text: str = "") -> None:
        """Write something down."""
        names = self._names()
        if text.strip():
            self._ask([AddComment(name, text) for name in names])
        else:
            self._app.action_open_prompt(":", "comment ")

    # -- put away --------------------------------------------------------------------------------------------------

    def do_outage_shelve(self, argument: str = "") -> None:
        """For some time, and why."""
        names = self._names()
        if argument.strip():
            lasts, _, reason = argument.strip().partition(" ")
            self._shelve(names, parse_span(lasts), reason)
            return
        title = names[0] if len(names) == 1 else f"{len(names)} of them"
        choose(self._app, f"Shelve {title} for", SHELVES, lambda key: self._shelve(names, SHELVES_S[key], ""))

    def _shelve(self, names: Sequence[str], lasts_s: float, reason: str) -> None:
        self._ask([Shelve(name, lasts_s, reason.strip()) for name in names], [Unshelve(name) for name in names])

    def do_outage_unshelve(self, _: str = "") -> None:
        """Bring it back."""
        names, now = self._names(), self._desk.now()
        known = {name: self._desk.model.record(HANDLINGS, name) for name in names}
        left = {name: (one.shelved_until_at or 0.0) - now for name, one in known.items() if one}
        back = [Shelve(name, left_s) for name, left_s in left.items() if left_s > 0]
        self._ask([Unshelve(name) for name in names], back)

    # -- planned work ----------------------------------------------------------------------------------------------

    def do_outage_maintenance(self, argument: str = "") -> None:
        """Announce work: where, for how long, why."""
        if why := self._desk.session.forbidden:
            raise ValueError(why)
        if argument.strip():
            self._ask([planned(argument, self._desk.now())])
            return
        view = self._app.view
        place = view.place() if isinstance(view, OutagesView) else ""
        self._app.action_open_prompt(":", f"maintenance {place} {USUAL_WORK} ".replace("  ", " "))

    def do_outage_maintenance_end(self, argument: str = "") -> None:
        """End work before its time."""
        if why := self._desk.session.forbidden:
            raise ValueError(why)
        if not argument.strip().isdecimal():
            raise ValueError("which window? Give its number (:records maintenance lists them)")
        self._ask([EndMaintenance(int(argument))])

    # -- undo, copies ----------------------------------------------------------------------------------------------

    def do_outage_undo(self, _: str = "") -> None:
        """Take the last of these back."""
        if not self._undo or self._desk.now() > self._undo_until_at:
            raise ValueError(f"nothing to take back: U works for {UNDO_S:.0f} s after a, A, x or X")
        intents, self._undo = self._undo, ()
        self._ask(intents)

    def do_outage_copy(self, _: str = "") -> None:
        """Copy it for a ticket."""
        view = self._app.view
        text = view.summary() if isinstance(view, OutagesView) else None
        if text is None:
            raise ValueError("nothing to copy is selected")
        copy(self._app, text, "the summary for a ticket", f"{len(text.splitlines())} lines")

    def do_screen_incidents(self, argument: str = "") -> None:
        """Incidents; with a number one of them, with ``/`` those that a filter lets through."""
        view = self._app.navigation.views["incidents"]
        if argument.startswith("/"):
            view.set_filter(view.parse_filter(argument.removeprefix("/")))
        elif argument.strip() and isinstance(view, IncidentsView):
            view.go_to(argument)
        self._app.navigation.show("incidents")

    # -- the door --------------------------------------------------------------------------------------------------

    def _ask(self, intents: Sequence[Intent], undo: Sequence[Intent] = ()) -> None:
        """Ask for all of these; tell what became of them, and how to take it back."""

        async def ask() -> None:
            said: list[str] = []
            for intent in intents:
                try:
                    said.append((await self._desk.ask(intent)).text)
                except NocError as error:
                    self._app.say(str(error), "error")
            if not said:
                return
            hint = f"   (U takes it back, {UNDO_S:.0f} s)" if undo else ""
            self._undo, self._undo_until_at = undo, self._desk.now() + UNDO_S
            self._app.say((said[0] if len(said) == 1 else f"{len(said)} done, the last: {said[-1]}") + hint)

        self._app.run_worker(ask(), group="submit", exit_on_error=False)


def planned(text: str, now: float) -> PlanMaintenance:
    """Work as the command line has it: ``olt-1 0/1/3 splitter:SP-7 from 02:00 for 2h splicing``.

    Raises:
        ValueError: No length of time, no reason, or a start that is no time.
    """
    words = [token[0] for token in TOKEN.finditer(text)]
    places: list[str] = []
    named: dict[str, str] = {}
    starts_at: float | None = None
    for number, word in enumerate(words):
        name, colon, value = word.partition(":")
        before = words[number - 1] if number else ""
        if before == "from" and starts_at is None:
            starts_at = next_instant(word, now)
        elif word == "from" or (word == "for" and starts_at is not None):
            continue
        elif colon and name in _PLACES:
            named[name] = value.replace('"', "")
        elif (lasts_s := _span(word)) is None:
            places.append(word.replace('"', ""))
        else:
            reason = " ".join(words[number + 1 :])
            if not reason or len(places) > 2:
                break
            olt, port = (*places, None, None)[:2]
            return PlanMaintenance(lasts_s, reason, olt, port, named.get("splitter"), named.get("zone"), starts_at)
    raise ValueError(
        ":maintenance [OLT [PORT]] [splitter:NAME] [zone:NAME] [from TIME for] TIME REASON,"
        " such as olt-1 0/1/3 2h splicing, or olt-1 from 02:00 for 2h splicing"
    )


def _span(word: str) -> float | None:
    try:
        return parse_span(word)
    except ValueError:
        return None
