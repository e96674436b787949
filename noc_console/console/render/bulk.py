"""Bulk actions as text: the dry run, and how far one has come."""

from __future__ import annotations

from collections.abc import Callable

from noc_console.console.render.cells import Line, fit
from noc_console.domain.jobs import Batch
from noc_console.domain.network import Ont
from noc_console.domain.policy import BulkPlan

BAR = 24


def render_plan(plan: BulkPlan, place: Callable[[Ont], str], width: int) -> list[Line]:
    """Who is left out and why, then who would be acted on."""
    lines: list[Line] = [[(f" {len(plan.included)} ONTs would be acted on", "strong")]]
    if plan.left_out:
        lines.append([(f" {len(plan.left_out)} are left out:", "warning")])
        lines += [[*_who(ont, place), (f"  {why}", "warning")] for ont, why in plan.left_out]
        lines.append([(" acted on:", "dim")])
    room = max(8, width - 36)
    lines += [[*_who(ont, place), (f"  {fit(ont.description or '', room)}", "dim")] for ont in plan.included]
    return lines


def _who(ont: Ont, place: Callable[[Ont], str]) -> Line:
    return [(f"  {fit(ont.identity or 'no serial', 13)}", "base"), (fit(place(ont), 18), "dim")]


def render_progress(batch: Batch, width: int) -> list[Line]:
    """One bulk action: its number, what and who, a bar, and the counts."""
    done = batch.ended
    filled = round(BAR * done / batch.total) if batch.total else BAR
    head: Line = [
        (f" bulk {batch.id} ", "title"),
        (f"{batch.kind.value} by {batch.requested_by}  ", "base"),
        ("[" + "#" * filled + "." * (BAR - filled) + "]", "accent"),
        (f" {done} of {batch.total}", "strong"),
    ]
    counts: Line = [(f"  {batch.verified} verified", "good")]
    if batch.accepted:
        counts = [*counts, (f"  {batch.accepted} accepted", "unknown")]
    if batch.not_verified:
        counts = [*counts, (f"  {batch.not_verified} not", "critical")]
    if batch.needs_release and not batch.released_by and not batch.finished_at:
        tail: Line = [(f"  waits for another operator (:release {batch.id})", "warning")]
    elif batch.cancel_by:
        tail = [(f"  cancelled by {batch.cancel_by}", "dim")]
    else:
        tail = [(f"  {batch.running} under way, {batch.waiting} wait", "dim")]
    line = [*head, *counts, *tail]
    return [line] if sum(len(text) for text, _ in line) <= width else [head, [(" " * 8, "base"), *counts, *tail]]
