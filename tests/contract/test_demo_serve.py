"""The simulated network as a process: it starts, says where it is, answers, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from services import PATIENCE_S, eventually

from noc_console.config.load import load
from noc_console.demo.acs import SimulatedAcs, SimulatedCpe
from noc_console.demo.acs.invented import has_trait
from noc_console.demo.agenda import Agenda
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import SimOnt
from noc_console.demo.routers import INFORM_DELAY_S, RESTART_S, RESTLESS_S, Routers
from noc_console.demo.serve import DemoInfo, DemoOptions, serve
from noc_console.demo.story_names import StoryName
from noc_console.demo.world import World
from noc_console.domain.errors import ConfigError

TIMEOUT_S = PATIENCE_S


@asynccontextmanager
async def process(temporary: Path, *arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    """The demo as a child process with its own place for temporary files, and the line that it prints."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "noc_console.demo", "--json", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    try:
        assert child.stdout is not None
        line = await asyncio.wait_for(child.stdout.readline(), TIMEOUT_S)
        yield child, json.loads(line)
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


@asynccontextmanager
async def network(options: DemoOptions) -> AsyncIterator[DemoInfo]:
    """The demo in this process."""
    ready: asyncio.Future[DemoInfo] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(options, ready.set_result))
    await asyncio.wait({task, ready}, timeout=TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield await ready
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=TIMEOUT_S)


def children_of(pid: int) -> set[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for file in tasks for child in file.read_text().split()}


