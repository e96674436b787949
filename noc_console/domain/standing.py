"""How a target stands now: what the policy judges by. The picture and the door make it by the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noc_console.domain.freshness import Freshness, classify
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.jobs import Job
from noc_console.domain.network import Cpe, Olt, Ont, PollMark, Source
from noc_console.domain.ont import OntState, effective_state, reported_state

REPEAT_WINDOW_S = 300.0
"""A job that was asked for within this time counts as recent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One ONT as the policy sees it."""

    ont: Ont
    """As last read."""
    state: OntState
    """Effective: what may be believed now."""
    routers: tuple[Cpe, ...]
    """Its router at the ACS; none when the ACS knows none, several where they have one serial number."""
    recent: tuple[Job, ...]
    """Jobs on it that are under way, or were asked for lately; newest first."""
    acs: Source | None
    """The ACS as the collector sees it."""
    now: float
    """Unix seconds."""
    incident: IncidentRecord | None = None
    """The open incident that it is part of."""

    @property
    def cpe(self) -> Cpe | None:
        """Its only router."""
        return only_router(self.routers)


def observed_at(port: PollMark | None, olt: PollMark | None) -> float | None:
    """When a PON port was last read whole: by its own mark, else by that of the OLT as a whole."""
    mark = port or olt
    return mark.observed_at if mark else None


def later(first: float | None, second: float | None) -> float | None:
    """The later of two instants of which either may be missing."""
    return max((at for at in (first, second) if at is not None), default=None)


def trust(olt: Olt | None, read_at: float | None, now: float, interval_s: float) -> Freshness:
    """How far a reading of an OLT may be trusted; an OLT that does not answer makes every reading ``DEAD``."""
    return classify(read_at, now, interval_s, source_ok=olt is None or olt.reachable is not False)


def state_now(ont: Ont, olt: Olt | None, port_read_at: float | None, now: float, interval_s: float) -> OntState:
    """The effective state of an ONT; one that the OLT no longer lists is unknown.

    Args:
        ont: As last read.
        olt: Its OLT.
        port_read_at: When the state of its PON port was last read whole.
        now: Unix seconds.
        interval_s: How often states are read.
    """
    if ont.vanished_at is not None:
        return OntState.UNKNOWN
    read_at = later(port_read_at, ont.refreshed_at)
    return effective_state(reported_state(ont.state), trust(olt, read_at, now, interval_s))


def only_router(routers: Iterable[Cpe]) -> Cpe | None:
    """The router of an ONT; several with one serial number are never guessed between."""
    found = list(routers)
    return found[0] if len(found) == 1 else None


def recent_jobs(jobs: Iterable[Job], now: float) -> tuple[Job, ...]:
    """Those that are under way or were asked for within ``REPEAT_WINDOW_S``, newest first."""
    found = (job for job in jobs if not job.ended or now - job.requested_at < REPEAT_WINDOW_S)
    return tuple(sorted(found, key=lambda job: -job.id))


def acs_knows_fleet(acs: Source | None) -> bool:
    """Whether the whole list of routers was read from the ACS the last time: then one that is not in it is unknown."""
    return acs is not None and acs.state == "ok"


def acs_may_act(acs: Source | None) -> bool:
    """Whether an action through the ACS may be tried: one is configured, and did not fail the last time."""
    return acs is None or acs.state in ("ok", "never")
