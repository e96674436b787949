"""Documents of real routers, as a GenieACS held them, parse to the values that stand in them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from noc_console.domain.cpe import Section
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.fleet import summarise
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
    assert len(groups) == 10


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
    row = summarise(load(name))
    assert row.serial == serial and row.inform_interval_s == 60 and row.pppoe_user == "admin123"


@pytest.mark.parametrize("name", [HUAWEI, ZTE, TPLINK])
def test_every_value_has_its_path_and_time(name: str) -> None:
    document = Document(load(name))
    for section in sections(document):
        for field in (*section.fields, *(field for group in section.groups for field in group.fields)):
            if field.key not in ("band", "internet", "type"):
                assert document.top.parameter(field.path) is not None
                assert field.observed_at is not None and field.observed_at < time.time() + 1e9
