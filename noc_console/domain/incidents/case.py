"""A case: what the engine remembers of one incident while it is open, and for an hour after."""

from __future__ import annotations

from dataclasses import dataclass, field

from noc_console.domain.changes import Severity
from noc_console.domain.incidents.groups import Form
from noc_console.domain.incidents.incident import Cause, Life, Place, Scope, Where
from noc_console.domain.incidents.network import Node, OltFact, OntFact, PortFact


@dataclass(slots=True, eq=False)
class Case:
    """One incident in the making."""

    number: int
    cause: Cause
    scope: Scope
    where: Where
    opened_at: float
    members: set[OntFact] = field(default_factory=set)
    """All ONTs that were lost by it, back or not."""
    roots: list[tuple[PortFact, Node]] = field(default_factory=list)
    olts: list[OltFact] = field(default_factory=list)
    """Of a silence: the OLTs that were silent."""
    blind: set[OltFact] = field(default_factory=set)
    """... that still are."""
    form: Form = Form.DARK
    state: Life = Life.SUSPECTED
    severity: Severity = Severity.MINOR
    first_loss_at: float | None = None
    last_loss_at: float | None = None
    confirmed_at: float | None = None
    clearing_at: float | None = None
    resolved_at: float | None = None
    merged: bool = False
    """Whether another took it in, or it proved to be nothing: it is not listed."""
    from_start: bool = False
    """Whether it was so when the program started: it never rings, but for what comes on top."""
    readings: dict[PortFact, int] = field(default_factory=dict)
    """Complete readings of its ports before it began."""
    rings: int = 0
    rung_at: float | None = None
    rung_affected: int = 0
    """How many it rang for; grows on with the burst that it rang for."""
    rung_cause: Cause | None = None
    planned: bool = False
    darkened: int = 0
    """How often it fell back while it was clearing."""
    peak: int = 0
    """The most that were affected at once."""
    stragglers: tuple[Place, ...] = ()
    shift_db: float | None = None
    burst_until: float = 0.0
    """A loss before this belongs to the burst that it rang for."""
    missed: bool = False
    """... whether their routers missed their Informs."""
    part_back_at: float | None = None
    """Of a silence: since when some of them answer again."""
    alive: set[OntFact] = field(default_factory=set)
    """Of a silence: ONTs whose routers spoke to the ACS all the same."""

    @property
    def open(self) -> bool:
        """Whether it goes on."""
        return self.state is not Life.RESOLVED
