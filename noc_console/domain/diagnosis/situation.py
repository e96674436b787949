"""What is known of one customer's line and router when a verdict is asked for, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from noc_console.domain.cpe import Group, Section, Value
from noc_console.domain.freshness import Freshness, coarse_age, within
from noc_console.domain.incidents.words import KnownOutage
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Cpe, Olt, Ont, Port, Unregistered
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Thresholds

INFORM_DEFAULT_S = 300.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another ONT on the same PON port."""

    state: OntState
    """Effective: unknown when its reading is too old."""
    offline_reason: str | None = None
    state_changed_at: float | None = None
    onu_rx_dbm: float | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the rules look at."""

    now: float
    ont: Ont
    state: OntState
    """Effective."""
    state_at: float | None = None
    """When it was read."""
    optics: Freshness = Freshness.NEVER
    olt: Olt | None = None
    port: Port | None = None
    neighbours: Sequence[Neighbour] = ()
    """The other ONTs of the PON port."""
    unregistered: Unregistered | None = None
    """The same serial number waiting to be registered, wherever that is."""
    outage: KnownOutage | None = None
    """The open incident that it is part of, or that hides it."""
    config_at: float | None = None
    """When the ONT's configuration and match states were read."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    cpe: Cpe | None = None
    managed: bool | None = None
    """Whether the ACS knows its router; None when it was not asked, or did not answer."""
    acs_ok: bool = True
    """Whether the ACS answers; while it does not, no Inform is heard of."""
    sections: Mapping[str, Section] = field(default_factory=dict)
    jobs: Sequence[Job] = ()
    """On this ONT, newest first."""
    unverified: frozenset[str] = frozenset()
    """Facts of the ONT that rest on one source only for this model of OLT."""

    @property
    def light_dbm(self) -> float | None:
        """Received power at the ONT, as far as it may be trusted now."""
        return self.ont.onu_rx_dbm if self.state is OntState.ONLINE and self.optics.trusted else None

    @property
    def lost_at(self) -> float | None:
        """When the ONT was seen to change its state; None when it has been so since it was first read."""
        return None if self.ont.state_changed_at == self.ont.first_seen_at else self.ont.state_changed_at

    @property
    def lost(self) -> str:
        """``2m00s ago``, for people."""
        return "before it was first read" if self.lost_at is None else self.age(self.lost_at)

    @property
    def inform_age_s(self) -> float | None:
        """How long ago the router spoke to the ACS."""
        at = self.cpe.last_inform_at if self.cpe else None
        return None if at is None else max(0.0, self.now - at)

    @property
    def inform_interval_s(self) -> float:
        """How often it is expected to."""
        return (self.cpe.inform_interval_s if self.cpe else None) or INFORM_DEFAULT_S

    @property
    def informs(self) -> bool:
        """Whether the router speaks to the ACS as often as expected."""
        at = self.cpe.last_inform_at if self.cpe else None
        return within(at, self.now, 1.5 * self.inform_interval_s + 60)

    def age(self, at: float | None) -> str:
        """``12m10s ago``, or ``never``."""
        return "never" if at is None else f"{coarse_age(max(0.0, self.now - at))} ago"

    def groups(self, section: str) -> Sequence[Group]:
        """Groups of a section; none when it was not read."""
        found = self.sections.get(section)
        return found.groups if found else ()

    def value(self, section: str, key: str) -> Value | None:
        """A field of a section itself."""
        found = self.sections.get(section)
        return found.get(key) if found else None

    def internet(self) -> Group | None:
        """The WAN connection that carries the Internet."""
        return next((group for group in self.groups("wan") if group.get("internet") is True), None)

    def done(self, kind: JobKind, within_s: float) -> list[Job]:
        """Jobs of a kind that were verified within that time, newest first."""
        verified = (job for job in self.jobs if job.kind is kind and job.state is JobState.VERIFIED)
        return [job for job in verified if self.now - (job.finished_at or 0.0) <= within_s]


def number(value: Value | None) -> float | None:
    """A value as a number; None for text and flags."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
