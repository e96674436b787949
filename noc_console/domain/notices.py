"""Which messages are due about incidents and alarms, and what they say. Pure; what was sent is an argument."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.alarms.flood import flood
from noc_console.domain.alarms.states import GROWN_BY, GROWN_BY_SHARE, AlarmState, is_over, name_of, rank, standing
from noc_console.domain.changes import Severity
from noc_console.domain.handling import Handling
from noc_console.domain.incidents.incident import Life
from noc_console.domain.incidents.records import IncidentRecord, incident_of
from noc_console.domain.text import clean

Subject = Alarm | IncidentRecord


class Happened(StrEnum):
    """What a message is about."""

    CONFIRMED = "confirmed"
    GREW = "grew"
    WORSE = "got worse"
    CAUSE = "cause changed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    """It proved to be nothing, or a part of another one."""
    RAISED = "raised"
    CLEARED = "cleared"
    FLOOD = "flood"
    KNOWN = "known"
    """Nothing was sent: it was there before anybody asked for messages, or a flood held it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said last about one subject."""

    about: str
    happened: Happened
    severity: Severity
    affected: int
    cause: str
    at: float
    began_at: float
    """When what it is about began: an alarm of the same name that began at another instant is another one."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message, or with ``KNOWN`` the note that none is wanted."""

    told: Told
    title: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the config asks for."""

    site: str
    incidents: bool = True
    alarms: bool = False
    min_severity: Severity = Severity.MAJOR
    planned: bool = False


MOST_TITLE = 160
FLOOD_ABOUT = "flood"
"""What the message that alarms are not sent one by one is about."""


def due(
    wishes: Wishes,
    subjects: Iterable[Subject],
    handlings: Mapping[str, Handling],
    told: Mapping[str, Told],
    now: float,
) -> list[Notice]:
    """What must be said now: the most severe first, the oldest of these first, what ended last; all is still so.

    Args:
        wishes: The config's.
        subjects: Incidents and alarms, also those that ended lately.
        handlings: By what they are about.
        told: What was said last, by what it was about.
        now: Unix seconds.
    """
    everything = sorted(subjects, key=_began_at)
    flooded = flood((one.raised_at for one in everything if isinstance(one, Alarm) and _counts(wishes, one)), now)
    found: list[Notice] = []
    for subject in everything:
        name = name_of(subject)
        happened = _happened(wishes, subject, handlings.get(name), told.get(name), now)
        if happened is None:
            continue
        said = _told(subject, happened, now)
        if flooded.on and happened is Happened.RAISED and subject.severity is not Severity.CRITICAL:
            found.append(Notice(replace(said, happened=Happened.KNOWN)))
        else:
            found.append(Notice(said, _title(wishes.site, subject, happened), _body(subject, happened)))
    last = told.get(FLOOD_ABOUT)
    since_at = flooded.since_at
    if wishes.alarms and since_at is not None and (last is None or last.began_at < since_at):
        about_flood = Told(FLOOD_ABOUT, Happened.FLOOD, Severity.MAJOR, flooded.rate, "", now, since_at)
        title = f"[{wishes.site}] alarm flood: {flooded.rate} alarms in 10 minutes"
        found.append(
            Notice(about_flood, title, "Only critical ones are sent one by one until it ends. Look at the console.")
        )
    return sorted(found, key=_urgency)


def known(subjects: Iterable[Subject], now: float) -> list[Notice]:
    """Notes that all of these are no news: they were there before anybody asked for messages."""
    ongoing = (one for one in subjects if not is_over(one))
    return [Notice(_told(one, Happened.KNOWN, now)) for one in ongoing]


def _happened(
    wishes: Wishes, subject: Subject, handling: Handling | None, told: Told | None, now: float
) -> Happened | None:
    if isinstance(subject, Alarm):
        return _of_alarm(subject, told) if wishes.alarms and _wanted(wishes, subject, handling, told, now) else None
    suspected = subject.state is Life.SUSPECTED and subject.removed_at is None
    if not wishes.incidents or suspected or not _wanted(wishes, subject, handling, told, now):
        return None
    return _of_incident(subject, told)


def _counts(wishes: Wishes, alarm: Alarm) -> bool:
    """Whether an alarm is one of a flood: it would be sent by itself."""
    return alarm.incident is None and not alarm.planned and rank(alarm.severity) >= rank(wishes.min_severity)


def _wanted(wishes: Wishes, subject: Subject, handling: Handling | None, told: Told | None, now: float) -> bool:
    """What was said once is followed to its end; what is quiet now is said when it is quiet no more."""
    if told is not None and is_over(subject):
        return True
    if rank(subject.severity) < rank(wishes.min_severity):
        return False
    state = standing(subject, handling, now)
    return not state.quiet or (state is AlarmState.MAINTENANCE and wishes.planned)


def _of_alarm(alarm: Alarm, told: Told | None) -> Happened | None:
    new = told is None or told.began_at != alarm.raised_at
    if alarm.cleared_at is None:
        return Happened.RAISED if new else None
    return Happened.CLEARED if told is not None and not new and told.happened is Happened.RAISED else None


def _of_incident(incident: IncidentRecord, told: Told | None) -> Happened | None:
    over = (Happened.RESOLVED, Happened.WITHDRAWN)
    if is_over(incident):
        ended = Happened.RESOLVED if incident.removed_at is None else Happened.WITHDRAWN
        return ended if told is not None and told.happened not in (Happened.KNOWN, *over) else None
    if told is None or told.happened in over:
        return Happened.CONFIRMED
    if incident.state is Life.CLEARING:
        return None  # on its way back: its numbers are no news
    if incident.cause.value != told.cause:
        return Happened.CAUSE
    if rank(incident.severity) > rank(told.severity):
        return Happened.WORSE
    return Happened.GREW if _grew(told.affected, incident.affected) else None


def _grew(before: int, after: int) -> bool:
    """By a quarter, and by ten at least, as for the bell: a large outage that creeps is not told at each step."""
    return after >= (1 + GROWN_BY_SHARE) * before and after >= before + GROWN_BY


def _began_at(subject: Subject) -> float:
    return subject.raised_at if isinstance(subject, Alarm) else subject.opened_at


def _urgency(notice: Notice) -> tuple[bool, bool, int]:
    told = notice.told
    ended = told.happened in (Happened.RESOLVED, Happened.WITHDRAWN, Happened.CLEARED)
    return ended, told.happened is not Happened.FLOOD, -rank(told.severity)


def _told(subject: Subject, happened: Happened, now: float) -> Told:
    if isinstance(subject, Alarm):
        return Told(subject.key, happened, subject.severity, 0, subject.rule, now, subject.raised_at)
    cause = subject.cause.value
    return Told(subject.name, happened, subject.severity, subject.affected, cause, now, subject.opened_at)


def _title(site: str, subject: Subject, happened: Happened) -> str:
    """What matters stands before column 60; telephones show no more."""
    return clean(_what(site, subject, happened), MOST_TITLE)


def _what(site: str, subject: Subject, happened: Happened) -> str:
    if isinstance(subject, Alarm):
        state = "cleared" if happened is Happened.CLEARED else subject.severity.value
        return f"[{site}] {state}: {subject.object}, {subject.rule}"
    if happened in (Happened.RESOLVED, Happened.WITHDRAWN):
        return f"[{site}] {subject.name} {happened.value}: {subject.cause.value}, {subject.place}"
    what = "" if happened is Happened.CONFIRMED else f" {happened.value},"
    down = f"{subject.affected} down" if subject.affected else f"{subject.unknown} unknown"
    return f"[{site}] {subject.name} {subject.severity.value}:{what} {subject.cause.value}, {down}, {subject.place}"


def _body(subject: Subject, happened: Happened) -> str:
    if isinstance(subject, Alarm):
        lines = [subject.text, f"since {instant(subject.raised_at)}"]
        if subject.cleared_at is not None:
            lines.append(f"cleared {instant(subject.cleared_at)}")
        return "\n".join([*lines, *(["it flaps: raised often in the last hour"] if subject.flapping else [])])
    incident = incident_of(subject)
    counts = [
        f"{subject.affected} of {subject.total} ONTs down",
        f"{subject.alive} alive",
        f"{subject.unknown} unknown",
    ]
    if subject.business:
        counts.append(f"{subject.business} business customers")
    began_at = subject.first_loss_at or subject.opened_at
    lines = [", ".join(counts), f"where: {subject.place}", f"since {instant(began_at)}"]
    if happened is Happened.WITHDRAWN:
        return "It proved to be nothing, or a part of another incident. Look at the console."
    if happened is Happened.RESOLVED and subject.resolved_at is not None:
        lines = [f"where: {subject.place}", f"from {instant(began_at)} to {instant(subject.resolved_at)}"]
        lines += [f"{len(incident.stragglers)} ONTs are still down"] if incident.stragglers else []
        return "\n".join(lines)
    confidence = f"confidence {subject.confidence:.0%}"
    return "\n".join([*lines, confidence, *(["planned work covers it"] if subject.planned else []), *incident.text])


def instant(at: float) -> str:
    """``2026-03-09 02:13 CET``: by the clock of the site."""
    return time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(at))
