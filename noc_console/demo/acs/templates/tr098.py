"""Leaves that the TR-098 routers have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from noc_console.demo.acs.state import Host, Value
from noc_console.demo.acs.templates.model import (
    MAX_HOSTS,
    NEVER,
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

ROOT = "InternetGatewayDevice"
WAN = f"{ROOT}.WANDevice.1"
LAN = f"{ROOT}.LANDevice.1"


def informs(wan: str, root: str = ROOT) -> tuple[str, ...]:
    """What every Inform carries; ``wan`` is the path of the address that the router is reached at."""
    return (
        f"{root}.DeviceInfo.HardwareVersion",
        f"{root}.DeviceInfo.SoftwareVersion",
        f"{root}.DeviceInfo.ProvisioningCode",
        f"{root}.ManagementServer.ParameterKey",
        f"{root}.ManagementServer.ConnectionRequestURL",
        wan,
    )


def device_info(
    model: str, manufacturer: str, oui: str, hardware: str, serial: Source, more: Mapping[str, Leaf | Source]
) -> dict[str, Leaf]:
    """``DeviceInfo`` as far as all of them have it, and ``more``."""
    return tree(
        f"{ROOT}.DeviceInfo",
        {
            "Manufacturer": manufacturer,
            "ManufacturerOUI": oui,
            "ModelName": model,
            "HardwareVersion": hardware,
            "SoftwareVersion": lambda f: f.state.firmware,
            "ProvisioningCode": writable(""),
            "SerialNumber": serial,
            "UpTime": unsigned(lambda f: f.uptime_s),
            "MemoryStatus.Total": 262144,
            "MemoryStatus.Free": unsigned(lambda f: 262144 * (100 - f.state.memory_percent) // 100),
            "TemperatureStatus.TemperatureSensor.1.Value": signed(lambda f: round(f.state.temperature_celsius)),
            **more,
        },
    )


def management_server(path: str = ROOT) -> dict[str, Leaf]:
    """``ManagementServer``; the same under both roots."""
    return tree(
        f"{path}.ManagementServer",
        {
            "URL": writable("http://acs.example.net:7547/"),
            "ParameterKey": "",
            "PeriodicInformEnable": writable(True),
            "PeriodicInformInterval": writable(lambda f: f.state.inform_interval_s, "unsignedInt"),
            "PeriodicInformTime": writable(NEVER, "dateTime"),
            "ConnectionRequestURL": lambda f: f"http://{f.state.wan_ip}:7547/{f.serial.text[-8:].lower()}",
            "ConnectionRequestUsername": writable("acs"),
            "ConnectionRequestPassword": secret(),
        },
    )


# WAN


@dataclass(frozen=True, slots=True)
class Service:
    """What a vendor tells of a WAN connection besides the standard's leaves."""

    list_leaf: str
    vlan_leaf: str

    def leaves(self, services: str, vlan: Source) -> dict[str, Leaf | Source]:
        """The leaves for one connection."""
        return {self.list_leaf: writable(services), self.vlan_leaf: writable(vlan, "unsignedInt")}


def live_vlan(facts: Facts) -> Value:
    """VLAN of the connection that works."""
    return facts.state.vlan


def wan_connection(
    path: str, name: Source, live: bool, ppp: bool, more: Mapping[str, Leaf | Source]
) -> dict[str, Leaf]:
    """One WAN connection; a live one follows the state, the others are configured and dead."""
    up: Callable[[Facts], bool] = (lambda f: f.state.wan_connected) if live else (lambda f: False)
    leaves: dict[str, Leaf | Source] = {
        "Enable": writable(True),
        "Name": writable(name, "string"),
        "ConnectionType": writable("IP_Routed"),
        "ConnectionStatus": lambda f: "Connected" if up(f) else "Disconnected",
        "ExternalIPAddress": lambda f: f.state.wan_ip if up(f) else "0.0.0.0",
        "DefaultGateway": lambda f: f.state.wan_gateway if up(f) else "0.0.0.0",
        "DNSServers": writable(lambda f: "192.0.2.53,198.51.100.53" if up(f) else "", "string"),
        "Uptime": unsigned(lambda f: f.uptime_s if up(f) else 0),
        "LastConnectionError": lambda f: "ERROR_NONE" if up(f) else "ERROR_NO_CARRIER",
        "MACAddress": lambda f: f.mac(1),
        "NATEnabled": writable(True),
        "Reset": writable(False),
        "Stats.EthernetBytesReceived": unsigned(lambda f: f.state.bytes_down % 2**32 if live else 0),
        "Stats.EthernetBytesSent": unsigned(lambda f: f.state.bytes_up % 2**32 if live else 0),
    }
    if ppp:
        leaves |= {
            "Username": login(lambda f: f.state.pppoe_user if live else "", live),
            "Password": secret(reconnects=live),
            "RemoteIPAddress": lambda f: f.state.wan_gateway if up(f) else "0.0.0.0",
        }
    return tree(path, {**leaves, **more})


def login(user: Source, live: bool) -> Leaf:
    """A PPP user name: setting it has the router connect anew."""
    return Leaf(user, "xsd:string", writable=True, reconnects=live)


