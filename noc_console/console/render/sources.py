"""The Sources screen: all that feeds the console, and the core devices: how each is, and since when."""

from __future__ import annotations

from collections.abc import Mapping

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.core_devices import SourceRow, core_rows
from noc_console.console.render.header import is_starting
from noc_console.console.render.health import reach_verdict
from noc_console.console.render.summary import paragraph
from noc_console.console.render.times import when
from noc_console.console.widgets.columns import Column
from noc_console.domain.agreement import differences
from noc_console.domain.freshness import coarse_age, format_age
from noc_console.domain.network import PollKind
from noc_console.picture.model import Model

COLUMNS = (
    Column("name", "SOURCE", 16, frozen=True),
    Column("state", "STATE", 11, frozen=True),
    Column("ok", "LAST GOOD", 9, right=True),
    Column("took", "TOOK", 7, right=True),
    Column("retry", "RETRY", 5, right=True),
    Column("detail", "WHAT IT SAYS", 24, flex=True),
)


_STATE_ROLES = {"ok": "good", "broken": "critical", "failing": "critical", "off": "dim", "never": "dim"}


def rows(model: Model, now: float) -> dict[str, SourceRow]:
    """All lines by name, in order: our own chain first, then the OLTs."""
    found = [_database(model, now), _collector(model, now)]
    for name in ("genieacs", "victoriametrics"):
        source = model.sources.get(name)
        if source is None:
            found.append(SourceRow(name, "never", "dim", detail="nothing heard of it yet"))
            continue
        took = f"{source.latency_ms:.0f} ms" if source.latency_ms is not None else ""
        detail = source.error or source.detail or ("not configured" if source.state == "off" else "")
        role = _STATE_ROLES.get(source.state, "base")
        found.append(SourceRow(name, source.state, role, source.last_ok_at, took, source.retry_at, detail))
    found += [_olt(model, olt_id) for olt_id in model.sorted_olts()]
    rows = {row.name: row for row in [*found, *core_rows(model)]}
    return rows | {row.name: row for row in _troubles(model, rows)}


def _troubles(model: Model, shown: Mapping[str, SourceRow]) -> list[SourceRow]:
    """Sources in trouble that have no line, or that are broken whatever their line says."""
    found = []
    for name in sorted(model.sources):
        source, row = model.sources[name], shown.get(name)
        if source.state == "broken" or (source.state == "failing" and row is None):
            ok_at = row.ok_at if row else source.last_ok_at
            detail = " - ".join(part for part in (source.error, source.detail) if part)
            found.append(SourceRow(name, source.state, "critical", ok_at, retry_at=source.retry_at, detail=detail))
    return found


def _database(model: Model, now: float) -> SourceRow:
    link = model.link
    if link.error and is_starting(link, now):
        return SourceRow("database", "starting", "accent", detail="the collector makes it")
    if link.error:
        return SourceRow("database", "failing", "critical", link.last_ok_at, "", link.retry_at, link.error)
    if link.last_ok_at is None:
        return SourceRow("database", "connecting", "accent")
    return SourceRow("database", "ok", "good", link.last_ok_at, detail=f"{len(model.onts):,} ONTs read")


def _collector(model: Model, now: float) -> SourceRow:
    alive = model.collector(now)
    if alive is not None:
        up = coarse_age(now - alive.started_at)
        detail = f"{alive.mode} on {alive.host}, pid {alive.pid}, up {up}"
        if others := sorted(one.host for one in model.working(now) if one.id != alive.id):
            detail += f"; shares the OLTs with {', '.join(others)}"
        if unlike := differences(model.working(now)):
            told = "; ".join([*unlike.values(), detail])
            return SourceRow("collector", "differ", "warning", alive.heartbeat_at, detail=told)
        return SourceRow("collector", "ok", "good", alive.heartbeat_at, detail=detail)
    last = max((c.heartbeat_at for c in model.collectors.values()), default=None)
    return SourceRow(
        "collector", "not running", "critical", last, detail="nothing is being polled: noc-console collect"
    )


def _olt(model: Model, olt_id: int) -> SourceRow:
    olt = model.olts.get(olt_id)
    if olt is None:
        return SourceRow(model.olt_name(olt_id), "never", "dim")
    took = f"{olt.last_poll_s:.1f} s" if olt.last_poll_s is not None else ""
    state, role = {True: ("ok", "good"), False: ("no answer", "critical"), None: ("never", "dim")}[olt.reachable]
    mark = model.marks.get((olt_id, "", PollKind.STATE))
    if olt.reachable and mark is not None and mark.outcome.value != "complete":
        state, role = mark.outcome.value, "warning"
    said = " ".join(part for part in (olt.address, olt.profile) if part)
    notes = " - ".join(note for note in model.poll_notes(olt_id) if not olt.error or olt.error not in note)
    detail = " - ".join(part for part in (olt.error, reach_verdict(olt), notes) if part) or said
    return SourceRow(olt.name, state, role, olt.last_ok_at, took, olt.retry_at, detail)


def cell(row: SourceRow, column: str, now: float, absolute: bool) -> Cell:
    """One cell."""
    if column == "name":
        return row.label or row.name, "strong"
    if column == "state":
        return row.state, row.role
    if column == "ok":
        return when(row.ok_at, now, absolute) or "never", "base" if row.ok_at else "dim"
    if column == "took":
        return row.took, "dim"
    if column == "retry":
        return (format_age(row.retry_at - now) if row.retry_at and row.retry_at > now else ""), "accent"
    return row.detail, "base" if row.role != "critical" else "warning"


def render_source(row: SourceRow, width: int) -> list[Line]:
    """All that one source says: the table cuts it."""
    head: Line = [(f" {row.name}", "title"), (f"  {row.state}", row.role)]
    return [head, *paragraph(row.detail or "nothing to say", width, "base")]
