"""Mesh nodes: the other access points of the home, and how they hang on the router."""

from __future__ import annotations

from collections.abc import Iterator

from noc_console.domain.cpe import Field, Group
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.fields import Objects, fields
from noc_console.sources.genieacs.readings import mac
from noc_console.sources.genieacs.tables import SectionPaths

_CLIENTS = {"self": "Radio.*.AP.*.AssociatedDevice.*", "elements": "Radio.*.BSS.*.STA.*"}


def groups(document: Document, table: SectionPaths) -> tuple[Group, ...]:
    """One group per node; the router itself, which lists itself among them, is left out."""
    made = []
    for objects in _nodes(document, table):
        shown = fields(table.fields, objects)
        if not shown:
            continue
        counted = _clients(objects)
        if counted is not None:
            shown.append(Field("clients", "Clients", counted))
        values = {field.key: str(field.value) for field in shown}
        row = next(node for node in objects.values() if node)
        title = values.get("name") or values.get("model") or values.get("mac") or row.path
        made.append(Group(title, tuple(shown), row.path))
    return tuple(made)


def _nodes(document: Document, table: SectionPaths) -> Iterator[Objects]:
    if document.root_name != "Device":
        for pattern in table.patterns(document.root_name):
            for node in document.root.matching(pattern):
                # Huawei keeps a row for every place where a node could be.
                if node.text("SerialNumber") or mac(node.text("APMacAddr") or ""):
                    yield {"self": node}
        return
    by_mac: dict[str, dict[str, Node]] = {}
    routers: set[str] = set()
    for name, leaf in (("self", "MACAddress"), ("elements", "ID")):
        for pattern in table.patterns("Device", name):
            for node in document.root.matching(pattern):
                address = mac(node.text(leaf) or "") or node.path
                by_mac.setdefault(address, {})[name] = node
                if _is_router(document, node):
                    routers.add(address)
    for address, objects in by_mac.items():
        if address not in routers:
            yield {"self": Node(None, "Device"), **objects}


def _is_router(document: Document, node: Node) -> bool:
    own = {document.identity("SerialNumber"), document.root.text("DeviceInfo.SerialNumber")} - {None}
    controller = mac(document.root.text("WiFi.DataElements.Network.ControllerID") or "")
    return (
        node.flag("X_TP_IsController") is True
        or node.text("SerialNumber") in own
        or (controller is not None and mac(node.text("ID") or "") == controller)
    )


def _clients(objects: Objects) -> int | None:
    """How many clients are listed below the node; None when no list was ever read."""
    for name, pattern in _CLIENTS.items():
        node = objects.get(name)
        table = pattern.removesuffix(".*")
        if node and any(list(node.matching(table))):
            return sum(row.flag("Active") is not False for row in node.matching(pattern))
    return None
