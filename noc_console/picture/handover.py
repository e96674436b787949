"""What one shift tells the next: what is open, who has it, what was done, what is not to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.alarms.states import AlarmState, is_over, name_of, rank
from noc_console.domain.handling import MAINTENANCE, Maintenance
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord
from noc_console.domain.jobs import Job
from noc_console.picture.model import Model
from noc_console.picture.reports import Handled, Row, escaped, handling_lines, instant, section


def handover(
    model: Model, site: str, since_at: float, now: float, audit: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The facts of a handover, as ``--json`` shows them.

    Args:
        model: The picture.
        site: Its name.
        since_at: When the shift began, Unix seconds.
        now: Unix seconds.
        audit: Entries of the audit log of the shift, as the table has them, in any order.
    """
    handled = Handled(model, now)
    incidents, alarms = model.records(INCIDENTS), model.records(ALARMS)
    holding = [one for one in alarms if one.cleared_at is None and one.incident is None]
    resolved = [one for one in incidents if one.resolved_at is not None and one.resolved_at >= since_at]
    return {
        "site": site,
        "from_at": since_at,
        "to_at": now,
        "collector_at_work": model.collector(now) is not None,
        "incidents": [_incident(one, handled) for one in _worst_first(one for one in incidents if one.open)],
        "resolved": [_incident(one, handled) for one in resolved if not one.open],
        "alarms": [_alarm(one, handled) for one in _worst_first(holding)],
        "alarms_explained": sum(one.cleared_at is None and one.incident is not None for one in alarms),
        "shelved": _shelved(handled, [*incidents, *alarms]),
        "maintenance": [_window(one, now) for one in model.records(MAINTENANCE) if _of_shift(one, since_at)],
        "jobs": [_job(one) for one in reversed(model.job_list()) if _acted(one, since_at)],
        "bulk": [_bulk(model, number) for number, one in sorted(model.batches.items()) if one.requested_at >= since_at],
        "other": [_entry(one) for one in sorted(audit, key=lambda one: one["id"]) if _is_other(one, since_at)],
        "sources": _degraded(model),
    }


def markdown(told: Mapping[str, Any]) -> str:
    """A handover as text for people, tickets and chat."""
    lines = [f"# Handover {escaped(told['site'])}, {instant(told['from_at'])} to {instant(told['to_at'])}"]
    if not told["collector_at_work"]:
        lines += ["", "**No collector is at work: what follows may be old.**"]
    lines += section("Open incidents", _each(told["incidents"], _incident_lines))
    lines += section("Resolved in the shift", _each(told["resolved"], _resolved_lines))
    lines += section("Alarms", _each(told["alarms"], _alarm_lines))
    if told["alarms_explained"]:
        lines += ["", f"{told['alarms_explained']} more are explained by open incidents."]
    lines += section("Shelved", _each(told["shelved"], _shelf_lines))
    lines += section("Planned work", _each(told["maintenance"], _window_lines))
    lines += section("Actions", [*_each(told["jobs"], _job_lines), *_each(told["bulk"], _bulk_lines)])
    lines += section("Other requests", _each(told["other"], _entry_lines))
    lines += section("Sources that fail", _each(told["sources"], _source_lines))
    return "\n".join(lines) + "\n"


# -- facts ---------------------------------------------------------------------------------------------------------


def _worst_first(subjects: Iterable[Any]) -> list[Any]:
    return sorted(subjects, key=lambda one: -rank(one.severity))


def _incident(one: IncidentRecord, handled: Handled) -> Row:
    own = (
        "place",
        "affected",
        "total",
        "alive",
        "unknown",
        "restored",
        "business",
        "planned",
        "flapping",
        "confidence",
    )
    return {
        "id": one.name,
        "state": one.state.value,
        "severity": one.severity.value,
        "cause": one.cause.value,
        "since_at": one.first_loss_at or one.opened_at,
        "resolved_at": one.resolved_at,
        **{name: getattr(one, name) for name in own},
        **handled.row(one),
    }


def _alarm(one: Alarm, handled: Handled) -> Row:
    own = ("key", "rule", "object", "text", "raised_at", "times", "flapping", "planned")
    named = {name: getattr(one, name) for name in own}
    return named | {"severity": one.severity.value} | handled.row(one)


def _shelved(handled: Handled, subjects: Iterable[Alarm | IncidentRecord]) -> list[Row]:
    """What a shelf hides now; the first to return first."""
    rows = ({"about": name_of(one), **handled.row(one)} for one in subjects if not is_over(one))
    found = [row for row in rows if row["standing"] == AlarmState.SHELVED]
    return [
        {"about": row["about"], "by": row["shelved_by"], "until_at": row["shelved_until_at"]}
        for row in sorted(found, key=lambda row: float(row["shelved_until_at"]))
    ]


def _of_shift(one: Maintenance, since_at: float) -> bool:
    return (one.ended_at or one.until_at) >= since_at


def _window(one: Maintenance, now: float) -> Row:
    over = one.ended_at is not None or one.until_at <= now
    state = "over" if over else "under way" if one.active(now) else "to come"
    names = ("id", "place", "reason", "by", "starts_at", "until_at", "ended_by", "ended_at")
    return {name: getattr(one, name) for name in names} | {"state": state}


def _acted(one: Job, since_at: float) -> bool:
    """Looks are no actions, and those of a bulk action are told with it."""
    lately = max(one.requested_at, one.finished_at or 0.0) >= since_at
    return lately and one.batch_id is None and one.kind.level > 0


