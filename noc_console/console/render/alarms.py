"""Alarms as table cells, and all that is known of one."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line, wrap
from noc_console.console.render.incidents import SEVERITY_ROLES
from noc_console.console.render.times import listed, stamp, when
from noc_console.console.widgets.columns import Column
from noc_console.domain.alarms.states import AlarmState
from noc_console.domain.handling import Comment
from noc_console.picture.alarms import ListedAlarm

_WHEN, _WHEN_BY_CLOCK = 6, 11
_STATES = {
    AlarmState.UNACKED: "nobody has it",
    AlarmState.RETURNED: "it is over, and nobody looked",
    AlarmState.SUPPRESSED: "explained by",
    AlarmState.MAINTENANCE: "planned work covers it",
    AlarmState.OUT_OF_SERVICE: "out of service",
}


def columns(absolute: bool) -> tuple[Column, ...]:
    """What is wrong gets the room."""
    return (
        Column("code", "S*", 2, frozen=True),
        Column("since", "SINCE", _WHEN_BY_CLOCK if absolute else _WHEN, right=True, frozen=True),
        Column("object", "WHAT", 22),
        Column("text", "WHY", 25, flex=True),
        Column("incident", "INC", 7),
        Column("ack", "ACK", 6),
        Column("times", "TIMES", 5, right=True),
        Column("rule", "RULE", 12),
    )


def cell(one: ListedAlarm, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the list."""
    alarm, over = one.alarm, one.state.quiet or one.alarm.cleared_at is not None
    if column == "code":
        return one.code, "dim" if over else SEVERITY_ROLES[alarm.severity]
    match column:
        case "since":
            text = listed(alarm.raised_at, now, absolute)
        case "incident":
            text = f"INC-{alarm.incident}" if alarm.incident is not None else ""
        case "ack":
            text = one.acked_by or ("z" if one.state is AlarmState.SHELVED else "-")
        case "times":
            text = str(alarm.times) if alarm.times > 1 else ""
        case _:
            text = str(getattr(alarm, column))
    return text, "dim" if over else "base"


def story(one: ListedAlarm, comments: Sequence[Comment], width: int, now: float, absolute: bool) -> list[Line]:
    """All that is known of one."""
    alarm = one.alarm
    head = f"{alarm.object}: {alarm.text}"
    lines: list[Line] = [[(f" {row}", "strong")] for row in wrap(head, width - 2)]
    cleared = f"   cleared {stamp(alarm.cleared_at, now)}" if alarm.cleared_at is not None else ""
    often = f"   {alarm.times} times in the last hour" if alarm.times > 1 else ""
    flaps = "   flapping" if alarm.flapping else ""
    raised = f" {alarm.severity.value} {alarm.rule}   raised {stamp(alarm.raised_at, now)}{cleared}{often}{flaps}"
    lines.append([(raised, "base")])
    lines.append([(f" {_hands(one, now)}", "dim")])
    for note in comments:
        lines += [
            [(f" {row}", "base")] for row in wrap(f"{when(note.at, now, absolute)} {note.by}: {note.text}", width - 2)
        ]
    return lines


def _hands(one: ListedAlarm, now: float) -> str:
    handling = one.handling
    if one.state is AlarmState.SHELVED and handling:
        return f"shelved by {handling.shelved_by} to {stamp(handling.shelved_until_at or now, now)}"
    if one.acked_by and handling:
        return f"acknowledged by {one.acked_by} {stamp(handling.ack_at or now, now)}"
    said = _STATES.get(one.state, one.state.value)
    return f"{said} INC-{one.alarm.incident} (Enter goes there)" if one.state is AlarmState.SUPPRESSED else said
