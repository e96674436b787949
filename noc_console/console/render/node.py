"""An OLT, a card or a PON port, as the detail pane shows it while the tree has the focus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line, beside, fit
from noc_console.console.render.doubt import footnote
from noc_console.console.render.health import render_card, render_olt, render_parts
from noc_console.console.render.pon import render_port
from noc_console.console.render.summary import labelled
from noc_console.console.render.times import ago
from noc_console.console.render.tree import scope_of
from noc_console.picture.model import Model
from noc_console.picture.ont_facts import as_reason
from noc_console.picture.ont_store import OFFLINE
from noc_console.picture.tree import Counts, NodeKey

MOST_WAITING = 20
SIDE_BY_SIDE = 110
"""Cells from which an OLT's polls and cards stand beside its health."""


def column(width: int) -> int:
    """Cells for an OLT's health."""
    return width // 2 if width >= SIDE_BY_SIDE else width


def render_node(
    model: Model,
    node: NodeKey,
    width: int,
    now: float,
    absolute: bool,
    chart: Sequence[Line] = (),
    head: Sequence[Line] = (),
) -> list[Line]:
    """Counts for all; health for an OLT and a card; transceiver and traffic for a port; who waits below it.

    Args:
        model: What is known.
        node: Which one.
        width: Cells.
        now: Unix seconds.
        absolute: Times by the clock.
        chart: Of an OLT or a PON port, drawn elsewhere.
        head: Stands first, no wider than ``column``; of an OLT it tells the load, which then is not told again.
    """
    scope = scope_of(node)
    whole = model.olts.get(node.olt_id) if scope is not None and node.level == 0 else None
    left = column(width) if whole else width
    lines = [*head, *_tally(model, scope, left, now, absolute)]
    if scope is not None and node.level == 2:
        lines += render_port(model, node, width, now, absolute)
    elif scope is not None and node.level == 1:
        lines += render_card(model, node, width, now)
    elif whole is not None:
        lines += render_olt(model, whole, left, now, absolute, load=not head)
        parts = render_parts(model, whole, left, now, absolute)
        lines = beside(lines, parts, left) if left < width else [*lines, (), *parts]
    lines += footnote(lines, width)
    lines += _waiting(model, scope, width, now, absolute)
    return [*lines, (), *chart] if chart else lines


def _tally(model: Model, scope: NodeKey | None, width: int, now: float, absolute: bool) -> list[Line]:
    counts = model.counts(scope)
    lines = labelled(
        "ONTs", _items(counts, (("online", "online"), ("offline", "offline"), ("unknown", "unknown"))), width
    )
    if counts.offline:
        lines += labelled("offline", _reasons(model, scope, now, absolute), width)
    light = (("good", "base"), ("warning", "warning"), ("critical", "critical"), ("overload", "overload"))
    items = _items(counts, light)
    if counts.dark:
        items.append([("no reading ", "dim"), (str(counts.dark), "base")])
    return lines + labelled("light", items, width)


def _items(counts: Counts, names: Sequence[tuple[str, str]]) -> list[Line]:
    words = {"warning": "weak", "overload": "too strong"}
    values = ((words.get(name, name), getattr(counts, name), role) for name, role in names)
    return [[(f"{word} ", "dim"), (str(value), role if value else "dim")] for word, value, role in values]


def _reasons(model: Model, scope: NodeKey | None, now: float, absolute: bool) -> list[Line]:
    """Why those offline are, and when the last of them went."""
    rows = [row for row in model.rows_under(scope) if model.onts.state[row] == OFFLINE]
    found = (as_reason(model.onts.get(row, "offline_reason")) for row in rows)
    reasons = Counter(reason.label if reason else "no reason given" for reason in found)
    items: list[Line] = [[(f"{label} ", "base"), (str(count), "offline")] for label, count in reasons.most_common()]
    times = [at for row in rows if (at := model.onts.get(row, "state_changed_at")) is not None]
    if times:
        items.append([("the last ", "dim"), (ago(max(times), now, absolute), "base")])
    return items


def _waiting(model: Model, scope: NodeKey | None, width: int, now: float, absolute: bool) -> list[Line]:
    """ONTs that were plugged in and that nobody has registered."""
    found = model.waiting_under(scope)
    if not found:
        return []
    lines: list[Line] = [(), [(f" {len(found)} ONT{'s' * (len(found) != 1)} to be registered", "title")]]
    for ont in found[:MOST_WAITING]:
        where = ont.port if scope else f"{model.olt_name(ont.olt_id)} {ont.port}"
        cells: list[Cell] = [(f"  {fit(ont.serial, 16)} ", "strong")]
        cells += [] if scope is not None and scope.level == 2 else [(f"{where}  ", "base")]
        cells += [(f"{ont.model}  ", "base")] if ont.model else []
        lines.append([*cells, (f"seen {ago(ont.first_seen_at, now, absolute)}", "dim")])
    if len(found) > MOST_WAITING:
        lines.append([(f"  and {len(found) - MOST_WAITING} more (noc-console show unregistered)", "dim")])
    return lines
