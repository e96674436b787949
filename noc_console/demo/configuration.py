"""The running configuration of a simulated SmartAX, made from its plant.

As on the real ones the passwords are encrypted anew at each print, and a line tells when that was.

Source:
    Public configurations of MA5608T and MA5800 units; oxidized smartax.
"""

from __future__ import annotations

import random
import string
import time
from collections.abc import Iterator

from noc_console.demo.plant import SimOlt, SimOnt

_SALTED = string.ascii_letters + string.digits + "+/"


def configuration(olt: SimOlt, more_lines: int = 0) -> Iterator[str]:
    """Line by line.

    Args:
        olt: Whose.
        more_lines: Service ports beside those of its ONTs.
    """
    yield from ("#", "[MA5800V100R019C10: 5006]", f"!current configuration at {time.strftime('%Y-%m-%d %H:%M:%S')}")
    yield from ("#", "[global-config]", "  <global-config>", f" sysname {olt.name}")
    yield f" terminal user name buildrun_new_password root {_cipher(2)} 0"
    yield f" snmp-agent community read cipher {_cipher(4)}"
    yield from ("#", "[device-config]", "  <device-config>", ' ont-lineprofile gpon profile-id 10 profile-name "HSI"')
    yield from ("  tcont 1 dba-profile-id 10", "  gem add 1 eth tcont 1", "  gem mapping 1 0 vlan 100", "  commit", "#")
    yield from ("[vlan-config]", "  <vlan-config>", " vlan 100 smart", ' vlan desc 100 description "HSI"', "#")
    for number, port in enumerate(olt.ports):
        frame, slot, pon = port.id.path
        if number == 0 or olt.ports[number - 1].id.path[:2] != (frame, slot):
            yield from (f"[gpon-{frame}/{slot}]", f"  <gpon-{frame}/{slot}>", f" interface gpon {frame}/{slot}")
        yield f" port {pon} ont-auto-find enable"
        for ont in (one for one in olt.onts if one.port is port):
            yield from _ont(ont, pon)
        if number + 1 == len(olt.ports) or olt.ports[number + 1].id.path[:2] != (frame, slot):
            yield "#"
    yield from ("[bbs-config]", "  <bbs-config>")
    for index, ont in enumerate(olt.onts):
        place = "/".join(map(str, ont.port.id.path))
        yield f" service-port {index} vlan 100 gpon {place} ont {ont.ont_id} gemport 1 multi-service user-vlan 100"
    for index in range(more_lines):
        yield f" service-port {index + 100_000} vlan 100 gpon 0/1/0 ont 1 gemport 1 user-vlan {index}"
    yield from ("#", "return")


def _ont(ont: SimOnt, pon: int) -> Iterator[str]:
    yield f' ont add {pon} {ont.ont_id} sn-auth "{ont.serial.hex}" omci ont-lineprofile-id 10 ont-srvprofile-id 10'
    if ont.description:
        yield f'  desc "{ont.description.decode(errors="replace")}"'


def _cipher(kind: int) -> str:
    """A password, encrypted with a new salt."""
    text = "".join(random.choices(_SALTED, k=32))
    return f"$1a${text[:10]}${text[10:]}$" if kind == 2 else f"%^%#{text}%^%#"
