"""The OLTs screen: its list, gauges, PON ports."""

from __future__ import annotations

from noc_console.console.glyphs import Glyphs
from noc_console.console.render.cells import Cell, Line, fit
from noc_console.console.render.health import HOT_CELSIUS, WARM_CELSIUS, aged, ping_items, temperature_cell
from noc_console.console.render.summary import labelled
from noc_console.console.render.times import listed
from noc_console.console.widgets.columns import Column
from noc_console.domain.freshness import format_age
from noc_console.domain.network import Olt, PollKind
from noc_console.domain.uplinks import UPLINKS
from noc_console.picture.model import Model
from noc_console.picture.tree import NodeKey

BUSY_PERCENT, FULL_PERCENT = 70.0, 90.0
GAUGE = 20
HOTTEST = 100.0
"""Of a temperature gauge, °C."""
TABS = ("overview", "ports", "activity")
TITLES = ("Overview", "Ports", "Activity")
COLUMNS = (
    Column("state", "STATE", 9, frozen=True, letter="s"),
    Column("olt", "OLT", 12, frozen=True, letter="n", flex=True),
    Column("age", "READ", 7, right=True, letter="a"),
    Column("online", "ON", 5, right=True, letter="o"),
    Column("offline", "OFF", 5, right=True, letter="f"),
    Column("unknown", "UNK", 5, right=True, letter="u"),
    Column("weak", "WEAK", 5, right=True, letter="w"),
    Column("cpu", "CPU", 6, right=True, letter="c"),
    Column("memory", "MEM", 6, right=True, letter="m"),
    Column("temperature", "TEMP", 11, right=True, letter="t"),
    Column("ping", "PING", 14),
    Column("uptime", "UP", 7, right=True, letter="p"),
    Column("waiting", "NEW", 4, right=True),
    Column("profile", "FAMILY", 16),
    Column("address", "ADDRESS", 15),
)
_FACTS = {"cpu": "cpu_percent", "memory": "memory_percent", "temperature": "temperature_celsius", "uptime": "uptime_s"}


def state_cell(olt: Olt) -> Cell:
    """Whether it answers; the sign and the word tell it without colour."""
    if olt.reachable is None:
        return "? not yet", "dim"
    return ("+ answers", "online") if olt.reachable else ("- SILENT", "offline")


