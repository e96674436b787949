"""From groups of single ports to what hit several at once: a cable, a card, an OLT, the power of a zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from noc_console.domain.incidents.groups import (
    GASP,
    Form,
    Group,
    bursts_of,
    gasp_share,
    looks_like_fibre,
    looks_like_power,
    natural,
    port_groups,
)
from noc_console.domain.incidents.incident import Cause, Scope, Where
from noc_console.domain.incidents.network import Network, Node, OltFact, OntFact, PortFact
from noc_console.domain.incidents.settings import IncidentSettings

POWER_LEAST = 5
"""Fewer ONTs of a zone without power are single houses."""
POWER_SHARE = 0.4
"""So much of a zone lost is the zone's: the others have batteries, or their last word was lost."""
OLT_POWER_LEAST = 8
POWER_SPREAD_S = 10.0
"""A cut fibre is done within this; a power cut takes longer, for ONTs have reserves of their own."""
SETTLE_GASP_S = 8.0
SETTLE_GASP_MOST_S = 30.0


@dataclass(slots=True, eq=False)
class Finding:
    """A cause with its place and those whom it hit."""

    cause: Cause
    scope: Scope
    where: Where
    members: set[OntFact]
    form: Form = Form.DARK
    roots: list[tuple[PortFact, Node]] = field(default_factory=list)


Losses = Callable[[PortFact], Collection[OntFact]]


def zone_findings(
    network: Network, zones: Iterable[str], fresh: Callable[[OntFact], bool], settings: IncidentSettings
) -> list[Finding]:
    """Power cuts of recorded zones, over ports and OLTs.

    Args:
        network: The network.
        zones: Those that lost ONTs lately.
        fresh: Whether an ONT is down and may belong to an outage of today.
        settings: The limits.
    """
    found = []
    for zone in sorted(zones):
        members = network.zones.get(zone, set())
        for burst in bursts_of(filter(fresh, members), settings):
            finding = _zone_cut(zone, burst, members, network, fresh, settings)
            if finding is not None:
                found.append(finding)
    return found


def _zone_cut(
    zone: str,
    burst: list[OntFact],
    members: set[OntFact],
    network: Network,
    fresh: Callable[[OntFact], bool],
    settings: IncidentSettings,
) -> Finding | None:
    lost = set(burst)
    ports = {ont.port for ont in lost}
    if len(lost) < POWER_LEAST or len(ports) < 2:
        return None
    last_at = max(ont.changed_at or 0.0 for ont in lost)
    up = [ont for ont in members if ont.up and ont not in lost]
    share = gasp_share(lost)
    alive = sum(ont.seen_at >= last_at for ont in up)
    if share is None:
        power = not alive and len(lost) > len(up) and _spread(lost) > POWER_SPREAD_S
    else:
        power = share >= 0.5 or (share >= 0.3 and _spread(lost) > POWER_SPREAD_S)
    if not power or len(lost) < POWER_SHARE * (len(lost) + len(up)):
        return None
    if _elsewhere(lost, zone, ports, network, fresh, last_at, settings) > len(lost) / 2:
        return None  # the zone is a part of something larger
    where = Where(zone=zone, olt=only_olt(ports), ports=port_names(ports))
    return Finding(Cause.POWER, Scope.ZONE, where, lost)


def _elsewhere(
    lost: set[OntFact],
    zone: str,
    ports: set[PortFact],
    network: Network,
    fresh: Callable[[OntFact], bool],
    last_at: float,
    settings: IncidentSettings,
) -> int:
    """How many others of the same ports went at the same time: then the zone does not explain it."""
    first_at = min(ont.changed_at or 0.0 for ont in lost)
    return sum(
        ont not in lost
        and network.zone_of(ont) != zone
        and fresh(ont)
        and ont.reason == GASP
        and first_at - settings.together_s <= (ont.changed_at or 0.0) <= last_at + settings.together_s
        for port in ports
        for ont in port.onts.values()
    )


def unsettled(onts: Collection[OntFact], now: float) -> bool:
    """Whether the gasps of a power cut may still be coming in, so that its place is not yet known."""
    first_at = min(ont.changed_at or 0.0 for ont in onts)
    last_at = max(ont.changed_at or 0.0 for ont in onts)
    return now - last_at < SETTLE_GASP_S and now - first_at < SETTLE_GASP_MOST_S


def groups_of(
    olt: OltFact, network: Network, losses: Losses, taken: set[OntFact], settings: IncidentSettings
) -> list[Group]:
    """The groups of all ports of an OLT that are not explained already."""
    found: list[Group] = []
    for port in sorted(olt.lossy, key=lambda port: natural(port.name)):
        found += port_groups(port, network.splitters, losses(port), settings, taken)
    return [group for group in found if not group.members <= taken]


def cut_fibres(olt: OltFact, network: Network, losses: Losses, settings: IncidentSettings) -> set[OntFact]:
    """ONTs behind points that are dark, hardly gasped, and are of several zones: it is not the power of one."""
    groups = groups_of(olt, network, losses, set(), settings)
    dark = (group for group in groups if group.form is Form.DARK and looks_like_fibre(group.members))
    return {ont for group in dark if spans_zones(group.members, network) for ont in group.members}


