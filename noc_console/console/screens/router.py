"""What the TR-069 tab knows of a router, and the asking: look it up, then have it read when that is old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from noc_console.console.desk import Desk
from noc_console.console.render.tr069 import STALE_S, CpeView
from noc_console.domain.errors import NocError
from noc_console.domain.intents import Act
from noc_console.domain.jobs import Job, JobKind
from noc_console.domain.targets import Target
from noc_console.picture.ont_facts import OntFacts

READ_AGAIN_S = 60.0


class RouterReader:
    """One router at a time; asks at most once a minute for each."""

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        self.view = CpeView()
        self._desk = desk
        self._changed = changed
        self._asked_at: dict[tuple[int, JobKind], float] = {}

    def clear(self) -> None:
        """Another ONT is shown."""
        self.view = CpeView()

    @property
    def waiting(self) -> bool:
        """Whether an answer is under way."""
        return self.view.job is not None and not self.view.job.ended

    async def show_stored(self, facts: OntFacts) -> None:
        """Show what was read before; asks nobody but the database."""
        if facts.ont.serial is not None and not self.view.sections:
            await self._read(facts, facts.ont.serial)

    async def ask(self, facts: OntFacts, refresh: bool) -> None:
        """View what the ACS holds; with ``refresh``, when that is old, have the router read."""
        if facts.ont.serial is None or (facts.acs is not None and facts.acs.state == "off"):
            return
        if not await self._read(facts, facts.ont.serial) or self.waiting:
            return
        now = self._desk.now()
        old = [one for one in self.view.sections if one.observed_at is not None and now - one.observed_at > STALE_S]
        if not refresh or not old or (facts.ont.id, JobKind.VIEW) not in self._asked_at:
            await self._order(facts, JobKind.VIEW)
            return
        # What was never read is asked for as well: the ACS may have met the router a minute ago for the first time.
        never = [one for one in self.view.sections if one.observed_at is None]
        await self._order(facts, JobKind.REFRESH, tuple(section.name for section in (*old, *never)))

    async def _read(self, facts: OntFacts, serial: str) -> bool:
        """What was stored; False when the database is away or another ONT is shown by now."""
        before = self.view
        try:
            sections = await self._desk.backend.sections(serial)
            device_id = await self._desk.backend.cpe_for(serial)
        except NocError:
            return False  # the banner tells
        return self._take(before, CpeView(serial, sections, device_id, self._latest_job(facts), before.error))

    async def _order(self, facts: OntFacts, kind: JobKind, sections: tuple[str, ...] = ()) -> None:
        now = self._desk.now()
        asked_at = self._asked_at.get((facts.ont.id, kind), 0.0)
        if now - asked_at < READ_AGAIN_S or self._desk.model.collector(now) is None:
            return
        self._asked_at[facts.ont.id, kind] = now
        before = self.view
        try:
            answer = await self._desk.ask(Act(kind, Target.ont(facts.ont.id), "opened", sections=sections))
            job = await self._desk.backend.job(answer.id)
        except NocError as error:
            said = replace(before, job=None, error=str(error))
        else:
            said = replace(before, job=job, error=None)
        self._take(before, said)

    def _take(self, before: CpeView, view: CpeView) -> bool:
        """Show it, unless something else took the place of what was there before."""
        if self.view is not before:
            return False
        self.view = view
        self._changed()
        return True

    def _latest_job(self, facts: OntFacts) -> Job | None:
        """The newest read of this router, whoever asked for it."""
        reads = [job for job in self._desk.model.job_list(facts.ont.id) if job.kind in (JobKind.VIEW, JobKind.REFRESH)]
        return reads[0] if reads else self.view.job
