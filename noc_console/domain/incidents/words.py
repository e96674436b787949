"""An incident in the field's words: what it is, and what to do about it. Lists, verdicts and tickets say the same."""

from __future__ import annotations

import time
from dataclasses import dataclass

from noc_console.domain.alarms.states import LETTERS
from noc_console.domain.incidents.incident import Cause, Scope
from noc_console.domain.incidents.records import IncidentRecord


@dataclass(frozen=True, slots=True)
class Words:
    """What there is to say about a cause."""

    listed: str
    """In lists, in 12 characters."""
    told: str
    """In a sentence."""
    next_step: str


_WORDS = {
    Cause.FIBRE: Words("FIBRE CUT", "fibre cut", "dispatch fibre crew; reboot will NOT help (LOS)"),
    Cause.POWER: Words("POWER", "power outage", "ask the power company; reboot will NOT help (no power)"),
    Cause.PORT: Words("PON PORT", "PON port down", "check the PON port and its SFP; reboot of ONTs will NOT help"),
    Cause.CARD: Words("CARD", "card down", "check the card; reboot of ONTs will NOT help"),
    Cause.OLT: Words("OLT DOWN", "OLT down", "check power and uplink of the OLT; reboot of ONTs will NOT help"),
    Cause.UPLINK: Words("UPLINK", "uplink down", "check the uplink; reboot of ONTs will NOT help"),
    Cause.MONITORING: Words(
        "MON? NO POLL", "we cannot see it", "check SNMP and the way to the OLT; customers may be well"
    ),
    Cause.ROGUE: Words("ROGUE ONT", "rogue ONT", "find the ONT that sends out of turn: switch off one after the other"),
    Cause.LIGHT: Words(
        "RX DRIFT", "light fades", "look for a bad splice or bend before it breaks; reboot will NOT help"
    ),
    Cause.ADMINISTRATIVE: Words("SWITCHED OFF", "switched off on purpose", "nothing, if it was meant; else switch on"),
    Cause.UNKNOWN: Words(
        "CAUSE ?", "outage, cause unknown", "look at its ONTs (Enter); reboot only after the cause is known"
    ),
}


@dataclass(frozen=True, slots=True)
class KnownOutage:
    """An open incident, as far as it matters to one ONT."""

    record: IncidentRecord
    part: bool = True
    """Whether the ONT is part of it; False when it only hides the ONT from us."""
    acked_by: str | None = None
    notes: tuple[str, ...] = ()
    """What operators wrote about it last: ``amy at 14:20: crew ETA 15:10``."""


def words_of(cause: Cause) -> Words:
    """The words for a cause."""
    return _WORDS[cause]


def letter_of(record: IncidentRecord) -> str:
    """``C``, ``M``, ``m``, ``W``; ``?`` where we are blind: that says nothing about the customers."""
    return "?" if record.cause is Cause.MONITORING else LETTERS[record.severity]


def began_at(record: IncidentRecord) -> float:
    """Since when customers feel it, Unix seconds."""
    return record.first_loss_at if record.first_loss_at is not None else record.opened_at


def is_area(record: IncidentRecord) -> bool:
    """Whether it is about more than one ONT."""
    return record.scope is not Scope.ONT


def sentence(record: IncidentRecord, now: float, acked_by: str | None = None) -> str:
    """``INC-17: fibre cut olt-03 0/3/7, 41 down since 14:02, acknowledged by amy``."""
    if record.cause is Cause.MONITORING:
        extent = f"{record.unknown} unknown"
    elif record.cause is Cause.LIGHT:
        extent = f"{record.affected} affected"
    else:
        extent = f"{record.affected} down" + (f" of {record.total}" if record.total > record.affected else "")
    who = f"acknowledged by {acked_by}" if acked_by else "nobody has it"
    since = f"{extent} since {clock(began_at(record), now)}"
    return f"{record.name}: {words_of(record.cause).told} {record.place}, {since}, {who}"


def clock(at: float, now: float) -> str:
    """``14:02`` today, ``Nov03 14:02`` before, in the zone of this machine."""
    local = time.localtime(at)
    return time.strftime("%H:%M" if local[:3] == time.localtime(now)[:3] else "%b%d %H:%M", local)
