"""Jobs: what an operator may ask for, the gate in front of it, and the states on the way to a proven end."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class JobKind(StrEnum):
    """What a job does."""

    VIEW = "view"
    """Read what the ACS has cached about the ONT's router. Touches no device."""
    REFRESH = "refresh"
    """Read the ONT from its OLT and the router's sections from the router, now."""
    REBOOT = "reboot"
    FACTORY_RESET = "factory-reset"

    @property
    def level(self) -> int:
        """Danger: 0 none; 3 type the last four of the serial; 4 type the whole of it and a reason."""
        return {"view": 0, "refresh": 0, "reboot": 3, "factory-reset": 4}[self.value]


class JobState(StrEnum):
    """requested → running → sent → verifying → one of the five ends."""

    REQUESTED = "requested"
    RUNNING = "running"
    SENT = "sent"
    """The ACS accepted it and the CPE was contacted."""
    VERIFYING = "verifying"
    """Done as far as the CPE says; now looking for proof."""
    VERIFIED = "verified"
    FAILED = "failed"
    NO_CONTACT = "no contact"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in ENDED


ENDED = frozenset((JobState.VERIFIED, JobState.FAILED, JobState.NO_CONTACT, JobState.EXPIRED, JobState.CANCELLED))


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a console or a command submits."""

    kind: JobKind
    ont_id: int
    """``Ont.id`` (the row, not the id on the PON)."""
    reason: str
    requested_by: str
    requested_from: str
    expires_in_s: float = 600.0
    forced: bool = False
    """Blockers were overridden; the reason says why."""
    sections: tuple[str, ...] = ()
    """For view and refresh: which router sections; empty means all."""


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
    ont_id: int
    serial: str | None
    olt: str
    port: str
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
    steps: tuple[JobStep, ...] = field(default=())
    revision: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state.ended
