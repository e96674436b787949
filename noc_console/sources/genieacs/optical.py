"""The optical section: the first transceiver object that has a received power, in units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from noc_console.domain.cpe import Field
from noc_console.sources.genieacs import optics
from noc_console.sources.genieacs.document import Document, Node, Parameter
from noc_console.sources.genieacs.fields import fields, made
from noc_console.sources.genieacs.tables import OpticalPaths, Transceiver


def fields_of(document: Document, table: OpticalPaths) -> list[Field]:
    """Readings of the transceiver; of the operator's own parameters when no vendor's leaf has a received power."""
    readings = []
    for transceiver in table.transceivers:
        if not _meant(transceiver, document):
            continue
        for node in document.root.matching(transceiver.object):
            shown = _transceiver(node, transceiver)
            if shown:
                parent = document.top.at(node.path.rpartition(".")[0])
                readings.append([*shown, *fields(table.fields, {"self": node, "parent": parent})])
                if _has_light(shown):
                    return readings[-1]
    shown = readings[0] if readings else []
    return [*_virtual(document.top.at("VirtualParameters"), table.virtual), *shown]


def rx_dbm(document: Document, table: OpticalPaths) -> float | None:
    """Received power alone."""
    for transceiver in table.transceivers:
        for node in document.root.matching(transceiver.object) if _meant(transceiver, document) else ():
            parameter = node.parameter(transceiver.rx)
            power = optics.rx_power(parameter.number(), transceiver.power_scale) if parameter else optics.UNKNOWN
            if power.dbm is not None or power.no_light:
                return power.dbm
    found = _virtual(document.top.at("VirtualParameters"), table.virtual)
    value = next((field.value for field in found if field.key == "rx_dbm"), None)
    return float(value) if value is not None else None


def _meant(table: Transceiver, document: Document) -> bool:
    return not table.models or any(name.lower() in document.model.lower() for name in table.models)


def _has_light(shown: Sequence[Field]) -> bool:
    return any(field.key in ("rx_dbm", "light") for field in shown)


def _transceiver(node: Node, table: Transceiver) -> list[Field]:
    found: list[Field] = []
    rx = node.parameter(table.rx)
    if rx:
        found += received(rx, table.power_scale)
    tx = node.parameter(table.tx)
    sent = optics.tx_power(tx.number(), table.power_scale) if tx else optics.UNKNOWN
    if tx and sent.dbm is not None:
        found.append(made(tx, "tx_dbm", "Tx power", sent.dbm, "dBm"))
    others: tuple[tuple[str | None, str, str, str, Callable[[float | None], float | None]], ...] = (
        (table.temperature, "temperature_celsius", "Temperature", "°C",
         lambda raw: optics.temperature_celsius(raw, table.temperature_scale)),
        (table.voltage, "voltage_v", "Voltage", "V", optics.voltage_v),
        (table.bias, "bias_ma", "Bias current", "mA", lambda raw: optics.bias_ma(raw, table.bias_scale)),
    )  # fmt: skip
    for leaf, key, label, unit, convert in others:
        parameter = node.parameter(leaf) if leaf else None
        value = convert(parameter.number()) if parameter else None
        if parameter and value is not None:
            found.append(made(parameter, key, label, value, unit))
    return found


def received(parameter: Parameter, scale: str = "auto") -> list[Field]:
    """Received power as a field; none when it says nothing."""
    power = optics.rx_power(parameter.number(), scale)
    if power.no_light:
        return [made(parameter, "light", "Light", "none")]
    return [] if power.dbm is None else [made(parameter, "rx_dbm", "Rx power", power.dbm, "dBm")]


def _virtual(node: Node, names: Sequence[str]) -> list[Field]:
    for name in names:
        parameter = node.parameter(name)
        found = received(parameter) if parameter else []
        if found:
            return found
    return []
