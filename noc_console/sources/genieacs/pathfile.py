"""Reading ``paths.yaml``, and the user's file of the same shape, whose entries come before the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec
import yaml

from noc_console.config.yaml_file import read_yaml
from noc_console.domain.errors import ConfigError
from noc_console.sources.genieacs.tables import (
    ROOT_OF,
    FieldPaths,
    OpticalPaths,
    SectionPaths,
    Tables,
    Transceiver,
    WirelessPaths,
)

VIRTUAL_SECTIONS = ("system", "wan", "lan", "optical")
"""Sections whose fields a virtual parameter can fill; in ``wan`` those of the Internet connection."""
OPTICAL_KEYS = ("rx_dbm", "tx_dbm", "temperature_celsius", "voltage_v", "bias_ma")
_AT = re.compile(r" - at `\$\.?([^`]*)`$")
_STEP = re.compile(r"\[(\d+|\.\.\.)\]|([^.\[]+)")


class FieldExtension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Further paths of a field; what is left out is as in the shipped field of that key."""

    key: str
    paths: list[str]
    label: str | None = None
    unit: str | None = None
    as_: str | None = msgspec.field(default=None, name="as")


class BandsExtension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Further models."""

    models: dict[str, tuple[int, int]]


class SectionExtension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Additions to a section."""

    fields: list[FieldExtension] = []
    objects: dict[str, dict[str, list[str]]] = {}
    also: list[str] = []
    also_root: dict[str, list[str]] = {}


class WirelessExtension(SectionExtension, frozen=True, forbid_unknown_fields=True):
    """Additions to the wireless section."""

    bands: BandsExtension = BandsExtension({})


class OpticalExtension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Additions to the optical section."""

    transceivers: list[Transceiver] = []
    fields: list[FieldExtension] = []


class WifiKeyExtension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Further models and manufacturers."""

    models: dict[str, str] = {}
    manufacturers: dict[str, str] = {}


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The user's file."""

    system: SectionExtension = SectionExtension()
    wan: SectionExtension = SectionExtension()
    lan: SectionExtension = SectionExtension()
    wireless: WirelessExtension = WirelessExtension()
    clients: SectionExtension = SectionExtension()
    mesh: SectionExtension = SectionExtension()
    ethernet: SectionExtension = SectionExtension()
    hosts: SectionExtension = SectionExtension()
    voice: SectionExtension = SectionExtension()
    optical: OpticalExtension = OpticalExtension()
    wifi_key: WifiKeyExtension = WifiKeyExtension()
    virtual: dict[str, str] = {}


