"""The incident engine: observations in, incidents out. Pure; time comes with the observations and with ``advance``.

Each second of observed time in which something changed is judged once. What is judged follows from the facts and from
the cases that are open, so that the order of deliveries within a second, duplicates and a restart do not matter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from noc_console.domain.incidents import life
from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.causes import Finding, cut_fibres, olt_findings, spans_zones, zone_findings
from noc_console.domain.incidents.fading import Fade, fades_of
from noc_console.domain.incidents.groups import GASP, Form, natural
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope
from noc_console.domain.incidents.network import Network, OltFact, OntFact, PortFact
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.domain.incidents.silence import Silence, silences
from noc_console.domain.incidents.tell import shift_of, tell

AGAIN_EVERY_S = 5.0
"""Nothing happened, but time passes: timers are looked at this often."""
UNSETTLED_S = 60.0
"""So long after a loss time alone may tell more about it."""
TOLD_AFTER_S = 1.0
"""A burst is judged when nothing came for this ..."""
TOLD_AT_MOST_S = 4.0
"""... or when it has gone on for this."""


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
    """Keeps the network and the cases.

    Args:
        settings: The limits.
        first_number: Number of the first new incident.
        starts_at: What is observed until then was so before: nothing of it rings.
    """

    def __init__(self, settings: IncidentSettings | None = None, first_number: int = 1, starts_at: float = 0.0) -> None:
        self.settings = (settings or IncidentSettings()).at_pace()
        self.network = Network()
        self.cases: dict[int, Case] = {}
        self.windows: dict[str, Window] = {}
        self.rings = 0
        self.changed: set[int] = set()
        """Numbers of the cases that may look different from before; whoever writes them empties it."""
        self.withdrawn: set[int] = set()
        """Numbers of those that proved to be nothing, or a part of another; emptied likewise."""
        self._next = first_number
        self._starts_at = starts_at
        self._now = starts_at
        self._tick = starts_at
        self._timers_at = 0.0
        self._dirty = False
        self._lit: set[PortFact] = set()
        """Ports whose light was read since it was last judged."""
        self._fades: dict[int, Fade] = {}
        self._young: set[int] = set()
        """Numbers of the cases that may still turn out to be something else."""
        self._loose: set[OntFact] = set()
        """ONTs that are down, lately, and in no case."""
        self._off: list[tuple[float, OntFact]] = []
        """ONTs that were switched off on purpose, lately."""

    # -- input ---------------------------------------------------------------------------------------------------------

    def take(self, one: Observation) -> None:
        """Take one observation in; all seconds before it are judged first."""
        if one.at > self._starts_at and not self.network.started:
            self.begin()
        self._run_to(math.ceil(one.at) - 1.0)
        self._now = max(self._now, one.at)
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
            self._take_over(case)
        for olt in network.olts.values():
            olt.answered_at = now if olt.answered_at is None else olt.answered_at
            for port in olt.ports.values():
                self._begin_port(port, known_until)
            olt.dirty = False
        network.lost.clear()
        network.returned.clear()

    def _take_over(self, case: Case) -> None:
        self.cases[case.number] = case
        self._next = max(self._next, case.number + 1)
        for ont in case.members:
            ont.case = case.number
            ont.known_down = case.from_start and ont.down
            if ont.down:
                ont.port.olt.lossy.add(ont.port)

    def _begin_port(self, port: PortFact, known_until: float | None) -> None:
        # What the other engine had not yet explained, and what went down since.
        open_since = None if known_until is None else known_until - self.settings.old_s
        for ont in port.onts.values():
            if open_since is not None and ont.case is None and ont.down and (ont.changed_at or 0.0) > open_since:
                ont.known_down = False
                port.olt.lossy.add(port)
                self._loose.add(ont)
        for finding in life.dark_from_start(port, self.network, self.settings):
            if all(ont.case is None and ont.known_down for ont in finding.members):
                case = self._open(finding, self._starts_at)
                case.from_start, case.state, case.confirmed_at = True, Life.CONFIRMED, self._starts_at
        port.dirty = False

    def advance(self, now: float) -> None:
        """Let time pass: everything up to and with the whole second before ``now`` is judged."""
        if not self.network.started:
            self.begin()
        self._run_to(math.floor(now))
        self._now = max(self._now, now)

    def _run_to(self, second: float) -> None:
        while self._tick < second:
            soon = self._tick + 1.0
            if not self._dirty:
                soon = max(soon, min(second, self._timers_at + AGAIN_EVERY_S))
            self._tick = min(soon, second) if soon > second else soon
            if self._dirty or self._tick >= self._timers_at + AGAIN_EVERY_S:
                self._judge(self._tick)

    # -- output --------------------------------------------------------------------------------------------------------

    def incidents(self) -> list[Incident]:
        """Every incident that is open, or was within the hour; oldest first."""
        return [self.incident(number) for number in sorted(self.cases)]

    def incident(self, number: int) -> Incident:
        """One of them."""
        return tell(self.cases[number], self.network, self._tick, self.settings, self._fades.get(number))

    # -- judging -------------------------------------------------------------------------------------------------------

    def _judge(self, now: float) -> None:
        timers = now >= self._timers_at + AGAIN_EVERY_S
        if timers:
            self._timers_at = now
        self._dirty = False
        self._sort_changes(now)
        self._losses(now, timers)
        self._switched_off(now)
        if timers or any(olt.dirty for olt in self.network.olts.values()):
            self._silences(now)
        self._light(now)
        for case in list(self.cases.values()):
            self._live(case, now)
            if case.open and case.scope is not Scope.ONT:
                self.changed.add(case.number)
        for olt in self.network.olts.values():
            olt.dirty = False

    def _sort_changes(self, now: float) -> None:
        network = self.network
        for ont in network.lost:
            if not ont.down:
                continue
            if ont.on_purpose:
                self._off.append((now, ont))
            elif ont.case is None or not self.cases[ont.case].open:
                ont.case = None
                self._loose.add(ont)
                self._join_open(ont)
            else:
                self._touch(self.cases[ont.case], ont)
        for ont in network.returned:
            self._loose.discard(ont)
        for ont in network.gone:
            self._loose.discard(ont)
            if ont.case is not None:
                self.cases[ont.case].members.discard(ont)
                self._check_empty(self.cases[ont.case])
        network.lost.clear()
        network.returned.clear()
        network.gone.clear()
        network.read.clear()
        for ont in [ont for ont in self._loose if not ont.down or now - (ont.changed_at or now) > self.settings.old_s]:
            self._loose.discard(ont)
            ont.known_down = ont.down

    def _touch(self, case: Case, ont: OntFact) -> None:
        """A loss of a case: it is a new burst when the one before is long over."""
        at = ont.changed_at or self._now
        case.last_loss_at = max(case.last_loss_at or at, at)
        case.first_loss_at = min(case.first_loss_at if case.first_loss_at is not None else at, at)

    def _join_open(self, ont: OntFact) -> None:
        """What goes down behind a point that is dark already goes by the same cause."""
        zone = self.network.zone_of(ont)
        for case in self.cases.values():
            if case.open and case.scope is not Scope.ONT and not case.from_start and life.holds(case, ont, zone):
                ont.case = case.number
                case.members.add(ont)
                self._loose.discard(ont)
                self._touch(case, ont)
                return

    def _losses(self, now: float, timers: bool) -> None:
        young = [case for case in self.cases.values() if self._is_young(case, now)]
        self._young = {case.number for case in young}
        if not self._loose and not young:
            return
        if self._burst_goes_on(now):
            self._dirty = True
            return
        touched = {ont.port.olt for ont in self._loose} | {ont.port.olt for case in young for ont in case.members}
        waiting = (
            {ont.port.olt for ont in self._loose if now - (ont.changed_at or now) <= UNSETTLED_S} if timers else ()
        )
        olts = {olt for olt in touched if olt.dirty or olt in waiting}
        if not olts:
            self._singles(now)
            return
        findings = self._findings(sorted(olts, key=lambda olt: natural(olt.name)), now)
        kept = {self._match(finding, now) for finding in findings}
        for case in young:
            behind = {ont.port.olt for ont in case.members}
            lost = case.number in self.cases and case.number not in kept and case.scope is not Scope.ONT
            if lost and behind <= olts:
                self._withdraw(case)
        self._singles(now)
        for olt in olts:
            olt.lossy = {
                port for port in olt.lossy if any(ont.down and not ont.known_down for ont in port.onts.values())
            }

    def _findings(self, olts: Sequence[OltFact], now: float) -> list[Finding]:
        """What hit these OLTs: the power of zones first, then fibres and equipment of what is left."""
        network, settings = self.network, self.settings

        def losses(port: PortFact) -> list[OntFact]:
            return self._losses_of(port, now)

        cut = {ont for olt in olts for ont in cut_fibres(olt, network, losses, settings)}
        open_cuts = [case.members for case in self.cases.values() if case.cause is Cause.FIBRE and case.open]
        cut |= {ont for members in open_cuts if spans_zones(members, network) for ont in members}
        down = [ont for olt in olts for port in olt.lossy for ont in port.onts.values() if self._fresh(ont, now)]
        zones = {zone for ont in down if (zone := network.zone_of(ont)) is not None}
        found = zone_findings(network, zones, lambda ont: ont not in cut and self._fresh(ont, now), now, settings)
        taken = self._settled_members().union(*(finding.members for finding in found))
        for olt in olts:
            found += olt_findings(olt, network, losses, taken, now, settings)
        return found

    def _burst_goes_on(self, now: float) -> bool:
        """Whether losses are still coming in quickly: judged now, their cause would look like several."""
        if not self._loose:
            return False
        times = [ont.changed_at or 0.0 for ont in self._loose]
        recent = [at for at in times if now - at < TOLD_AT_MOST_S]
        return bool(recent) and now - max(recent) < TOLD_AFTER_S and now - min(recent) < TOLD_AT_MOST_S - 1

    def _fresh(self, ont: OntFact, now: float) -> bool:
        """Whether it is down and may belong to an outage that begins now."""
        if not ont.down or ont.known_down or ont.on_purpose:
            return False
        if ont.case is not None and ont.case in self.cases:
            case = self.cases[ont.case]
            return case.scope is Scope.ONT or case.number in self._young
        return now - (ont.changed_at or now) <= self.settings.old_s

    def _losses_of(self, port: PortFact, now: float) -> list[OntFact]:
        return [
            ont
            for ont in port.onts.values()
            if ont.down and not ont.known_down and not ont.on_purpose
            and (self._fresh(ont, now) or (ont.case is not None and self.cases[ont.case].scope is not Scope.ONT))
        ]  # fmt: skip

    def _settled_members(self) -> set[OntFact]:
        settled = [c for c in self.cases.values() if c.open and c.members and c.number not in self._young]
        return {ont for case in settled if case.scope is not Scope.ONT for ont in case.members if ont.down}

    def _is_young(self, case: Case, now: float) -> bool:
        """Whether what it is may still change: its burst is not long over, and nothing came back."""
        return (
            case.open
            and bool(case.members)
            and not case.from_start
            and case.cause is not Cause.ADMINISTRATIVE
            and not case.olts
            and case.state is not Life.CLEARING
            and now - (case.last_loss_at or now) <= self.settings.young_s
            and not any(ont.up for ont in case.members)
        )

    def _match(self, finding: Finding, now: float) -> int:
        """The case of a finding: the oldest that it shares ONTs or its point with, else a new one."""
        numbers = {ont.case for ont in finding.members if ont.case is not None}
        known = [
            case
            for case in self.cases.values()
            if case.open
            and (
                case.number in numbers
                or life.fades_at(case, finding)
                or life.went_silent(case, finding)
                or life.behind(case, finding)
            )
        ]
        if not known:
            return self._open(finding, now).number
        case = min(known, key=lambda case: (case.scope is Scope.ONT, case.number))
        for other in known:
            if other is not case:
                finding.members |= {ont for ont in other.members if ont.down and other.scope is not Scope.ONT}
                self._merge(other, case)
        self._fill(case, finding)
        return case.number

    def _open(self, finding: Finding, now: float) -> Case:
        case = Case(self._next, finding.cause, finding.scope, finding.where, now)
        self._next += 1
        self.cases[case.number] = case
        case.readings = {port: port.readings for port in {ont.port for ont in finding.members}}
        self._fill(case, finding)
        return case

    def _fill(self, case: Case, finding: Finding) -> None:
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
                self._loose.add(ont)
        for ont in finding.members:
            ont.case = case.number
            self._loose.discard(ont)
            if not ont.known_down:
                self._touch(case, ont)
        if finding.members and case.last_loss_at is not None:
            lost = [ont.changed_at or 0.0 for ont in finding.members]
            case.first_loss_at, case.last_loss_at = min(lost), max(lost)
        self._fades.pop(case.number, None)
        self.changed.add(case.number)

    def _merge(self, case: Case, into: Case) -> None:
        into.rings += case.rings
        into.rung_affected = max(into.rung_affected, case.rung_affected)
        into.burst_until = max(into.burst_until, case.burst_until)
        into.rung_cause = into.rung_cause or case.rung_cause
        into.opened_at = min(into.opened_at, case.opened_at)
        self._withdraw(case)

    def _withdraw(self, case: Case) -> None:
        """It was nothing, or a part of another."""
        for ont in case.members:
            if ont.case == case.number:
                ont.case = None
                if ont.down and not ont.known_down:
                    self._loose.add(ont)
        self._fades.pop(case.number, None)
        del self.cases[case.number]
        self.withdrawn.add(case.number)

    def _check_empty(self, case: Case) -> None:
        if not case.members and not case.olts and case.cause is not Cause.LIGHT and case.open:
            self._withdraw(case)

    def _singles(self, now: float) -> None:
        """ONTs that nothing explains: single ones. Who just switched off is none, unless it is a business."""
        for ont in list(self._loose):
            waited_s = now - (ont.changed_at or now)
            flaps = life.flaps(ont, now, self.settings)
            if flaps or (waited_s >= self.settings.single_after_s and (ont.reason != GASP or ont.business)):
                self._open(life.single(ont), now)

    def _switched_off(self, now: float) -> None:
        since = now - self.settings.administrative_s
        self._off = [(at, ont) for at, ont in self._off if at >= since and ont.down and ont.case is None]
        by_olt: dict[OltFact, set[OntFact]] = {}
        for _, ont in self._off:
            by_olt.setdefault(ont.port.olt, set()).add(ont)
        for olt, onts in by_olt.items():
            case = next(
                (
                    c
                    for c in self.cases.values()
                    if c.open and c.cause is Cause.ADMINISTRATIVE and c.where.olt == olt.name
                ),
                None,
            )
            if case is not None:
                self._fill(case, life.switched_off(olt, onts | case.members))
            elif len(onts) >= self.settings.administrative_onts:
                self._open(life.switched_off(olt, onts), now)

    # -- silence and light ---------------------------------------------------------------------------------------------

    def _silences(self, now: float) -> None:
        found = silences(self.network, now, self.settings)
        open_ones = [case for case in self.cases.values() if case.olts and case.open]
        for silence in found:
            known = [case for case in open_ones if set(case.olts) & set(silence.olts) and case.number in self.cases]
            case = min(known, key=lambda case: case.number) if known else self._open_silence(silence, now)
            for other in known:
                if other is not case:
                    self._merge(other, case)
            self._fill_silence(case, silence, now)
        silent = {olt for silence in found for olt in silence.olts}
        for case in open_ones:
            if case.number in self.cases and not set(case.olts) & silent:
                case.blind, case.part_back_at = set(), None
                life.answers(case, now)
                self.changed.add(case.number)

    def _open_silence(self, silence: Silence, now: float) -> Case:
        case = Case(self._next, silence.cause, silence.scope, silence.where, now)
        self._next += 1
        self.cases[case.number] = case
        return case

    def _fill_silence(self, case: Case, silence: Silence, now: float) -> None:
        if case.state is Life.CLEARING:
            case.state, case.clearing_at = Life.CONFIRMED, None
            case.darkened += 1
        elsewhere = {ont for ont in silence.down if ont.case not in (None, case.number)}
        case.alive, case.members, case.blind = silence.alive, silence.down - elsewhere, set(silence.olts)
        self.changed.add(case.number)
        if case.blind < set(case.olts):
            # Some answer again: what it was stays to be seen, until the others have been left behind for long.
            case.part_back_at = case.part_back_at if case.part_back_at is not None else now
            if now - case.part_back_at < self.settings.resolve_s:
                return
            case.rung_cause = silence.cause if case.rung_cause else None
        case.part_back_at = None
        case.cause, case.scope, case.where, case.olts = silence.cause, silence.scope, silence.where, silence.olts
        case.form = Form.INFERRED if silence.inferred else Form.DARK
        case.first_loss_at = case.last_loss_at = silence.since_at

    def _light(self, now: float) -> None:
        lit, self._lit = self._lit, set()
        for port in sorted(lit, key=lambda port: (port.olt.name, natural(port.name))):
            here = [case for case in self.cases.values() if case.open and port in {p for p, _ in case.roots}]
            fading = [case for case in here if case.cause is Cause.LIGHT]
            failed = [case for case in here if case.members]
            found = [] if failed else fades_of(port, self.network.splitters, self.settings)
            for fade in found:
                case = next((c for c in fading if c.where == fade.where), None) or (fading[0] if fading else None)
                if case is None:
                    case = self._open(Finding(Cause.LIGHT, fade.scope, fade.where, set()), now)
                else:
                    fading.remove(case)
                case.scope, case.where, case.roots = fade.scope, fade.where, [(fade.port, fade.node)]
                case.shift_db = round(fade.moved_db, 1)
                self._fades[case.number] = fade
                if case.state is Life.CLEARING:
                    case.state, case.clearing_at = Life.CONFIRMED, None
                self.changed.add(case.number)
            for case in fading:
                life.answers(case, now)
                self.changed.add(case.number)
            for case in failed:
                case.shift_db = shift_of(case, self.network)
                self.changed.add(case.number)

    # -- life ----------------------------------------------------------------------------------------------------------

    def _live(self, case: Case, now: float) -> None:
        before = (case.state, case.severity, case.planned, case.rings)
        case.planned = life.planned(case, [w for w in self.windows.values() if w.active(now)], self.network)
        life.step(case, self.network, now, self.settings)
        if life.rings(case, now, self.settings):
            case.rings += 1
            case.rung_at = now
            self.rings += 1
        if before != (case.state, case.severity, case.planned, case.rings):
            self.changed.add(case.number)
        if case.state is Life.RESOLVED and before[0] is not Life.RESOLVED:
            self._leave(case, now)
        if case.resolved_at is not None and now - case.resolved_at > self.settings.listed_s:
            self._forget(case)

    def _leave(self, case: Case, now: float) -> None:
        """Its stragglers go on as single ones."""
        left = sorted((ont for ont in case.members if ont.down and not ont.on_purpose), key=lambda ont: ont.place)
        case.stragglers = tuple(ont.place for ont in left)
        for ont in case.members:
            ont.case = None
            ont.known_down = ont.down
        if case.scope is not Scope.ONT and not case.olts:
            for ont in left:
                self._open(life.single(ont), now)

    def _forget(self, case: Case) -> None:
        self._fades.pop(case.number, None)
        del self.cases[case.number]
        self.changed.discard(case.number)

    def _plan(self, one: Observation) -> None:
        told = one.fields
        window = self.windows.get(str(told["id"]))
        if told.get("end"):
            if window is not None:
                window.ended = True
            return
        places: dict[str, Any] = {name: told.get(name) for name in ("olt", "port", "splitter", "zone")}
        self.windows[str(told["id"])] = Window(str(told["id"]), told.get("until"), **places)
