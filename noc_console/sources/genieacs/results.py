"""What the ACS answers to a task, as types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from noc_console.domain.text import clean


class TaskOutcome(StrEnum):
    """What a task's status line means. Only the HTTP reason phrase tells most of them apart."""

    DONE = "done"
    """A session ran and ended without a fault of this task. Proves nothing for writes."""
    QUEUED = "queued"
    """Stored only; nobody was contacted."""
    NOT_PROCESSED = "not processed"
    """No session in time, or one that did not end: queued, and perhaps still running."""
    FAULTED = "faulted"
    """The router refused it. Still queued, and retried behind our back."""
    OFFLINE = "offline"
    """The router did not take the connection request."""
    CREDENTIALS = "credentials"
    """The router rejects the ACS' connection request credentials, or wants Basic authentication."""
    CONTACT_ERROR = "contact error"
    """The connection request failed in another way; ``reason`` says how."""


_REASONS = {
    "task queued but not processed": TaskOutcome.NOT_PROCESSED,
    "task faulted": TaskOutcome.FAULTED,
    "device is offline": TaskOutcome.OFFLINE,
    "connection request error: incorrect connection request credentials": TaskOutcome.CREDENTIALS,
    "basic http authentication not allowed": TaskOutcome.CREDENTIALS,
}


def outcome_of(status: int, reason: str, contacted: bool) -> TaskOutcome | None:
    """Meaning of a task's status line.

    Args:
        status: 200 or 202.
        reason: HTTP reason phrase as received.
        contacted: Whether a connection request was asked for.

    Returns:
        None when the phrase was lost on the way (HTTP/2, some proxies) and only the faults can tell.

    Source:
        GenieACS 1.2.16, observed.
    """
    if status == 200:
        return TaskOutcome.DONE
    if not contacted:
        return TaskOutcome.QUEUED
    if reason.strip().lower() in ("", "accepted"):
        return None
    return _REASONS.get(reason.strip().lower(), TaskOutcome.CONTACT_ERROR)


_DOWNLOAD_CODES = frozenset(str(code) for code in range(9010, 9020))


@dataclass(frozen=True, slots=True)
class AcsFault:
    """A fault as the ACS stores it."""

    id: str
    device_id: str
    channel: str
    code: str
    """``cwmp.9003``, ``timeout``, ``script.Error``, ..."""
    message: str
    parameters: tuple[tuple[str, str, str], ...] = ()
    """(path, inner code, inner text): what 9003 alone does not say."""
    retries: int = 0

    @classmethod
    def parse(cls, row: dict[str, Any]) -> AcsFault:
        """Read one row of ``/faults/``; whatever is missing or odd is left out."""
        detail = row.get("detail")
        inner = detail.get("setParameterValuesFault") if isinstance(detail, dict) else None
        parameters = tuple(
            (_text(item.get("parameterName")), _text(item.get("faultCode")), _text(item.get("faultString")))
            for item in (inner if isinstance(inner, list) else ())
            if isinstance(item, dict)
        )
        retries = row.get("retries")
        return cls(
            id=str(row.get("_id", "")),
            device_id=str(row.get("device", "")),
            channel=_text(row.get("channel")),
            code=_text(row.get("code")),
            message=_text(row.get("message")),
            parameters=parameters,
            retries=retries if isinstance(retries, int) else 0,
        )

    def __str__(self) -> str:
        inner = "; ".join(f"{code} {text} at {path}" for path, code, text in self.parameters)
        return f"fault {self.code.removeprefix('cwmp.')} {self.message}" + (f" ({inner})" if inner else "")

    @property
    def is_of_download(self) -> bool:
        """Whether a task's transfer of a file ended in it."""
        code = self.code.removeprefix("cwmp.")
        return self.channel.startswith("task_") and (code == "timeout" or code in _DOWNLOAD_CODES)

    @property
    def codes(self) -> str:
        """The same without the router's own words, which may repeat what it was sent."""
        inner = "; ".join(f"{code} at {path}" for path, code, _ in self.parameters)
        return f"fault {self.code.removeprefix('cwmp.')}" + (f" ({inner})" if inner else "")


@dataclass(frozen=True, slots=True)
class TaskResult:
    """What became of a posted task."""

    outcome: TaskOutcome
    task_id: str
    reason: str
    """The status line's phrase, for people."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What ``NbiClient.probe`` found."""

    version: str
    devices: int
    latency_ms: float


def _text(value: object) -> str:
    return "" if value is None else clean(str(value))
