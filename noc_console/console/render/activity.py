"""The activity as table cells and as lines of the History tab."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line, wrap
from noc_console.console.render.times import listed, when
from noc_console.console.widgets.columns import Column
from noc_console.domain.changes import Severity
from noc_console.picture.activity import Activity
from noc_console.picture.wording import words

_WHEN, _WHEN_BY_CLOCK = 6, 11


def columns(absolute: bool) -> tuple[Column, ...]:
    """The columns of the log; what happened gets the room of a narrow screen, times by the clock need more of it."""
    return (
        Column("at", "WHEN", _WHEN_BY_CLOCK if absolute else _WHEN, right=True, frozen=True),
        Column("severity", "SEV", 8, frozen=True),
        Column("text", "WHAT", 50, flex=True),
        Column("olt", "OLT", 12),
        Column("port", "PON", 7),
        Column("serial", "ONT", 16),
    )


_ROLES = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "warning",
    Severity.MINOR: "overload",
    Severity.WARNING: "warning",
    Severity.CLEARED: "good",
    Severity.INFO: "dim",
}


def severity_cell(line: Activity) -> Cell:
    """Its severity, in words."""
    return line.severity.value, _ROLES[line.severity]


def cell(line: Activity, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the log."""
    if column == "at":
        return listed(line.at, now, absolute), "dim"
    if column == "severity":
        return severity_cell(line)
    return str(getattr(line, column) or ""), "base"


def render_story(line: Activity, width: int, now: float, absolute: bool) -> list[Line]:
    """A line of the log whole; of a folded one also the changes that it stands for, newest first."""
    text, role = severity_cell(line)
    head: list[Line] = [
        [(f" {row}", "strong" if not n else "base")] for n, row in enumerate(wrap(line.text, width - 2))
    ]
    where = "  ".join(part for part in (line.olt, line.port and f"PON {line.port}", line.serial) if part)
    head.append([(f" {when(line.at, now, absolute)}  ", "dim"), (text, role), (f"  {where}", "dim")])
    if len(line.changes) == 1:
        return head
    return [
        *head,
        *([(f" {when(one.at, now, absolute):>9}  ", "dim"), (words(one), "base")] for one in reversed(line.changes)),
    ]


def render_history(
    activity: Sequence[Activity] | None,
    serial: str | None,
    width: int,
    now: float,
    absolute: bool,
    whole: bool = False,
) -> list[Line]:
    """The History tab: this ONT and its port, newest first; what is not about this ONT is dim, but for ``whole``."""
    if activity is None:
        return [[(" reading ...", "dim")]]
    if not activity:
        return [[(" nothing happened here yet", "dim")]]
    lines: list[Line] = []
    for line in activity:
        text, role = severity_cell(line)
        own = whole or (serial is not None and line.serial == serial)
        lines.append(
            [
                (f" {when(line.at, now, absolute):>9} ", "dim"),
                (f"{text:<8} ", role),
                (line.text, "base" if own else "dim"),
            ]
        )
    return lines
