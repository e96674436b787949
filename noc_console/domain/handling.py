"""What operators do about incidents and alarms: acknowledge, comment, shelve, announce planned work.

Only the door writes these; what they mean for an incident is worked out when it is shown, so no writer waits for
another. ``about`` names what they are about: ``INC-17``, or the key of an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.domain.changes import Severity
from noc_console.domain.records import Column, Record, RecordKind


@dataclass(frozen=True, slots=True)
class Handling(Record):
    """The state of one incident or alarm in the operators' hands."""

    about: str
    ack_by: str | None = None
    """None when nobody has acknowledged it."""
    ack_at: float | None = None
    ack_severity: Severity | None = None
    """What was acknowledged: worse than this, or grown, it asks again."""
    ack_affected: int = 0
    ack_cause: str | None = None
    shelved_by: str | None = None
    shelved_at: float | None = None
    shelved_until_at: float | None = None
    """A shelf always has an end."""


@dataclass(frozen=True, slots=True)
class Comment(Record):
    """What an operator wrote."""

    id: int
    about: str
    by: str
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Maintenance(Record):
    """Planned work: what fails in its place and time is planned, and does not ring."""

    id: int
    reason: str
    by: str
    starts_at: float
    until_at: float
    olt: str | None = None
    """Any of these four; all that are given must fit. One at least is given."""
    port: str | None = None
    splitter: str | None = None
    zone: str | None = None
    ended_by: str | None = None
    ended_at: float | None = None
    """When it was ended before its time."""

    @property
    def place(self) -> str:
        """``olt-1 0/1/3 SP-7``."""
        zone = f"zone {self.zone}" if self.zone else None
        return " ".join(filter(None, (self.olt, self.port, self.splitter, zone)))

    def active(self, now: float) -> bool:
        """Whether the work goes on now, as far as it was announced."""
        return self.ended_at is None and self.starts_at <= now < self.until_at


HANDLINGS = RecordKind(
    name="handlings",
    one="handling",
    title="Acknowledged and shelved",
    row=Handling,
    key=("about",),
    columns=(
        Column("about", "about", 24, flex=True),
        Column("ack_by", "acknowledged by", 16),
        Column("ack_severity", "as", 8),
        Column("shelved_by", "shelved by", 12),
        Column("shelved_until_at", "until", 14),
    ),
    order=lambda handling: handling.about,
)
COMMENTS = RecordKind(
    name="comments",
    one="comment",
    title="Comments on incidents and alarms",
    row=Comment,
    key=("id",),
    columns=(
        Column("about", "about", 10),
        Column("by", "by", 12),
        Column("text", "comment", 30, flex=True),
    ),
    order=lambda comment: -comment.id,
    indexed=("about",),
    numbered=True,
)
MAINTENANCE = RecordKind(
    name="maintenance",
    one="maintenance window",
    title="Maintenance windows",
    row=Maintenance,
    key=("id",),
    table="maintenance",
    columns=(
        Column("id", "id", 5, right=True),
        Column("olt", "olt", 10),
        Column("port", "port", 8),
        Column("splitter", "splitter", 12),
        Column("zone", "zone", 12),
        Column("by", "by", 12),
        Column("reason", "reason", 20, flex=True),
    ),
    order=lambda window: -window.id,
    numbered=True,
)
