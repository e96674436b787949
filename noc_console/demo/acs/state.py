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
    five_ghz: bool = False
    """Of a wireless one: its band."""
    signal_dbm: int = -55
    rate_mbps: int = 144


@dataclass(frozen=True, slots=True)
class MeshNode:
    """Another access point of the home, and how it hangs on the router."""

    name: str
    mac: str
    serial: str
    wired: bool = False
    signal_dbm: int = -58
    """Of its way to the router."""
    busy_percent: int = 15
    """Of that way."""
    online: bool = True


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
    noise_24_dbm: int = -91
    noise_5_dbm: int = -95
    busy_24_percent: int = 31
    """Of the channel's time."""
    busy_5_percent: int = 9
    slow_port: int = 0
    """A LAN port that has only 100 Mbit/s; 0 for none."""
    bad_port: int = 0
    """A LAN port that receives errors; 0 for none."""
    mesh: tuple[MeshNode, ...] = ()
    down_mbps: float = 287.0
    """What the line gives to a speed test."""
    up_mbps: float = 141.0
    ping_ms: float = 9.0
    lost_percent: int = 0
    """Of pings."""

    def port_up(self, number: int) -> bool:
        """Whether LAN port ``number`` (from 1) has a link."""
        return bool(self.ports_up >> (number - 1) & 1)

    def port_mbps(self, number: int) -> int:
        """Speed of a LAN port that has a link."""
        return 100 if number == self.slow_port else 1000

    def port_errors(self, number: int) -> int:
        """Receive errors of a LAN port."""
        return 48_213 if number == self.bad_port else 0

    def clients(self, five_ghz: bool) -> tuple[Host, ...]:
        """Wireless hosts on one band that are there."""
        return tuple(host for host in self.hosts if host.wireless and host.active and host.five_ghz is five_ghz)

    def noise_dbm(self, five_ghz: bool) -> int:
        """Noise on a band."""
        return self.noise_5_dbm if five_ghz else self.noise_24_dbm

    def busy_percent(self, five_ghz: bool) -> int:
        """How much of the channel's time is taken on a band."""
        return self.busy_5_percent if five_ghz else self.busy_24_percent
