"""Incidents as table cells, as the evidence below the table, and the ONTs that one hits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from noc_console.console.render.cells import Cell, Line, fit, width_of, wrap
from noc_console.console.render.times import stamp, when
from noc_console.console.widgets.columns import Column
from noc_console.domain.changes import Severity
from noc_console.domain.fibre_path import Step
from noc_console.domain.freshness import format_age
from noc_console.domain.handling import Comment
from noc_console.domain.incidents.incident import Bracket, Cause, Incident, Life
from noc_console.domain.incidents.records import IncidentRecord
from noc_console.domain.incidents.words import began_at, letter_of, words_of
from noc_console.domain.ont import reason_label
from noc_console.picture.incidents import Listed, Recovery

ONE_LINE = 60
"""Cells below which an incident is one text."""
BAR = 10
SEVERITY_ROLES = {
    Severity.CRITICAL: "sev-critical",
    Severity.MAJOR: "sev-major",
    Severity.MINOR: "sev-minor",
    Severity.WARNING: "sev-warning",
    Severity.CLEARED: "sev-cleared",
    Severity.INFO: "sev-cleared",
}
_APART = re.compile(r" {2,}")
"""Between things of one line of the evidence that do not belong together."""
_WHY = " why    "
_REASONS = {"loss_of_signal": "LOS", "dying_gasp": "gasp"}

_COLUMNS = (
    Column("code", "S*", 2, frozen=True),
    Column("age", "AGE", 4, right=True, frozen=True),
    Column("id", "ID", 7, frozen=True),
    Column("place", "WHERE", 16, flex=True, keeps_end=True),
    Column("cause", "CAUSE", 12),
    Column("confidence", "CONF", 4, right=True),
    Column("down", "DOWN", 5, right=True),
    Column("alive", "ALIVE", 5, right=True),
    Column("first", "FIRST", 8),
    Column("ack", "ACK", 6),
)
_DROPPED = (("first", 80), ("ack", 71), ("confidence", 64))
"""What gives way first, and below how many cells."""
_LINE = (Column("line", "INCIDENT", 20, flex=True, frozen=True),)

IMPACT_COLUMNS = (
    Column("state", "STATE", 8, frozen=True),
    Column("business", "B", 1, frozen=True),
    Column("name", "CUSTOMER", 18, flex=True),
    Column("address", "ADDRESS", 18),
    Column("contact", "CONTACT", 12),
    Column("port", "PON", 7),
    Column("ont_id", "ID", 3, right=True),
    Column("serial", "SERIAL", 12),
    Column("splitter", "SPLITTER", 10),
    Column("account", "ACCOUNT", 10),
    Column("olt", "OLT", 10),
)


def columns(width: int) -> tuple[Column, ...]:
    """Those for which there is room, the dispensable ones first to go."""
    if width < ONE_LINE:
        return _LINE
    gone = {name for name, least in _DROPPED if width < least}
    return tuple(column for column in _COLUMNS if column.id not in gone)


def severity_role(record: IncidentRecord) -> str:
    """Its colour; being blind is no severity."""
    return "sev-unknown" if record.cause is Cause.MONITORING else SEVERITY_ROLES[record.severity]


def cell(one: Listed, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the list."""
    record = one.record
    quiet = not record.open or one.state.quiet
    if column in ("code", "line"):
        text = one.code if column == "code" else in_one_line(one)
        return text, "dim" if quiet else severity_role(record)
    return _text(one, column, now, absolute), "dim" if quiet else "base"


def _text(one: Listed, column: str, now: float, absolute: bool) -> str:
    record = one.record
    match column:
        case "age":
            return short_age(now - began_at(record))
        case "id":
            return record.name
        case "place":
            return record.place + (" (inferred)" if record.inferred else "")
        case "cause":
            return words_of(record.cause).listed
        case "confidence":
            return "--" if record.cause is Cause.MONITORING else f"{record.confidence:.0%}"
        case "down":
            return down_of(record) if record.open else "over"
        case "alive":
            return "--" if record.cause is Cause.MONITORING else str(record.alive)
        case "first":
            return stamp(began_at(record), now)
        case _:
            return _hands(one)


def short_age(age_s: float) -> str:
    """``45s``, ``3m``, ``5h``, ``12d``: in one unit, for four cells."""
    age_s = max(0.0, age_s)
    for size_s, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if age_s >= size_s:
            return f"{age_s // size_s:.0f}{unit}"
    return f"{age_s:.0f}s"


def _hands(one: Listed) -> str:
    """Who has it; who put it away."""
    if one.state == "shelved" and one.handling:
        return f"z {one.handling.shelved_by}"
    return "planned" if one.state == "maintenance" else one.acked_by or "-"


