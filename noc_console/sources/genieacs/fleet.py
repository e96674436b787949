"""The fleet as rows: one ``domain.network.Cpe`` per device, from as little of its document as will do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from typing import Any

import msgspec

from noc_console.domain.identity import OntSerial
from noc_console.domain.network import Cpe
from noc_console.sources.genieacs import optical, virtual, wan
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.document import ROOTS, Document
from noc_console.sources.genieacs.fields import split, values
from noc_console.sources.genieacs.reading import projection_for, read_paths
from noc_console.sources.genieacs.readings import model_name
from noc_console.sources.genieacs.tables import ROOT_OF, Tables
from noc_console.sources.loop_turns import Turns

# A projection has no wildcards, and whole WAN subtrees are 100 kB: the instances that occur in practice are named.
# A router whose Internet connection is not among them is looked at whole, and where it stands is learned.
_WAN_DEVICES, _PPP, _IP, _TR181 = range(1, 6), range(1, 3), range(1, 3), range(1, 9)
_SERIAL_PATHS = (
    "InternetGatewayDevice.DeviceInfo.X_HW_SerialNumber",
    "Device.Optical.Interface.1.GponAuth.GponSn",
    "InternetGatewayDevice.DeviceInfo.SerialNumber",
)
_WAN_KEYS = ("name", "status", "ip", "username", "mac", "service")
_COLUMNS = {
    "wan": {"ip": "wan_ip", "username": "pppoe_user", "mac": "mac"},
    "system": {"model": "model", "firmware": "firmware", "uptime_s": "uptime_s"},
    "optical": {"rx_dbm": "rx_dbm"},
}
"""Fields of sections that a row shows."""
_WHOLE_AT_ONCE = 20


class FleetReader:
    """Devices as rows.

    Args:
        tables: Where vendors keep things.
        places: Where else Internet connections were found, see ``Places``.
    """

    def __init__(self, tables: Tables, places: Iterable[str] = ()) -> None:
        self.projection = _projection(tables, places)
        """What ``row`` needs; about 9 kB of request, 5 kB of answer per device."""
        self._tables = {root: _slim(tables, root, self.projection) for root in ROOTS}

    def row(self, content: dict[str, Any]) -> Cpe:
        """One row from a device document, projected or whole; what is not there stays None."""
        document = Document(content)
        root = document.root
        tables = self._tables[document.root_name or ROOTS[0]]
        internet = wan.internet(document, tables.wan)
        told = {
            "model": model_name(root.text("DeviceInfo.ModelName")) or model_name(document.identity("ProductClass")),
            "firmware": root.text("DeviceInfo.SoftwareVersion"),
            "uptime_s": _uptime_s(document),
            "rx_dbm": optical.rx_dbm(document, tables.optical),
            **{name: internet.get(key) for key, name in _COLUMNS["wan"].items()},
        }
        for section, columns in _COLUMNS.items() if tables.virtual else ():
            for key, field in virtual.fields(document, section, tables).items():
                if key in columns:
                    told[columns[key]] = field.value
        return Cpe(
            device_id=document.device_id,
            serial=_serial(document),
            acs_serial=document.identity("SerialNumber"),
            manufacturer=document.identity("Manufacturer"),
            product_class=document.identity("ProductClass"),
            model=_text(told["model"]),
            firmware=_text(told["firmware"]),
            last_inform_at=document.instant("_lastInform"),
            last_boot_at=document.instant("_lastBoot"),
            inform_interval_s=root.number("ManagementServer.PeriodicInformInterval"),
            wan_ip=_text(told["wan_ip"]),
            pppoe_user=_text(told["pppoe_user"]),
            mac=_text(told["mac"]),
            rx_dbm=_number(told["rx_dbm"]),
            uptime_s=_number(told["uptime_s"]),
        )

    async def rows(self, page: list[dict[str, Any]]) -> list[Cpe]:
        """``row`` for many, giving the event loop its turn between them."""
        turns, rows = Turns(), []
        for content in page:
            rows.append(self.row(content))
            await turns.give()
        return rows


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
    reader = FleetReader(client.tables, client.places.known)
    async for page in client.every_device(query, reader.projection):
        yield await with_connections(client, await reader.rows(page))


async def with_connections(client: NbiClient, rows: Sequence[Cpe]) -> list[Cpe]:
    """The rows, with the Internet connections of those that have it where nobody looked."""
    made = {row.device_id: row for row in rows}
    lacking = [id for id, row in made.items() if row.wan_ip is None and client.places.worth_a_look(row)]
    for start in range(0, len(lacking), _WHOLE_AT_ONCE):
        ids = lacking[start : start + _WHOLE_AT_ONCE]
        paths = projection_for(None, ["wan"], client.tables)
        for content in await client.devices({"_id": {"$in": ids}}, paths, limit=_WHOLE_AT_ONCE):
            document = Document(content)
            row = made.get(document.device_id)
            if row is not None:
                made[row.device_id] = _with_connection(client, row, document)
    return list(made.values())


def _with_connection(client: NbiClient, row: Cpe, document: Document) -> Cpe:
    found = wan.internet_connection(document, client.tables.wan)
    told = values(client.tables.wan.fields, found.objects) if found else {}
    if found is None or "ip" not in told:
        client.places.looked_in_vain(row)
        return row  # perhaps it is down: what the usual places say stands
    client.places.learn(node.path for node in (found.objects["self"], found.objects.get("ppp")) if node)
    user, mac = _text(told.get("username")) or row.pppoe_user, _text(told.get("mac")) or row.mac
    return replace(row, wan_ip=_text(told["ip"]), pppoe_user=user, mac=mac)


def _projection(tables: Tables, places: Iterable[str] = ()) -> tuple[str, ...]:
    paths = ["_deviceId", "_lastInform", "_lastBoot", *_SERIAL_PATHS, *virtual.paths(tables)]
    paths += [f"{virtual.ROOT}.{name}" for name in tables.optical.virtual]
    for root in ROOTS:
        paths += [f"{root}.DeviceInfo.{leaf}" for leaf in ("ModelName", "SoftwareVersion", "UpTime")]
        paths.append(f"{root}.ManagementServer.PeriodicInformInterval")
        received = {f"{root}.{transceiver.object}.{transceiver.rx}" for transceiver in tables.optical.transceivers}
        paths += [path.replace("*", "1") for path in read_paths(root, ("optical",), None, tables) if path in received]
    for device in _WAN_DEVICES:
        base = f"InternetGatewayDevice.WANDevice.1.WANConnectionDevice.{device}"
        for kind, instances in (("WANPPPConnection", _PPP), ("WANIPConnection", _IP)):
            usual = [f"{base}.{kind}.{instance}" for instance in instances]
            paths += [f"{place}.{leaf}" for place in usual for leaf in _leaves_of(place)]
    for number in _TR181:
        usual = [f"Device.{kind}.Interface.{number}" for kind in ("IP", "PPP")]
        paths += [f"{place}.{leaf}" for place in usual for leaf in _leaves_of(place)]
    paths += [f"{place}.{leaf}" for place in places for leaf in _leaves_of(place)]
    return tuple(dict.fromkeys(paths))


def _leaves_of(place: str) -> tuple[str, ...]:
    if place.startswith("Device.PPP."):
        return ("Username", "ConnectionStatus")
    if place.startswith("Device."):
        return ("IPv4Address.1.IPAddress", "LowerLayers", "X_TP_ConnType")
    more = ("Username",) if ".WANPPPConnection." in place else ()
    return ("Name", "ConnectionStatus", "ExternalIPAddress", "MACAddress", *more)


def _slim(tables: Tables, root: str, projection: Sequence[str]) -> Tables:
    """Tables without what is not asked for: 100,000 rows are read with them."""
    replace = msgspec.structs.replace
    asked = {re.sub(r"\.\d+", ".*", path) for path in projection}

    def known(path: str) -> bool:
        name, leaf = split(path)
        if name in ROOT_OF:
            name = "self" if ROOT_OF[name] == root else ""
        bases = tables.wan.objects[root].get(name, [])
        return any(re.sub(r"\.\d+", ".*", f"{root}.{base}.{leaf}") in asked for base in bases)

    # Where there is one root only, what belongs to the other is gone already.
    specs = [replace(spec, paths=[_plain(path) for path in spec.paths if known(path)]) for spec in tables.wan.fields]
    specs = [spec for spec in specs if spec.paths and spec.key in _WAN_KEYS]
    named = {"self", *(split(path)[0] for spec in specs for path in spec.paths)}
    objects = {name: patterns for name, patterns in tables.wan.objects[root].items() if name in named}
    slim = replace(tables.wan, own=[], fields=specs, objects={root: objects})
    transceivers = [
        replace(one, temperature=None, voltage=None, bias=None)
        for one in tables.optical.transceivers
        if re.sub(r"\.\d+", ".*", f"{root}.{one.object}.{one.rx}") in asked
    ]
    return replace(tables, wan=slim, optical=replace(tables.optical, fields=[], transceivers=transceivers))


def _plain(path: str) -> str:
    name, leaf = split(path)
    return leaf if name in ROOT_OF else path


def _serial(document: Document) -> str | None:
    """Canonical GPON serial: the one told to the ACS when it is one, else where vendors keep it."""
    oui = (document.identity("OUI") or "").upper()
    told = document.identity("SerialNumber") or ""
    for text in chain((told,), (document.top.text(path) or "" for path in _SERIAL_PATHS)):
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


def _uptime_s(document: Document) -> float | None:
    """Uptime as of the last Inform, which does not carry it: the ACS reads it only when somebody asks."""
    told = document.root.parameter("DeviceInfo.UpTime")
    up_s, read_at = (told.number(), told.observed_at) if told else (None, None)
    informed_at, booted_at = document.instant("_lastInform"), document.instant("_lastBoot")
    if up_s is None or read_at is None or informed_at is None:
        return None
    if booted_at is not None and booted_at > read_at:
        return max(0.0, informed_at - booted_at)
    return up_s + max(0.0, informed_at - read_at)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
