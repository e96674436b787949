"""The incident engine: observations in, incidents out. Pure; time comes with the observations and with ``advance``.

Each second of observed time in which something changed is judged once. What is judged follows from the facts and from
the cases that are open, so that the order of deliveries within a second, duplicates and a restart do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from noc_console.domain.freshness import STALE_AFTER
from noc_console.domain.incidents import life
from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.docket import Docket
from noc_console.domain.incidents.incident import Incident, Life, Scope
from noc_console.domain.incidents.lookout import Lookout
from noc_console.domain.incidents.losses import LossJudge
from noc_console.domain.incidents.network import Network, PortFact
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.domain.incidents.tell import tell

AGAIN_EVERY_S = 5.0
"""Nothing happened, but time passes: timers are looked at this often."""


@dataclass(slots=True)
class Window:
    """Planned work."""

    id: str
    until_at: float | None
    olt: str | None = None
    port: str | None = None
    splitter: str | None = None
    zone: str | None = None
    ended: bool = False

    def active(self, now: float) -> bool:
        """Whether it goes on now."""
        return not self.ended and (self.until_at is None or now < self.until_at)


class Engine:
    """Takes observations, and judges them second by second.

    Args:
        settings: The limits.
        first_number: Number of the first new incident.
        starts_at: What is observed until then was so before: nothing of it rings.
    """

    def __init__(self, settings: IncidentSettings | None = None, first_number: int = 1, starts_at: float = 0.0) -> None:
        self.settings = (settings or IncidentSettings()).at_pace()
        self.network = Network()
        self.docket = Docket(self.network, self.settings, first_number)
        self.windows: dict[str, Window] = {}
        self.rings = 0
        """How often the bell rang."""
        self._losses = LossJudge(self.docket)
        self._lookout = Lookout(self.docket)
        self._starts_at = starts_at
        self._tick = starts_at
        self._timers_at = 0.0
        self._dirty = False
        self._lit: set[PortFact] = set()
        """Ports whose light was read since it was last judged."""

    @property
    def cases(self) -> dict[int, Case]:
        """The cases that are open, and those that were within the hour, by number."""
        return self.docket.cases

    def take(self, one: Observation) -> None:
        """Take one observation in; all seconds before it are judged first."""
        if one.at > self._starts_at and not self.network.started:
            self.begin()
        self._run_to(math.ceil(one.at) - 1.0)
        self.network.take(one)
        if one.kind == "maintenance":
            self._plan(one)
        if one.kind == "poll" and one.fields["kind"] == "optics" and one.fields["outcome"] != "failed":
            name, olt = one.fields.get("port"), self.network.olt(one.fields["olt"])
            self._lit.update(port for port in olt.ports.values() if name in (None, port.name))
        self._dirty = True

    def begin(self, open_cases: Iterable[Case] = (), known_until: float | None = None) -> None:
        """What is known now was so before: list what is dark, and ring for nothing of it.

        Args:
            open_cases: What another engine had open, on this one's network.
            known_until: Until when that one judged. None when there was none.
        """
        network, now = self.network, self._starts_at
        network.started = True
        self._timers_at = now
        for case in open_cases:
            self.docket.take_over(case)
        for olt in network.olts.values():
            olt.answered_at = now if olt.answered_at is None else olt.answered_at
            for port in olt.ports.values():
                self._begin_port(port, known_until)
            olt.dirty = False
        network.lost.clear()
        network.returned.clear()

    def _begin_port(self, port: PortFact, known_until: float | None) -> None:
        # What the other engine had not yet explained, and what went down since.
        open_since = None if known_until is None else known_until - self.settings.old_s
        for ont in port.onts.values():
            if open_since is not None and ont.case is None and ont.down and (ont.changed_at or 0.0) > open_since:
                ont.known_down = False
                port.olt.lossy.add(port)
                self.docket.loose.add(ont)
        for finding in life.dark_from_start(port, self.network, self.settings):
            if all(ont.case is None and ont.known_down for ont in finding.members):
                case = self.docket.open(finding, self._starts_at)
                case.from_start, case.state, case.confirmed_at = True, Life.CONFIRMED, self._starts_at

    def advance(self, now: float) -> None:
        """Let time pass: everything up to and with the whole second before ``now`` is judged."""
        if not self.network.started:
            self.begin()
        self._run_to(math.floor(now))

    def incidents(self) -> list[Incident]:
        """Every incident that is open, or was within the hour; oldest first."""
        return [self.incident(number) for number in sorted(self.cases)]

    def incident(self, number: int) -> Incident:
        """One of them."""
        return tell(self.cases[number], self.network, self._tick, self.settings, self.docket.fades.get(number))

    def _run_to(self, second: float) -> None:
        while self._tick < second:
            due_at = self._due_at()
            self._tick = min(second, self._tick + 1.0 if self._dirty else max(self._tick + 1.0, due_at))
            if self._dirty or self._tick >= due_at:
                self._judge(self._tick)

    def _due_at(self) -> float:
        """When time alone may change something: soon, unless all is well; then when an OLT would have been silent."""
        soon, olts = self._timers_at + AGAIN_EVERY_S, self.network.olts.values()
        if self.cases or self.docket.loose or any(olt.failing_at is not None for olt in olts):
            return soon
        usual_s = self.settings.intervals.state_s
        stale_at = (olt.answered_at + STALE_AFTER * (olt.state_s or usual_s) for olt in olts if olt.answered_at)
        return max(soon, min(stale_at, default=soon))

    def _judge(self, now: float) -> None:
        docket = self.docket
        timers = now >= self._timers_at + AGAIN_EVERY_S
        if timers:
            self._timers_at = now
        self._sort_changes(now)
        self._dirty = self._losses.judge(now, timers)
        if timers or any(olt.dirty for olt in self.network.olts.values()):
            self._lookout.silences(now)
        lit, self._lit = self._lit, set()
        self._lookout.light(lit, now)
        for case in list(docket.cases.values()):
            self._live(case, now)
            if case.open and case.scope is not Scope.ONT:
                docket.changed.add(case.number)
        for olt in self.network.olts.values():
            olt.dirty = False

    def _sort_changes(self, now: float) -> None:
        """ONTs that went down or came up: into their cases, or among those that nothing explains yet."""
        network, docket = self.network, self.docket
        for ont in network.lost:
            if ont.down and ont.on_purpose:
                self._losses.switch_off(ont, now)
            elif ont.down:
                docket.take_lost(ont)
        for ont in (*network.returned, *network.gone):
            docket.loose.discard(ont)
        for ont in network.gone:
            if ont.case is not None:
                docket.cases[ont.case].members.discard(ont)
                docket.check_empty(docket.cases[ont.case])
        network.lost.clear()
        network.returned.clear()
        network.gone.clear()
        docket.drop_old(now)

    def _live(self, case: Case, now: float) -> None:
        before = (case.state, case.severity, case.planned, case.rings)
        case.planned = life.planned(case, [w for w in self.windows.values() if w.active(now)], self.network)
        life.step(case, self.network, now, self.settings)
        if life.rings(case, now, self.settings):
            case.rings += 1
            case.rung_at = now
            self.rings += 1
        if before != (case.state, case.severity, case.planned, case.rings):
            self.docket.changed.add(case.number)
        if case.state is Life.RESOLVED and before[0] is not Life.RESOLVED:
            self.docket.leave(case, now)
        if case.resolved_at is not None and now - case.resolved_at > self.settings.listed_s:
            self.docket.forget(case)

    def _plan(self, one: Observation) -> None:
        told = one.fields
        window = self.windows.get(str(told["id"]))
        if told.get("end"):
            if window is not None:
                window.ended = True
            return
        places: dict[str, Any] = {name: told.get(name) for name in ("olt", "port", "splitter", "zone")}
        self.windows[str(told["id"])] = Window(str(told["id"]), told.get("until"), **places)
