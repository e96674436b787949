"""A router's document seen as sections, whatever its data model or vendor.

A section is what the TR-069 tab shows and ``lookup --json`` prints: fields, then groups of fields (one group per
WAN connection, WiFi band, Ethernet port, host). A value that the router does not have, or that was never read,
is simply not there.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from noc_console.domain.freshness import format_age

Value = str | int | float | bool

SECTIONS = ("system", "wan", "lan", "wireless", "clients", "mesh", "ethernet", "hosts", "voice", "optical")
"""Section names in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a router."""

    key: str
    """Stable name with the unit in it: ``uptime_s``, ``rx_dbm``, ``ssid``."""
    label: str
    """For the operator: ``Uptime``."""
    value: Value
    unit: str = ""
    """For the operator: ``dBm``, ``s``, ``%``."""
    path: str = ""
    """Parameter path that it came from."""
    raw: str = ""
    """The router's own text, when the value was converted."""
    observed_at: float | None = None
    """When the ACS last read it, Unix seconds."""
    source: str = ""
    """Who told it, when it was not the router through the ACS: ``bridge``."""

    @property
    def text(self) -> str:
        """Value and unit for people: ``yes``, ``5d18h``, ``1.56 GB``, ``-21.6 dBm``; marked when it is not the
        router's own."""
        return _text(self.value, self.unit) + (f" ({self.source})" if self.source else "")


def _text(value: Value, unit: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if unit == "s":
            return format_age(value)
        if unit == "B":
            return _size(value)
    text = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return f"{text} {unit}".rstrip()


def _size(size_bytes: float) -> str:
    """In the decimal units of data rates."""
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.4g} TB"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, such as one WiFi band."""

    title: str
    fields: tuple[Field, ...]
    path: str = ""
    """The object that it is about, where an action may name it; empty where there is none."""

    def get(self, key: str) -> Value | None:
        """Value of the field called ``key``, or None."""
        return next((f.value for f in self.fields if f.key == key), None)


@dataclass(frozen=True, slots=True)
class Section:
    """One section with its age: ``observed_at`` is the oldest time among what it shows, None when never read."""

    name: str
    title: str
    observed_at: float | None
    fields: tuple[Field, ...] = ()
    groups: tuple[Group, ...] = field(default=())
    trouble: str | None = None
    """What the router refused of it at the last reading, and why; the rest was read."""

    def get(self, key: str) -> Value | None:
        """Value of the field called ``key``, or None."""
        return next((f.value for f in self.fields if f.key == key), None)


@dataclass(frozen=True, slots=True)
class ConfigLeaf:
    """One parameter of a router's running configuration."""

    path: str
    value: str | None
    """None when the ACS knows the parameter by name only; a secret's is ``MASK``, whatever it was."""
    observed_at: float | None = None
    writable: bool = False
    secret: bool = False


MASK = "********"


@dataclass(frozen=True, slots=True)
class CpeDocument:
    """A router's whole running configuration as the ACS knew it; secrets were masked before it was stored."""

    device_id: str
    read_at: float
    """When it was fetched from the ACS; each leaf has its own age besides."""
    leaves: tuple[ConfigLeaf, ...]
    """In the order of their paths, instances in numeric order."""
