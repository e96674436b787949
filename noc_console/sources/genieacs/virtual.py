"""Virtual parameters: what an operator's own scripts at the ACS compute, looked at before the vendors' leaves.

Only those that the operator mapped to a field are trusted; their scripts may add units and blanks to a number, and a
text with several numbers in it (``3d 4h``) is no number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from noc_console.domain.cpe import Field, Group
from noc_console.sources.genieacs import optics
from noc_console.sources.genieacs.document import Document, Parameter
from noc_console.sources.genieacs.fields import made
from noc_console.sources.genieacs.optical import received
from noc_console.sources.genieacs.readings import NUMBERS, READINGS
from noc_console.sources.genieacs.tables import Tables

ROOT = "VirtualParameters"
_ONE_NUMBER = re.compile(r"\s*[-+]?\d+(\.\d+)?\s*[^\d\s]{0,6}\s*")
_OPTICS: dict[str, tuple[str, str, Callable[[float | None], float | None]]] = {
    "tx_dbm": ("Tx power", "dBm", lambda raw: optics.tx_power(raw).dbm),
    "temperature_celsius": ("Temperature", "°C", optics.temperature_celsius),
    "voltage_v": ("Voltage", "V", optics.voltage_v),
    "bias_ma": ("Bias current", "mA", optics.bias_ma),
}


def paths(tables: Tables, section: str | None = None) -> list[str]:
    """Full paths of the mapped virtual parameters, of one section or of all."""
    return [f"{ROOT}.{name}" for name, target in tables.virtual.items() if section in (None, target.partition(".")[0])]


def filled(
    document: Document, section: str, tables: Tables, shown: list[Field], groups: tuple[Group, ...]
) -> tuple[list[Field], tuple[Group, ...]]:
    """A section's content with the values of virtual parameters that are mapped to it."""
    found = fields(document, section, tables)
    if not found:
        return shown, groups
    if section == "wan":
        return shown, tuple(
            replace(group, fields=tuple(_over(group.fields, found))) if group.get("internet") else group
            for group in groups
        )
    return _over(tuple(shown), found), groups


def fields(document: Document, section: str, tables: Tables) -> dict[str, Field]:
    """Fields of a section that virtual parameters fill, by key."""
    found: dict[str, Field] = {}
    for name, target in tables.virtual.items():
        in_section, _, key = target.partition(".")
        parameter = document.top.parameter(f"{ROOT}.{name}") if in_section == section else None
        field = _field(parameter, section, key, tables) if parameter else None
        if field:
            found.setdefault(field.key, field)
    return found


def _over(shown: tuple[Field, ...], found: dict[str, Field]) -> list[Field]:
    # "No light" and a received power say opposite things: the virtual parameter stands for both.
    hidden = {"rx_dbm", "light"} if found.keys() & {"rx_dbm", "light"} else set()
    kept = [found.get(field.key, field) for field in shown if field.key in found or field.key not in hidden]
    return [*kept, *(field for key, field in found.items() if all(field.key != have.key for have in kept))]


def _field(parameter: Parameter, section: str, key: str, tables: Tables) -> Field | None:
    text = parameter.text()
    one_number = bool(text and _ONE_NUMBER.fullmatch(text))
    if section == "optical" and key == "rx_dbm":
        return next(iter(received(parameter)), None) if one_number else None
    if section == "optical" and key in _OPTICS:
        label, unit, convert = _OPTICS[key]
        measured = convert(parameter.number()) if one_number else None
        return made(parameter, key, label, measured, unit) if measured is not None else None
    spec = next((spec for spec in tables.section(section).fields if spec.key == key), None)
    if spec is None or (spec.as_ in NUMBERS and not one_number):
        return None
    value = READINGS[spec.as_](parameter.raw)
    return made(parameter, key, spec.label, value, spec.unit) if value is not None else None