def spans_zones(onts: Iterable[OntFact], network: Network) -> bool:
    """Whether they are not all of one recorded zone."""
    zones = {network.zone_of(ont) for ont in onts}
    return len(zones) > 1 or None in zones


def olt_findings(
    olt: OltFact, network: Network, losses: Losses, taken: set[OntFact], now: float, settings: IncidentSettings
) -> list[Finding]:
    """What hit the ports of one OLT.

    Args:
        olt: The OLT.
        network: The network.
        losses: Per port, the ONTs that are down and may belong to an outage of today.
        taken: Those that another cause explains.
        now: The clock.
        settings: The limits.
    """
    groups = groups_of(olt, network, losses, taken, settings)
    found: list[Finding] = []
    power = [group for group in groups if group.power]
    others = [group for group in groups if not group.power]
    explained = set(taken).union(*(group.members for group in others))
    rest = [ont for port in olt.lossy for ont in losses(port) if ont not in explained]
    for burst in bursts_of(rest, settings):
        if looks_like_power(burst):
            found += _power(olt, burst, power, now, settings)
    failed, others = _of_failed_cards(olt, others)
    for together in [*failed, *_together(others, settings)]:
        found.append(_equipment(olt, together, network, settings) or _fibre(olt, together))
    found += _rogues(olt, losses, found, settings)
    return found


def _of_failed_cards(olt: OltFact, groups: list[Group]) -> tuple[list[list[Group]], list[Group]]:
    """What is on a card that says that it failed is one, whenever its ports were read; and the others."""
    bad = {card for card, state in olt.cards.items() if state not in (None, "normal")}
    by_card: dict[str, list[Group]] = defaultdict(list)
    others = []
    for group in groups:
        cards = {port.card for port in group.ports}
        if len(cards) == 1 and cards <= bad:
            by_card[cards.pop()].append(group)
        else:
            others.append(group)
    return list(by_card.values()), others


def _power(
    olt: OltFact, burst: list[OntFact], groups: list[Group], now: float, settings: IncidentSettings
) -> list[Finding]:
    """Power cuts without a recorded zone: a branch, a port, or several ports of the OLT."""
    lost = set(burst)
    mine = [group for group in groups if group.members & lost]
    members = set().union(*(group.members for group in mine)) if mine else set()
    if unsettled(burst, now):
        return []
    ports = {ont.port for ont in lost}
    if len(ports) > 1 and len(lost) >= OLT_POWER_LEAST and _dense(burst, settings):
        ports |= {ont.port for ont in members}
        where = Where(olt=olt.name, ports=port_names(ports))
        return [Finding(Cause.POWER, Scope.OLT, where, lost | members, Form.INFERRED)]
    found = []
    for group in mine:
        share = len(group.members) / max(1, len(group.members) + _alive_beside(group))
        if group.form is Form.DARK or share >= 0.5:
            found.append(_placed(Cause.POWER, olt, [group]))
    return found


def _dense(burst: list[OntFact], settings: IncidentSettings) -> bool:
    """Whether they came quicker than customers who switch off one after another."""
    times = sorted(ont.changed_at or 0.0 for ont in burst)
    return (times[-1] - times[0]) / len(times) <= settings.together_s / 2


def _alive_beside(group: Group) -> int:
    splitters = {ont.splitter for ont in group.members}
    others = [ont for port in group.ports for ont in port.onts.values() if ont not in group.members]
    return sum(ont.splitter in splitters and _was_up(ont, group.last_at) for ont in others)


def _was_up(ont: OntFact, at: float) -> bool:
    return ont.up or (ont.down and not ont.known_down and (ont.changed_at or 0.0) > at)


def _together(groups: list[Group], settings: IncidentSettings) -> list[list[Group]]:
    """Groups that were lost within seconds of each other: their fibres share a cable, a card or an OLT."""
    found: list[tuple[list[Group], set[OntFact]]] = []
    for group in sorted(groups, key=lambda g: (g.last_at, g.first_at)):
        for others, members in found:
            if len(bursts_of(_edge(members) + _edge(group.members), settings)) == 1 and _near(members, group, settings):
                others.append(group)
                members |= group.members
                break
        else:
            found.append(([group], set(group.members)))
    return [others for others, _ in found]


def _edge(onts: Collection[OntFact]) -> list[OntFact]:
    """The first and the last to go, which stand for all."""
    in_order = sorted(onts, key=lambda o: (o.changed_at or 0.0, o.earliest_at or 0.0, o.place))
    traps = [ont for ont in in_order if ont.by_trap]
    return [*in_order[:1], *in_order[-1:], *traps[:1], *traps[-1:]]


