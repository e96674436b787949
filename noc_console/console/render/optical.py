"""The Optical tab: every value with its unit and age, and the chart's frame."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.doubt import doubt, footnote
from noc_console.console.render.summary import SIGNAL_WORDS, labelled
from noc_console.console.render.times import ago, read_ago
from noc_console.domain.history import RANGES_S
from noc_console.domain.optics import margin_text
from noc_console.picture.ont_facts import OntFacts


def render_values(facts: OntFacts, width: int, absolute: bool) -> list[Line]:
    """The values."""
    ont = facts.ont
    trusted = facts.optics.trusted and facts.state == "online"
    lines: list[Line] = []
    rx: list[Line] = [_reading(facts, "onu_rx_dbm", "dBm")]
    if facts.signal and trusted:
        rx.append([(SIGNAL_WORDS[facts.signal.value], facts.signal.value)])
    if ont.onu_rx_dbm is not None:
        rx.append([(margin_text(ont.onu_rx_dbm), "base" if trusted else "dim")])
    limits = facts.thresholds
    rx.append([(f"limits {limits.rx_warning_dbm:g} / {limits.rx_critical_dbm:g} / {limits.rx_overload_dbm:g}", "dim")])
    lines += labelled("Rx at ONT", rx, width)
    sent: Line = [("Tx ONT ", "dim"), *_reading(facts, "onu_tx_dbm", "dBm")]
    lines += labelled("Rx at OLT", [_reading(facts, "olt_rx_dbm", "dBm"), sent], width)
    module: list[Line] = [
        [("temp ", "dim"), *_reading(facts, "temperature_celsius", "°C", 1)],
        [("supply ", "dim"), *_reading(facts, "voltage_v", "V")],
        [("bias ", "dim"), *_reading(facts, "bias_ma", "mA", 1)],
    ]
    lines += labelled("module", module, width)
    read = read_ago(facts.optics_at, facts.optics, facts.now, absolute)
    lines += labelled("read", [[(read, "base" if facts.optics.trusted else "stale")], _last(facts, absolute)], width)
    if facts.cpe is not None and facts.cpe.rx_dbm is not None:
        lines += labelled("router", [[("its own Rx ", "dim"), (f"{facts.cpe.rx_dbm:.1f} dBm", "base")]], width)
    return [*lines, *footnote(lines, width)]


def _reading(facts: OntFacts, name: str, unit: str, digits: int = 2) -> list[Cell]:
    """In brackets when it is not of now."""
    value = getattr(facts.ont, name)
    if value is None:
        return [("no reading", "dim")]
    text = f"{value:.{digits}f} {unit}"
    trusted = facts.optics.trusted and facts.state == "online"
    return [(text, "base") if trusted else (f"({text})", "dim"), *doubt(facts.unverified, name)]


def _last(facts: OntFacts, absolute: bool) -> Line:
    ont = facts.ont
    if ont.onu_rx_dbm is not None or ont.last_onu_rx_dbm is None:
        return ()
    return [
        ("last Rx ", "dim"),
        (f"{ont.last_onu_rx_dbm:.2f} dBm {ago(ont.last_rx_at, facts.now, absolute)}", "base"),
        *doubt(facts.unverified, "onu_rx_dbm"),
    ]


RANGES_BEGIN: Cell = (" { ", "dim")


def render_ranges(chosen: str, kinds: Sequence[str] = (), kind: str = "") -> Line:
    """``{ 6h [24h] 7d 30d }   i [light] traffic``."""
    cells: list[Cell] = [RANGES_BEGIN]
    for name in RANGES_S:
        cells += [(f"[{name}]", "tab-active") if name == chosen else (f" {name} ", "dim")]
    cells.append((" }", "dim"))
    if kinds:
        cells.append(("   i ", "dim"))
    for name in kinds:
        cells += [(f"[{name}]", "tab-active") if name == kind else (f" {name} ", "dim")]
    return cells


def render_optical(facts: OntFacts, width: int, absolute: bool, chart: Sequence[Line]) -> list[Line]:
    """Values, then the chart with its range line."""
    if facts.ont.serial is None:
        chart = [[(" no history without a serial number", "dim")]]
    return [*render_values(facts, width, absolute), (), *chart]
