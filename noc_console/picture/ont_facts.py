"""All that is known of one ONT, gathered for the detail pane and the dialogs; and what in it does not fit together."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.domain.freshness import Freshness, format_age, within
from noc_console.domain.incidents.words import KnownOutage
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Card, Cpe, Olt, Ont, Port, Source
from noc_console.domain.ont import OfflineReason, OntState
from noc_console.domain.optics import Signal, Thresholds
from noc_console.domain.standing import Standing, only_router, recent_jobs
from noc_console.picture.incidents import known_outage
from noc_console.picture.model import SIGNALS, Model
from noc_console.picture.ont_store import OFFLINE, ONLINE, STATE_NAMES
from noc_console.picture.plant import NOWHERE, PlantPlace

INFORM_DEFAULT_S = 300.0


@dataclass(frozen=True, slots=True)
class OntFacts:
    """One ONT from every side."""

    ont: Ont
    state: str
    """Effective: online, offline, unknown, gone."""
    freshness: Freshness
    state_at: float | None
    optics_at: float | None
    optics: Freshness
    signal: Signal | None
    olt_name: str
    olt: Olt | None
    card: Card | None
    port: Port | None
    routers: tuple[Cpe, ...]
    """Those that the ACS knows under its serial number."""
    acs: Source | None
    acs_may_act: bool
    """Whether an action through the ACS may be tried."""
    thresholds: Thresholds
    jobs: tuple[Job, ...]
    now: float
    since_at: float | None = None
    """When it came into its present state."""
    since_seen: bool = True
    """Whether that was seen happening; False when it was so already when it was first read."""
    place: PlantPlace = NOWHERE
    """What was recorded of where it hangs."""
    outage: KnownOutage | None = None
    """The open incident that it is part of, or that hides it."""
    unverified: frozenset[str] = frozenset()
    """Facts of the ONT that rest on one source only for this model of OLT."""

    @property
    def reason(self) -> OfflineReason | None:
        """Why it is offline, while it is."""
        return as_reason(self.ont.offline_reason) if self.state == "offline" else None

    @property
    def domain_state(self) -> OntState:
        """The effective state as the rules know it."""
        return OntState(self.state) if self.state != "gone" else OntState.UNKNOWN

    @property
    def cpe(self) -> Cpe | None:
        """Its router; several with its serial number are never guessed between."""
        return only_router(self.routers)

    @property
    def standing(self) -> Standing:
        """The ONT as the policy sees it."""
        recent = recent_jobs(self.jobs, self.now)
        part_of = self.outage.record if self.outage and self.outage.part else None
        return Standing(self.ont, self.domain_state, self.routers, recent, self.acs, self.now, part_of)

    @property
    def managed(self) -> bool | None:
        """Whether the ACS knows its router; None when nobody has looked, or the ACS did not answer."""
        if self.routers:
            return True
        looks = (job for job in self.jobs if job.kind in (JobKind.VIEW, JobKind.REFRESH))
        looked = any(job.state is JobState.VERIFIED for job in looks)
        return False if looked and self.acs is not None and self.acs.state == "ok" else None


def as_reason(text: str | None) -> OfflineReason | None:
    """The reason as the domain names it; a word that it does not know is ``OTHER``."""
    if not text:
        return None
    try:
        return OfflineReason(text)
    except ValueError:
        return OfflineReason.OTHER


def since(model: Model, row: int) -> tuple[float | None, bool]:
    """When an ONT came into its state, and whether that was seen: one that was found in it may be in it for years."""
    at = model.onts.get(row, "state_changed_at")
    told_at = model.onts.get(row, "online_since_at")
    if model.onts.state[row] == ONLINE and told_at is not None:
        return told_at, True
    return at, at is None or at != model.onts.get(row, "first_seen_at")


def gather(model: Model, row: int, now: float) -> OntFacts:
    """Facts of the ONT in ``row``."""
    ont = model.onts.ont(row)
    port = model.port_of(row)
    olt = model.olts.get(ont.olt_id)
    since_at, since_seen = since(model, row)
    return OntFacts(
        ont=ont,
        state=STATE_NAMES[model.onts.state[row]],
        freshness=model.freshness(row, now),
        state_at=model.state_at(row),
        optics_at=model.optics_at(row),
        optics=model.optics(row, now),
        signal=SIGNALS[model.onts.signal[row]],
        olt_name=model.olt_name(ont.olt_id),
        olt=olt,
        card=model.cards.get((ont.olt_id, port.card)) if port else None,
        port=model.ports.get((ont.olt_id, ont.port)),
        routers=tuple(model.routers_of(ont.serial)),
        acs=model.sources.get("genieacs"),
        acs_may_act=model.acs_may_act,
        thresholds=model.thresholds(ont.olt_id),
        jobs=tuple(model.job_list(ont.id)),
        now=now,
        since_at=since_at,
        since_seen=since_seen,
        place=model.plant.place(ont.serial),
        outage=known_outage(model, row, now),
        unverified=olt.unverified_of("ont") if olt else frozenset(),
    )


def contradiction(facts: OntFacts) -> str | None:
    """What the OLT and the ACS say that cannot both be so now; None when they agree or one is silent."""
    cpe = facts.cpe
    if cpe is None or cpe.last_inform_at is None:
        return None
    silence_s = max(0.0, facts.now - cpe.last_inform_at)
    expected_s = cpe.inform_interval_s or INFORM_DEFAULT_S
    informed_lately = within(cpe.last_inform_at, facts.now, 1.5 * expected_s)
    changed_at = facts.ont.state_changed_at
    if facts.state == STATE_NAMES[OFFLINE] and informed_lately and (not changed_at or cpe.last_inform_at > changed_at):
        return f"the ACS heard from it {format_age(silence_s)} ago, the OLT says offline"
    if facts.state == "unknown" and informed_lately:
        return f"the OLT is silent, but the ACS heard from it {format_age(silence_s)} ago: it is likely up"
    if facts.state == STATE_NAMES[ONLINE] and silence_s > cpe.silent_after_s:
        return f"online at the OLT, silent at the ACS for {format_age(silence_s)}: router or its management path"
    return None
