"""The incidents as operators work through them: in order of need, with who has them, and what they did to whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from noc_console.domain.alarms.states import AlarmState, code, rank, standing
from noc_console.domain.changes import OntUp, Severity
from noc_console.domain.filters import searched
from noc_console.domain.handling import COMMENTS, HANDLINGS, Comment, Handling
from noc_console.domain.incidents.incident import Cause, Incident, Life, Scope
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.incidents.words import KnownOutage, began_at, clock, is_area, letter_of, words_of
from noc_console.domain.plant import SPLITTERS
from noc_console.picture.incident_report import customers
from noc_console.picture.model import Model, natural
from noc_console.picture.ont_store import ONLINE, UNKNOWN
from noc_console.picture.places import rows_at

LETTERS = ("C", "M", "m", "W", "?")
"""Of the counters, in their order."""
LATELY_S = 60.0
WITH_S = 120.0
"""An ONT that went down so shortly before the first loss went with it: polls are that far apart."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    record: IncidentRecord
    state: AlarmState
    handling: Handling | None = None

    @property
    def code(self) -> str:
        """``C*``; ``?*`` where we are blind."""
        return letter_of(self.record) + code(self.record.severity, self.state, self.record.flapping)[1:]

    @property
    def acked_by(self) -> str | None:
        """Who has it, while that still counts."""
        has = self.state in (AlarmState.ACKED, AlarmState.OUT_OF_SERVICE, AlarmState.NORMAL)
        return self.handling.ack_by if self.handling and has else None

    @property
    def sentence(self) -> str:
        """In one sentence, without the time of the day that it began."""
        return f"{self.record.name}: {words_of(self.record.cause).told} {self.record.place}"


def look(model: Model, record: IncidentRecord, now: float) -> Listed:
    """An incident with how it stands in the operators' hands."""
    handling = model.record(HANDLINGS, record.name)
    return Listed(record, standing(record, handling, now), handling)


def listed(model: Model, now: float, single: bool = False) -> list[Listed]:
    """Open incidents in order of need, then those that were resolved within the last hour.

    Args:
        model: The picture.
        now: Unix seconds.
        single: Also those of one ONT alone; one of a business customer always stands in the list.
    """
    found = [look(model, one, now) for one in model.outages.open() if single or matters(one)]
    over = [look(model, one, now) for one in model.outages.over(now) if single or matters(one)]
    return sorted(found, key=_need) + over


def matters(record: IncidentRecord) -> bool:
    """Whether it is more than the outage of one residential customer."""
    return is_area(record) or record.business > 0


def _need(one: Listed) -> tuple[bool, bool, int, int, int]:
    record = one.record
    hit = max(record.affected, record.unknown if record.cause is Cause.MONITORING else 0)
    return one.state.quiet, not one.state.asks, -rank(record.severity), -hit, record.id


def counts(model: Model, now: float) -> dict[str, int]:
    """Open incidents by letter; those put away or planned are not counted."""
    found = Counter(letter_of(one.record) for one in listed(model, now) if one.record.open and not one.state.quiet)
    return {letter: found[letter] for letter in LETTERS}


def unacked_critical(model: Model, now: float) -> int:
    """How many critical incidents nobody has."""
    burning = (one for one in listed(model, now) if one.record.open and one.state.asks)
    return sum(one.record.severity is Severity.CRITICAL for one in burning)


# -- one incident --------------------------------------------------------------------------------------------------


def impact(model: Model, record: IncidentRecord) -> list[dict[str, Any]]:
    """The ONTs that it hits with their subscribers: business first, then by port; stragglers count as hit."""
    found = customers(model, model.outages.incident(record))
    return sorted(found, key=lambda one: (not one["business"], natural(one["olt"]), natural(one["pon_port"])))


def comments(model: Model, name: str) -> list[Comment]:
    """What operators wrote about it, newest first."""
    return [one for one in model.records(COMMENTS) if one.about == name]


@dataclass(frozen=True, slots=True)
class Recovery:
    """How what was lost comes back."""

    back: int
    lost: int
    lately: int
    """Back within the last minute."""
    stragglers: int

    @property
    def text(self) -> str:
        """``31/41 back · +6 in last minute · 4 stragglers``."""
        left = f"{self.stragglers} straggler{'s' * (self.stragglers != 1)}"
        return f"{self.back}/{self.lost} back · +{self.lately} in last minute · {left}"


def recovery(model: Model, record: IncidentRecord, now: float) -> Recovery | None:
    """How it recovers; None while nothing is back."""
    if not record.restored:
        return None
    incident = model.outages.incident(record)
    left = {*incident.stragglers, *(incident.onts if record.open else ())}
    waits = len(incident.stragglers) if record.state is not Life.CONFIRMED else 0
    return Recovery(record.restored, record.restored + len(left), _lately(model, incident, now), waits)


