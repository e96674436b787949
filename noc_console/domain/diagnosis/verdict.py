"""What a verdict is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.diagnosis.situation import Situation


class Severity(StrEnum):
    """How bad it is for the customer."""

    DOWN = "down"
    DEGRADED = "degraded"
    NOTICE = "notice"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule saw."""

    headline: str
    evidence: tuple[str, ...]
    """Readings with their ages and the limit that they passed."""
    next_step: str | None = None
    """Instead of the rule's own."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be wrong."""

    code: str
    """Stable name: ``area_outage``."""
    severity: Severity
    test: Callable[[Situation, Limits], Found | None]
    next_step: str
    reason: str
    """Why the readings mean that."""
    needs: tuple[str, ...] = ()
    """Facts without which it cannot be judged: ``state``, ``light``, ``acs``, or a section's name."""
    limits: tuple[str, ...] = ()
    """Keys in the config file."""
    source: str = ""
    """Where the rule comes from."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that applies."""

    code: str
    severity: Severity
    headline: str
    evidence: tuple[str, ...]
    next_step: str
    reason: str
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer: one finding first, whatever else was found, and what could not be judged."""

    finding: Finding
    also: tuple[Finding, ...] = ()
    needs: tuple[str, ...] = ()
    """What would have to be known to say more, in the operator's words."""
