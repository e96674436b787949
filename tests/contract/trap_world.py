"""A Huawei OLT behind a real agent, polled by a real worker into a real database, and a trap listener beside it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from profile_olt import mib
from schema_copy import sqlite_with_schema
from services import PATIENCE_S

from noc_console.collector.coordinator import Coordinator, Part, Service
from noc_console.collector.facts import OltFacts
from noc_console.collector.olt import OltWorker
from noc_console.collector.traps import TrapWorker
from noc_console.config.model import OltConfig, Polling, Snmp, Traps
from noc_console.demo import ber
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.mib import Column, MibTree
from noc_console.domain.network import Ont, PollKind, Port
from noc_console.domain.update import Update
from noc_console.picture.wording import words
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage import inventory
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.sources import SourceStore

HUAWEI = "1.3.6.1.4.1.2011.2.123"
P = "1.3.6.1.4.1.2011.6.128.1.1"
ALARM = f"{P}.12.2"
RUN_STATE = f"{P}.12.3.0.100"
DYING_GASP = f"{ALARM}.2.0.18"
PORT_INDEX = 4194312192
"""0/1/0"""
FRAME, SLOT, PORT = "1.3.6.1.4.1.2011.6.3.2.1.1.1", "1.3.6.1.4.1.2011.6.3.3.2.1.1", "1.3.6.1.4.1.2011.6.3.4.1.1"


def huawei(onts: int = 3, ports: int = 1) -> MibTree:
    """Ports 0/1/0 and on, each with ``onts`` ONTs, all online."""
    places = [f"{PORT_INDEX + 256 * port}.{ont}" for port in range(ports) for ont in range(onts)]
    columns: dict[str, dict[str, int | bytes]] = {
        f"{P}.2.21.1.10": {f"{PORT_INDEX + 256 * port}": 1 for port in range(ports)},
        f"{P}.2.43.1.3": {at: b"HWTC" + number.to_bytes(4, "big") for number, at in enumerate(places, 1)},
        f"{P}.2.46.1.15": dict.fromkeys(places, 1),
        f"{P}.2.46.1.24": dict.fromkeys(places, 255),
        f"{P}.2.51.1.4": dict.fromkeys(places, -2000),
    }
    return mib(HUAWEI, "Huawei Integrated Access Software", columns)


def put(tree: MibTree, column: str, index: str, value: int) -> None:
    """Change one value of the agent."""
    found, row = tree.find(tuple(map(int, f"{column}.{index}".split("."))))
    assert isinstance(found, Column) and row is not None
    found.values[row] = ber.integer(value)


class World:
    """What a test looks at and turns."""

    def __init__(self, agent: SnmpAgent, worker: OltWorker, traps: TrapWorker, database: Database) -> None:
        self.later_s = 0.0
        """How far the polls' clock is ahead."""
        worker._poller._now = lambda: time.time() + self.later_s
        self.agent = agent
        self.worker = worker
        self.traps = traps
        self.database = database

    @property
    def listener(self) -> Any:
        return self.traps.listener

    async def stored(self) -> Update:
        async with self.database.reading() as connection:
            return await read_update(connection, {})

    async def ont(self, ont_id: int, port: str = "0/1/0") -> Ont:
        return next(o for o in (await self.stored()).onts if (o.port, o.ont_id) == (port, ont_id))

    async def port(self, name: str = "0/1/0") -> Port:
        return next(p for p in (await self.stored()).ports if p.name == name)

    async def changes(self, kind: str) -> list[str]:
        return [words(change) for change in (await self.stored()).changes if change.kind == kind]


@asynccontextmanager
async def world(
    path: Path,
    tree: MibTree | None = None,
    snmp: dict[str, Any] | None = None,
    traps: dict[str, Any] | None = None,
    others: tuple[OltConfig, ...] = (),
) -> AsyncIterator[World]:
    """Polled once already; its own polls are hours away, so that what changes came from a trap."""
    agent = SnmpAgent(tree or huawei())
    agent.start()
    engine = SnmpEngine()
    database = Database(sqlite_with_schema(path / "noc.db"))
    polled = OltConfig(name="north", address="127.0.0.1", snmp=Snmp(port=agent.port, timeout_s=0.5, retries=1))
    async with database.writing() as connection:
        ids = await inventory.sync_olts(connection, [("north", "127.0.0.1")], 1.0)
    facts = OltFacts(database, ids["north"], "north")
    await facts.load()
    rare = Polling(state_s=7200, optics_s=7200, health_s=7200)

    async def keep(_samples: object) -> None:
        return

    worker = OltWorker(OltPoller(engine, polled, load_profiles()), facts, rare, _limits(), keep)
    await worker.poll(PollKind.STATE)
    sender = OltConfig(name="north", address="127.0.0.1", snmp=Snmp.model_validate(snmp or {"community": "olt-secret"}))
    config = Traps.model_validate({"listen": "127.0.0.1:0", **(traps or {})})
    trap_worker = TrapWorker(config, [sender, *others], {"north": worker}, database)
    looks = Service("second looks", "north", worker._looks.run)
    try:
        async with running(database, [*trap_worker.parts(), looks]):
            await eventually(lambda: trap_worker.listener and trap_worker.listener.port)
            yield World(agent, worker, trap_worker, database)
    finally:
        trap_worker.close()
        engine.close()
        agent.stop()
        await database.close()


@asynccontextmanager
async def running(database: Database, parts: Sequence[Part]) -> AsyncIterator[None]:
    """Parts at work."""
    task = asyncio.create_task(Coordinator(SourceStore(database)).run(parts))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def _limits() -> Any:
    from noc_console.domain.optics import Thresholds

    return Thresholds(-25, -28, -8)


async def eventually(true: Callable[[], Any], timeout_s: float = PATIENCE_S) -> Any:
    """Wait until ``true`` (or what it awaits) is true."""
    async with asyncio.timeout(timeout_s):
        while True:
            found = true()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.01)


async def snmptrap(world: World, *arguments: str, source: str = "127.0.0.1", command: str = "snmptrap") -> str:
    """Run net-snmp's sender; ``TARGET`` among the arguments stands for the listener."""
    program = shutil.which(command)
    if program is None:
        pytest.skip("needs Debian's package snmp")
    target = f"udp:127.0.0.1:{world.listener.port}"
    filled = [target if argument == "TARGET" else argument for argument in arguments]
    process = await asyncio.create_subprocess_exec(
        program,
        f"--clientaddr={source}",
        "-r",
        "0",
        *filled,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, err = await process.communicate()
    return (out + err).decode()


def alarm_values(ont_id: int | None, port: int = 0) -> list[str]:
    """The values of a Huawei alarm on port 0/1/``port``."""
    values = [FRAME, "i", "0", SLOT, "i", "1", PORT, "i", str(port)]
    return values if ont_id is None else [*values, f"{P}.2.43.1.1", "i", str(ont_id)]
