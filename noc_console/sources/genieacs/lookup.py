"""Finding devices at the ACS from whatever the operator has. Several hits are all returned: choosing is not ours.

GenieACS reinterprets strings in queries (``*`` is a wildcard, ``/x/`` a regular expression, dates and numbers match
others), and nothing but ``$regex`` is passed through; so literal text is searched as an escaped, anchored ``$regex``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Any

from noc_console.domain.identity import OntSerial
from noc_console.domain.network import Cpe
from noc_console.sources.genieacs import virtual
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.fleet import FleetReader, with_connections
from noc_console.sources.genieacs.readings import mac as parse_mac
from noc_console.sources.genieacs.tables import Tables

MAX_HITS = 50
# The ACS' HTTP server refuses requests above 16 kB; the projection takes most of the rest.
_BRANCHES_PER_REQUEST = 24
_SERIAL = "_deviceId._SerialNumber"
_VENDOR_SERIALS = (
    "InternetGatewayDevice.DeviceInfo.X_HW_SerialNumber",
    "InternetGatewayDevice.DeviceInfo.SerialNumber",
    "Device.Optical.Interface.1.GponAuth.GponSn",
    "Device.Optical.Interface.2.GponAuth.GponSn",
)
_CONNECTIONS = [
    f"InternetGatewayDevice.WANDevice.1.WANConnectionDevice.{device}.{kind}.{instance}"
    for device in range(1, 9)
    for kind in ("WANPPPConnection", "WANIPConnection")
    for instance in (1, 2)
]
_INTERFACES = range(1, 9)
_USER_PATHS = (
    *(f"{path}.Username" for path in _CONNECTIONS if ".WANPPPConnection." in path),
    *(f"Device.PPP.Interface.{number}.Username" for number in _INTERFACES),
)
_IP_PATHS = (
    *(f"{path}.ExternalIPAddress" for path in _CONNECTIONS),
    *(f"Device.IP.Interface.{number}.IPv4Address.1.IPAddress" for number in _INTERFACES),
    *(f"Device.PPP.Interface.{number}.IPCP.LocalIPAddress" for number in _INTERFACES),
)
_MAC_PATHS = (
    *(f"{path}.MACAddress" for path in _CONNECTIONS),
    *(f"Device.Ethernet.Link.{number}.MACAddress" for number in _INTERFACES),
    "InternetGatewayDevice.LANDevice.1.LANEthernetInterfaceConfig.1.MACAddress",
    "Device.Ethernet.Interface.1.MACAddress",
)


def exact(text: str, ignore_case: bool = False) -> dict[str, str]:
    """Condition that matches ``text`` and nothing else, whatever characters it holds."""
    condition = {"$regex": f"^{re.escape(text)}$"}
    return condition | {"$options": "i"} if ignore_case else condition


async def by_serial(client: NbiClient, serial: OntSerial) -> list[Cpe]:
    """Devices with this GPON serial: as told to the ACS in any notation, else where vendors keep it."""
    forms = list(serial.forms())
    return await _first_hits(
        client, [[{_SERIAL: {"$in": forms}}], [{path: {"$in": forms}} for path in _VENDOR_SERIALS]]
    )


async def by_text(client: NbiClient, text: str) -> list[Cpe]:
    """Devices with this serial, MAC, IP address or PPPoE user; the first kind that hits answers."""
    text = text.strip()
    if not text:
        return []
    try:
        found = await by_serial(client, OntSerial.parse(text))
    except ValueError:
        found = []
    return found or await _first_hits(client, list(_searches(text, client.tables)))


async def by_id(client: NbiClient, device_id: str) -> list[Cpe]:
    """The device with this id, or none."""
    reader = FleetReader(client.tables, client.places.known)
    rows = await reader.rows(await client.devices({"_id": device_id}, reader.projection, limit=1))
    return await with_connections(client, rows)


def _searches(text: str, tables: Tables) -> Iterator[list[dict[str, Any]]]:
    address = parse_mac(text)
    if address:
        pattern = "[:.-]?".join(re.escape(address[i : i + 2]) for i in range(0, 17, 3))
        condition = {"$regex": f"^{pattern}$", "$options": "i"}
        yield [{path: condition} for path in (_SERIAL, *_mapped(tables, "wan.mac"), *_MAC_PATHS)]
    if _is_ip(text):
        yield [{path: exact(text)} for path in (*_mapped(tables, "wan.ip"), *_IP_PATHS)]
    yield [{_SERIAL: exact(text, ignore_case=True)}]
    users = ("VirtualParameters.pppoeUsername", *_mapped(tables, "wan.username"), *_USER_PATHS)
    yield [{path: exact(text, ignore_case=True)} for path in dict.fromkeys(users)]


def _mapped(tables: Tables, target: str) -> list[str]:
    """Virtual parameters that the user mapped to a field."""
    return [f"{virtual.ROOT}.{name}" for name, field in tables.virtual.items() if field == target]


async def _first_hits(client: NbiClient, searches: Iterable[list[dict[str, Any]]]) -> list[Cpe]:
    for branches in searches:
        found: dict[str, Cpe] = {}
        for start in range(0, len(branches), _BRANCHES_PER_REQUEST):
            some = branches[start : start + _BRANCHES_PER_REQUEST]
            ids = await client.devices({"$or": some}, ["_id"], limit=MAX_HITS)
            for id in (str(document["_id"]) for document in ids):
                if id not in found:
                    found |= {cpe.device_id: cpe for cpe in await by_id(client, id)}
        if found:
            return list(found.values())
    return []


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
