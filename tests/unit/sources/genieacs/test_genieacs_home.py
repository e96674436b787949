"""What is behind the router: WiFi clients, mesh nodes, telephone lines, and which leaf takes a WiFi password."""

from __future__ import annotations

from typing import Any

import pytest
from genieacs_documents import AT, DEV, IGD, document, section

from noc_console.sources.genieacs.document import Document, instant
from noc_console.sources.genieacs.wireless import wifi_key_leaf

WLAN = f"{IGD}.LANDevice.1.WLANConfiguration"
MAC = "3C:06:30:2D:42:FB"


def client(**leaves: Any) -> dict[str, Any]:
    """A client of a TR-098 router's 5 GHz network, and the same in its hosts."""
    row = {"AssociatedDeviceMACAddress": MAC, **leaves}
    return {
        f"{WLAN}.5.SSID": "home",
        f"{WLAN}.5.Channel": 44,
        **{f"{WLAN}.5.AssociatedDevice.1.{name.replace('__', '-')}": value for name, value in row.items()},
        f"{IGD}.LANDevice.1.Hosts.Host.7.MACAddress": MAC.lower(),
        f"{IGD}.LANDevice.1.Hosts.Host.7.IPAddress": "192.168.1.7",
        f"{IGD}.LANDevice.1.Hosts.Host.7.HostName": "phone",
    }


@pytest.mark.parametrize(
    ("leaves", "signal_dbm"),
    [
        ({"SignalStrength": "-45"}, -45),  # standard, Nokia
        ({"SignalStrength": "-45", "RSSI": "4"}, -45),  # Nokia: RSSI is no dBm
        ({"RSSI": "4"}, None),
        ({"RSSI": "-61"}, -61),  # Nokia G-1426
        ({"X_HW_RSSI": "-30"}, -30),  # Huawei
        ({"X_ZTE__COM_RSSI": -52}, -52),
        ({"X_ZTE__COM_WLAN_RSSI": "-52"}, -52),  # F670L v9
        ({"AssociatedDeviceRssi": "-70"}, -70),  # ZTE H199A
        ({"AssociatedDeviceRSSI": "-71"}, -71),  # FiberHome
        ({"X_CT__COM_RSSI": "-66"}, -66),
        ({"X_TP_StaSignalStrength": -58}, -58),  # TP-Link TR-098
        ({"X_DLINK_RSSI": "-58"}, -58),
        ({"X_ITBS_WLAN_ClientSignalStrength": "-77 dBm"}, -77),  # Intelbras WiFiber
        ({"WLAN_RSSI": "-64"}, -64),  # Stavix
        ({"SignalStrength": 0, "X_HW_RSSI": "-30"}, -30),
        ({"SignalStrength": "100"}, None),  # percent
        ({"SignalStrength": ...}, None),
        ({}, None),
    ],
)
def test_signal_of_every_vendor(leaves: dict[str, Any], signal_dbm: int | None) -> None:
    (group,) = section(client(**leaves), "clients").groups
    assert group.get("signal_dbm") == signal_dbm
    told = [group.get(key) for key in ("hostname", "mac", "ip", "ssid", "band")]
    assert told == ["phone", MAC, "192.168.1.7", "home", "5 GHz"]
    assert group.path == f"{WLAN}.5.AssociatedDevice.1"


@pytest.mark.parametrize(
    ("leaves", "down", "up"),
    [
        ({"LastDataDownlinkRate": 144400, "LastDataUplinkRate": "130000"}, 144.4, 130),  # kbit/s: the standard, Nokia
        ({"X_HW_TxRate": "866", "X_HW_RxRate": 24}, 866, 24),  # Mbit/s: Huawei
        ({"LastDataTransmitRate": "72"}, 72, None),
        ({"LastDataDownlinkRate": 0, "X_HW_TxRate": "-1"}, None, None),
    ],
)
def test_rates_of_every_vendor(leaves: dict[str, Any], down: float | None, up: float | None) -> None:
    (group,) = section(client(**leaves), "clients").groups
    assert (group.get("rate_down_mbps"), group.get("rate_up_mbps")) == (down, up)


def test_a_client_that_no_host_table_knows_is_shown_by_its_mac() -> None:
    values = client(X_HW_RSSI="-40", X_HW_Noise="-91", X_HW_SNR=51, AssociatedDeviceIPAddress="10.0.0.9")
    values = {path: value for path, value in values.items() if ".Hosts." not in path}
    (group,) = section(values, "clients").groups
    assert (group.title, group.get("ip"), group.get("noise_dbm"), group.get("snr_db")) == (MAC, "10.0.0.9", -91, 51)


