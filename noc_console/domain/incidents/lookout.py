"""What is seen without a loss: OLTs that do not answer, and light that fades."""

from __future__ import annotations

from collections.abc import Iterable

from noc_console.domain.incidents import life
from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.causes import Finding
from noc_console.domain.incidents.docket import Docket
from noc_console.domain.incidents.fading import fades_of
from noc_console.domain.incidents.groups import Form, natural
from noc_console.domain.incidents.incident import Cause, Life
from noc_console.domain.incidents.network import PortFact
from noc_console.domain.incidents.silence import Silence, silences
from noc_console.domain.incidents.tell import shift_of


class Lookout:
    """Judges silences and light.

    Args:
        docket: The cases.
    """

    def __init__(self, docket: Docket) -> None:
        self._docket = docket

    def silences(self, now: float) -> None:
        """OLTs that fell silent, or answer again."""
        docket = self._docket
        found = silences(docket.network, now, docket.settings)
        open_ones = [case for case in docket.cases.values() if case.olts and case.open]
        for silence in found:
            known = [case for case in open_ones if set(case.olts) & set(silence.olts) and case.number in docket.cases]
            case = min(known, key=lambda case: case.number) if known else self._open_silence(silence, now)
            for other in known:
                if other is not case:
                    docket.merge(other, case)
            self._fill_silence(case, silence, now)
        silent = {olt for silence in found for olt in silence.olts}
        for case in open_ones:
            if case.number in docket.cases and not set(case.olts) & silent:
                case.blind, case.part_back_at = set(), None
                life.answers(case, now)
                docket.changed.add(case.number)

    def _open_silence(self, silence: Silence, now: float) -> Case:
        docket = self._docket
        return docket.begin(Case(docket.new_number(), silence.cause, silence.scope, silence.where, now))

    def _fill_silence(self, case: Case, silence: Silence, now: float) -> None:
        if _returns(case, silence):
            case.blind = set(silence.olts)
            life.answers(case, now)
            return
        if case.state is Life.CLEARING:
            case.state, case.clearing_at = Life.CONFIRMED, None
            case.darkened += 1
        elsewhere = {ont for ont in silence.down if ont.case not in (None, case.number)}
        case.missed = case.missed or silence.missed
        case.alive, case.members, case.blind = silence.alive, silence.down - elsewhere, set(silence.olts)
        self._docket.changed.add(case.number)
        if case.blind < set(case.olts):
            # Some answer again: what it was stays to be seen, until the others have been left behind for long.
            case.part_back_at = case.part_back_at if case.part_back_at is not None else now
            if now - case.part_back_at < self._docket.settings.resolve_s:
                return
            case.rung_cause = silence.cause if case.rung_cause else None
        case.part_back_at = None
        case.cause, case.scope, case.where, case.olts = silence.cause, silence.scope, silence.where, silence.olts
        case.form = Form.INFERRED if silence.inferred else Form.DARK
        case.first_loss_at = case.last_loss_at = silence.since_at

    def light(self, lit: Iterable[PortFact], now: float) -> None:
        """Light of ports that was read: groups that fade, and survivors that moved with an outage."""
        for port in sorted(lit, key=lambda port: (port.olt.name, natural(port.name))):
            here = [case for case in self._docket.cases.values() if case.open and port in {p for p, _ in case.roots}]
            fading = [case for case in here if case.cause is Cause.LIGHT]
            failed = [case for case in here if case.members]
            found = [] if failed else fades_of(port, self._docket.network.splitters, self._docket.settings)
            for fade in found:
                case = next((c for c in fading if c.where == fade.where), None) or (fading[0] if fading else None)
                if case is None:
                    case = self._docket.open(Finding(Cause.LIGHT, fade.scope, fade.where, set()), now)
                else:
                    fading.remove(case)
                case.scope, case.where, case.roots = fade.scope, fade.where, [(fade.port, fade.node)]
                case.shift_db = round(fade.moved_db, 1)
                self._docket.fades[case.number] = fade
                if case.state is Life.CLEARING:
                    case.state, case.clearing_at = Life.CONFIRMED, None
                self._docket.changed.add(case.number)
            for case in fading:
                life.answers(case, now)
                self._docket.changed.add(case.number)
            for case in failed:
                case.shift_db = shift_of(case, self._docket.network)
                self._docket.changed.add(case.number)


def _returns(case: Case, silence: Silence) -> bool:
    """Whether routers that had missed their Informs speak again, before their OLT answers us."""
    missed = case.cause in (Cause.OLT, Cause.UPLINK) and case.missed
    return missed and silence.cause is Cause.MONITORING and set(silence.olts) <= set(case.olts)
