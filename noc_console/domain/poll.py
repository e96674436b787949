"""What one poll of one OLT yields: readings, and how much of the truth they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, cast

from noc_console.domain.identity import PonPort
from noc_console.domain.network import Card, Fan, Olt, Ont, Outcome, PollKind, Port, Unregistered

UPTIME_WRAP_S = 2**32 / 100
"""sysUpTime counts hundredths of a second in 32 bits: it starts again after 497 days."""
_NEAR_WRAP_S = 86400.0
_SAME_S = 3600.0
"""Clocks differ, and the time between two readings is known to a poll only."""

Rows = Literal["ont", "ont_traffic", "pon_port", "pon_traffic", "card", "fan", "unregistered", "olt"]
"""The kinds of rows that an OLT's tables have."""

FACTS: dict[Rows, frozenset[str]] = {
    "ont": frozenset(
        "serial mac description model hardware firmware state offline_reason vendor_reason admin config_state "
        "match_state last_up_clock last_down_clock online_since_at distance_m last_distance_m onu_rx_dbm olt_rx_dbm "
        "onu_tx_dbm temperature_celsius voltage_v bias_ma".split()
    ),
    "ont_traffic": frozenset(("rx_bytes", "tx_bytes")),
    "pon_port": frozenset(
        "admin oper sfp_present tx_dbm temperature_celsius voltage_v bias_ma last_down_cause".split()
    ),
    "pon_traffic": frozenset(("rx_bytes", "tx_bytes")),
    "card": frozenset("type state role cpu_percent memory_percent temperature_celsius".split()),
    "fan": frozenset("state speed_rpm speed_percent temperature_celsius".split()),
    "unregistered": frozenset("serial model".split()),
    "olt": frozenset("software cpu_percent memory_percent temperature_celsius".split()),
}
"""The closed set of facts that each kind of row may yield; a profile that names another is refused.

They are fields of ``Ont``, ``Port``, ``Card``, ``Fan``, ``Unregistered`` and ``Olt``, but for the traffic, which is
measured and not kept: the OLT counts it, so rx is what it receives from ONTs.
"""

FactValue = str | int | float | bool | None
Facts = dict[str, FactValue]
"""Name of a fact in ``FACTS`` to its value. None: asked, and there is no reading. Absent: not asked, or the device does
not have it."""

Recorded = TypeVar("Recorded", Ont, Port, Card, Fan, Olt, Unregistered)


def with_facts(record: Recorded, facts: Mapping[str, FactValue]) -> Recorded:
    """The record with these facts in place of its own.

    Profiles yield each fact in the type of its field (``FACTS`` names only fields), which no type checker can see.
    """
    return replace(record, **cast(dict[str, Any], facts))


@dataclass(slots=True)
class Refusals:
    """Values of one poll that no such fact can have; they are kept nowhere else."""

    counts: Counter[str] = field(default_factory=Counter)
    """By kind of rows and fact, such as ``ont.onu_rx_dbm``."""
    examples: dict[str, str] = field(default_factory=dict)
    """The first value of each."""

    def add(self, fact: str, value: object) -> None:
        """Count one; ``value`` is as the device gave it."""
        self.counts[fact] += 1
        self.examples.setdefault(fact, f"{value:.32}" if isinstance(value, str) else str(value)[:32])

    @property
    def text(self) -> str | None:
        """``3 values refused: ont.onu_rx_dbm 2 (such as 32767), ont.ont_id 1 (such as 300)``; None for none."""
        if not self.counts:
            return None
        total = self.counts.total()
        named = ", ".join(f"{fact} {n} (such as {self.examples[fact]})" for fact, n in self.counts.most_common(4))
        return f"{total} {'value' if total == 1 else 'values'} refused: {named}"


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
    whole: set[str] = field(default_factory=set)
    """Facts whose columns were read to their ends: an ONT that has none here has none, and its old one is no more."""


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
    octets: int = 0
    """Of the answers to walks."""
    unwritten: bool = False
    """Whether the database did not take it; ``error`` says why then. How the OLT answered is another matter."""
    whole: dict[Rows, set[str]] = field(default_factory=dict)
    """For ports, cards, fans and the OLT itself, as ``PortReading.whole`` for ONTs."""
    refused: Refusals = field(default_factory=Refusals)

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
        Nor is it a restart when a device that told its uptime beyond a wrap tells the bare counter now.
    """
    if before_s is None or now_s is None or now_s >= before_s:
        return False
    near = UPTIME_WRAP_S - _NEAR_WRAP_S
    return before_s % UPTIME_WRAP_S < near and (before_s - now_s) % UPTIME_WRAP_S < near


def unwrapped(before_s: float | None, since_s: float | None, now_s: float | None) -> float | None:
    """An uptime with the wraps of its counter that the one before gives away.

    Args:
        before_s: The uptime that was known, with its wraps; None when there is none.
        since_s: How long ago that was, seconds.
        now_s: The counter, or an uptime with some of its wraps.

    Returns:
        ``now_s`` and as many wraps as lead to where the uptime must be by now, when it is there to the hour; else
        ``now_s``, for then the device restarted.
    """
    if before_s is None or since_s is None or now_s is None:
        return now_s
    expected_s = before_s + since_s
    wraps = round((expected_s - now_s) / UPTIME_WRAP_S)
    missed_by_s = abs(expected_s - now_s - wraps * UPTIME_WRAP_S)
    return now_s + wraps * UPTIME_WRAP_S if wraps > 0 and missed_by_s < _SAME_S else now_s
