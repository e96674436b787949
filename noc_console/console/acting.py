"""From a chosen action to a request: for a dangerous one a dialog in between, then the door, then following it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from noc_console.console.desk import Desk
from noc_console.console.dialogs.bulk import BulkDialog
from noc_console.console.dialogs.guarded import GuardedDialog
from noc_console.console.dialogs.router import RouterDialog
from noc_console.console.follow import JobFollower
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import NocError
from noc_console.domain.intents import Act, ActOnMany, Answer, CancelMany, Intent, RecordSwap, ReleaseMany
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.policy import MIN_REASON
from noc_console.domain.swaps import SwapKind
from noc_console.domain.targets import Target, TargetKind

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

MOST_REFRESHES = 20
READ_ONLY = "this session is read-only (:write on)"


class Acting:
    """Answers the actions that ask for a job, ``force``, and those on swaps and bulk actions."""

    def __init__(self, app: NocApp, desk: Desk, follower: JobFollower) -> None:
        self._app = app
        self._desk = desk
        self._follower = follower

    # -- one target ------------------------------------------------------------------------------------------------

    def begin(self, kind: JobKind, argument: str = "") -> None:
        """Ask for what is still missing, then do it: to the marked ONTs, else to the one under the cursor.

        Args:
            kind: What is wanted.
            argument: Of the command: the name of an OLT, the direction of a speed test, the host of a ping.
        """
        olt, router = self._app.view.selected_olt(), self._app.view.selected_router()
        if router is not None and kind.spec.may_be_about(TargetKind.ROUTER):
            self._begin_on_router(kind, argument, router)
        elif kind is JobKind.REFRESH and olt is not None:
            self._refresh_olt(olt.name)
        elif kind is JobKind.REFRESH:
            self._refresh(self._app.view.chosen_onts())
        elif kind.spec.target is TargetKind.OLT:
            self._begin_on_olt(kind, argument.strip() or self._olt_in_view())
        else:
            self._begin_on_onts(kind, argument, self._app.view.chosen_onts())

    def _begin_on_onts(self, kind: JobKind, argument: str, chosen: list[Ont]) -> None:
        if len(chosen) > 1:
            if not kind.spec.bulk:
                raise ValueError(f"{kind.spec.title}: one at a time, {len(chosen)} are marked (u takes the marks away)")
            self._app.push_screen(BulkDialog(self._desk, kind, chosen), self._confirmed_bulk)
        elif kind.level >= 2:
            self._open_dialog(kind)
        elif chosen:
            if kind.level and not self._desk.session.write:
                raise ValueError(f"{kind.spec.title}: {READ_ONLY}")
            self._act(Act(kind, Target.ont(chosen[0].id), "console", _harmless(kind, argument)), chosen[0].identity)

    def _begin_on_router(self, kind: JobKind, argument: str, cpe: Cpe) -> None:
        if kind.level >= 2:
            dialog = RouterDialog(self._desk, kind, cpe)
            self._app.push_screen(dialog, lambda intent: self._confirmed(intent, cpe.name))
            return
        if kind.level and not self._desk.session.write:
            raise ValueError(f"{kind.spec.title}: {READ_ONLY}")
        self._act(Act(kind, Target.router(cpe.device_id), "console", _harmless(kind, argument)), cpe.name)

    def _refresh_olt(self, name: str) -> None:
        self._begin_on_olt(JobKind.OLT_REFRESH, name)

    def _begin_on_olt(self, kind: JobKind, name: str) -> None:
        if kind.level and not self._desk.session.write:
            raise ValueError(f"{kind.spec.title}: {READ_ONLY}")
        if name not in (olt.name for olt in self._desk.model.olts.values()):
            raise ValueError(f"no OLT {name!r}")
        self._act(Act(kind, Target.olt(name), "console"), name)

    def _olt_in_view(self) -> str:
        """The OLT in the tree, else that of the selected ONT."""
        olt, ont = self._app.view.selected_olt(), self._app.view.selected_ont()
        if olt is not None:
            return olt.name
        if ont is None:
            raise ValueError("which OLT? Give its name")
        return self._desk.model.olt_name(ont.olt_id)

    def _refresh(self, chosen: list[Ont]) -> None:
        """Read the ONT, or the marked ones, from the device now."""
        if len(chosen) > MOST_REFRESHES:
            raise ValueError(f"at most {MOST_REFRESHES} at once: {len(chosen)} are marked")
        due = [ont for ont in chosen if self._desk.refresh_wait_s(ont) <= 0]
        intents = [Act(JobKind.REFRESH, Target.ont(ont.id), "refresh key") for ont in due]
        name = (chosen[0].identity or "the ONT") if len(chosen) == 1 else f"{len(chosen)} ONTs"
        self._ask(intents, "not refreshed", lambda _: f"refreshing {name}", follow=True)

    def do_force(self, argument: str = "") -> None:
        """Open the dialog with the override ticked and its reason filled in."""
        name, _, reason = argument.partition(" ")
        kinds = {kind.value: kind for kind in JobKind if kind.level >= 2}
        if name not in kinds or len(reason.strip()) < MIN_REASON:
            raise ValueError(f":force wants an action and a reason (actions: {', '.join(kinds)})")
        self._open_dialog(kinds[name], reason.strip())

    def _open_dialog(self, kind: JobKind, force_reason: str = "") -> None:
        ont = self._app.view.selected_ont()
        row = self._desk.model.onts.row_of.get(ont.id) if ont else None
        if ont is not None and row is not None:
            dialog = GuardedDialog(self._desk, kind, row, force_reason)
            self._app.push_screen(dialog, lambda intent: self._confirmed(intent, ont.identity))

    def _confirmed(self, intent: Act | None, identity: str | None) -> None:
        if intent is not None and self._may_write():
            self._act(intent, identity)

    def _act(self, intent: Act, name: str | None) -> None:
        what = f"{intent.kind.value} {name or ''}".rstrip()
        told = f"{what}: requested as job"
        self._ask([intent], f"{what} refused", lambda answer: f"{told} {answer.id} (5 shows its steps)", follow=True)

    def do_ont_swap(self, argument: str = "") -> None:
        """Record that the selected unit was replaced."""
        kind, _, rest = argument.partition(" ")
        new, _, reason = rest.strip().partition(" ")
        ont = self._app.view.selected_ont()
        if kind not in list(SwapKind) or not new or len(reason.strip()) < MIN_REASON or ont is None:
            raise ValueError(f":swap {'|'.join(SwapKind)} NEW-SERIAL REASON, on the old unit")
        self._need_writing()
        intent = RecordSwap(SwapKind(kind), ont.serial or "", new, reason.strip(), ont.description, ont.id)
        self._ask([intent], "swap not recorded", lambda answer: f"{answer.text} (7 lists what is due)")

    # -- many ------------------------------------------------------------------------------------------------------

    def _confirmed_bulk(self, intent: ActOnMany | None) -> None:
        if intent is not None and self._may_write():
            name = f"{intent.kind.value} of {len(intent.ont_ids)} ONTs"
            self._ask([intent], f"{name} refused", lambda answer: f"{name}: {answer.text} (5 shows how far it is)")

    def do_bulk_cancel(self, argument: str = "") -> None:
        """Cancel what has not begun of a bulk action."""
        self._ask([CancelMany(self._batch_id(argument))], "not cancelled", lambda answer: answer.text)

    def do_bulk_release(self, argument: str = "") -> None:
        """Let another operator's bulk action start."""
        self._need_writing()
        self._ask([ReleaseMany(self._batch_id(argument))], "not released", lambda answer: answer.text)

    def _batch_id(self, argument: str) -> int:
        """The bulk action that is named, else the only one under way."""
        if argument.strip().isdecimal():
            return int(argument)
        under_way = [batch.id for batch in self._desk.model.open_batches()]
        if argument.strip() or len(under_way) != 1:
            raise ValueError("which bulk action? Give its number (5 lists them)")
        return under_way[0]

    # -- the door --------------------------------------------------------------------------------------------------

    def _need_writing(self) -> None:
        if not self._desk.session.write:
            raise ValueError(READ_ONLY)

    def _may_write(self) -> bool:
        """A session may fall back to read-only while a dialog is open."""
        if not self._desk.session.write:
            self._app.say("not done: the session is read-only again", "warning")
        return self._desk.session.write

    def _ask(
        self, intents: Sequence[Intent], refused: str, said: Callable[[Answer], str], follow: bool = False
    ) -> None:
        """Ask for all of these, until one is refused; then tell."""

        async def ask() -> None:
            answer = Answer()
            for intent in intents:
                try:
                    answer = await self._desk.ask(intent)
                except NocError as error:
                    self._app.say(f"{refused}: {error}", "error")
                    return
                if follow:
                    self._follower.follow(answer.id)
            self._app.say(said(answer))

        self._app.run_worker(ask(), group="submit", exit_on_error=False)


def _harmless(kind: JobKind, argument: str) -> dict[str, str]:
    """Parameters of the kinds that need no dialog."""
    if kind is JobKind.SPEED_TEST:
        direction = argument.strip() or "download"
        if direction not in ("download", "upload"):
            raise ValueError(":speed-test takes download or upload")
        return {"direction": direction}
    return {"host": argument.strip()} if argument.strip() and "host" in kind.spec.optional else {}
