"""What must outlive the program: the part of a case that cannot be seen from the network, as JSON beside its record."""

from __future__ import annotations

from typing import Any

from noc_console.domain.incidents.case import Case
from noc_console.domain.incidents.groups import Form
from noc_console.domain.incidents.incident import Cause, Incident, Place
from noc_console.domain.incidents.network import Network, Node, PortFact


def remember(case: Case) -> dict[str, Any]:
    """A case as JSON values."""
    return {
        "lost": sorted([list(ont.place) for ont in case.members]),
        "points": [[port.olt.name, port.name, node.name] for port, node in case.roots],
        "silent": sorted(olt.name for olt in case.olts),
        "missed": case.missed,
        "form": case.form.value,
        "from_start": case.from_start,
        "rung_affected": case.rung_affected,
        "rung_cause": case.rung_cause.value if case.rung_cause else None,
        "burst_until": case.burst_until,
        "darkened": case.darkened,
        "peak": case.peak,
        "readings": [[port.olt.name, port.name, port.readings - known] for port, known in case.readings.items()],
    }


def recall(incident: Incident, told: dict[str, Any], network: Network) -> Case:
    """The case of an incident; what is no longer in the network is left out."""
    case = Case(incident.number, incident.cause, incident.scope, incident.where, incident.opened_at)
    for name in (
        "state severity first_loss_at last_loss_at confirmed_at clearing_at resolved_at rings rung_at planned "
        "stragglers shift_db"
    ).split():
        setattr(case, name, getattr(incident, name))
    case.members = {ont for place in told.get("lost", ()) if (ont := network.ont(_place(place))) is not None}
    for ont in case.members:
        ont.ever_up = True
    case.olts = [network.olts[name] for name in told.get("silent", ()) if name in network.olts]
    case.blind, case.missed = set(case.olts), told.get("missed", False)
    case.roots = [point for olt, port, name in told.get("points", ()) if (point := _point(network, olt, port, name))]
    case.form = Form(told.get("form", Form.DARK.value))
    case.from_start = told.get("from_start", False)
    case.rung_affected, case.burst_until = told.get("rung_affected", 0), told.get("burst_until", 0.0)
    case.rung_cause = Cause(told["rung_cause"]) if told.get("rung_cause") else None
    case.darkened, case.peak = told.get("darkened", 0), told.get("peak", 0)
    for olt, name, since in told.get("readings", ()):
        if olt in network.olts and name in network.olts[olt].ports:
            port = network.olts[olt].ports[name]
            case.readings[port] = port.readings - since
    return case


def _place(row: list[Any]) -> Place:
    olt, port, ont_id = row
    return olt, port, ont_id


def _point(network: Network, olt: str, name: str, splitter: str | None) -> tuple[PortFact, Node] | None:
    known = network.olts.get(olt)
    port = known.ports.get(name) if known else None
    if port is None:
        return None
    found = _named(port.root(network.splitters), splitter)
    return (port, found) if found else None


def _named(node: Node, name: str | None) -> Node | None:
    if node.name == name:
        return node
    return next((found for child in node.children if (found := _named(child, name))), None)
