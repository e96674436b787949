"""Wireless networks and the band that each is on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from noc_console.domain.cpe import Field, Group
from noc_console.sources.genieacs.document import Document, Node
from noc_console.sources.genieacs.fields import Objects, fields
from noc_console.sources.genieacs.tables import Bands, WirelessPaths
from noc_console.sources.genieacs.wan import same_object

BAND_24, BAND_5, BAND_6 = "2.4 GHz", "5 GHz", "6 GHz"
_BAND_LEAVES = ("OperatingFrequencyBand", "X_HW_RFBand", "X_FH_RFBand", "X_ZTE-COM_RFBand", "X_CT-COM_RFBand")
_STANDARDS = re.compile(r"ac|ax|be|[abgn]")


def groups(document: Document, table: WirelessPaths) -> tuple[Group, ...]:
    """One group per network that is on; of a band where none is, those that are off."""
    made: list[tuple[str, bool, Group]] = []
    model = document.root.text("DeviceInfo.ModelName") or document.identity("ProductClass") or ""
    for objects in _networks(document, table):
        if (access := objects.get("ap")) and access.text("X_TP_APType") == "Backhaul":
            continue
        shown = fields(table.fields, objects)
        if not any(field.key == "ssid" for field in shown):
            continue
        enabled = next((field.value for field in shown if field.key == "enabled"), None) is not False
        band = band_of(objects, model, table.bands)
        told = [Field("band", "Band", band)] if band else []
        ssid = next(str(field.value) for field in shown if field.key == "ssid")
        title = f"{band} {ssid}" if band else ssid
        made.append((band or "", enabled, Group(title, (shown[0], *told, *shown[1:]))))
    on = {band for band, enabled, _ in made if enabled}
    kept = [(band, group) for band, enabled, group in made if enabled or band not in on]
    return tuple(group for _, group in sorted(kept, key=lambda item: item[0]))


def band_of(objects: Objects, model: str, bands: Bands) -> str | None:
    """Band of a network.

    What the router says, its radio, its channel, its possible channels, its standard, and at last what is known
    of the model's numbering.
    """
    network, radio = objects["self"], objects.get("radio")
    for node in (network, radio):
        for leaf in _BAND_LEAVES if node else ():
            if node and (band := _named(node.text(leaf))):
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


def _named(text: str | None) -> str | None:
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
    paths = table.objects[document.root_name or ""]
    access_points = [node for pattern in paths.get("ap", []) for node in document.root.matching(pattern)]
    for pattern in paths["self"]:
        for node in document.root.matching(pattern):
            objects = {"self": node}
            radio = document.top.reference(node.text("LowerLayers"))
            if radio:
                objects["radio"] = radio
            for access in access_points:
                if same_object(access.text("SSIDReference"), node.path):
                    objects["ap"] = access
            yield objects
