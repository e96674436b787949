"""Core devices by standard MIBs, over real sockets: hand-made agents, and net-snmp's snmpd."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from profile_olt import mib, oid
from schema_copy import sqlite_with_schema
from services import Snmpd, snmpd

from noc_console.collector.core_devices import CoreWorker
from noc_console.config.model import CoreDeviceConfig, Snmp
from noc_console.demo import ber
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.domain.history import Sample
from noc_console.domain.update import Update
from noc_console.picture.wording import words
from noc_console.sources.ping import Echo
from noc_console.sources.snmp.core_poller import CorePoller
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage.core_devices import CoreStore
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
UCD, HR = "1.3.6.1.4.1.2021", "1.3.6.1.2.1.25"
ROUTER = "1.3.6.1.4.1.2636.1"


def interfaces(names: Mapping[str, bytes], descrs: Mapping[str, bytes] | None = None) -> dict[str, Mapping[str, Any]]:
    """ifIndex to name; all up, 10 Gbit/s."""
    return {
        f"{IFX}.1": names,
        f"{IF}.2": descrs or names,
        f"{IF}.8": dict.fromkeys(names, 1),
        f"{IFX}.15": dict.fromkeys(names, 10_000),
        f"{IFX}.18": dict.fromkeys(names, b"uplink"),
    }


def counters(rx: Mapping[str, int], tx: Mapping[str, int]) -> dict[str, Mapping[str, int]]:
    return {f"{IFX}.6": rx, f"{IFX}.10": tx}


def with_ram(columns: dict[str, Mapping[str, Any]]) -> MibTree:
    """Two hrStorage rows, of which the second is RAM: 1000 of 4000 used."""
    tree = mib(ROUTER, "Router", columns, uptime_s=86400)
    rows = Rows([(1,), (65536,)])
    kinds = [ber.object_id(oid(f"{HR}.2.1.4")), ber.object_id(oid(f"{HR}.2.1.2"))]
    tree.put(Column(oid(f"{HR}.2.3.1.2"), rows, kinds))
    tree.put(Column(oid(f"{HR}.2.3.1.5"), rows, [ber.integer(9), ber.integer(4000)]))
    tree.put(Column(oid(f"{HR}.2.3.1.6"), rows, [ber.integer(8), ber.integer(1000)]))
    return tree


class World:
    def __init__(self, worker: CoreWorker, agent: SnmpAgent, database: Database, samples: list[Sample]) -> None:
        self.worker = worker
        self.agent = agent
        self.database = database
        self.samples = samples

    async def stored(self) -> Update:
        async with self.database.reading() as connection:
            return await read_update(connection, {})

    async def changes(self) -> list[str]:
        return [words(change) for change in (await self.stored()).changes]


@asynccontextmanager
async def world(path: Path, tree: MibTree, names: Sequence[str] = ()) -> AsyncIterator[World]:
    agent = SnmpAgent(tree)
    agent.start()
    engine = SnmpEngine()
    database = Database(sqlite_with_schema(path / "noc.db"))
    store = CoreStore(database)
    samples: list[Sample] = []

    async def keep(more: Sequence[Sample]) -> None:
        samples.extend(more)

    snmp = Snmp(port=agent.port, timeout_s=0.2, retries=0)
    config = CoreDeviceConfig(name="nas-1", address="127.0.0.1", snmp=snmp, interfaces=tuple(names))
    (device,) = await store.sync([("nas-1", "127.0.0.1")], 1.0)
    worker = CoreWorker(device, CorePoller(engine, config), store, 60, keep)
    try:
        yield World(worker, agent, database, samples)
    finally:
        engine.close()
        agent.stop()
        await database.close()


async def test_load_by_host_resources(tmp_path: Path) -> None:
    tree = with_ram({f"{HR}.3.3.1.2": {"1": 10, "2": 31}})
    async with world(tmp_path, tree) as w:
        await w.worker.poll()
        (device,) = (await w.stored()).records["core"]
        assert (device.reachable, device.error, device.description) == (True, None, "Router")
        assert (device.cpu_percent, device.memory_percent, device.uptime_s) == (20.5, 25.0, 86400.0)
        assert {s.metric: s.value for s in w.samples} == {
            "core_up": 1,
            "core_uptime_seconds": 86400,
            "core_cpu_percent": 20.5,
            "core_memory_percent": 25,
        }
        assert {s.labels for s in w.samples} == {(("device", "nas-1"),)}


async def test_load_by_ucd(tmp_path: Path) -> None:
    memory = {f"{UCD}.4.{leaf}": {"0": value} for leaf, value in ((5, 1000), (6, 100), (14, 50), (15, 250))}
    tree = mib(ROUTER, "Server", {f"{UCD}.11.11": {"0": 93}, **memory})
    async with world(tmp_path, tree) as w:
        reading = await w.worker.poll()
        assert (reading.cpu_percent, reading.memory_percent) == (7.0, 60.0)


async def test_a_device_that_tells_no_load_has_none(tmp_path: Path) -> None:
    async with world(tmp_path, mib(ROUTER, "Switch", {})) as w:
        reading = await w.worker.poll()
        assert (reading.error, reading.cpu_percent, reading.memory_percent) == (None, None, None)


async def test_interfaces_by_name_and_by_description(tmp_path: Path) -> None:
    columns = interfaces({"3": b"xge-0/0/1", "7": b"ge1"}, {"3": b"ten gig", "7": b"to the city"})
    tree = mib(ROUTER, "Router", columns, counters({"3": 2**40, "7": 7}, {"3": 5, "7": 8}))
    async with world(tmp_path, tree, ["xge-0/0/1", "to the city", "nowhere"]) as w:
        await w.worker.poll()
        found = {i.name: i for i in (await w.stored()).records["core-interfaces"]}
        assert (found["xge-0/0/1"].oper, found["xge-0/0/1"].alias, found["xge-0/0/1"].speed_mbps) == (
            "up",
            "uplink",
            10_000,
        )
        assert found["nowhere"].oper == "missing"
        counted = {(s.metric, dict(s.labels)["interface"]): s.value for s in w.samples if "_if_" in s.metric}
        assert counted == {
            ("core_if_rx_bytes_total", "xge-0/0/1"): 2**40,
            ("core_if_tx_bytes_total", "xge-0/0/1"): 5,
            ("core_if_rx_bytes_total", "to the city"): 7,
            ("core_if_tx_bytes_total", "to the city"): 8,
        }


async def test_an_interface_that_was_given_another_number_is_found_again(tmp_path: Path) -> None:
    before = mib(ROUTER, "Router", interfaces({"3": b"xge", "4": b"ge"}), counters({"3": 30, "4": 40}, {}))
    after = mib(ROUTER, "Router", interfaces({"3": b"ge", "4": b"xge"}), counters({"3": 41, "4": 31}, {}))
    async with world(tmp_path, before, ["xge"]) as w:
        await w.worker.poll()
        w.agent.tree = after
        reading = await w.worker.poll()
        assert reading.interfaces["xge"].rx_bytes == 31


async def test_rates_between_polls_and_none_after_a_reset(tmp_path: Path) -> None:
    def tree(rx: int, uptime_s: int) -> MibTree:
        return mib(ROUTER, "Router", interfaces({"3": b"xge"}), counters({"3": rx}, {"3": 100}), uptime_s)

    async with world(tmp_path, tree(1_000_000, 1000), ["xge"]) as w:
        first = await w.worker.poll()
        w.agent.tree = tree(2_000_000, 1060)
        second = await w.worker.poll()
        (interface,) = (await w.stored()).records["core-interfaces"]
        took_s = second.started_at - first.started_at
        assert interface.rx_bps == pytest.approx(8_000_000 / took_s, rel=1e-3)
        assert interface.tx_bps == 0
        w.agent.tree = tree(2_500_000, 5)
        await w.worker.poll()
        (interface,) = (await w.stored()).records["core-interfaces"]
        assert (interface.rx_bps, interface.tx_bps) == (None, None)
        assert "nas-1 restarted 5s ago" in await w.changes()


async def test_an_interface_that_goes_down_is_a_change(tmp_path: Path) -> None:
    columns = interfaces({"3": b"xge"})
    async with world(tmp_path, mib(ROUTER, "Router", columns), ["xge"]) as w:
        await w.worker.poll()
        w.agent.tree = mib(ROUTER, "Router", {**columns, f"{IF}.8": {"3": 2}})
        await w.worker.poll()
        await w.worker.poll()
        assert await w.changes() == ["nas-1 xge down, was up"]


async def test_a_silent_device_keeps_what_was_known_with_its_age(tmp_path: Path) -> None:
    async with world(tmp_path, with_ram({f"{HR}.3.3.1.2": {"1": 10}})) as w:
        first = await w.worker.poll()
        w.agent.behaviour.silent = True
        await w.worker.poll()
        await w.worker.poll()
        (device,) = (await w.stored()).records["core"]
        assert (device.reachable, device.cpu_percent, device.last_ok_at) == (False, 10.0, first.started_at)
        assert device.error and device.error.startswith("no answer in 1 tries")
        assert [s.value for s in w.samples if s.metric == "core_up"] == [1, 0, 0]
        w.agent.behaviour.silent = False
        await w.worker.poll()
        assert [text.split(":")[0] for text in await w.changes()] == [
            "nas-1 does not answer SNMP",
            "nas-1 answers SNMP again",
        ]


async def test_ping_stands_beside_snmp(tmp_path: Path) -> None:
    async with world(tmp_path, mib(ROUTER, "Router", {})) as w:
        w.agent.behaviour.silent = True
        await w.worker.poll()
        await w.worker.note_ping(Echo(4, 3, 0.0125), 1000.0)
        (device,) = (await w.stored()).records["core"]
        assert (device.reachable, device.ping_rtt_ms, device.ping_loss, device.ping_at) == (False, 12.5, 0.25, 1000.0)
        assert [(s.metric, s.value) for s in w.samples if "ping" in s.metric] == [
            ("core_ping_loss_ratio", 0.25),
            ("core_ping_rtt_seconds", 0.0125),
        ]


async def test_the_feed_tells_what_changed_and_what_is_gone(database: Database) -> None:
    store = CoreStore(database)
    assert await store.sync([], 1.0) == []
    await store.sync([("a", "192.0.2.1"), ("b", "192.0.2.2")], 2.0)
    async with database.reading() as connection:
        first = await read_update(connection, {})
    assert [(d.name, d.address) for d in first.records["core"]] == [("a", "192.0.2.1"), ("b", "192.0.2.2")]
    await store.sync([("a", "192.0.2.9")], 3.0)
    async with database.reading() as connection:
        later = await read_update(connection, first.revisions)
        fresh = await read_update(connection, {})
    assert {d.name: (d.address, d.removed_at) for d in later.records["core"]} == {
        "a": ("192.0.2.9", None),
        "b": ("192.0.2.2", 3.0),
    }
    assert [d.name for d in fresh.records["core"]] == ["a"]


@pytest.fixture
def server() -> Iterator[Snmpd]:
    with snmpd("1.3.6.1.2.1.25", "1.3.6.1.2.1.31", "1.3.6.1.4.1.2021") as agent:
        yield agent


@pytest.mark.service
async def test_net_snmps_own_agent(server: Snmpd) -> None:
    engine = SnmpEngine()
    snmp = Snmp.model_validate({"community": server.community, "port": server.port, "timeout_s": 5})
    config = CoreDeviceConfig(name="server", address="127.0.0.1", snmp=snmp, interfaces=("lo",))
    poller = CorePoller(engine, config)
    reading = await poller.poll()
    engine.close()
    assert (reading.answered, reading.error) == (True, None)
    assert reading.uptime_s is not None and reading.uptime_s > 0
    assert reading.memory_percent is not None and 0 < reading.memory_percent < 100
    assert reading.cpu_percent is None or 0 <= reading.cpu_percent <= 100
    assert reading.interfaces["lo"].oper == "up"
    assert reading.interfaces["lo"].rx_bytes
