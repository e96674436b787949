"""``paths.yaml`` as types: where each vendor keeps what the sections show."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

import msgspec
import yaml


class FieldPaths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a section and where it may be found, best first."""

    key: str
    label: str
    paths: list[str]
    unit: str = ""
    as_: str = msgspec.field(default="text", name="as")


class SectionPaths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section. ``objects`` gives, per root, where the objects that its paths name are; without it, the root."""

    title: str
    fields: list[FieldPaths]
    objects: dict[str, dict[str, list[str]]] = {}
    also: list[str] = []
    """Leaves that are not shown but needed to choose or to follow."""
    also_root: dict[str, list[str]] = {}


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Instance numbers of 2.4 GHz and 5 GHz per model."""

    default: tuple[int, int]
    models: dict[str, tuple[int, int]]


class WirelessPaths(SectionPaths, frozen=True, kw_only=True):
    """The wireless section."""

    bands: Bands


class Transceiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of telling optical readings."""

    object: str
    rx: str
    tx: str
    temperature: str | None = None
    temperature_scale: float = 0.01
    voltage: str | None = None
    bias: str | None = None
    bias_scale: float = 0.001
    power_scale: str = "auto"

    @property
    def leaves(self) -> list[str]:
        """Paths of all its leaves."""
        names = (self.rx, self.tx, self.temperature, self.voltage, self.bias)
        return [f"{self.object}.{name}" for name in names if name]


class OpticalPaths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The optical section."""

    title: str
    transceivers: list[Transceiver]
    virtual: list[str]


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    system: SectionPaths
    wan: SectionPaths
    lan: SectionPaths
    wireless: WirelessPaths
    ethernet: SectionPaths
    hosts: SectionPaths
    optical: OpticalPaths


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables, read once."""
    text = resources.files(__package__).joinpath("paths.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)), Tables)
