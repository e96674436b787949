"""OLT > card > PON port with rolled-up counts."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import NamedTuple

from noc_console.domain.freshness import Freshness
from noc_console.domain.identity import PonPort


class NodeKey(NamedTuple):
    """What a tree node stands for: an OLT (empty path), a card ``0/1`` or a PON port ``0/1/3``."""

    olt_id: int
    path: str = ""
    level: int = 0
    """0 OLT, 1 card, 2 PON port."""


@dataclass(slots=True)
class Counts:
    """ONTs by effective state, and the light of those online."""

    online: int = 0
    offline: int = 0
    unknown: int = 0
    good: int = 0
    warning: int = 0
    critical: int = 0
    overload: int = 0

    @property
    def total(self) -> int:
        """All ONTs."""
        return self.online + self.offline + self.unknown

    @property
    def dark(self) -> int:
        """Online without a reading of their light that may be trusted."""
        return self.online - self.good - self.warning - self.critical - self.overload

    def add(self, other: Counts) -> None:
        """Add another's counts to these."""
        self.online += other.online
        self.offline += other.offline
        self.unknown += other.unknown
        self.good += other.good
        self.warning += other.warning
        self.critical += other.critical
        self.overload += other.overload


@dataclass(slots=True)
class PortState:
    """A PON port: its ONTs' rows, how far its readings may be trusted, its counts."""

    olt_id: int
    name: str
    sort_key: tuple[int, ...]
    card: str
    rows: list[int] = field(default_factory=list)
    """Rows of the store, by ONT id."""
    state_at: float | None = None
    state: Freshness = Freshness.NEVER
    optics_at: float | None = None
    optics: Freshness = Freshness.NEVER
    counts: Counts = field(default_factory=Counts)

    @property
    def key(self) -> NodeKey:
        """Its node in the tree."""
        return NodeKey(self.olt_id, self.name, 2)


def new_port(olt_id: int, name: str) -> PortState:
    """A port without ONTs; a name that is no path sorts last and is its own card."""
    try:
        port = PonPort.parse(name)
    except ValueError:
        return PortState(olt_id, name, (1 << 30,), name)
    return PortState(olt_id, name, port.path, sys.intern(port.card))
