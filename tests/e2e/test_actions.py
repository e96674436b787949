"""Jobs from the command to their proven end: a collector process between a simulated OLT and a simulated ACS."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from network import Network, network
from services import eventually

from noc_console.access.identity import current_operator
from noc_console.config.load import load
from noc_console.demo import routers
from noc_console.demo.acs import Fault, OnContact, SimulatedCpe
from noc_console.demo.plant import SimOnt

WHY = ("--reason", "customer calls: Störung", "--yes", "--wait", "--json")


@pytest.fixture
async def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Network]:
    monkeypatch.setattr(routers, "RESTART_S", (1.0, 1.5))
    monkeypatch.setattr(routers, "INFORM_DELAY_S", (0.3, 0.6))
    async with network(tmp_path, jobs={"expiry_s": 30, "return_timeout_s": 60}) as made:
        for cpe in made.routers.cpes.values():
            cpe.state.inform_interval_s = 86400  # nobody comes by chance and takes a queued task
        yield made


class Reboots:
    """Counts how often a router went down for a reboot."""

    def __init__(self, cpe: SimulatedCpe) -> None:
        self.count = 0
        hook = cpe.on_reboot
        assert hook

        def counted(router: SimulatedCpe) -> None:
            self.count += 1
            hook(router)

        cpe.on_reboot = counted


def query(net: Network, statement: str) -> list[tuple[Any, ...]]:
    try:
        with sqlite3.connect(f"file:{net.database}?mode=ro", uri=True) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.OperationalError:
        return []


async def at_work(net: Network) -> None:
    """Wait until a collector has read the network."""
    await eventually(lambda: len(query(net, "SELECT * FROM ont WHERE onu_rx_dbm IS NOT NULL")) > 0, 20)
    await eventually(lambda: len(query(net, "SELECT * FROM cpe")) == len(net.acs.records), 20)


async def tasks(net: Network) -> Any:
    """What the ACS still has queued."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"http://127.0.0.1:{net.acs.port}/tasks/")).json()


def audited(net: Network) -> list[str]:
    return [row[0] for row in query(net, "SELECT result FROM audit ORDER BY id")]


async def test_a_reboot_is_followed_until_the_router_is_back(net: Network) -> None:
    ont, cpe = net.online_router()
    reboots = Reboots(cpe)
    async with net.collector():
        await at_work(net)
        done = await net.run("reboot", ont.serial.text, *WHY)
    assert done.code == 0, done.err
    job = done.json
    assert (job["kind"], job["state"], job["serial"]) == ("reboot", "verified", ont.serial.text)
    assert job["result"].startswith("back after ") and " s" in job["result"]
    assert job["reason"] == "customer calls: Störung"
    assert [step["text"] for step in job["steps"]][-1] == job["result"]
    assert job["result"] in done.err, "the story is told while it happens"
    assert reboots.count == 1 and ont.online and cpe.online
    assert await tasks(net) == []
    assert audited(net) == ["requested", f"verified: {job['result']}"]
    shown = json.loads((await net.run("show", "jobs", "--json")).out)
    assert [(row["id"], row["state"]) for row in shown] == [(job["id"], "verified")]


async def test_without_a_collector_the_command_brings_its_own(net: Network) -> None:
    ont, cpe = net.online_router()
    reboots = Reboots(cpe)
    done = await net.run("reboot", ont.serial.hex.lower(), *WHY)
    assert (done.code, reboots.count) == (0, 1), done.err
    assert done.json["state"] == "verified"
    assert query(net, "SELECT * FROM collector") == []


@pytest.mark.parametrize("behaviour", [OnContact.REFUSE, OnContact.NO_ANSWER, OnContact.ACCEPT_ONLY])
async def test_without_contact_nothing_is_left_at_the_acs(net: Network, behaviour: OnContact) -> None:
    ont, cpe = net.online_router()
    reboots = Reboots(cpe)
    cpe.on_contact = behaviour
    async with net.collector():
        await at_work(net)
        done = await net.run("reboot", ont.serial.text, *WHY)
        assert done.code == 1
        job = done.json
        assert job["state"] == "no contact" and "withdrawn" in job["result"]
        assert await tasks(net) == []
        cpe.on_contact = OnContact.INFORM
        cpe.inform()
        await eventually(lambda: not net.acs.in_session(cpe.device_id))
    assert reboots.count == 0
    assert audited(net)[-1].startswith("no contact: ")


