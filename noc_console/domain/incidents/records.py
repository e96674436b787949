"""Incidents as records: what the database keeps and every reader sees. Written by the collector only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from noc_console.domain.changes import Severity
from noc_console.domain.incidents.incident import Bracket, Cause, Incident, Life, Place, Scope, Where
from noc_console.domain.records import Column, Record, RecordKind, Seen, own_fields


@dataclass(frozen=True, slots=True)
class IncidentRecord(Record):
    """An incident, flat: what is sorted and filtered by is a column, the rest is ``detail``."""

    id: int
    """``INC-`` and this number."""
    state: Life
    severity: Severity
    cause: Cause
    scope: Scope
    place: str
    """``olt-03 0/3/7 SP-7``, for people and for filters."""
    olt: str | None = None
    port: str | None = None
    splitter: str | None = None
    zone: str | None = None
    affected: int = 0
    total: int = 0
    alive: int = 0
    unknown: int = 0
    restored: int = 0
    business: int = 0
    opened_at: float = 0.0
    first_loss_at: float | None = None
    last_loss_at: float | None = None
    confirmed_at: float | None = None
    clearing_at: float | None = None
    resolved_at: float | None = None
    confidence: float = 0.0
    inferred: bool = False
    planned: bool = False
    flapping: bool = False
    rings: int = 0
    rung_at: float | None = None
    """When the bell last rang for it: a console rings once for each newer instant."""
    detail: str = "{}"
    """JSON: where, evidence, text, bracket, shift_db, onts, stragglers, memory."""

    @property
    def name(self) -> str:
        """``INC-17``."""
        return f"INC-{self.id}"

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.state is not Life.RESOLVED


_DETAIL = ("where", "evidence", "text", "bracket", "shift_db", "onts", "stragglers")
_FLAT = (
    "state severity cause scope affected total alive unknown restored business opened_at first_loss_at last_loss_at "
    "confirmed_at clearing_at resolved_at confidence inferred planned flapping rings rung_at"
).split()


def record_of(incident: Incident, memory: Mapping[str, Any] | None = None) -> IncidentRecord:
    """The record of an incident; ``memory`` is what the engine needs to go on with it."""
    told, where = incident.as_json(), incident.where
    kept = {name: told[name] for name in _DETAIL} | {"memory": dict(memory or {})}
    detail = json.dumps(kept, separators=(",", ":"), ensure_ascii=False)
    flat: dict[str, Any] = {name: getattr(incident, name) for name in _FLAT}
    at = {name: getattr(where, name) for name in ("olt", "port", "splitter", "zone")}
    return IncidentRecord(id=incident.number, place=place_of(where), detail=detail, **at, **flat)


def incident_of(record: IncidentRecord) -> Incident:
    """The incident of a record."""
    detail: dict[str, Any] = json.loads(record.detail)
    flat: dict[str, Any] = {name: getattr(record, name) for name in _FLAT}
    where: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in detail["where"].items()
    }
    bracket = detail["bracket"]
    return Incident(
        number=record.id,
        where=Where(**where),
        evidence=detail["evidence"],
        text=tuple(detail["text"]),
        bracket=Bracket(**bracket) if bracket else None,
        shift_db=detail["shift_db"],
        onts=_places(detail["onts"]),
        stragglers=_places(detail["stragglers"]),
        **flat,
    )


def memory_of(record: IncidentRecord) -> dict[str, Any]:
    """What the engine needs to go on with it."""
    memory: dict[str, Any] = json.loads(record.detail).get("memory", {})
    return memory


def place_of(where: Where) -> str:
    """Where, in one line: ``olt-03 0/3/7 SP-7``, ``zone north``, ``uplink ring-2``."""
    if where.zone is not None:
        return f"zone {where.zone}"
    if where.uplink is not None:
        return f"uplink {where.uplink}"
    if where.olt is None:
        return ", ".join(where.olts) or "network"
    port = where.port or where.card or ("" if not where.ports else _few(where.ports))
    branch = where.splitter or (f"{len(where.splitters)} splitters" if where.splitters else "")
    ont = f"id {where.ont_id}" if where.ont_id is not None else ""
    return " ".join(filter(None, (where.olt, port, branch, ont)))


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")


def _places(rows: list[list[Any]]) -> tuple[Place, ...]:
    return tuple((olt, port, ont_id) for olt, port, ont_id in rows)


def _facts(record: IncidentRecord, seen: Seen) -> dict[str, Any]:
    own = own_fields(replace(record, detail=""), seen)
    return own | incident_of(record).as_json()


INCIDENTS = RecordKind(
    name="incidents",
    one="incident",
    title="Incidents",
    row=IncidentRecord,
    key=("id",),
    columns=(
        Column("id", "incident", 8),
        Column("state", "state", 9),
        Column("severity", "severity", 8),
        Column("cause", "cause", 14),
        Column("place", "where", 24, flex=True),
        Column("affected", "down", 6, right=True),
        Column("alive", "alive", 6, right=True),
        Column("unknown", "unknown", 7, right=True),
        Column("business", "business", 8, right=True),
        Column("confidence", "conf", 4, right=True),
    ),
    order=lambda incident: -incident.id,
    facts=_facts,
    indexed=("state",),
)
