"""What operators do to routers, from the command to the proof: settings, tests, the running configuration."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from network import Done, Network, network
from services import eventually

from noc_console.demo import routers
from noc_console.demo.acs import OnContact, SimulatedCpe
from noc_console.demo.plant import SimOnt

WHY = ("--reason", "customer calls", "--yes", "--wait", "--json")
PASSWORD = "correct horse battery"


@pytest.fixture
async def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Network]:
    monkeypatch.setattr(routers, "RESTART_S", (1.0, 1.5))
    monkeypatch.setattr(routers, "INFORM_DELAY_S", (0.3, 0.6))
    speed = {
        "download_url": "http://192.0.2.80/100M.bin",
        "upload_url": "http://192.0.2.80/up",
        "ping_host": "192.0.2.1",
    }
    jobs = {"expiry_s": 30, "return_timeout_s": 60}
    async with network(tmp_path, speed_test=speed, jobs=jobs) as made, made.collector():
        await eventually(lambda: rows(made, "SELECT * FROM ont WHERE onu_rx_dbm IS NOT NULL"), 20)
        await eventually(lambda: len(rows(made, "SELECT * FROM cpe")) == len(made.acs.records), 20)
        yield made


def rows(net: Network, statement: str) -> list[tuple[Any, ...]]:
    try:
        with sqlite3.connect(f"file:{net.database}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return []


def router(net: Network) -> tuple[SimOnt, SimulatedCpe]:
    """A Huawei router that is online."""
    routers = ((ont, net.routers.cpes.get(ont.serial.text)) for ont in net.onts if ont.online)
    return next((ont, cpe) for ont, cpe in routers if cpe and cpe.model.name == "EG8145V5")


async def do(net: Network, kind: str, ont: SimOnt, *parameters: str, given: str = "") -> Done:
    pipe = asyncio.subprocess.PIPE
    process = await net.start("do", kind, ont.serial.text, *parameters, *WHY, stdin=pipe, stdout=pipe, stderr=pipe)
    async with asyncio.timeout(90):
        out, err = await process.communicate(given.encode())
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


async def networks(net: Network, ont: SimOnt) -> dict[str, dict[str, Any]]:
    """The router's WiFi networks as the console would show them, by band."""
    found = (await net.run("lookup", ont.serial.text, "--json", "--cached")).json
    section = next(s for s in found["sections"] if s["name"] == "wireless")
    groups = [{f["key"]: f["value"] for f in g["fields"]} | {"path": g["path"]} for g in section["groups"]]
    return {group["band"]: group for group in groups}


async def test_a_wifi_name_is_changed_and_read_back(net: Network) -> None:
    ont, _ = router(net)
    done = await do(net, "wifi-ssid", ont, "network=2.4 GHz", "ssid=Casa da Ana")
    assert (done.code, done.json["state"]) == (0, "verified"), done.err
    assert done.json["result"].startswith("applied: ") and "Casa da Ana" in done.json["result"]
    assert (await networks(net, ont))["2.4 GHz"]["ssid"] == "Casa da Ana"
    again = await do(net, "wifi-ssid", ont, "network=2.4 GHz", "ssid=Casa da Ana")
    assert "was so already" in again.json["result"]


async def test_a_password_is_told_to_nobody(net: Network, tmp_path: Path) -> None:
    ont, _ = router(net)
    done = await do(net, "wifi-password", ont, "network=5 GHz", given=f"{PASSWORD}\n")
    assert (done.code, done.json["state"]) == (4, "accepted"), done.err
    assert "does not show it" in done.json["result"]
    assert PASSWORD not in done.out + done.err
    for file in net.config.parent.rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes(), file


async def test_a_password_that_no_router_takes_is_refused(net: Network) -> None:
    ont, _ = router(net)
    short = await do(net, "wifi-password", ont, "network=5 GHz", given="tooshrt\n")
    assert short.code == 2 and "8 to 63 characters" in short.out + short.err
    assert "tooshrt" not in short.out + short.err


async def test_a_network_that_is_not_there_is_offered_its_neighbours(net: Network) -> None:
    ont, _ = router(net)
    done = await do(net, "wifi-switch", ont, "network=6 GHz", "on=false")
    assert done.code == 1 and "there are: " in done.json["result"]


async def test_a_lan_port_is_switched_off_and_on(net: Network) -> None:
    ont, _ = router(net)
    for on, wanted in (("false", False), ("true", True)):
        done = await do(net, "lan-port", ont, "port=LAN2", f"on={on}")
        assert done.json["state"] == "verified", done.json["result"]
        found = (await net.run("lookup", ont.serial.text, "--json", "--cached")).json["sections"]
        groups = next(s for s in found if s["name"] == "ethernet")["groups"]
        port = next(g for g in groups if g["title"] == "LAN2")
        assert next(f["value"] for f in port["fields"] if f["key"] == "enabled") is wanted


async def test_without_contact_nothing_is_written(net: Network) -> None:
    ont, cpe = router(net)
    cpe.state.inform_interval_s = 86400
    cpe.on_contact = OnContact.REFUSE
    done = await do(net, "wifi-channel", ont, "network=2.4 GHz", "channel=11")
    assert (done.code, done.json["state"]) == (1, "no contact"), done.json["result"]
    assert not list(net.acs.store.of(cpe.device_id))


async def test_a_speed_test_is_measured_and_kept(net: Network) -> None:
    ont, _ = router(net)
    done = await do(net, "speed-test", ont, "direction=download")
    assert done.json["state"] == "verified", done.json["result"]
    assert done.json["data"]["download_mbps"] > 1 and "Mbit/s" in done.json["result"]
    verdict = (await net.run("lookup", ont.serial.text, "--json", "--cached")).json["verdict"]
    assert verdict["code"]


async def test_ping_and_traceroute_from_the_router(net: Network) -> None:
    ont, _ = router(net)
    done = await do(net, "ping", ont)
    assert done.json["state"] == "verified" and done.json["data"]["host"] == "192.0.2.1", done.json["result"]
    done = await do(net, "traceroute", ont, "host=192.0.2.7")
    assert done.json["state"] == "verified" and done.json["data"]["hops"] >= 1, done.json["result"]


async def test_the_running_configuration_is_stored_without_secrets(net: Network) -> None:
    ont, cpe = router(net)
    done = await do(net, "read-config", ont)
    assert done.json["state"] == "verified" and "parameters of" in done.json["result"], done.json
    assert rows(net, "SELECT device_id FROM cpe_document") == [(cpe.device_id,)]


async def test_firmware_is_installed_and_never_sent_twice(net: Network) -> None:
    ont, cpe = router(net)
    name = next(
        name
        for name, file in net.acs.transfers.files.items()
        if file.row()["metadata"].get("productClass") == "EG8145V5"
    )
    before = cpe.state.firmware
    done = await do(net, "firmware", ont, f"file={name}")
    assert done.json["state"] == "verified", done.json
    assert done.json["result"].startswith("runs ") and f"(was {before})" in done.json["result"]
    assert cpe.state.firmware != before
    again = await do(net, "firmware", ont, f"file={name}")
    assert again.code == 1 and "same action" in again.err
