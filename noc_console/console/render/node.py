"""An OLT, a card or a PON port, as the detail pane shows it while the tree has the focus."""

from __future__ import annotations

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.summary import labelled, paragraph
from noc_console.console.render.times import ago
from noc_console.console.render.tree import scope_of, title
from noc_console.console.state.model import Model
from noc_console.console.state.tree import NodeKey
from noc_console.domain.freshness import format_age
from noc_console.domain.network import Olt

WARM_CELSIUS, HOT_CELSIUS = 50.0, 65.0


def render_node(model: Model, node: NodeKey, width: int, now: float, absolute: bool) -> list[Line]:
    """Counts for all; health for an OLT and a card; the transceiver for a port."""
    counts = model.counts(scope_of(node))
    lines: list[Line] = [[(f" {title(model, node)}", "title")]]
    tally: list[Line] = [
        [("online ", "dim"), (str(counts.online), "online")],
        [("offline ", "dim"), (str(counts.offline), "offline" if counts.offline else "dim")],
        [("unknown ", "dim"), (str(counts.unknown), "unknown" if counts.unknown else "dim")],
    ]
    lines += labelled("ONTs", tally, width)
    weak: list[Line] = [
        [("weak ", "dim"), (str(counts.warning), "warning" if counts.warning else "dim")],
        [("critical ", "dim"), (str(counts.critical), "critical" if counts.critical else "dim")],
    ]
    lines += labelled("light", weak, width)
    if scope_of(node) is None:
        return lines
    olt = model.olts.get(node.olt_id)
    if node.level == 0 and olt is not None:
        return [*lines, *_olt(olt, width, now, absolute)]
    if node.level == 1:
        return [*lines, *_card(model, node, width)]
    return [*lines, *_port(model, node, width, now, absolute)]


def temperature_cell(value: float) -> Cell:
    """Below 50 °C well, above 65 °C hot."""
    role = "base" if value < WARM_CELSIUS else "warning" if value <= HOT_CELSIUS else "critical"
    return f"{value:.0f} °C", role


def _health(cpu: float | None, memory: float | None, temperature: float | None) -> list[Line]:
    items: list[Line] = []
    if cpu is not None:
        items.append([("CPU ", "dim"), (f"{cpu:.0f} %", "base")])
    if memory is not None:
        items.append([("memory ", "dim"), (f"{memory:.0f} %", "base")])
    if temperature is not None:
        items.append([("temperature ", "dim"), temperature_cell(temperature)])
    return items or [[("no reading", "dim")]]


def _olt(olt: Olt, width: int, now: float, absolute: bool) -> list[Line]:
    answering: Cell = {
        True: ("answers", "online"),
        False: ("DOES NOT ANSWER", "offline"),
        None: ("not asked yet", "dim"),
    }[olt.reachable]
    lines = labelled(
        "SNMP", [[answering], [("last answer ", "dim"), (ago(olt.last_ok_at, now, absolute), "base")]], width
    )
    if olt.last_poll_s is not None:
        lines += labelled("poll", [[(f"took {olt.last_poll_s:.1f} s", "base")]], width)
    if olt.error:
        lines += paragraph(olt.error, width, "warning", "!")
    lines += labelled("health", _health(olt.cpu_percent, olt.memory_percent, olt.temperature_celsius), width)
    identity: list[Line] = [[(text, "base")] for text in (olt.address, olt.profile, olt.software) if text]
    if olt.uptime_s is not None:
        identity.append([("up ", "dim"), (format_age(olt.uptime_s), "base")])
    lines += labelled("device", identity, width)
    if olt.description:
        lines += paragraph(olt.description, width, "dim")
    return lines


def _card(model: Model, node: NodeKey, width: int) -> list[Line]:
    card = model.cards.get((node.olt_id, node.path))
    if card is None:
        return [[(" nothing read about the card itself", "dim")]]
    identity: list[Line] = [[(text, "base")] for text in (card.type, card.role) if text]
    if card.state:
        identity.append([(card.state, "good" if card.state == "normal" else "warning")])
    lines = labelled("card", identity, width) if identity else []
    return lines + labelled("health", _health(card.cpu_percent, card.memory_percent, card.temperature_celsius), width)


def _port(model: Model, node: NodeKey, width: int, now: float, absolute: bool) -> list[Line]:
    state = model.port_states.get((node.olt_id, node.path))
    port = model.ports.get((node.olt_id, node.path))
    lines: list[Line] = []
    if state is not None:
        text = ago(state.state_at, now, absolute) + state.state.mark
        lines += labelled("read", [[(text, "base" if state.state.trusted else "stale")]], width)
    if port is None:
        return lines
    items: list[Line] = [
        [(f"{label} ", "dim"), (value, "base")]
        for label, value in (("oper", port.oper), ("admin", port.admin))
        if value
    ]
    if port.sfp_present is not None:
        items.append(
            [("SFP ", "dim"), ("present" if port.sfp_present else "MISSING", "base" if port.sfp_present else "warning")]
        )
    if items:
        lines += labelled("port", items, width)
    optics: list[Line] = []
    for label, value, unit in (
        ("Tx", port.tx_dbm, "dBm"),
        ("supply", port.voltage_v, "V"),
        ("bias", port.bias_ma, "mA"),
    ):
        if value is not None:
            optics.append([(f"{label} ", "dim"), (f"{value:.2f} {unit}", "base")])
    if port.temperature_celsius is not None:
        optics.append([temperature_cell(port.temperature_celsius)])
    if optics:
        lines += labelled("module", optics, width)
    if port.last_down_cause:
        lines += labelled("last down", [[(port.last_down_cause, "base")]], width)
    return lines
