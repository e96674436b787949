"""Huawei EG8145V5: TR-098, GPON serial as sixteen hex digits, the live WAN is not the first one."""

from __future__ import annotations

from collections.abc import Callable

from noc_console.demo.acs.state import MeshNode, Value
from noc_console.demo.acs.templates import diagnostics
from noc_console.demo.acs.templates.model import MAX_NODES, Facts, Leaf, Model, leaf, secret, tree, unsigned, writable
from noc_console.demo.acs.templates.tr098 import (
    LAN,
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

_LIVE = f"{WAN}.WANConnectionDevice.4.WANPPPConnection.1"
_SERVICE = Service("X_HW_SERVICELIST", "X_HW_VLAN")


def _leaves() -> dict[str, Leaf]:
    return {
        **device_info(
            "EG8145V5", "Huawei Technologies Co., Ltd", "00259E", "159D.A", lambda f: f.serial.hex,
            {
                "ProcessStatus.CPUUsage": unsigned(lambda f: min(100, f.state.cpu_percent * 4)),
                "X_HW_CpuUsed": unsigned(lambda f: f.state.cpu_percent),
                "X_HW_MemUsed": unsigned(lambda f: f.state.memory_percent),
                "X_HW_SerialNumber": lambda f: f.serial.text,
            },
        ),
        **management_server(),
        **_wan(),
        **optical(f"{WAN}.X_GponInterafceConfig", round, "int"),
        **tree(f"{WAN}.X_GponInterafceConfig", {"Status": "Up"}),
        **lan(4, _port),
        **_band(1, False, 1, "11bgn", 0),
        **_band(5, True, 2, "11ac", 3),
        **_mesh(),
        **diagnostics.tr098(sent_leaf=False),
    }  # fmt: skip


def _wan() -> dict[str, Leaf]:
    return {
        **wan_connection(
            f"{WAN}.WANConnectionDevice.1.WANPPPConnection.1", "1_INTERNET_R_VID_1", live=False, ppp=True,
            more=_SERVICE.leaves("INTERNET", 1),
        ),
        **wan_connection(
            _LIVE, lambda f: f"4_TR069_INTERNET_R_VID_{f.state.vlan}", live=True, ppp=True,
            more=_SERVICE.leaves("TR069_INTERNET", live_vlan),
        ),
        **wan_connection(
            f"{WAN}.WANConnectionDevice.5.WANIPConnection.1", "5_VOIP_R_VID_200", live=False, ppp=False,
            more={
                **_SERVICE.leaves("VOIP", 200), "AddressingType": writable("DHCP"), "SubnetMask": writable(""),
            },
        ),
        **line(),
    }  # fmt: skip


def _port(number: int) -> dict[str, Callable[[Facts], Value]]:
    def fast(facts: Facts) -> int:
        return facts.state.port_mbps(number) if facts.state.port_up(number) else 10

    return {
        "X_HW_Speed": lambda f: f"Auto_{fast(f)}",
        "X_HW_DuplexMode": lambda f: "Auto_Full" if fast(f) > 10 else "Auto_Half",
    }


def _band(number: int, five_ghz: bool, radio: int, standard: str, ht20: int) -> dict[str, Leaf]:
    name = "5GHz" if five_ghz else "2.4GHz"
    steering = f"{LAN}.WiFi.X_HW_GlobalConfig.X_HW_UseBandSteering.{radio}"
    clients: dict[str, ClientLeaf] = {
        "X_HW_RSSI": lambda h, f: str(h.signal_dbm),
        "X_HW_Noise": lambda h, f: str(f.state.noise_dbm(five_ghz)),
        "X_HW_SNR": lambda h, f: str(h.signal_dbm - f.state.noise_dbm(five_ghz)),
        "X_HW_TxRate": lambda h, f: str(h.rate_mbps),
        "X_HW_RxRate": lambda h, f: str(h.rate_mbps // 2),
        "X_HW_WorkingMode": lambda h, f: standard,
    }
    return {
        **wlan(
            number,
            five_ghz,
            {
                "X_HW_RFBand": name,
                "Standard": writable(standard),
                "X_HW_Standard": writable(standard),
                "X_HW_HT20": writable(ht20),
                "LowerLayers": writable(f"{LAN}.WiFi.Radio.{radio}"),
                "PreSharedKey.1.PreSharedKey": secret(),
            },
            clients,
        ),
        **tree(
            f"{LAN}.WiFi.Radio.{radio}",
            {"Enable": writable(True), "OperatingFrequencyBand": writable(name), "SupportedFrequencyBands": name},
        ),
        **tree(
            steering,
            {"CurrentBand": name, "ChannelUtilization": unsigned(lambda f: f.state.busy_percent(five_ghz))},
        ),
    }


def _mesh() -> dict[str, Leaf]:
    def of(index: int, attribute: Callable[[MeshNode], Value]) -> Callable[[Facts], Value | None]:
        return lambda f: attribute(f.state.mesh[index]) if index < len(f.state.mesh) else None

    return {
        path: made
        for index in range(MAX_NODES)
        for path, made in tree(
            f"{ROOT}.X_HW_APDevice.{index + 1}",
            {
                "DeviceType": of(index, lambda n: "K562e"),
                "SerialNumber": of(index, lambda n: n.serial),
                "SoftwareVersion": of(index, lambda n: "V1R22C10"),
                "ApOnlineFlag": leaf(of(index, lambda n: int(n.online)), "unsignedInt"),
                "UplinkType": of(index, lambda n: "Ethernet" if n.wired else "5G"),
                "APMacAddr": of(index, lambda n: n.mac),
                "SignalIntensity": of(index, lambda n: "0" if n.wired else str(n.signal_dbm)),
            },
        ).items()
    }


HUAWEI_EG8145V5 = Model(
    name="EG8145V5",
    root=ROOT,
    manufacturer="Huawei Technologies Co., Ltd",
    oui="00259E",
    product_class="EG8145V5",
    firmware="V5R020C00S280",
    acs_serial=lambda serial: serial.hex,
    leaves=_leaves(),
    informs=informs(f"{_LIVE}.ExternalIPAddress"),
    addable={f"{_LIVE}.PortMapping": port_mapping()},
)
