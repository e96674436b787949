"""WiFi of the TP-Link XX230v: radios, networks, and the same clients three times over, each in its own units.

The access point's own list holds zeros; MultiAP tells the signal in half decibels from -110 dBm and rates in kbit/s.
The router lists itself as the first mesh node.
"""

from __future__ import annotations

from collections.abc import Callable

from noc_console.demo.acs.state import Host, MeshNode, Value
from noc_console.demo.acs.templates.model import (
    MAX_CLIENTS,
    MAX_NODES,
    Facts,
    Leaf,
    Source,
    boolean,
    leaf,
    secret,
    signed,
    tree,
    unsigned,
    writable,
)
from noc_console.demo.acs.templates.tr098_wifi import channel, too_long_ssid
from noc_console.domain.identity import OntSerial

WIFI = "Device.WiFi"
_BANDS = ((1, 1, False), (2, 3, True))
"""Radio, network, whether it is on 5 GHz."""


def wifi(serial: Callable[[OntSerial], str]) -> dict[str, Leaf]:
    """Everything below ``Device.WiFi``; ``serial`` is what the router calls its own."""
    leaves: dict[str, Leaf] = {}
    for radio, network, five_ghz in _BANDS:
        leaves |= _radio(radio, five_ghz)
        leaves |= _network(network, radio, five_ghz)
        leaves |= _listed(radio, network, five_ghz)
    leaves |= tree(
        f"{WIFI}.MultiAP.APDevice.1",
        {
            "MACAddress": lambda f: f.mac(),
            "SerialNumber": lambda f: serial(f.serial),
            "X_TP_IsController": True,
            "X_TP_Active": True,
            "X_TP_CPUUsage": unsigned(lambda f: f.state.cpu_percent),
        },
    )
    for index in range(MAX_NODES):
        leaves |= _node(index)
    count = unsigned(lambda f: 1 + len(f.state.mesh))
    return leaves | tree(f"{WIFI}.MultiAP", {"APDeviceNumberOfEntries": count})