def _lately(model: Model, incident: Incident, now: float) -> int:
    """ONTs that went with it and came back within the last minute: what the log says."""
    begin = (incident.first_loss_at or incident.opened_at) - WITH_S
    back = set()
    for change in reversed(model.changes.values()):
        if change.at < now - 10 * LATELY_S:
            break  # the log is in the order in which changes became known, some minutes apart at most
        if not isinstance(change, OntUp) or now - change.at > LATELY_S:
            continue
        if change.down_s is None or change.at - change.down_s < begin:
            continue
        if _covers(incident, change.olt, change.port):
            back.add((change.olt, change.port, change.ont_id))
    return len(back)


def ports_of(incident: Incident) -> set[tuple[str, str]]:
    """The PON ports of its ONTs, and those that it names: OLT and port."""
    where = incident.where
    found = {(olt, port) for olt, port, _ in (*incident.onts, *incident.stragglers)}
    named = (where.port, *where.ports)
    for name in named:
        olt, _, port = (name or "").rpartition(" ")
        if port and (olt or where.olt):
            found.add((olt or str(where.olt), port))
    return found


def _covers(incident: Incident, olt: str | None, port: str | None) -> bool:
    """Whether a PON port lies in its scope."""
    where = incident.where
    if incident.scope in (Scope.OLT, Scope.UPLINK, Scope.NETWORK) and not where.ports:
        return olt is not None and olt in (where.olt, *where.olts)
    if incident.scope is Scope.CARD and where.card is not None:
        return olt == where.olt and str(port).startswith(f"{where.card}/")
    if incident.scope is Scope.ZONE:
        return True  # its ONTs are known by their subscribers only; when they went is what tells them apart
    return (olt, port) in ports_of(incident)


# -- one ONT -------------------------------------------------------------------------------------------------------


def part_of(model: Model, row: int) -> IncidentRecord | None:
    """The incident that an ONT is part of; None where it has none, and for one that is back."""
    onts = model.onts
    olt = model.olt_name(onts.get(row, "olt_id"))
    place = (olt, onts.get(row, "port"), onts.get(row, "ont_id"))
    return model.outages.part(place, onts.state[row] == ONLINE)


def hiding(model: Model, row: int) -> IncidentRecord | None:
    """The incident because of which nothing is known of an ONT."""
    return model.outages.hiding(model.olt_name(model.onts.get(row, "olt_id")))


def known_outage(model: Model, row: int, now: float) -> KnownOutage | None:
    """What a verdict about an ONT must know of incidents: what it is part of, else what hides it."""
    part = part_of(model, row)
    record = part or (hiding(model, row) if model.onts.state[row] == UNKNOWN else None)
    if record is None:
        return None
    notes = tuple(f"{one.by} at {clock(one.at, now)}: {one.text}" for one in comments(model, record.name)[:1])
    return KnownOutage(record, part is not None, acked_by(model, record, now), notes)


def acked_by(model: Model, record: IncidentRecord, now: float) -> str | None:
    """Who has it."""
    return look(model, record, now).acked_by


# -- filters -------------------------------------------------------------------------------------------------------


def facts(model: Model, one: Listed, now: float) -> dict[str, object]:
    """A line of the list, for filters."""
    record = one.record
    incident = model.outages.incident(record)
    olts = {record.olt, *incident.where.olts, *(olt for olt, _ in ports_of(incident))} - {None}
    row = {
        "id": record.name,
        "severity": record.severity.value,
        "letter": letter_of(record),
        "cause": record.cause.value,
        "told": words_of(record.cause).told,
        "listed": words_of(record.cause).listed,
        "scope": record.scope.value,
        "place": record.place,
        "olt": " ".join(sorted(str(olt) for olt in olts)),
        "ports": " ".join(sorted({port for _, port in ports_of(incident)})),
        "splitter": record.splitter,
        "zone": _zones(model, record, incident),
        "life": record.state.value,
        "state": one.state.value,
        "acked_by": one.acked_by,
        "customer": "business" if record.business else None,
        "business": record.business,
        "since_s": max(0.0, now - began_at(record)),
        "age_s": max(0.0, now - began_at(record)),
    }
    return searched(row)


def _zones(model: Model, record: IncidentRecord, incident: Incident) -> str | None:
    """The zone that it names, else those in which its ONTs and its splitters were recorded."""
    if record.zone is not None:
        return record.zone
    splitters = (model.record(SPLITTERS, name) for name in (record.splitter, *incident.where.splitters) if name)
    zones = {one.zone for one in splitters if one}
    zones |= {model.plant.place(model.onts.identity(row)).zone for row in rows_at(model, incident.onts).values()}
    return " ".join(sorted(filter(None, zones))) or None
