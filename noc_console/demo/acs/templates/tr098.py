"""Leaves that the TR-098 routers have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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


def too_long_ssid(value: Value) -> bool:
    """Whether a router refuses this SSID."""
    return not 0 < len(str(value)) <= 32


def device_info(model: str, manufacturer: str, oui: str, hardware: str, serial: Source) -> dict[str, Leaf]:
    """``DeviceInfo`` as far as all of them have it."""
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
    }
    if ppp:
        leaves |= {
            "Username": writable(lambda f: f.state.pppoe_user if live else "", "string"),
            "Password": secret(),
            "RemoteIPAddress": lambda f: f.state.wan_gateway if up(f) else "0.0.0.0",
        }
    return tree(path, {**leaves, **more})


def lan(ports: int, alias: str, speed: str | None) -> dict[str, Leaf]:
    """LAN address, DHCP server and Ethernet ports.

    Args:
        ports: Number of Ethernet ports.
        alias: Name of the first port without its number.
        speed: Leaf that tells the speed, when the vendor has one.
    """
    base = f"{ROOT}.LANDevice.1"
    leaves = tree(
        f"{base}.LANHostConfigManagement",
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
        leaves |= _port(f"{base}.LANEthernetInterfaceConfig.{number}", number, f"{alias}{number}", speed)
    for index in range(MAX_HOSTS):
        leaves |= _host(f"{base}.Hosts.Host.{index + 1}", index)
    return leaves | tree(f"{base}.Hosts", {"HostNumberOfEntries": unsigned(lambda f: len(f.state.hosts))})


def _port(path: str, number: int, name: str, speed: str | None) -> dict[str, Leaf]:
    leaves: dict[str, Leaf | Source] = {
        "Name": name,
        "Enable": writable(True),
        "Status": lambda f: "Up" if f.state.port_up(number) else "NoLink",
        "MaxBitRate": writable("Auto"),
        "DuplexMode": writable("Auto"),
        "MACAddress": lambda f: f.mac(),
        "Stats.BytesSent": unsigned(lambda f: f.state.bytes_down % 2**32 if number == 1 else 0),
        "Stats.BytesReceived": unsigned(lambda f: f.state.bytes_up % 2**32 if number == 1 else 0),
    }
    if speed:
        leaves[speed] = lambda f: "Auto_1000" if f.state.port_up(number) else "Auto_10"
    return tree(path, leaves)


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


def wlan(number: int, five_ghz: bool, more: Mapping[str, Leaf | Source]) -> dict[str, Leaf]:
    """One ``WLANConfiguration``."""
    channels = "36,40,44,48,52,56,60,64" if five_ghz else "1,2,3,4,5,6,7,8,9,10,11,12,13"
    return tree(
        f"{ROOT}.LANDevice.1.WLANConfiguration.{number}",
        {
            "Enable": writable(True),
            "Status": "Up",
            "SSID": writable(lambda f: f.state.ssid + ("-5G" if five_ghz else ""), "string", too_long_ssid),
            "BSSID": lambda f: f.mac(8 + number),
            "Channel": writable(
                lambda f: f.state.channel_5 if five_ghz else f.state.channel_24,
                "unsignedInt",
                lambda value: not str(value).isdigit(),
            ),
            "AutoChannelEnable": writable(True),
            "PossibleChannels": channels,
            "BeaconType": writable("WPAand11i"),
            "SSIDAdvertisementEnabled": writable(True),
            "TransmitPower": writable(100),
            "TotalAssociations": unsigned(lambda f: _clients(f, five_ghz)),
            "KeyPassphrase": secret(),
            "PreSharedKey.1.KeyPassphrase": secret(),
            "PreSharedKey.1.PreSharedKey": secret(),
            **more,
        },
    )


def _clients(facts: Facts, five_ghz: bool) -> int:
    """Wireless hosts, dealt out between the two bands."""
    wireless = sum(host.wireless and host.active for host in facts.state.hosts)
    return wireless - wireless // 2 if five_ghz else wireless // 2
