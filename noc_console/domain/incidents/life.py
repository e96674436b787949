"""The life of a case: suspected, confirmed, clearing, resolved; how grave it is; when the bell rings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from noc_console.domain.changes import Severity
from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.causes import Finding, where_of
from noc_console.domain.incidents.groups import GASP, LOS, Form, looks_like_power
from noc_console.domain.incidents.incident import Cause, Life, Scope, Where
from noc_console.domain.incidents.network import Network, Node, OltFact, OntFact, PortFact
from noc_console.domain.incidents.settings import IncidentSettings

if TYPE_CHECKING:
    from noc_console.domain.incidents.engine import Window

WIDE = (Scope.PORT, Scope.CARD, Scope.OLT, Scope.ZONE, Scope.UPLINK, Scope.NETWORK)
DARK_PORT_LEAST = 2
HOUR_S = 3600.0
CONFIRMING_READINGS = 2


def single(ont: OntFact) -> Finding:
    """One ONT that nothing else explains."""
    olt, port, ont_id = ont.place
    cause = Cause.POWER if ont.reason == GASP else Cause.FIBRE if ont.reason in LOS else Cause.UNKNOWN
    return Finding(cause, Scope.ONT, Where(olt=olt, port=port, ont_id=ont_id, splitter=ont.splitter), {ont})


def switched_off(olt: OltFact, onts: set[OntFact]) -> Finding:
    """ONTs that operators switched off."""
    ports = {ont.port for ont in onts}
    scope = Scope.PORT if len(ports) == 1 else Scope.OLT
    return Finding(Cause.ADMINISTRATIVE, scope, where_of(olt, ports), onts, Form.PARTIAL)


def dark_from_start(port: PortFact, network: Network, settings: IncidentSettings) -> Iterator[Finding]:
    """A port, or recorded splitters, on which nothing was alive when the program started."""
    counted = [ont for ont in port.onts.values() if not ont.on_purpose]
    root = port.root(network.splitters)
    if len(counted) >= DARK_PORT_LEAST and all(ont.down for ont in counted):
        members = set(counted)
        where = Where(olt=port.olt.name, port=port.name)
        yield Finding(_cause_from_start(members), Scope.PORT, where, members, roots=[(port, root)])
        return
    for child in root.children:
        yield from _dark_splitters(port, child, network, settings)


def _dark_splitters(port: PortFact, node: Node, network: Network, settings: IncidentSettings) -> Iterator[Finding]:
    counted = [ont for ont in node.below() if not ont.on_purpose]
    if len(counted) >= settings.least_onts and all(ont.down for ont in counted) and node.name in network.splitters:
        where = Where(olt=port.olt.name, port=port.name, splitter=node.name)
        yield Finding(_cause_from_start(set(counted)), Scope.BRANCH, where, set(counted), roots=[(port, node)])
        return
    for child in node.children:
        yield from _dark_splitters(port, child, network, settings)


def _cause_from_start(members: set[OntFact]) -> Cause:
    if looks_like_power(members):
        return Cause.POWER
    return Cause.FIBRE if any(ont.reason in LOS for ont in members) else Cause.UNKNOWN


def holds(case: Case, ont: OntFact, zone: str | None) -> bool:
    """Whether an ONT lies behind the point of a case of losses."""
    if not case.members or case.olts or case.cause in (Cause.ADMINISTRATIVE, Cause.LIGHT):
        return False
    if case.scope is Scope.ZONE:
        return zone is not None and zone == case.where.zone
    if any(port is ont.port and any(one is ont for one in node.below()) for port, node in case.roots):
        return True
    return case.scope is Scope.CARD and ont.port.olt.name == case.where.olt and ont.port.card == case.where.card


def went_silent(case: Case, finding: Finding) -> bool:
    """Whether a finding tells what was lost while a whole OLT was silent."""
    names = {olt.name for olt in case.olts}
    hit = {ont.port.olt for ont in finding.members}
    if not case.olts or not {olt.name for olt in hit} <= names or case.first_loss_at is None:
        return False
    if any((ont.earliest_at or 0.0) > (case.clearing_at or ont.changed_at or 0.0) for ont in finding.members):
        return False
    return 2 * len(finding.members) >= sum(len(port.onts) for olt in hit for port in olt.ports.values())


def behind(case: Case, finding: Finding) -> bool:
    """Whether all that a case of losses is about lies behind the points of a finding: it has grown to that."""
    down = {ont for ont in case.members if ont.down}
    if case.scope is Scope.ONT or case.olts or not down or case.from_start or case.cause is Cause.ADMINISTRATIVE:
        return False
    if finding.scope is Scope.CARD and (case.where.olt, case.where.card) == (finding.where.olt, finding.where.card):
        return True
    hit = {port for port, _ in finding.roots}
    if not {ont.port for ont in down} <= hit:
        return False
    return down <= {ont for _, node in finding.roots for ont in node.below()}


def flaps(ont: OntFact, now: float, settings: IncidentSettings) -> bool:
    """Whether it went down again and again within the hour."""
    return sum(now - at <= HOUR_S for at in ont.downs) >= settings.flapping_times


def fades_at(case: Case, finding: Finding) -> bool:
    """Whether a case is light that faded at or behind the point of a finding, or in front of it."""
    return case.cause is Cause.LIGHT and any(
        port is other and (node.covers(below) or below.covers(node))
        for port, node in case.roots
        for other, below in finding.roots
    )


def planned(case: Case, windows: Iterable[Window], network: Network) -> bool:
    """Whether one window that goes on now covers all of it."""
    return any(_covered(case, window, network) for window in windows)


def _covered(case: Case, window: Window, network: Network) -> bool:
    if case.olts:
        only_olt = window.port is None and window.splitter is None and window.zone is None
        return only_olt and all(window.olt == olt.name for olt in case.olts)
    onts = {ont for ont in case.members if ont.down} or case.members
    if not onts:
        onts = {ont for _, node in case.roots for ont in node.below()}
    return bool(onts) and all(_in_window(ont, window, network) for ont in onts)


def _in_window(ont: OntFact, window: Window, network: Network) -> bool:
    if window.olt is not None and window.olt != ont.port.olt.name:
        return False
    if window.port is not None and window.port != ont.port.name:
        return False
    if window.zone is not None and window.zone != network.zone_of(ont):
        return False
    if window.splitter is None:
        return any((window.olt, window.port, window.zone))
    above = ont.splitter
    while above is not None and above != window.splitter:
        recorded = network.splitters.get(above)
        above = recorded.parent if recorded else None
    return above is not None


def answers(case: Case, now: float) -> None:
    """What was silent answers, or what faded is bright again."""
    if case.open and case.state is not Life.CLEARING:
        case.state, case.clearing_at = Life.CLEARING, now


def step(case: Case, network: Network, now: float, settings: IncidentSettings) -> None:
    """Let a case go on."""
    if not case.open:
        return
    down = {ont for ont in case.members if ont.down}
    case.peak = max(case.peak, len(down))
    case.severity = _severity(case, len(down), settings)
    if case.members and not case.olts:
        _recover(case, down, now)
    if case.state is Life.SUSPECTED and _confirmed(case, len(down), now, settings):
        case.state, case.confirmed_at = Life.CONFIRMED, now
    if case.state is Life.CLEARING and case.clearing_at is not None and now - case.clearing_at >= settings.resolve_s:
        dark = [] if case.olts else _still_dark(case, down, settings)
        if dark:
            _deepen(case, dark, now)
        else:
            case.state, case.resolved_at = Life.RESOLVED, now


def _recover(case: Case, down: set[OntFact], now: float) -> None:
    """Its cause is disproven while what lies behind its point is back."""
    back = len(case.members) - len(down)
    disproven = back > 0 and (back >= len(down) or not any(_dark(node, down) for _, node in case.roots))
    if case.form is not Form.DARK or case.scope in (Scope.ZONE, Scope.OLT):
        disproven = back >= len(down) and back > 0
    if disproven and case.state is not Life.CLEARING:
        case.state, case.clearing_at = Life.CLEARING, now
    elif not disproven and case.state is Life.CLEARING:
        case.state, case.clearing_at = Life.CONFIRMED, None
        case.confirmed_at = case.confirmed_at if case.confirmed_at is not None else now
        case.darkened += 1


def _dark(node: Node, down: set[OntFact]) -> bool:
    below = list(node.below())
    return any(ont in down for ont in below) and not any(ont.up for ont in below)


def _still_dark(case: Case, down: set[OntFact], settings: IncidentSettings) -> list[tuple[PortFact, Node]]:
    """Points behind the case's that are dark to this day, each with enough ONTs to be one."""

    def points(port: PortFact, node: Node) -> Iterator[tuple[PortFact, Node]]:
        if _dark(node, down):
            if sum(ont in down for ont in node.below()) >= settings.least_onts:
                yield port, node
            return
        for child in node.children:
            yield from points(port, child)

    return [point for port, node in case.roots for point in points(port, node)]