def access_point(number: int, kind: str = "Primary", **leaves: Any) -> dict[str, Any]:
    point, row = f"{DEV}.WiFi.AccessPoint.{number}", f"{DEV}.WiFi.AccessPoint.{number}.AssociatedDevice.1"
    return {
        f"{DEV}.WiFi.SSID.{number}.SSID": "home",
        f"{DEV}.WiFi.SSID.{number}.LowerLayers": f"{DEV}.WiFi.Radio.2.",
        f"{DEV}.WiFi.Radio.2.OperatingFrequencyBand": "5GHz",
        f"{point}.SSIDReference": f"{DEV}.WiFi.SSID.{number}.",
        f"{point}.X_TP_APType": kind,
        f"{row}.MACAddress": MAC.lower(),
        **{f"{row}.{name}": value for name, value in leaves.items()},
    }


def multiap(kind: str = "Primary", **leaves: Any) -> dict[str, Any]:
    radio = f"{DEV}.WiFi.MultiAP.APDevice.1.Radio.1"
    return {
        f"{radio}.OperatingFrequencyBand": "2.4GHz",
        f"{radio}.AP.2.SSID": "home24",
        f"{radio}.AP.2.X_TP_Type": kind,
        f"{radio}.AP.2.AssociatedDevice.1.MACAddress": MAC,
        **{f"{radio}.AP.2.AssociatedDevice.1.{name}": value for name, value in leaves.items()},
    }


TPLINK = {"_deviceId": {"_Manufacturer": "TP-Link"}}
OTHER = {"_deviceId": {"_Manufacturer": "Intelbras"}}


@pytest.mark.parametrize(
    ("values", "top", "told"),
    [
        # EC220-G5 v3: the access point's list alone, Mbit/s.
        (access_point(3, SignalStrength=-40, LastDataDownlinkRate=1201, LastDataUplinkRate=58), TPLINK,
         ["5 GHz", "home", -40, 1201, 58]),
        (access_point(3, SignalStrength=-40, LastDataDownlinkRate=144400, Noise=-92), OTHER,
         ["5 GHz", "home", -40, 144.4, None]),
        # XX230v: zeros there, the values in MultiAP.
        (access_point(3, SignalStrength=0, LastDataDownlinkRate=0, LastDataUplinkRate=58)
         | multiap(SignalStrength=140, LastDataDownlinkRate=960000, LastDataUplinkRate=648000), TPLINK,
         ["5 GHz", "home", -40, 960, 648]),
        (multiap(SignalStrength=100), TPLINK, ["2.4 GHz", "home24", -60, None, None]),
        (multiap(SignalStrength=0), TPLINK, ["2.4 GHz", "home24", None, None, None]),
    ],
)  # fmt: skip
def test_clients_of_tr181_belong_together_by_mac(values: dict[str, Any], top: dict[str, Any], told: list[Any]) -> None:
    (group,) = section(values, "clients", **top).groups
    keys = ("band", "ssid", "signal_dbm", "rate_down_mbps", "rate_up_mbps")
    assert [group.get(key) for key in keys] == told
    assert group.get("mac") == MAC


@pytest.mark.parametrize("values", [access_point(9, "Backhaul"), multiap("Backhaul"), multiap(Active=False)])
def test_mesh_nodes_and_those_gone_are_no_clients(values: dict[str, Any]) -> None:
    assert section(values, "clients").groups == ()


def test_no_clients_is_not_never_read() -> None:
    never = section({f"{WLAN}.1.SSID": "x"}, "clients")
    none = section({f"{WLAN}.1.TotalAssociations": 0, f"{WLAN}.5.TotalAssociations": "0"}, "clients")
    told = section({f"{WLAN}.1.TotalAssociations": 2, f"{WLAN}.5.TotalAssociations": "1"}, "clients")
    assert never.observed_at is None and never.get("count") is None
    assert none.observed_at == instant(AT) and none.get("count") == 0
    assert told.get("count") == 3 and told.groups == ()


def test_air_of_a_network() -> None:
    radio = f"{DEV}.WiFi.Radio.2"
    elements = f"{DEV}.WiFi.DataElements.Network.Device.1.Radio.2"
    values = access_point(3) | {
        f"{DEV}.WiFi.SSID.3.BSSID": "1C:61:B4:FB:2A:CA",
        f"{radio}.Channel": 153,
        f"{radio}.AutoChannelEnable": True,
        f"{radio}.Stats.Noise": -94,
        f"{radio}.TransmitPower": -1,
        f"{elements}.BSS.2.BSSID": "1c:61:b4:fb:2a:ca",
        f"{elements}.Utilization": 130,
        f"{elements}.Noise": 40,
        f"{elements}.ReceiveOther": 51,
    }
    (group,) = section(values, "wireless").groups
    keys = ("noise_dbm", "utilization_percent", "busy_percent", "tx_power_percent", "auto_channel", "channel")
    assert [group.get(key) for key in keys] == [-94, 51, 20, None, True, 153]
    assert next(field.raw for field in group.fields if field.key == "utilization_percent") == "130"
    values[f"{radio}.Stats.Noise"] = 0
    assert section(values, "wireless").groups[0].get("noise_dbm") == -90