def down_of(record: IncidentRecord) -> str:
    """``41``; ``210?`` where we are blind: they may be well."""
    return f"{record.unknown}?" if record.cause is Cause.MONITORING else str(record.affected)


def in_one_line(one: Listed) -> str:
    """``C* 41dn FIBRE CUT olt-03 0/3/7``."""
    record = one.record
    unit = "unk" if record.cause is Cause.MONITORING else "dn"
    hit = f"{down_of(record).removesuffix('?')}{unit}" if record.open else "over"
    return f"{one.code} {hit} {words_of(record.cause).listed} {record.place}"


# -- evidence ------------------------------------------------------------------------------------------------------


def evidence(
    one: Listed,
    incident: Incident,
    recovery: Recovery | None,
    customers: Sequence[Mapping[str, Any]],
    closures: Sequence[Step],
    width: int,
    now: float,
) -> list[Line]:
    """Four lines: what says so, where to look, what survives, what to do."""
    record = one.record
    if recovery is not None and record.state in (Life.CLEARING, Life.RESOLVED):
        second: Line = [(" back   ", "dim"), (recovery.text, "good")]
    elif incident.bracket is not None:
        second = _distance(incident.bracket, closures, width)
    else:
        second = [(_WHY, "dim"), (fit("; ".join(incident.text), width - 9), "base")]
    third = [] if record.cause is Cause.MONITORING else _survivors(incident, recovery, customers)
    return [_counts(one, incident, now), second, third, _next(one, width, now)]


def _counts(one: Listed, incident: Incident, now: float) -> Line:
    record = one.record
    line: list[Cell] = [(f" {record.name} ", "strong")]
    if record.cause is Cause.MONITORING:
        return [
            *line,
            (f"{record.unknown} of {record.total} unknown", "unknown"),
            (f" | since {stamp(began_at(record), now)}", "base"),
        ]
    told = {name: count for name, count in incident.evidence.items() if name != "alive" and count}
    line += [(f"{_REASONS.get(name) or reason_label(name)} {count} ", "base") for name, count in told.items()]
    line += [(f"alive {record.alive}/{record.total}", "base")]
    if record.unknown:
        line += [(f" unknown {record.unknown}", "unknown")]
    if record.first_loss_at is not None and record.last_loss_at is not None:
        took_s = record.last_loss_at - record.first_loss_at
        first, last = stamp(record.first_loss_at, now), stamp(record.last_loss_at, now)
        line += [(f" | first {first} last {last} ({took_s:.0f} s)", "base")]
    return line


def _distance(bracket: Bracket, closures: Sequence[Step], width: int) -> Line:
    line: list[Cell] = [
        (" dist   ", "dim"),
        (f"alive <={bracket.alive_to_m} m ", "base"),
        (bar(bracket), "accent"),
        (f" dead >={bracket.dead_from_m} m", "base"),
    ]
    far = f"  look between {bracket.alive_to_m / 1000:.2f} and {bracket.dead_from_m / 1000:.2f} km"
    said = [f"{far} (within this branch only)", "  look between (this branch)", " (this branch)"]
    if closures:
        named = ", ".join(one.name for one in closures[:2]) + (", ..." if len(closures) > 2 else "")
        said = [f"{far} (this branch): {named}", f"  look at {named}", f" {named}", *said]
    text = next((one for one in said if width_of(line) + len(one) < width), "")
    return [*line, (text, "strong")]


def bar(bracket: Bracket, cells: int = BAR) -> str:
    """From the OLT: ``=`` lives, ``?`` is where it broke, ``x`` is dark."""
    inner = cells - 2
    alive = max(1, min(inner - 2, round((inner - 1) * bracket.alive_to_m / max(1, bracket.dead_from_m))))
    return f"[{'=' * alive}{'?' * (inner - 1 - alive)}x]"


def _survivors(incident: Incident, recovery: Recovery | None, customers: Sequence[Mapping[str, Any]]) -> Line:
    shift = incident.shift_db
    said = "survivors: no common shift" if incident.alive else "no survivors"
    said = said if shift is None else f"survivors {shift:+.1f} dB: they share the damage"
    line: list[Cell] = [(" rx     ", "dim"), (said, "base" if shift is None else "warning")]
    if incident.business:
        names = [str(one["name"] or one["account"]) for one in customers if one["business"]]
        told = f" ({', '.join(names[:2])}{', ...' if len(names) > 2 else ''})" if names else ""
        line.append((f"   business {incident.business}{told}", "warning"))
    if recovery is not None and incident.state is Life.CONFIRMED:
        line.append((f"   back {recovery.back}/{recovery.lost}", "good"))
    return line


