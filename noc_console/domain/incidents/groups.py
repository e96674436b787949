"""Losses of one PON port that belong together, and the deepest point that explains all and only them.

Survivors veto: one ONT that is proven alive after the loss lifts the cause below the point that it hangs on. An ONT
that is only presumed alive (not read since) does not veto, but a point of which most are not told to be down is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import Enum

from noc_console.domain.incidents.network import Node, OntFact, PortFact, SplitterFact
from noc_console.domain.incidents.settings import IncidentSettings

LOS = frozenset(("loss_of_signal", "laser_off"))
GASP = "dying_gasp"
RESTARTS = frozenset(("reset", "reregistered"))
"""Reasons of an ONT that is back in a minute, and says nothing about its neighbours."""
BURST_AT_MOST_S = 180.0
"""Even a power cut is over by then; what goes on is something else."""
FEW_GASPS = 0.3
SIDE = 3
"""So many ONTs on each side of a break make a bracket."""


class Form(Enum):
    """How a group is known."""

    DARK = "dark"
    """Nothing behind its points is alive."""
    INFERRED = "inferred"
    """No recorded point explains it; what fails together does."""
    PARTIAL = "partial"
    """ONTs of one port that no point explains."""


@dataclass(slots=True, eq=False)
class Group:
    """ONTs that went down by one cause."""

    members: set[OntFact]
    form: Form
    roots: list[tuple[PortFact, Node]] = field(default_factory=list)
    """The points; empty for what is inferred."""
    power: bool = False

    @property
    def ports(self) -> list[PortFact]:
        """Its PON ports, in order."""
        return sorted({ont.port for ont in self.members}, key=lambda port: (port.olt.name, natural(port.name)))

    @property
    def first_at(self) -> float:
        """When the first of them was seen to go down."""
        return min(ont.changed_at or 0.0 for ont in self.members)

    @property
    def last_at(self) -> float:
        """... and the last."""
        return max(ont.changed_at or 0.0 for ont in self.members)

    @property
    def whole_ports(self) -> bool:
        """Whether all its points are PON ports."""
        return bool(self.roots) and all(node.name is None for _, node in self.roots)


@dataclass(slots=True)
class _Counts:
    """ONTs behind a node."""

    lost: int = 0
    """... of this burst."""
    down: int = 0
    """... of other bursts that are explained."""
    alive: int = 0
    presumed: int = 0

    def dark(self) -> bool:
        gone = self.lost + self.down
        return self.lost > 0 and self.alive == 0 and gone >= self.presumed


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key: ``0/2`` before ``0/10``."""
    return tuple((int(part), "") if part.isdigit() else (0, part) for part in name.replace("/", " ").split())


def gasp_share(onts: Iterable[OntFact]) -> float | None:
    """Of those whose OLT gave a reason, which share gasped; None when there is no reason at all."""
    reasons = [ont.reason for ont in onts if ont.reason is not None]
    return reasons.count(GASP) / len(reasons) if reasons else None


def looks_like_fibre(onts: Iterable[OntFact]) -> bool:
    """Whether hardly any of them gasped, and the OLT says why they went."""
    share = gasp_share(onts)
    return share is not None and share < FEW_GASPS


def looks_like_power(onts: Collection[OntFact]) -> bool:
    """Whether most of them gasped."""
    share = gasp_share(onts)
    return share is not None and share >= 0.5 and sum(ont.reason == GASP for ont in onts) >= 2


def bursts_of(losses: Iterable[OntFact], settings: IncidentSettings) -> list[list[OntFact]]:
    """Losses that may be simultaneous, as far as traps and readings tell; oldest first."""
    found: list[list[OntFact]] = []
    began = until = 0.0
    for ont in sorted(losses, key=lambda o: (_span(o)[1], o.reason != GASP, _span(o)[0], o.place)):
        earliest, latest = _span(ont)
        slack = settings.together_s if ont.by_trap else 0.0
        # The end of one reading is the begin of the next: what only touches did not happen together, but for power,
        # which takes its time.
        if ont.reason == GASP:
            slack = settings.gasp_together_s
        if found and earliest - slack < until and latest - began < BURST_AT_MOST_S:
            found[-1].append(ont)
            until = max(until, latest)
        else:
            found.append([ont])
            began, until = latest, latest
    return found


def _core(burst: list[OntFact], settings: IncidentSettings) -> list[OntFact]:
    """Without the customers who happened to switch off shortly before or after a fibre was cut."""
    cut = [_span(ont) for ont in burst if ont.reason != GASP and ont.by_trap]
    if not cut or looks_like_power(burst):
        return burst
    begins = min(latest for _, latest in cut) - settings.together_s
    ends = max(latest for _, latest in cut) + settings.together_s
    return [ont for ont in burst if ont.reason != GASP or (_span(ont)[0] <= ends and _span(ont)[1] >= begins)]


def _span(ont: OntFact) -> tuple[float, float]:
    latest = ont.changed_at or 0.0
    return min(ont.earliest_at if ont.earliest_at is not None else latest, latest), latest


