"""The commands as real processes, on a simulated network behind real sockets."""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from network import Done, Network, command, network
from services import PATIENCE_S, eventually

from noc_console.demo.agent import Behaviour
from noc_console.demo.plant import SimOnt

DONE, FAILED, USAGE, UNREACHABLE = 0, 1, 2, 3


@pytest.fixture
async def net(tmp_path: Path) -> AsyncIterator[Network]:
    """A network that a collector polls often."""
    polling = {"state_s": 5, "optics_s": 10, "health_s": 5, "inventory_s": 60, "cpe_s": 2}
    async with network(tmp_path, olts=2, onts=40, polling=polling) as made:
        yield made


@pytest.fixture
async def seldom_read(tmp_path: Path) -> AsyncIterator[Network]:
    """A network whose readings stay fresh for minutes: one command reads, later commands judge what it read."""
    polling = dict.fromkeys(("state_s", "optics_s", "health_s", "inventory_s", "cpe_s"), 600)
    async with network(tmp_path, olts=2, onts=40, polling=polling) as made:
        yield made


def signal_of(rx_dbm: float | None) -> str | None:
    if rx_dbm is None:
        return None
    return "critical" if rx_dbm < -28 else "warning" if rx_dbm < -25 else "overload" if rx_dbm > -8 else "good"


def check_ont(net: Network, row: dict[str, Any], ont: SimOnt) -> None:
    """What ``show onts --json`` says about an ONT is what the plant holds."""
    assert (row["olt"], row["pon_port"], row["ont_id"]) == (ont.olt, str(ont.port.id), ont.ont_id)
    assert row["state"] == ("online" if ont.online else "offline")
    assert row["model"] == ont.model.name and row["firmware"] == ont.model.firmware
    assert row["signal"] == signal_of(row["onu_rx_dbm"])
    assert 0 <= row["age_s"] < 2 * PATIENCE_S and row["observed_at"].endswith("Z")
    if ont.online:
        assert (row["onu_rx_dbm"], row["olt_rx_dbm"]) == net.light(ont)
        assert row["distance_m"] == ont.distance_m
        assert row["offline_reason"] is None
    else:
        assert (row["onu_rx_dbm"], row["olt_rx_dbm"], row["distance_m"]) == (None, None, None)
        causes = {1: "loss_of_signal", 13: "dying_gasp", 8: "deactivated", 31: "reset", 33: "reset", -1: None}
        assert row["offline_reason"] == causes[ont.cause]


async def test_one_round_stores_exactly_what_the_network_holds(seldom_read: Network) -> None:
    net = seldom_read
    done = await net.run("collect", "--once", "--json")
    assert done.code == DONE, done.err
    rows = {row["name"]: row for row in done.json}
    assert set(rows) == {olt.name for olt in net.world.plant.olts}
    for olt in net.world.plant.olts:
        row = rows[olt.name]
        assert (row["outcome"], row["onts"], row["error"]) == ("complete", len(olt.onts), None)
        assert row["varbinds"] > 10 * len(olt.onts) and row["duration_s"] > 0

    shown = await net.run("show", "onts", "--json")
    assert shown.code == DONE
    by_serial = {row["serial"]: row for row in shown.json}
    assert set(by_serial) == {ont.serial.text for ont in net.onts} and len(shown.json) == len(net.onts)
    for ont in net.onts:
        check_ont(net, by_serial[ont.serial.text], ont)

    olts = {row["name"]: row for row in (await net.run("show", "olts", "--json")).json}
    for olt in net.world.plant.olts:
        row = olts[olt.name]
        online = sum(ont.online for ont in olt.onts)
        assert (row["reachable"], row["profile"], row["error"]) == (True, "huawei-ma5600", None)
        assert (row["onts"], row["online"], row["offline"]) == (len(olt.onts), online, len(olt.onts) - online)
        assert row["unknown"] == 0 and row["last_poll_at"] and row["last_poll_s"] > 0
    assert (await net.run("show", "jobs", "--json")).json == []
    kinds = ("cards", "fans", "ports", "sfps", "sources")
    parts = dict(zip(kinds, await asyncio.gather(*(net.run("show", kind, "--json") for kind in kinds)), strict=True))
    assert {kind: {row.get("olt") for row in part.json} for kind, part in parts.items()} == {
        **{kind: set(olts) for kind in ("cards", "ports", "sfps")},
        "fans": set(),
        "sources": set(),
    }
    assert sum(row["online"] for row in parts["ports"].json) == sum(row["online"] for row in olts.values())
    assert all(row["tx_dbm"] is None or 1 < row["tx_dbm"] < 9 for row in parts["sfps"].json)
    audit, routers = await asyncio.gather(net.run("show", "audit", "--csv"), net.run("show", "routers"))
    assert audit.out.startswith("id,at,actor") and "holds" in audit.err and routers.code == DONE
    lines = list(csv.DictReader((await net.run("show", "onts", "--csv")).out.splitlines()))
    assert {line["serial"] for line in lines} == {row["serial"] for row in shown.json}


