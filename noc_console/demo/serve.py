"""Put the simulated network together and serve it until cancelled."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from noc_console.demo import history, planner, stories, victoria
from noc_console.demo.acs import SimulatedAcs
from noc_console.demo.agenda import Agenda
from noc_console.demo.bridge import BRIDGED, SimulatedBridge
from noc_console.demo.cli import PASSWORD, USERNAME, SimulatedCli
from noc_console.demo.families import HUAWEI
from noc_console.demo.planner import PlantOptions
from noc_console.demo.plant import Plant
from noc_console.demo.records import csv_files
from noc_console.demo.routers import Routers
from noc_console.demo.scenario import Scenario
from noc_console.demo.story_names import StoryName
from noc_console.demo.traps import TrapSender
from noc_console.demo.victoria import VictoriaMetrics
from noc_console.demo.world import World
from noc_console.demo.zte import ZteOlt
from noc_console.domain.errors import ConfigError

CONFIG_HEADER = "# Written by the simulated network (noc-console demo) for itself; the next run overwrites it.\n"
COMMUNITY = "public-{olt}"
"""Of each OLT its own: all have one address, and a trap must tell whose it is."""
PRESETS = [
    {
        "name": "internet",
        "profile": "huawei-ma5600",
        "values": {"line_profile": 10, "service_profile": 10, "vlan": 100, "gemport": 1},
    },
    {"name": "internet", "profile": "zte-c300", "values": {"onu_type": "F660", "tcont_profile": "1G", "vlan": 100}},
    {"name": "internet", "profile": "nokia-isam"},
]
SPEED_TEST = {
    "download_url": "http://speed.example.net/100M.bin",
    "upload_url": "http://speed.example.net/upload",
    "ping_host": "192.0.2.1",
}
POLLING = {"state_s": 10, "optics_s": 30, "health_s": 15, "inventory_s": 300, "cpe_s": 15}


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What to simulate."""

    plant: PlantOptions = field(default_factory=PlantOptions)
    folder: Path | None = None
    """For config, database and log; None makes one and removes it in the end."""
    story: StoryName | None = None
    """An outage to watch, before anything else happens."""
    faults: bool = True
    """Whether things happen."""
    silences: bool = True
    """Whether OLTs fall silent among them."""
    past: bool = True
    """Whether charts have a past."""
    metrics: bool = True
    """Whether to run a VictoriaMetrics, when there is one."""
    latency_s: float = 0.003
    """Way to each OLT and back."""
    optics_value_s: float = 0.0005
    """Time an OLT takes to ask an ONT for one optical value."""


@dataclass(frozen=True, slots=True)
class DemoInfo:
    """Where everything is."""

    config: Path
    olts: dict[str, int]
    """UDP port of each OLT."""
    genieacs: int
    bridge: int
    victoriametrics: int | None
    clis: dict[str, SimulatedCli]
    """Command line of each OLT that has one here: Huawei's."""
    traps: int
    """UDP port to which the OLTs send their traps."""
    past: Path | None = None
    """JSON lines with the past, when there is no VictoriaMetrics to hold it."""
    records: tuple[Path, ...] = ()
    """CSV files of the plant records, named after their kind, in the order in which they must be imported."""

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        ports: dict[str, Any] = {"olts": self.olts, "genieacs": self.genieacs, "modem_bridge": self.bridge}
        ports |= {"victoriametrics": self.victoriametrics, "traps": self.traps}
        ports["clis"] = {name: cli.port for name, cli in self.clis.items()}
        past = str(self.past) if self.past else None
        records = [str(path) for path in self.records]
        return {"config": str(self.config), "ports": ports, "history": past, "records": records}


async def serve(options: DemoOptions, ready: Callable[[DemoInfo], None]) -> None:
    """Run the simulated network until cancelled.

    Args:
        options: What to simulate.
        ready: Called once everything listens and the config file is written.

    Raises:
        ConfigError: The folder holds somebody else's config file, or cannot be written.
        ValueError: The plant is impossible, or too small for the story.
    """
    built_at, seed = time.time(), options.plant.seed
    world = World(planner.build(options.plant, built_at), Agenda(time.time), seed=seed)
    story = stories.make(options.story, world, seed) if options.story else None
    async with AsyncExitStack() as stack:
        folder = _own_folder(stack) if options.folder is None else options.folder
        _check_folder(folder)
        _start_agents(stack, world, options)
        acs = SimulatedAcs()
        routers = Routers(world, acs, seed)
        await acs.start()
        stack.push_async_callback(acs.close)
        bridge = SimulatedBridge(routers.cpes)
        await bridge.start()
        stack.push_async_callback(bridge.close)
        clis = await _start_clis(stack, world)
        traps = TrapSender(world.agents, _free_udp_port(), time.time)
        stack.callback(traps.close)
        world.report_to(traps.send)
        database = await _start_metrics(stack) if options.metrics else None
        info = DemoInfo(
            config=folder / "config.yaml",
            olts={name: agent.port for name, agent in world.agents.items()},
            genieacs=acs.port,
            bridge=bridge.port,
            victoriametrics=database.port if database else None,
            clis=clis,
            traps=traps.port,
            past=folder / "history.jsonl" if options.past and not database else None,
            records=_write_records(folder, world.plant),
        )
        _write_config(info, pings=options.story is not StoryName.UPLINK)
        # A second plant of the same seed and instant: the first one changes while its past is told.
        before = planner.build(options.plant, built_at)
        stories.give_past(before, options.story, seed)
        past = history.import_lines(history.samples(before))
        if info.past:
            info.past.write_text("".join(past), encoding="utf-8")
        ready(info)
        world.live()
        Scenario(world, seed, options.silences, options.faults).begin(story)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(world.agenda.run())
            if database and options.past:
                tasks.create_task(_load(database, past))


