"""Making fields: the first usable value among candidate paths, read in one of a few ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from noc_console.domain.cpe import Field, Value
from noc_console.sources.genieacs.document import Node, Parameter
from noc_console.sources.genieacs.readings import READINGS
from noc_console.sources.genieacs.tables import ROOT_OF, FieldPaths

Objects = Mapping[str, Node]
"""The objects that a group's paths refer to: ``self``, ``ppp``, ``radio``, ..."""


def fields(specs: Iterable[FieldPaths], objects: Objects) -> list[Field]:
    """One field per key that has a usable value."""
    found: dict[str, Field] = {}
    for spec in specs:
        if spec.key not in found and (first := _first(spec, objects)):
            parameter, value = first
            found[spec.key] = made(parameter, spec.key, spec.label, value, spec.unit)
    return list(found.values())


def parameters(path: str, objects: Objects) -> Iterable[Parameter]:
    """Leaves at ``name:path`` or ``path`` (of ``self``), wildcards resolved."""
    name, rest = split(path)
    node = objects.get("self" if name in ROOT_OF else name)
    if node is None or (name in ROOT_OF and not node.path.startswith(ROOT_OF[name])):
        return ()
    if "*" in rest:
        return node.leaves(rest)
    parameter = node.parameter(rest)
    return (parameter,) if parameter else ()


@lru_cache(maxsize=2048)
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


def values(specs: Iterable[FieldPaths], objects: Objects) -> dict[str, Value]:
    """Like ``fields``, the values alone: for many routers at a time."""
    found: dict[str, Value] = {}
    for spec in specs:
        value = None if spec.key in found else _value(spec, objects)
        if value is not None:
            found[spec.key] = value
    return found


def _value(spec: FieldPaths, objects: Objects) -> Value | None:
    read = READINGS[spec.as_]
    for path in spec.paths:
        name, leaf = split(path)
        if name == "self" and "*" not in leaf:
            value = read(objects["self"].raw(leaf))
        else:
            found = (read(parameter.raw) for parameter in parameters(path, objects))
            value = next((one for one in found if one is not None), None)
        if value is not None:
            return value
    return None


def _first(spec: FieldPaths, objects: Objects) -> tuple[Parameter, Value] | None:
    """The first parameter with a usable value."""
    read = READINGS[spec.as_]
    for path in spec.paths:
        for parameter in parameters(path, objects):
            value = read(parameter.raw)
            if value is not None:
                return parameter, value
    return None
