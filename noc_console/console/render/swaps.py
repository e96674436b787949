"""The Swaps screen: what is to be tested, by when, and what became of the units."""

from __future__ import annotations

from collections.abc import Callable

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.summary import labelled
from noc_console.console.render.times import ago
from noc_console.console.widgets.columns import Column
from noc_console.domain.freshness import format_age
from noc_console.domain.swaps import Swap

COLUMNS = (
    Column("id", "SWAP", 4, right=True, frozen=True),
    Column("due", "DUE", 12, frozen=True),
    Column("old", "OLD", 12, frozen=True),
    Column("old_state", "IS", 12),
    Column("new", "NEW", 12),
    Column("new_state", "IS", 18),
    Column("customer", "CUSTOMER", 16, flex=True),
    Column("ticket", "TICKET", 12),
)
SOON_S = 2 * 86400.0

StateOf = Callable[[str], str]
"""What the OLT says of a serial number now: ``online``, ``offline``, ``unknown``, ``not listed``."""


def due_cell(swap: Swap, now: float) -> Cell:
    """When the old unit must have been tested."""
    late_s = swap.overdue_s(now)
    if late_s is None:
        return (swap.outcome.value if swap.outcome else "closed"), "dim"
    if late_s >= 0:
        return f"LATE {format_age(late_s)}", "critical"
    return f"in {format_age(-late_s)}", "warning" if -late_s < SOON_S else "base"


def cell(swap: Swap, column: str, now: float) -> Cell:
    """One cell."""
    if column == "due":
        return due_cell(swap, now)
    if column == "ticket":
        if swap.ticket_state == "failing":
            return "failing", "warning"
        return (swap.ticket or ("pending" if swap.ticket_state == "pending" else "")), "dim"
    text = {
        "id": str(swap.id),
        "old": swap.old_serial,
        "old_state": swap.old_state.value,
        "new": swap.new_serial,
        "new_state": swap.new_state.value,
        "customer": swap.customer or "",
    }[column]
    return text, "base" if swap.open else "dim"


def render_swap(swap: Swap, state_of: StateOf, width: int, now: float, absolute: bool) -> list[Line]:
    """All that is known of one swap."""
    kind = f"{swap.kind.value} swap {swap.id}"
    lines: list[Line] = [[(f" {kind}", "title"), (f"  {swap.customer or ''}", "base")]]
    for label, serial, state in (("old", swap.old_serial, swap.old_state), ("new", swap.new_serial, swap.new_state)):
        at_olt: Line = [("at the OLT ", "dim"), (state_of(serial), "base")]
        lines += labelled(label, [[(serial, "strong")], [(state.value, "base")], at_olt], width)
    lines += labelled("why", [[(swap.reason, "base")]], width)
    lines += labelled("done", [[(f"{ago(swap.swapped_at, now, absolute)} by {swap.swapped_by}", "base")]], width)
    if swap.open:
        lines += labelled("due", [[due_cell(swap, now)]], width)
        hint = f":swap-close {swap.id} returned | defective | stock"
        lines += labelled("then", [[(hint, "accent")]], width)
    elif swap.closed_by and swap.outcome:
        closed = f"{ago(swap.closed_at, now, absolute)} by {swap.closed_by}: {swap.outcome.value}"
        lines += labelled("closed", [[(closed, "base")]], width)
    if swap.ticket_state != "none":
        told = swap.ticket or swap.ticket_error or "waits to be made"
        role = "warning" if swap.ticket_state == "failing" else "base"
        lines += labelled("ticket", [[(told, role)]], width)
    return lines