def runs(pid: int) -> bool:
    """Whether the process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def gone(pid: int) -> bool:
    """Whether the process ends in time."""
    try:
        return bool(await eventually(lambda: not runs(pid)))
    except TimeoutError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_says_where_it_is_and_ends_cleanly(number: int, tmp_path: Path) -> None:
    async with process(tmp_path, "--olts", "3", "--onts", "30") as (child, said):
        config = load(Path(said["config"]))
        assert {olt.name: olt.snmp.port for olt in config.olts} == said["ports"]["olts"]
        assert len(said["ports"]["olts"]) == 3
        assert config.genieacs and config.genieacs.url.endswith(f":{said['ports']['genieacs']}")
        async with httpx.AsyncClient(trust_env=False) as client:
            devices = await client.get(f"{config.genieacs.url}/devices/?projection=_id")
            assert int(devices.headers["total"]) == len(devices.json()) > 20
        helpers = children_of(child.pid)
        child.send_signal(number)
        assert await asyncio.wait_for(child.wait(), TIMEOUT_S) == 0
        assert [await gone(pid) for pid in helpers] == [True] * len(helpers)
        assert os.listdir(tmp_path) == []


async def test_killed_it_leaves_no_process(tmp_path: Path) -> None:
    async with process(tmp_path, "--olts", "1", "--onts", "5") as (child, _):
        helpers = children_of(child.pid)
        child.kill()
        await child.wait()
        assert [await gone(pid) for pid in helpers] == [True] * len(helpers)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
async def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    starter = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'noc_console.demo', '--json', '--with-parent',"
        " '--olts', '1', '--onts', '5', '--no-victoriametrics', '--dir', sys.argv[1]])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", starter, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    lines = [await asyncio.wait_for(parent.stdout.readline(), TIMEOUT_S) for _ in range(2)]
    demo = next(int(line) for line in lines if not line.startswith(b"{"))
    parent.kill()
    await parent.wait()
    ended = await gone(demo)
    if not ended:
        os.kill(demo, signal.SIGKILL)
    assert ended


@pytest.mark.service
async def test_the_past_is_in_victoriametrics() -> None:
    async with network(DemoOptions(PlantOptions(2, 20))) as info:
        if info.victoriametrics is None:
            pytest.skip("VictoriaMetrics is not installed")
        query = {"query": "count(count_over_time(ont_onu_rx_dbm[31d]))"}
        deadline = time.monotonic() + TIMEOUT_S
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{info.victoriametrics}", trust_env=False) as client:
            found: list[Any] = []
            while not (found and found[0]["value"][1] == "20") and time.monotonic() < deadline:
                found = (await client.get("/api/v1/query", params=query)).json()["data"]["result"]
                await asyncio.sleep(0.1)
        assert found and found[0]["value"][1] == "20"


async def test_without_victoriametrics_the_past_is_a_file(tmp_path: Path) -> None:
    async with network(DemoOptions(PlantOptions(1, 4), folder=tmp_path, metrics=False)) as info:
        assert info.victoriametrics is None and load(info.config).victoriametrics is None
        assert info.past is not None
        metrics = {json.loads(line)["metric"]["__name__"] for line in info.past.read_text().splitlines()}
        assert {"ont_onu_rx_dbm", "olt_up"} <= metrics
    assert info.config.exists(), "a folder that was given stays"


@pytest.mark.parametrize(("story", "pings"), [(None, True), (StoryName.UPLINK, False)])
async def test_olts_whose_uplink_dies_are_not_pinged_for_loopback_would_answer(
    story: StoryName | None, pings: bool, tmp_path: Path
) -> None:
    options = DemoOptions(PlantOptions(2, 40), folder=tmp_path, story=story, metrics=False, past=False)
    async with network(options) as info:
        assert (load(info.config).ping is not None) == pings


async def test_a_story_that_the_network_is_too_small_for_is_wrong_usage() -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "noc_console.demo", "--olts", "1", "--scenario", "uplink"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
    assert child.returncode == 2 and b"needs --olts 2 or more" in error


async def test_somebody_elses_config_is_left_alone(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("olts: []\n")
    with pytest.raises(ConfigError, match="not the demo's"):
        await serve(DemoOptions(PlantOptions(1, 1), folder=tmp_path, metrics=False), lambda info: None)
    assert config.read_text() == "olts: []\n"


async def test_a_second_run_overwrites_its_own_config(tmp_path: Path) -> None:
    for _ in range(2):
        async with network(DemoOptions(PlantOptions(1, 1), folder=tmp_path, metrics=False, past=False)) as info:
            assert load(info.config).olts[0].snmp.port == info.olts["olt-north"]


async def test_an_impossible_network_is_wrong_usage() -> None:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "noc_console.demo", "--olts", "0"), stderr=asyncio.subprocess.PIPE
    )
    _, error = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
    assert child.returncode == 2 and b"do not fit" in error


# Routers and ONTs are one


class Home:
    """An ONT with its router, on a clock of our own."""

    def __init__(self, onts: int = 60) -> None:
        self.now = time.time()
        self.world = World(build(PlantOptions(1, onts), self.now), Agenda(lambda: self.now))
        self.acs = SimulatedAcs()
        self.routers = Routers(self.world, self.acs)
        self.ont = next(o for o in self.world.plant.onts if o.online and o.serial.text in self.routers.cpes)
        self.informs: list[tuple[str, ...]] = []
        for cpe in self.routers.cpes.values():
            cpe.acs = self

    @property
    def cpe(self) -> SimulatedCpe:
        return self.routers.cpes[self.ont.serial.text]

    def informed(self, cpe: SimulatedCpe, events: tuple[str, ...]) -> None:
        if cpe is self.cpe:
            self.informs.append(events)

    def reachability_changes(self, cpe: SimulatedCpe) -> None:
        pass

    def play(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            self.now += 1
            self.world.agenda.run_due()


def test_every_router_is_where_its_ont_is() -> None:
    home = Home()
    onts: dict[str, SimOnt] = {ont.serial.text: ont for ont in home.world.plant.onts}
    assert len(home.routers.cpes) > 40
    for serial, cpe in home.routers.cpes.items():
        assert cpe.online == onts[serial].online
        assert cpe.state.rx_dbm == pytest.approx(onts[serial].rx_dbm(home.now), abs=0.01)


def test_a_reboot_takes_the_ont_down_and_ends_in_a_boot() -> None:
    home = Home()
    assert home.cpe.on_reboot is not None
    home.cpe.online = False
    home.cpe.on_reboot(home.cpe)
    assert not home.ont.online and home.ont.cause == 33
    home.play(RESTART_S[1] + INFORM_DELAY_S[1] + 2)
    assert home.ont.online and home.cpe.online
    assert home.informs == [("1 BOOT", "M Reboot")]


def test_a_router_without_power_neither_informs_nor_comes_back_from_a_reboot() -> None:
    home = Home()
    assert home.cpe.on_reboot is not None
    home.cpe.online = False
    home.cpe.on_reboot(home.cpe)
    home.world.power_off(home.ont)
    home.play(120)
    assert not home.cpe.online and not home.informs
    home.world.power_on(home.ont)
    home.play(INFORM_DELAY_S[1] + 1)
    assert home.cpe.online and home.informs == [("1 BOOT", "M Reboot")]


def test_after_a_cut_a_router_informs_without_a_boot() -> None:
    home = Home()
    home.world.cut(home.ont.port)
    home.play(3)
    assert not home.cpe.online
    home.world.repair(home.ont.port)
    home.play(60)
    assert home.cpe.online and home.informs == [("2 PERIODIC",)]


def test_behind_a_dead_uplink_a_router_runs_on_and_informs_when_it_is_mended() -> None:
    home = Home()
    (olt,) = home.world.plant.olts
    home.world.cut_off(olt, True)
    assert home.ont.online and not home.cpe.online
    home.play(60)
    assert not home.cpe.online and not home.informs
    home.world.power_off(home.ont)
    home.world.power_on(home.ont)
    home.play(60)
    assert not home.cpe.online and not home.informs
    home.world.cut_off(olt, False)
    home.play(INFORM_DELAY_S[1] + 1)
    assert home.cpe.online and home.informs == [("1 BOOT",)]


def test_a_router_that_forgets_its_acs_never_informs_again() -> None:
    home = Home(400)
    onts = {ont.serial.text: ont for ont in home.world.plant.onts if ont.online}
    forgetful = (serial for serial in home.routers.cpes if serial in onts)
    home.ont = next(onts[one] for one in forgetful if has_trait(onts[one].serial, "loses its ACS", 40))
    assert home.cpe.on_factory_reset is not None
    home.cpe.online = False
    home.cpe.on_factory_reset(home.cpe)
    home.play(120)
    assert home.ont.online and not home.cpe.online and home.informs == []


def test_a_restless_router_restarts_by_itself() -> None:
    home = Home(400)
    onts = {ont.serial.text: ont for ont in home.world.plant.onts}
    found = (onts[serial] for serial in home.routers.cpes if has_trait(onts[serial].serial, "restless", 60))
    home.ont = next(ont for ont in found if ont.online)
    assert home.now - home.cpe.state.booted_at < 900 and home.ont.cause == 33
    home.play(RESTLESS_S + RESTART_S[1] + INFORM_DELAY_S[1] + 2)
    assert home.informs == [("1 BOOT",)] and home.ont.online


def test_the_acs_has_firmware_and_parameters_of_its_own() -> None:
    acs = Home().acs
    assert {file.product_class for file in acs.transfers.files.values()} == {"EG8145V5", "F670L", "Device2"}
    assert "RXPower" in acs.virtual_parameters