def _next(one: Listed, width: int, now: float) -> Line:
    handling = one.handling
    who = "ack none"
    if one.state == "shelved" and handling:
        who = f"shelved by {handling.shelved_by} to {stamp(handling.shelved_until_at or now, now)}"
    elif one.state == "maintenance":
        who = "planned work"
    elif one.acked_by and handling:
        who = f"ack {one.acked_by} {stamp(handling.ack_at or now, now)}"
    elif one.handling and one.handling.ack_by and one.state.asks and one.record.open:
        who = f"grew since {one.handling.ack_by}'s ack"
    step = words_of(one.record.cause).next_step if one.record.open else "it is over; see its stragglers (Enter)"
    room = width - 9 - len(who) - 2
    return [(" next   ", "dim"), (fit(step, max(10, room)), "strong"), (f"  {who}", "dim")]


def detail(
    one: Listed,
    lines: Sequence[Line],
    incident: Incident,
    comments: Sequence[Comment],
    width: int,
    now: float,
    absolute: bool,
) -> list[Line]:
    """What stands beside the list on a wide screen: the evidence, the reasons, what was written, how it went."""
    record = one.record
    head = f"{letter_of(record)} {record.state.value} {words_of(record.cause).told} {record.place}"
    found: list[Line] = [[(f" {row}", "title")] for row in wrap(head, width - 2)]
    for line in lines:
        if line and line[0][0] != _WHY:  # the reasons follow, whole
            found += _folded(line, width)
    found += [[], *_paragraphs("why", incident.text, width)]
    if record.inferred:
        found += _paragraphs("", ("the branch is inferred: nobody recorded a splitter there",), width)
    wrote = [f"{when(one.at, now, absolute)} {one.by}: {one.text}" for one in comments]
    found += [[], *_paragraphs("notes", wrote or ["none (m writes one)"], width)]
    turns = (
        ("first loss", record.first_loss_at), ("opened", record.opened_at), ("confirmed", record.confirmed_at),
        ("clearing", record.clearing_at), ("resolved", record.resolved_at), ("bell", record.rung_at),
    )  # fmt: skip
    went = [f"{name} {stamp(at, now)}" for name, at in turns if at is not None]
    if record.resolved_at is not None:
        went.append(f"lasted {format_age(record.resolved_at - began_at(record))}")
    return [*found, [], *_paragraphs("life", went, width)]


def hits(customers: Sequence[Mapping[str, Any]], width: int, room: int) -> list[Line]:
    """Its ONTs, as many as there is room for below the detail; their states stand in the list that Enter opens."""
    room -= 2
    if not customers or room < 1:
        return []
    rows = customers if len(customers) <= room else customers[: room - 1]
    left = len(customers) - len(rows)
    several = len({row["olt"] for row in customers}) > 1
    places = [f"{row['olt']} {row['pon_port']}" if several else row["pon_port"] for row in rows]
    cells = max(map(len, places), default=0)
    found: list[Line] = [[], [(" ONTs   ", "dim"), (f"{len(customers)} (Enter lists them)", "base")]]
    for place, row in zip(places, rows, strict=True):
        who = filter(None, (row["name"] or row["description"] or row["serial"], row["address"], row["contact"]))
        text = f"{place:<{cells}} {row['ont_id']:>3}  " + "  ".join(who)
        mark: Cell = (" B      ", "warning") if row["business"] else (" " * 8, "base")
        found.append([mark, (fit(text, width - 9), "strong" if row["business"] else "base")])
    return [*found, [(f"{' ':8}... and {left} more", "dim")]] if left else found


def _folded(line: Line, width: int) -> list[Line]:
    """A line of the evidence, wrapped where the pane is narrower than a screen."""
    if width_of(line) <= width:
        return [line]
    label = line[0][0] if len(line[0][0]) == len(" next   ") else " "
    parts = _APART.split("".join(text for text, _ in line)[len(label) :].strip())
    rows = [row for part in parts for row in wrap(part, width - len(" next   ") - 1)]
    role = "strong" if label.strip() == "next" else "base"
    return [[(f"{label if not n else '':<8}", "dim"), (row, role if not n else "base")] for n, row in enumerate(rows)]


def _paragraphs(label: str, texts: Sequence[str], width: int) -> list[Line]:
    rows = [row for text in texts for row in wrap(text, width - 9)]
    return [[(f" {label if not n else '':<6} ", "dim"), (row, "base")] for n, row in enumerate(rows)]


# -- whom it hits --------------------------------------------------------------------------------------------------


def impact_cell(row: Mapping[str, Any], column: str) -> Cell:
    """One cell of the list of those hit."""
    if column == "state":
        state = str(row["state"])
        return state, state if state in ("online", "offline", "unknown") else "dim"
    if column == "business":
        return ("B", "warning") if row["business"] else ("", "base")
    if column == "name":
        return str(row["name"] or row["description"] or ""), "strong" if row["business"] else "base"
    value = row["pon_port" if column == "port" else column]
    return "" if value is None else str(value), "base"