def test_air_of_a_huawei_network() -> None:
    steering = f"{IGD}.LANDevice.1.WiFi.X_HW_GlobalConfig.X_HW_UseBandSteering"
    values = {
        f"{WLAN}.1.SSID": "a", f"{WLAN}.1.X_HW_RFBand": "2.4GHz", f"{WLAN}.1.TransmitPower": 60,
        f"{WLAN}.5.SSID": "b", f"{WLAN}.5.X_HW_RFBand": "5GHz", f"{WLAN}.5.AutoChannelEnable": "0",
        f"{steering}.1.CurrentBand": "5GHz", f"{steering}.1.ChannelUtilization": 24,
        f"{steering}.2.CurrentBand": "2.4GHz", f"{steering}.2.ChannelUtilization": 44,
    }  # fmt: skip
    first, second = section(values, "wireless").groups
    assert [first.get("utilization_percent"), first.get("tx_power_percent"), first.path] == [44, 60, f"{WLAN}.1"]
    assert [second.get("utilization_percent"), second.get("auto_channel")] == [24, False]


def test_mesh_nodes_of_tr181() -> None:
    base = f"{DEV}.WiFi.MultiAP.APDevice"
    values = {
        f"{DEV}.DeviceInfo.SerialNumber": "SELF",
        f"{base}.1.MACAddress": "1C:61:B4:FB:2A:C8",
        f"{base}.1.X_TP_IsController": True,
        f"{base}.2.MACAddress": "1C:61:B4:00:00:02",
        f"{base}.2.X_TP_HostName": "Deco-Kitchen",
        f"{base}.2.X_TP_ModelName": "HX220",
        f"{base}.2.BackhaulLinkType": "Wi-Fi",
        f"{base}.2.BackhaulSignalStrength": 90,
        f"{base}.2.BackhaulLinkUtilization": 71,
        f"{base}.2.Radio.1.AP.1.AssociatedDevice.1.MACAddress": MAC,
        f"{base}.2.Radio.2.AP.1.AssociatedDevice.1.Active": False,
        f"{base}.3.MACAddress": "1C:61:B4:00:00:03",
        f"{base}.3.SerialNumber": "SELF",
    }
    (node,) = section(values, "mesh").groups
    keys = ("name", "mac", "model", "backhaul", "backhaul_signal_dbm", "backhaul_utilization_percent", "clients")
    assert [node.get(key) for key in keys] == ["Deco-Kitchen", "1C:61:B4:00:00:02", "HX220", "Wi-Fi", -65, 71, 1]
    assert node.path == f"{base}.2"


def test_mesh_nodes_by_data_elements_alone() -> None:
    network = f"{DEV}.WiFi.DataElements.Network"
    values = {
        f"{network}.ControllerID": "aa:00:00:00:00:01",
        f"{network}.Device.1.ID": "AA:00:00:00:00:01",
        f"{network}.Device.2.ID": "AA:00:00:00:00:02",
        f"{network}.Device.2.ManufacturerModel": "M5",
        f"{network}.Device.2.MultiAPDevice.Backhaul.LinkType": "Ethernet",
        f"{network}.Device.2.MultiAPDevice.Backhaul.Stats.SignalStrength": 0,
    }
    (node,) = section(values, "mesh").groups
    assert [node.get(key) for key in ("mac", "model", "backhaul", "backhaul_signal_dbm", "clients")] == [
        "AA:00:00:00:00:02", "M5", "Ethernet", None, None,
    ]  # fmt: skip


def test_mesh_nodes_of_huawei() -> None:
    base = f"{IGD}.X_HW_APDevice"
    values = {
        f"{base}.1.DeviceType": "K562e", f"{base}.1.SerialNumber": "2102", f"{base}.1.APMacAddr": "28-11-EC-00-00-01",
        f"{base}.1.UplinkType": "WiFi-5G", f"{base}.1.SignalIntensity": "-58", f"{base}.1.ApOnlineFlag": "1",
        f"{base}.2.DeviceType": "", f"{base}.2.SerialNumber": "",
    }  # fmt: skip
    (node,) = section(values, "mesh").groups
    assert [node.get(key) for key in ("name", "mac", "backhaul", "backhaul_signal_dbm", "online")] == [
        "K562e", "28:11:EC:00:00:01", "WiFi-5G", -58, True,
    ]  # fmt: skip


