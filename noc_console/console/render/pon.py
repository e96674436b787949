"""A PON port: whether it is up and read, and how its transceiver is."""

from __future__ import annotations

from collections.abc import Collection

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.chart import TRAFFIC_NAMES, Chart, latest
from noc_console.console.render.doubt import doubt
from noc_console.console.render.health import temperature_cell
from noc_console.console.render.summary import labelled, paragraph
from noc_console.console.render.times import read_ago
from noc_console.domain.network import Outcome, PollKind, Port
from noc_console.picture.model import Model
from noc_console.picture.tree import NodeKey


def render_port(model: Model, node: NodeKey, width: int, now: float, absolute: bool) -> list[Line]:
    """State, reading, transceiver, last reason for being down."""
    state = model.port_states.get((node.olt_id, node.path))
    port = model.ports.get((node.olt_id, node.path))
    olt = model.olts.get(node.olt_id)
    unsure = olt.unverified_of("pon_port") if olt else frozenset[str]()
    lines: list[Line] = []
    if port is not None and (items := _state(port, unsure)):
        lines += labelled("port", items, width)
    if state is not None:
        items = [
            _read("state", read_ago(state.state_at, state.state, now, absolute), state.state.trusted),
            _read("light", read_ago(state.optics_at, state.optics, now, absolute), state.optics.trusted),
        ]
        lines += labelled("read", items, width)
    for kind in (PollKind.STATE, PollKind.OPTICS):
        mark = model.marks.get((node.olt_id, node.path, kind))
        if mark is not None and mark.outcome is not Outcome.COMPLETE:
            why = mark.error or "no reason given"
            lines += paragraph(f"last {kind.value} poll {mark.outcome.value}: {why}", width, "warning", "!")
    if port is not None:
        if items := _module(port, unsure):
            lines += labelled("module", items, width)
        if port.last_down_cause:
            cause: Line = [(port.last_down_cause, "base"), *doubt(unsure, "last_down_cause")]
            lines += labelled("last down", [cause], width)
    return lines


def traffic_items(chart: Chart | None) -> list[Line]:
    """The last known rates, and the highest of the chart."""
    items: list[Line] = []
    for label, role, values in zip(TRAFFIC_NAMES, ("chart-a", "chart-b"), chart.lines if chart else (), strict=False):
        now = latest(values)
        if now is not None:
            peak = max(value for value in values if value is not None)
            items.append([(f"{label} ", role), (f"{now:,.1f} Mbit/s", "base"), (f" (most {peak:,.1f})", "dim")])
    return items


def _read(label: str, text: str, trusted: bool) -> Line:
    return [(f"{label} ", "dim"), (text, "base" if trusted else "stale")]


def _state(port: Port, unsure: Collection[str]) -> list[Line]:
    items: list[Line] = []
    if port.oper:
        items.append([(port.oper, "online" if port.oper == "up" else "offline"), *doubt(unsure, "oper")])
    if port.admin:
        items.append([("admin ", "dim"), (port.admin, "base"), *doubt(unsure, "admin")])
    if port.sfp_present is not None:
        present: Cell = ("present", "base") if port.sfp_present else ("MISSING", "warning")
        items.append([("SFP ", "dim"), present, *doubt(unsure, "sfp_present")])
    return items


def _module(port: Port, unsure: Collection[str]) -> list[Line]:
    items: list[Line] = []
    for label, name, unit in (("Tx ", "tx_dbm", "dBm"), ("supply ", "voltage_v", "V"), ("bias ", "bias_ma", "mA")):
        if (value := getattr(port, name)) is not None:
            items.append([(label, "dim"), (f"{value:.2f} {unit}", "base"), *doubt(unsure, name)])
    if port.temperature_celsius is not None:
        items.append([temperature_cell(port.temperature_celsius), *doubt(unsure, "temperature_celsius")])
    return items
