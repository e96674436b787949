"""The dialog in front of every dangerous action: shows the target as just re-read, and wants its name typed."""

from __future__ import annotations

from collections.abc import Sequence

from textual import work

from noc_console.console.desk import Desk
from noc_console.console.dialogs.gate import GateDialog
from noc_console.console.render.cells import Line
from noc_console.console.render.dialog import render_target
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import NocError
from noc_console.domain.freshness import format_age
from noc_console.domain.intents import Act
from noc_console.domain.network import Ont
from noc_console.domain.policy import Blocker, blockers
from noc_console.domain.targets import Target
from noc_console.picture.ont_facts import OntFacts, gather

REREAD_S = 20.0
FRESH_ENOUGH_S = 15.0
_SECTIONS = {"network": "wireless", "port": "ethernet", "username": "wan"}
"""What must be read afresh before these parameters are given."""


class GuardedDialog(GateDialog):
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
        super().__init__(desk, kind, desk.model.onts.identity(row))
        self._row = row
        self._opened_at = desk.now()
        self._reread_error: str | None = None
        self._reread_job: int | None = None
        self._known_fresh = False
        self._force_reason = force_reason

    def on_mount(self) -> None:
        """Show what is known, read it again, watch it."""
        super().on_mount()
        self._reason.value, self._force.value = self._force_reason, bool(self._force_reason)
        self._know_router()
        if self.desk.session.write:
            self._reread()

    # -- rules of this dialog --------------------------------------------------------------------------------------

    @property
    def identity(self) -> str | None:
        """Serial number or MAC; None where the OLT gives neither."""
        return self._ont().identity

    @property
    def target(self) -> Target:
        """By its number in the database."""
        return Target.ont(self._ont().id)

    @property
    def expected(self) -> str | None:
        """What must be typed; the whole serial when the fresh read failed."""
        wanted = super().expected
        return self.identity if wanted and self._reread_error else wanted

    def missing(self) -> str | None:
        """What is still to be done before the text may be typed; None when armed."""
        facts = self._facts()
        return self._lack(self._blockers(facts), self._reading(facts))

    def _needs_force(self, found: Sequence[Blocker]) -> bool:
        return super()._needs_force(found) or (self._reread_error is not None and self.kind.level >= 4)

    def _blockers(self, facts: OntFacts) -> list[Blocker]:
        return self._with_outages(blockers(self.kind, facts.standing))

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
        self._lay_out(found, width)
