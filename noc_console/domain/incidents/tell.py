"""What a case looks like to the operator: numbers, evidence, where to send the crew, and the reasons in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from statistics import median

from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.fading import Fade
from noc_console.domain.incidents.groups import GASP, LOS, Form, gasp_share, separated
from noc_console.domain.incidents.incident import Bracket, Cause, Incident, Life, Place, Scope
from noc_console.domain.incidents.life import flaps
from noc_console.domain.incidents.network import Network, Node, OntFact, PortFact
from noc_console.domain.incidents.settings import IncidentSettings

SHIFT_LEAST_DB = 0.5
ALIKE_DB = 0.6


def tell(case: Case, network: Network, now: float, settings: IncidentSettings, fade: Fade | None = None) -> Incident:
    """The incident of a case, as it is now."""
    scope = scope_onts(case, network)
    state_s = settings.intervals.state_s
    down = {ont for ont in case.members if ont.down} if case.open else set()
    blind = case.blind
    hidden = {ont for ont in down if not case.olts and ont.stale(now, state_s)}
    affected = down - hidden
    if case.cause in (Cause.OLT, Cause.UPLINK) and case.olts and case.open:
        affected = {ont for ont in case.members if not ont.known_down}
    last_at = case.last_loss_at or 0.0
    alive = set()
    unknown = set(hidden)
    for ont in scope - affected - hidden:
        if ont.down or ont.on_purpose:
            continue  # long before, or on purpose
        if ont.port.olt in blind and case.open:
            unknown.add(ont)
        elif ont.up and ont.seen_at >= last_at and not ont.stale(now, state_s):
            alive.add(ont)
        else:
            unknown.add(ont)
    restored = {ont for ont in case.members if ont.up}
    left = case.stragglers if not case.open else _places(affected) if case.state is Life.CLEARING else ()
    shown = affected if case.open else case.members
    evidence = Counter(ont.reason or "silent" for ont in affected)
    return Incident(
        number=case.number,
        state=case.state,
        severity=case.severity,
        cause=case.cause,
        scope=case.scope,
        where=case.where,
        affected=len(affected),
        total=len(scope),
        alive=len(alive),
        unknown=len(unknown),
        onts=_places(shown),
        opened_at=case.opened_at,
        first_loss_at=case.first_loss_at,
        last_loss_at=case.last_loss_at,
        confirmed_at=case.confirmed_at,
        clearing_at=case.clearing_at,
        resolved_at=case.resolved_at,
        confidence=confidence(case, affected, alive, unknown),
        inferred=case.form is Form.INFERRED,
        evidence=dict(sorted(evidence.items())) | {"alive": len(alive)},
        text=tuple(_reasons(case, affected, len(alive), len(unknown), network, fade)),
        bracket=bracket_of(case),
        shift_db=case.shift_db,
        restored=len(restored) if not case.olts else 0,
        stragglers=left,
        planned=case.planned,
        flapping=case.darkened >= settings.flapping_times or _flaps(case, now, settings),
        rings=case.rings,
        rung_at=case.rung_at,
        business=sum(ont.business for ont in affected),
    )


def scope_onts(case: Case, network: Network) -> set[OntFact]:
    """All ONTs of the scope."""
    if case.olts:
        return {ont for olt in case.olts for port in olt.ports.values() for ont in port.onts.values()}
    olt = network.olts.get(case.where.olt or "")
    if case.scope is Scope.ZONE:
        return set(network.zones.get(case.where.zone or "", ())) | case.members
    if case.scope is Scope.CARD and olt is not None:
        ports = [port for port in olt.ports.values() if port.card == case.where.card]
        return {ont for port in ports for ont in port.onts.values()}
    if case.scope is Scope.OLT and case.form is not Form.INFERRED and olt is not None:
        return {ont for port in olt.ports.values() for ont in port.onts.values()}
    if case.scope is Scope.PORT and olt is not None:
        names = case.where.ports or (case.where.port,)
        found = {ont for name in names if name in olt.ports for ont in olt.ports[name].onts.values()}
        return found | case.members
    if case.scope is Scope.OLT and olt is not None:
        names = case.where.ports
        return {ont for name in names if name in olt.ports for ont in olt.ports[name].onts.values()} | case.members
    return {ont for _, node in case.roots for ont in node.below()} | case.members


def bracket_of(case: Case) -> Bracket | None:
    """Between the last that is alive and the first that is dead, along one branch or feeder with taps."""
    dead = {ont for ont in case.members if ont.down}
    ports = {ont.port for ont in dead}
    if case.scope is not Scope.BRANCH or case.cause is not Cause.FIBRE or len(ports) != 1 or not dead:
        return None
    (port,) = ports
    found = separated(port, dead, _beside(port, [node for _, node in case.roots], dead))
    return Bracket(*found) if found else None


def _beside(port: PortFact, nodes: list[Node], dead: set[OntFact]) -> list[OntFact]:
    """The survivors whose distance may be compared: those on the same branch, or along the same feeder with taps."""
    mine = {ont for node in nodes for ont in node.below()}
    if not nodes:
        splitters = {ont.splitter for ont in dead}
        return [o for o in port.onts.values() if len(splitters) > 1 or None in splitters or o.splitter in splitters]
    parents = {node.parent for node in nodes}
    if len(nodes) == 1:
        (parent,) = parents
        # Only a chain of splitters is one fibre: siblings on the port each have a fibre of their own.
        return [o for o in parent.below() if o not in mine] if parent is not None and parent.name is not None else []
    # Several that died together and several that live, told apart by distance: taps along one feeder.
    living = {o.splitter for o in port.onts.values() if o.up and o not in mine}
    return [o for o in port.onts.values() if o not in mine] if len(living) > 1 else []


def shift_of(case: Case, network: Network) -> float | None:
    """By how much the survivors' light moved with the event, dB; None when fewer than three moved alike."""
    if case.first_loss_at is None or not case.members:
        return None
    moved = []
    for port in {ont.port for ont in case.members}:
        for ont in port.onts.values():
            if ont.up and ont not in case.members:
                before, after = ont.light.before(case.first_loss_at), ont.light.after(case.first_loss_at)
                if before is not None and after is not None:
                    moved.append(after - before)
    large = [db for db in moved if abs(db) >= SHIFT_LEAST_DB]
    if len(large) < 3:
        return None
    middle = median(large)
    alike = [db for db in large if abs(db - middle) <= ALIKE_DB]
    return round(median(alike), 1) if len(alike) >= 3 and len(alike) >= len(large) / 2 else None


