"""What one poll of one OLT yields: readings, and how much of the truth they are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome, PollKind

UPTIME_WRAP_S = 2**32 / 100
"""sysUpTime counts hundredths of a second in 32 bits: it starts again after 497 days."""
_NEAR_WRAP_S = 86400.0

Facts = dict[str, Any]
"""Fact name (a field of ``Ont``, ``Port``, ``Card``, ``Fan`` or ``Olt``) to its value. None: asked, and there is no
reading. Absent: not asked, or the device does not have it."""


@dataclass(slots=True)
class PortReading:
    """The ONTs of one PON port."""

    port: PonPort
    outcome: Outcome
    onts: dict[int, Facts] = field(default_factory=dict)
    """ONT id to facts. Only when ``outcome`` is complete does an absent id mean that there is no such ONT."""
    error: str | None = None
    traffic: dict[int, Facts] = field(default_factory=dict)
    """ONT id to ``rx_bytes`` (received from the ONT) and ``tx_bytes``: the OLT's counters as they are."""


@dataclass(slots=True)
class OltReading:
    """One poll."""

    kind: PollKind
    started_at: float
    outcome: Outcome = Outcome.FAILED
    answered: bool = False
    """Whether the OLT answered anything at all."""
    duration_s: float = 0.0
    error: str | None = None
    uptime_s: float | None = None
    ports: list[PortReading] = field(default_factory=list)
    all_ports: bool = False
    """Whether a port that is not in ``pon_ports`` does not exist."""
    pon_ports: dict[PonPort, Facts] = field(default_factory=dict)
    cards: dict[str, Facts] = field(default_factory=dict)
    fans: dict[str, Facts] = field(default_factory=dict)
    olt: Facts = field(default_factory=dict)
    pon_traffic: dict[PonPort, Facts] = field(default_factory=dict)
    """``rx_bytes`` (received from the ONTs) and ``tx_bytes`` of PON ports: counters as they are."""
    unregistered: list[tuple[PonPort, Facts]] | None = None
    """ONTs that wait to be registered; None when that was not read whole."""
    varbinds: int = 0

    @property
    def ont_count(self) -> int:
        """ONTs read."""
        return sum(len(port.onts) for port in self.ports)


def restarted(before_s: float | None, now_s: float | None) -> bool:
    """Whether a device restarted between two readings of its uptime.

    Args:
        before_s: The earlier reading of sysUpTime, seconds; None when there is none.
        now_s: The later one.

    Returns:
        False when either is missing, and when the counter was within a day of its wrap: then a step back says nothing.
    """
    if before_s is None or now_s is None:
        return False
    return now_s < before_s < UPTIME_WRAP_S - _NEAR_WRAP_S
