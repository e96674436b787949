"""What is known as flat rows: for ``show``, JSON and exports. Names that end in ``_at`` hold Unix seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from noc_console.domain.changes import COMMON, Change, severity_of
from noc_console.domain.diagnosis.verdict import Finding, Verdict
from noc_console.domain.filters import searched
from noc_console.domain.freshness import age_at
from noc_console.domain.identity import OntSerial, told_ont_id, vendor_of
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import Olt, PollKind
from noc_console.domain.records import Record, RecordKind
from noc_console.domain.routers import FirmwareCount, firmware_spread
from noc_console.picture.activity import Activity
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import OntFacts
from noc_console.picture.seen import SeenAt
from noc_console.picture.tree import NodeKey
from noc_console.picture.wording import words

Row = dict[str, Any]

_ONT_FACTS = (
    "onu_rx_dbm", "olt_rx_dbm", "onu_tx_dbm", "temperature_celsius", "voltage_v", "bias_ma",
)  # fmt: skip


def ont_row(facts: OntFacts) -> Row:
    """One ONT."""
    ont, offline = facts.ont, facts.state == "offline"
    place = facts.place
    return {
        "serial": ont.serial,
        "serial_hex": OntSerial(ont.serial).hex if ont.serial else None,
        "mac": ont.mac,
        "olt": facts.olt_name,
        "pon_port": ont.port,
        "ont_id": told_ont_id(ont.ont_id),
        "state": facts.state,
        "vendor_state": ont.vendor_state,
        "offline_reason": ont.offline_reason if offline else None,
        "vendor_reason": ont.vendor_reason if offline else None,
        "state_changed_at": ont.state_changed_at,
        **{name: getattr(ont, name) for name in _ONT_FACTS},
        "signal": facts.signal.value if facts.signal else None,
        "distance_m": ont.distance_m,
        "last_distance_m": ont.last_distance_m,
        "description": ont.description,
        "vendor": vendor_of(ont.serial),
        "model": ont.model,
        "hardware": ont.hardware,
        "firmware": ont.firmware,
        "subscriber": place.subscriber.account if place.subscriber else None,
        "splitter": place.splitters[0].name if place.splitters else None,
        "zone": place.zone,
        "first_seen_at": ont.first_seen_at,
        "observed_at": facts.state_at,
        "age_s": age_s(facts.state_at, facts.now),
        "freshness": facts.freshness.value,
        "optics_observed_at": facts.optics_at,
        "optics_age_s": age_s(facts.optics_at, facts.now),
        "optics_freshness": facts.optics.value,
        "unverified": sorted(facts.unverified),
    }


def olt_rows(model: Model) -> list[Row]:
    """Every OLT with its ONTs counted by state."""
    return [olt_row(model, model.olts[olt_id]) for olt_id in model.sorted_olts() if olt_id in model.olts]


def olt_row(model: Model, olt: Olt) -> Row:
    """One OLT with its ONTs counted by state."""
    counts = model.counts(NodeKey(olt.id))
    return {
        "name": olt.name,
        "address": olt.address,
        "profile": olt.profile,
        "description": olt.description,
        "software": olt.software,
        "reachable": olt.reachable,
        "onts": counts.total,
        "online": counts.online,
        "offline": counts.offline,
        "unknown": counts.unknown,
        "cpu_percent": olt.cpu_percent,
        "memory_percent": olt.memory_percent,
        "temperature_celsius": olt.temperature_celsius,
        "uptime_s": olt.uptime_s,
        "ping_rtt_ms": olt.ping_rtt_ms,
        "ping_loss": olt.ping_loss,
        "ping_at": olt.ping_at,
        "last_poll_at": olt.last_poll_at,
        "last_ok_at": olt.last_ok_at,
        "last_poll_s": olt.last_poll_s,
        "error": olt.error,
        "polls": model.poll_notes(olt.id),
        **{f"{kind.value}_observed_at": model.read_at(olt.id, kind) for kind in PollKind},
        "unverified": sorted((olt.unverified or "").split(",")) if olt.unverified else [],
    }


def unregistered_rows(model: Model, now: float) -> list[Row]:
    """ONTs that wait to be registered, those that came last first."""
    return [
        {
            "serial": ont.serial,
            "serial_hex": OntSerial(ont.serial).hex,
            "olt": model.olt_name(ont.olt_id),
            "pon_port": ont.port,
            "model": ont.model,
            "first_seen_at": ont.first_seen_at,
            "last_seen_at": ont.last_seen_at,
            "age_s": age_s(ont.last_seen_at, now),
        }
        for ont in model.waiting_under(None)
    ]


def firmware_rows(model: Model, now: float) -> list[Row]:
    """Firmware over the models, most routers first; the share is of the same model."""
    return [firmware_row(spread) for spread in firmware_spread(model.cpes.values(), now)]


def firmware_row(spread: FirmwareCount) -> Row:
    """A firmware of a model."""
    return {
        "model": spread.model,
        "firmware": spread.firmware,
        "count": spread.count,
        "share_percent": round(100 * spread.share, 1),
        "informed_lately": spread.informed_lately,
    }


def record_rows(model: Model, kind: RecordKind[Any], now: float) -> list[Row]:
    """Rows of a record kind, in its order."""
    seen = SeenAt(model, now)
    return [record_row(kind, record, seen) for record in model.records(kind)]


def record_row(kind: RecordKind[Any], record: Record, seen: SeenAt) -> Row:
    """One record, as its declaration shows it."""
    return kind.facts(record, seen)


def job_row(job: Job) -> Row:
    """One job."""
    return {
        "id": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "result": job.result,
        "target": job.about,
        "target_kind": job.target.kind.value,
        "serial": job.serial,
        "olt": job.olt,
        "pon_port": job.port,
        "reason": job.reason,
        "requested_by": job.requested_by,
        "requested_from": job.requested_from,
        "requested_at": job.requested_at,
        "expires_at": job.expires_at,
        "finished_at": job.finished_at,
        "forced": job.forced,
        "parameters": dict(job.parameters),
        "data": dict(job.data),
        "bulk_id": job.batch_id,
        "steps": [{"at": step.at, "text": step.text} for step in job.steps],
    }


def batch_row(batch: Batch) -> Row:
    """One bulk action."""
    waits = batch.needs_release and batch.released_by is None and batch.finished_at is None
    return {
        "id": batch.id,
        "kind": batch.kind.value,
        "reason": batch.reason,
        "total": batch.total,
        "waiting": batch.waiting,
        "running": batch.running,
        "verified": batch.verified,
        "accepted": batch.accepted,
        "not_verified": batch.not_verified,
        "requested_by": batch.requested_by,
        "requested_from": batch.requested_from,
        "requested_at": batch.requested_at,
        "released_by": batch.released_by,
        "cancelled_by": batch.cancel_by,
        "finished_at": batch.finished_at,
        "waits_for": "another operator" if waits else None,
    }


def change_row(change: Change) -> Row:
    """One change: what all have, its own fields, and its words."""
    own = {f.name: _plain(getattr(change, f.name)) for f in fields(change) if f.name not in COMMON}
    return {
        "id": change.id,
        "at": change.at,
        "kind": change.kind,
        "severity": severity_of(change).value,
        "olt": change.olt,
        "pon_port": change.port,
        "ont_id": told_ont_id(change.ont_id),
        "serial": change.serial,
        "text": words(change),
        "data": own,
    }


def activity_row(line: Activity) -> Row:
    """A line of the log, for people."""
    return {
        "at": line.at,
        "severity": line.severity.value,
        "olt": line.olt,
        "pon_port": line.port,
        "serial": line.serial,
        "text": line.text,
        "count": len(line.changes),
    }


def activity_facts(line: Activity) -> dict[str, object]:
    """A line of the log, for filters: when it began, and every serial number in it."""
    serials = (change.serial for change in line.changes if change.serial)
    told = {"kind": line.changes[0].kind, "serials": " ".join(serials), "began_at": line.changes[0].at}
    return searched(activity_row(line) | told)


def verdict_row(verdict: Verdict) -> Row:
    """A verdict."""
    return {
        **_finding_row(verdict.finding),
        "also": [_finding_row(finding) for finding in verdict.also],
        "needs": list(verdict.needs),
    }


def _finding_row(finding: Finding) -> Row:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "headline": finding.headline,
        "evidence": list(finding.evidence),
        "reason": finding.reason,
        "next_step": finding.next_step,
        "limits": list(finding.limits),
    }


def plain_rows(items: Any) -> list[Row]:
    """Dataclasses as rows."""
    return [asdict(item) for item in items]


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else getattr(value, "value", value)


def age_s(at: float | None, now: float) -> float | None:
    """``age_at``, to be printed."""
    age = age_at(at, now)
    return None if age is None else round(age, 1)