async def test_filters_lookups_and_tables(seldom_read: Network) -> None:
    net = seldom_read
    assert (await net.run("collect", "--once")).code == DONE
    offline = (await net.run("show", "onts", "--json", "--filter", "state:offline")).json
    assert {row["serial"] for row in offline} == {ont.serial.text for ont in net.onts if not ont.online}
    table = (await net.run("show", "onts")).out
    assert all(ont.serial.text in table for ont in net.onts) and "\x1b" not in table

    ont = net.onts[0]
    for text in (ont.serial.text, ont.serial.hex.lower(), f"{ont.serial.hex[:8]}-{ont.serial.hex[8:]}"):
        found = await net.run("lookup", text, "--json")
        assert found.code == DONE and found.json["ont"]["serial"] == ont.serial.text
    nobody = await net.run("lookup", "HWTC00000000", "--json")
    assert (nobody.code, nobody.json) == (FAILED, {"matches": [], "unregistered": [], "routers": []})
    several = await net.run("lookup", "hwtc", "--json")
    assert several.code == DONE and len(several.json["matches"]) > 1


async def test_a_silent_olt_leaves_the_others_and_makes_its_onts_unknown(seldom_read: Network) -> None:
    net = seldom_read
    assert (await net.run("collect", "--once")).code == DONE
    silent, other = net.world.agents
    net.world.agents[silent].behaviour.silent = True
    done = await net.run("collect", "--once", "--json")
    assert done.code == UNREACHABLE
    outcomes = {row["name"]: row for row in done.json}
    assert (outcomes[silent]["outcome"], outcomes[other]["outcome"]) == ("failed", "complete")
    assert "no answer" in outcomes[silent]["error"] and "community" in outcomes[silent]["error"]
    states = {row["serial"]: row["state"] for row in (await net.run("show", "onts", "--json")).json}
    assert {states[ont.serial.text] for ont in net.onts if ont.olt == silent} == {"unknown"}
    assert "unknown" not in {states[ont.serial.text] for ont in net.onts if ont.olt == other}


async def test_a_walk_that_dies_midway_deletes_nothing(seldom_read: Network) -> None:
    net = seldom_read
    olts = yaml.safe_load(net.config.read_text())["olts"]
    net.change(olts=[{**olt, "snmp": {**olt["snmp"], "timeout_s": 0.1, "retries": 0}} for olt in olts])
    assert (await net.run("collect", "--once")).code == DONE
    name = next(iter(net.world.agents))
    for _ in range(2):
        net.world.agents[name].behaviour = Behaviour(dies_after=4)
        row = next(row for row in (await net.run("collect", "--once", "--json")).json if row["name"] == name)
        assert row["outcome"] in ("partial", "failed")
    assert len((await net.run("show", "onts", "--json")).json) == len(net.onts)


async def test_a_round_beside_a_working_collector_ships_nothing_twice_and_breaks_nothing(net: Network) -> None:
    async with net.collector():
        await eventually(lambda: _collectors(net.database) == ["daemon"])
        rounds = await asyncio.gather(*(net.run("collect", "--once", "--json") for _ in range(2)))
        assert [done.code for done in rounds] == [DONE, DONE], [done.err for done in rounds]
        assert _collectors(net.database) == ["daemon"]
    assert _collectors(net.database) == []
    changes = (await net.run("show", "changes", "--json")).json
    assert not [change for change in changes if change["kind"].startswith("ont_") and "regist" not in change["kind"]]


