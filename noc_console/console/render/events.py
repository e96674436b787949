"""Events as table cells and as lines of the History tab."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.times import when
from noc_console.console.widgets.columns import Column
from noc_console.domain.network import Event

COLUMNS = (
    Column("at", "WHEN", 11, right=True, frozen=True),
    Column("severity", "SEV", 8, frozen=True),
    Column("olt", "OLT", 9),
    Column("port", "PON", 7),
    Column("serial", "ONT", 16),
    Column("text", "WHAT", 30, flex=True),
)
_ROLES = {
    "critical": "critical",
    "major": "warning",
    "minor": "overload",
    "warning": "warning",
    "cleared": "good",
    "info": "dim",
}


def severity_cell(event: Event) -> Cell:
    """Its severity, in words."""
    return event.severity, _ROLES.get(event.severity, "base")


def cell(event: Event, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the log."""
    if column == "at":
        return when(event.at, now, absolute), "dim"
    if column == "severity":
        return severity_cell(event)
    return str(getattr(event, column) or ""), "base"


def render_history(
    events: Sequence[Event] | None, serial: str | None, width: int, now: float, absolute: bool
) -> list[Line]:
    """The History tab: this ONT and its port, newest first; what is not about this ONT is dim."""
    if events is None:
        return [[(" reading ...", "dim")]]
    if not events:
        return [[(" nothing happened here yet", "dim")]]
    lines: list[Line] = []
    for event in events:
        text, role = severity_cell(event)
        own = serial is not None and event.serial == serial
        lines.append(
            [
                (f" {when(event.at, now, absolute):>9} ", "dim"),
                (f"{text:<8} ", role),
                (event.text, "base" if own else "dim"),
            ]
        )
    return lines
