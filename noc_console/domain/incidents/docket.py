"""The docket: the cases that are open, who is in which, and what becomes of them when more is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from noc_console.domain.incidents import life
from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.causes import Finding, only_olt, port_names
from noc_console.domain.incidents.fading import Fade
from noc_console.domain.incidents.incident import Cause, Life, Scope
from noc_console.domain.incidents.network import Network, OntFact
from noc_console.domain.incidents.settings import IncidentSettings


class Docket:
    """Keeps the cases; an ONT is in one open case at most.

    Args:
        network: The network.
        settings: The limits.
        first_number: Number of the first new case.
    """

    def __init__(self, network: Network, settings: IncidentSettings, first_number: int = 1) -> None:
        self.network = network
        self.settings = settings
        self.cases: dict[int, Case] = {}
        self.changed: set[int] = set()
        """Numbers of the cases that may look different from before; whoever writes them empties it."""
        self.withdrawn: set[int] = set()
        """Numbers of those that proved to be nothing, or a part of another; emptied likewise."""
        self.fades: dict[int, Fade] = {}
        """What fading light looks like, by the case's number."""
        self.loose: set[OntFact] = set()
        """ONTs that are down, lately, and in no case."""
        self._next = first_number

    def begin(self, case: Case) -> Case:
        """Enter a case under its number."""
        self.cases[case.number] = case
        self._next = max(self._next, case.number + 1)
        return case

    def new_number(self) -> int:
        """The number of the next case."""
        return self._next

    def open(self, finding: Finding, now: float) -> Case:
        """A new case."""
        case = self.begin(Case(self.new_number(), finding.cause, finding.scope, finding.where, now))
        case.readings = {port: port.readings for port in {ont.port for ont in finding.members}}
        self.fill(case, finding)
        return case

    def take_over(self, case: Case) -> None:
        """A case that another engine had open."""
        self.begin(case)
        for ont in case.members:
            ont.case = case.number
            ont.known_down = case.from_start and ont.down
            if ont.down:
                ont.port.olt.lossy.add(ont.port)

    def fill(self, case: Case, finding: Finding) -> None:
        """What a case turned out to be."""
        if case.olts:  # it answers again, and tells what was lost meanwhile
            case.olts, case.blind, case.members, case.alive = [], set(), set(), set()
            case.state, case.clearing_at = Life.CONFIRMED, None
        others, case.members = case.members - finding.members, set(finding.members)
        case.cause, case.scope, case.where = finding.cause, finding.scope, finding.where
        case.form, case.roots = finding.form, finding.roots
        for ont in others:
            if ont.up or life.holds(case, ont, self.network.zone_of(ont)):
                case.members.add(ont)
            else:
                ont.case = None
                self.loose.add(ont)
        if case.scope is Scope.ZONE:
            ports = {ont.port for ont in case.members}
            case.where = replace(case.where, olt=only_olt(ports), ports=port_names(ports))
        for ont in finding.members:
            if ont.case not in (None, case.number) and ont.case in self.cases:
                self.cases[ont.case].members.discard(ont)
                self.check_empty(self.cases[ont.case])
            ont.case = case.number
            self.loose.discard(ont)
            if not ont.known_down:
                self.touch(case, ont)
        if finding.members and case.last_loss_at is not None:
            case.first_loss_at, case.last_loss_at = _span(finding.members)
        self.fades.pop(case.number, None)
        self.changed.add(case.number)

    def take_lost(self, ont: OntFact) -> None:
        """An ONT went down: by the case that it is in already, by one that is open, or by what nobody knows yet."""
        case = self.cases.get(ont.case) if ont.case is not None else None
        if case is not None and case.open:
            self.touch(case, ont)
            return
        ont.case = None
        self.loose.add(ont)
        self.join_open(ont)

    def drop_old(self, now: float) -> None:
        """ONTs that have been down for so long that they say nothing about what begins now."""
        old_s = self.settings.old_s
        for ont in [ont for ont in self.loose if not ont.down or now - (ont.changed_at or now) > old_s]:
            self.loose.discard(ont)
            ont.known_down = ont.down

    def join_open(self, ont: OntFact) -> None:
        """What goes down behind a point that is dark already goes by the same cause."""
        zone = self.network.zone_of(ont)
        for case in self.cases.values():
            began = (case.first_loss_at or 0.0) - self.settings.together_s
            if not case.open or case.scope is Scope.ONT or case.from_start or (ont.changed_at or 0.0) < began:
                continue
            if life.holds(case, ont, zone):
                ont.case = case.number
                case.members.add(ont)
                self.loose.discard(ont)
                self.touch(case, ont)
                return

    def touch(self, case: Case, ont: OntFact) -> None:
        """A loss of a case: it is a new burst when the one before is long over."""
        at = ont.changed_at or 0.0
        if not ont.by_trap and case.last_loss_at is not None and (ont.earliest_at or 0.0) < case.last_loss_at:
            at = case.last_loss_at  # it went with the others; only the reading came later
        case.last_loss_at = max(case.last_loss_at or at, at)
        case.first_loss_at = min(case.first_loss_at if case.first_loss_at is not None else at, at)

    def merge(self, case: Case, into: Case) -> None:
        """They are one: what rang for either rang."""
        into.rings += case.rings
        into.rung_affected = max(into.rung_affected, case.rung_affected)
        into.burst_until = max(into.burst_until, case.burst_until)
        into.rung_cause = into.rung_cause or case.rung_cause
        into.opened_at = min(into.opened_at, case.opened_at)
        self.withdraw(case)

    def withdraw(self, case: Case) -> None:
        """It was nothing, or a part of another."""
        for ont in case.members:
            if ont.case == case.number:
                ont.case = None
                if ont.down and not ont.known_down:
                    self.loose.add(ont)
        self.fades.pop(case.number, None)
        del self.cases[case.number]
        self.withdrawn.add(case.number)

    def check_empty(self, case: Case) -> None:
        """A case whose ONTs were all taken out of the OLT's configuration is none."""
        if not case.members and not case.olts and case.cause is not Cause.LIGHT and case.open:
            self.withdraw(case)

    def leave(self, case: Case, now: float) -> None:
        """It is resolved; its stragglers go on as single ones."""
        left = sorted((ont for ont in case.members if ont.down and not ont.on_purpose), key=lambda ont: ont.place)
        case.stragglers = tuple(ont.place for ont in left)
        for ont in case.members:
            ont.case = None
            ont.known_down = ont.down
        if case.scope is not Scope.ONT and not case.olts:
            for ont in left:
                self.open(life.single(ont), now)

    def forget(self, case: Case) -> None:
        """It is no longer listed."""
        self.fades.pop(case.number, None)
        del self.cases[case.number]
        self.changed.discard(case.number)


def _span(onts: Collection[OntFact]) -> tuple[float, float]:
    """When the first and the last went down, as near as it is known: a reading tells of a loss when it is over."""
    told = [ont.changed_at or 0.0 for ont in onts if ont.by_trap]
    last_told = max(told, default=float("-inf"))
    late = [ont.changed_at or 0.0 for ont in onts if not ont.by_trap and (ont.earliest_at or 0.0) >= last_told]
    return min(told or late), max(told + late)
