"""The network as it is at one instant, as observations: with it a recording begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from noc_console.domain.incidents.network import Network, OltFact, OntFact
from noc_console.domain.incidents.observations import Observation


def keyframe(network: Network, at: float) -> Iterator[Observation]:
    """Everything that is known, told at one instant."""
    for splitter in network.splitters.values():
        named = {"name": splitter.name, "olt": splitter.olt, "port": splitter.port}
        others = {name: getattr(splitter, name) for name in ("parent", "distance_m", "zone")}
        yield Observation(at, "splitter", named | _told(others))
    for olt in network.olts.values():
        yield from _olt(olt, at)
    for ont in network.onts():
        yield Observation(at, "ont", _ont(ont))
    for name, ok in network.sources.items():
        yield Observation(at, "source", {"name": name, "ok": ok})


def _olt(olt: OltFact, at: float) -> Iterator[Observation]:
    told = {name: getattr(olt, name) for name in ("reachable", "uptime_s", "uplink", "state_s")}
    yield Observation(at, "olt", {"name": olt.name} | _told(told))
    for card, state in olt.cards.items():
        yield Observation(at, "card", {"olt": olt.name, "name": card, "state": state})
    for port in olt.ports.values():
        yield Observation(at, "port", {"olt": olt.name, "name": port.name, "oper": port.oper, "tx_dbm": port.tx_dbm})


def _ont(ont: OntFact) -> dict[str, Any]:
    olt, port, ont_id = ont.place
    names = ("serial", "admin", "distance_m", "onu_rx_dbm", "olt_rx_dbm", "splitter", "zone", "customer")
    told = {"olt": olt, "port": port, "ont_id": ont_id, "state": ont.state} | _told({n: getattr(ont, n) for n in names})
    if ont.down:
        told["offline_reason"] = ont.reason
    if ont.business:
        told["business"] = True
    return told


def _told(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
