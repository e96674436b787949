"""The ONT table: its columns, its presets, one cell at a time."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf, isnan
from typing import Any

from noc_console.console.glyphs import Glyphs, sparkline
from noc_console.console.render.cells import Cell
from noc_console.console.render.times import listed
from noc_console.console.widgets.columns import Column, in_order
from noc_console.domain.identity import told_ont_id
from noc_console.picture.model import SIGNALS, Model
from noc_console.picture.ont_facts import as_reason, since
from noc_console.picture.ont_store import GONE, OFFLINE, ONLINE

SPARK_POINTS = 12

STATE_CELLS: tuple[Cell, ...] = (
    ("+ online", "online"),
    ("- OFFLINE", "offline"),
    ("? unknown", "unknown"),
    ("x gone", "dim"),
)
"""By effective state; the sign and the word tell it without colour."""
_SIGNAL_ROLES = {"good": "dim", "warning": "warning", "critical": "critical", "overload": "overload"}
_SIGNAL_TEXT = {"good": "good", "warning": "W weak", "critical": "C crit", "overload": "O high"}

_ALL = {
    column.id: column
    for column in (
        Column("state", "STATE", 9, frozen=True, letter="s"),
        Column("serial", "SERIAL", 12, frozen=True, letter="n"),
        Column("olt", "OLT", 6, letter="l"),
        Column("port", "PON", 6, letter="p"),
        Column("ont_id", "ID", 3, right=True, letter="i"),
        Column("description", "DESCRIPTION", 14, flex=True, letter="d"),
        Column("rx", "RX ONT", 7, right=True, letter="r"),
        Column("signal", "SIGNAL", 6, letter="g"),
        Column("reason", "REASON", 11, letter="o"),
        Column("age", "AGE", 8, right=True, letter="a"),
        Column("trend", "RX 24H", SPARK_POINTS),
        Column("orx", "RX OLT", 7, right=True, letter="x"),
        Column("tx", "TX ONT", 7, right=True),
        Column("distance", "DIST m", 7, right=True, letter="m"),
        Column("model", "MODEL", 12, letter="e"),
        Column("since", "SINCE", 11, right=True, letter="c"),
        Column("firmware", "FIRMWARE", 16, letter="f"),
        Column("temperature", "T °C", 5, right=True, letter="t"),
        Column("informed", "INFORMED", 11, right=True, letter="h"),
        Column("ip", "WAN IP", 15, letter="w"),
        Column("pppoe", "PPPOE USER", 18, letter="u"),
        Column("mac", "MAC", 17),
    )
}

_PRESETS = {
    "triage": "state serial age olt port ont_id description rx trend signal reason orx distance model since",
    "optical": "state serial olt port rx signal orx tx distance temperature trend description age ont_id",
    "customer": "state serial description model firmware since olt port ont_id age rx",
    "tr069": "state serial informed ip pppoe mac model description olt port",
}
PRESETS = tuple(_PRESETS)


def columns_for(preset: str, widths: Mapping[str, int], one_olt: bool) -> list[Column]:
    """Columns of a preset.

    Args:
        preset: One of ``PRESETS``.
        widths: Longest value by column id, for those that fit themselves to what there is.
        one_olt: Leaves the OLT column out (everything listed is on the same one).
    """
    names = _PRESETS.get(preset, _PRESETS["triage"]).split()
    return [_fitted(_ALL[name], widths) for name in names if name != "olt" or not one_olt]


def all_columns(widths: Mapping[str, int]) -> list[Column]:
    """Every column that there is."""
    return [_fitted(column, widths) for column in _ALL.values()]


def _fitted(column: Column, widths: Mapping[str, int]) -> Column:
    return replace(column, width=max(len(column.title), widths.get(column.id, column.width)))


@dataclass(slots=True)
class OntCells:
    """Cells of ONT rows, as the model has them now."""

    model: Model
    glyphs: Glyphs
    now: float = 0.0
    absolute: bool = False
    sparks: Mapping[str, list[float | None]] = field(default_factory=dict)
    """Rx history by serial, as far as it was fetched."""

    def cell(self, row: int, column: str) -> Cell:
        """One cell."""
        return _RENDER[column](self, row)

    def _state(self, row: int) -> Cell:
        return STATE_CELLS[self.model.onts.state[row]]

    def _identity(self, row: int) -> Cell:
        return self.model.onts.identity(row) or "", "strong" if self.model.onts.state[row] == OFFLINE else "base"

    def _plain(self, name: str, role: str = "base") -> Callable[[int], Cell]:
        def render(row: int) -> Cell:
            value = self.model.onts.get(row, name)
            return ("" if value is None else str(value), role)

        return render

    def _light(self, row: int, name: str) -> Cell:
        value = self.model.onts.get(row, name)
        if value is None:
            return "", "dim"
        port = self.model.port_of(row)
        trusted = self.model.onts.state[row] == ONLINE and port is not None and port.optics.trusted
        light = SIGNALS[self.model.onts.signal[row]]
        if not trusted:
            return f"({value:.1f})", "dim"
        return f"{value:.1f}", (_SIGNAL_ROLES[light] if light and light != "good" and name == "onu_rx_dbm" else "base")

    def _signal(self, row: int) -> Cell:
        light = SIGNALS[self.model.onts.signal[row]]
        if light is None:
            return "", "dim"
        port = self.model.port_of(row)
        role = _SIGNAL_ROLES[light] if port is not None and port.optics.trusted else "dim"
        return _SIGNAL_TEXT[light], role

    def _reason(self, row: int) -> Cell:
        if self.model.onts.state[row] != OFFLINE:
            return "", "dim"
        reason = as_reason(self.model.onts.get(row, "offline_reason"))
        return (reason.label, "base") if reason else ("", "dim")

    def _age(self, row: int) -> Cell:
        at = self.model.state_at(row)
        fresh = self.model.freshness(row, self.now)
        text = listed(at, self.now, self.absolute)
        return text + fresh.mark, ("dim" if fresh.trusted else "stale")

    def _trend(self, row: int) -> Cell:
        serial = self.model.onts.get(row, "serial")
        values = self.sparks.get(serial) if serial else None
        return (sparkline(values, SPARK_POINTS, self.glyphs), "spark") if values else ("", "dim")

    def _distance(self, row: int) -> Cell:
        value = self.model.onts.get(row, "distance_m")
        if value is not None:
            return str(value), "base"
        last = self.model.onts.get(row, "last_distance_m")
        return (f"({last})", "dim") if last is not None else ("", "dim")

    def _since(self, row: int) -> Cell:
        at, seen = since(self.model, row)
        sign = "" if seen else ("<" if self.absolute else ">")
        return sign + listed(at, self.now, self.absolute), "base"

    def _temperature(self, row: int) -> Cell:
        value = self.model.onts.get(row, "temperature_celsius")
        return ("", "dim") if value is None else (f"{value:.0f}C", "base")

    def _olt(self, row: int) -> Cell:
        return self.model.olt_name(self.model.onts.get(row, "olt_id")), "base"

    def _mac(self, row: int) -> Cell:
        own = self.model.onts.get(row, "mac")
        return (own, "base") if own else self._cpe(row, "mac")

    def _ont_id(self, row: int) -> Cell:
        told = told_ont_id(self.model.onts.get(row, "ont_id"))
        return "" if told is None else str(told), "base"

    def _cpe(self, row: int, name: str) -> Cell:
        cpe = self.model.cpe_of(self.model.onts.get(row, "serial"))
        if name == "last_inform_at":
            return listed(cpe.last_inform_at if cpe else None, self.now, self.absolute), "base"
        return str((getattr(cpe, name) if cpe else None) or ""), "base"


_RENDER: dict[str, Callable[[OntCells, int], Cell]] = {
    "state": OntCells._state,
    "serial": OntCells._identity,
    "olt": OntCells._olt,
    "port": lambda cells, row: cells._plain("port")(row),
    "ont_id": OntCells._ont_id,
    "description": lambda cells, row: cells._plain("description")(row),
    "model": lambda cells, row: cells._plain("model", "dim")(row),
    "firmware": lambda cells, row: cells._plain("firmware", "dim")(row),
    "rx": lambda cells, row: cells._light(row, "onu_rx_dbm"),
    "orx": lambda cells, row: cells._light(row, "olt_rx_dbm"),
    "tx": lambda cells, row: cells._light(row, "onu_tx_dbm"),
    "signal": OntCells._signal,
    "reason": OntCells._reason,
    "age": OntCells._age,
    "trend": OntCells._trend,
    "distance": OntCells._distance,
    "since": OntCells._since,
    "temperature": OntCells._temperature,
    "informed": lambda cells, row: cells._cpe(row, "last_inform_at"),
    "ip": lambda cells, row: cells._cpe(row, "wan_ip"),
    "pppoe": lambda cells, row: cells._cpe(row, "pppoe_user"),
    "mac": OntCells._mac,
}

_STORED = {
    "ont_id": "ont_id", "description": "description", "model": "model", "firmware": "firmware",
    "rx": "onu_rx_dbm", "orx": "olt_rx_dbm", "tx": "onu_tx_dbm", "temperature": "temperature_celsius",
    "distance": "distance_m", "reason": "offline_reason",
}  # fmt: skip
_TEXTS = frozenset(("description", "model", "firmware", "reason"))
_STATE_ORDER = {OFFLINE: 0, GONE: 1, ONLINE: 3}


def sort_rows(model: Model, rows: list[int], column: str | None, down: bool) -> list[int]:
    """Rows by a column; equal ones keep their natural order, those without a value come last either way."""
    if column in (None, "port", "olt"):
        return rows[::-1] if down else rows
    return in_order(rows, _sort_values(model, rows, column or ""), down)


def _sort_values(model: Model, rows: list[int], column: str) -> dict[int, Any]:
    """What to sort by, for the rows that have a value, in their order. Column by column: a lambda a row is slow."""
    onts = model.onts
    if column == "state":
        return {row: _STATE_ORDER.get(onts.state[row], 2) for row in rows}
    if column == "serial":
        serials, macs = onts.column("serial"), onts.column("mac")
        return {row: identity for row in rows if (identity := serials[row] or macs[row])}
    if column == "signal":  # worst light first
        return {row: -onts.signal[row] for row in rows if onts.signal[row]}
    if column == "age":
        read_at = {key: port.state_at for key, port in model.port_states.items()}
        olts, ports, refreshed = onts.column("olt_id"), onts.column("port"), onts.column("refreshed_at")
        plain = {row: read_at.get((olts[row], ports[row])) for row in rows if isnan(refreshed[row])}
        return {row: -((plain[row] if row in plain else model.state_at(row)) or -inf) for row in rows}
    if column == "since":
        return {row: -at for row in rows if (at := since(model, row)[0]) is not None}
    if column in ("informed", "ip", "pppoe"):
        name = {"informed": "last_inform_at", "ip": "wan_ip", "pppoe": "pppoe_user"}[column]
        cpes = ((row, model.cpe_of(onts.get(row, "serial"))) for row in rows)
        found = {row: value for row, cpe in cpes if cpe and (value := getattr(cpe, name)) is not None}
        return {row: -value for row, value in found.items()} if column == "informed" else found
    values = onts.column(_STORED[column])
    if isinstance(values, array):  # NaN stands for "no value", and is the only one that differs from itself
        return {row: value for row in rows if (value := values[row]) == value}
    if column in _TEXTS:
        return {row: value.casefold() for row in rows if (value := values[row]) is not None}
    return {row: value for row in rows if (value := values[row]) is not None}