def _collectors(path: Path) -> list[str]:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return [row[0] for row in connection.execute("SELECT mode FROM collector")]
    except sqlite3.OperationalError:
        return []


# Check


async def test_check_with_everything_right(net: Network) -> None:
    done = await net.run("check", "--json")
    assert done.code == DONE, done.out
    rows = {row["name"]: row for row in done.json}
    own = {"files", "database", "collectors", "audit log", "writing", "share"}
    assert set(rows) == {*own, "genieacs", "ping", *net.world.agents}
    assert all(row["ok"] for row in rows.values())
    assert all(rows[name]["took_ms"] > 0 for name in ("genieacs", *net.world.agents))
    assert not net.database.exists(), "check makes nothing"
    assert f"{len(net.acs.records)} devices" in rows["genieacs"]["said"]
    for name in net.world.agents:
        assert "huawei-ma5600" in rows[name]["said"]
    text = (await net.run("check")).out
    assert len(text.splitlines()) == len(rows) and text.count("ok  ") == len(rows)


async def test_check_with_everything_wrong(net: Network) -> None:
    silent, closed = net.world.agents
    net.world.agents[silent].behaviour.silent = True
    net.world.agents[closed].stop()
    port = net.acs.port
    await net.acs.close()
    web = await asyncio.start_server(_not_found, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{web.sockets[0].getsockname()[1]}/wrong/path"
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    net.change(
        victoriametrics={"url": url},
        database=f"sqlite:///{net.config}",
        traps={"listen": f"127.0.0.1:{taken.getsockname()[1]}"},
        swaps={"tickets": {"url": f"http://127.0.0.1:{port}"}},
        modem_bridge={"url": f"https://127.0.0.1:{port}"},
        core_devices=[{"name": "core-1", "address": "127.0.0.1", "snmp": {"port": 1, "timeout_s": 0.2, "retries": 0}}],
        ping=None,
    )
    net.config.chmod(0o644)
    done = await net.run("check", "--json")
    web.close()
    taken.close()
    assert done.code == UNREACHABLE
    rows = {row["name"]: row for row in done.json}
    assert set(rows) > {"files", "traps", "tickets", "bridge", "core-1"}
    assert [name for name, row in rows.items() if row["ok"]] == ["writing", "share"]
    assert str(net.config) in rows["files"]["said"] and "chmod o=" in rows["files"]["do"]
    assert "in use" in rows["traps"]["said"] and "cannot connect" in rows["tickets"]["said"]
    assert "no answer" in rows[silent]["said"] and "community" in rows[silent]["do"]
    assert "unreachable" in rows[closed]["said"] and "port" in rows[closed]["do"]
    assert rows["genieacs"]["tried"] == f"http://127.0.0.1:{port}" and rows["genieacs"]["do"]
    assert "404" in rows["victoriametrics"]["said"] and "path" in rows["victoriametrics"]["do"]
    assert "not a database" in rows["database"]["said"]
    assert "public" not in done.out + done.err


async def _not_found(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def test_an_unknown_router_family_is_not_guessed(net: Network) -> None:
    name = next(iter(net.world.agents))
    olts = [{"name": name, "address": "127.0.0.1", "snmp": {"port": net.world.agents[name].port}, "profile": "zte"}]
    net.change(olts=olts)
    done = await net.run("check", "--json")
    row = next(row for row in done.json if row["name"] == name)
    assert done.code == UNREACHABLE and "no profile called zte" in row["said"] and "huawei-ma5600" in row["do"]


# Wrong usage


def wrong(done: Done, *said: str) -> None:
    assert done.code == USAGE, (done.code, done.out, done.err)
    assert done.out == "" and "Traceback" not in done.err
    assert all(text in done.err for text in said), done.err


async def test_wrong_configs_say_where(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("database: sqlite:///noc.db\npoling: {state_s: 60}\nolts: [{name: a, address: b}]\n")
    commands = (("check",), ("collect", "--once"), ("show", "onts"), ("lookup", "x"))
    for done in await asyncio.gather(*(command("--config", str(path), *arguments) for arguments in commands)):
        wrong(done, f"{path}:2", "poling", "did you mean polling?")
    path.write_text("olts: [{name: a, address: b, snmp: {community: hush, port: 99999}}]\n")
    done = await command("--config", str(path), "check")
    wrong(done, f"{path}:1", "olts[0].snmp.port")
    assert "hush" not in done.err


async def test_no_config_says_so_and_what_to_do(tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path), "NOC_CONSOLE_CONFIG": ""}
    wrong(await command("check", cwd=tmp_path, **env), "no config file", "noc-console init", "noc-console demo")
    wrong(await command("--config", "nowhere.yaml", "check", cwd=tmp_path, **env), "nowhere.yaml", "init")
    env["NOC_CONSOLE_CONFIG"] = "by-environment.yaml"
    wrong(await command("check", cwd=tmp_path, **env), "by-environment.yaml")


async def test_init_writes_a_private_example_once(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    assert (await command("init", str(path))).code == DONE
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    wrong(await command("init", str(path)), "left as it is")
    assert path.read_text() == text
    done = await command("--config", str(path), "show", "onts", OLT_COMMUNITY="x", XDG_STATE_HOME=str(tmp_path))
    assert done.code == UNREACHABLE and "the schema is not there yet" in done.err
    assert not (tmp_path / "noc.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing"),
        ("show",),
        ("nothing",),
        ("collect", "--nothing"),
        ("reboot", "HWTC00000001"),
        ("reboot", "HWTC00000001", "--reason", " "),
    ],
)
async def test_wrong_arguments(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("olts: [{name: a, address: 192.0.2.1}]\n")
    wrong(await command("--config", str(path), *arguments))


async def test_a_filter_that_is_none(net: Network) -> None:
    assert (await net.run("collect", "--once")).code == DONE
    wrong(await net.run("show", "onts", "--filter", "rx:<x"), "filter")


async def test_actions_that_cannot_be_done_are_refused(net: Network) -> None:
    ont, _ = net.online_router()
    dark, _ = net.online_router(1)
    net.world.power_off(dark)
    reason = ("--reason", "test", "--yes")
    alone = await net.run("reboot", ont.serial.text, *reason)
    assert (alone.code, alone.out) == (UNREACHABLE, "") and "no collector is running" in alone.err
    async with net.collector():
        await eventually(lambda: _collectors(net.database) == ["daemon"])
        await eventually(lambda: _count(net.database, "ont") == len(net.onts))
        wrong(await net.run("factory-reset", ont.serial.text, "--reason", "test"), "needs --yes")
        nobody = await net.run("reboot", "HWTC00000000", *reason)
        assert nobody.code == FAILED and "nothing known matches" in nobody.err
        refused = await net.run("reboot", dark.serial.text, *reason)
        assert refused.code == FAILED and "dying gasp" in refused.err and "--force" in refused.err
    assert _count(net.database, "job") == 0


def _count(path: Path, table: str) -> int:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# What is loaded, and what is left behind


@pytest.mark.parametrize("module", ["main", "check", "show", "collect", "act", "init", "demo", "child"])
async def test_commands_do_not_load_textual(module: str) -> None:
    code = (
        f"import noc_console.cli.{module}, sys; print(sorted(n for n in sys.modules if n.split('.')[0] == 'textual'))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert (process.returncode, out.decode().strip()) == (0, "[]")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_ends_the_collector(net: Network, number: signal.Signals) -> None:
    async with net.collector() as process:
        await eventually(lambda: _collectors(net.database) == ["daemon"])
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
    assert _collectors(net.database) == []


async def test_a_collector_ends_with_its_parent_however_that_ends(net: Network) -> None:
    """The parent is killed, so that it can clean up nothing; the child must notice by itself."""
    code = (
        "import sys, time; from pathlib import Path; from noc_console.cli.child import CollectorChild;"
        "child = CollectorChild(Path(sys.argv[1])); print(child._process.pid, flush=True); time.sleep(600)"
    )
    command = (sys.executable, "-c", code, str(net.config))
    parent = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env={**os.environ, **net.env}
    )
    assert parent.stdout
    child = int(await parent.stdout.readline())
    await eventually(lambda: _collectors(net.database) == ["child"])
    parent.kill()
    await parent.wait()
    await eventually(lambda: not _lives(child))
    assert _collectors(net.database) == []


def _lives(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def test_the_second_collector_stands_by_and_takes_over(net: Network) -> None:
    async with net.collector() as first:
        await eventually(lambda: _collectors(net.database) == ["daemon"])
        async with net.collector() as second:
            first.send_signal(signal.SIGTERM)
            await first.wait()
            await eventually(lambda: _collectors(net.database) == ["daemon"])
            assert second.returncode is None


# The database of a working collector


async def test_a_database_that_is_locked_for_a_while_loses_nothing(net: Network) -> None:
    cut = max((port for olt in net.world.plant.olts for port in olt.ports), key=lambda port: len(port.onts))
    gone = [ont for ont in cut.onts if ont.online]
    assert gone
    async with net.collector() as process:
        await eventually(lambda: _collectors(net.database) == ["daemon"])
        await eventually(lambda: _count(net.database, "ont") == len(net.onts))
        lock = sqlite3.connect(net.database, isolation_level=None, timeout=20)
        lock.execute("BEGIN IMMEDIATE")
        net.world.cut(cut)
        log = net.config.with_name("noc.log")
        await eventually(lambda: "facts_not_written" in log.read_text())
        shown = await net.run("show", "onts", "--json")
        assert shown.code == DONE and len(shown.json) == len(net.onts), "readers are not held up"
        lock.execute("ROLLBACK")
        lock.close()
        await eventually(lambda: "facts_written_again" in log.read_text())

        async def told() -> bool:
            rows = (await net.run("show", "onts", "--json")).json
            return {r["serial"]: r["state"] for r in rows if r["state"] == "offline"}.keys() >= {
                ont.serial.text for ont in gone
            }

        await eventually(told)
        assert process.returncode is None
        changes = (await net.run("show", "changes", "--json")).json
        assert [c for c in changes if c["kind"] == "ont_down" and c["pon_port"] == str(cut.id)]
        assert not [c for c in changes if c["kind"] == "olt_silent"], "the OLT answered all the time"


# Records


async def test_records_are_imported_once_exported_and_refused_as_a_whole(net: Network, tmp_path: Path) -> None:
    assert (await net.run("collect", "--once")).code == DONE
    ont = net.onts[0]
    zones, splitters, subscribers = (tmp_path / f"{name}.csv" for name in ("zones", "splitters", "subscribers"))
    zones.write_text("name,note\nnorth,two streets\n")
    splitters.write_text(f"name,olt,port,zone\nSP-1,{ont.olt},{ont.port.id},north\n")
    subscribers.write_text(f"account,name,serial,splitter,splitter_port\n10442,Marko Kovac,{ont.serial.hex},SP-1,3\n")

    dry = await net.run("import", "zones", str(zones), "--dry-run")
    assert dry.code == DONE and "1 added" in dry.out and "dry run" in dry.out
    assert (await net.run("show", "zones", "--json")).json == []
    for file in (zones, splitters, subscribers):
        assert "1 added, 0 changed, 0 removed, 0 unchanged" in (await net.run("import", file.stem, str(file))).out
        assert "0 added, 0 changed, 0 removed, 1 unchanged" in (await net.run("import", file.stem, str(file))).out
    (row,) = (await net.run("show", "onts", "--json", "--filter", "zone:north")).json
    assert (row["serial"], row["subscriber"], row["splitter"]) == (ont.serial.text, "10442", "SP-1")
    found = await net.run("lookup", "10442", "--cached", "--json")
    assert found.json["ont"]["serial"] == ont.serial.text
    exported = tmp_path / "again.csv"
    exported.write_text((await net.run("export", "subscribers")).out)
    assert "1 unchanged" in (await net.run("import", "subscribers", str(exported))).out

    splitters.write_text("name,olt,port,zone\nSP-2,olt-1,0/1/0,\nSP-3,olt-1,0/1,west\nSP-4,olt-1,x,\n")
    refused = await net.run("import", "splitters", str(splitters))
    assert refused.code == FAILED and f"{splitters}:3: zone: there is no 'west'" in refused.err
    assert f"{splitters}:4: port: not a PON port" in refused.err and "nothing was changed" in refused.err
    assert [one["name"] for one in (await net.run("show", "splitters", "--json")).json] == ["SP-1"]
    zones.write_text("name\nsouth\n")
    gone = await net.run("import", "zones", str(zones), "--replace")
    assert gone.code == FAILED and "zone north cannot be removed: splitter SP-1 names it" in gone.err
