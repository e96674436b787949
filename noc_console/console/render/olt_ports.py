"""The PON ports of one OLT: their ONTs, their SFPs, their traffic."""

from __future__ import annotations

from collections.abc import Mapping

from noc_console.console.render.cells import Cell
from noc_console.console.render.olts import level
from noc_console.console.widgets.columns import Column
from noc_console.domain.units import bits_per_s
from noc_console.picture.model import Model
from noc_console.picture.port_rows import PortLoss

Rates = Mapping[tuple[str, str], tuple[float | None, float | None]]
"""Bits per second to and from the ONTs, by OLT and PON port."""
COLUMNS = (
    Column("port", "PON", 8, frozen=True, letter="p"),
    Column("oper", "STATE", 6, letter="s"),
    Column("online", "ON", 4, right=True, letter="o"),
    Column("lost", "OFF", 4, right=True, letter="f"),
    Column("unknown", "UNK", 4, right=True, letter="u"),
    Column("weak", "WEAK", 4, right=True, letter="w"),
    Column("incident", "INC", 7),
    Column("tx", "TX dBm", 7, right=True, letter="x"),
    Column("temperature", "SFP °C", 6, right=True, letter="t"),
    Column("down", "TO ONTs", 12, right=True, letter="d"),
    Column("up", "FROM ONTs", 12, right=True, letter="r"),
)
_COUNTS = {"lost": "offline", "unknown": "unknown", "weak": "warning", "online": "base"}


def value(model: Model, one: PortLoss, rates: Rates, column: str) -> str | float | None:
    """The bare value of a column; None where nothing was read."""
    if column in ("tx", "temperature"):
        port = model.ports.get((one.olt_id, one.port))
        return getattr(port, {"tx": "tx_dbm"}.get(column, "temperature_celsius")) if port else None
    if column in ("down", "up"):
        return rates.get((one.olt, one.port), (None, None))[column == "up"]
    found: str | float | None = getattr(one, column)
    return found


def cell(model: Model, one: PortLoss, rates: Rates, column: str, now: float) -> Cell:
    """One cell; blank where nothing was read, in brackets what is too old to be trusted."""
    found = value(model, one, rates, column)
    if found is None:
        return "", "dim"
    if column in _COUNTS:
        return str(found), _COUNTS[column] if found else "dim"
    if column == "oper":
        return str(found), "online" if found == "up" else "offline"
    if isinstance(found, str):
        return found, "strong" if column == "port" else "base"
    if column in ("down", "up"):
        return bits_per_s(found), "base"
    letter, role = level("temperature", found, model) if column == "temperature" else ("", "base")
    shown = f"{letter} {found:.0f}".strip() if column == "temperature" else f"{found:.2f}"
    state = model.port_states.get((one.olt_id, one.port))
    trusted = state is not None and state.optics.trusted
    return (shown, role) if trusted else (f"({shown})", "dim")
