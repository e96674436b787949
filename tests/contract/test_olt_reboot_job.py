"""Rebooting through the OLT as a job: when it is sent, how often, and what it takes to believe it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from services import PATIENCE_S

from noc_console.collector.acting import olt_command, olt_reboot, olt_switch
from noc_console.collector.acting.olt_reboot import PERFORMERS, Before, reboot_ont
from noc_console.collector.acting.tools import Ending, Tools
from noc_console.config.model import Config, OltConfig
from noc_console.config.operations import OltCli
from noc_console.demo.agenda import Agenda
from noc_console.demo.cli import PASSWORD, USERNAME, SimulatedCli
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import SimOnt
from noc_console.demo.world import World
from noc_console.domain.errors import ActionRefused, SourceTimeout
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Ont
from noc_console.domain.targets import Target
from noc_console.sources.olt_cli.client import CliClient

RX_DBM = -19.0


class NoKeys:
    """Host keys that nobody remembers."""

    async def known(self, olt: str) -> str | None: ...

    async def keep(self, olt: str, key: str) -> None: ...

    async def changed(self, olt: str, text: str) -> None: ...


@dataclass
class Olt:
    """A worker that reads one ONT as the simulated OLT has it; ``seen`` changes what it reads."""

    sim: SimOnt
    profile: str | None = "huawei-ma5600"
    answers: bool = True
    seen: Callable[[Ont], Ont] | None = None
    down_clock: str | None = "2026-03-09 08:01:38"
    hides_admin: bool = False

    @property
    def facts(self) -> Any:
        known = SimpleNamespace(onts={(str(self.sim.port.id), self.sim.ont_id): self._ont()})
        return SimpleNamespace(olt=SimpleNamespace(profile=self.profile), onts=known)

    async def refresh_ont(self, ont: Ont) -> Ont:
        if not self.answers:
            raise SourceTimeout("no answer", "olt-1")
        return self.seen(self._ont()) if self.seen else self._ont()

    def _ont(self) -> Ont:
        state, rx_dbm = ("online", RX_DBM) if self.sim.online else ("offline", None)
        place = (1, str(self.sim.port.id), self.sim.ont_id, self.sim.serial.text)
        admin = None if self.hides_admin else "active" if self.sim.active else "deactivated"
        return Ont(
            7,
            *place,
            state=state,
            admin=admin,
            onu_rx_dbm=rx_dbm,
            last_onu_rx_dbm=RX_DBM,
            last_down_clock=self.down_clock,
        )


@dataclass
class Desk:
    """A collector's tools for one OLT with a simulated command line."""

    line: SimulatedCli
    olt: Olt
    tools: Tools
    job: Job
    told: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    clis: dict[str, CliClient] = field(default_factory=dict)

    async def tell(self, _job: int, text: str, _state: JobState | None = None, progress: str | None = None) -> None:
        self.told.append(text)
        if progress:
            self.progress.append(progress)

    @property
    def resets(self) -> int:
        return sum(line.startswith("ont reset") for line in self.line.lines)

    def allow(self, **cli: Any) -> None:
        config = OltConfig(
            name="olt-1",
            address="127.0.0.1",
            cli=OltCli(**({"username": USERNAME, "password": PASSWORD, "port": self.line.port, "reboot": True} | cli)),
        )
        assert config.cli
        self.clis["olt-1"] = CliClient(config, config.cli, NoKeys())

    async def do(self) -> Ending:
        async with asyncio.timeout(PATIENCE_S):
            return await reboot_ont(self.tools, self.job)


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(olt_reboot, "ONT_POLL_S", 0.02)
    monkeypatch.setattr(olt_command, "BUSY_RETRY_S", 0.05)
    monkeypatch.setattr(olt_reboot, "GONE_S", 1.0)
    monkeypatch.setattr(olt_switch, "POLL_S", 0.02)
    monkeypatch.setattr(olt_switch, "SHOWN_S", 0.5)
    monkeypatch.setattr("noc_console.demo.routers.RESTART_S", (0.2, 0.3))
    world = World(build(PlantOptions(1, 40), time.time()), Agenda(time.time))
    running = asyncio.create_task(world.agenda.run())
    line = SimulatedCli(world.plant.olts[0], world)
    await line.start()
    sim = next(ont for ont in line.olt.onts if ont.online)
    now = time.time()
    asked = ("olt-1", str(sim.port.id), "customer calls", "ana", "noc-1", now, now + 60)
    job = Job(1, JobKind.OLT_REBOOT, JobState.RUNNING, Target.ont(7), sim.serial.text, *asked)
    olt, clis = Olt(sim), cast(dict[str, CliClient], {})
    config = Config(olts=(OltConfig(name="olt-1", address="127.0.0.1"),))
    nothing = cast(Any, None)
    store = cast(Any, SimpleNamespace())
    tools = Tools(store, {"olt-1": cast(Any, olt)}, None, nothing, config, nothing, None, nothing, clis)
    made = Desk(line, olt, tools, job, clis=clis)
    store.tell = made.tell
    made.allow()
    yield made
    running.cancel()
    await line.close()


