"""A device document as ``domain.cpe`` sections, and what must be asked for to make them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from noc_console.domain.cpe import SECTIONS, Field, Group, Section
from noc_console.sources.genieacs import optics, wan, wireless
from noc_console.sources.genieacs.document import ROOTS, Document, Node, Parameter
from noc_console.sources.genieacs.fields import ROOT_OF, fields, made, split
from noc_console.sources.genieacs.tables import SectionPaths, Tables, Transceiver, tables

_ALWAYS = ("_id", "_deviceId", "_lastInform", "_lastBoot", "_lastBootstrap")
Content = tuple[list[Field], tuple[Group, ...]]


def sections(document: Document, names: Iterable[str] = SECTIONS) -> tuple[Section, ...]:
    """The sections called ``names``, in the order of ``SECTIONS``; one that was never read is empty."""
    wanted = set(names)
    return tuple(_section(document, name) for name in SECTIONS if name in wanted)


def _section(document: Document, name: str) -> Section:
    shown, groups = _BUILDERS[name](document, tables())
    times = [field.observed_at for field in (*shown, *(f for group in groups for f in group.fields))]
    known = [at for at in times if at is not None]
    title: str = getattr(tables(), name).title
    return Section(name, title, min(known, default=None), tuple(shown), groups)


def _system(document: Document, table: Tables) -> Content:
    shown = fields(table.system.fields, {"self": document.root})
    if not any(field.key == "memory_percent" for field in shown):
        shown += _memory(document.root.at("DeviceInfo.MemoryStatus"))
    return shown, ()


def _memory(node: Node) -> list[Field]:
    """Percent in use, whatever unit the two numbers are in."""
    total, free = node.number("Total"), node.number("Free")
    parameter = node.parameter("Free")
    if parameter is None or not total or free is None or not 0 <= free <= total:
        return []
    percent = round(100 * (total - free) / total)
    return [made(parameter, "memory_percent", "Memory", percent, "%")]


def _wan(document: Document, table: Tables) -> Content:
    return [], wan.groups(document, table.wan)


def _lan(document: Document, table: Tables) -> Content:
    if document.root_name != "Device":
        return fields(table.lan.fields, {"self": document.root.at("LANDevice.1.LANHostConfigManagement")}), ()
    interface = wan.lan_interface(document)
    objects: dict[str, Node] = {"self": interface, "server": document.root.at("DHCPv4.Server")}
    for pool in document.root.matching("DHCPv4.Server.Pool.*"):
        reference = pool.text("Interface")
        if reference is None or wan.same_object(reference, interface.path):
            objects.setdefault("pool", pool)
    return fields(table.lan.fields, objects), ()


def _wireless(document: Document, table: Tables) -> Content:
    return [], wireless.groups(document, table.wireless) if document.root_name else ()


def _ethernet(document: Document, table: Tables) -> Content:
    ports = list(_objects(document, table.ethernet))
    names = [node.text("Name") or "" for node in ports]
    groups = []
    for number, node in enumerate(ports, start=1):
        # "eth0" beside "eth0.1" is the switch itself; an upstream port is no LAN port.
        aggregate = any(name.startswith(f"{node.text('Name')}.") for name in names)
        if aggregate or node.flag("Upstream") is True:
            continue
        shown = fields(table.ethernet.fields, {"self": node})
        status = next((field.value for field in shown if field.key == "status"), None)
        if status != "Up":
            shown = [field for field in shown if field.key not in ("speed", "duplex")]
        if shown:
            title = next((str(field.value) for field in shown if field.key == "name"), f"LAN{number}")
            groups.append(Group(title, tuple(shown)))
    return [], tuple(groups)


def _hosts(document: Document, table: Tables) -> Content:
    groups = []
    for node in _objects(document, table.hosts):
        shown = fields(table.hosts.fields, {"self": node})
        values = {field.key: str(field.value) for field in shown}
        title = values.get("hostname") or values.get("mac") or values.get("ip")
        if title:
            groups.append(Group(title, tuple(shown)))
    # The router's own count lags behind its list; it is what tells "none" from "never read".
    counts = (document.root.parameter(path) for path in table.hosts.also_root.get(document.root_name or "", ()))
    told = [parameter for parameter in counts if parameter and not parameter.never_read]
    return [made(parameter, "count", "Hosts", len(groups)) for parameter in told], tuple(groups)


def _objects(document: Document, table: SectionPaths) -> Iterable[Node]:
    for pattern in table.objects.get(document.root_name or "", {}).get("self", ()):
        yield from document.root.matching(pattern)


def _optical(document: Document, table: Tables) -> Content:
    readings = [
        shown
        for transceiver in table.optical.transceivers
        for node in document.root.matching(transceiver.object)
        if (shown := _transceiver(node, transceiver))
    ]
    best = next((shown for shown in readings if any(field.key in ("rx_dbm", "light") for field in shown)), None)
    if best:
        return best, ()
    shown = readings[0] if readings else []
    return [*_virtual(document.top.at("VirtualParameters"), table.optical.virtual), *shown], ()


def _transceiver(node: Node, table: Transceiver) -> list[Field]:
    found: list[Field] = []
    rx = node.parameter(table.rx)
    if rx:
        found += _received(rx, table.power_scale)
    tx = node.parameter(table.tx)
    sent = optics.tx_power(tx.number(), table.power_scale) if tx else optics.UNKNOWN
    if tx and sent.dbm is not None:
        found.append(made(tx, "tx_dbm", "Tx power", sent.dbm, "dBm"))
    others: tuple[tuple[str | None, str, str, str, Callable[[float | None], float | None]], ...] = (
        (table.temperature, "temperature_celsius", "Temperature", "°C",
         lambda raw: optics.temperature_celsius(raw, table.temperature_scale)),
        (table.voltage, "voltage_v", "Voltage", "V", optics.voltage_v),
        (table.bias, "bias_ma", "Bias current", "mA", lambda raw: optics.bias_ma(raw, table.bias_scale)),
    )  # fmt: skip
    for leaf, key, label, unit, convert in others:
        parameter = node.parameter(leaf) if leaf else None
        value = convert(parameter.number()) if parameter else None
        if parameter and value is not None:
            found.append(made(parameter, key, label, value, unit))
    return found


def _received(parameter: Parameter, scale: str) -> list[Field]:
    power = optics.rx_power(parameter.number(), scale)
    if power.no_light:
        return [made(parameter, "light", "Light", "none")]
    return [] if power.dbm is None else [made(parameter, "rx_dbm", "Rx power", power.dbm, "dBm")]


def _virtual(node: Node, names: Sequence[str]) -> list[Field]:
    for name in names:
        parameter = node.parameter(name)
        found = _received(parameter, "auto") if parameter else []
        if found:
            return found
    return []


_BUILDERS: dict[str, Callable[[Document, Tables], Content]] = {
    "system": _system,
    "wan": _wan,
    "lan": _lan,
    "wireless": _wireless,
    "ethernet": _ethernet,
    "hosts": _hosts,
    "optical": _optical,
}


def read_paths(root: str, names: Iterable[str] = SECTIONS) -> list[str]:
    """Wildcarded leaves for a ``getParameterValues`` task that refreshes these sections.

    One list over all vendors: what a router does not have costs a question for names and is passed over.
    """
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(f"{root}.{path}" for path in _relative_paths(root, name))
        if name == "optical":
            found |= dict.fromkeys(f"VirtualParameters.{virtual}" for virtual in tables().optical.virtual)
    return list(found)


def projection_for(root: str | None, names: Iterable[str] = SECTIONS) -> list[str]:
    """Projection for these sections; a projection knows no wildcards, so paths end before the first.

    Args:
        root: ``InternetGatewayDevice`` or ``Device``; None asks for both.
        names: Sections.
    """
    wanted = list(names)
    paths = [path for one in ([root] if root else ROOTS) for path in read_paths(one, wanted)]
    if "wireless" in wanted:
        paths += [f"{one}.DeviceInfo.ModelName" for one in ([root] if root else ROOTS)]
    cut = dict.fromkeys(re.split(r"\.\*", path)[0] for path in paths)
    return [*_ALWAYS, *(path for path in cut if not any(path.startswith(f"{other}.") for other in cut))]


def _relative_paths(root: str, section: str) -> list[str]:
    if section == "optical":
        return [leaf for transceiver in tables().optical.transceivers for leaf in transceiver.leaves
                if transceiver.object.startswith("Optical.") is (root == "Device")]  # fmt: skip
    table: SectionPaths = getattr(tables(), section)
    objects = table.objects.get(root, {"self": [""]})
    found = []
    for path in (*(path for spec in table.fields for path in spec.paths), *table.also):
        name, leaf = split(path)
        if name in ROOT_OF:
            name = "self" if ROOT_OF[name] == root else ""
        found += [f"{base}.{leaf}".lstrip(".") for base in objects.get(name, [])]
    return found + table.also_root.get(root, [])
