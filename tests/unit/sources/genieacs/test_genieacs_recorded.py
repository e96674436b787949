"""Documents of real routers, as a GenieACS held them, parse to the values that stand in them."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from noc_console.domain.cpe import MASK, SECTIONS, Section
from noc_console.sources.genieacs.config_tree import config_tree
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.fleet import FleetReader
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.reading import read_paths
from noc_console.sources.genieacs.sections import sections

FOLDER = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "genieacs-devices"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recordings in {FOLDER}")
HUAWEI, ZTE, TPLINK = "huawei-eg8145v5-tr098", "zte-f670l-synthetic-tr098", "tplink-xx230v-tr181"


def load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return content


def read(name: str) -> dict[str, Section]:
    return {section.name: section for section in sections(Document(load(name)))}


@pytest.mark.parametrize(
    ("name", "system"),
    [
        (HUAWEI, {"model": "EG8145V5", "firmware": "V5R020C00S280", "uptime_s": 266616, "cpu_percent": 14,
                  "memory_percent": 50, "temperature_celsius": 45}),
        (ZTE, {"model": "F670L", "uptime_s": 266430, "cpu_percent": 1, "memory_percent": 59,
               "temperature_celsius": 41}),
        (TPLINK, {"model": "XX230v", "uptime_s": 266623, "cpu_percent": 0, "memory_percent": 65}),
    ],
)  # fmt: skip
def test_system(name: str, system: dict[str, Any]) -> None:
    found = read(name)["system"]
    assert {key: found.get(key) for key in system} == system


@pytest.mark.parametrize(
    ("name", "connections", "internet"),
    [
        (HUAWEI, 4, {"ip": "192.168.89.198", "gateway": "192.168.89.1", "uptime_s": 89906, "type": "PPPoE",
                     "mac": "94:25:33:3B:D1:C6", "name": "4_TR069_INTERNET_R_VID_1"}),
        (ZTE, 2, {"ip": "192.168.89.227", "gateway": "192.168.89.1", "uptime_s": 2446, "type": "PPPoE"}),
        (TPLINK, 4, {"ip": "192.168.89.137", "gateway": "192.168.89.1", "vlan": 2, "dns": "192.168.88.1",
                     "mac": "1C:61:B4:FB:2A:CB", "type": "PPPoE", "status": "Connected"}),
    ],
)  # fmt: skip
def test_wan(name: str, connections: int, internet: dict[str, Any]) -> None:
    groups = read(name)["wan"].groups
    assert len(groups) == connections
    assert [group.get("internet") for group in groups] == [True] + [False] * (connections - 1)
    assert {key: groups[0].get(key) for key in internet} == internet


@pytest.mark.parametrize(
    ("name", "optical"),
    [
        (HUAWEI, [-21.0, 2.0, 45.0, 3.415, 7.0]),
        (ZTE, [-25.08, 2.59, 35.3, 3.244, 13.7]),
        (TPLINK, [-19.51, 1.73, 47.9, 3.298, 16.6]),
    ],
)
def test_optical(name: str, optical: list[float]) -> None:
    found = read(name)["optical"]
    assert [found.get(key) for key in ("rx_dbm", "tx_dbm", "temperature_celsius", "voltage_v", "bias_ma")] == optical


@pytest.mark.parametrize(
    ("name", "networks"),
    [
        (HUAWEI, [("2.4 GHz", "MIXED-1", 6), ("5 GHz", "Anlix-EG8145-5G", 36)]),
        (ZTE, [("2.4 GHz", "Anlix-ZTE-H199", 3), ("5 GHz", "Anlix-ZTE-H199-5G", 116)]),
    ],
)
def test_wireless(name: str, networks: list[tuple[str, str, int]]) -> None:
    groups = read(name)["wireless"].groups
    assert [(group.get("band"), group.get("ssid"), group.get("channel")) for group in groups] == networks


def test_wireless_of_a_mesh_router_without_its_backhaul() -> None:
    groups = read(TPLINK)["wireless"].groups
    assert next(group.get("ssid") for group in groups if group.get("channel") == 153) == "TP-Link_2AC8_5G"
    # All fourteen SSIDs say that they are on; the access points of eight are off, and four are the mesh's own.
    assert [group.get("ssid") for group in groups] == ["TP-Link_2AC8", "TP-Link_2AC8_5G"]


@pytest.mark.parametrize(("name", "ip", "ports"), [(HUAWEI, "192.168.18.1", 4), (ZTE, "192.168.1.1", 3),
                                                   (TPLINK, "192.168.1.1", 4)])  # fmt: skip
def test_lan(name: str, ip: str, ports: int) -> None:
    found = read(name)
    assert found["lan"].get("ip") == ip and found["lan"].get("dhcp") is True
    assert len(found["ethernet"].groups) == ports


def test_hosts() -> None:
    (host,) = read(TPLINK)["hosts"].groups
    assert (host.get("mac"), host.get("active")) == ("3C:06:30:2D:42:FB", False)


@pytest.mark.parametrize(
    ("name", "serial"), [(HUAWEI, "HWTC0A1B2C01"), (ZTE, "ZTEGC0DE0001"), (TPLINK, "TPLG0A0B0C01")]
)
def test_row(name: str, serial: str) -> None:
    row = FleetReader(shipped()).row(load(name))
    assert row.serial == serial and row.inform_interval_s == 60 and row.pppoe_user == "admin123"


def test_wifi_clients() -> None:
    (client,) = read(TPLINK)["clients"].groups
    shown = {"hostname": "MBP-de-Gaspare", "mac": "3C:06:30:2D:42:FB", "ip": "192.168.1.2", "band": "5 GHz",
             "ssid": "TP-Link_2AC8_5G", "signal_dbm": -60, "rate_down_mbps": 960, "rate_up_mbps": 648}  # fmt: skip
    assert {key: client.get(key) for key in shown} == shown
    assert next(field.raw for field in client.fields if field.key == "signal_dbm") == "100"
    assert (read(HUAWEI)["clients"].get("count"), read(ZTE)["clients"].get("count")) == (0, 1)


@pytest.mark.parametrize(
    ("name", "air"),
    [
        (HUAWEI, [("2.4 GHz", 44, 100, True), ("5 GHz", 24, 100, True)]),
        (ZTE, [("2.4 GHz", None, 100, True), ("5 GHz", None, 100, True)]),
        (TPLINK, [("2.4 GHz", 51, 100, True), ("5 GHz", 28, 100, True)]),
    ],
)
def test_air(name: str, air: list[tuple[Any, ...]]) -> None:
    keys = ("band", "utilization_percent", "tx_power_percent", "auto_channel")
    found = [tuple(group.get(key) for key in keys) for group in read(name)["wireless"].groups]
    assert [next(one for one in found if one[0] == band[0]) for band in air] == air


def test_ipv6_and_counters() -> None:
    huawei, zte, tplink = (read(name) for name in (HUAWEI, ZTE, TPLINK))
    assert zte["wan"].groups[0].get("ipv6") == "2804:3e0:0:426a:c2b1:1ff:fe31:716e/64"
    assert zte["wan"].groups[0].get("dns6") == "2804:3e0:0:4200::1"
    assert tplink["wan"].groups[0].get("ipv6") == "2804:3e0:0:42dc:61a8:e3bb:ecce:7392"
    assert tplink["wan"].groups[0].get("bytes_sent") == 6460103
    assert [huawei["wan"].get(key) for key in ("access", "line_status", "bytes_received")] == ["GPON", "Up", 28319238]
    assert [huawei["optical"].get(key) for key in ("bytes_received", "fec_errors")] == [28051879, 0]
    assert huawei["ethernet"].groups[0].get("errors_received") == 0


def test_lines_and_mesh() -> None:
    (line,) = read(HUAWEI)["voice"].groups
    assert [line.get(key) for key in ("status", "enabled", "call_state", "number")] == ["Disabled", False, "Idle", None]
    assert [group.get("status") for group in read(TPLINK)["voice"].groups] == ["Disabled", "Disabled"]
    assert read(ZTE)["voice"].groups == ()
    # It lists itself, and no other.
    assert read(TPLINK)["mesh"].groups == () and read(TPLINK)["mesh"].get("count") == 0


@pytest.mark.parametrize(("name", "most"), [(HUAWEI, 110), (ZTE, 85), (TPLINK, 145)])
def test_less_is_asked_of_a_router_that_is_known(name: str, most: int) -> None:
    document = Document(load(name))
    assert document.root_name
    every, known = read_paths(document.root_name), read_paths(document.root_name, SECTIONS, document)
    print(f"{name}: {len(every)} paths of any vendor, {len(known)} of this router's")
    assert len(known) <= most < len(every)
    # All that is shown is asked for, as a leaf or with its object.
    patterns = [re.compile(re.escape(path).replace(r"\*", r"\d+") + r"(\..*)?$") for path in known]
    for section in sections(document):
        for field in (*section.fields, *(field for group in section.groups for field in group.fields)):
            assert not field.path or any(pattern.match(field.path) for pattern in patterns), field.path


@pytest.mark.parametrize("name", [HUAWEI, ZTE, TPLINK])
def test_the_whole_configuration_without_secrets(name: str) -> None:
    leaves = config_tree(Document(load(name)))
    assert len(leaves) > 1000 and len({leaf.path for leaf in leaves}) == len(leaves)
    assert all(leaf.value == MASK for leaf in leaves if leaf.secret)
    assert not [leaf.path for leaf in leaves if not leaf.secret and leaf.value == "[redacted]"]
    assert not [leaf.path for leaf in leaves if leaf.secret and leaf.path.lower().endswith("username")]
    instances = [
        leaf.path for leaf in leaves if re.search(r"WLANConfiguration\.\d+\.SSID$|WiFi\.SSID\.\d+\.SSID$", leaf.path)
    ]
    numbers = [int(path.split(".")[-2]) for path in instances]
    assert numbers == sorted(numbers) and len(numbers) > 1


@pytest.mark.parametrize("name", [HUAWEI, ZTE, TPLINK])
def test_every_value_has_its_path_and_time(name: str) -> None:
    document = Document(load(name))
    for section in sections(document):
        for field in (*section.fields, *(field for group in section.groups for field in group.fields)):
            if field.key not in ("band", "internet", "type", "clients") or field.path:
                assert document.top.parameter(field.path) is not None
                assert field.observed_at is not None and field.observed_at < time.time() + 1e9
