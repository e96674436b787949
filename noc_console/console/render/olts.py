"""The OLTs: the cells of their list, and the Overview of one."""

from __future__ import annotations

from collections.abc import Mapping

from noc_console.console.glyphs import Glyphs
from noc_console.console.render.cells import Cell, Line, fit
from noc_console.console.render.doubt import doubt
from noc_console.console.render.health import aged, temperature_cell
from noc_console.console.render.summary import LABEL, labelled
from noc_console.console.render.times import listed
from noc_console.console.widgets.columns import Column
from noc_console.domain.core_devices import CORE_INTERFACES, CoreInterface
from noc_console.domain.freshness import coarse_age
from noc_console.domain.network import Olt, PollKind
from noc_console.domain.units import bits_per_s
from noc_console.domain.uplinks import UPLINKS
from noc_console.picture.model import Model
from noc_console.picture.olt_rows import OltRow

COLUMNS = (
    Column("state", "STATE", 9, frozen=True, letter="s"),
    Column("name", "OLT", 12, flex=True, frozen=True, letter="n"),
    Column("online", "ON", 5, right=True, letter="o"),
    Column("offline", "OFF", 5, right=True, letter="f"),
    Column("unknown", "UNK", 4, right=True, letter="u"),
    Column("weak", "WEAK", 4, right=True, letter="w"),
    Column("cpu", "CPU %", 6, right=True, letter="c"),
    Column("memory", "MEM %", 6, right=True, letter="m"),
    Column("temperature", "T °C", 6, right=True, letter="t"),
    Column("age", "AGE", 5, right=True, letter="a"),
    Column("fans", "FANS", 6, right=True),
    Column("cards", "CARDS", 6, right=True),
    Column("waiting", "NEW", 4, right=True, letter="g"),
    Column("uptime", "UP", 6, right=True, letter="p"),
    Column("latency", "PING ms", 9, right=True, letter="i"),
    Column("error", "LAST ERROR", 24, letter="e"),
    Column("address", "ADDRESS", 15, letter="d"),
    Column("profile", "FAMILY", 16, letter="r"),
    Column("software", "SOFTWARE", 18, letter="v"),
)
STATES: Mapping[str, Cell] = {
    "online": ("+ answers", "online"),
    "offline": ("- SILENT", "offline"),
    "no SNMP": ("- NO SNMP", "offline"),
    "unknown": ("? unknown", "unknown"),
}
GAUGE = 20
LOADS = {"cpu": "cpu_percent", "memory": "memory_percent", "temperature": "temperature_celsius"}
_COUNTS = {"offline": "offline", "unknown": "unknown", "weak": "warning"}


def cell(row: OltRow, column: str, model: Model, now: float, absolute: bool) -> Cell:
    """One cell of the list; blank where nothing was read, in brackets what is too old to be trusted."""
    value = row.value(column, now)
    if column == "latency":
        return _ping(row.olt)
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
        return aged(_load(column, value, model), row.health)
    if column == "uptime":
        return coarse_age(value), "base"
    return str(value), "base"


def _ping(olt: Olt) -> Cell:
    """The round trip, and what share of the echoes was lost."""
    if olt.ping_loss == 1.0:
        return "lost", "offline"
    trip = "" if olt.ping_rtt_ms is None else f"{olt.ping_rtt_ms:.1f}"
    return (f"{olt.ping_loss:.0%}! {trip}".rstrip(), "warning") if olt.ping_loss else (trip, "base")


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


def gauges(model: Model, olt: Olt, width: int, now: float, glyphs: Glyphs) -> list[Line]:
    """CPU, memory, temperature as bars, of the OLT or else of its card with the highest; what was not read has none."""
    trust = model.trust_in(olt.id, PollKind.HEALTH, now)
    size = max(8, min(GAUGE, width - 40))
    lines: list[Line] = []
    for label, name in (("CPU", "cpu"), ("memory", "memory"), ("temp", "temperature")):
        fact = LOADS[name]
        value, whose, unsure = getattr(olt, fact), "", olt.unverified_of("olt")
        if value is None:
            value, whose = _highest(model, olt, fact)
            unsure = olt.unverified_of("card")
        if value is None:
            continue
        shown, role = aged(_loaded(name, value, model), trust)
        filled = round(max(0.0, min(1.0, value / 100)) * size)
        bar = glyphs.bar[0] * filled + glyphs.bar[1] * (size - filled)
        line: list[Cell] = [(f" {fit(label, LABEL)} ", "dim"), (f"[{bar}] ", role), (shown, role), *doubt(unsure, fact)]
        lines.append([*line, (f"  card {whose}, the highest", "dim")] if whose else line)
    return lines or [[(" no CPU, memory or temperature was read from it or its cards", "dim")]]


def _loaded(name: str, value: float, model: Model) -> Cell:
    if name == "temperature":
        return temperature_cell(value, model.settings.limits)
    letter, role = level(name, value, model)
    return f"{value:.0f} %{' HIGH' if letter else ''}", role


def _highest(model: Model, olt: Olt, fact: str) -> tuple[float | None, str]:
    cards = (card for card in model.cards.values() if card.olt_id == olt.id)
    known = [(value, card.name) for card in cards if (value := getattr(card, fact)) is not None]
    return max(known, default=(None, ""))


def uplinks_of(model: Model, olt: Olt) -> list[CoreInterface]:
    """The interfaces that the config names as its uplinks."""
    return [one for one in model.records(CORE_INTERFACES) if one.device == f"{olt.name}:uplinks"]


def uplink_lines(model: Model, olt: Olt, width: int, now: float, absolute: bool) -> list[Line]:
    """What it hangs on, as far as that is recorded; state and traffic of each uplink that is read."""
    lines: list[Line] = []
    if (found := model.record(UPLINKS, olt.name)) is not None:
        parts = [text for text in (found.uplink, found.device, found.interface) if text]
        lines += labelled("hangs on", [[(text, "base")] for text in parts], width)
    read = [_uplink(one, now, absolute) for one in uplinks_of(model, olt)]
    if read:
        return lines + labelled("uplinks", read, width)
    return lines or labelled("uplinks", [[("none is named in the config (olts: uplinks:) or recorded", "dim")]], width)


def _uplink(one: CoreInterface, now: float, absolute: bool) -> Line:
    up = {"up": "online", None: "dim"}.get(one.oper, "offline")
    item: list[Cell] = [(f"{one.name} ", "strong"), (one.oper or "not read yet", up)]
    for label, value in (("in", one.rx_bps), ("out", one.tx_bps)):
        if value is not None:
            item += [(f" {label} ", "dim"), (bits_per_s(value), "base")]
    if one.observed_at is not None:
        item.append((f" {listed(one.observed_at, now, absolute)}", "dim"))
    return item
