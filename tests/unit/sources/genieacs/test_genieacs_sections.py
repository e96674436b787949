"""Sections from documents of many vendors, made up leaf by leaf from what real ones hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genieacs_documents import AT, DEV, IGD, document, section

from noc_console.domain.cpe import SECTIONS
from noc_console.sources.genieacs import checks
from noc_console.sources.genieacs.document import ROOTS, Document, instant
from noc_console.sources.genieacs.fleet import FleetReader
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.reading import projection_for, read_paths
from noc_console.sources.genieacs.sections import sections

WAN = f"{IGD}.WANDevice.1"


@pytest.mark.parametrize(
    ("values", "rx_dbm"),
    [
        ({f"{WAN}.X_GponInterafceConfig.RXPower": "-23 dBm"}, -23.0),
        ({f"{WAN}.X_GponInterafceConfig.RXPower": -2280}, -22.8),
        ({f"{WAN}.X_ZTE-COM_WANPONInterfaceConfig.RXPower": "233"}, -16.33),
        ({f"{WAN}.X_ZTE-COM_WANPONInterfaceConfig.RXPower": "-25.08"}, -25.08),
        ({f"{WAN}.X_CMCC_GponInterfaceConfig.RXPower": 100}, -20.0),
        ({f"{WAN}.X_CT-COM_GponInterfaceConfig.RXPower": "50"}, -23.01),
        ({f"{IGD}.X_CT-COM_EponInterfaceConfig.Stats.RxPower": 100}, -20.0),
        ({f"{WAN}.X_CU_WANEPONInterfaceConfig.OpticalTransceiver.RXPower": 100}, -20.0),
        ({f"{IGD}.X_ALU_OntOpticalParam.RXPower": "-19.746941"}, -19.75),
        ({f"{WAN}.X_FH_GponInterfaceConfig.RXPower": "-18.9"}, -18.9),
        ({f"{WAN}.X_CATV_GponInterfaceConfig.RXPower": 100}, -20.0),
        ({f"{WAN}.WANGponInterfaceConfig.RXPower": "-19.5 dBm"}, -19.5),
        ({f"{IGD}.X_ZYXEL_EXT.Optical.rxPower": "-20.1"}, -20.1),
        ({f"{IGD}.X_HW_DEBUG.AdminTR069.RxPower": "-20.5"}, -20.5),
        ({f"{DEV}.Optical.Interface.2.X_TP_GPON_Config.RXPower": 112}, -19.51),
        ({f"{DEV}.Optical.Interface.1.OpticalSignalLevel": -21504}, -21.5),
        ({f"{DEV}.Optical.Interface.1.OpticalSignalLevel": 0}, None),
        ({f"{IGD}.DeviceInfo.UpTime": 1, "VirtualParameters.redaman": "-22.1 dBm"}, -22.1),
        ({f"{WAN}.X_GponInterafceConfig.RXPower": ""}, None),
        ({f"{WAN}.X_GponInterafceConfig.RXPower": ...}, None),
        ({f"{WAN}.X_GponInterafceConfig.RXPower": None}, None),
        ({f"{WAN}.X_GponInterafceConfig.RXPower": {"odd": 1}}, None),
    ],
)
def test_received_power_of_every_vendor(values: dict[str, Any], rx_dbm: float | None) -> None:
    optical = section(values, "optical")
    assert optical.get("rx_dbm") == rx_dbm
    if rx_dbm is not None:
        field = optical.fields[0]
        assert field.path in values and field.unit == "dBm" and field.observed_at == instant(AT)


def test_no_light_is_shown_as_such() -> None:
    optical = section({f"{WAN}.X_GponInterafceConfig.RXPower": -40}, "optical")
    assert optical.get("rx_dbm") is None and optical.get("light") == "none" and optical.fields[0].raw == "-40"


def test_nokia_optics_in_its_own_units() -> None:
    base = f"{IGD}.X_ALU_OntOpticalParam"
    optical = section(
        {
            f"{base}.RXPower": "-19.746941",
            f"{base}.TXPower": "2.345",
            f"{base}.SupplyVottage": "3.250000",
            f"{base}.BiasCurrent": "9656.999023",
            f"{base}.TransceiverTemperature": "51.9\n",
        },
        "optical",
    )
    assert [optical.get(key) for key in ("tx_dbm", "voltage_v", "bias_ma", "temperature_celsius")] == [
        2.35,
        3.25,
        9.66,
        51.9,
    ]


def ppp(number: int, **leaves: Any) -> dict[str, Any]:
    return {f"{WAN}.WANConnectionDevice.{number}.WANPPPConnection.1.{name}": value for name, value in leaves.items()}


def ip(number: int, **leaves: Any) -> dict[str, Any]:
    return {f"{WAN}.WANConnectionDevice.{number}.WANIPConnection.1.{name}": value for name, value in leaves.items()}


UP = {"ConnectionStatus": "Connected", "ExternalIPAddress": "100.64.0.2", "Enable": True}
DOWN = {"ConnectionStatus": "Disconnected", "ExternalIPAddress": "0.0.0.0", "Enable": True}


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ({**ppp(1, Name="1_INTERNET_R_VID_1", **DOWN), **ppp(4, Name="4_TR069_INTERNET_R_VID_1", **UP)}, "4_"),
        ({**ip(1, Name="1_TR069_R_VID_5", **UP), **ppp(2, Name="2_INTERNET_R_VID_6", **DOWN)}, "2_"),
        ({**ip(1, Name="voip", X_HW_SERVICELIST="VOIP", **UP), **ip(2, Name="data", **DOWN)}, "data"),
        ({**ip(2, Name="2_INTERNET", **UP), **ppp(3, Name="3_INTERNET", **UP)}, "3_"),
        ({**ppp(1, Name="a", **DOWN), **ppp(2, Name="b", **UP)}, "b"),
        ({**ip(1, Name="1_INTERNET_B", ConnectionType="IP_Bridged", **UP), **ppp(2, Name="b", **DOWN)}, "b"),
        ({**ip(1, Name="voip", X_HW_SERVICELIST="VOIP", **UP)}, None),
        ({**ppp(10, Name="ten", **DOWN), **ppp(9, Name="nine", **UP)}, "nine"),
    ],
)
def test_the_internet_connection_is_chosen(values: dict[str, Any], chosen: str | None) -> None:
    groups = section(values, "wan").groups
    marked = [group for group in groups if group.get("internet")]
    assert len(groups) == len({path.rsplit(".", 1)[0] for path in values})
    if chosen is None:
        assert marked == []
    else:
        assert marked == [groups[0]] and groups[0].title.startswith(chosen)


def test_none_values_of_a_connection_are_left_out() -> None:
    wan = section(ppp(1, X_HW_VLAN=4294967295, DNSServers="192.0.2.1,0.0.0.0", Uptime=...,
                      LastConnectionError="ERROR_NONE", MACAddress="00:00:00:00:00:00", **DOWN), "wan")  # fmt: skip
    group = wan.groups[0]
    assert group.get("dns") == "192.0.2.1"
    assert [group.get(key) for key in ("ip", "vlan", "uptime_s", "last_error", "mac")] == [None] * 5


def test_vlan_from_the_link_above_the_connection() -> None:
    values = ppp(3, **UP) | {f"{WAN}.WANConnectionDevice.3.X_CT-COM_WANGponLinkConfig.VLANIDMark": "600"}
    assert section(values, "wan").groups[0].get("vlan") == 600


def test_dhcp_connection_of_tr181_without_vendor_leaves() -> None:
    values = {
        f"{DEV}.IP.Interface.1.IPv4Address.1.IPAddress": "192.168.0.1",
        f"{DEV}.IP.Interface.1.Status": "Up",
        f"{DEV}.DHCPv4.Server.Pool.1.Interface": f"{DEV}.IP.Interface.1",
        f"{DEV}.IP.Interface.2.Status": "Up",
        f"{DEV}.IP.Interface.2.Name": "wan0",
        f"{DEV}.IP.Interface.2.LowerLayers": f"{DEV}.Ethernet.VLANTermination.1.",
        f"{DEV}.Ethernet.VLANTermination.1.VLANID": 42,
        f"{DEV}.Ethernet.VLANTermination.1.LowerLayers": f"{DEV}.Ethernet.Interface.5.",
        f"{DEV}.Ethernet.Interface.5.Upstream": "1",
        f"{DEV}.DHCPv4.Client.1.Interface": f"{DEV}.IP.Interface.2.",
        f"{DEV}.DHCPv4.Client.1.IPAddress": "203.0.113.9",
        f"{DEV}.DHCPv4.Client.1.IPRouters": "203.0.113.1",
    }
    (group,) = section(values, "wan").groups
    shown = [group.get(key) for key in ("name", "ip", "gateway", "vlan", "type", "internet")]
    assert shown == ["wan0", "203.0.113.9", "203.0.113.1", 42, "DHCP", True]
    assert section(values, "lan").get("ip") == "192.168.0.1"


def wlan(number: int, **leaves: Any) -> dict[str, Any]:
    base = f"{IGD}.LANDevice.1.WLANConfiguration.{number}"
    return {f"{base}.SSID": "net", **{f"{base}.{name.replace('__', '-')}": value for name, value in leaves.items()}}


@pytest.mark.parametrize(
    ("values", "band"),
    [
        (wlan(1, X_HW_RFBand="5GHz", Channel=6), "5 GHz"),
        (wlan(5, OperatingFrequencyBand="2.4GHz"), "2.4 GHz"),
        (wlan(1, LowerLayers=f"{IGD}.LANDevice.1.WiFi.Radio.2", Channel=6), "5 GHz"),
        (wlan(1, Channel=44), "5 GHz"),
        (wlan(5, Channel=11), "2.4 GHz"),
        (wlan(1, Channel=0, PossibleChannels="36,40,44"), "5 GHz"),
        (wlan(1, Channel=0, Standard="a,n,ac"), "5 GHz"),
        (wlan(5, Standard="11bgnax"), "2.4 GHz"),
        (wlan(1, Standard="11ac"), "5 GHz"),
        (wlan(1, Standard="ax"), "2.4 GHz"),
        (wlan(5), "5 GHz"),
        (wlan(1) | {f"{IGD}.DeviceInfo.ModelName": "HG9"}, "5 GHz"),
        (wlan(6) | {f"{IGD}.DeviceInfo.ModelName": "WiFiber 121 AC"}, "2.4 GHz"),
        (wlan(7), None),
    ],
)
def test_the_band_of_a_network(values: dict[str, Any], band: str | None) -> None:
    (group,) = section(values, "wireless").groups
    assert group.get("band") == band


def test_automatic_channel_and_networks_that_are_off() -> None:
    values = wlan(1, Channel=0, Enable=True) | wlan(2, Channel=6, Enable=False) | wlan(5, Channel=36, Enable="0")
    groups = section(values, "wireless").groups
    assert [(group.get("band"), group.get("enabled")) for group in groups] == [("2.4 GHz", True), ("5 GHz", False)]
    assert groups[0].get("channel") == "auto"


def test_passwords_never_leave_the_document() -> None:
    base = f"{IGD}.LANDevice.1.WLANConfiguration.1"
    values = wlan(1) | {f"{base}.KeyPassphrase": "s3cret", f"{base}.PreSharedKey.1.PreSharedKey": "s3cret"}
    values |= ppp(1, Password="s3cret", **UP)
    assert "s3cret" not in repr(sections(Document(document(values))))
    for root in ROOTS:
        assert not [path for path in read_paths(root) if "assw" in path or "assphrase" in path or "Key" in path]


def test_system_of_odd_routers() -> None:
    info = f"{IGD}.DeviceInfo"
    system = section(
        {
            f"{info}.ModelName": "ModelName",
            f"{info}.ProductClass": "W5-2100G",
            f"{info}.X_ZTE-COM_CpuUsed": "4%;1%",
            f"{info}.ProcessStatus.CPUUsage": 57,
            f"{info}.MemoryStatus.Total": "128000000",
            f"{info}.MemoryStatus.Free": 32000000,
            f"{info}.CpuInfo.CPUTemp": "51.9\n",
            f"{info}.UpTime": "",
        },
        "system",
    )
    shown = [system.get(key) for key in ("model", "cpu_percent", "memory_percent", "temperature_celsius", "uptime_s")]
    assert shown == ["W5-2100G", 4, 75, 51.9, None]


def test_ports_show_speed_only_with_a_link() -> None:
    base = f"{IGD}.LANDevice.1.LANEthernetInterfaceConfig"
    values = {f"{base}.1.Status": "Up", f"{base}.1.X_HW_Speed": "Auto_1000", f"{base}.1.MaxBitRate": "Auto"}
    values |= {f"{base}.2.Status": "NoLink", f"{base}.2.X_HW_Speed": "Auto_10", f"{base}.2.Stats.BytesSent": "77"}
    first, second = section(values, "ethernet").groups
    assert (first.get("speed"), second.get("speed"), second.get("bytes_sent")) == (1000, None, 77)
    assert (first.title, second.title) == ("LAN1", "LAN2")


def test_no_hosts_is_not_never_read() -> None:
    never = section({f"{IGD}.DeviceInfo.UpTime": 1}, "hosts")
    none = section({f"{IGD}.LANDevice.1.Hosts.HostNumberOfEntries": 0}, "hosts")
    assert never.observed_at is None and none.observed_at == instant(AT) and none.get("count") == 0


def test_the_age_of_a_section_is_that_of_its_oldest_value() -> None:
    content = document({f"{IGD}.DeviceInfo.UpTime": 1, f"{IGD}.DeviceInfo.ModelName": "X"})
    content[IGD]["DeviceInfo"]["UpTime"]["_timestamp"] = "2026-11-21T20:00:00.000Z"
    (system,) = sections(Document(content), ("system",))
    assert system.observed_at == instant("2026-11-21T20:00:00.000Z")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"_id": 5, IGD: None},
        {"_id": "x", IGD: {}},
        {"_id": "x", IGD: {"DeviceInfo": "text", "WANDevice": [1, 2]}},
        {"_id": "x", DEV: {"IP": {"Interface": {"1": {"LowerLayers": {"_value": "Device.IP.Interface.1."}}}}}},
        {"_id": "x", "_deviceId": 7, "_lastInform": 12, IGD: {"LANDevice": {"1": {"Hosts": {"Host": {"1": None}}}}}},
    ],
)
def test_any_document_is_survived(content: dict[str, Any]) -> None:
    assert [one.name for one in sections(Document(content))] == list(SECTIONS)
    assert FleetReader(shipped()).row(content).serial is None


def test_text_of_routers_is_made_harmless() -> None:
    values = {f"{IGD}.LANDevice.1.Hosts.Host.1.HostName": "evil\x1b[2J\u202ename", f"{IGD}.DeviceInfo.UpTime": 1}
    (group,) = section(values, "hosts").groups
    assert "\x1b" not in repr(group).replace("\\x1b", "\x1b") and "\u202e" not in group.title


@pytest.mark.parametrize(
    ("device", "values", "serial"),
    [
        ({"_SerialNumber": "485754430A1B2C01"}, {}, "HWTC0A1B2C01"),
        ({"_SerialNumber": "ALCLFC265D6F"}, {}, "ALCLFC265D6F"),
        ({"_SerialNumber": "ZTEYH86LCN10105"}, {}, None),
        ({"_SerialNumber": "22275A7000395"}, {f"{DEV}.Optical.Interface.1.GponAuth.GponSn": "54504C47B4FB2AC8"},
         "TPLGB4FB2AC8"),
        ({"_SerialNumber": "ABCDEF012345", "_OUI": "ABCDEF"}, {}, None),
        ({"_SerialNumber": "1234567890123456"}, {}, None),
    ],
)  # fmt: skip
def test_serials_of_the_fleet(device: dict[str, str], values: dict[str, Any], serial: str | None) -> None:
    assert FleetReader(shipped()).row(document(values, _deviceId=device)).serial == serial


@pytest.mark.parametrize("root", ROOTS)
def test_what_is_asked_for_is_fit_to_be_sent(root: str) -> None:
    for name in SECTIONS:
        assert read_paths(root, (name,))
    assert checks.task({"name": "getParameterValues", "parameterNames": read_paths(root)})
    asked = projection_for(root)
    assert all("*" not in path for path in (*asked, *FleetReader(shipped()).projection))
    assert not [path for path in asked if any(path.startswith(f"{other}.") for other in asked)]
    assert len(json.dumps(asked)) < 8000 and len(json.dumps(FleetReader(shipped()).projection)) < 13_000


def test_tags_stand_with_the_system() -> None:
    assert section({f"{IGD}.DeviceInfo.UpTime": 1}, "system", _tags=["vip customer", "a\x1bb"]).get("tags") == (
        "vip customer, a·b"
    )
    assert section({f"{IGD}.DeviceInfo.UpTime": 1}, "system", _tags="odd").get("tags") is None


@pytest.mark.parametrize(
    ("values", "ipv6", "prefix", "dns6"),
    [
        ({"X_HW_IPv6.IPv6Address.1.IPAddress": "2001:db8::7", "X_HW_IPv6.IPv6Prefix.1.Prefix": "2001:db8:1::/56"},
         "2001:db8::7", "2001:db8:1::/56", None),
        ({"X_ZTE-COM_ExternalIPv6Address": "2001:db8::7/64", "X_ZTE-COM_IPv6DNSServers": "2001:db8::1,::"},
         "2001:db8::7/64", None, "2001:db8::1"),
        ({"X_CT-COM_IPv6IPAddress": "2001:db8::7", "X_CT-COM_IPv6Prefix": "::"}, "2001:db8::7", None, None),
        ({"X_ZTE-COM_ExternalIPv6Address": ""}, None, None, None),
    ],
)  # fmt: skip
def test_ipv6_of_every_vendor(values: dict[str, Any], ipv6: str | None, prefix: str | None, dns6: str | None) -> None:
    base = f"{WAN}.WANConnectionDevice.1.WANPPPConnection.1"
    leaves = {f"{base}.{name}": value for name, value in values.items()} | ppp(1, **UP)
    (group,) = section(leaves, "wan").groups
    assert [group.get(key) for key in ("ipv6", "ipv6_prefix", "dns6")] == [ipv6, prefix, dns6]
    assert group.path == base


def test_counters_of_the_line_and_of_its_connections() -> None:
    values = {
        **ppp(1, **UP),
        f"{WAN}.WANConnectionDevice.1.WANPPPConnection.1.Stats.EthernetBytesReceived": "4294967297",
        f"{WAN}.WANCommonInterfaceConfig.WANAccessType": "GPON",
        f"{WAN}.WANCommonInterfaceConfig.PhysicalLinkStatus": "Up",
        f"{WAN}.WANCommonInterfaceConfig.TotalBytesSent": 7,
        f"{WAN}.X_GponInterafceConfig.RXPower": -21,
        f"{WAN}.X_GponInterafceConfig.Stats.FECError": 3,
        f"{WAN}.X_GponInterafceConfig.Stats.BytesReceived": "99",
    }
    wan, optical = section(values, "wan"), section(values, "optical")
    assert wan.groups[0].get("bytes_received") == 4294967297
    assert [wan.get(key) for key in ("access", "line_status", "bytes_sent")] == ["GPON", "Up", 7]
    assert [optical.get(key) for key in ("rx_dbm", "fec_errors", "bytes_received")] == [-21.0, 3, 99]


@pytest.mark.parametrize(
    ("leaf", "value", "vlan"),
    [
        ("WANPPPConnection.1.VLANID", 100, 100),  # FiberHome
        ("X_FH_WANGponLinkConfig.VLANID", "100", 100),
        ("X_RTK_WANGponLinkConfig.VLANIDMark", 100, 100),
        ("WANPPPConnection.1.X_RTK_VlanMuxID", 100, 100),  # Parks
        ("WANPPPConnection.1.X_ITBS_VlanMuxID", 100, 100),
        ("WANPPPConnection.1.X_CMCC_VLANIDMark", 100, 100),
        ("X_CATV_WANGponLinkConfig.VLANIDMark", 100, 100),
        ("X_TDTC_VLAN", 100, 100),  # Tenda HG9
        ("WANEthernetLinkConfig.X_ALU-COM_VLANIDMark", 100, 100),
        ("WANPPPConnection.1.X_HW_VLAN", -1, None),
    ],
)
def test_vlan_of_every_vendor(leaf: str, value: Any, vlan: int | None) -> None:
    values = ppp(3, **UP) | {f"{WAN}.WANConnectionDevice.3.{leaf}": value}
    assert section(values, "wan").groups[0].get("vlan") == vlan


def test_ports_tell_what_went_wrong_on_them() -> None:
    base = f"{DEV}.Ethernet.Interface"
    values = {
        f"{base}.1.Name": "eth0",
        f"{base}.1.Status": "Down",
        f"{base}.2.Name": "eth0.1",
        f"{base}.2.Status": "Up",
    }
    values |= {f"{base}.2.CurrentBitRate": 100, f"{base}.2.MaxBitRate": -1, f"{base}.2.Stats.ErrorsReceived": "12"}
    (port,) = section(values, "ethernet").groups
    assert [port.get(key) for key in ("speed", "errors_received", "errors_sent")] == [100, 12, None]
    assert port.path == f"{base}.2"


@pytest.mark.parametrize(("told", "address"), [("0.0.0.0", "none"), ("", "none"), (..., None), ("100.64.0.1", None)])
def test_an_address_that_was_not_read_is_not_one_that_is_missing(told: Any, address: str | None) -> None:
    place = f"{IGD}.WANDevice.1.WANConnectionDevice.1.WANPPPConnection.1"
    values = {f"{place}.Name": "INTERNET", f"{place}.ConnectionStatus": "Connected", f"{place}.ExternalIPAddress": told}
    (connection,) = section(values, "wan").groups
    assert connection.get("address") == address


def test_a_ct_com_transceiver_reads_in_its_own_steps() -> None:
    place = f"{IGD}.WANDevice.1.X_CT-COM_GponInterfaceConfig"
    raw = {"RXPower": "76", "TXPower": "17783", "TransceiverTemperature": "10752", "SupplyVottage": "32900",
           "BiasCurrent": "6250"}  # fmt: skip
    optical = section({f"{place}.{leaf}": value for leaf, value in raw.items()}, "optical")
    told = {field.key: field.value for field in optical.fields}
    assert told == {
        "rx_dbm": -21.19,
        "tx_dbm": 2.5,
        "temperature_celsius": 42.0,
        "voltage_v": 3.29,
        "bias_ma": 12.5,
    }
