"""The fleet as rows: one ``domain.network.Cpe`` per device, from as little of its document as will do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from noc_console.domain.identity import OntSerial
from noc_console.domain.network import Cpe
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.document import ROOTS, Document
from noc_console.sources.genieacs.reading import read_paths
from noc_console.sources.genieacs.readings import model_name
from noc_console.sources.genieacs.sections import sections

# A projection has no wildcards, and whole WAN subtrees are 100 kB: the instances that occur in practice are named.
_WAN_DEVICES, _PPP, _IP, _TR181 = range(1, 6), range(1, 3), range(1, 3), range(1, 9)
_SERIAL_PATHS = (
    "InternetGatewayDevice.DeviceInfo.X_HW_SerialNumber",
    "Device.Optical.Interface.1.GponAuth.GponSn",
    "InternetGatewayDevice.DeviceInfo.SerialNumber",
)
_DOCUMENTS_PER_TURN = 5


def _projection() -> tuple[str, ...]:
    paths = ["_deviceId", "_lastInform", "_lastBoot", *_SERIAL_PATHS]
    for root in ROOTS:
        paths += [f"{root}.DeviceInfo.{leaf}" for leaf in ("ModelName", "SoftwareVersion", "UpTime")]
        paths.append(f"{root}.ManagementServer.PeriodicInformInterval")
        paths += [path.replace("*", "1") for path in read_paths(root, ("optical",)) if path.lower().endswith("rxpower")]
    for device in _WAN_DEVICES:
        base = f"InternetGatewayDevice.WANDevice.1.WANConnectionDevice.{device}"
        for kind, instances, more in (("WANPPPConnection", _PPP, ["Username"]), ("WANIPConnection", _IP, [])):
            for leaf in ("Name", "ConnectionStatus", "ExternalIPAddress", "MACAddress", *more):
                paths += [f"{base}.{kind}.{instance}.{leaf}" for instance in instances]
    for number in _TR181:
        interface = f"Device.IP.Interface.{number}"
        paths += [f"{interface}.{leaf}" for leaf in ("IPv4Address.1.IPAddress", "LowerLayers", "X_TP_ConnType")]
        paths += [f"Device.PPP.Interface.{number}.{leaf}" for leaf in ("Username", "ConnectionStatus")]
    return tuple(dict.fromkeys(paths))


FLEET_PROJECTION = _projection()
"""What ``summarise`` needs; about 9 kB of request, 5 kB of answer per device."""


def summarise(content: dict[str, Any]) -> Cpe:
    """One row from a device document, projected or whole; what is not there stays None."""
    document = Document(content)
    root = document.root
    wan, optical = sections(document, ("wan", "optical"))
    internet = next((group for group in wan.groups if group.get("internet")), None)
    rx = optical.get("rx_dbm")
    return Cpe(
        device_id=document.device_id,
        serial=_serial(document),
        acs_serial=document.identity("SerialNumber"),
        manufacturer=document.identity("Manufacturer"),
        product_class=document.identity("ProductClass"),
        model=model_name(root.text("DeviceInfo.ModelName")) or model_name(document.identity("ProductClass")),
        firmware=root.text("DeviceInfo.SoftwareVersion"),
        last_inform_at=document.instant("_lastInform"),
        last_boot_at=document.instant("_lastBoot"),
        inform_interval_s=root.number("ManagementServer.PeriodicInformInterval"),
        wan_ip=_text(internet.get("ip")) if internet else None,
        pppoe_user=_text(internet.get("username")) if internet else None,
        mac=_text(internet.get("mac")) if internet else None,
        rx_dbm=float(rx) if rx is not None else None,
        uptime_s=root.number("DeviceInfo.UpTime"),
    )


async def fleet(client: NbiClient, informed_since: float | None = None) -> AsyncIterator[list[Cpe]]:
    """Page through the fleet.

    Args:
        client: The ACS.
        informed_since: Only devices that informed after this, Unix seconds by the ACS' clock; None is all.
    """
    query: dict[str, Any] = {}
    if informed_since is not None:
        since = datetime.fromtimestamp(informed_since, UTC).isoformat(timespec="milliseconds")
        query = {"_lastInform": {"$gt": since.replace("+00:00", "Z")}}
    async for page in client.every_device(query, FLEET_PROJECTION):
        yield await summaries(page)


async def summaries(page: list[dict[str, Any]]) -> list[Cpe]:
    """``summarise`` for many, giving the event loop its turn between them."""
    rows = []
    for index, content in enumerate(page):
        if index % _DOCUMENTS_PER_TURN == _DOCUMENTS_PER_TURN - 1:
            await asyncio.sleep(0)
        rows.append(summarise(content))
    return rows


def _serial(document: Document) -> str | None:
    """Canonical GPON serial: the one told to the ACS when it is one, else where vendors keep it."""
    oui = (document.identity("OUI") or "").upper()
    told = document.identity("SerialNumber") or ""
    for text in (told, *(document.top.text(path) or "" for path in _SERIAL_PATHS)):
        # Some routers give their MAC, which looks like a serial: it starts with the OUI.
        if oui and text.upper().startswith(oui):
            continue
        try:
            serial = OntSerial.parse(text)
        except ValueError:
            continue
        if len(serial.text) == 12 and serial.vendor.isalpha():
            return serial.text
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
