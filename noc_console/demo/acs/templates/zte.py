"""ZTE F670L: TR-098, the second PPP connection of the first WAN device, optics as strings in dBm."""

from __future__ import annotations

from noc_console.demo.acs.templates import diagnostics
from noc_console.demo.acs.templates.model import Leaf, Model, tree, unsigned, writable
from noc_console.demo.acs.templates.tr098 import ROOT, device_info, lan, management_server, wan_connection, wlan

_WAN = f"{ROOT}.WANDevice.1"


def _leaves() -> dict[str, Leaf]:
    leaves = device_info("F670L", "ZTE", "C0B101", "V9.0", lambda f: f.serial.text)
    leaves |= tree(
        f"{ROOT}.DeviceInfo",
        {
            "ProductClass": "F670L",
            "ProcessStatus.CPUUsage": unsigned(lambda f: f.state.cpu_percent),
            "X_ZTE-COM_CpuUsed": lambda f: f"{f.state.cpu_percent}%;{max(0, f.state.cpu_percent - 3)}%",
            "X_ZTE-COM_MemUsed": lambda f: f"{f.state.memory_percent}%",
        },
    )
    leaves |= management_server()
    leaves |= wan_connection(
        f"{_WAN}.WANConnectionDevice.1.WANPPPConnection.2", "pppoe", live=True, ppp=True,
        more={
            "X_ZTE-COM_ServiceList": writable("INTERNET_TR069"),
            "X_ZTE-COM_VLANID": writable(lambda f: f.state.vlan, "unsignedInt"),
        },
    )  # fmt: skip
    leaves |= wan_connection(
        f"{_WAN}.WANConnectionDevice.2.WANIPConnection.1", "iptv", live=False, ppp=False,
        more={
            "X_ZTE-COM_ServiceList": writable("IPTV"),
            "X_ZTE-COM_VLANID": writable(300),
            "ConnectionType": writable("IP_Bridged"),
        },
    )  # fmt: skip
    leaves |= tree(
        f"{_WAN}.X_ZTE-COM_WANPONInterfaceConfig",
        {
            "RXPower": lambda f: f"{f.state.rx_dbm:.2f}",
            "TXPower": lambda f: f"{f.state.tx_dbm:.2f}",
            "TransceiverTemperature": lambda f: f"{f.state.temperature_celsius:.2f}",
            "SupplyVoltage": lambda f: f"{f.state.voltage_v * 1000:.0f}",
            "BiasCurrent": lambda f: f"{f.state.bias_ma:.2f}",
        },
    )
    leaves |= lan(4, "LAN", None)
    leaves |= wlan(1, False, {"Standard": writable("b,g,n"), "X_ZTE-COM_BandWidth": writable("20MHz")})
    leaves |= wlan(5, True, {"Standard": writable("a,n,ac"), "X_ZTE-COM_BandWidth": writable("80MHz")})
    return leaves | diagnostics.tr098(sent_leaf=True)


ZTE_F670L = Model(
    name="F670L",
    root=ROOT,
    manufacturer="ZTE",
    oui="C0B101",
    product_class="F670L",
    firmware="V9.0.10P1N12A",
    acs_serial=lambda serial: serial.text,
    leaves=_leaves(),
    informs=(
        f"{ROOT}.DeviceInfo.HardwareVersion",
        f"{ROOT}.DeviceInfo.SoftwareVersion",
        f"{ROOT}.DeviceInfo.ProvisioningCode",
        f"{ROOT}.ManagementServer.ParameterKey",
        f"{ROOT}.ManagementServer.ConnectionRequestURL",
        f"{_WAN}.WANConnectionDevice.1.WANPPPConnection.2.ExternalIPAddress",
    ),
)