def confidence(
    case: Case, affected: Collection[OntFact], alive: Collection[OntFact], unknown: Collection[OntFact]
) -> float:
    """How sure the cause is, 0 to 1, from how one-sided the evidence is."""
    if case.cause is Cause.UNKNOWN:
        return 0.3
    if case.olts:
        return 0.9 if case.alive or case.members else 0.6
    if case.cause in (Cause.ADMINISTRATIVE, Cause.ROGUE):
        return 0.9
    if case.cause is Cause.LIGHT:
        return 0.7
    share = gasp_share(case.members)
    if case.cause in (Cause.CARD, Cause.PORT, Cause.OLT):
        base = 0.95
    elif share is None:
        base = 0.6
    else:
        base = 0.5 + 0.48 * abs(2 * share - 1)
    if case.form is not Form.DARK:
        base -= 0.15
    seen = len(affected) + len(alive)
    return round(max(0.1, base * (0.6 + 0.4 * seen / max(1, seen + len(unknown)))), 2)


def _reasons(
    case: Case, affected: set[OntFact], alive: int, unknown: int, network: Network, fade: Fade | None
) -> list[str]:
    """Each statement names its evidence."""
    if case.olts:
        return _silence_reasons(case)
    if fade is not None:
        return fade.reasons()
    said = []
    los = sum(ont.reason in LOS for ont in case.members)
    gasps = sum(ont.reason == GASP for ont in case.members)
    mute = sum(ont.reason is None for ont in case.members if ont.down)
    if los:
        said.append(f"{los} lost the light (LOS)")
    if gasps:
        said.append(f"{gasps} sent a last gasp: their power went")
    if mute:
        said.append(f"of {mute} the OLT gives no reason")
    if case.first_loss_at is not None and case.last_loss_at is not None and case.scope is not Scope.ONT:
        said.append(f"all within {case.last_loss_at - case.first_loss_at:.0f} s")
    if alive:
        said.append(f"{alive} of the same {case.scope.value} are proven alive")
    elif not unknown and case.scope is not Scope.ONT:
        said.append(f"nothing of the {case.scope.value} is alive")
    said += _equipment_reasons(case, network)
    if case.form is Form.INFERRED and case.cause is Cause.FIBRE:
        said.append("no splitter is recorded there: the branch is inferred from who failed together")
    if case.cause is Cause.FIBRE:
        said.append("a reboot cannot help: there is no light")
    if case.from_start:
        said.append("it was so when the program started")
    return said


def _equipment_reasons(case: Case, network: Network) -> list[str]:
    olt = network.olts.get(case.where.olt or "")
    if olt is None:
        return []
    said = []
    if case.where.card and (state := olt.cards.get(case.where.card)) not in (None, "normal"):
        said.append(f"card {case.where.card} says {state}")
    port = olt.ports.get(case.where.port or "")
    if port is not None and port.failed and port.oper == "down":
        said.append(f"PON port {port.name} is down")
    elif port is not None and port.oper == "down":
        said.append(f"PON port {port.name} sends light: it is not the SFP")
    if port is not None and port.tx_gone:
        said.append(f"the SFP of {port.name} no longer sends")
    return said


def _silence_reasons(case: Case) -> list[str]:
    names = ", ".join(olt.name for olt in case.olts[:3]) + (f" and {len(case.olts) - 3} more" if case.olts[3:] else "")
    said = [f"no answer by SNMP from {names}"]
    lost = [olt for olt in case.olts if olt.ping_lost_at is not None]
    if lost:
        said.append(f"{len(lost)} of {len(case.olts)} answer no ping")
    elif any(olt.ping_loss is not None for olt in case.olts):
        said.append("pings are answered")
    if case.alive:
        said.append(f"{len(case.alive)} routers spoke to the ACS since then: the customers are well")
    if case.members:
        said.append(f"{len(case.members)} routers should have spoken to the ACS and did not")
    return said


def _flaps(case: Case, now: float, settings: IncidentSettings) -> bool:
    if case.scope is not Scope.ONT:
        return False
    return any(flaps(ont, now, settings) for ont in case.members)


def _places(onts: Collection[OntFact]) -> tuple[Place, ...]:
    return tuple(sorted(ont.place for ont in onts))