def line() -> dict[str, Leaf]:
    """The access line below the WAN connections."""
    return tree(
        f"{WAN}.WANCommonInterfaceConfig",
        {
            "WANAccessType": "GPON",
            "PhysicalLinkStatus": "Up",
            "TotalBytesReceived": unsigned(lambda f: f.state.bytes_down % 2**32),
            "TotalBytesSent": unsigned(lambda f: f.state.bytes_up % 2**32),
        },
    )


def port_mapping() -> dict[str, Leaf]:
    """Leaves of one instance of ``PortMapping``."""
    return {
        "PortMappingEnabled": writable(False),
        "PortMappingProtocol": writable("TCP"),
        "PortMappingDescription": writable(""),
        "PortMappingLeaseDuration": writable(0),
        "RemoteHost": writable(""),
        "ExternalPort": writable(0),
        "InternalPort": writable(0),
        "InternalClient": writable(""),
    }


def optical(path: str, form: Callable[[float], Value], type: str) -> dict[str, Leaf]:
    """Readings of the transceiver; ``form`` is how the vendor writes dBm, °C, mV and mA."""
    return tree(
        path,
        {
            "RXPower": leaf(lambda f: form(f.state.rx_dbm), type),
            "TXPower": leaf(lambda f: form(f.state.tx_dbm), type),
            "TransceiverTemperature": leaf(lambda f: form(f.state.temperature_celsius), type),
            "SupplyVoltage": leaf(lambda f: form(round(f.state.voltage_v * 1000)), type),
            "BiasCurrent": leaf(lambda f: form(f.state.bias_ma), type),
            "Stats.BytesReceived": unsigned(lambda f: f.state.bytes_down % 2**32),
            "Stats.BytesSent": unsigned(lambda f: f.state.bytes_up % 2**32),
        },
    )


# LAN


def lan(ports: int, more: Callable[[int], Mapping[str, Leaf | Source]]) -> dict[str, Leaf]:
    """LAN address, DHCP server, hosts and Ethernet ports.

    Args:
        ports: Number of Ethernet ports.
        more: What the vendor tells of the port with this number, from 1.
    """
    leaves = tree(
        f"{LAN}.LANHostConfigManagement",
        {
            "DHCPServerEnable": writable(True),
            "MinAddress": writable("192.168.1.33"),
            "MaxAddress": writable("192.168.1.253"),
            "SubnetMask": writable("255.255.255.0"),
            "IPRouters": writable(lambda f: f.state.lan_ip, "string"),
            "DNSServers": writable(lambda f: f.state.lan_ip, "string"),
            "DHCPLeaseTime": writable(86400, "int"),
            "IPInterface.1.IPInterfaceIPAddress": writable(lambda f: f.state.lan_ip, "string"),
            "IPInterface.1.IPInterfaceSubnetMask": writable("255.255.255.0"),
        },
    )
    for number in range(1, ports + 1):
        leaves |= _port(f"{LAN}.LANEthernetInterfaceConfig.{number}", number, more(number))
    for index in range(MAX_HOSTS):
        leaves |= _host(f"{LAN}.Hosts.Host.{index + 1}", index)
    return leaves | tree(f"{LAN}.Hosts", {"HostNumberOfEntries": unsigned(lambda f: len(f.state.hosts))})


def _port(path: str, number: int, more: Mapping[str, Leaf | Source]) -> dict[str, Leaf]:
    enable = f"{path}.Enable"

    def status(facts: Facts) -> str:
        if not facts.on(enable):
            return "Disabled"
        return "Up" if facts.state.port_up(number) else "NoLink"

    return tree(
        path,
        {
            "Name": f"LAN{number}",
            "Enable": writable(True),
            "Status": status,
            "MaxBitRate": writable("Auto"),
            "DuplexMode": writable("Auto"),
            "MACAddress": lambda f: f.mac(),
            **port_counters(number),
            **more,
        },
    )


def port_counters(number: int) -> dict[str, Leaf | Source]:
    """``Stats`` of a LAN port; the same under both roots."""
    return {
        "Stats.BytesSent": unsigned(lambda f: f.state.bytes_down % 2**32 if number == 1 else 0),
        "Stats.BytesReceived": unsigned(lambda f: f.state.bytes_up % 2**32 if number == 1 else 0),
        "Stats.PacketsSent": unsigned(lambda f: f.state.bytes_down // 900 % 2**32 if number == 1 else 0),
        "Stats.PacketsReceived": unsigned(lambda f: f.state.bytes_up // 300 % 2**32 if number == 1 else 0),
        "Stats.ErrorsSent": 0,
        "Stats.ErrorsReceived": unsigned(lambda f: f.state.port_errors(number)),
        "Stats.DiscardPacketsReceived": 0,
    }


def _host(path: str, index: int) -> dict[str, Leaf]:
    def of(attribute: Callable[[Host], Value]) -> Callable[[Facts], Value | None]:
        return lambda f: attribute(f.state.hosts[index]) if index < len(f.state.hosts) else None

    return tree(
        path,
        {
            "Active": boolean(of(lambda h: h.active)),
            "HostName": of(lambda h: h.name),
            "IPAddress": of(lambda h: h.ip),
            "MACAddress": of(lambda h: h.mac),
            "InterfaceType": of(lambda h: "802.11" if h.wireless else "Ethernet"),
            "AddressSource": of(lambda h: "DHCP"),
            "LeaseTimeRemaining": leaf(of(lambda h: 43200), "int"),
        },
    )
