"""The way of an action: for a dangerous one a guarded dialog, then a job, then following it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noc_console.console.desk import Desk
from noc_console.console.dialogs.guarded import Confirmed, GuardedDialog
from noc_console.console.follow import JobFollower
from noc_console.domain.errors import NocError
from noc_console.domain.jobs import JobKind
from noc_console.domain.network import Ont

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

MOST_REFRESHES = 20


class Acting:
    """Answers the actions ``ont.*`` and ``force``."""

    def __init__(self, app: NocApp, desk: Desk, follower: JobFollower) -> None:
        self._app = app
        self._desk = desk
        self._follower = follower

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

    def do_ont_reboot(self, _: str = "") -> None:
        """Open the dialog; it never acts by itself."""
        self._open_dialog(JobKind.REBOOT)

    def do_ont_factory_reset(self, _: str = "") -> None:
        """Open the dialog; it never acts by itself."""
        self._open_dialog(JobKind.FACTORY_RESET)

    def do_force(self, argument: str = "") -> None:
        """Open the dialog with the override ticked and its reason filled in."""
        name, _, reason = argument.partition(" ")
        kinds = {"reboot": JobKind.REBOOT, "factory-reset": JobKind.FACTORY_RESET}
        if name not in kinds or len(reason.strip()) < 3:
            raise ValueError(":force wants reboot or factory-reset and a reason")
        self._open_dialog(kinds[name], reason.strip())

    def _open_dialog(self, kind: JobKind, force_reason: str = "") -> None:
        ont = self._app.view.selected_ont()
        row = self._desk.model.onts.row_of.get(ont.id) if ont else None
        if row is not None:
            self._app.push_screen(GuardedDialog(self._desk, kind, row, force_reason), self._confirmed)

    def _confirmed(self, confirmed: Confirmed | None) -> None:
        if confirmed is None:
            return
        if not self._desk.session.write:
            self._app.say("not done: the session is read-only again", "warning")
            return
        self._app.run_worker(self._submit(confirmed), group="submit", exit_on_error=False)

    async def _submit(self, confirmed: Confirmed) -> None:
        name = f"{confirmed.kind.value} {confirmed.ont.serial}"
        try:
            job_id = await self._desk.submit(confirmed.kind, confirmed.ont, confirmed.reason, confirmed.forced)
        except NocError as error:
            self._app.say(f"{name} refused: {error}", "error")
            return
        self._follower.follow(job_id)
        self._app.say(f"{name}: requested as job {job_id} (5 shows its steps)")
