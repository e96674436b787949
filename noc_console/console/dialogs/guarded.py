"""The dialog in front of every dangerous action: shows the target as just re-read, and wants its name typed."""

from __future__ import annotations

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.dialogs.typed import TypedDialog
from noc_console.console.render.cells import Line
from noc_console.console.render.dialog import render_target
from noc_console.console.widgets.lines import LinePane
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import NocError
from noc_console.domain.freshness import format_age
from noc_console.domain.intents import Act, Confirmation
from noc_console.domain.network import Ont
from noc_console.domain.policy import YES, Blocker, blockers, confirmation
from noc_console.domain.targets import Target
from noc_console.picture.ont_facts import OntFacts, gather

ARMING_S = {JobKind.FACTORY_RESET: 5.0}
REREAD_S = 20.0
FRESH_ENOUGH_S = 15.0
VERBS = {JobKind.REBOOT: "Reboot", JobKind.FACTORY_RESET: "Factory-reset", JobKind.FIRMWARE: "Install"}
_SECTIONS = {"network": "wireless", "port": "ethernet", "username": "wan"}
"""What must be read afresh before these parameters are given."""


class GuardedDialog(TypedDialog[Act]):
    """Everything above level 1: what is asked for, and the gate in front of it."""

    def __init__(self, desk: Desk, kind: JobKind, row: int, force_reason: str = "") -> None:
        """Build it.

        Args:
            desk: What it works with.
            kind: What is wanted.
            row: The target's row in the store.
            force_reason: Given with ``:force``: the blockers are overridden for this reason.
        """
        self._serial = desk.model.onts.get(row, "serial")
        title = f"{kind.spec.title}: {desk.model.onts.identity(row)}"
        pane = LinePane(desk.palette, id="target")
        super().__init__(desk, kind, pane, title, VERBS.get(kind, "Send"), "override, my reason says why")
        self._row = row
        self._opened_at = desk.now()
        self._armed_at = self._opened_at + ARMING_S.get(kind, 0.0)
        self._reread_error: str | None = None
        self._reread_job: int | None = None
        self._known_fresh = False
        self._force_reason = force_reason

    def on_mount(self) -> None:
        """Show what is known, read it again, watch it."""
        super().on_mount()
        self._verb.variant = "error" if self.kind.level >= 3 else "warning"
        self._reason.value, self._force.value = self._force_reason, bool(self._force_reason)
        self._know_router()
        if self.desk.session.write:
            self._reread()

    # -- rules of this dialog --------------------------------------------------------------------------------------

    @property
    def expected(self) -> str | None:
        """What must be typed; the whole serial when the fresh read failed."""
        ont = self._ont()
        wanted = confirmation(self.kind, ont.identity)
        if wanted in (None, YES):
            return None
        return ont.identity if self._reread_error else wanted

    def missing(self) -> str | None:
        """What is still to be done before the text may be typed; None when armed."""
        now = self.desk.now()
        facts = self._facts()
        found = self._blockers(facts)
        refusal = next((blocker.reason for blocker in found if not blocker.forceable), None)
        if not self.desk.session.write:
            return "read-only"
        if refusal:
            return f"cannot be done: {refusal}"
        if self._reading(facts):
            return "reading the target again ..."
        if now < self._armed_at:
            return f"arming: {max(1, round(self._armed_at - now))} s"
        if self._needs_force(found) and not self._force.value:
            return "tick the override (Tab, Space), or Esc"
        if complaint := self._fields.complaint():
            return complaint
        return self._lack_of_reason()

    @property
    def wanted(self) -> str:
        """What must be typed, in words."""
        whole = self.expected == self._ont().identity
        return "type the whole serial" if whole else "type the last 4 characters of the serial"

    def _needs_force(self, found: list[Blocker]) -> bool:
        return bool(found) or (self._reread_error is not None and self.kind.level >= 4)

    def _blockers(self, facts: OntFacts) -> list[Blocker]:
        found = blockers(self.kind, facts.standing)
        if self.desk.model.link.error:
            found.insert(0, Blocker("the database does not answer: nothing can be requested", forceable=False))
        elif self.desk.model.collector(self.desk.now()) is None:
            found.insert(0, Blocker("no collector is running, so nothing would happen", forceable=False))
        return found

    def _facts(self) -> OntFacts:
        return gather(self.desk.model, self._row, self.desk.now())

    def _ont(self) -> Ont:
        return self.desk.model.onts.ont(self._row)

    # -- the fresh read --------------------------------------------------------------------------------------------

    def _fresh_since(self) -> float:
        return self._opened_at - FRESH_ENOUGH_S

    def _reading(self, facts: OntFacts) -> bool:
        return self._reread_error is None and (facts.ont.refreshed_at or 0.0) < self._fresh_since()

    @work(exit_on_error=False)
    async def _reread(self) -> None:
        ont = self._ont()
        if (ont.refreshed_at or 0.0) >= self._fresh_since():
            return
        try:
            why = f"before a {self.kind.value}"
            look = Act(JobKind.REFRESH, Target.ont(ont.id), why, sections=self._sections())
            self._reread_job = (await self.desk.ask(look)).id
        except NocError as error:
            self._reread_error = str(error)

    @work(exclusive=True, group="sections", exit_on_error=False)
    async def _know_router(self) -> None:
        """Offer the networks and ports that the router was last seen with."""
        if self._serial:
            try:
                self._fields.know(await self.desk.backend.sections(self._serial))
            except NocError:
                return  # then they are typed

    def _judge_reread(self, facts: OntFacts) -> bool:
        """Whether the fresh read failed, or took too long; True when it has just come."""
        reading = self._reading(facts)
        if self._reread_error or not self.desk.session.write or not reading:
            came = not reading and not self._known_fresh
            self._known_fresh = self._known_fresh or came
            return came
        job = self.desk.model.jobs.get(self._reread_job or -1)
        if job is not None and job.ended:
            self._reread_error = job.result or job.state.value
        elif self.desk.now() - self._opened_at > REREAD_S:
            self._reread_error = f"no answer within {REREAD_S:.0f} s"
        return False

    def _sections(self) -> tuple[str, ...]:
        names = (_SECTIONS.get(name) for name in self.kind.spec.parameters)
        return ("system", *dict.fromkeys(name for name in names if name))

    def _reread_line(self, facts: OntFacts) -> Line:
        if not self.desk.session.write:
            return [("not in a read-only session", "dim")]
        if self._reread_error:
            return [(f"FAILED: {self._reread_error}", "critical")]
        if self._reading(facts):
            return [("reading ...", "accent")]
        return [(f"{format_age(max(0.0, facts.now - (facts.ont.refreshed_at or facts.now)))} ago", "good")]

    # -- painting and events ---------------------------------------------------------------------------------------

    def _update(self) -> None:
        width = self._target.size.width
        if width <= 0:
            return
        facts = self._facts()
        if self._judge_reread(facts):
            self._know_router()
        found = self._blockers(facts) if self.desk.session.write else []
        self._set_lines(self._target, render_target(facts, self._reread_line(facts), found, width))
        missing = self.missing()
        writable = self.desk.session.write
        self._force.display = writable and self._needs_force(found) and all(b.forceable for b in found)
        self._reason.display = self._verb.display = writable
        self._typed.display = writable and self.expected is not None
        self._fields.display = writable and bool(self._fields.children)
        self._typed.placeholder = self.wanted
        self._arm(missing)
        self._set_lines(self._status, self._status_lines(missing, width))

    def confirmed(self) -> Act:
        """What the operator asks for."""
        return Act(
            self.kind,
            Target.ont(self._ont().id),
            self._reason.value.strip(),
            self._fields.parameters,
            self._fields.secret,
            forced=bool(self._force.value and self._force.display),
            confirmation=Confirmation(self.expected or YES),
        )
