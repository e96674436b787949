"""How an alarm or incident stands in the operators' hands, by ISA-18.2: who must look at it, and who need not.

Nothing is stored: the state follows from the record, from what operators did about it, and from the clock. Screens,
wallboard, commands and notifications all ask here, so that they agree.
"""

from __future__ import annotations

import re
from enum import StrEnum

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.changes import Severity
from noc_console.domain.handling import Handling
from noc_console.domain.incidents.incident import Cause
from noc_console.domain.incidents.records import IncidentRecord

GROWN_BY_SHARE = 0.25
GROWN_BY = 10
"""An acknowledged incident asks again when this share, or this many, are hit beyond what was acknowledged."""


class AlarmState(StrEnum):
    """ISA-18.2 states; the letters in brackets are the standard's."""

    NORMAL = "normal"
    """[A] It is over, and nobody needs to look."""
    UNACKED = "unacked"
    """[B] Nobody has it."""
    ACKED = "acked"
    """[C] Somebody has it."""
    RETURNED = "returned"
    """[D] It is over, and nobody looked at it while it held."""
    SHELVED = "shelved"
    """[G] Put away by an operator, for some time; what was acknowledged with that still counts."""
    SUPPRESSED = "suppressed"
    """[H] An open incident explains it."""
    MAINTENANCE = "maintenance"
    """[H] Planned work covers it."""
    OUT_OF_SERVICE = "out_of_service"
    """[I] It was switched off on purpose, and an operator acknowledged that."""

    @property
    def asks(self) -> bool:
        """Whether an operator must look at it."""
        return self in (AlarmState.UNACKED, AlarmState.RETURNED)

    @property
    def quiet(self) -> bool:
        """Whether it must not ring or be sent."""
        return self in (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.MAINTENANCE, AlarmState.OUT_OF_SERVICE)


LETTERS = {
    Severity.CRITICAL: "C",
    Severity.MAJOR: "M",
    Severity.MINOR: "m",
    Severity.WARNING: "W",
    Severity.CLEARED: "-",
    Severity.INFO: "i",
}
MARKS = {
    AlarmState.NORMAL: " ",
    AlarmState.UNACKED: "*",
    AlarmState.ACKED: " ",
    AlarmState.RETURNED: "-",
    AlarmState.SHELVED: "z",
    AlarmState.SUPPRESSED: "i",
    AlarmState.MAINTENANCE: "m",
    AlarmState.OUT_OF_SERVICE: "o",
}
FLAPPING = "f"
_NUMBER = re.compile(r"(?:inc-?|#)?\s*([0-9]{1,9})", re.IGNORECASE)
_WORSE = (Severity.INFO, Severity.CLEARED, Severity.WARNING, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


def rank(severity: Severity) -> int:
    """Worse is higher."""
    return _WORSE.index(severity)


def state_of(
    severity: Severity,
    affected: int,
    cause: str | None,
    cleared: bool,
    handling: Handling | None,
    planned: bool,
    incident: int | None,
    now: float,
    *,
    raised_at: float = 0.0,
) -> AlarmState:
    """How it stands.

    Args:
        severity: As it is now.
        affected: ONTs that are down because of it; 0 for an alarm.
        cause: The incident's cause, or the alarm's rule.
        cleared: Whether it is over.
        handling: What operators did about it; None when nothing.
        planned: Whether a maintenance window covers it.
        incident: For an alarm, the number of the open incident that explains it.
        now: Unix seconds.
        raised_at: When it last began. What was acknowledged before that was an earlier alarm of the same name.
    """
    acked = handling is not None and _acked(handling, raised_at, now)
    again = handling is not None and handling.ack_by is not None and asks_again(handling, severity, affected, cause)
    # A shelf holds what was put on it: an outage that grew since then is another one.
    on_shelf = shelved(handling, now) and (cleared or not again)
    hidden = AlarmState.SHELVED if on_shelf else _hidden(planned, incident)
    if cleared:
        return AlarmState.NORMAL if acked or hidden else AlarmState.RETURNED
    if hidden:
        return hidden
    if not acked or again:
        return AlarmState.UNACKED
    return AlarmState.OUT_OF_SERVICE if cause == Cause.ADMINISTRATIVE else AlarmState.ACKED


def standing(subject: Alarm | IncidentRecord, handling: Handling | None, now: float) -> AlarmState:
    """How this alarm or incident stands; ``handling`` is what the handlings hold about ``name_of(subject)``."""
    planned = subject.planned
    if isinstance(subject, Alarm):
        over, began_at = subject.cleared_at is not None, subject.raised_at
        return state_of(
            subject.severity, 0, subject.rule, over, handling, planned, subject.incident, now, raised_at=began_at
        )
    over, cause = not subject.open, subject.cause.value
    return state_of(subject.severity, subject.affected, cause, over, handling, planned, None, now)


def name_of(subject: Alarm | IncidentRecord) -> str:
    """What handlings and comments call it: ``INC-17``, or the key of an alarm."""
    return subject.key if isinstance(subject, Alarm) else subject.name


def is_over(subject: Alarm | IncidentRecord) -> bool:
    """Whether it is cleared, resolved or withdrawn."""
    ended = subject.cleared_at is not None if isinstance(subject, Alarm) else not subject.open
    return ended or subject.removed_at is not None


def incident_number(name: str) -> int | None:
    """17 of ``INC-17``, ``inc17``, ``#17`` or ``17``; None when it names no incident."""
    match = _NUMBER.fullmatch(name.strip())
    return int(match[1]) if match else None


def asks_again(handling: Handling, severity: Severity, affected: int, cause: str | None) -> bool:
    """Whether it got worse, grew, or changed its cause since it was acknowledged."""
    if handling.ack_severity is not None and rank(severity) > rank(handling.ack_severity):
        return True
    if cause is not None and handling.ack_cause is not None and cause != handling.ack_cause:
        return True
    return grown(handling.ack_affected, affected)


def grown(before: int, after: int) -> bool:
    """Whether ``after`` is a quarter, or ten, more than ``before``."""
    return after > before and (after - before >= GROWN_BY or after - before >= GROWN_BY_SHARE * before)


def shelved(handling: Handling | None, now: float) -> bool:
    """Whether an operator's shelf still holds it."""
    return handling is not None and handling.shelved_until_at is not None and now < handling.shelved_until_at


def code(severity: Severity, state: AlarmState, flapping: bool = False) -> str:
    """Two characters that need no colour: ``C*``, ``C ``, ``C-``, ``Cz``, ``Ci``, ``Cm``, ``Co``, ``Cf``.

    Flapping takes the place that is free once somebody has it: that nobody has it must stay visible without colour.
    """
    mark = FLAPPING if flapping and state is AlarmState.ACKED else MARKS[state]
    return LETTERS[severity] + mark


def _acked(handling: Handling, raised_at: float, now: float) -> bool:
    """A shelf that ended brings it back to be looked at, whatever was acknowledged before."""
    if handling.ack_by is None or handling.ack_at is None or handling.ack_at < raised_at:
        return False
    until_at = handling.shelved_until_at
    return until_at is None or now < until_at or handling.ack_at >= until_at


def _hidden(planned: bool, incident: int | None) -> AlarmState | None:
    """What keeps it from the operators' eyes without their doing."""
    if planned:
        return AlarmState.MAINTENANCE
    return AlarmState.SUPPRESSED if incident is not None else None