def _deepen(case: Case, dark: list[tuple[PortFact, Node]], now: float) -> None:
    """A part is repaired; the rest is not: the same incident goes on, deeper."""
    case.roots = dark
    case.members = {ont for _, node in dark for ont in node.below() if ont in case.members}
    case.state, case.clearing_at = Life.CONFIRMED, None
    ports = {port for port, _ in dark}
    case.scope = Scope.BRANCH if any(node.name for _, node in dark) else Scope.PORT
    case.where = where_of(dark[0][0].olt, ports, dark)


def _confirmed(case: Case, down: int, now: float, settings: IncidentSettings) -> bool:
    if case.cause is Cause.LIGHT or case.cause is Cause.ADMINISTRATIVE or case.olts:
        return True
    since = case.first_loss_at if case.first_loss_at is not None else case.opened_at
    if now - since >= settings.small_confirm_s:
        return True
    read = all(port.readings - known >= CONFIRMING_READINGS for port, known in case.readings.items())
    if down >= settings.critical_onts:
        return case.form is not Form.PARTIAL or read
    return down >= settings.major_onts and read


def _severity(case: Case, down: int, settings: IncidentSettings) -> Severity:
    if case.cause in (Cause.LIGHT, Cause.ADMINISTRATIVE):
        return Severity.WARNING
    if case.cause is Cause.MONITORING:
        return Severity.MAJOR
    if case.olts:
        return Severity.CRITICAL
    if case.scope is Scope.ONT:
        return Severity.MAJOR if any(ont.business for ont in case.members) else Severity.MINOR
    if down >= settings.critical_onts or (case.scope in WIDE and down >= settings.critical_port_onts):
        return Severity.CRITICAL
    return Severity.MAJOR if down >= settings.major_onts else Severity.MINOR


def rings(case: Case, now: float, settings: IncidentSettings) -> bool:
    """Whether the bell rings for it now; notes what it rang for."""
    if case.state is not Life.CONFIRMED or case.from_start or case.planned:
        return False
    down = len(case.members) if case.olts else sum(ont.down for ont in case.members)
    business = case.scope is Scope.ONT and case.cause is Cause.FIBRE and any(ont.business for ont in case.members)
    if case.severity is not Severity.CRITICAL and not business:
        return False
    last_at = case.last_loss_at or now
    in_burst = last_at <= case.burst_until
    if case.rings:
        share, count = 1 + settings.grown_share, settings.grown_onts
        grown = down >= case.rung_affected * share and down >= case.rung_affected + count
        if now <= case.burst_until:
            case.rung_cause = case.cause  # still being found out
        if in_burst:
            _note_burst(case, max(down, case.rung_affected), last_at, settings)
        if not (grown and not in_burst) and case.rung_cause is case.cause:
            return False
    _note_burst(case, down, max(last_at, now), settings)
    case.rung_cause = case.cause
    return True


def _note_burst(case: Case, down: int, at: float, settings: IncidentSettings) -> None:
    case.rung_affected = down
    case.burst_until = max(case.burst_until, at + settings.burst_s)
