"""The OLTs: the cells of their list, and the Overview of one."""

from __future__ import annotations

from collections.abc import Mapping

from noc_console.console.render.cells import Cell, Line, fit
from noc_console.console.render.health import temperature_cell
from noc_console.console.render.summary import labelled
from noc_console.console.render.times import listed
from noc_console.console.widgets.columns import Column
from noc_console.domain.core_devices import CORE_INTERFACES, CoreInterface
from noc_console.domain.freshness import Freshness, coarse_age
from noc_console.domain.network import Olt, PollKind
from noc_console.domain.units import bits_per_s
from noc_console.picture.model import Model
from noc_console.picture.olt_rows import OltRow

COLUMNS = (
    Column("state", "STATE", 9, frozen=True, letter="s"),
    Column("name", "OLT", 12, flex=True, frozen=True, letter="n"),
    Column("online", "ON", 5, right=True, letter="o"),
    Column("offline", "OFF", 5, right=True, letter="f"),
    Column("unknown", "UNK", 4, right=True, letter="u"),
    Column("low", "LOW", 4, right=True, letter="l"),
    Column("cpu", "CPU %", 6, right=True, letter="c"),
    Column("memory", "MEM %", 6, right=True, letter="m"),
    Column("temperature", "TEMP", 6, right=True, letter="t"),
    Column("age", "AGE", 5, right=True, letter="a"),
    Column("fans", "FANS", 6, right=True),
    Column("cards", "CARDS", 6, right=True),
    Column("uptime", "UP", 6, right=True, letter="p"),
    Column("latency", "PING ms", 7, right=True, letter="i"),
    Column("error", "LAST ERROR", 24, letter="e"),
)
MORE = (
    Column("address", "ADDRESS", 15, letter="d"),
    Column("profile", "PROFILE", 16, letter="r"),
    Column("software", "SOFTWARE", 18, letter="w"),
)
STATES: Mapping[str, Cell] = {
    "online": ("+ answers", "online"),
    "offline": ("- SILENT", "offline"),
    "no SNMP": ("- NO SNMP", "offline"),
    "unknown": ("? unknown", "unknown"),
}
GAUGE = 20
_COUNTS = {"offline": "offline", "unknown": "unknown", "low": "warning"}


def cell(row: OltRow, column: str, model: Model, now: float, absolute: bool) -> Cell:
    """One cell of the list; blank where nothing was read, in brackets what is too old to be trusted."""
    value = row.value(column, now)
    if column == "state":
        return STATES[row.state]
    if column == "age":
        return listed(row.olt.last_ok_at, now, absolute), "base" if row.state == "online" else "stale"
    if value is None:
        return "", "dim"
    if column in ("cards", "fans"):
        return _parts(row.cards if column == "cards" else row.fans)
    if column in _COUNTS:
        return str(value), _COUNTS[column] if value else "dim"
    if isinstance(value, str):
        return value, {"error": "warning", "name": "strong"}.get(column, "base")
    if column in ("cpu", "memory", "temperature"):
        return _aged(_load(column, value, model), row.health)
    if column == "uptime":
        return coarse_age(value), "base"
    return (f"{value:.1f}" if column == "latency" else str(value)), "base"


def _parts(counted: tuple[int, int] | None) -> Cell:
    if counted is None:
        return "", "dim"
    total, bad = counted
    return (f"{bad} BAD", "critical") if bad else (str(total), "base")


def level(name: str, value: float, model: Model) -> Cell:
    """``W`` or ``C`` with its role where a load is above its limit: colour never tells it alone."""
    limits = model.settings.limits
    if name == "temperature":
        if value > limits.hot_celsius:
            return "C", "critical"
        return ("W", "warning") if value >= limits.warm_celsius else ("", "base")
    limit = limits.cpu_percent if name == "cpu" else limits.memory_percent
    return ("W", "warning") if value >= limit else ("", "base")


def _load(name: str, value: float, model: Model) -> Cell:
    letter, role = level(name, value, model)
    return f"{letter} {value:.0f}".strip(), role


def _aged(shown: Cell, trust: Freshness) -> Cell:
    return shown if trust.trusted else (f"({shown[0]})", "dim")


def gauges(model: Model, olt: Olt, now: float) -> list[Line]:
    """CPU, memory, temperature as bars; what was not read has none."""
    trust = model.trust_in(olt.id, PollKind.HEALTH, now)
    lines: list[Line] = []
    for label, name, value in (
        ("CPU", "cpu", olt.cpu_percent),
        ("memory", "memory", olt.memory_percent),
        ("temp", "temperature", olt.temperature_celsius),
    ):
        if value is None:
            continue
        letter, role = level(name, value, model)
        word = (
            temperature_cell(value, model.settings.limits)[0]
            if name == "temperature"
            else f"{value:.0f} % {'HIGH' if letter else ''}"
        )
        shown, role = _aged((word.rstrip(), role), trust)
        filled = round(max(0.0, min(1.0, value / 100)) * GAUGE)
        bar = "#" * filled + "." * (GAUGE - filled)
        lines.append([(f" {fit(label, 10)} ", "dim"), (f"[{bar}] ", role), (shown, role)])
    return lines or [[(" no CPU, memory or temperature is read from it", "dim")]]


def uplinks_of(model: Model, olt: Olt) -> list[CoreInterface]:
    """The interfaces that the config names as its uplinks."""
    return [one for one in model.records(CORE_INTERFACES) if one.device == f"{olt.name}:uplinks"]


def uplink_lines(model: Model, olt: Olt, width: int, now: float, absolute: bool) -> list[Line]:
    """State and traffic of each uplink."""
    items: list[Line] = []
    for one in uplinks_of(model, olt):
        up = {"up": "online", None: "dim"}.get(one.oper, "offline")
        item: list[Cell] = [(f"{one.name} ", "strong"), (one.oper or "not read yet", up)]
        for label, value in (("in", one.rx_bps), ("out", one.tx_bps)):
            if value is not None:
                item += [(f" {label} ", "dim"), (bits_per_s(value), "base")]
        if one.observed_at is not None:
            item.append((f" {listed(one.observed_at, now, absolute)}", "dim"))
        items.append(item)
    return labelled("uplinks", items, width) if items else [[(" the config names no uplinks of it (uplinks:)", "dim")]]
