"""Typed changes: what happened, as data. Nothing here is a sentence; words are made when a change is shown.

Reconciling a reading yields these. The database keeps them in their order, with serials and places, so that whoever
wants them (the log, the history of an ONT, incidents) reads them by id, across OLTs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from noc_console.domain.jobs import ENDED_WELL
from noc_console.domain.optics import Signal


class Severity(StrEnum):
    """X.733 severities; ``INFO`` for what is no trouble at all."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    CLEARED = "cleared"
    INFO = "info"


class How(StrEnum):
    """How a change is known."""

    POLL = "poll"
    TRAP = "trap"
    READ = "read"
    """This one ONT was read by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What every change has. Subclasses add their own fields, which must be JSON values, enums or tuples of these."""

    kind: ClassVar[str] = "change"
    severity: ClassVar[Severity] = Severity.INFO

    at: float
    """When it was observed, Unix seconds."""
    olt: str | None = None
    port: str | None = None
    """PON port, ``0/1/3``."""
    ont_id: int | None = None
    """The ONT's id on its PON port."""
    serial: str | None = None
    id: int = 0
    """Given by the database; grows with the order in which changes became visible."""


COMMON = ("id", "at", "olt", "port", "ont_id", "serial")
"""The fields that every change has; the others are its own."""


# -- ONTs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class OntDown(Change):
    """An ONT went offline."""

    kind: ClassVar[str] = "ont_down"
    severity: ClassVar[Severity] = Severity.MINOR

    reason: str | None = None
    """``OfflineReason`` value; None when the OLT gave none."""
    vendor_reason: str | None = None
    how: How = How.POLL
    was: str = "online"
    description: str | None = None
    distance_m: int | None = None
    """Ranging distance when it was last online."""
    last_rx_dbm: float | None = None
    """Received power when it was last online."""
    since_at: float | None = None
    """When it was last known to be in its state before this one, Unix seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntUp(Change):
    """An ONT came online."""

    kind: ClassVar[str] = "ont_up"
    severity: ClassVar[Severity] = Severity.CLEARED

    how: How = How.POLL
    was: str = "offline"
    down_s: float | None = None
    """How long it had been down; None when that is not known."""
    description: str | None = None
    rx_dbm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OntUnclear(Change):
    """The OLT lists an ONT but no longer says whether it is online."""

    kind: ClassVar[str] = "ont_unclear"
    severity: ClassVar[Severity] = Severity.WARNING

    how: How = How.POLL
    was: str = "online"
    vendor_state: str | None = None
    """The vendor's own value, when no profile explains it."""
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OntAppeared(Change):
    """A serial number that was on no port of this OLT."""

    kind: ClassVar[str] = "ont_appeared"


@dataclass(frozen=True, slots=True, kw_only=True)
class OntMoved(Change):
    """A serial number that was known elsewhere on this OLT."""

    kind: ClassVar[str] = "ont_moved"

    from_port: str = ""
    from_ont_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OntSwapped(Change):
    """Another serial number at the same place."""

    kind: ClassVar[str] = "ont_swapped"

    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntVanished(Change):
    """The OLT's configuration no longer has it; proven by complete readings."""

    kind: ClassVar[str] = "ont_vanished"
    severity: ClassVar[Severity] = Severity.WARNING

    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OntReturned(Change):
    """An ONT that had vanished is listed again."""

    kind: ClassVar[str] = "ont_returned"
    severity: ClassVar[Severity] = Severity.WARNING

    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OntDuplicated(Change):
    """One serial number at several places of one OLT."""

    kind: ClassVar[str] = "ont_duplicated"
    severity: ClassVar[Severity] = Severity.WARNING

    places: tuple[str, ...] = ()
    """``0/1/3 id 4``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OntUnregistered(Change):
    """An ONT waits at a PON port to be registered."""

    kind: ClassVar[str] = "ont_unregistered"

    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LightCrossed(Change):
    """The received power of an ONT went over a limit, in either direction."""

    kind: ClassVar[str] = "light_crossed"
    severity: ClassVar[Severity] = Severity.WARNING

    before: Signal | None = None
    after: Signal = Signal.GOOD
    before_dbm: float | None = None
    """The reading with which the class before this one was last told."""
    rx_dbm: float = 0.0
    description: str | None = None


# -- OLTs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PortChanged(Change):
    """A PON port's operational state."""

    kind: ClassVar[str] = "port_changed"
    severity: ClassVar[Severity] = Severity.MAJOR

    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardChanged(Change):
    """A board's state."""

    kind: ClassVar[str] = "card_changed"
    severity: ClassVar[Severity] = Severity.MAJOR

    card: str = ""
    type: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FanChanged(Change):
    """A fan's state."""

    kind: ClassVar[str] = "fan_changed"
    severity: ClassVar[Severity] = Severity.MAJOR

    fan: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OltSilent(Change):
    """An OLT no longer answers SNMP."""

    kind: ClassVar[str] = "olt_silent"
    severity: ClassVar[Severity] = Severity.CRITICAL

    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OltAnswers(Change):
    """An OLT answers SNMP again."""

    kind: ClassVar[str] = "olt_answers"
    severity: ClassVar[Severity] = Severity.CLEARED