async def test_a_fault_is_told_with_its_code(net: Network) -> None:
    ont, cpe = net.online_router()
    cpe.next_fault = Fault("9002", "Internal error")
    async with net.collector():
        await at_work(net)
        done = await net.run("reboot", ont.serial.text, *WHY)
    assert (done.code, done.json["state"]) == (1, "failed")
    assert "9002" in done.json["result"]
    assert await tasks(net) == [] and net.acs.store.faults == {}


async def test_a_refresh_reads_the_ont_and_its_router(net: Network) -> None:
    ont, cpe = net.online_router()
    cpe.state.ssid = "renamed by its owner"
    async with net.collector():
        await at_work(net)
        done = await net.run("refresh", ont.serial.text, "--wait", "--json")
        assert (done.code, done.json["state"]) == (0, "verified"), done.json
        found = (await net.run("lookup", ont.serial.text, "--json")).json
    assert "renamed by its owner" in json.dumps(found["sections"])
    assert [router["device_id"] for router in found["routers"]] == [cpe.device_id]
    assert audited(net) == []


async def test_an_ont_without_a_router_at_the_acs(net: Network) -> None:
    ont = next(o for o in net.onts if o.online)
    cpe = net.routers.cpes.get(ont.serial.text)
    if cpe:
        del net.acs.records[cpe.device_id]
    async with net.collector():
        await at_work(net)
        await eventually(lambda: query(net, "SELECT * FROM source WHERE name = 'genieacs' AND state = 'ok'"), 30)
        done = await net.run("reboot", ont.serial.text, *WHY)
    assert (done.code, done.out) == (1, "") and "not managed via TR-069" in done.err
    assert query(net, "SELECT * FROM job") == []


async def test_an_acs_that_refuses_connections(net: Network) -> None:
    ont, _ = net.online_router()
    async with net.collector():
        await at_work(net)
        await net.acs.close()
        await eventually(lambda: query(net, "SELECT * FROM source WHERE name = 'genieacs' AND state = 'failing'"), 30)
        done = await net.run("reboot", ont.serial.text, *WHY)
    assert (done.code, done.out) == (1, "") and "the ACS does not answer" in done.err
    assert query(net, "SELECT * FROM job") == []


async def submit(net: Network, ont: SimOnt) -> int:
    done = await net.run("reboot", ont.serial.text, "--reason", "test", "--yes", "--json")
    assert done.code == 0, done.err
    return int(done.json["id"])


async def killed_when(net: Network, process: asyncio.subprocess.Process, state: str) -> None:
    await eventually(lambda: query(net, f"SELECT * FROM job WHERE state = '{state}'"), 20)
    process.send_signal(signal.SIGKILL)
    await process.wait()
    net.let_leases_end()


async def finished(net: Network, job_id: int) -> dict[str, Any]:
    ended = f"SELECT * FROM job WHERE id = {job_id} AND finished_at IS NOT NULL"
    await eventually(lambda: query(net, ended), 40)
    (row,) = [row for row in json.loads((await net.run("show", "jobs", "--json")).out) if row["id"] == job_id]
    return dict(row)


async def test_a_collector_that_is_killed_in_the_middle_leaves_its_job_to_the_next(
    net: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routers, "RESTART_S", (4.0, 4.5))
    ont, cpe = net.online_router()
    reboots = Reboots(cpe)
    async with net.collector() as process:
        await at_work(net)
        job_id = await submit(net, ont)
        await killed_when(net, process, "verifying")
    async with net.collector():
        job = await finished(net, job_id)
    assert (job["state"], reboots.count) == ("verified", 1), job
    assert job["result"].startswith("back after ")
    told = [row[0] for row in query(net, f"SELECT text FROM job_step WHERE job_id = {job_id} ORDER BY id")]
    assert any("another collector took over" in text for text in told)
    assert await tasks(net) == []


