"""Huawei EG8145V5: TR-098, GPON serial as sixteen hex digits, the live WAN is not the first one."""

from __future__ import annotations

from noc_console.demo.acs.templates import diagnostics
from noc_console.demo.acs.templates.model import Leaf, Model, signed, tree, unsigned, writable
from noc_console.demo.acs.templates.tr098 import ROOT, device_info, lan, management_server, wan_connection, wlan

_WAN = f"{ROOT}.WANDevice.1"


def _leaves() -> dict[str, Leaf]:
    leaves = device_info("EG8145V5", "Huawei Technologies Co., Ltd", "00259E", "159D.A", lambda f: f.serial.hex)
    leaves |= tree(
        f"{ROOT}.DeviceInfo",
        {
            "ProcessStatus.CPUUsage": unsigned(lambda f: min(100, f.state.cpu_percent * 4)),
            "X_HW_CpuUsed": unsigned(lambda f: f.state.cpu_percent),
            "X_HW_MemUsed": unsigned(lambda f: f.state.memory_percent),
            "X_HW_SerialNumber": lambda f: f.serial.text,
        },
    )
    leaves |= management_server()
    leaves |= wan_connection(
        f"{_WAN}.WANConnectionDevice.1.WANPPPConnection.1", "1_INTERNET_R_VID_1", live=False, ppp=True,
        more={"X_HW_SERVICELIST": writable("INTERNET"), "X_HW_VLAN": writable(1)},
    )  # fmt: skip
    leaves |= wan_connection(
        f"{_WAN}.WANConnectionDevice.4.WANPPPConnection.1", lambda f: f"4_TR069_INTERNET_R_VID_{f.state.vlan}",
        live=True, ppp=True,
        more={
            "X_HW_SERVICELIST": writable("TR069_INTERNET"),
            "X_HW_VLAN": writable(lambda f: f.state.vlan, "unsignedInt"),
        },
    )  # fmt: skip
    leaves |= wan_connection(
        f"{_WAN}.WANConnectionDevice.5.WANIPConnection.1", "5_VOIP_R_VID_200", live=False, ppp=False,
        more={
            "X_HW_SERVICELIST": writable("VOIP"),
            "X_HW_VLAN": writable(200),
            "AddressingType": writable("DHCP"),
            "SubnetMask": writable(""),
        },
    )  # fmt: skip
    leaves |= tree(
        f"{_WAN}.X_GponInterafceConfig",
        {
            "Status": "Up",
            "RXPower": signed(lambda f: round(f.state.rx_dbm)),
            "TXPower": signed(lambda f: round(f.state.tx_dbm)),
            "TransceiverTemperature": signed(lambda f: round(f.state.temperature_celsius)),
            "SupplyVoltage": signed(lambda f: round(f.state.voltage_v * 1000)),
            "BiasCurrent": signed(lambda f: round(f.state.bias_ma)),
            "Stats.BytesReceived": unsigned(lambda f: f.state.bytes_down % 2**32),
            "Stats.BytesSent": unsigned(lambda f: f.state.bytes_up % 2**32),
        },
    )
    leaves |= lan(4, "LAN", "X_HW_Speed")
    leaves |= wlan(1, False, {"X_HW_RFBand": "2.4GHz", "Standard": writable("11bgn"), "X_HW_HT20": writable(0)})
    leaves |= wlan(5, True, {"X_HW_RFBand": "5GHz", "Standard": writable("11ac"), "X_HW_HT20": writable(3)})
    return leaves | diagnostics.tr098(sent_leaf=False)


HUAWEI_EG8145V5 = Model(
    name="EG8145V5",
    root=ROOT,
    manufacturer="Huawei Technologies Co., Ltd",
    oui="00259E",
    product_class="EG8145V5",
    firmware="V5R020C00S280",
    acs_serial=lambda serial: serial.hex,
    leaves=_leaves(),
    informs=(
        f"{ROOT}.DeviceInfo.HardwareVersion",
        f"{ROOT}.DeviceInfo.SoftwareVersion",
        f"{ROOT}.DeviceInfo.ProvisioningCode",
        f"{ROOT}.ManagementServer.ParameterKey",
        f"{ROOT}.ManagementServer.ConnectionRequestURL",
        f"{_WAN}.WANConnectionDevice.4.WANPPPConnection.1.ExternalIPAddress",
    ),
)