@dataclass(frozen=True, slots=True, kw_only=True)
class OltRestarted(Change):
    """An OLT's uptime began anew."""

    kind: ClassVar[str] = "olt_restarted"
    severity: ClassVar[Severity] = Severity.MAJOR

    uptime_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShrank(Change):
    """A reading lists fewer ONTs than are known, and is not believed yet."""

    kind: ClassVar[str] = "table_shrank"
    severity: ClassVar[Severity] = Severity.WARNING

    listed: int = 0
    expected: int = 0
    wait_s: float = 0.0
    """How long it must go on, seconds, to be believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWhole(Change):
    """All ONTs that a table lacked are listed again, or known to be gone."""

    kind: ClassVar[str] = "table_whole"
    severity: ClassVar[Severity] = Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeyKept(Change):
    """An OLT's SSH host key was seen for the first time, and is held to from now on."""

    kind: ClassVar[str] = "host_key_kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKeyChanged(Change):
    """An OLT showed another SSH host key than the one that is held to."""

    kind: ClassVar[str] = "host_key_changed"
    severity: ClassVar[Severity] = Severity.MAJOR

    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChanged(Change):
    """An OLT's configuration is another one than at the backup before, or was read for the first time."""

    kind: ClassVar[str] = "configuration_changed"

    backup: int = 0
    """Its number."""
    added: int | None = None
    """Lines; None for the first one."""
    removed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapUnknown(Change):
    """A notification that no profile explains."""

    kind: ClassVar[str] = "trap_unknown"

    name: str = ""
    times: int = 1
    carried: str = ""
    """OIDs with their numbers; the values of texts are left out, for some carry customers' passwords."""


# -- core devices, routers -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSilent(Change):
    """A core device no longer answers SNMP."""

    kind: ClassVar[str] = "core_silent"
    severity: ClassVar[Severity] = Severity.CRITICAL

    device: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreAnswers(Change):
    """A core device answers SNMP again."""

    kind: ClassVar[str] = "core_answers"
    severity: ClassVar[Severity] = Severity.CLEARED

    device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreRestarted(Change):
    """A core device's uptime began anew."""

    kind: ClassVar[str] = "core_restarted"
    severity: ClassVar[Severity] = Severity.MAJOR

    device: str = ""
    uptime_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreInterfaceChanged(Change):
    """An interface of a core device."""

    kind: ClassVar[str] = "core_interface_changed"
    severity: ClassVar[Severity] = Severity.MAJOR

    device: str = ""
    interface: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterChanged(Change):
    """A fact of a customer's router, as the ACS tells it."""

    kind: ClassVar[str] = "router_changed"

    device_id: str = ""
    what: str = ""
    """``firmware``, ``model``."""
    before: str | None = None
    after: str | None = None


