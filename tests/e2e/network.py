"""A small simulated network inside the test, so that a test can play with it, and the commands as processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from forking import program
from services import PATIENCE_S

from noc_console.demo.acs import SimulatedAcs, SimulatedCpe, Timing
from noc_console.demo.agenda import Agenda
from noc_console.demo.huawei import ONT_OPTICS, if_index
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import SimOnt
from noc_console.demo.routers import Routers
from noc_console.demo.world import World


@dataclass
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


@dataclass
class Network:
    """OLTs, an ACS, and the config file that names them."""

    world: World
    acs: SimulatedAcs
    routers: Routers
    config: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.config.with_name("noc.db")

    @property
    def onts(self) -> list[SimOnt]:
        """Every ONT."""
        return self.world.plant.onts

    def online_router(self, number: int = 0) -> tuple[SimOnt, SimulatedCpe]:
        """An ONT that is online, with its router."""
        found = [ont for ont in self.onts if ont.online and ont.serial.text in self.routers.cpes]
        return found[number], self.routers.cpes[found[number].serial.text]

    def light(self, ont: SimOnt) -> tuple[float, float]:
        """Power at an ONT and at its OLT, dBm, as the OLT's table holds them."""

        def number(column: int) -> int:
            oid = (*ONT_OPTICS, column, if_index(ont.port.id), ont.ont_id)
            found, row = self.world.tables[ont.olt].tree.find(oid)
            assert found is not None and row is not None
            return int.from_bytes(found.value(row)[2:], "big", signed=True)

        return number(4) / 100, (number(6) - 10_000) / 100

    def change(self, **values: Any) -> None:
        """Change top-level keys of the config file."""
        data = yaml.safe_load(self.config.read_text())
        self.config.write_text(yaml.safe_dump(data | values, sort_keys=False))

    async def start(self, *arguments: str, **more: Any) -> asyncio.subprocess.Process:
        """Start a command."""
        command = [*program(), "--config", str(self.config), *arguments]
        return await asyncio.create_subprocess_exec(*command, env={**os.environ, **self.env}, **more)

    def let_leases_end(self) -> None:
        """What a dead collector held has ended long ago, as it will have in some seconds."""
        with sqlite3.connect(self.database, timeout=20) as connection:
            connection.execute("UPDATE collector SET heartbeat_at = heartbeat_at - 60")
            connection.execute("UPDATE olt_lease SET until_at = until_at - 60")

    async def run(self, *arguments: str) -> Done:
        """Run a command to its end."""
        pipe = asyncio.subprocess.PIPE
        process = await self.start(*arguments, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        try:
            out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    @asynccontextmanager
    async def collector(self, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A collector at work as long as the block."""
        quiet = asyncio.subprocess.DEVNULL
        process = await self.start("collect", *arguments, stdin=quiet, stdout=quiet, stderr=quiet)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(process.wait(), PATIENCE_S)


@asynccontextmanager
async def network(folder: Path, olts: int = 1, onts: int = 12, **config: Any) -> AsyncIterator[Network]:
    """Serve a small network without faults; ``config`` changes the config file."""
    async with AsyncExitStack() as stack:
        world = World(build(PlantOptions(olts, onts), time.time()), Agenda(time.time))
        acs = SimulatedAcs(Timing(scale=0.05))
        routers = Routers(world, acs)
        await acs.start()
        stack.push_async_callback(acs.close)
        for agent in world.agents.values():
            agent.start()
            stack.callback(agent.stop)
        running = asyncio.create_task(world.agenda.run())
        stack.callback(running.cancel)
        snmp = {"version": "2c", "community": "public", "timeout_s": 1, "retries": 2}
        data: dict[str, Any] = {
            "database": "sqlite:///noc.db",
            "victoriametrics": None,
            "genieacs": {"url": f"http://127.0.0.1:{acs.port}", "connection_request_timeout_s": 5},
            "polling": {"state_s": 1, "optics_s": 2, "health_s": 5, "inventory_s": 60, "cpe_s": 2},
            "olts": [
                {"name": name, "address": "127.0.0.1", "snmp": {**snmp, "port": agent.port}}
                for name, agent in world.agents.items()
            ],
            "logging": {"file": "noc.log"},
        }
        path = folder / "config.yaml"
        path.write_text(yaml.safe_dump(data | config, sort_keys=False))
        path.chmod(0o600)
        yield Network(world, acs, routers, path, {"XDG_STATE_HOME": str(folder / "state")})


async def command(*arguments: str, cwd: Path | None = None, **env: str) -> Done:
    """Run the program without a config file of ours."""
    process = await asyncio.create_subprocess_exec(
        *(*program(), *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
        env={**os.environ, **env},
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())
