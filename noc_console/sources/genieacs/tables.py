"""``paths.yaml`` as types: where each vendor keeps what the sections show. ``pathfile.py`` reads the files."""

from __future__ import annotations

import msgspec

from noc_console.sources.genieacs import checks, optics
from noc_console.sources.genieacs.document import is_secret
from noc_console.sources.genieacs.readings import READINGS

ROOT_OF = {"tr098": "InternetGatewayDevice", "tr181": "Device"}
"""Names of ``self`` under one root only."""


class FieldPaths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a section and where it may be found, best first."""

    key: str
    label: str
    paths: list[str]
    unit: str = ""
    as_: str = msgspec.field(default="text", name="as")

    def __post_init__(self) -> None:
        if self.as_ not in READINGS:
            raise ValueError(f"no reading is called {self.as_!r}; there are {', '.join(READINGS)}")
        for path in self.paths:
            checks.path(path.rpartition(":")[2])
            if is_secret(path):
                raise ValueError(f"{path} is a secret, which is never shown")


class SectionPaths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One section. ``objects`` gives, per root, where the objects that its paths name are; without it, the root."""

    title: str
    fields: list[FieldPaths]
    objects: dict[str, dict[str, list[str]]] = {}
    own: list[FieldPaths] = []
    """Fields of the section itself, beside those of its groups."""
    also: list[str] = []
    """Leaves that are not shown but needed to choose or to follow."""
    also_root: dict[str, list[str]] = {}

    def patterns(self, root: str | None, name: str = "self") -> list[str]:
        """Where the objects called ``name`` are under a root, best first."""
        return self.objects.get(root or "", {}).get(name, [])


class Bands(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Instance numbers of 2.4 GHz and 5 GHz per model."""

    default: tuple[int, int]
    models: dict[str, tuple[int, int]]


class WirelessPaths(SectionPaths, frozen=True, kw_only=True):
    """The wireless section."""

    bands: Bands


class WifiKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which leaf takes a WiFi password, by what the router is called.

    Keys of ``models`` are words that all stand in "model firmware"; those of ``manufacturers`` are a part of the
    manufacturer's name.
    """

    default: dict[str, list[str]]
    """Per root, best first."""
    models: dict[str, str] = {}
    manufacturers: dict[str, str] = {}


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
    models: list[str] = []
    """Only for models whose name holds one of these; empty is all."""

    def __post_init__(self) -> None:
        if self.power_scale not in optics.SCALES:
            raise ValueError(f"power_scale must be one of {', '.join(optics.SCALES)}")
        for leaf in self.leaves:
            checks.path(leaf)

    @property
    def leaves(self) -> list[str]:
        """Paths of all its leaves."""
        names = (self.rx, self.tx, self.temperature, self.voltage, self.bias)
        return [f"{self.object}.{name}" for name in names if name]


class OpticalPaths(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The optical section."""

    title: str
    transceivers: list[Transceiver]
    fields: list[FieldPaths]
    """Besides the readings: paths below the transceiver's object, ``parent:`` below the object that holds it."""
    virtual: list[str]
    """Virtual parameters with a received power, looked at when no vendor's leaf has one."""


class Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    system: SectionPaths
    wan: SectionPaths
    lan: SectionPaths
    wireless: WirelessPaths
    clients: SectionPaths
    mesh: SectionPaths
    ethernet: SectionPaths
    hosts: SectionPaths
    voice: SectionPaths
    optical: OpticalPaths
    wifi_key: WifiKey
    vendors: dict[str, list[str]]
    """Prefix of names that only one vendor's routers have, to words in those routers' manufacturer."""
    virtual: dict[str, str] = {}
    """Virtual parameter to ``section.key``; looked at before everything else."""

    def section(self, name: str) -> SectionPaths | OpticalPaths:
        """The section called ``name``."""
        found: SectionPaths | OpticalPaths = getattr(self, name)
        return found
