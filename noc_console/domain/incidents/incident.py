"""What the engine says: one incident for one common cause. The names are those of recordings and of ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from noc_console.domain.changes import Severity

Place = tuple[str, str, int]
"""OLT, PON port, ONT id."""


class Life(StrEnum):
    """How far an incident is."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    CLEARING = "clearing"
    """What lies behind its point is coming back."""
    RESOLVED = "resolved"


class Cause(StrEnum):
    """Why the ONTs are down, or why we cannot tell."""

    FIBRE = "fibre"
    POWER = "power"
    PORT = "port"
    """PON port or its SFP."""
    CARD = "card"
    OLT = "olt"
    UPLINK = "uplink"
    MONITORING = "monitoring"
    """We are blind; the customers may be well."""
    ROGUE = "rogue"
    LIGHT = "light"
    """Fading together; nothing is lost yet."""
    ADMINISTRATIVE = "administrative"
    """Switched off on purpose."""
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """The deepest common thing that explains all and only the losses."""

    ONT = "ont"
    BRANCH = "branch"
    PORT = "port"
    CARD = "card"
    OLT = "olt"
    ZONE = "zone"
    UPLINK = "uplink"
    NETWORK = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The scope and what it lies in; a field is empty where it does not apply."""

    olt: str | None = None
    port: str | None = None
    splitter: str | None = None
    card: str | None = None
    zone: str | None = None
    uplink: str | None = None
    ont_id: int | None = None
    splitters: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    """PON ports when one cause hits several; with the OLT's name where there are several OLTs: ``olt-1 0/1/3``."""
    olts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Only what applies."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in named.items()
            if value not in (None, ())
        }


@dataclass(frozen=True, slots=True)
class Bracket:
    """Along one branch or tapped feeder: whole up to ``alive_to_m``, broken before ``dead_from_m``; ranging metres."""

    alive_to_m: int
    dead_from_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident. Instants are the engine's: Unix seconds live, seconds from the start in a recording."""

    number: int
    state: Life
    severity: Severity
    cause: Cause
    scope: Scope
    where: Where
    affected: int = 0
    """ONTs that are down because of it. Those that were offline long before never count."""
    total: int = 0
    """ONTs of the scope."""
    alive: int = 0
    """... that are proven up after the loss."""
    unknown: int = 0
    """... that we cannot see."""
    onts: tuple[Place, ...] = ()
    """The affected; of a resolved incident those that were."""
    opened_at: float = 0.0
    first_loss_at: float | None = None
    last_loss_at: float | None = None
    confirmed_at: float | None = None
    clearing_at: float | None = None
    resolved_at: float | None = None
    confidence: float = 0.0
    """0 to 1."""
    inferred: bool = False
    """Whether nobody recorded the branch: it is known from what fails and moves together only."""
    evidence: Mapping[str, int] = field(default_factory=dict)
    """The affected by what the OLT said of them, ``silent`` where it said nothing, and ``alive``."""
    text: tuple[str, ...] = ()
    """The reasoning, a statement each."""
    bracket: Bracket | None = None
    shift_db: float | None = None
    """By how much the survivors' light moved with the event, where at least three moved alike."""
    restored: int = 0
    """Of those that were lost, how many are back."""
    stragglers: tuple[Place, ...] = ()
    """Still down while the others are back, or after it was resolved."""
    planned: bool = False
    """Whether a maintenance window covers it."""
    flapping: bool = False
    rings: int = 0
    rung_at: float | None = None
    business: int = 0
    """Of the affected, how many are business customers."""

    @property
    def name(self) -> str:
        """``INC-17``."""
        return f"INC-{self.number}"

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.state is not Life.RESOLVED

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` shows; names are stable."""
        bracket = self.bracket
        return {
            "id": self.name,
            "state": self.state.value,
            "severity": self.severity.value,
            "cause": self.cause.value,
            "scope": self.scope.value,
            "where": self.where.as_json(),
            "affected": self.affected,
            "total": self.total,
            "alive": self.alive,
            "unknown": self.unknown,
            "onts": [list(place) for place in self.onts],
            "opened_at": self.opened_at,
            "first_loss_at": self.first_loss_at,
            "last_loss_at": self.last_loss_at,
            "confirmed_at": self.confirmed_at,
            "clearing_at": self.clearing_at,
            "resolved_at": self.resolved_at,
            "confidence": round(self.confidence, 2),
            "inferred": self.inferred,
            "evidence": dict(self.evidence),
            "text": list(self.text),
            "bracket": {"alive_to_m": bracket.alive_to_m, "dead_from_m": bracket.dead_from_m} if bracket else None,
            "shift_db": self.shift_db,
            "restored": self.restored,
            "stragglers": [list(place) for place in self.stragglers],
            "planned": self.planned,
            "flapping": self.flapping,
            "rings": self.rings,
            "rung_at": self.rung_at,
            "business": self.business,
        }
