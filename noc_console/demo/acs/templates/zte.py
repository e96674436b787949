"""ZTE F670L: TR-098, the second PPP connection of the first WAN device, optics as strings in dBm."""

from __future__ import annotations

from noc_console.demo.acs.templates import diagnostics
from noc_console.demo.acs.templates.model import Leaf, Model, tree, unsigned, writable
from noc_console.demo.acs.templates.tr098 import (
    ROOT,
    WAN,
    Service,
    device_info,
    informs,
    lan,
    line,
    live_vlan,
    management_server,
    optical,
    port_mapping,
    wan_connection,
)
from noc_console.demo.acs.templates.tr098_wifi import ClientLeaf, wlan

_LIVE = f"{WAN}.WANConnectionDevice.1.WANPPPConnection.2"
_SERVICE = Service("X_ZTE-COM_ServiceList", "X_ZTE-COM_VLANID")
_CLIENTS: dict[str, ClientLeaf] = {
    "X_ZTE-COM_WLAN_RSSI": lambda h, f: str(h.signal_dbm),
    "X_ZTE-COM_WLAN_SNR": lambda h, f: str(h.signal_dbm + 95),
    "LastDataTransmitRate": lambda h, f: str(h.rate_mbps),
}


def _leaves() -> dict[str, Leaf]:
    return {
        **device_info(
            "F670L", "ZTE", "C0B101", "V9.0", lambda f: f.serial.text,
            {
                "ProductClass": "F670L",
                "ProcessStatus.CPUUsage": unsigned(lambda f: f.state.cpu_percent),
                "X_ZTE-COM_CpuUsed": lambda f: f"{f.state.cpu_percent}%;{max(0, f.state.cpu_percent - 3)}%",
                "X_ZTE-COM_MemUsed": lambda f: f"{f.state.memory_percent}%",
            },
        ),
        **management_server(),
        **wan_connection(_LIVE, "pppoe", live=True, ppp=True, more=_SERVICE.leaves("INTERNET_TR069", live_vlan)),
        **wan_connection(
            f"{WAN}.WANConnectionDevice.2.WANIPConnection.1", "iptv", live=False, ppp=False,
            more={**_SERVICE.leaves("IPTV", 300), "ConnectionType": writable("IP_Bridged")},
        ),
        **line(),
        **optical(f"{WAN}.X_ZTE-COM_WANPONInterfaceConfig", lambda value: f"{value:.2f}", "string"),
        **tree(
            f"{WAN}.X_ZTE-COM_WANPONInterfaceConfig", {"SupplyVoltage": lambda f: f"{f.state.voltage_v * 1000:.0f}"}
        ),
        **lan(4, lambda number: {}),
        **wlan(1, False, {"Standard": "b,g,n", "X_ZTE-COM_BandWidth": writable("20MHz")}, _CLIENTS),
        **wlan(5, True, {"Standard": "a,n,ac", "X_ZTE-COM_BandWidth": writable("80MHz")}, _CLIENTS),
        **diagnostics.tr098(sent_leaf=True),
    }  # fmt: skip


ZTE_F670L = Model(
    name="F670L",
    root=ROOT,
    manufacturer="ZTE",
    oui="C0B101",
    product_class="F670L",
    firmware="V9.0.10P1N12A",
    acs_serial=lambda serial: serial.text,
    leaves=_leaves(),
    informs=informs(f"{_LIVE}.ExternalIPAddress"),
    addable={f"{_LIVE}.PortMapping": port_mapping()},
)