async def test_a_collector_that_is_killed_while_it_sends_leaves_nothing_undone_and_nothing_twice(net: Network) -> None:
    ont, cpe = net.online_router()
    reboots = Reboots(cpe)
    cpe.on_contact = OnContact.NO_ANSWER
    usual_s, net.acs.timing.connection_request_s = net.acs.timing.connection_request_s, 100_000
    async with net.collector() as process:
        await at_work(net)
        job_id = await submit(net, ont)
        await eventually(lambda: list(net.acs.store.of(cpe.device_id)), 20)
        await killed_when(net, process, "running")
    assert len(await tasks(net)) == 1
    cpe.on_contact, net.acs.timing.connection_request_s = OnContact.INFORM, usual_s
    async with net.collector():
        job = await finished(net, job_id)
    assert job["state"] == "verified", job["result"]
    told = [row[0] for row in query(net, f"SELECT text FROM job_step WHERE job_id = {job_id}")]
    assert any("it was not sent" in text for text in told)
    assert (await tasks(net), reboots.count) == ([], 1)


async def test_the_command_itself_survives_its_collector(net: Network) -> None:
    """``--wait`` keeps a collector in reserve: one that dies under the job does not leave the command waiting."""
    ont, cpe = net.online_router()
    reboots = Reboots(cpe)
    async with net.collector() as process:
        await at_work(net)
        pipe = asyncio.subprocess.PIPE
        waiting = await net.start("reboot", ont.serial.text, *WHY, stdout=pipe, stderr=pipe)
        await killed_when(net, process, "verifying")
        out, _ = await asyncio.wait_for(waiting.communicate(), 60)
    assert (waiting.returncode, json.loads(out)["state"], reboots.count) == (0, "verified", 1)


async def test_factory_reset_asks_for_the_serial_on_a_terminal(net: Network) -> None:
    ont, cpe = net.online_router()
    master, slave = os.openpty()
    async with net.collector():
        await at_work(net)
        for typed, code in (("wrong\n", 2), (f"{ont.serial.text}\n", 0)):
            arguments = ("factory-reset", ont.serial.text, "--reason", "test", "--json")
            pipe = asyncio.subprocess.PIPE
            process = await net.start(*arguments, stdin=slave, stdout=pipe, stderr=pipe)
            os.write(master, typed.encode())
            out, err = await asyncio.wait_for(process.communicate(), 30)
            assert process.returncode == code, err
        job = await finished(net, json.loads(out)["id"])
    assert (job["kind"], job["state"]) == ("factory-reset", "verified"), job
    assert len(query(net, "SELECT * FROM job")) == 1
    assert cpe.online


async def test_an_olt_is_refreshed_by_its_name(net: Network) -> None:
    (olt,) = {o.olt for o in net.onts}
    async with net.collector():
        await at_work(net)
        done = await net.run("do", "olt-refresh", olt, "--wait", "--json")
        wrong = await net.run("do", "olt-refresh", "olt-99", "--json")
    assert (done.code, done.json["state"]) == (0, "verified"), done.err
    assert (done.json["target_kind"], done.json["target"], done.json["serial"]) == ("olt", olt, None)
    assert f"{len(net.onts)} ONTs read" in done.json["result"]
    assert wrong.code == 1 and "no OLT 'olt-99'" in wrong.err
    assert audited(net) == []


async def test_the_audit_names_who_asked_by_the_kernels_word(net: Network) -> None:
    """What the environment says of the user changes nothing."""
    ont, _ = net.online_router()
    net.env |= {"SSH_USER": "shift-leader", "LOGNAME": "shift-leader", "USER": "shift-leader"}
    net.env["SSH_CONNECTION"] = "10.0.0.9 1 2 3"
    async with net.collector():
        await at_work(net)
        done = await net.run("reboot", ont.serial.text, "--reason", "no", "--yes", "--json")
        assert done.code == 1 and "needs a reason" in done.err
        done = await net.run("reboot", ont.serial.text, *WHY)
        assert done.code == 0, done.err
    entries = query(net, "SELECT actor, known_by, result, details FROM audit ORDER BY id")
    assert {actor for actor, *_ in entries} == {current_operator(load(net.config)).name}
    (_, _, refused, _), (_, known_by, requested, details), *_ = entries
    assert refused.startswith("refused: ") and requested == "requested" and known_by != ""
    assert json.loads(details) == {"claimed_address": "10.0.0.9", "confirmed": "--yes"}