@lru_cache(maxsize=1)
def shipped() -> Tables:
    """The shipped tables, read once."""
    text = resources.files(__package__).joinpath("paths.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), Tables)


def load_tables(file: Path | None) -> Tables:
    """The shipped tables, with the entries of the user's file before them.

    Raises:
        ConfigError: The file is wrong; says where, and what would be right.
    """
    return shipped() if file is None else _File(file).extend(shipped())


class _File:
    """The user's file while it is being read: knows where everything stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._nodes, data = read_yaml(path, "genieacs.paths_file")
        try:
            self._added = msgspec.convert(data or {}, Extension)
        except msgspec.ValidationError as error:
            found = _AT.search(str(error))
            at = found[1] if found else ""
            raise self._wrong(at, _AT.sub("", str(error)), _known_keys(at)) from None

    def extend(self, base: Tables) -> Tables:
        """``base`` with the file's entries before its own."""
        sections = {
            name: self._section(name, getattr(base, name), getattr(self._added, name))
            for name in base.__struct_fields__
            if isinstance(getattr(base, name), SectionPaths | OpticalPaths)
        }
        key = self._added.wifi_key
        made = msgspec.structs.replace(
            base,
            **sections,
            virtual={**self._added.virtual, **base.virtual},
            wifi_key=msgspec.structs.replace(
                base.wifi_key,
                models={**key.models, **{k: v for k, v in base.wifi_key.models.items() if k not in key.models}},
                manufacturers={**key.manufacturers, **base.wifi_key.manufacturers, **key.manufacturers},
            ),
        )
        self._check_virtual(made)
        return made

    def _section(self, name: str, base: Any, added: Any) -> Any:
        fields = self._fields(name, base, added.fields)
        if isinstance(base, OpticalPaths):
            return msgspec.structs.replace(base, fields=fields, transceivers=[*added.transceivers, *base.transceivers])
        objects = {
            root: {
                known: _before(added.objects.get(root, {}).get(known, []), base.objects.get(root, {}).get(known, []))
                for known in {**base.objects.get(root, {}), **added.objects.get(root, {})}
            }
            for root in {**base.objects, **added.objects}
        }
        roots = {**base.also_root, **added.also_root}
        also_root = {root: _before(added.also_root.get(root, []), base.also_root.get(root, [])) for root in roots}
        made = msgspec.structs.replace(
            base, fields=fields, objects=objects, also=_before(added.also, base.also), also_root=also_root
        )
        if isinstance(base, WirelessPaths):
            models = {
                **added.bands.models,
                **{k: v for k, v in base.bands.models.items() if k not in added.bands.models},
            }
            made = msgspec.structs.replace(made, bands=msgspec.structs.replace(base.bands, models=models))
        return made

    def _fields(self, name: str, base: Any, added: Sequence[FieldExtension]) -> list[FieldPaths]:
        """Further fields before the shipped ones of the same key, new ones behind all."""
        first: dict[str, list[FieldPaths]] = {}
        for index, extra in enumerate(added):
            at = f"{name}.fields[{index}]"
            like = next((spec for spec in base.fields if spec.key == extra.key), None)
            if like is None and extra.label is None:
                raise self._wrong(f"{at}.key", f"{name} has no field {extra.key!r}", "give a new field its label")
            self._check_paths(at, base, extra.paths)
            try:
                made = FieldPaths(
                    extra.key,
                    extra.label or (like.label if like else extra.key),
                    extra.paths,
                    extra.unit if extra.unit is not None else like.unit if like else "",
                    extra.as_ or (like.as_ if like else "text"),
                )
            except ValueError as error:
                raise self._wrong(at, str(error), None) from None
            first.setdefault(extra.key, []).append(made)
        found: list[FieldPaths] = []
        for spec in base.fields:
            found += [*first.pop(spec.key, []), spec]
        return [*found, *(spec for specs in first.values() for spec in specs)]

    def _check_paths(self, at: str, base: Any, paths: Sequence[str]) -> None:
        known = {"self", "parent"} if isinstance(base, OpticalPaths) else {*ROOT_OF, "self"}
        known |= {name for objects in getattr(base, "objects", {}).values() for name in objects}
        for index, path in enumerate(paths):
            name, colon, _ = path.partition(":")
            if colon and name not in known:
                hint = f"known here: {', '.join(sorted(known))}"
                raise self._wrong(f"{at}.paths[{index}]", f"no object is called {name!r}", hint)

    def _check_virtual(self, made: Tables) -> None:
        for name, target in self._added.virtual.items():
            section, _, key = target.partition(".")
            if section not in VIRTUAL_SECTIONS:
                hint = f"write SECTION.KEY with one of {', '.join(VIRTUAL_SECTIONS)}"
                raise self._wrong(f"virtual.{name}", f"{target!r} is no field that a virtual parameter can fill", hint)
            known = [spec.key for spec in made.section(section).fields]
            known = [*OPTICAL_KEYS, *known] if section == "optical" else known
            if key not in known:
                hint = f"known: {', '.join(dict.fromkeys(known))}"
                raise self._wrong(f"virtual.{name}", f"{section} has no field {key!r}", hint)
            if not re.fullmatch(r"[A-Za-z_][\w-]*", name):
                raise self._wrong(
                    f"virtual.{name}", "not the name of a virtual parameter", "without VirtualParameters."
                )

    def _wrong(self, at: str, message: str, hint: str | None) -> ConfigError:
        return ConfigError(message, path=str(self._path), line=self._line(at), key=at or None, hint=hint)

    def _line(self, at: str) -> int | None:
        """Line of the deepest node on the way to ``at`` (``wan.fields[0].paths``)."""
        node = self._nodes
        line = node.start_mark.line if node else 0
        for index, name in _STEP.findall(at):
            if isinstance(node, yaml.SequenceNode) and index.isdigit() and int(index) < len(node.value):
                node = node.value[int(index)]
                line = node.start_mark.line
            elif isinstance(node, yaml.MappingNode) and name:
                found = next(((key, value) for key, value in node.value if key.value == name), None)
                if found is None:
                    break
                line, node = found[0].start_mark.line, found[1]
            else:
                break
        return line + 1


def _before(first: Sequence[str], then: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*first, *then)))


def _known_keys(at: str) -> str | None:
    """What may stand at a place, for a hint."""
    parts = [name for _, name in _STEP.findall(at) if name]
    if not parts:
        return f"known: {', '.join(Extension.__struct_fields__)}"
    kind: Any = {"fields": FieldExtension, "transceivers": Transceiver, "bands": BandsExtension}.get(parts[-1])
    if kind is None and len(parts) == 1:
        kind = type(getattr(Extension(), parts[0], None))
    names = [field.encode_name for field in msgspec.structs.fields(kind)] if hasattr(kind, "__struct_fields__") else []
    return f"known here: {', '.join(names)}" if names else None