def _radio(number: int, five_ghz: bool) -> dict[str, Leaf]:
    band = "5GHz" if five_ghz else "2.4GHz"
    return {
        **tree(
            f"{WIFI}.Radio.{number}",
            {
                "Enable": writable(True),
                "Status": "Up",
                "OperatingFrequencyBand": writable(band),
                "OperatingStandards": writable("a,n,ac,ax" if five_ghz else "b,g,n,ax"),
                "OperatingChannelBandwidth": writable("Auto"),
                "CurrentOperatingChannelBandwidth": "80MHz" if five_ghz else "40MHz",
                "PossibleChannels": "36,40,44,48,149,153,157,161" if five_ghz else "1,2,3,4,5,6,7,8,9,10,11",
                "Channel": channel(five_ghz),
                "AutoChannelEnable": writable(True),
                "TransmitPower": writable(100, "int"),
                "Stats.Noise": leaf(0, "int"),
            },
        ),
        **tree(
            f"{WIFI}.DataElements.Network.Device.1.Radio.{number}",
            {
                "X_TP_Band": band,
                "Noise": unsigned(lambda f: _half_decibels(f.state.noise_dbm(five_ghz))),
                "Utilization": unsigned(lambda f: f.state.busy_percent(five_ghz) * 255 // 100),
            },
        ),
    }


def _network(number: int, radio: int, five_ghz: bool) -> dict[str, Leaf]:
    network, access = f"{WIFI}.SSID.{number}", f"{WIFI}.AccessPoint.{number}"

    def on(facts: Facts) -> bool:
        return facts.on(f"{network}.Enable") and facts.on(f"{access}.Enable")

    leaves = tree(
        network,
        {
            "Enable": writable(True),
            "Status": lambda f: "Up" if on(f) else "Down",
            "SSID": writable(lambda f: f.state.ssid + ("-5G" if five_ghz else ""), "string", too_long_ssid),
            "BSSID": lambda f: f.mac(number),
            "LowerLayers": writable(f"{WIFI}.Radio.{radio}."),
        },
    )
    leaves |= tree(
        access,
        {
            "Enable": writable(True),
            "SSIDReference": writable(f"{network}."),
            "X_TP_APType": writable("Primary"),
            "Security.ModeEnabled": writable("WPA2-Personal"),
            "Security.KeyPassphrase": secret(),
            "Security.PreSharedKey": secret(),
            "AssociatedDeviceNumberOfEntries": unsigned(lambda f: len(f.state.clients(five_ghz)) if on(f) else 0),
        },
    )
    for index in range(MAX_CLIENTS):
        leaves |= _rows(
            f"{access}.AssociatedDevice.{index + 1}",
            index,
            five_ghz,
            {
                "MACAddress": (lambda h: h.mac.lower(), "string"),
                "SignalStrength": (lambda h: 0, "int"),
                "Noise": (lambda h: 0, "int"),
                "LastDataDownlinkRate": (lambda h: 0, "unsignedInt"),
            },
        )
    return leaves


def _listed(radio: int, network: int, five_ghz: bool) -> dict[str, Leaf]:
    """The network and its clients as MultiAP and DataElements list them."""
    access = f"{WIFI}.MultiAP.APDevice.1.Radio.{radio}.AP.2"
    band, name = ("5GHz", "-5G") if five_ghz else ("2.4GHz", "")
    leaves = tree(f"{WIFI}.MultiAP.APDevice.1.Radio.{radio}", {"OperatingFrequencyBand": band})
    leaves |= tree(
        access,
        {"SSID": lambda f: f.state.ssid + name, "BSSID": lambda f: f.mac(network), "X_TP_Type": "Primary"},
    )
    leaves |= tree(f"{WIFI}.DataElements.Network.Device.1.Radio.{radio}.BSS.2", {"BSSID": lambda f: f.mac(network)})
    for index in range(MAX_CLIENTS):
        leaves |= _rows(
            f"{access}.AssociatedDevice.{index + 1}",
            index,
            five_ghz,
            {
                "MACAddress": (lambda h: h.mac, "string"),
                "Active": (lambda h: True, "boolean"),
                "SignalStrength": (lambda h: _half_decibels(h.signal_dbm), "unsignedInt"),
                "LastDataDownlinkRate": (lambda h: h.rate_mbps * 1000, "unsignedInt"),
                "LastDataUplinkRate": (lambda h: h.rate_mbps * 500, "unsignedInt"),
                "X_TP_HostName": (lambda h: h.name, "string"),
                "X_TP_IPAddress": (lambda h: h.ip, "string"),
            },
        )
    return leaves


def _rows(
    path: str, index: int, five_ghz: bool, leaves: dict[str, tuple[Callable[[Host], Value], str]]
) -> dict[str, Leaf]:
    def of(attribute: Callable[[Host], Value]) -> Source:
        def value(facts: Facts) -> Value | None:
            there = facts.state.clients(five_ghz)
            return attribute(there[index]) if index < len(there) else None

        return value

    return tree(path, {name: leaf(of(attribute), type) for name, (attribute, type) in leaves.items()})


def _node(index: int) -> dict[str, Leaf]:
    def of(attribute: Callable[[MeshNode], Value]) -> Callable[[Facts], Value | None]:
        return lambda f: attribute(f.state.mesh[index]) if index < len(f.state.mesh) else None

    return tree(
        f"{WIFI}.MultiAP.APDevice.{index + 2}",
        {
            "MACAddress": of(lambda n: n.mac),
            "SerialNumber": of(lambda n: n.serial),
            "SoftwareVersion": of(lambda n: "1.2.4 Build 230614"),
            "X_TP_HostName": of(lambda n: n.name),
            "X_TP_ModelName": of(lambda n: "HX220"),
            "X_TP_IsController": boolean(of(lambda n: False)),
            "X_TP_Active": boolean(of(lambda n: n.online)),
            "BackhaulLinkType": of(lambda n: "Ethernet" if n.wired else "Wi-Fi"),
            "BackhaulSignalStrength": signed(of(lambda n: 0 if n.wired else _half_decibels(n.signal_dbm))),
            "BackhaulLinkUtilization": unsigned(of(lambda n: n.busy_percent)),
        },
    )


def _half_decibels(dbm: int) -> int:
    return (dbm + 110) * 2
