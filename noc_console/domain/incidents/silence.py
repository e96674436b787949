"""OLTs that do not answer. Unknown is never down: a silent OLT is our blindness until something says otherwise.

What says otherwise: echoes that are all lost, or routers whose Informs should have come to the ACS and did not. A
router that did speak proves the opposite.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from noc_console.domain.freshness import STALE_AFTER
from noc_console.domain.incidents.incident import Cause, Scope, Where
from noc_console.domain.incidents.network import INFORM_USUAL_S, Network, OltFact, OntFact
from noc_console.domain.incidents.settings import IncidentSettings

EXPECTED_INFORMS = 5.0
"""So many should have come before their absence means anything."""
INFORM_LATE = 2.0
INFORM_SLACK_S = 60.0
ALIVE_SHARE = 0.3


@dataclass(slots=True, eq=False)
class Silence:
    """OLTs that fell silent by one cause."""

    cause: Cause
    scope: Scope
    where: Where
    olts: list[OltFact]
    down: set[OntFact] = field(default_factory=set)
    """ONTs whose routers should have spoken to the ACS, and did not."""
    alive: set[OntFact] = field(default_factory=set)
    since_at: float = 0.0
    missed: bool = False
    """Whether Informs that should have come did not."""
    inferred: bool = False


@dataclass(slots=True, eq=False)
class _Witnesses:
    """What pings and routers say about one silent OLT."""

    olt: OltFact
    since_at: float
    down: set[OntFact] = field(default_factory=set)
    alive: set[OntFact] = field(default_factory=set)
    ping_lost: bool = False
    expected: float = 0.0
    """How many Informs should have come since then."""
    missed: bool = False
    """Whether Informs that should have come did not."""

    @property
    def well(self) -> bool:
        known = max(len(self.alive) + len(self.down), self.expected)
        return bool(self.alive) and len(self.alive) >= ALIVE_SHARE * known

    @property
    def dead(self) -> bool:
        return not self.well and (self.missed or self.ping_lost)


def silences(network: Network, now: float, settings: IncidentSettings) -> list[Silence]:
    """All silences now."""
    heard = {olt.name: _hear(network, olt, now, settings) for olt in _silent_olts(network, now, settings)}
    if not heard:
        return []
    everything = [olt for olt in network.olts.values() if olt.ports]
    if len(everything) > 1 and all(olt.name in heard for olt in everything) and _at_once(heard.values(), settings):
        return [_all_of_them(list(heard.values()))]
    found: list[Silence] = []
    for uplink in sorted({olt.uplink for olt in network.olts.values() if olt.uplink}):
        behind = [olt for olt in network.olts.values() if olt.uplink == uplink]
        said = [heard[olt.name] for olt in behind if olt.name in heard]
        if len(said) > 1 and len(said) == len(behind) and _at_once(said, settings):
            found.append(_one(said, Scope.UPLINK, Where(uplink=uplink, olts=_names(said)), Cause.UPLINK))
            for one in said:
                del heard[one.olt.name]
    found += _evident(heard, settings)
    found += [_one([one], Scope.OLT, Where(olt=one.olt.name), Cause.OLT) for one in heard.values()]
    return found


def _silent_olts(network: Network, now: float, settings: IncidentSettings) -> list[OltFact]:
    """Those that are silent; with the first of them all that began to fail at the same time."""
    olts = list(network.olts.values())
    silent = {olt.name for olt in olts if _silent(olt, olts, now, settings)}
    began = [_since(olt) for olt in olts if olt.name in silent]
    together_s = 2 * settings.intervals.state_s
    return [
        olt
        for olt in olts
        if olt.name in silent
        or (olt.failing_at is not None and any(abs(olt.failing_at - since) <= together_s for since in began))
    ]


def _since(olt: OltFact) -> float:
    return olt.failing_at if olt.failing_at is not None else olt.answered_at or 0.0


def _silent(olt: OltFact, olts: Iterable[OltFact], now: float, settings: IncidentSettings) -> bool:
    if olt.answered_at is None:
        return False
    quiet_s, interval_s = now - olt.answered_at, olt.state_s or settings.intervals.state_s
    if quiet_s > STALE_AFTER * interval_s:
        return True
    failing_at, lost_at = olt.failing_at, olt.ping_lost_at
    if olt.failed < 2 or failing_at is None or lost_at is None or now - lost_at < interval_s:
        return False
    # Sooner only when it is known how the others do: it may be all of them.
    return all(one.failing_at is not None or (one.answered_at or 0.0) > failing_at for one in olts)


def _hear(network: Network, olt: OltFact, now: float, settings: IncidentSettings) -> _Witnesses:
    since_at = _since(olt)
    said = _Witnesses(olt, since_at, ping_lost=olt.ping_lost_at is not None)
    if not network.sources.get("acs", True):
        return said
    for port in olt.ports.values():
        for ont in port.onts.values():
            if ont.informed_at is None or ont.down:
                continue
            every_s = ont.inform_every_s or INFORM_USUAL_S
            said.expected += min(1.0, max(0.0, now - since_at) / every_s)
            if ont.informed_at > since_at + settings.together_s:
                said.alive.add(ont)
            elif now - ont.informed_at > INFORM_LATE * every_s + INFORM_SLACK_S:
                said.down.add(ont)
    said.missed = said.expected >= EXPECTED_INFORMS and not said.well
    if not said.missed:
        said.down = set()
    if said.alive and not said.missed:
        said.ping_lost = False
    return said


def _at_once(said: Iterable[_Witnesses], settings: IncidentSettings) -> bool:
    began = [one.since_at for one in said]
    return max(began) - min(began) <= 2 * settings.intervals.state_s


def _all_of_them(said: list[_Witnesses]) -> Silence:
    """Every OLT at once: our own view, unless the routers are silent too, or all hang on one recorded uplink."""
    uplinks = {one.olt.uplink for one in said}
    dead = all(one.dead for one in said)
    if dead and len(uplinks) == 1 and None not in uplinks:
        return _one(said, Scope.UPLINK, Where(uplink=uplinks.pop(), olts=_names(said)), Cause.UPLINK)
    cause = Cause.UPLINK if dead and all(one.missed for one in said) else Cause.MONITORING
    return _one(said, Scope.NETWORK, Where(olts=_names(said)), cause)


def _evident(heard: dict[str, _Witnesses], settings: IncidentSettings) -> list[Silence]:
    """OLTs without a recorded uplink that fell silent within one reading of each other: what they hang on is one."""
    loose = [one for one in heard.values() if one.olt.uplink is None and one.dead]
    if len(loose) < 2 or not _at_once(loose, settings):
        return []
    for one in loose:
        del heard[one.olt.name]
    silence = _one(loose, Scope.UPLINK, Where(olts=_names(loose)), Cause.UPLINK)
    silence.inferred = True
    return [silence]


def _one(said: list[_Witnesses], scope: Scope, where: Where, cause: Cause) -> Silence:
    dead = cause is Cause.MONITORING or all(one.dead for one in said)
    return Silence(
        cause if dead else Cause.MONITORING,
        scope,
        where,
        [one.olt for one in said],
        set().union(*(one.down for one in said if one.dead)),
        set().union(*(one.alive for one in said)),
        min(one.since_at for one in said),
        any(one.missed for one in said),
    )


def _names(said: Iterable[_Witnesses]) -> tuple[str, ...]:
    return tuple(sorted(one.olt.name for one in said))