def _near(members: set[OntFact], group: Group, settings: IncidentSettings) -> bool:
    """Whether the first traps of both came within seconds; without traps on both sides nobody can tell."""
    one = [ont.changed_at or 0.0 for ont in members if ont.by_trap]
    other = [ont.changed_at or 0.0 for ont in group.members if ont.by_trap]
    return not one or not other or abs(min(one) - min(other)) <= settings.together_s / 2


def _equipment(olt: OltFact, groups: list[Group], network: Network, settings: IncidentSettings) -> Finding | None:
    """The card or the OLT, when all of its ports are dark or it says itself that it failed."""
    members = set().union(*(group.members for group in groups))
    dark = {port for group in groups for port, node in group.roots if node.name is None}
    cards = {port.card for port in {ont.port for ont in members}}
    failed = {card for card in cards if olt.cards.get(card) not in (None, "normal")}
    roots = [root for group in groups for root in group.roots]
    if len(cards) > 1 and dark >= _occupied(olt, None) and not failed:
        where = Where(olt=olt.name, ports=port_names(dark))
        return Finding(Cause.OLT, Scope.OLT, where, members, roots=roots)
    if len(cards) != 1:
        return None
    (card,) = cards
    occupied = _occupied(olt, card)
    if card in failed or (len(dark) > 1 and dark >= occupied and not _ports_failed(dark)):
        ports = {ont.port for ont in members}
        where = Where(olt=olt.name, card=card, ports=port_names(ports))
        return Finding(Cause.CARD, Scope.CARD, where, members, roots=roots)
    return None


def _ports_failed(ports: Iterable[PortFact]) -> bool:
    return any(port.failed for port in ports)


def _occupied(olt: OltFact, card: str | None) -> set[PortFact]:
    """Ports with ONTs that were not long gone."""
    return {
        port
        for port in olt.ports.values()
        if card in (None, port.card) and any(not ont.known_down and not ont.on_purpose for ont in port.onts.values())
    }


def _fibre(olt: OltFact, groups: list[Group]) -> Finding:
    """Branches and ports whose fibre is cut, or whose SFP failed."""
    ports = {port for group in groups for port, _ in group.roots}
    if len(groups) == 1 and groups[0].whole_ports and _ports_failed(ports):
        return _placed(Cause.PORT, olt, groups)
    partial = all(group.form is Form.PARTIAL for group in groups)
    return _placed(Cause.UNKNOWN if partial else Cause.FIBRE, olt, groups)


def _placed(cause: Cause, olt: OltFact, groups: list[Group]) -> Finding:
    """Where some groups of one OLT are."""
    members = set().union(*(group.members for group in groups))
    roots = [root for group in groups for root in group.roots]
    ports = {ont.port for ont in members}
    form = Form.DARK if roots else groups[0].form
    if form is Form.PARTIAL or (roots and all(node.name is None for _, node in roots)):
        return Finding(cause, Scope.PORT, where_of(olt, ports), members, form, roots)
    return Finding(cause, Scope.BRANCH, where_of(olt, ports, roots), members, form, roots)


def where_of(olt: OltFact, ports: Collection[PortFact], roots: Iterable[tuple[PortFact, Node]] = ()) -> Where:
    """Ports of one OLT, and the splitters among their points."""
    names = tuple(sorted((node.name for _, node in roots if node.name), key=natural))
    several = len(ports) > 1
    return Where(
        olt=olt.name,
        port=None if several else next(iter(ports)).name,
        ports=port_names(ports) if several else (),
        splitter=names[0] if len(names) == 1 else None,
        splitters=names if len(names) > 1 else (),
    )


def _rogues(olt: OltFact, losses: Losses, found: list[Finding], settings: IncidentSettings) -> list[Finding]:
    """An ONT that sends when it must not disturbs the others of its port, whatever branch they are on."""
    rogues = []
    for port in olt.lossy:
        lost = set(losses(port))
        if not any(ont.reason == "rogue" for ont in lost):
            continue
        for other in [one for one in found if one.members & lost]:
            found.remove(other)
            lost |= other.members
        if len(lost) >= settings.least_onts:
            rogues.append(Finding(Cause.ROGUE, Scope.PORT, Where(olt=olt.name, port=port.name), lost, Form.PARTIAL))
    return rogues


def _spread(onts: Collection[OntFact]) -> float:
    """Seconds between the first and the last, as far as notifications tell."""
    times = [ont.changed_at or 0.0 for ont in onts if ont.by_trap]
    return max(times) - min(times) if times else 0.0


def port_names(ports: Iterable[PortFact]) -> tuple[str, ...]:
    """Their names in order, with the OLTs' where there are several OLTs."""
    several = defaultdict(list)
    for port in ports:
        several[port.olt.name].append(port.name)
    if len(several) == 1:
        return tuple(sorted(*several.values(), key=natural))
    return tuple(f"{olt} {name}" for olt in sorted(several) for name in sorted(several[olt], key=natural))


def only_olt(ports: Iterable[PortFact]) -> str | None:
    """The OLT of these ports, when it is one."""
    olts = {port.olt.name for port in ports}
    return olts.pop() if len(olts) == 1 else None
