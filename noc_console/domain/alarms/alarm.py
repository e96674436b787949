"""An alarm as it is kept. Written by the collector only; what operators do about it is ``domain.handling``."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.domain.changes import Severity
from noc_console.domain.records import Column, Record, RecordKind


@dataclass(frozen=True, slots=True)
class Alarm(Record):
    """One rule that holds, or held, for one thing."""

    key: str
    """``RULE OBJECT``: ``temperature olt-1 0/2``. The same alarm is the same key for ever."""
    rule: str
    """As the config names it: ``temperature``."""
    object: str
    """What it is about, for people: ``olt-1 card 0/2``."""
    severity: Severity
    raised_at: float
    """When it last began."""
    changed_at: float
    """When severity or state last changed."""
    text: str
    """What is wrong, with value and limit: ``61 C, limit 60 C``."""
    cleared_at: float | None = None
    """None while it holds."""
    olt: str | None = None
    port: str | None = None
    ont_id: int | None = None
    serial: str | None = None
    value: float | None = None
    limit: float | None = None
    times: int = 1
    """How often it was raised in the last hour."""
    flapping: bool = False
    incident: int | None = None
    """The incident that explains it: then it is suppressed."""
    planned: bool = False
    """Whether a maintenance window covers it."""


ALARMS = RecordKind(
    name="alarms",
    one="alarm",
    title="Alarms",
    row=Alarm,
    key=("key",),
    columns=(
        Column("severity", "severity", 8),
        Column("rule", "rule", 14),
        Column("object", "what", 20),
        Column("text", "why", 20, flex=True),
        Column("times", "times", 5, right=True),
        Column("incident", "incident", 8, right=True),
    ),
    order=lambda alarm: (-alarm.changed_at, alarm.key),
    indexed=("cleared_at",),
)
