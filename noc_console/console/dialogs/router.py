"""The dialog in front of a dangerous action on a router that no ONT stands for."""

from __future__ import annotations

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.dialogs.guarded import ARMING_S, VERBS
from noc_console.console.dialogs.typed import TypedDialog
from noc_console.console.render.routers import render_target
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import NocError
from noc_console.domain.intents import Act, Confirmation
from noc_console.domain.network import Cpe
from noc_console.domain.policy import YES, Blocker, confirmation, router_blockers
from noc_console.domain.targets import Target


class RouterDialog(TypedDialog[Act]):
    """Nothing but the ACS knows this router: there is no OLT to read it again from before.

    Args:
        desk: What it works with.
        kind: What is wanted.
        cpe: The router.
    """

    def __init__(self, desk: Desk, kind: JobKind, cpe: Cpe) -> None:
        title = f"{kind.spec.title}: router {cpe.name}"
        pane = LinePane(desk.palette, id="target")
        super().__init__(desk, kind, pane, title, VERBS.get(kind, "Send"), "override, my reason says why")
        self._device_id = cpe.device_id
        self._cpe = cpe
        self._armed_at = desk.now() + ARMING_S.get(kind, 0.0)

    def on_mount(self) -> None:
        """Offer what the router was last seen with."""
        super().on_mount()
        self._verb.variant = "error" if self.kind.level >= 3 else "warning"
        self._know_router()

    @property
    def expected(self) -> str | None:
        """What must be typed."""
        wanted = confirmation(self.kind, self._cpe.name)
        return None if wanted in (None, YES) else wanted

    @property
    def wanted(self) -> str:
        """What must be typed, in words."""
        whole = self.expected == self._cpe.name
        return "type the whole serial" if whole else "type the last 4 characters of the serial"

    def missing(self) -> str | None:
        """What is still to be done before the text may be typed; None when armed."""
        found = self._blockers()
        refusal = next((blocker.reason for blocker in found if not blocker.forceable), None)
        if not self.desk.session.write:
            return "read-only"
        if refusal:
            return f"cannot be done: {refusal}"
        if (left_s := self._armed_at - self.desk.now()) > 0:
            return f"arming: {max(1, round(left_s))} s"
        if found and not self._force.value:
            return "tick the override (Tab, Space), or Esc"
        if complaint := self._fields.complaint():
            return complaint
        return self._lack_of_reason()

    def confirmed(self) -> Act:
        """What the operator asks for."""
        return Act(
            self.kind,
            Target.router(self._device_id),
            self._reason.value.strip(),
            self._fields.parameters,
            self._fields.secret,
            forced=bool(self._force.value and self._force.display),
            confirmation=Confirmation(self.expected or YES),
        )

    def _blockers(self) -> list[Blocker]:
        model, now = self.desk.model, self.desk.now()
        jobs = model.jobs_on_router(self._device_id)
        found = router_blockers(self.kind, self._cpe, jobs, model.sources.get("genieacs"), now)
        if model.link.error:
            found.insert(0, Blocker("the database does not answer: nothing can be requested", forceable=False))
        elif model.collector(now) is None:
            found.insert(0, Blocker("no collector is running, so nothing would happen", forceable=False))
        return found

    @work(exclusive=True, group="sections", exit_on_error=False)
    async def _know_router(self) -> None:
        try:
            self._fields.know(await self.desk.backend.router_sections(self._device_id))
        except NocError:
            return  # then they are typed

    def _update(self) -> None:
        width = self._target.size.width
        if width <= 0:
            return
        self._cpe = self.desk.model.cpes.get(self._device_id, self._cpe)
        writable, found = self.desk.session.write, self._blockers()
        doubles = len(self.desk.model.routers_of(self._cpe.serial))
        shown = found if writable else []
        self._set_lines(self._target, render_target(self._cpe, doubles, shown, width, self.desk.now()))
        missing = self.missing()
        self._force.display = writable and bool(found) and all(blocker.forceable for blocker in found)
        self._reason.display = self._verb.display = writable
        self._typed.display = writable and self.expected is not None
        self._fields.display = writable and bool(self._fields.children)
        self._typed.placeholder = self.wanted
        self._arm(missing)
        self._set_lines(self._status, self._status_lines(missing, width))
