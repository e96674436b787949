"""Wireless networks and the band that each is on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noc_console.domain.cpe import Field, Group
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.fields import Objects, fields, made
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.readings import READINGS, mac
from noc_console.sources.genieacs.tables import Bands, Tables, WirelessPaths
from noc_console.sources.genieacs.wan import same_object

BAND_24, BAND_5, BAND_6 = "2.4 GHz", "5 GHz", "6 GHz"
_BAND_LEAVES = ("OperatingFrequencyBand", "X_HW_RFBand", "X_FH_RFBand", "X_ZTE-COM_RFBand", "X_CT-COM_RFBand")
_STANDARDS = re.compile(r"ac|ax|be|[abgn]")


def groups(document: Document, table: WirelessPaths) -> tuple[Group, ...]:
    """One group per network that is on; of a band where none is, those that are off."""
    made: list[tuple[str, bool, Group]] = []
    for objects in _networks(document, table):
        if (access := objects.get("ap")) and access.text("X_TP_APType") == "Backhaul":
            continue
        shown = [_switched(field, access) for field in fields(table.fields, objects)]
        if not any(field.key == "ssid" for field in shown):
            continue
        enabled = next((field.value for field in shown if field.key == "enabled"), None) is not False
        band = band_of(objects, document.model, table.bands)
        told = [Field("band", "Band", band)] if band else []
        ssid = next(str(field.value) for field in shown if field.key == "ssid")
        title = f"{band} {ssid}" if band else ssid
        network = objects["self"].path
        made.append((band or "", enabled, Group(title, (shown[0], *told, *shown[1:]), network)))
    on = {band for band, enabled, _ in made if enabled}
    kept = [(band, group) for band, enabled, group in made if enabled or band not in on]
    return tuple(group for _, group in sorted(kept, key=lambda item: item[0]))


def _switched(field: Field, access: Node | None) -> Field:
    """``enabled`` as the access point says it, where that is off: nobody can join an SSID whose access point is."""
    parameter = access.parameter("Enable") if field.key == "enabled" and access else None
    if parameter is None or READINGS["flag"](parameter.raw) is not False:
        return field
    return made(parameter, field.key, field.label, False)


def wifi_key_leaf(document: Document, group_path: str, tables: Tables | None = None) -> str | None:
    """Full path of the leaf that takes the password of a network.

    Args:
        document: With names of the network's leaves, and model, manufacturer and firmware.
        group_path: The network: ``Group.path`` of the wireless section.
        tables: None takes the shipped ones.

    Returns:
        None when the document has none of the leaves that are known, for this model or at all.
    """
    holder = document.top.at(group_path)
    if document.root_name == "Device":
        access_points = document.root.matching("WiFi.AccessPoint.*")
        holder = next(
            (node for node in access_points if same_object(node.text("SSIDReference"), group_path)), Node(None)
        )
    table = (tables or shipped()).wifi_key
    told = f"{document.model} {document.root.text('DeviceInfo.SoftwareVersion') or ''}".lower()
    maker = (document.identity("Manufacturer") or document.root.text("DeviceInfo.Manufacturer") or "").lower()
    models = [leaf for words, leaf in table.models.items() if all(word in told for word in words.lower().split())]
    makers = [leaf for word, leaf in table.manufacturers.items() if word.lower() in maker]
    leaves = (*models, *makers, *table.default.get(document.root_name or "", ()))
    return next((f"{holder.path}.{leaf}" for leaf in leaves if holder.parameter(leaf)), None)


def band_of(objects: Objects, model: str, bands: Bands) -> str | None:
    """Band of a network.

    What the router says, its radio, its channel, its possible channels, its standard, and at last what is known
    of the model's numbering.
    """
    network = objects["self"]
    band = _band_told(objects)
    if band:
        return band
    below = (network.text("LowerLayers") or "").rstrip(".")
    if below.endswith((".WiFi.Radio.1", ".WiFi.Radio.2")):
        return BAND_24 if below.endswith("1") else BAND_5
    channel = network.number("Channel")
    if not channel:
        possible = re.findall(r"\d+", network.text("PossibleChannels") or "")
        channel = float(possible[-1]) if possible else None
    if channel:
        return BAND_5 if channel > 14 else BAND_24
    return _by_standard(network.text("Standard")) or _by_model(network, model, bands)


def _band_told(objects: Objects) -> str | None:
    for node in (objects["self"], objects.get("radio")):
        for leaf in _BAND_LEAVES if node else ():
            if node and (band := named_band(node.text(leaf))):
                return band
    return None


def named_band(text: str | None) -> str | None:
    """Band that ``5GHz`` and the like name."""
    found = re.match(r"\s*(2\.4|5|6)", text or "")
    return {"2.4": BAND_24, "5": BAND_5, "6": BAND_6}[found[1]] if found else None


def _by_standard(text: str | None) -> str | None:
    """``11bgn``, ``b,g,n,ax``, ``a,n,ac``, ``11ac``; ``n`` and ``ax`` alone are on both bands."""
    names = set(_STANDARDS.findall((text or "").lower().replace("802.", "").replace("11", "")))
    if names & {"b", "g"}:
        return BAND_24
    return BAND_5 if names & {"a", "ac"} else None


def _by_model(network: Node, model: str, bands: Bands) -> str | None:
    numbers = next((pair for name, pair in bands.models.items() if name.lower() in model.lower()), bands.default)
    by_number = {str(numbers[0]): BAND_24, str(numbers[1]): BAND_5}
    return by_number.get(network.name)


def _networks(document: Document, table: WirelessPaths) -> Iterator[Objects]:
    def every(name: str) -> list[Node]:
        return [
            node for pattern in table.patterns(document.root_name, name) for node in document.root.matching(pattern)
        ]

    access_points = {(node.text("SSIDReference") or "").rstrip("."): node for node in every("ap")}
    stations = {mac(node.text("BSSID") or ""): node for node in every("bss")}
    steering = {named_band(node.text("CurrentBand")): node for node in every("steering")}
    for node in every("self"):
        objects = {"self": node}
        radio = document.top.reference(node.text("LowerLayers"))
        if radio:
            objects["radio"] = radio
        if node.path in access_points:
            objects["ap"] = access_points[node.path]
        address, band = mac(node.text("BSSID") or ""), _band_told(objects)
        if address and address in stations:
            objects["elements"] = document.top.at(stations[address].path.rsplit(".", 2)[0])
        if band and band in steering:
            objects["steering"] = steering[band]
        yield objects
