"""Devices on the WiFi: one group each, joined from every table in which the router lists them and from its hosts.

TR-181 routers list a client up to three times (access point, MultiAP, DataElements), each with its own units and some
with zeros; the rows belong together by MAC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from noc_console.domain.cpe import Field, Group
from noc_console.sources.genieacs import wireless
from noc_console.sources.genieacs.document import Document, Node, Parameter
from noc_console.sources.genieacs.fields import fields
from noc_console.sources.genieacs.readings import mac
from noc_console.sources.genieacs.tables import Tables

_BACKHAUL = ("X_TP_APType", "X_TP_Type")
"""Leaves of an access point; ``Backhaul`` ones are hidden, and what is on them is a mesh node."""


def groups(document: Document, tables: Tables) -> tuple[Group, ...]:
    """One group per client, by band, then by name."""
    hosts = _hosts(document, tables)
    made = []
    for objects in _clients(document, tables):
        shown = fields(tables.clients.fields, objects)
        address = next((str(field.value) for field in shown if field.key == "mac"), None)
        if address is None:
            continue
        if address in hosts:
            shown = fields(tables.clients.fields, {**objects, "host": hosts[address]})
        band = _band(document, objects, tables)
        told = [Field("band", "Band", band)] if band else []
        place = next((index for index, field in enumerate(shown) if field.key == "ssid"), len(shown))
        title = next((str(field.value) for field in shown if field.key == "hostname"), address)
        row = next(node for name in ("self", "multiap", "elements") if (node := objects.get(name)))
        made.append((band or "", Group(title, (*shown[:place], *told, *shown[place:]), row.path)))
    return tuple(group for _, group in sorted(made, key=lambda item: (item[0], item[1].title.lower())))


def told(document: Document, tables: Tables) -> list[Parameter]:
    """How many clients each network says that it has."""
    paths = tables.clients.also_root.get(document.root_name or "", ())
    return [parameter for path in paths for parameter in document.root.leaves(path) if not parameter.never_read]


def total(counts: Iterable[Parameter]) -> int:
    """Sum of what the networks say."""
    return sum(int(count.number() or 0) for count in counts)


def _hosts(document: Document, tables: Tables) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for pattern in tables.clients.patterns(document.root_name, "host"):
        for node in document.root.matching(pattern):
            address = mac(node.text("MACAddress") or node.text("PhysAddress") or "")
            if address:
                found.setdefault(address, node)
    return found


def _clients(document: Document, tables: Tables) -> Iterator[dict[str, Node]]:
    if document.root_name != "Device":
        for pattern in tables.clients.patterns(document.root_name):
            for node in document.root.matching(pattern):
                yield {"self": node, "network": document.top.at(node.path.rsplit(".", 2)[0])}
        return
    # TP-Link tells Mbit/s where the standard has kbit/s.
    rate = "mbit" if "tp-link" in (document.identity("Manufacturer") or "").lower() else "kbit"
    by_mac: dict[str, dict[str, Node]] = {}
    for name in ("self", "multiap", "elements"):
        for pattern in tables.clients.patterns("Device", name):
            for node in document.root.matching(pattern):
                objects = {name: node, **_access(document, name, node)}
                if name == "self":
                    objects[rate] = node
                access = objects.get("ap") or objects.get("multiap_ap")
                address = mac(node.text("MACAddress") or "")
                if address and not (access and any(access.text(leaf) == "Backhaul" for leaf in _BACKHAUL)):
                    by_mac.setdefault(address, {}).update(objects)
    for objects in by_mac.values():
        rows = [objects[name] for name in ("self", "multiap", "elements") if name in objects]
        if any(row.flag("Active") is not False for row in rows):
            yield {"self": Node(None, "Device"), **objects}


def _access(document: Document, name: str, node: Node) -> dict[str, Node]:
    """The objects above a client's row: access point, network, radio."""
    above = document.top.at(node.path.rsplit(".", 2)[0])
    if name == "multiap":
        return {"multiap_ap": above, "multiap_radio": document.top.at(above.path.rsplit(".", 2)[0])}
    if name == "elements":
        return {"bss": above, "elements_radio": document.top.at(above.path.rsplit(".", 2)[0])}
    network = document.top.reference(above.text("SSIDReference"))
    return {"ap": above, "network": network, "radio": document.top.reference(network.text("LowerLayers"))}


def _band(document: Document, objects: dict[str, Node], tables: Tables) -> str | None:
    network = objects.get("network")
    if network:
        radio = objects.get("radio") or document.top.reference(network.text("LowerLayers"))
        return wireless.band_of({"self": network, "radio": radio}, document.model, tables.wireless.bands)
    for name, leaf in (("multiap_radio", "OperatingFrequencyBand"), ("elements_radio", "X_TP_Band")):
        band = wireless.named_band(objects[name].text(leaf)) if name in objects else None
        if band:
            return band
    return None
