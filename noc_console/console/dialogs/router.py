"""The dialog in front of a dangerous action on a router that no ONT stands for."""

from __future__ import annotations

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.dialogs.gate import GateDialog
from noc_console.console.render.routers import render_target
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import NocError
from noc_console.domain.network import Cpe
from noc_console.domain.policy import Blocker, router_blockers
from noc_console.domain.targets import Target


class RouterDialog(GateDialog):
    """Nothing but the ACS knows this router: there is no OLT to read it again from before.

    Args:
        desk: What it works with.
        kind: What is wanted.
        cpe: The router.
    """

    def __init__(self, desk: Desk, kind: JobKind, cpe: Cpe) -> None:
        super().__init__(desk, kind, f"router {cpe.name}")
        self._cpe = cpe

    def on_mount(self) -> None:
        """Offer what the router was last seen with."""
        super().on_mount()
        self._know_router()

    @property
    def identity(self) -> str:
        """The serial number that the router told the ACS."""
        return self._cpe.name

    @property
    def target(self) -> Target:
        """By its id at the ACS."""
        return Target.router(self._cpe.device_id)

    def missing(self) -> str | None:
        """What is still to be done before the text may be typed; None when armed."""
        return self._lack(self._blockers())

    def _blockers(self) -> list[Blocker]:
        model = self.desk.model
        jobs, acs = model.jobs_on_router(self._cpe.device_id), model.sources.get("genieacs")
        return self._with_outages(router_blockers(self.kind, self._cpe, jobs, acs, self.desk.now()))

    @work(exclusive=True, group="sections", exit_on_error=False)
    async def _know_router(self) -> None:
        try:
            self._fields.know(await self.desk.backend.router_sections(self._cpe.device_id))
        except NocError:
            return  # then they are typed

    def _update(self) -> None:
        width = self._target.size.width
        if width <= 0:
            return
        self._cpe = self.desk.model.cpes.get(self._cpe.device_id, self._cpe)
        found = self._blockers() if self.desk.session.write else []
        doubles = len(self.desk.model.routers_of(self._cpe.serial))
        self._set_lines(self._target, render_target(self._cpe, doubles, found, width, self.desk.now()))
        self._lay_out(found, width)
