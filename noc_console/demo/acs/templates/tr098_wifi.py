"""WiFi networks and their clients, as the TR-098 routers have them in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from noc_console.demo.acs.state import Host, Value
from noc_console.demo.acs.templates.model import (
    MAX_CLIENTS,
    Facts,
    Leaf,
    Source,
    boolean,
    leaf,
    secret,
    tree,
    unsigned,
    writable,
)
from noc_console.demo.acs.templates.tr098 import LAN

ClientLeaf = Callable[[Host, Facts], Value]


def too_long_ssid(value: Value) -> bool:
    """Whether a router refuses this SSID."""
    return not 0 < len(str(value)) <= 32


def wlan(
    number: int,
    five_ghz: bool,
    more: Mapping[str, Leaf | Source],
    clients: Mapping[str, ClientLeaf],
) -> dict[str, Leaf]:
    """One ``WLANConfiguration`` with its clients.

    Args:
        number: Of the instance.
        five_ghz: Whether it is on 5 GHz.
        more: What the vendor has besides.
        clients: What the vendor tells of each client besides its addresses.
    """
    path = f"{LAN}.WLANConfiguration.{number}"
    enable = f"{path}.Enable"
    leaves = tree(
        path,
        {
            "Enable": writable(True),
            "Status": lambda f: "Up" if f.on(enable) else "Disabled",
            "SSID": writable(lambda f: f.state.ssid + ("-5G" if five_ghz else ""), "string", too_long_ssid),
            "BSSID": lambda f: f.mac(8 + number),
            "Channel": channel(five_ghz),
            "AutoChannelEnable": writable(True),
            "PossibleChannels": "36,40,44,48,52,56,60,64" if five_ghz else "1,2,3,4,5,6,7,8,9,10,11,12,13",
            "BeaconType": writable("WPAand11i"),
            "SSIDAdvertisementEnabled": writable(True),
            "TransmitPower": writable(100),
            "TotalAssociations": unsigned(lambda f: len(_clients(f, enable, five_ghz))),
            "KeyPassphrase": secret(),
            "PreSharedKey.1.KeyPassphrase": secret(),
            **more,
        },
    )
    for index in range(MAX_CLIENTS):
        leaves |= _client(f"{path}.AssociatedDevice.{index + 1}", index, enable, five_ghz, clients)
    return leaves


def channel(five_ghz: bool) -> Leaf:
    """A radio's channel: while the router chooses it, setting one comes to nothing."""
    return writable(
        lambda f: f.state.channel_5 if five_ghz else f.state.channel_24, "unsignedInt", unless="AutoChannelEnable"
    )


def _clients(facts: Facts, enable: str, five_ghz: bool) -> tuple[Host, ...]:
    return facts.state.clients(five_ghz) if facts.on(enable) else ()


def _client(path: str, index: int, enable: str, five_ghz: bool, more: Mapping[str, ClientLeaf]) -> dict[str, Leaf]:
    def of(attribute: ClientLeaf) -> Callable[[Facts], Value | None]:
        def value(facts: Facts) -> Value | None:
            there = _clients(facts, enable, five_ghz)
            return attribute(there[index], facts) if index < len(there) else None

        return value

    return tree(
        path,
        {
            "AssociatedDeviceMACAddress": of(lambda h, f: h.mac),
            "AssociatedDeviceIPAddress": of(lambda h, f: h.ip),
            "AssociatedDeviceAuthenticationState": boolean(of(lambda h, f: True)),
            **{name: leaf(of(attribute), "string") for name, attribute in more.items()},
        },
    )
