"""An ONT whose router does not answer is rebooted through its OLT, from the command to the proof."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import yaml
from network import Done, Network, network
from services import eventually

from noc_console.demo import routers
from noc_console.demo.acs import OnContact, SimulatedCpe
from noc_console.demo.cli import PASSWORD, USERNAME, SimulatedCli
from noc_console.demo.plant import Cause, SimOnt
from noc_console.sources.olt_cli.ssh import fingerprint

WHY = ("--reason", "router does not answer", "--yes", "--wait", "--json")


@asynccontextmanager
async def at_work(folder: Path, **cli: Any) -> AsyncIterator[tuple[Network, SimulatedCli, asyncio.subprocess.Process]]:
    """A network whose OLT has a command line, and a collector at work."""
    async with AsyncExitStack() as stack:
        net = await stack.enter_async_context(network(folder, jobs={"return_timeout_s": 30}))
        line = SimulatedCli(net.world.plant.olts[0], net.world)
        await line.start()
        stack.push_async_callback(line.close)
        olts = yaml.safe_load(net.config.read_text())["olts"]
        if cli.get("username", USERNAME):
            olts[0]["cli"] = {"username": USERNAME, "password": PASSWORD, "port": line.port, "reboot": True} | cli
        net.change(olts=olts)
        collector = await stack.enter_async_context(net.collector())
        await ready(net)
        yield net, line, collector


async def ready(net: Network) -> None:
    await eventually(lambda: rows(net, "SELECT * FROM ont WHERE onu_rx_dbm IS NOT NULL"), 20)


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
    async with at_work(tmp_path) as (net, line, _):
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


@pytest.mark.parametrize(
    ("cli", "said"),
    [({"username": None}, "no command line of"), ({"reboot": False}, "may not be used to reboot ONTs")],
    ids=["no cli", "reboot: false"],
)
async def test_it_is_refused_where_the_config_does_not_allow_it(tmp_path: Path, cli: dict[str, Any], said: str) -> None:
    async with at_work(tmp_path, **cli) as (net, line, _):
        ont, _ = silent_router(net)
        done = await reboot(net, ont)
        assert (done.code, done.json["state"]) == (1, "failed") and said in done.json["result"]
        assert line.lines == [] and ont.online


async def test_a_changed_host_key_is_a_refusal_and_an_event(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (net, line, _):
        ont, _ = silent_router(net)
        check = await net.run("check", "--json")
        tried = next(result for result in check.json if result["tried"].startswith("ssh "))
        assert tried["ok"] and f"prompt {line.olt.name}>" in tried["said"] and line.lines == ["quit"]
        before = line.host_key
        with sqlite3.connect(net.database, timeout=20) as connection:
            connection.execute("INSERT INTO olt_host_key VALUES (?, ?, 0)", (line.olt.name, before))
        await line.close()
        line.key = asyncssh.generate_private_key("ssh-ed25519")
        await line.start()
        done = await reboot(net, ont)
        assert (done.code, done.json["state"]) == (1, "failed")
        shown = json.loads((await net.run("show", "changes", "--json")).out)
        (change,) = (row for row in shown if row["kind"] == "host_key_changed")
        assert change["severity"] == "major"
        check = await net.run("check", "--json")
        tried = next(result for result in check.json if result["tried"].startswith("ssh "))
        assert not tried["ok"]
        for text in (done.json["result"], change["text"], tried["said"]):
            assert fingerprint(before) in text and fingerprint(line.host_key) in text
        assert line.lines == ["quit"] and ont.online


async def test_a_successor_looks_for_the_restart_and_sends_nothing(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (net, line, collector):
        ont, _ = silent_router(net)
        done = await net.run("do", "olt-reboot", ont.serial.text, "--reason", "test", "--yes", "--json")
        assert done.code == 0, done.err
        await eventually(lambda: rows(net, "SELECT * FROM job WHERE state = 'verifying'"), 20)
        collector.send_signal(signal.SIGKILL)
        await collector.wait()
        net.let_leases_end()
        async with net.collector():
            ended = "SELECT state, result FROM job WHERE finished_at IS NOT NULL"
            ((state, result),) = await eventually(lambda: rows(net, ended), 60)
        assert state == "verified" and result.startswith("rebooted through the OLT: back "), result
        assert sum(sent.startswith("ont reset") for sent in line.lines) == 1