# -- what operators did --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded(Change):
    """An action came to its end."""

    kind: ClassVar[str] = "job_ended"

    job_id: int = 0
    action: str = ""
    """``JobKind`` value."""
    target: str = ""
    """For people, when it is not an ONT."""
    state: str = ""
    """``JobState`` value."""
    result: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEnded(Change):
    """An action on many ONTs came to its end."""

    kind: ClassVar[str] = "bulk_ended"

    bulk_id: int = 0
    action: str = ""
    by: str = ""
    total: int = 0
    verified: int = 0
    accepted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRecorded(Change):
    """A customer's hardware was replaced; ``serial`` is the old unit's."""

    kind: ClassVar[str] = "swap_recorded"

    swap_id: int = 0
    swap_kind: str = ""
    new_serial: str = ""
    old_state: str = ""
    new_state: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapClosed(Change):
    """The diagnosis of a unit ended; ``serial`` is the old unit's."""

    kind: ClassVar[str] = "swap_closed"

    swap_id: int = 0
    new_serial: str = ""
    old_state: str = ""
    new_state: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsImported(Change):
    """Records were imported."""

    kind: ClassVar[str] = "records_imported"

    records: str = ""
    """Name of the record kind: ``zones``."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    by: str = ""


# -- outages -------------------------------------------------------------------------------------------------------


ENDED_INCIDENTS = ("resolved", "withdrawn")
"""What an incident becomes that is no outage any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChanged(Change):
    """An incident opened, went on in its life, or turned out to be something else."""

    kind: ClassVar[str] = "incident_changed"

    number: int = 0
    """17 of ``INC-17``."""
    before: str | None = None
    """``Life`` value; None when it is new."""
    after: str = ""
    """``Life`` value, or ``withdrawn``: it was nothing, or a part of another."""
    cause: str = ""
    """``Cause`` value."""
    place: str = ""
    affected: int = 0
    told_severity: Severity = Severity.MAJOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmChanged(Change):
    """An alarm was raised, got another severity, or cleared."""

    kind: ClassVar[str] = "alarm_changed"

    key: str = ""
    rule: str = ""
    object: str = ""
    text: str = ""
    after: str = "raised"
    """``raised`` or ``cleared``."""
    told_severity: Severity = Severity.MAJOR


# -- others --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Note(Change):
    """A sentence from a release that stored sentences."""

    kind: ClassVar[str] = "note"

    text: str = ""
    told_severity: Severity = Severity.INFO


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherChange(Change):
    """A change that this release does not know: another release wrote it."""

    kind: ClassVar[str] = "other"

    name: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


KINDS: Mapping[str, type[Change]] = {
    kind.kind: kind
    for kind in (
        OntDown, OntUp, OntUnclear, OntAppeared, OntMoved, OntSwapped, OntVanished, OntReturned, OntDuplicated,
        OntUnregistered, LightCrossed, PortChanged, CardChanged, FanChanged, OltSilent, OltAnswers, OltRestarted,
        TableShrank, TableWhole, HostKeyKept, HostKeyChanged, ConfigurationChanged,
        TrapUnknown, CoreSilent, CoreAnswers, CoreRestarted,
        CoreInterfaceChanged, RouterChanged, JobEnded, BulkEnded, SwapRecorded, SwapClosed, RecordsImported,
        IncidentChanged, AlarmChanged, Note,
    )
}  # fmt: skip
"""Every kind that the database keeps, by name."""


def severity_of(change: Change) -> Severity:
    """How much a change matters; what came back to normal is ``CLEARED``."""
    if isinstance(change, Note):
        return change.told_severity
    if isinstance(change, IncidentChanged):
        return Severity.CLEARED if change.after in ENDED_INCIDENTS else change.told_severity
    if isinstance(change, AlarmChanged):
        return Severity.CLEARED if change.after == "cleared" else change.told_severity
    if isinstance(change, PortChanged | CoreInterfaceChanged):
        return Severity.CLEARED if change.after == "up" else change.severity
    if isinstance(change, CardChanged | FanChanged):
        return Severity.CLEARED if change.after == "normal" else change.severity
    if isinstance(change, LightCrossed):
        return _LIGHT[change.after]
    if isinstance(change, JobEnded):
        return Severity.INFO if change.state in ENDED_WELL else Severity.WARNING
    if isinstance(change, BulkEnded):
        return Severity.INFO if change.verified + change.accepted == change.total else Severity.WARNING
    return change.severity


_LIGHT = {
    Signal.GOOD: Severity.CLEARED,
    Signal.WARNING: Severity.WARNING,
    Signal.OVERLOAD: Severity.WARNING,
    Signal.CRITICAL: Severity.MAJOR,
}
