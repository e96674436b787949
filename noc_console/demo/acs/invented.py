"""What a simulated router is like when nobody says otherwise: it differs per serial, and is the same in every run."""

from __future__ import annotations

import time
import zlib

from noc_console.demo.acs.state import CpeState, Host, MeshNode
from noc_console.demo.acs.templates import Model
from noc_console.domain.identity import OntSerial

_NAMES = ("android-tv", "iPhone", "laptop", "tablet", "printer", "doorbell")
_LINES_MBPS = ((94.1, 46.8), (287.0, 141.0), (472.0, 236.0), (88.0, 41.0))


def seed_of(serial: OntSerial) -> int:
    """A number that stands for a serial."""
    return zlib.crc32(serial.text.encode())


def has_trait(serial: OntSerial, trait: str, one_in: int) -> bool:
    """Whether this is one of the routers with a trait: one in so many, each trait by itself."""
    return zlib.crc32(f"{trait} {serial.text}".encode()) % one_in == 0


def plausible_state(serial: OntSerial, model: Model, pppoe_user: str | None) -> CpeState:
    """A whole state; most homes are well, some have the troubles that homes have."""
    seed = seed_of(serial)
    octets = (seed >> 16 & 0xFF, seed >> 8 & 0xFF, seed & 0xFF)
    down_mbps, up_mbps = _LINES_MBPS[seed >> 4 & 3]
    crowded = has_trait(serial, "crowded", 9)
    return CpeState(
        booted_at=time.time() - 3600 - seed % (30 * 86400),
        mac=":".join(f"{octet:02X}" for octet in (0x94, 0x25, 0x33, *octets[:2], octets[2] & 0xF0)),
        wan_ip=f"100.{64 + octets[0] % 64}.{octets[1]}.{2 + octets[2] % 250}",
        wan_gateway=f"100.{64 + octets[0] % 64}.{octets[1]}.1",
        pppoe_user=pppoe_user if pppoe_user is not None else f"user{seed % 1_000_000:06d}@isp.example",
        ssid=f"{model.name}-{serial.text[-4:]}",
        firmware=model.firmware,
        rx_dbm=-17.0 - seed % 700 / 100,
        tx_dbm=2.0 + seed % 60 / 100,
        hosts=_hosts(seed),
        noise_24_dbm=-66 if crowded else -94 + seed % 7,
        busy_24_percent=88 if crowded else 12 + seed % 40,
        busy_5_percent=4 + seed % 17,
        slow_port=int(has_trait(serial, "slow port", 8)),
        bad_port=int(has_trait(serial, "bad port", 20)),
        mesh=_mesh(seed, has_trait(serial, "far node", 3)) if has_trait(serial, "mesh", 6) else (),
        down_mbps=down_mbps,
        up_mbps=up_mbps,
        ping_ms=4.0 + seed % 11,
        lost_percent=20 if has_trait(serial, "loss", 40) else 0,
    )


def _hosts(seed: int) -> tuple[Host, ...]:
    """Devices of the home; every third one on a cable, some of the others too far away."""
    made = []
    for number, name in enumerate(_NAMES[: 1 + seed % len(_NAMES)]):
        five_ghz = (seed >> number) % 2 == 0
        weak = (seed >> number) % 11 == 4
        made.append(
            Host(
                name,
                f"192.168.1.{40 + number}",
                f"3C:06:30:{seed >> 8 & 0xFF:02X}:{seed & 0xFF:02X}:{number:02X}",
                wireless=number % 3 != 0,
                five_ghz=five_ghz,
                signal_dbm=-83 if weak else -44 - (seed >> number) % 24,
                rate_mbps=6 if weak else 433 if five_ghz else 72,
            )
        )
    return tuple(made)


def _mesh(seed: int, far: bool) -> tuple[MeshNode, ...]:
    return (
        MeshNode(
            "Living room",
            f"94:25:34:{seed >> 8 & 0xFF:02X}:{seed & 0xFF:02X}:10",
            f"MESH{seed:08X}",
            signal_dbm=-81 if far else -52 - seed % 12,
            busy_percent=71 if far else 8 + seed % 20,
        ),
    )
