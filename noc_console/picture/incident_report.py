"""One incident for a ticket: what it is, how it went, what was done; and the customers that it hits, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from noc_console.domain.changes import Change
from noc_console.domain.freshness import format_age
from noc_console.domain.incidents.incident import Incident, Place, Scope
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord, incident_of
from noc_console.domain.ont import reason_label
from noc_console.picture.activity import fold
from noc_console.picture.fibre import suspects
from noc_console.picture.model import Model
from noc_console.picture.ont_store import STATE_NAMES
from noc_console.picture.places import rows_at
from noc_console.picture.reports import Handled, Row, escaped, instant

BEFORE_S = 120.0
"""What happened at its place so shortly before the first loss belongs to it."""
MOST_CHANGES = 100
CUSTOMER_COLUMNS = (
    ("account", "account"), ("name", "name"), ("address", "address"), ("contact", "contact"), ("serial", "serial"),
    ("business", "business"), ("olt", "olt"), ("pon_port", "port"), ("ont_id", "id"), ("splitter", "splitter"),
    ("zone", "zone"), ("state", "state"), ("description", "description"),
)  # fmt: skip


def incident_report(
    model: Model,
    number: int,
    now: float,
    audit: Iterable[Mapping[str, Any]] = (),
    changes: Iterable[Change] | None = None,
) -> dict[str, Any] | None:
    """The facts of one incident, as ``--json`` shows them; None when there is none of this number.

    Args:
        model: The picture.
        number: 17 of ``INC-17``.
        now: Unix seconds.
        audit: Entries of the audit log, as the table has them; those about others are passed over.
        changes: Of its place and time, oldest first; None takes those that the picture still has.
    """
    record = model.record(INCIDENTS, number)
    if record is None:
        return None
    incident = incident_of(record)
    handled = Handled(model, now).row(record)
    told = _timeline(record, incident, audit, reversed(model.change_list()) if changes is None else changes, now)
    return {
        **incident.as_json(),
        "place": record.place,
        "lasted_s": (record.resolved_at or now) - _began_at(record),
        "reported_at": now,
        "closures": [step.as_json() for step in suspects(model, incident)],
        **handled,
        "timeline": sorted([*_written(handled["comments"]), *told], key=lambda row: float(row["at"])),
        "customers": customers(model, incident),
    }


def customers(model: Model, incident: Incident) -> list[Row]:
    """Who is hit, as far as it was recorded: business customers first. Stragglers count as hit."""
    places = dict.fromkeys((*incident.onts, *incident.stragglers))
    rows = rows_at(model, places)
    found = [_customer(model, place, rows.get(place)) for place in places]
    return sorted(found, key=lambda row: (not row["business"], row["olt"], row["pon_port"], row["ont_id"]))


def markdown(report: Mapping[str, Any]) -> str:
    """The report for a ticket; without customers' names, which belong into the table."""
    lines = [f"# {report['id']}: {escaped(report['cause'])}, {escaped(report['place'])}", "", *_facts(report)]
    lines += ["", "## Why", "", *(f"- {escaped(text)}" for text in report["text"])]
    if report["evidence"]:
        told = (f"{escaped(reason_label(what))} {count}" for what, count in report["evidence"].items())
        lines.append("- " + ", ".join(told))
    lines += ["", "## Timeline", "", *(f"- {instant(row['at'])} {escaped(row['text'])}" for row in report["timeline"])]
    business = sum(bool(row["business"]) for row in report["customers"])
    extent = f"ONTs: {len(report['customers'])}, of business customers: {business}"
    return (
        "\n".join([*lines, "", "## Customers", "", f"{extent}. List: `noc-console incident {report['id']} --csv`"])
        + "\n"
    )


