"""What is an alarm: a limit or a bad state, how long it must last, and how severe it is.

ISA-18.2's rule of entry holds: what needs no operator is no alarm. So one residential ONT without power is none, and
light is one only when it crosses a limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from noc_console.domain.changes import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule, as the config sets it."""

    enabled: bool = True
    severity: Severity = Severity.MAJOR
    limit: float | None = None
    """At which it is raised; None for a rule about a state. The unit is that of the fact."""
    clear: float | None = None
    """Inside which it clears; None is the limit. Between the two it stays as it is."""
    below: bool = False
    """Whether the limit is a floor."""
    raise_after_s: float = 0.0
    """So long must it last before it is raised."""
    clear_after_s: float = 0.0
    """So long must it be well before it clears."""
    explained: bool = False
    """Whether an incident at the same place explains it. A hot card is never explained by a cut fibre."""
    skip: tuple[str, ...] = ()
    """Objects that are out of service for this rule, as the alarm list names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known now about one thing that a rule judges."""

    rule: str
    id: str
    """What tells the object apart, for ever: ``olt-1 0/2``."""
    object: str
    """For people: ``olt-1 card 0/2``."""
    bad: bool | None = None
    """Of a rule about a state; None when nobody knows."""
    value: float | None = None
    """Of a rule with a limit; None when nobody knows."""
    unit: str = ""
    text: str = ""
    """What is wrong, for a rule about a state; what was measured, for one with a limit."""
    since_at: float | None = None
    """Since when it is so, where the device or the database tells; else it counts from when it was first seen."""
    olt: str | None = None
    port: str | None = None
    ont_id: int | None = None
    serial: str | None = None

    @property
    def key(self) -> str:
        """Of the alarm."""
        return f"{self.rule} {self.id}"


def holds(rule: Rule, fact: Fact, raised: bool) -> bool | None:
    """Whether the rule holds for this; None when nobody knows, and what was known stays.

    Args:
        rule: The rule.
        fact: What is known.
        raised: Whether it held before: then it ends at the clear limit only.
    """
    if rule.limit is None:
        return fact.bad
    if fact.value is None:
        return None
    if raised and rule.clear is not None:
        return fact.value < rule.clear if rule.below else fact.value > rule.clear
    return fact.value <= rule.limit if rule.below else fact.value >= rule.limit


def worded(rule: Rule, fact: Fact) -> str:
    """What is wrong: ``61 C, limit 60 C``."""
    if rule.limit is None or fact.value is None:
        return fact.text
    unit = f" {fact.unit}" if fact.unit else ""
    what = f"{fact.text} " if fact.text else ""
    return f"{what}{fact.value:.0f}{unit}, limit {rule.limit:g}{unit}"


RULES: Mapping[str, Rule] = {
    "light": Rule(severity=Severity.MINOR, raise_after_s=600, explained=True),
    "weak_light": Rule(enabled=False, severity=Severity.WARNING, raise_after_s=600, explained=True),
    "overload": Rule(severity=Severity.WARNING, raise_after_s=600, explained=True),
    "temperature": Rule(limit=65, clear=60, raise_after_s=120, clear_after_s=120),
    "sfp_temperature": Rule(severity=Severity.MINOR, limit=75, clear=70, raise_after_s=600, clear_after_s=300),
    "cpu": Rule(severity=Severity.MINOR, limit=90, clear=80, raise_after_s=600, clear_after_s=300),
    "memory": Rule(severity=Severity.MINOR, limit=92, clear=87, raise_after_s=600, clear_after_s=300),
    "fan": Rule(raise_after_s=120, clear_after_s=120),
    "card": Rule(severity=Severity.CRITICAL, raise_after_s=60, clear_after_s=120, explained=True),
    "port": Rule(raise_after_s=120, clear_after_s=120, explained=True),
    "uplink": Rule(severity=Severity.CRITICAL, raise_after_s=60, clear_after_s=120, explained=True),
    "olt": Rule(severity=Severity.CRITICAL, raise_after_s=180, clear_after_s=60, explained=True),
    "core": Rule(severity=Severity.CRITICAL, raise_after_s=180, clear_after_s=60, explained=True),
    "source": Rule(raise_after_s=180, clear_after_s=60),
    "job": Rule(severity=Severity.WARNING),
    "unregistered": Rule(severity=Severity.WARNING, raise_after_s=3600, clear_after_s=60),
    "collector": Rule(raise_after_s=300, clear_after_s=120),
    "disk": Rule(limit=10, clear=15, below=True, raise_after_s=60, clear_after_s=60),
    "buffer": Rule(limit=90, clear=80, raise_after_s=300, clear_after_s=60),
    "profile": Rule(severity=Severity.WARNING, raise_after_s=900, clear_after_s=60),
    "backup": Rule(severity=Severity.WARNING),
}
"""The rules as they are when the config does not change them. ``docs/configuring.md`` says what each is about."""