def _job(one: Job) -> Row:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "target": one.about,
        "where": one.where,
        "by": one.requested_by,
        "reason": one.reason,
        "requested_at": one.requested_at,
        "state": one.state.value,
        "result": one.result,
    }


def _bulk(model: Model, number: int) -> Row:
    one = model.batches[number]
    names = ("id", "reason", "total", "waiting", "running", "verified", "accepted", "not_verified", "requested_at")
    return {name: getattr(one, name) for name in names} | {"kind": one.kind.value, "by": one.requested_by}


def _is_other(entry: Mapping[str, Any], since_at: float) -> bool:
    """What the audit log has beside jobs; what was refused changed nothing."""
    refused = str(entry["result"]).startswith("refused")
    return entry["at"] >= since_at and entry["job_id"] is None and not refused


def _entry(entry: Mapping[str, Any]) -> Row:
    names = {"at": "at", "actor": "by", "action": "action", "target": "target", "reason": "reason", "result": "result"}
    return {shown: entry[name] for name, shown in names.items()}


def _degraded(model: Model) -> list[Row]:
    """Sources and devices that do not do their part; the last answer says since when."""
    found: list[Row] = [
        {"name": one.name, "state": one.state, "error": one.error, "last_ok_at": one.last_ok_at}
        for one in model.sources.values()
        if one.state in ("failing", "broken")
    ]
    for olt in model.olts.values():
        if olt.reachable is False:
            found.append({"name": olt.name, "state": "silent", "error": olt.error, "last_ok_at": olt.last_ok_at})
    return sorted(found, key=lambda one: str(one["name"]))


# -- words ---------------------------------------------------------------------------------------------------------


def _each(rows: Sequence[Row], worded: Callable[[Row], list[str]]) -> list[str]:
    return [line for row in rows for line in worded(row)]


def _incident_lines(row: Row) -> list[str]:
    counts = f"{row['affected']} of {row['total']} down" + (f", {row['unknown']} unknown" if row["unknown"] else "")
    business = f", {row['business']} business" if row["business"] else ""
    marks = "".join(f", {name}" for name in ("planned", "flapping") if row[name])
    what = f"{escaped(row['cause'])} {escaped(row['place'])}"
    state = f"{row['severity']}, {row['state']}, {row['standing']}{marks}"
    first = f"- **{row['id']}** {what}: {counts}{business}, since {instant(row['since_at'])} ({state})"
    back = [f"  - {row['restored']} are back"] if row["restored"] else []
    return [first, *back, *handling_lines(row)]


def _resolved_lines(row: Row) -> list[str]:
    what = f"{escaped(row['cause'])} {escaped(row['place'])}"
    times = f"{instant(row['since_at'])} to {instant(row['resolved_at'])}"
    return [f"- **{row['id']}** {what}, {times}", *handling_lines(row)]


def _alarm_lines(row: Row) -> list[str]:
    marks = "".join(f", {name}" for name in ("planned", "flapping") if row[name])
    what = f"{escaped(row['object'])}, {row['rule']}: {escaped(row['text'])}"
    state = f"{row['severity']}, {row['standing']}{marks}"
    return [f"- {what}, since {instant(row['raised_at'])} ({state})", *handling_lines(row)]


def _shelf_lines(row: Row) -> list[str]:
    return [f"- {escaped(row['about'])} by {escaped(row['by'])}, back {instant(row['until_at'])}"]


def _window_lines(row: Row) -> list[str]:
    times = f"{instant(row['starts_at'])} to {instant(row['ended_at'] or row['until_at'])}"
    ended = f", ended by {escaped(row['ended_by'])}" if row["ended_by"] else ""
    what = f"{escaped(row['place'])}, {times} ({row['state']}{ended})"
    return [f"- {row['id']}: {what}, {escaped(row['by'])}: {escaped(row['reason'])}"]


def _job_lines(row: Row) -> list[str]:
    target = " ".join(filter(None, (row["target"], row["where"])))
    result = f": {escaped(row['result'])}" if row["result"] else ""
    who = f"{escaped(row['by'])} ({escaped(row['reason'])})"
    return [f"- {instant(row['requested_at'])} {row['kind']} {escaped(target)}, {who}: {row['state']}{result}"]


def _bulk_lines(row: Row) -> list[str]:
    counts = f"{row['verified']} of {row['total']} verified, {row['accepted']} accepted, {row['not_verified']} not"
    open_ones = f", {row['waiting'] + row['running']} still open" if row["waiting"] + row["running"] else ""
    who = f"{escaped(row['by'])} ({escaped(row['reason'])})"
    return [f"- {instant(row['requested_at'])} bulk action {row['id']}: {row['kind']}, {who}: {counts}{open_ones}"]


def _entry_lines(row: Row) -> list[str]:
    reason = f" ({escaped(row['reason'])})" if row["reason"] else ""
    what = f"{escaped(row['action'])} {escaped(row['target'])}{reason}: {escaped(row['result'])}"
    return [f"- {instant(row['at'])} {escaped(row['by'])}: {what}"]


def _source_lines(row: Row) -> list[str]:
    since = f", last answer {instant(row['last_ok_at'])}" if row["last_ok_at"] else ", never answered"
    return [f"- {escaped(row['name'])}: {row['state']}{since}" + (f": {escaped(row['error'])}" if row["error"] else "")]
