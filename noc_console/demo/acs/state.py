"""What a simulated router is doing right now: plain values, cheap to copy, that the models' leaves are made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

Value = str | int | float | bool


def iso(at: float) -> str:
    """``2026-11-21T20:43:41.690Z``, in the resolution of the ACS' database."""
    return datetime.fromtimestamp(round(at, 3), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Host:
    """A device in the customer's home."""

    name: str
    ip: str
    mac: str
    wireless: bool = False
    active: bool = True


@dataclass(slots=True)
class CpeState:
    """The router's own truth. Set its fields to make things happen; the ACS sees them when it reads or is informed."""

    booted_at: float
    """Unix seconds."""
    mac: str
    """Base MAC address, ``94:25:33:3B:D1:C0``."""
    wan_ip: str
    wan_gateway: str
    pppoe_user: str
    ssid: str
    """Of 2.4 GHz; the 5 GHz one ends in ``-5G``."""
    firmware: str
    wan_connected: bool = True
    vlan: int = 100
    rx_dbm: float = -19.0
    tx_dbm: float = 2.2
    temperature_celsius: float = 45.0
    voltage_v: float = 3.3
    bias_ma: float = 9.0
    cpu_percent: int = 12
    memory_percent: int = 48
    channel_24: int = 6
    channel_5: int = 36
    lan_ip: str = "192.168.1.1"
    inform_interval_s: int = 300
    ports_up: int = 0b0001
    """Bit per LAN port, lowest first."""
    bytes_down: int = 0
    bytes_up: int = 0
    hosts: tuple[Host, ...] = ()
    down_mbps: float = 287.0
    """What the line gives to a speed test."""
    up_mbps: float = 141.0
    ping_ms: float = 9.0
    lost_percent: int = 0
    """Of pings."""

    def port_up(self, number: int) -> bool:
        """Whether LAN port ``number`` (from 1) has a link."""
        return bool(self.ports_up >> (number - 1) & 1)