def _start_agents(stack: AsyncExitStack, world: World, options: DemoOptions) -> None:
    for name, agent in world.agents.items():
        agent.behaviour.latency_s = options.latency_s
        agent.behaviour.slow_columns = ((world.tables[name].optics, options.optics_value_s),)
        agent.behaviour.hangs_on_zero_repetitions = isinstance(world.tables[name], ZteOlt)
        agent.community = COMMUNITY.format(olt=name).encode()
        agent.start()
        stack.callback(agent.stop)


async def _start_clis(stack: AsyncExitStack, world: World) -> dict[str, SimulatedCli]:
    clis = {olt.name: SimulatedCli(olt, world) for olt in world.plant.olts if olt.family == HUAWEI}
    for cli in clis.values():
        await cli.start()
        stack.push_async_callback(cli.close)
    return clis


def _free_udp_port() -> int:
    """A port that nobody has: the collector, which starts later, will listen there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_folder(stack: AsyncExitStack) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="noc-console-demo-"))
    # Whoever uses the config may still be writing next to it.
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _check_folder(folder: Path) -> None:
    config = folder / "config.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = config.exists() and not config.read_text(encoding="utf-8", errors="replace").startswith(CONFIG_HEADER)
    except OSError as error:
        raise ConfigError(f"cannot use the folder: {error.strerror}", path=str(folder)) from None
    if foreign:
        raise ConfigError("this config file is not the demo's", path=str(config), hint="give another folder")


async def _start_metrics(stack: AsyncExitStack) -> VictoriaMetrics | None:
    folder = Path(
        stack.enter_context(tempfile.TemporaryDirectory(prefix="noc-console-vm-", ignore_cleanup_errors=True))
    )
    server = await victoria.start(folder)
    if server:
        stack.push_async_callback(server.stop)
    return server


async def _load(database: VictoriaMetrics, past: Iterable[str]) -> None:
    """Import the past; without it the charts start empty, which is no reason to end."""
    try:
        await database.load(past)
    except httpx.HTTPError:
        return


def _write_records(folder: Path, plant: Plant) -> tuple[Path, ...]:
    files = {folder / f"{name}.csv": text for name, text in csv_files(plant).items()}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    return tuple(files)


def _write_config(info: DemoInfo, pings: bool) -> None:
    metrics = {"url": f"http://127.0.0.1:{info.victoriametrics}"} if info.victoriametrics else None
    config = {
        "database": "sqlite:///noc.db",
        "victoriametrics": metrics,
        "genieacs": {"url": f"http://127.0.0.1:{info.genieacs}"},
        "modem_bridge": {"url": f"http://127.0.0.1:{info.bridge}", "models": [BRIDGED]},
        "speed_test": SPEED_TEST,
        "polling": POLLING,
        # Loopback always echoes: beside OLTs whose uplink is dead that would be a lie.
        **({} if pings else {"ping": None}),
        "traps": {"listen": f"127.0.0.1:{info.traps}"},
        "olts": [
            {
                "name": name,
                "address": "127.0.0.1",
                "snmp": {"community": COMMUNITY.format(olt=name), "port": port, "timeout_s": 2, "retries": 1},
                "profile": "auto",
                **({"cli": _cli(info.clis[name])} if name in info.clis else {}),
            }
            for name, port in info.olts.items()
        ],
        "provisioning": {"presets": PRESETS},
        "backups": {"folder": "backups"},
        "console": {"site": "demo"},
        "logging": {"file": "noc.log"},
    }
    text = CONFIG_HEADER + yaml.safe_dump(config, sort_keys=False)
    written = info.config.with_name(info.config.name + ".new")
    written.write_text(text, encoding="utf-8")
    os.replace(written, info.config)


def _cli(cli: SimulatedCli) -> dict[str, Any]:
    login = {"username": USERNAME, "password": PASSWORD, "port": cli.port}
    return login | {"host_key": cli.host_key, "reboot": True, "switch": True}