async def test_the_way_there_is_told_and_the_light_before_and_after(desk: Desk) -> None:
    done = await desk.do()
    assert done.state is JobState.VERIFIED and desk.resets == 1
    assert done.text == "rebooted through the OLT: back after 0 s, Rx -19.00 dBm (was -19.00)"
    assert done.data == {"rx_before_dbm": RX_DBM, "rx_after_dbm": RX_DBM}
    assert desk.told[0].startswith(f"by the command line of {USERNAME}@127.0.0.1:{desk.line.port} (Huawei SmartAX); ")
    assert desk.told[1].startswith("sending: ont reset ") and desk.told[2] == "the OLT has taken the command"
    assert not any(PASSWORD in text for text in (*desk.told, *desk.progress))


async def test_a_busy_olt_is_tried_again_and_told_once(desk: Desk) -> None:
    desk.line.behaviour.busy = 2
    assert (await desk.do()).state is JobState.VERIFIED
    assert desk.resets == 1 and sum("the OLT is busy" in text for text in desk.told) == 2


async def test_an_olt_that_stays_busy_is_left_in_peace(desk: Desk) -> None:
    desk.line.behaviour.busy = 1_000_000
    desk.job = replace(desk.job, expires_at=time.time() + 0.5)
    done = await desk.do()
    assert done.state is JobState.FAILED and desk.resets == 0
    assert "the OLT is busy" in done.text and "nothing was sent, try later" in done.text


async def test_an_ont_that_is_not_lost_was_not_rebooted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimulatedCli, "restart", lambda _line, _ont: None)
    done = await desk.do()
    assert done == Ending(JobState.FAILED, "the OLT took the command; no change seen: the ONT is online")