def test_lines_of_tr104() -> None:
    profile = f"{IGD}.Services.VoiceService.1.VoiceProfile.1"
    values = {
        f"{profile}.SIP.RegistrarServer": "", f"{profile}.SIP.ProxyServer": "sip.isp.example",
        f"{profile}.Line.1.DirectoryNumber": "+551130001000", f"{profile}.Line.1.Status": "Up",
        f"{profile}.Line.1.Enable": "Enabled", f"{profile}.Line.1.SIP.AuthPassword": "s3cret",
        f"{profile}.Line.2.Status": "Error", f"{profile}.Line.2.Enable": "Quiescent",
    }  # fmt: skip
    first, second = section(values, "voice").groups
    told = [first.get(key) for key in ("number", "status", "registrar", "enabled")]
    assert told == ["+551130001000", "Up", "sip.isp.example", True]
    assert (second.title, second.get("status"), second.get("enabled")) == ("Line 2", "Error", None)
    assert "s3cret" not in repr((first, second))


def test_lines_of_tr104_issue_2() -> None:
    service = f"{DEV}.Services.VoiceService.1"
    values = {
        f"{service}.CallControl.Line.1.DirectoryNumber": "1000",
        f"{service}.CallControl.Line.1.Status": "Up",
        f"{service}.CallControl.Line.1.Provider": f"{service}.SIP.Client.1",
        f"{service}.SIP.Client.1.AuthUserName": "anna",
        f"{service}.SIP.Client.1.Network": f"{service}.SIP.Network.1.",
        f"{service}.SIP.Network.1.RegistrarServer": "sip.isp.example",
    }
    (line,) = section(values, "voice").groups
    told = [line.get(key) for key in ("number", "status", "registrar", "username")]
    assert told == ["1000", "Up", "sip.isp.example", "anna"]


@pytest.mark.parametrize(
    ("maker", "model", "firmware", "leaf"),
    [
        ("Huawei Technologies Co., Ltd", "EG8145V5", "V5R020", "PreSharedKey.1.PreSharedKey"),
        ("Huawei Technologies Co., Ltd", "HG8145V5", "V5R019", "PreSharedKey.1.KeyPassphrase"),
        ("ZTE", "F670L", "V1.1.10P1T9", "PreSharedKey.1.KeyPassphrase"),
        ("ZTE", "F670L", "V9.0.10P1N12A", "KeyPassphrase"),
        ("ALCL", "G-1425G-A", "3FE49568", "PreSharedKey.1.KeyPassphrase"),
        ("FiberHome", "HG6145F", "RP2602", "PreSharedKey.1.KeyPassphrase"),
        ("Intelbras", "WiFiber 121 AC", "1.0", "KeyPassphrase"),
        ("TP-Link", "EC220-G5", "3.16", "X_TP_PreSharedKey"),
        ("nobody", "nothing", "", "KeyPassphrase"),
    ],
)
def test_the_leaf_of_a_wifi_password(maker: str, model: str, firmware: str, leaf: str) -> None:
    leaves = ("KeyPassphrase", "PreSharedKey.1.KeyPassphrase", "PreSharedKey.1.PreSharedKey", "X_TP_PreSharedKey")
    values: dict[str, Any] = {f"{WLAN}.5.{one}": "" for one in leaves}
    values |= {f"{IGD}.DeviceInfo.ModelName": model, f"{IGD}.DeviceInfo.SoftwareVersion": firmware}
    content = document(values, _deviceId={"_Manufacturer": maker})
    assert wifi_key_leaf(Document(content), f"{WLAN}.5") == f"{WLAN}.5.{leaf}"


def test_a_wifi_password_has_a_leaf_only_where_the_router_has_one() -> None:
    huawei = {"_deviceId": {"_Manufacturer": "Huawei"}}
    only = Document(document({f"{WLAN}.1.KeyPassphrase": ...}, **huawei))
    none = Document(document({f"{WLAN}.1.SSID": "x"}, **huawei))
    assert wifi_key_leaf(only, f"{WLAN}.1") == f"{WLAN}.1.KeyPassphrase"
    assert wifi_key_leaf(none, f"{WLAN}.1") is None
    point = f"{DEV}.WiFi.AccessPoint.5"
    values = {f"{point}.SSIDReference": f"{DEV}.WiFi.SSID.3.", f"{point}.Security.KeyPassphrase": ""}
    assert wifi_key_leaf(Document(document(values)), f"{DEV}.WiFi.SSID.3") == f"{point}.Security.KeyPassphrase"
