"""Uplinks as they were recorded: what an OLT hangs on. Several silent OLTs behind one uplink are one thing."""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.domain.records import Column, Record, RecordKind, Reference


@dataclass(frozen=True, slots=True)
class Uplink(Record):
    """What one OLT hangs on."""

    olt: str
    uplink: str
    """Ring or aggregation device; OLTs with the same name hang on the same one."""
    device: str | None = None
    """The core device, where it is configured here."""
    interface: str | None = None
    """As the core device's configuration names it."""


UPLINKS = RecordKind(
    name="uplinks",
    one="uplink",
    title="Uplinks of the OLTs",
    row=Uplink,
    key=("olt",),
    columns=(
        Column("olt", "olt", 16),
        Column("uplink", "hangs on", 20, flex=True),
        Column("device", "core device", 16),
        Column("interface", "interface", 14),
    ),
    order=lambda uplink: uplink.olt,
    imported=True,
    references=(Reference("device", "core"),),
)
