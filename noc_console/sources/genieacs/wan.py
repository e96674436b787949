"""WAN connections: which there are, and which of them is the Internet one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from noc_console.domain.cpe import Field, Group, Value
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.fields import Objects, fields, made, parameters, values
from noc_console.sources.genieacs.tables import SectionPaths

_SERVICES = re.compile(r"[A-Z0-9]+")
_OTHER_SERVICES = frozenset(("TR069", "VOIP", "IPTV", "OTHER", "VOICE"))
_MAX_LAYERS = 8
_TELLING = ("name", "service", "status", "ip")
"""Fields by which connections are told apart."""


@dataclass(slots=True)
class Connection:
    """One WAN connection and the objects that belong to it."""

    objects: Objects
    kind: str | None
    """``PPPoE``, ``DHCP``, ``Static``, ``bridge``, as far as told."""
    enabled: bool
    upstream: bool = False
    """Its layers end in an interface towards the network."""


def groups(document: Document, table: SectionPaths) -> tuple[Group, ...]:
    """All connections, the Internet one first and marked."""
    if document.root_name is None:
        return ()
    found = []
    for connection in connections(document, table):
        shown = fields(table.fields, connection.objects)
        found.append((rank_of(connection, {field.key: field.value for field in shown}), connection, shown))
    found.sort(key=lambda item: item[0], reverse=True)
    found_groups = []
    for place, (rank, connection, shown) in enumerate(found):
        internet = place == 0 and rank[0] > 0
        extra = [*_no_address(connection, shown, table), Field("internet", "Internet", internet)]
        if connection.kind:
            extra.append(Field("type", "Type", connection.kind))
        title = next((str(field.value) for field in shown if field.key == "name"), connection.objects["self"].path)
        # Something must have been read: an object that is only known by name is no connection to show.
        if shown:
            found_groups.append(Group(title, (*shown, *extra), connection.objects["self"].path))
    return tuple(found_groups)


def _no_address(connection: Connection, shown: list[Field], table: SectionPaths) -> list[Field]:
    """That it has no address, when the router says so: one that was never read is not told."""
    if any(field.key in ("ip", "ipv6") for field in shown):
        return []
    paths = [path for spec in table.fields if spec.key == "ip" for path in spec.paths]
    told = [one for path in paths for one in parameters(path, connection.objects) if not one.never_read]
    return [made(told[0], "address", "Address", "none")] if told else []


def own_fields(document: Document, table: SectionPaths) -> list[Field]:
    """The access line below the connections: the first that is up, or else the first."""
    lines = [node for pattern in table.patterns(document.root_name, "line") for node in document.root.matching(pattern)]
    found = [fields(table.own, {"self": node, "line": node}) for node in lines]
    up = (shown for shown in found if any(field.key == "line_status" and field.value == "Up" for field in shown))
    return next(up, found[0] if found else [])


def internet(document: Document, table: SectionPaths) -> dict[str, Value]:
    """Values of the Internet connection alone; empty when none looks like it."""
    found = internet_connection(document, table)
    return values(table.fields, found.objects) if found else {}


def internet_connection(document: Document, table: SectionPaths) -> Connection | None:
    """The Internet connection, wherever it stands; None when none looks like it."""
    telling = [spec for spec in table.fields if spec.key in _TELLING]
    best: tuple[tuple[int, ...], Connection] | None = None
    for connection in connections(document, table):
        told = values(telling, connection.objects)
        rank = rank_of(connection, told)
        if told and rank[0] > 0 and (best is None or rank > best[0]):
            best = rank, connection
    return best[1] if best else None


def rank_of(connection: Connection, told: Mapping[str, Value]) -> tuple[int, ...]:
    """How much a connection looks like the Internet one; larger is more.

    Service list or name, then connected, then a usable address, then enabled, then PPP over IP.
    """
    text = f"{told.get('service', '')} {told.get('name', '')}".upper()
    services = set(_SERVICES.findall(text.replace("_", " ")))
    if connection.kind == "bridge":
        service = 0
    elif "INTERNET" in services:
        service = 2
    else:
        service = 0 if services & _OTHER_SERVICES else 1
    connected = str(told.get("status", "")).lower() in ("connected", "up")
    return (
        service,
        int(connected),
        int(connection.upstream),
        int("ip" in told),
        int(connection.enabled),
        int(connection.kind == "PPPoE"),
    )


def connections(document: Document, table: SectionPaths) -> Iterator[Connection]:
    """Every WAN connection of the document, with instances searched, never assumed."""
    with_device = bool(table.patterns(document.root_name, "device"))
    for pattern in table.patterns(document.root_name):
        for node in document.root.matching(pattern):
            if document.root_name == "Device":
                if not _is_lan(document, node):
                    yield _tr181(document, node)
            else:
                yield _tr098(document, node, with_device)


def _tr098(document: Document, node: Node, with_device: bool) -> Connection:
    objects = {"self": node}
    if with_device:
        objects["device"] = document.top.at(node.path.rsplit(".", 2)[0])
    kind = "PPPoE" if ".WANPPPConnection." in node.path else node.text("AddressingType")
    if (node.text("ConnectionType") or "").lower().endswith("_bridged"):
        kind = "bridge"
    return Connection(objects, kind, node.flag("Enable") is True)


def _tr181(document: Document, node: Node) -> Connection:
    objects: dict[str, Node] = {"self": node}
    last = node
    for layer in _layers(document, node):
        last = layer
        for name, part in (("ppp", ".PPP."), ("vlan", ".VLANTermination."), ("link", ".Ethernet.Link.")):
            if part in layer.path:
                objects.setdefault(name, layer)
    for name, pattern in (("dhcp", "DHCPv4.Client.*"), ("route", "Routing.Router.*.IPv4Forwarding.*")):
        for candidate in document.root.matching(pattern):
            to_anywhere = name == "dhcp" or not candidate.text("DestIPAddress")
            if to_anywhere and same_object(candidate.text("Interface"), node.path):
                objects.setdefault(name, candidate)
    addressing = next((text for n in node.matching("IPv4Address.*") if (text := n.text("AddressingType"))), None)
    kind = "PPPoE" if "ppp" in objects else "DHCP" if "dhcp" in objects else addressing
    upstream = last.flag("Upstream") is True
    return Connection(objects, kind, node.flag("Enable") is True, upstream)


def _layers(document: Document, node: Node) -> Iterator[Node]:
    """The objects below an interface, following the first of each ``LowerLayers``."""
    for _ in range(_MAX_LAYERS):
        below = (node.text("LowerLayers") or "").split(",")[0]
        node = document.top.reference(below)
        if not node:
            return
        yield node


def _is_lan(document: Document, node: Node) -> bool:
    """Whether an ``IP.Interface`` faces the customer."""
    kind = node.text("X_TP_ConnType") or ""
    return kind == "LAN" or (node.text("Type") or "") == "Loopback" or node.path == lan_interface(document).path


def lan_interface(document: Document) -> Node:
    """The ``IP.Interface`` of the LAN: told by the vendor, served by the DHCP server, or the first."""
    interfaces = list(document.root.matching("IP.Interface.*"))
    for node in interfaces:
        if node.text("X_TP_ConnType") == "LAN":
            return node
    for pool in document.root.matching("DHCPv4.Server.Pool.*"):
        for node in interfaces:
            if same_object(pool.text("Interface"), node.path):
                return node
    return document.root.at("IP.Interface.1")


def same_object(reference: str | None, path: str) -> bool:
    """Whether a reference, with or without its last dot, names ``path``."""
    return reference is not None and reference.rstrip(".") == path
