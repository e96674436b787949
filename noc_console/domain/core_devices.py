"""Routers, switches and servers of the core, and those of their interfaces that the config names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from noc_console.domain.records import Column, Record, RecordKind, Seen, own_fields


@dataclass(frozen=True, slots=True)
class CoreDevice(Record):
    """A router, switch or server of the core."""

    name: str
    address: str
    reachable: bool | None = None
    """Whether the last SNMP poll got an answer; None before the first, or without SNMP."""
    error: str | None = None
    description: str | None = None
    """sysDescr."""
    last_poll_at: float | None = None
    last_ok_at: float | None = None
    uptime_s: float | None = None
    cpu_percent: float | None = None
    memory_percent: float | None = None
    ping_rtt_ms: float | None = None
    ping_loss: float | None = None
    ping_at: float | None = None


@dataclass(frozen=True, slots=True)
class CoreInterface(Record):
    """An interface of a core device that the config names."""

    device: str
    name: str
    """As the config names it."""
    alias: str | None = None
    oper: str | None = None
    """``up``, ``down``, ...; ``missing`` when the device has none of that name."""
    speed_mbps: float | None = None
    rx_bps: float | None = None
    """Between the last two polls; None after a restart or a gap."""
    tx_bps: float | None = None
    observed_at: float | None = None


def _facts(device: CoreDevice, seen: Seen) -> dict[str, Any]:
    named = [one for one in seen.records(CORE_INTERFACES) if one.device == device.name]
    interfaces = [own_fields(one, seen) for one in named]
    return own_fields(device, seen) | {"interfaces": interfaces}


CORE_DEVICES = RecordKind(
    name="core",
    one="core device",
    title="Core devices",
    row=CoreDevice,
    key=("name",),
    table="core_device",
    columns=(
        Column("name", "name", 14),
        Column("address", "address", 15),
        Column("reachable", "answers", 7),
        Column("ping_rtt_ms", "ping ms", 7, right=True),
        Column("ping_loss", "loss", 5, right=True),
        Column("cpu_percent", "cpu %", 5, right=True),
        Column("memory_percent", "mem %", 5, right=True),
        Column("uptime_s", "up s", 9, right=True),
        Column("error", "error", 16, flex=True),
    ),
    order=lambda device: device.name,
    facts=_facts,
)
CORE_INTERFACES = RecordKind(
    name="core-interfaces",
    one="core interface",
    title="Interfaces of core devices",
    row=CoreInterface,
    key=("device", "name"),
    table="core_interface",
    columns=(
        Column("device", "device", 14),
        Column("name", "interface", 14),
        Column("oper", "state", 8),
        Column("rx_bps", "rx bit/s", 12, right=True),
        Column("tx_bps", "tx bit/s", 12, right=True),
        Column("speed_mbps", "Mbit/s", 8, right=True),
        Column("alias", "alias", 16, flex=True),
    ),
    order=lambda interface: (interface.device, interface.name),
)
