"""The way of an action: for a dangerous one a dialog, then a job or a bulk action, then following it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from noc_console.console.desk import Desk
from noc_console.console.dialogs.bulk import BulkDialog, ConfirmedBulk
from noc_console.console.dialogs.guarded import Confirmed, GuardedDialog
from noc_console.console.follow import JobFollower
from noc_console.domain.errors import NocError
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Ont
from noc_console.domain.swaps import SwapKind, SwapRequest

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

MOST_REFRESHES = 20


class Acting:
    """Answers the actions that ask for a job, ``ont.refresh``, ``force`` and those on bulk actions."""

    def __init__(self, app: NocApp, desk: Desk, follower: JobFollower) -> None:
        self._app = app
        self._desk = desk
        self._follower = follower

    @property
    def _me(self) -> tuple[str, str]:
        """The operator, and where they come from."""
        return self._desk.settings.user, self._desk.settings.user_from

    def begin(self, kind: JobKind, argument: str = "") -> None:
        """Ask for what is still missing, then do it: to the marked ONTs, else to the one under the cursor.

        Args:
            kind: What is wanted.
            argument: Of the command: the direction of a speed test, the host of a ping.
        """
        chosen = self._app.view.chosen_onts()
        if len(chosen) > 1:
            if not kind.spec.bulk:
                raise ValueError(f"{kind.spec.title}: one at a time, {len(chosen)} are marked (u takes the marks away)")
            self._app.push_screen(BulkDialog(self._desk, kind, chosen), self._confirmed_bulk)
        elif kind.level >= 2:
            self._open_dialog(kind)
        elif chosen:
            if kind.level and not self._desk.session.write:
                raise ValueError(f"{kind.spec.title}: this session is read-only (:write on)")
            asked = _harmless(kind, argument)
            self._app.run_worker(self._submit(kind, chosen[0], "console", asked), group="submit", exit_on_error=False)

    def do_ont_refresh(self, _: str = "") -> None:
        """Read the ONT, or the marked ones, from the device now."""
        chosen = self._app.view.chosen_onts()
        if len(chosen) > MOST_REFRESHES:
            raise ValueError(f"at most {MOST_REFRESHES} at once: {len(chosen)} are marked")
        self._app.run_worker(self._refresh(chosen), group="submit", exit_on_error=False)

    async def _refresh(self, chosen: list[Ont]) -> None:
        for ont in chosen:
            if self._desk.refresh_wait_s(ont) > 0:
                continue
            try:
                self._follower.follow(await self._desk.submit(JobKind.REFRESH, ont, "refresh key"))
            except NocError as error:
                self._app.say(f"not refreshed: {error}", "error")
                return
        name = (chosen[0].identity or "the ONT") if len(chosen) == 1 else f"{len(chosen)} ONTs"
        self._app.say(f"refreshing {name}")

    def do_force(self, argument: str = "") -> None:
        """Open the dialog with the override ticked and its reason filled in."""
        name, _, reason = argument.partition(" ")
        kinds = {kind.value: kind for kind in JobKind if kind.level >= 2}
        if name not in kinds or len(reason.strip()) < 3:
            raise ValueError(f":force wants an action and a reason (actions: {', '.join(kinds)})")
        self._open_dialog(kinds[name], reason.strip())

    def _open_dialog(self, kind: JobKind, force_reason: str = "") -> None:
        ont = self._app.view.selected_ont()
        row = self._desk.model.onts.row_of.get(ont.id) if ont else None
        if row is not None:
            self._app.push_screen(GuardedDialog(self._desk, kind, row, force_reason), self._confirmed)

    def _confirmed(self, confirmed: Confirmed | None) -> None:
        if confirmed is None or self._is_read_only():
            return
        asked = (confirmed.parameters, confirmed.forced, confirmed.secret)
        work = self._submit(confirmed.kind, confirmed.ont, confirmed.reason, *asked)
        self._app.run_worker(work, group="submit", exit_on_error=False)

    def _is_read_only(self) -> bool:
        if not self._desk.session.write:
            self._app.say("not done: the session is read-only again", "warning")
        return not self._desk.session.write

    async def _submit(
        self,
        kind: JobKind,
        ont: Ont,
        reason: str,
        parameters: Mapping[str, str],
        forced: bool = False,
        secret: str | None = None,
    ) -> None:
        name = f"{kind.value} {ont.identity}"
        try:
            job_id = await self._desk.submit(kind, ont, reason, forced, parameters=parameters, secret=secret)
        except NocError as error:
            self._app.say(f"{name} refused: {error}", "error")
            return
        self._follower.follow(job_id)
        self._app.say(f"{name}: requested as job {job_id} (5 shows its steps)")

    def do_ont_swap(self, argument: str = "") -> None:
        """Record that the selected unit was replaced."""
        kind, _, rest = argument.partition(" ")
        new, _, reason = rest.strip().partition(" ")
        ont = self._app.view.selected_ont()
        if kind not in list(SwapKind) or not new or len(reason.strip()) < 3 or ont is None:
            raise ValueError(f":swap {'|'.join(SwapKind)} NEW-SERIAL REASON, on the old unit")
        if not self._desk.session.write:
            raise ValueError("this session is read-only (:write on)")
        asked = (SwapKind(kind), ont.serial or "", new, reason.strip(), *self._me)
        request = SwapRequest(*asked, ont.description, ont.id)
        self._app.run_worker(self._record_swap(request), group="submit", exit_on_error=False)

    async def _record_swap(self, request: SwapRequest) -> None:
        try:
            swap_id = await self._desk.backend.record_swap(request)
        except NocError as error:
            self._app.say(f"swap not recorded: {error}", "error")
            return
        self._app.say(f"swap {swap_id}: {request.old_serial} for {request.new_serial} (7 lists what is due)")

    # -- many ------------------------------------------------------------------------------------------------------

    def _confirmed_bulk(self, confirmed: ConfirmedBulk | None) -> None:
        if confirmed is not None and not self._is_read_only():
            self._app.run_worker(self._submit_bulk(confirmed), group="submit", exit_on_error=False)

    async def _submit_bulk(self, confirmed: ConfirmedBulk) -> None:
        name = f"{confirmed.kind.value} of {len(confirmed.onts)} ONTs"
        try:
            batch_id = await self._desk.submit_batch(
                confirmed.kind, confirmed.onts, confirmed.reason, confirmed.parameters, confirmed.forced
            )
        except NocError as error:
            self._app.say(f"{name} refused: {error}", "error")
            return
        self._app.say(f"{name}: bulk action {batch_id} (5 shows how far it is)")

    def do_bulk_cancel(self, argument: str = "") -> None:
        """Cancel what has not begun of a bulk action."""
        batch_id = self._batch_id(argument)
        self._app.run_worker(self._cancel_bulk(batch_id), group="submit", exit_on_error=False)

    async def _cancel_bulk(self, batch_id: int) -> None:
        try:
            done = await self._desk.backend.cancel_batch(batch_id, *self._me)
        except NocError as error:
            self._app.say(f"not cancelled: {error}", "error")
            return
        self._app.say(
            f"bulk action {batch_id}: what has not begun is cancelled" if done else f"nothing of {batch_id} was waiting"
        )

    def do_bulk_release(self, argument: str = "") -> None:
        """Let another operator's bulk action start."""
        if self._desk.session.write:
            batch_id = self._batch_id(argument)
            self._app.run_worker(self._release_bulk(batch_id), group="submit", exit_on_error=False)
        else:
            raise ValueError("this session is read-only (:write on)")

    async def _release_bulk(self, batch_id: int) -> None:
        try:
            await self._desk.backend.release_batch(batch_id, *self._me)
        except NocError as error:
            self._app.say(f"not released: {error}", "error")
            return
        self._app.say(f"bulk action {batch_id} may start")

    def _batch_id(self, argument: str) -> int:
        """The bulk action that is named, else the only one under way."""
        if argument.strip().isdecimal():
            return int(argument)
        under_way = [batch.id for batch in self._desk.model.open_batches()]
        if argument.strip() or len(under_way) != 1:
            raise ValueError("which bulk action? Give its number (5 lists them)")
        return under_way[0]


def _harmless(kind: JobKind, argument: str) -> dict[str, str]:
    """Parameters of the kinds that need no dialog."""
    if kind is JobKind.SPEED_TEST:
        direction = argument.strip() or "download"
        if direction not in ("download", "upload"):
            raise ValueError(":speed-test takes download or upload")
        return {"direction": direction}
    return {"host": argument.strip()} if argument.strip() and "host" in kind.spec.optional else {}
