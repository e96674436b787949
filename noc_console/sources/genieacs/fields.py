"""Making fields: the first usable value among candidate paths, read in one of a few ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from noc_console.domain.cpe import Field, Value
from noc_console.sources.genieacs.document import Node, Parameter, whole
from noc_console.sources.genieacs.tables import FieldPaths

Objects = Mapping[str, Node]
"""The objects that a group's paths refer to: ``self``, ``ppp``, ``radio``, ..."""

ROOT_OF = {"tr098": "InternetGatewayDevice", "tr181": "Device"}
"""Names of ``self`` under one root only."""
_GENERIC_MODEL = frozenset(("modelname", "device", "device2", "igd", "router"))
_MAC = re.compile(r"[0-9A-F]{12}")
_PERCENT = re.compile(r"\d+(?:\.\d+)?")


def fields(specs: Iterable[FieldPaths], objects: Objects) -> list[Field]:
    """One field per key that has a usable value."""
    found: dict[str, Field] = {}
    for spec in specs:
        if spec.key not in found:
            made = _field(spec, objects)
            if made:
                found[spec.key] = made
    return list(found.values())


def parameters(path: str, objects: Objects) -> Iterator[Parameter]:
    """Leaves at ``name:path`` or ``path`` (of ``self``), wildcards resolved."""
    name, rest = split(path)
    if name in ROOT_OF:
        node = objects["self"] if objects["self"].path.split(".")[0] == ROOT_OF[name] else None
    else:
        node = objects.get(name)
    if node is None:
        return
    parent, _, leaf = rest.rpartition(".")
    for holder in node.matching(parent):
        parameter = holder.parameter(leaf)
        if parameter:
            yield parameter


def split(path: str) -> tuple[str, str]:
    """``name:path`` as the object's name and the path below it; without a name it is ``self``."""
    name, colon, rest = path.partition(":")
    return (name, rest) if colon else ("self", path)


def made(parameter: Parameter, key: str, label: str, value: Value, unit: str = "") -> Field:
    """A field from a parameter; the raw text is kept when the value says it otherwise."""
    raw = str(parameter.raw).lower() if isinstance(parameter.raw, bool) else str(parameter.raw)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return Field(
        key=key,
        label=label,
        value=value,
        unit=unit,
        path=parameter.path,
        raw="" if raw == shown else (parameter.text() or ""),
        observed_at=parameter.observed_at,
    )


def _field(spec: FieldPaths, objects: Objects) -> Field | None:
    read = READINGS[spec.as_]
    for path in spec.paths:
        for parameter in parameters(path, objects):
            value = read(parameter)
            if value is not None:
                return made(parameter, spec.key, spec.label, value, spec.unit)
    return None


def _text(parameter: Parameter) -> Value | None:
    return parameter.text()


def _flag(parameter: Parameter) -> Value | None:
    return parameter.flag()


def _model(parameter: Parameter) -> Value | None:
    return model_name(parameter.text())


def model_name(text: str | None) -> str | None:
    """``text`` when it names a model; some routers say ``ModelName``, or the name of a data model."""
    return None if text is None or text.lower() in _GENERIC_MODEL else text


def _count(parameter: Parameter) -> Value | None:
    number = parameter.number()
    return whole(number) if number is not None and number >= 0 else None


def _positive(parameter: Parameter) -> Value | None:
    return _count(parameter) or None


def _percent(parameter: Parameter) -> Value | None:
    """``12``, ``17%``; of ``4%;1%`` (per core) the busiest."""
    numbers = [float(number) for number in _PERCENT.findall(parameter.text() or "")]
    busiest = max(numbers, default=None)
    return whole(busiest) if busiest is not None and busiest <= 100 else None


def _celsius(parameter: Parameter) -> Value | None:
    number = parameter.number()
    return whole(number) if number is not None and -50 <= number <= 150 and number != 0 else None


def _vlan(parameter: Parameter) -> Value | None:
    number = parameter.number()
    return int(number) if number is not None and 1 <= number <= 4094 else None


def _channel(parameter: Parameter) -> Value | None:
    number = parameter.number()
    if number is None or number < 0:
        return None
    return int(number) or "auto"


def _address(parameter: Parameter) -> Value | None:
    text = parameter.text()
    return text if text and text not in ("0.0.0.0", "::") else None


def _addresses(parameter: Parameter) -> Value | None:
    parts = [part.strip() for part in (parameter.text() or "").split(",")]
    return ", ".join(part for part in parts if part not in ("", "0.0.0.0", "::")) or None


def _mac(parameter: Parameter) -> Value | None:
    return mac(parameter.text() or "")


def mac(text: str) -> str | None:
    """``94:25:33:3B:D1:C0`` from any notation; None when it is no MAC or all zero."""
    plain = re.sub(r"[:.\-\s]", "", text).upper()
    if not _MAC.fullmatch(plain) or plain == "0" * 12:
        return None
    return ":".join(plain[i : i + 2] for i in range(0, 12, 2))


def _error(parameter: Parameter) -> Value | None:
    text = parameter.text()
    return None if text in (None, "ERROR_NONE", "None") else text


def _speed(parameter: Parameter) -> Value | None:
    """Mbit/s from ``1000`` or ``Auto_1000``."""
    found = re.search(r"\d+", parameter.text() or "")
    return int(found[0]) if found and int(found[0]) > 0 and (parameter.number() or 1) > 0 else None


def _duplex(parameter: Parameter) -> Value | None:
    """``Full`` from ``Auto_Full``."""
    text = parameter.text()
    return text.removeprefix("Auto_") if text else None


def _reference(parameter: Parameter) -> Value | None:
    """Last two names of a reference: ``WiFi.SSID.3`` from ``Device.WiFi.SSID.3.``."""
    text = parameter.text()
    return text.rstrip(".").removeprefix("Device.").removeprefix("InternetGatewayDevice.") if text else None


READINGS: dict[str, Callable[[Parameter], Value | None]] = {
    "text": _text,
    "flag": _flag,
    "model": _model,
    "count": _count,
    "duration": _count,
    "positive": _positive,
    "percent": _percent,
    "celsius": _celsius,
    "vlan": _vlan,
    "channel": _channel,
    "address": _address,
    "addresses": _addresses,
    "mac": _mac,
    "error": _error,
    "speed": _speed,
    "duplex": _duplex,
    "reference": _reference,
}
