"""TP-Link XX230v: TR-181, a factory serial towards the ACS, the GPON serial under Optical, optics in 0.1 µW."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from noc_console.demo.acs.state import Host, Value
from noc_console.demo.acs.templates import diagnostics
from noc_console.demo.acs.templates.model import (
    MAX_HOSTS,
    Facts,
    Leaf,
    Model,
    Source,
    boolean,
    leaf,
    secret,
    signed,
    tree,
    unsigned,
    writable,
)
from noc_console.demo.acs.templates.tplink_wifi import wifi
from noc_console.demo.acs.templates.tr098 import (
    informs,
    login,
    management_server,
    port_counters,
    port_mapping,
)
from noc_console.domain.identity import OntSerial

ROOT = "Device"
LAN_PORTS = 4


def factory_serial(serial: OntSerial) -> str:
    """A thirteen-digit number that has nothing to do with the GPON serial."""
    return f"222{zlib.crc32(serial.text.encode()):010d}"


def _tenth_microwatts(dbm: float) -> int:
    return round(10 ** (dbm / 10) * 10_000)


def _device() -> dict[str, Leaf]:
    return tree(
        f"{ROOT}.DeviceInfo",
        {
            "Manufacturer": "TP-Link",
            "ManufacturerOUI": "1C61B4",
            "ModelName": "XX230v",
            "ProductClass": "Device2",
            "HardwareVersion": "XX230v v1.0 00000000",
            "SoftwareVersion": lambda f: f.state.firmware,
            "ProvisioningCode": writable(""),
            "SerialNumber": lambda f: factory_serial(f.serial),
            "UpTime": unsigned(lambda f: f.uptime_s),
            "ProcessStatus.CPUUsage": unsigned(lambda f: f.state.cpu_percent),
            "MemoryStatus.Total": 212544,
            "MemoryStatus.Free": unsigned(lambda f: 212544 * (100 - f.state.memory_percent) // 100),
        },
    )


def _optical() -> dict[str, Leaf]:
    return tree(
        f"{ROOT}.Optical.Interface.1",
        {
            "Enable": writable(True),
            "Status": "Up",
            "Upstream": True,
            "OpticalSignalLevel": leaf(0, "int"),
            "TransmitOpticalLevel": leaf(0, "int"),
            "GponAuth.GponSn": writable(lambda f: f.serial.hex, "string"),
            "GponAuth.GponPwd": secret(),
            "X_TP_GPON_Config.RXPower": signed(lambda f: _tenth_microwatts(f.state.rx_dbm)),
            "X_TP_GPON_Config.TXPower": signed(lambda f: _tenth_microwatts(f.state.tx_dbm)),
            "X_TP_GPON_Config.SupplyVottage": signed(lambda f: round(f.state.voltage_v * 1000)),
            "X_TP_GPON_Config.TransceiverTemperature": signed(lambda f: round(f.state.temperature_celsius * 256)),
            "X_TP_GPON_Config.BiasCurrent": signed(lambda f: round(f.state.bias_ma * 500)),
            "Stats.BytesReceived": unsigned(lambda f: f.state.bytes_down % 2**32),
            "Stats.BytesSent": unsigned(lambda f: f.state.bytes_up % 2**32),
        },
    )


def _wan() -> dict[str, Leaf]:
    """A dead 3G modem first, then the live chain: IP 6, PPP 3, VLAN 3, Ethernet link 5, GPON link, optical."""
    ip = f"{ROOT}.IP.Interface"
    return {
        **_ip_interface(f"{ip}.2", "usb3g", "Device.PPP.Interface.1.", "3G", "0.0.0.0", "Unknown", up=False),
        **_ip_interface(
            f"{ip}.6", "ppp0", "Device.PPP.Interface.3.", "PPPoE", lambda f: f.state.wan_ip, "Internet,TR069", up=True
        ),
        **_ppp(f"{ROOT}.PPP.Interface.1", "", live=False),
        **_ppp(f"{ROOT}.PPP.Interface.3", "Device.Ethernet.VLANTermination.3.", live=True),
        **tree(
            f"{ROOT}.Ethernet.VLANTermination.3",
            {
                "Enable": writable(True),
                "Name": "nas1_2",
                "LowerLayers": writable("Device.Ethernet.Link.5."),
                "VLANID": writable(lambda f: f.state.vlan, "unsignedInt"),
            },
        ),
        **tree(
            f"{ROOT}.Ethernet.Link.5",
            {
                "Status": "Up",
                "Name": "nas1_2",
                "LowerLayers": writable("Device.X_TP_GPON.Link.1."),
                "MACAddress": lambda f: f.mac(3),
            },
        ),
        **tree(f"{ROOT}.X_TP_GPON.Link.1", {"LowerLayers": writable("Device.Optical.Interface.1."), "Status": "Up"}),
        **tree(
            f"{ROOT}.Routing.Router.1.IPv4Forwarding.5",
            {
                "Enable": writable(True),
                "DestIPAddress": writable(""),
                "GatewayIPAddress": writable(lambda f: f.state.wan_gateway, "string"),
                "Interface": writable("Device.IP.Interface.6."),
            },
        ),
    }


def _ip_interface(
    path: str, name: str, below: str, kind: str, address: Source, service: str, up: bool
) -> dict[str, Leaf]:
    def if_connected(facts: Facts) -> Value | None:
        given = address(facts) if callable(address) else address
        return given if facts.state.wan_connected or kind == "LAN" else "0.0.0.0"

    return tree(
        path,
        {
            "Enable": writable(up),
            "Status": lambda f: "Up" if up and (f.state.wan_connected or kind == "LAN") else "Down",
            "Name": name,
            "LowerLayers": writable(below),
            "IPv4Address.1.IPAddress": writable(if_connected, "string"),
            "IPv4Address.1.SubnetMask": writable("255.255.255.0" if kind == "LAN" else "255.255.255.255"),
            "IPv4Address.1.AddressingType": writable("Static" if kind == "LAN" else "IPCP"),
            "X_TP_ConnName": writable(name),
            "X_TP_ConnType": writable(kind),
            "X_TP_ServiceType": writable(service),
            "Stats.BytesReceived": unsigned(lambda f: f.state.bytes_down % 2**32 if up else 0),
            "Stats.BytesSent": unsigned(lambda f: f.state.bytes_up % 2**32 if up else 0),
        },
    )


def _ppp(path: str, below: str, live: bool) -> dict[str, Leaf]:
    def up(facts: Facts) -> bool:
        return live and facts.state.wan_connected

    return tree(
        path,
        {
            "Enable": writable(live),
            "Status": lambda f: "Up" if up(f) else "Down",
            "ConnectionStatus": lambda f: "Connected" if up(f) else "Disconnected",
            "LastConnectionError": lambda f: "ERROR_NONE" if up(f) else "ERROR_UNKNOWN",
            "LowerLayers": writable(below),
            "Username": login(lambda f: f.state.pppoe_user if live else "", live),
            "Password": secret(reconnects=live),
            "LastChange": 0,
            "IPCP.LocalIPAddress": lambda f: f.state.wan_ip if up(f) else "0.0.0.0",
            "IPCP.RemoteIPAddress": lambda f: f.state.wan_gateway if up(f) else "0.0.0.0",
            "IPCP.DNSServers": lambda f: "192.0.2.53,0.0.0.0" if up(f) else "0.0.0.0,0.0.0.0",
        },
    )


def _lan() -> dict[str, Leaf]:
    leaves = _ip_interface(
        f"{ROOT}.IP.Interface.1", "br0", "Device.Ethernet.Link.1.", "LAN", lambda f: f.state.lan_ip, "Unknown", up=True
    )
    leaves |= tree(
        f"{ROOT}.DHCPv4.Server",
        {
            "Enable": writable(True),
            "Pool.1.Enable": writable(True),
            "Pool.1.Interface": writable("Device.IP.Interface.1."),
            "Pool.1.MinAddress": writable("192.168.1.2"),
            "Pool.1.MaxAddress": writable("192.168.1.254"),
            "Pool.1.SubnetMask": writable("255.255.255.0"),
            "Pool.1.IPRouters": writable(lambda f: f.state.lan_ip, "string"),
            "Pool.1.LeaseTime": writable(7200, "int"),
        },
    )
    leaves |= _port(f"{ROOT}.Ethernet.Interface.1", "eth0", "LAN", 0)
    for number in range(1, LAN_PORTS + 1):
        leaves |= _port(f"{ROOT}.Ethernet.Interface.{number + 1}", f"eth0.{number}", f"LAN{number}", number)
    for index in range(MAX_HOSTS):
        leaves |= _host(f"{ROOT}.Hosts.Host.{index + 1}", index)
    return leaves | tree(f"{ROOT}.Hosts", {"HostNumberOfEntries": unsigned(lambda f: len(f.state.hosts))})


def _port(path: str, name: str, alias: str, number: int) -> dict[str, Leaf]:
    """A port, or the switch that they belong to (number 0)."""

    def up(facts: Facts) -> bool:
        return bool(number) and facts.on(f"{path}.Enable") and facts.state.port_up(number)

    return tree(
        path,
        {
            "Enable": writable(bool(number)),
            "Status": lambda f: "Up" if up(f) else "Down",
            "Name": name,
            "Upstream": False,
            "MaxBitRate": leaf(-1, "int"),
            "DuplexMode": "Auto",
            "MACAddress": lambda f: f.mac(),
            "X_TP_IfNameAlias": alias,
            **port_counters(number),
        },
    )


def _below(host: Host) -> str:
    if not host.wireless:
        return f"{ROOT}.Ethernet.Interface.2."
    return f"{ROOT}.WiFi.SSID.{3 if host.five_ghz else 1}."


def _host(path: str, index: int) -> dict[str, Leaf]:
    def of(attribute: Callable[[Host], Value]) -> Callable[[Facts], Value | None]:
        return lambda f: attribute(f.state.hosts[index]) if index < len(f.state.hosts) else None

    return tree(
        path,
        {
            "Active": boolean(of(lambda h: h.active)),
            "HostName": of(lambda h: h.name),
            "IPAddress": of(lambda h: h.ip),
            "PhysAddress": of(lambda h: h.mac),
            "AddressSource": of(lambda h: "DHCP"),
            "Layer1Interface": of(
                lambda h: (
                    f"Device.WiFi.SSID.{3 if h.five_ghz else 1}." if h.wireless else "Device.Ethernet.Interface.2."
                )
            ),
            "LeaseTimeRemaining": leaf(of(lambda h: 4006), "int"),
        },
    )


TPLINK_XX230V = Model(
    name="XX230v",
    root=ROOT,
    manufacturer="TP-Link",
    oui="1C61B4",
    product_class="Device2",
    firmware="0.6.0 3.0.0 v6066.0 Build 220630 Rel.56119n",
    acs_serial=factory_serial,
    complete="Completed",
    leaves={
        **_device(),
        **management_server(ROOT),
        **_optical(),
        **_wan(),
        **_lan(),
        **wifi(factory_serial),
        **diagnostics.tr181(),
    },
    informs=informs(f"{ROOT}.IP.Interface.6.IPv4Address.1.IPAddress", ROOT),
    addable={f"{ROOT}.NAT.PortMapping": port_mapping()},
)
