"""Jobs and bulk actions as stored, and the states on the way to a proven end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from noc_console.domain.actions import JobKind as JobKind
from noc_console.domain.targets import Target, TargetKind


class JobState(StrEnum):
    """requested → running → sent → verifying → one of the six ends."""

    REQUESTED = "requested"
    RUNNING = "running"
    SENT = "sent"
    """The ACS accepted it and the CPE was contacted."""
    VERIFYING = "verifying"
    """Done as far as the CPE says; now looking for proof."""
    VERIFIED = "verified"
    """Done, and proven."""
    ACCEPTED = "accepted"
    """Done as far as anybody can prove: the router accepted a value that it does not show."""
    FAILED = "failed"
    NO_CONTACT = "no contact"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in ENDED

    @property
    def ended_well(self) -> bool:
        """Whether it was done: proven, or accepted by a router that cannot prove it."""
        return self in ENDED_WELL


ENDED_WELL = frozenset((JobState.VERIFIED, JobState.ACCEPTED))
ENDED = ENDED_WELL | {JobState.FAILED, JobState.NO_CONTACT, JobState.EXPIRED, JobState.CANCELLED}


@dataclass(frozen=True, slots=True)
class JobStep:
    """One line of a job's story."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored."""

    id: int
    kind: JobKind
    state: JobState
    target: Target
    serial: str | None
    """Of the ONT; also None for an ONT that has none."""
    olt: str | None
    port: str | None
    reason: str
    requested_by: str
    requested_from: str
    requested_at: float
    expires_at: float
    forced: bool = False
    result: str | None = None
    """One line: "back after 74 s", "no contact: CPE offline, task withdrawn", "fault 9002 Internal error"."""
    started_at: float | None = None
    finished_at: float | None = None
    sections: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, float | str] = field(default_factory=dict)
    """What it measured, units in the names: ``{"download_mbps": 93.2, "plan_mbps": 100.0}``."""
    batch_id: int | None = None
    """The bulk action that it is part of."""
    steps: tuple[JobStep, ...] = field(default=())
    revision: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state.ended

    @property
    def about(self) -> str:
        """The target for people: a serial number, an OLT's name, a record."""
        if self.target.kind is TargetKind.ONT:
            return self.serial or "ONT without serial number"
        return self.target.key

    @property
    def where(self) -> str:
        """``olt-1 0/1/3``; as much of it as the target has."""
        return " ".join(part for part in (self.olt, self.port) if part)


@dataclass(frozen=True, slots=True)
class Batch:
    """A bulk action as stored, with the states of its jobs counted."""

    id: int
    kind: JobKind
    reason: str
    requested_by: str
    requested_from: str
    requested_at: float
    total: int
    released_by: str | None = None
    """The second operator, where one is needed; nothing starts before."""
    needs_release: bool = False
    cancel_by: str | None = None
    finished_at: float | None = None
    waiting: int = 0
    running: int = 0
    verified: int = 0
    accepted: int = 0
    not_verified: int = 0
    """Ended in any other way."""
    revision: int = 0

    @property
    def ended(self) -> int:
        """Jobs that have ended, however."""
        return self.verified + self.accepted + self.not_verified

    @property
    def ended_well(self) -> bool:
        """Whether all have ended well: proven, or accepted by routers that cannot prove it."""
        return self.verified + self.accepted == self.total