def cell(model: Model, olt: Olt, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the list; what was not read is blank."""
    counts, trust = model.counts(NodeKey(olt.id)), model.trust_in(olt.id, PollKind.HEALTH, now)
    match column:
        case "state":
            return state_cell(olt)
        case "olt":
            return olt.name, "strong"
        case "age":
            fresh = model.trust_in(olt.id, PollKind.STATE, now)
            at = model.read_at(olt.id, PollKind.STATE)
            return listed(at, now, absolute) + fresh.mark, "dim" if fresh.trusted else "stale"
        case "online" | "offline" | "unknown":
            count = getattr(counts, column)
            return str(count), column if count and column != "online" else "base" if count else "dim"
        case "weak":
            weak = counts.warning + counts.critical
            return str(weak), "warning" if weak else "dim"
        case "ping":
            return " ".join(text for item in ping_items(olt) for text, _ in item).replace("answers ", ""), "base"
        case "waiting":
            waiting = len(model.waiting_under(NodeKey(olt.id)))
            return str(waiting or ""), "accent"
        case "uptime":
            return "" if olt.uptime_s is None else format_age(olt.uptime_s), "base"
        case "temperature":
            value = olt.temperature_celsius
            return ("", "dim") if value is None else aged(temperature_cell(value), trust)
        case "cpu" | "memory":
            value = getattr(olt, _FACTS[column])
            return ("", "dim") if value is None else aged(_percent(value), trust)
    return str(getattr(olt, column) or ""), "dim"


def sort_value(model: Model, olt: Olt, column: str, now: float) -> float | str | None:
    """What the list is sorted by; None comes last."""
    counts = model.counts(NodeKey(olt.id))
    match column:
        case "state":
            return {False: 0.0, None: 1.0, True: 2.0}[olt.reachable]
        case "age":
            return -(model.read_at(olt.id, PollKind.STATE) or 0.0)
        case "online" | "offline" | "unknown":
            return float(getattr(counts, column))
        case "weak":
            return float(counts.warning + counts.critical)
        case "cpu" | "memory" | "temperature" | "uptime":
            found: float | None = getattr(olt, _FACTS[column])
            return found
    return olt.name.casefold()


def _percent(value: float) -> Cell:
    """Above 70 % busy, above 90 % full; a letter tells it without colour."""
    letter, role = (
        ("!", "critical") if value > FULL_PERCENT else ("W", "warning") if value > BUSY_PERCENT else ("", "base")
    )
    return f"{value:.0f}%{letter}", role


def gauges(model: Model, olt: Olt, width: int, now: float, glyphs: Glyphs) -> list[Line]:
    """Bars of CPU, memory and temperature, as far as the OLT or its warmest card tells them."""
    lines: list[Line] = []
    trust = model.trust_in(olt.id, PollKind.HEALTH, now)
    cards = [card for card in model.cards.values() if card.olt_id == olt.id]
    size = max(8, min(GAUGE, width - 34))
    for label, fact, top in (
        ("CPU", "cpu_percent", 100.0),
        ("memory", "memory_percent", 100.0),
        ("temperature", "temperature_celsius", HOTTEST),
    ):
        value, whose = getattr(olt, fact), ""
        if value is None:
            known = [(getattr(card, fact), card.name) for card in cards if getattr(card, fact) is not None]
            value, whose = max(known, default=(None, ""))
        if value is None:
            continue
        shown = aged(temperature_cell(value) if fact == "temperature_celsius" else _percent(value), trust)
        filled = round(size * max(0.0, min(1.0, value / top)))
        bar = glyphs.bar[0] * filled + glyphs.bar[1] * (size - filled)
        cells: list[Cell] = [(f" {fit(label, 12)}", "dim"), (bar, shown[1])]
        cells.append((f"  {shown[0]}", shown[1]))
        lines.append([*cells, (f"  card {whose}, the highest", "dim")] if whose else cells)
    if lines:
        lines.append([(f" {'':12}warm from {WARM_CELSIUS:.0f} °C, HOT from {HOT_CELSIUS:.0f} °C", "dim")])
    return lines


def uplink_lines(model: Model, olt: Olt, width: int) -> list[Line]:
    """What it hangs on, where that is recorded."""
    found = model.record(UPLINKS, olt.name)
    if found is None:
        return []
    parts = [text for text in (found.uplink, found.device, found.interface) if text]
    return labelled("uplink", [[(text, "base")] for text in parts], width)


def port_lines(model: Model, olt: Olt) -> list[Line]:
    """Its PON ports, a line each: state, ONTs, light sent, temperature of the module."""
    lines: list[Line] = [[(" PON       STATE      ON  OFF  UNK WEAK  TX dBm     TEMP", "head")]]
    for state in model.sorted_ports(olt.id):
        port, counts = model.ports.get((olt.id, state.name)), state.counts
        oper = (port.oper or "") if port else ""
        cells: list[Cell] = [(f" {fit(state.name, 10)}", "strong")]
        cells.append((fit(oper, 8), "base" if oper in ("", "up") else "offline"))
        for value, role in ((counts.online, "base"), (counts.offline, "offline"), (counts.unknown, "unknown")):
            cells.append((f"{value:>5}", role if value else "dim"))
        weak = counts.warning + counts.critical
        cells.append((f"{weak:>5}", "warning" if weak else "dim"))
        tx_dbm = port.tx_dbm if port else None
        cells.append((f"{'' if tx_dbm is None else f'{tx_dbm:.1f}':>8}", "base"))
        if port is not None and port.temperature_celsius is not None:
            warm = temperature_cell(port.temperature_celsius)
            cells.append((f"  {warm[0]:>7}", warm[1]))
        lines.append(cells)
    return lines if len(lines) > 1 else [[(" no PON port was read yet", "dim")]]
