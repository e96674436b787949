"""A device document as ``domain.cpe`` sections."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from noc_console.domain.cpe import SECTIONS, Field, Group, Section
from noc_console.sources.genieacs import clients, mesh, optical, virtual, voice, wan, wireless
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.fields import fields, made
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.tables import SectionPaths, Tables

Content = tuple[list[Field], tuple[Group, ...]]


def sections(document: Document, names: Iterable[str] = SECTIONS, tables: Tables | None = None) -> tuple[Section, ...]:
    """The sections called ``names``, in the order of ``SECTIONS``; one that was never read is empty.

    Args:
        document: Whole, or projected by ``reading.projection_for``.
        names: Sections.
        tables: Where vendors keep things; None takes the shipped tables.
    """
    wanted = set(names)
    return tuple(_section(document, name, tables or shipped()) for name in SECTIONS if name in wanted)


def _section(document: Document, name: str, tables: Tables) -> Section:
    shown, groups = virtual.filled(document, name, tables, *_BUILDERS[name](document, tables))
    times = [field.observed_at for field in (*shown, *(f for group in groups for f in group.fields))]
    known = [at for at in times if at is not None]
    return Section(name, tables.section(name).title, min(known, default=None), tuple(shown), groups)


def _system(document: Document, tables: Tables) -> Content:
    shown = fields(tables.system.fields, {"self": document.root})
    if not any(field.key == "memory_percent" for field in shown):
        shown += _memory(document.root.at("DeviceInfo.MemoryStatus"))
    if document.tags:
        shown.append(Field("tags", "Tags", ", ".join(document.tags)))
    return shown, ()


def _memory(node: Node) -> list[Field]:
    """Percent in use, whatever unit the two numbers are in."""
    total, free = node.number("Total"), node.number("Free")
    parameter = node.parameter("Free")
    if parameter is None or not total or free is None or not 0 <= free <= total:
        return []
    percent = round(100 * (total - free) / total)
    return [made(parameter, "memory_percent", "Memory", percent, "%")]


def _wan(document: Document, tables: Tables) -> Content:
    return wan.own_fields(document, tables.wan), wan.groups(document, tables.wan)


def _lan(document: Document, tables: Tables) -> Content:
    if document.root_name != "Device":
        return fields(tables.lan.fields, {"self": document.root.at("LANDevice.1.LANHostConfigManagement")}), ()
    interface = wan.lan_interface(document)
    objects: dict[str, Node] = {"self": interface, "server": document.root.at("DHCPv4.Server")}
    for pool in document.root.matching("DHCPv4.Server.Pool.*"):
        reference = pool.text("Interface")
        if reference is None or wan.same_object(reference, interface.path):
            objects.setdefault("pool", pool)
    return fields(tables.lan.fields, objects), ()


def _wireless(document: Document, tables: Tables) -> Content:
    return [], wireless.groups(document, tables.wireless)


def _clients(document: Document, tables: Tables) -> Content:
    found, told = clients.groups(document, tables), clients.told(document, tables)
    # A router may count clients that its lists do not show.
    shown = [made(told[0], "count", tables.clients.title, len(found) or clients.total(told))] if told else []
    return shown, found


def _mesh(document: Document, tables: Tables) -> Content:
    return _counted(document, tables.mesh, mesh.groups(document, tables.mesh))


def _voice(document: Document, tables: Tables) -> Content:
    return [], voice.groups(document, tables.voice)


def _ethernet(document: Document, tables: Tables) -> Content:
    ports = [
        node for pattern in tables.ethernet.patterns(document.root_name) for node in document.root.matching(pattern)
    ]
    names = [node.text("Name") or "" for node in ports]
    groups = []
    for number, node in enumerate(ports, start=1):
        # "eth0" beside "eth0.1" is the switch itself; an upstream port is no LAN port.
        aggregate = any(name.startswith(f"{node.text('Name')}.") for name in names)
        if aggregate or node.flag("Upstream") is True:
            continue
        shown = fields(tables.ethernet.fields, {"self": node})
        status = next((field.value for field in shown if field.key == "status"), None)
        if status != "Up":
            shown = [field for field in shown if field.key not in ("speed", "duplex")]
        if shown:
            title = next((str(field.value) for field in shown if field.key == "name"), f"LAN{number}")
            groups.append(Group(title, tuple(shown), node.path))
    return [], tuple(groups)


def _hosts(document: Document, tables: Tables) -> Content:
    groups = []
    for pattern in tables.hosts.patterns(document.root_name):
        for node in document.root.matching(pattern):
            shown = fields(tables.hosts.fields, {"self": node})
            values = {field.key: str(field.value) for field in shown}
            title = values.get("hostname") or values.get("mac") or values.get("ip")
            if title:
                groups.append(Group(title, tuple(shown), node.path))
    return _counted(document, tables.hosts, tuple(groups))


def _counted(document: Document, table: SectionPaths, groups: tuple[Group, ...]) -> Content:
    """Groups with their number. A router's own count lags behind its list, but it tells "none" from "never read"."""
    for path in table.also_root.get(document.root_name or "", ()):
        for told in document.root.leaves(path):
            if not told.never_read:
                return [made(told, "count", table.title, len(groups))], groups
    return [], groups


_BUILDERS: dict[str, Callable[[Document, Tables], Content]] = {
    "system": _system,
    "wan": _wan,
    "lan": _lan,
    "wireless": _wireless,
    "clients": _clients,
    "mesh": _mesh,
    "ethernet": _ethernet,
    "hosts": _hosts,
    "voice": _voice,
    "optical": lambda document, tables: (optical.fields_of(document, tables.optical), ()),
}