def port_groups(
    port: PortFact,
    splitters: Mapping[str, SplitterFact],
    losses: Collection[OntFact],
    settings: IncidentSettings,
    apart: Set[OntFact] = frozenset(),
) -> list[Group]:
    """Groups of one port.

    Args:
        port: The port.
        splitters: All that are recorded.
        losses: Its ONTs that are down and may belong to an outage of today.
        settings: The limits.
        apart: Of these, those that another cause explains already.
    """
    root = port.root(splitters)
    explained = {ont for ont in losses if ont in apart}
    found: list[Group] = []
    for burst in bursts_of((ont for ont in losses if ont not in explained), settings):
        groups = _explain(port, root, _core(burst, settings), explained, explained - apart, losses, settings)
        for group in groups:
            for other in [o for o in found if _covers(group, o)]:
                found.remove(other)  # grown: its point is behind the new one
                group.members |= other.members
            explained |= group.members
            found.append(group)
    return found


def _covers(group: Group, other: Group) -> bool:
    return bool(other.roots) and all(any(above.covers(below) for _, above in group.roots) for _, below in other.roots)


def _explain(
    port: PortFact,
    root: Node,
    burst: list[OntFact],
    explained: set[OntFact],
    earlier: set[OntFact],
    losses: Collection[OntFact],
    settings: IncidentSettings,
) -> list[Group]:
    lost = set(burst)
    last_at = max(ont.changed_at or 0.0 for ont in burst)
    counts: dict[Node, _Counts] = {}
    _count(root, lost, explained, last_at, counts)
    points = _points(root, counts)
    behind = {ont for node in points for ont in node.below() if ont in lost}
    found = []
    if len(behind) >= settings.least_onts:
        group = Group(behind, Form.DARK, [(port, node) for node in points])
        # What had failed a moment before behind the same point is part of it; so is what the reading before told at
        # its very end.
        group.power = looks_like_power(group.members)
        began = min(_span(ont)[0] for ont in burst) - 1.0
        group.members |= {
            ont
            for node in points
            for ont in node.below()
            if (group.power or ont.reason != GASP)
            and (ont in earlier or (ont in losses and not group.power and _span(ont)[1] >= began))
        }
        presumed = sum(counts[node].presumed for node in points)
        if group.power and presumed > len(behind) / 2:
            return []  # customers who switch off, and neighbours who were not read since
        found.append(group)
    rest = lost - behind if found else lost
    if (other := _inferred(port, rest, settings)) is not None:
        if found and not found[0].power and not other.power:
            found[0].members |= other.members
        else:
            found.append(other)
    return found


def _count(
    node: Node, lost: set[OntFact], explained: set[OntFact], last_at: float, counts: dict[Node, _Counts]
) -> _Counts:
    own = counts[node] = _Counts()
    for child in node.children:
        below = _count(child, lost, explained, last_at, counts)
        own.lost += below.lost
        own.down += below.down
        own.alive += below.alive
        own.presumed += below.presumed
    for ont in node.onts:
        if ont in lost:
            own.lost += 1
        elif ont in explained:
            own.down += 1
        elif ont.up:
            proven = ont.seen_at >= last_at
            own.alive += proven
            own.presumed += not proven
        elif ont.down and (ont.changed_at or 0.0) > last_at and not ont.known_down:
            later = _span(ont)[0] > last_at + 1.0  # it went down too, but not then
            own.alive += later
            own.presumed += not later
    return own


def _points(node: Node, counts: dict[Node, _Counts]) -> list[Node]:
    """The highest dark points; a splitter with one branch that failed stands back for that branch."""
    own = counts[node]
    hit = [child for child in node.children if counts[child].lost or counts[child].down]
    if own.dark():
        direct = own.lost > sum(counts[child].lost for child in hit)
        if node.name is None or len(hit) != 1 or direct:
            return [node]
        return _points(hit[0], counts) or [node]
    return [point for child in hit for point in _points(child, counts)]


def _inferred(port: PortFact, rest: set[OntFact], settings: IncidentSettings) -> Group | None:
    """Those that no recorded point explains: a branch that nobody recorded, when they went as one."""
    rest = {ont for ont in rest if ont.reason not in RESTARTS}
    if not rest:
        return None
    if looks_like_power(rest):
        return Group(rest, Form.PARTIAL, power=True) if len(rest) >= settings.least_onts + 1 else None
    traps = all(ont.by_trap for ont in rest)
    span_s = max(o.changed_at or 0.0 for o in rest) - min(o.changed_at or 0.0 for o in rest)
    if len(rest) < (settings.least_onts if traps and span_s <= settings.together_s else settings.least_onts + 1):
        return None
    recorded = {ont.splitter for ont in rest}
    if None in recorded or len(recorded) == 1 or separated(port, rest) is not None:
        return Group(rest, Form.INFERRED)
    return Group(rest, Form.PARTIAL) if len(rest) >= settings.major_onts else None


def separated(
    port: PortFact, dead: Collection[OntFact], among: Iterable[OntFact] | None = None
) -> tuple[int, int] | None:
    """The farthest that is alive and the nearest that is dead, metres; None when they are not told apart by distance.

    Args:
        port: Whose ONTs.
        dead: Those behind the break.
        among: The survivors to compare with; all of the port unless given.
    """
    near = [o.distance_m for o in (port.onts.values() if among is None else among) if o.up and o.distance_m is not None]
    far = [o.distance_m for o in dead if o.distance_m is not None]
    if len(near) < SIDE or len(far) < SIDE or max(near) >= min(far):
        return None
    return max(near), min(far)