async def test_a_session_that_ends_after_the_command_is_an_unknown_outcome(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(line: SimulatedCli, _ont: SimOnt) -> None:
        raise EOFError

    monkeypatch.setattr(SimulatedCli, "restart", broken)
    done = await desk.do()
    assert done.state is JobState.FAILED and desk.resets == 1
    assert done.text.startswith("outcome unknown: olt-1: ") and "no change seen" in done.text


async def test_a_restart_is_found_although_its_outcome_was_unknown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    restart = SimulatedCli.restart

    def broken(line: SimulatedCli, ont: SimOnt) -> None:
        restart(line, ont)
        raise EOFError

    monkeypatch.setattr(SimulatedCli, "restart", broken)
    assert (await desk.do()).state is JobState.VERIFIED
    assert desk.resets == 1


async def test_the_olts_clock_tells_of_a_restart_that_no_poll_saw(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def unseen(_line: SimulatedCli, _ont: SimOnt) -> None:
        desk.olt.down_clock = "2026-03-09 09:30:00"

    monkeypatch.setattr(SimulatedCli, "restart", unseen)
    done = await desk.do()
    assert done.state is JobState.VERIFIED and "back within" in done.text


async def test_what_the_olt_refuses_is_not_looked_for(desk: Desk) -> None:
    desk.olt.seen = lambda ont: replace(ont, ont_id=120)
    done = await desk.do()
    assert done == Ending(JobState.FAILED, "refused by the OLT: Failure: The ONT does not exist")


async def test_a_login_that_is_refused_sends_nothing(desk: Desk) -> None:
    desk.allow(password="not the one")
    done = await desk.do()
    assert done.state is JobState.FAILED and done.text.startswith("not sent: olt-1: the SSH login is refused")
    assert desk.progress == []


async def test_nothing_is_sent_after_the_job_has_expired(desk: Desk) -> None:
    desk.job = replace(desk.job, expires_at=time.time() - 1)
    done = await desk.do()
    assert (done.state, desk.resets, desk.progress) == (JobState.EXPIRED, 0, [])


async def test_another_ont_in_its_place_is_left_alone(desk: Desk) -> None:
    desk.olt.seen = lambda ont: replace(ont, serial="HWTC00000001")
    with pytest.raises(ActionRefused, match="is HWTC00000001 by now"):
        await desk.do()
    assert desk.line.lines == []


async def test_without_snmp_nobody_can_tell_whose_place_it_is(desk: Desk) -> None:
    desk.olt.answers = False
    with pytest.raises(ActionRefused, match="does not tell by SNMP"):
        await desk.do()
    assert desk.line.lines == []


async def test_refused_where_it_is_not_known_how(desk: Desk) -> None:
    desk.olt.profile = "fiberhome-an5516"
    with pytest.raises(ActionRefused, match=r"not known how .* fiberhome-an5516"):
        await desk.do()


async def test_a_successor_sends_nothing(desk: Desk) -> None:
    progress = Before(time.time() - 30, True, desk.olt.down_clock, RX_DBM)
    async with asyncio.timeout(PATIENCE_S):
        unchanged = await PERFORMERS[JobKind.OLT_REBOOT].follow_up.resume(desk.tools, desk.job, progress)
        desk.olt.down_clock = "2026-03-09 09:30:00"
        restarted = await PERFORMERS[JobKind.OLT_REBOOT].follow_up.resume(desk.tools, desk.job, progress)
    assert unchanged.state is JobState.FAILED and "no change seen" in unchanged.text
    assert restarted.state is JobState.VERIFIED
    assert desk.line.lines == []


async def switched(desk: Desk, kind: JobKind) -> Ending:
    desk.job = replace(desk.job, kind=kind)
    async with asyncio.timeout(PATIENCE_S):
        return await olt_switch.switch(desk.tools, desk.job)


async def test_an_ont_is_disabled_and_enabled_and_read_back(desk: Desk) -> None:
    desk.allow(switch=True)
    off = await switched(desk, JobKind.ONT_DISABLE)
    assert (off.state, off.text) == (JobState.VERIFIED, "the OLT has it deactivated, offline")
    assert not desk.olt.sim.active and not desk.olt.sim.online
    again = await switched(desk, JobKind.ONT_DISABLE)
    assert again == Ending(JobState.VERIFIED, "it was deactivated already; nothing was sent")
    on = await switched(desk, JobKind.ONT_ENABLE)
    assert (on.state, on.text) == (JobState.VERIFIED, "the OLT has it active, online")
    sent = [line for line in desk.line.lines if "activate" in line]
    port, ont_id = desk.olt.sim.port.id.path[2], desk.olt.sim.ont_id
    assert sent == [f"ont deactivate {port} {ont_id}", f"ont activate {port} {ont_id}"]
    assert len(desk.progress) == 2, "kept before it is sent, each time"


async def test_it_is_refused_where_the_config_does_not_allow_it(desk: Desk) -> None:
    desk.allow(switch=False, reboot=True)
    with pytest.raises(ActionRefused, match="may not be used to disable and enable ONTs"):
        await switched(desk, JobKind.ONT_DISABLE)
    assert not any("activate" in line for line in desk.line.lines)


async def test_what_the_olt_does_not_tell_is_accepted_and_what_it_denies_failed(desk: Desk) -> None:
    desk.allow(switch=True)
    desk.olt.hides_admin = True
    ending = await switched(desk, JobKind.ONT_DISABLE)
    assert ending.state is JobState.ACCEPTED and "does not tell by SNMP" in ending.text
    desk.olt.hides_admin = False
    desk.olt.seen = lambda ont: replace(ont, admin="deactivated")
    ending = await switched(desk, JobKind.ONT_ENABLE)
    assert ending.state is JobState.FAILED and "still has it deactivated" in ending.text


async def test_a_successor_reads_back_and_sends_nothing(desk: Desk) -> None:
    desk.allow(switch=True)
    desk.job = replace(desk.job, kind=JobKind.ONT_DISABLE)
    desk.line.world.switch(desk.olt.sim, active=False)
    before = olt_switch.Before(time.time(), "active")
    ending = await olt_switch.PERFORMERS[JobKind.ONT_DISABLE].follow_up.resume(desk.tools, desk.job, before)
    assert ending.state is JobState.VERIFIED and desk.line.lines == []
