"""An ONT whose router does not answer is rebooted through its OLT, from the command to the proof."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from network import Done, Network, network
from services import eventually

from noc_console.demo import routers
from noc_console.demo.acs import OnContact, SimulatedCpe
from noc_console.demo.cli import PASSWORD, USERNAME, SimulatedCli
from noc_console.demo.plant import Cause, SimOnt

WHY = ("--reason", "router does not answer", "--yes", "--wait", "--json")


@asynccontextmanager
async def at_work(folder: Path, **cli: Any) -> AsyncIterator[tuple[Network, SimulatedCli]]:
    """A network whose OLT has a command line, and a collector at work."""
    async with AsyncExitStack() as stack:
        net = await stack.enter_async_context(network(folder, jobs={"return_timeout_s": 60}))
        line = SimulatedCli(net.world.plant.olts[0], net.world)
        await line.start()
        stack.push_async_callback(line.close)
        olts = yaml.safe_load(net.config.read_text())["olts"]
        olts[0]["cli"] = {"username": USERNAME, "password": PASSWORD, "port": line.port, "reboot": True} | cli
        net.change(olts=olts)
        await stack.enter_async_context(net.collector())
        await eventually(lambda: rows(net, "SELECT * FROM ont WHERE onu_rx_dbm IS NOT NULL"), 20)
        yield net, line


def rows(net: Network, statement: str) -> list[tuple[Any, ...]]:
    try:
        with sqlite3.connect(f"file:{net.database}?mode=ro", uri=True, timeout=20) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return []


def silent_router(net: Network) -> tuple[SimOnt, SimulatedCpe]:
    """An ONT that is online, with a router that the ACS cannot reach."""
    ont, cpe = net.online_router()
    cpe.on_contact = OnContact.REFUSE
    return ont, cpe


async def reboot(net: Network, ont: SimOnt) -> Done:
    return await net.run("do", "olt-reboot", ont.serial.text, *WHY)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routers, "RESTART_S", (4.0, 5.0))


async def test_the_olt_loses_the_ont_and_has_it_again(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (net, line):
        ont, _ = silent_router(net)
        done = await reboot(net, ont)
        assert (done.code, done.json["state"]) == (0, "verified"), (done.out, done.err)
        assert done.json["result"].startswith("rebooted through the OLT: back after ")
        assert "Rx -" in done.json["result"] and "(was -" in done.json["result"]
        assert done.json["data"].keys() == {"rx_before_dbm", "rx_after_dbm"}
        assert ont.cause == Cause.RESET_BY_COMMAND
        frame, slot, port = ont.port.id.path
        steps = [step["text"] for step in done.json["steps"]]
        assert f"sending: ont reset {port} {ont.ont_id}" in steps
        assert any(step.startswith("the OLT lost it") for step in steps)
        assert line.lines.count(f"ont reset {port} {ont.ont_id}") == 1
        assert f"interface gpon {frame}/{slot}" in line.lines
        assert rows(net, "SELECT key FROM olt_host_key") == [(line.host_key,)]
        for file in net.config.parent.rglob("*"):
            if file.is_file() and file != net.config:
                assert PASSWORD.encode() not in file.read_bytes(), file
        assert PASSWORD not in done.out + done.err
        await eventually(lambda: line.connections == 0)
