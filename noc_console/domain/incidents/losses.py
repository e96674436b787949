"""ONTs that went down: what hit them, and which case that is."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.domain.incidents import life
from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.causes import Finding, cut_fibres, olt_findings, spans_zones, zone_findings
from noc_console.domain.incidents.docket import Docket
from noc_console.domain.incidents.groups import GASP, natural
from noc_console.domain.incidents.incident import Cause, Life, Scope
from noc_console.domain.incidents.network import OltFact, OntFact, PortFact

UNSETTLED_S = 60.0
"""So long after a loss time alone may tell more about it."""
TOLD_AFTER_S = 1.0
"""A burst is judged when nothing came for this ..."""
TOLD_AT_MOST_S = 4.0
"""... or when it has gone on for this."""


class LossJudge:
    """Judges losses.

    Args:
        docket: The cases.
    """

    def __init__(self, docket: Docket) -> None:
        self._docket = docket
        self._young: set[int] = set()
        """Numbers of the cases that may still turn out to be something else."""
        self._off: list[tuple[float, OntFact]] = []
        """ONTs that were switched off on purpose, lately."""

    def switch_off(self, ont: OntFact, now: float) -> None:
        """Note an ONT that an operator switched off."""
        self._off.append((now, ont))

    def judge(self, now: float, timers: bool) -> bool:
        """Judge; ``timers`` says that time alone may have told more. Returns whether more is about to come."""
        self._switched_off(now)
        docket = self._docket
        young = [case for case in docket.cases.values() if self._is_young(case, now)]
        self._young = {case.number for case in young}
        if not docket.loose and not young:
            return False
        if self._burst_goes_on(now):
            return True
        touched = {ont.port.olt for ont in docket.loose} | {ont.port.olt for case in young for ont in case.members}
        waiting = (
            {ont.port.olt for ont in docket.loose if now - (ont.changed_at or now) <= UNSETTLED_S} if timers else ()
        )
        olts = {olt for olt in touched if olt.dirty or olt in waiting}
        if not olts:
            self._singles(now)
            return False
        findings = self._findings(sorted(olts, key=lambda olt: natural(olt.name)), now)
        kept = {self._match(finding, now) for finding in findings}
        for case in young:
            behind = {ont.port.olt for ont in case.members}
            lost = case.number in docket.cases and case.number not in kept and case.scope is not Scope.ONT
            if lost and behind <= olts:
                docket.withdraw(case)
        for ont in list(docket.loose):
            docket.join_open(ont)  # told apart from the others, yet behind the same point
        self._singles(now)
        for olt in olts:
            olt.lossy = {
                port for port in olt.lossy if any(ont.down and not ont.known_down for ont in port.onts.values())
            }
        return False

    def _findings(self, olts: Sequence[OltFact], now: float) -> list[Finding]:
        """What hit these OLTs: the power of zones first, then fibres and equipment of what is left."""
        network, settings = self._docket.network, self._docket.settings

        def losses(port: PortFact) -> list[OntFact]:
            return self._losses_of(port, now)

        cut = {ont for olt in olts for ont in cut_fibres(olt, network, losses, settings)}
        open_cuts = [case.members for case in self._docket.cases.values() if case.cause is Cause.FIBRE and case.open]
        cut |= {ont for members in open_cuts if spans_zones(members, network) for ont in members}
        down = [ont for olt in olts for port in olt.lossy for ont in port.onts.values() if self._fresh(ont, now)]
        zones = {zone for ont in down if (zone := network.zone_of(ont)) is not None}
        found = zone_findings(network, zones, lambda ont: ont not in cut and self._fresh(ont, now), settings)
        taken = self._settled_members().union(*(finding.members for finding in found))
        for olt in olts:
            found += olt_findings(olt, network, losses, taken, now, settings)
        return found

    def _burst_goes_on(self, now: float) -> bool:
        """Whether losses are still coming in quickly: judged now, their cause would look like several."""
        if not self._docket.loose:
            return False
        times = [ont.changed_at or 0.0 for ont in self._docket.loose]
        recent = [at for at in times if now - at < TOLD_AT_MOST_S]
        return bool(recent) and now - max(recent) < TOLD_AFTER_S and now - min(recent) < TOLD_AT_MOST_S - 1

    def _fresh(self, ont: OntFact, now: float) -> bool:
        """Whether it is down and may belong to an outage that begins now."""
        if not ont.down or ont.known_down or ont.on_purpose:
            return False
        if ont.case is not None and ont.case in self._docket.cases:
            case = self._docket.cases[ont.case]
            return case.scope is Scope.ONT or case.number in self._young
        return now - (ont.changed_at or now) <= self._docket.settings.old_s

    def _losses_of(self, port: PortFact, now: float) -> list[OntFact]:
        down = [ont for ont in port.onts.values() if ont.down and not ont.known_down and not ont.on_purpose]
        return [ont for ont in down if self._fresh(ont, now) or self._explained(ont)]

    def _explained(self, ont: OntFact) -> bool:
        """Whether it is in a case that is more than its own."""
        return ont.case is not None and self._docket.cases[ont.case].scope is not Scope.ONT

    def _settled_members(self) -> set[OntFact]:
        settled = [c for c in self._docket.cases.values() if c.open and c.members and c.number not in self._young]
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
            and now - (case.last_loss_at or now) <= self._docket.settings.young_s
            and not any(ont.up for ont in case.members)
        )

    def _match(self, finding: Finding, now: float) -> int:
        """The case of a finding: the oldest that it shares ONTs or its point with, else a new one."""
        known = [case for case in self._docket.cases.values() if case.open and _is_same(case, finding)]
        if not known:
            return self._docket.open(finding, now).number
        case = min(known, key=lambda case: (case.scope is Scope.ONT, case.number))
        for other in known:
            if other is not case:
                finding.members |= {ont for ont in other.members if ont.down and other.scope is not Scope.ONT}
                self._docket.merge(other, case)
        self._docket.fill(case, finding)
        return case.number

    def _singles(self, now: float) -> None:
        """ONTs that nothing explains: single ones. Who just switched off is none, unless it is a business."""
        for ont in list(self._docket.loose):
            waited_s = now - (ont.changed_at or now)
            flaps = life.flaps(ont, now, self._docket.settings)
            if flaps or (waited_s >= self._docket.settings.single_after_s and (ont.reason != GASP or ont.business)):
                self._docket.open(life.single(ont), now)

    def _switched_off(self, now: float) -> None:
        since = now - self._docket.settings.administrative_s
        self._off = [(at, ont) for at, ont in self._off if at >= since and ont.down and ont.case is None]
        by_olt: dict[OltFact, set[OntFact]] = {}
        for _, ont in self._off:
            by_olt.setdefault(ont.port.olt, set()).add(ont)
        for olt, onts in by_olt.items():
            case = next(
                (
                    c
                    for c in self._docket.cases.values()
                    if c.open and c.cause is Cause.ADMINISTRATIVE and c.where.olt == olt.name
                ),
                None,
            )
            if case is not None:
                self._docket.fill(case, life.switched_off(olt, onts | case.members))
            elif len(onts) >= self._docket.settings.administrative_onts:
                self._docket.open(life.switched_off(olt, onts), now)


def _is_same(case: Case, finding: Finding) -> bool:
    """Whether a finding is what a case is about: it holds most of its ONTs, or lies in it, or has its point."""
    down = {ont for ont in case.members if ont.down}
    shared = len(down & finding.members)
    if shared and (2 * shared >= len(down) or shared == len(finding.members)):
        return True
    return life.fades_at(case, finding) or life.went_silent(case, finding) or life.behind(case, finding)
