"""The network tree: OLT > card > PON port, a line each with its counts."""

from __future__ import annotations

from noc_console.console.glyphs import Glyphs
from noc_console.console.render.cells import Cell
from noc_console.console.widgets.columns import Column
from noc_console.picture.model import Model
from noc_console.picture.tree import NodeKey

COLUMNS = (
    Column("name", "NETWORK", 10, flex=True),
    Column("worst", "", 3),
    Column("online", "ON", 5, right=True),
    Column("offline", "OFF", 4, right=True),
    Column("unknown", "UNK", 4, right=True),
)
WHOLE = NodeKey(-1)
"""The line that stands for the whole network."""


def nodes(model: Model, opened: set[NodeKey]) -> list[NodeKey]:
    """The lines to show: the whole network, then what is opened below it."""
    found = [WHOLE]
    for olt_id in model.sorted_olts():
        olt = NodeKey(olt_id)
        found.append(olt)
        if olt not in opened:
            continue
        for card in dict.fromkeys(port.card for port in model.sorted_ports(olt_id)):
            node = NodeKey(olt_id, card, 1)
            found.append(node)
            if node in opened:
                found += [port.key for port in model.sorted_ports(olt_id, card)]
    return found


def parent(node: NodeKey, model: Model) -> NodeKey | None:
    """The node above; None above the whole network."""
    if node == WHOLE:
        return None
    if node.level == 0:
        return WHOLE
    if node.level == 1:
        return NodeKey(node.olt_id)
    port = model.port_states.get((node.olt_id, node.path))
    return NodeKey(node.olt_id, port.card, 1) if port else NodeKey(node.olt_id)


def scope_of(node: NodeKey | None) -> NodeKey | None:
    """The node as ``Model.rows_under`` wants it: None for the whole network."""
    return None if node is None or node == WHOLE else node


def title(model: Model, node: NodeKey | None) -> str:
    """Breadcrumb of a node."""
    node = scope_of(node)
    if node is None:
        return "all OLTs"
    name = model.olt_name(node.olt_id)
    if node.level == 0:
        return name
    return f"{name} > {'card ' if node.level == 1 else 'PON '}{node.path}"


def cell(model: Model, glyphs: Glyphs, opened: set[NodeKey], node: NodeKey, column: str) -> Cell:
    """One cell of one line."""
    if column == "name":
        return _name(model, glyphs, opened, node)
    if column == "worst":
        mark, role = ("", "base") if node == WHOLE else _worst(model, node)
        return mark + ("+" if node != WHOLE and model.waiting_under(node) else ""), role
    counts = model.counts(scope_of(node))
    value = getattr(counts, column)
    if column == "online":
        return str(value), "base" if value else "dim"
    return (str(value), column) if value else ("", "dim")


def _name(model: Model, glyphs: Glyphs, opened: set[NodeKey], node: NodeKey) -> Cell:
    if node == WHOLE:
        return "all OLTs", "strong"
    fold = " " if node.level == 2 else (glyphs.open if node in opened else glyphs.closed)
    name = model.olt_name(node.olt_id) if node.level == 0 else node.path
    return f"{' ' * node.level}{fold} {name}", _worst(model, node)[1]


def _worst(model: Model, node: NodeKey) -> tuple[str, str]:
    """The worst thing about a node as a sign and a role: x silent, ! stale, C critical light, W weak light."""
    olt = model.olts.get(node.olt_id)
    if node.level == 0 and olt is not None and olt.reachable is False:
        return "x", "unknown"
    counts = model.counts(node)
    if counts.total and counts.offline == counts.total:
        return "!!", "offline"
    if counts.critical:
        return "C", "strong" if node.level == 0 else "base"
    if counts.warning:
        return "W", "strong" if node.level == 0 else "base"
    return "", "strong" if node.level == 0 else "base"