def _facts(report: Mapping[str, Any]) -> list[str]:
    counts = (
        f"{report['affected']} of {report['total']} ONTs down, {report['alive']} alive, {report['unknown']} unknown"
    )
    facts = [
        ("state", f"{report['state']}, {report['severity']}, {report['standing']}"),
        ("cause", f"{report['cause']}, confidence {report['confidence']:.0%}"),
        ("hit", counts + (f", {report['restored']} back" if report["restored"] else "")),
        ("began", instant(report["first_loss_at"] or report["opened_at"])),
        ("resolved", instant(report["resolved_at"])),
        ("lasted", format_age(report["lasted_s"])),
        ("acknowledged", f"{report['acked_by']}, {instant(report['acked_at'])}" if report["acked_by"] else ""),
        ("planned", "a maintenance window covers it" if report["planned"] else ""),
        ("still down", str(len(report["stragglers"])) if report["stragglers"] else ""),
        ("written", instant(report["reported_at"])),
    ]
    bracket = report["bracket"]
    if bracket:
        between = f"{bracket['alive_to_m']} m and {bracket['dead_from_m']} m from the OLT"
        facts.insert(3, ("look", f"between {between} (ranging distance, for this branch only)"))
        if report["closures"]:
            named = ", ".join(f"{one['name']} ({one['at_m']:.0f} m)" for one in report["closures"])
            facts.insert(4, ("closures there", f"{named} of fibre, as recorded"))
    return [f"- {name}: {escaped(text)}" for name, text in facts if text]


def _timeline(
    record: IncidentRecord,
    incident: Incident,
    audit: Iterable[Mapping[str, Any]],
    changes: Iterable[Change],
    now: float,
) -> list[Row]:
    """What happened: its own turns, operators' requests, and the changes at its place."""
    turns = (
        (record.first_loss_at, "first loss"),
        (record.last_loss_at, "last loss"),
        (record.opened_at, "opened"),
        (record.confirmed_at, "confirmed"),
        (record.clearing_at, "clearing"),
        (record.resolved_at, "resolved"),
    )
    found: list[Row] = [{"at": at, "text": text} for at, text in turns if at is not None]
    for entry in audit:
        done = not str(entry["result"]).startswith("refused")
        if entry["target"] == record.name and done and entry["action"] != "comment":
            text = f"{entry['actor']}: {entry['action']}" + (f" ({entry['reason']})" if entry["reason"] else "")
            found.append({"at": entry["at"], "text": text})
    begin, end = span_of(record, now)
    lines = fold(one for one in changes if begin <= one.at <= end and _is_at(one, incident))
    found += [{"at": line.changes[0].at, "text": line.text} for line in lines[-MOST_CHANGES:]]
    if len(lines) > MOST_CHANGES:
        found.append({"at": end, "text": f"{len(lines) - MOST_CHANGES} later changes at its place are left out"})
    return found


def _written(comments: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [{"at": one["at"], "text": f"{one['by']} wrote: {one['text']}"} for one in comments]


def span_of(record: IncidentRecord, now: float) -> tuple[float, float]:
    """From shortly before it to its end, or to now; Unix seconds."""
    return _began_at(record) - BEFORE_S, record.resolved_at or now


def _is_at(change: Change, incident: Incident) -> bool:
    """Whether a change happened where the incident is."""
    where = incident.where
    if incident.scope in (Scope.OLT, Scope.UPLINK, Scope.NETWORK):
        return change.olt is not None and change.olt in (where.olt, *where.olts)
    if change.port is None:
        card: str | None = getattr(change, "card", None)
        return card is not None and (change.olt, card) == (where.olt, where.card)
    hit = {(olt, port) for olt, port, _ in (*incident.onts, *incident.stragglers)}
    if (change.olt, change.port) not in hit | {(where.olt, where.port)}:
        return False
    # Of a branch only its own ONTs: its neighbours on the port are another story.
    whole = change.ont_id is None or incident.scope in (Scope.PORT, Scope.CARD)
    return whole or (change.olt, change.port, change.ont_id) in {*incident.onts, *incident.stragglers}


def _began_at(record: IncidentRecord) -> float:
    return record.first_loss_at if record.first_loss_at is not None else record.opened_at


def _customer(model: Model, place: Place, row: int | None) -> Row:
    olt, port, ont_id = place
    serial = model.onts.identity(row) if row is not None else None
    plant = model.plant.place(serial)
    subscriber = plant.subscriber
    names: Sequence[str] = ("account", "name", "address", "contact", "business")
    return {
        **{name: getattr(subscriber, name) if subscriber else None for name in names},
        "serial": serial,
        "olt": olt,
        "pon_port": port,
        "ont_id": ont_id,
        "splitter": plant.splitters[0].name if plant.splitters else None,
        "zone": plant.zone,
        "state": STATE_NAMES[model.onts.state[row]] if row is not None else "not listed",
        "description": model.onts.get(row, "description") if row is not None else None,
    }
