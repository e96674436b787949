from __future__ import annotations

import asyncio

import pytest

from noc_console.demo import ber
from noc_console.demo.agenda import Agenda
from noc_console.demo.huawei import ONT_OPTICS, XPON, if_index
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import Cause, SimOnt
from noc_console.demo.scenario import CUT, FADE_DEPTH_DB, Scenario
from noc_console.demo.world import CUT_SPREAD_S, OPTICS_CYCLE_S, RANGING_S, World

START = 1_700_000_000.0


class FakeClock:
    """A clock that stands still until told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Stage:
    """A world on a fake clock, with everything that happens to its ONTs written down."""

    def __init__(self, seed: int = 1, onts: int = 120, silences: bool = True) -> None:
        self.clock = FakeClock()
        self.world = World(build(PlantOptions(2, onts, seed), START), Agenda(self.clock), seed=seed)
        self.world.observer = self
        self.story: list[tuple[float, str, bool, int]] = []
        self.scenario = Scenario(self.world, seed, silences)

    def state_changed(self, ont: SimOnt) -> None:
        self.story.append((self.clock.now - START, ont.serial.text, ont.online, ont.cause))

    def light_changed(self, ont: SimOnt, at: float) -> None:
        pass

    def play(self, seconds: float, step_s: float = 0.5) -> None:
        for _ in range(round(seconds / step_s)):
            self.clock.now += step_s
            self.world.agenda.run_due()

    def column(self, ont: SimOnt, *column: int) -> int:
        found, row = self.world.tables[ont.olt].tree.find((*column, if_index(ont.port.id), ont.ont_id))
        assert found is not None and row is not None
        return int.from_bytes(found.value(row)[2:], "big", signed=True)

    def state(self, ont: SimOnt) -> tuple[int, int]:
        return self.column(ont, *XPON, 2, 46, 1, 15), self.column(ont, *XPON, 2, 46, 1, 24)


@pytest.fixture
def stage() -> Stage:
    return Stage()


def an_ont(stage: Stage) -> SimOnt:
    return next(ont for ont in stage.world.plant.onts if ont.online and not ont.fades)


def test_the_same_seed_tells_the_same_story() -> None:
    stories = []
    for seed in (1, 1, 2):
        stage = Stage(seed)
        stage.scenario.begin()
        stage.play(900)
        stories.append(stage.story)
    assert stories[0] == stories[1] != stories[2]


def test_a_viewer_sees_something_within_ninety_seconds(stage: Stage) -> None:
    stage.scenario.begin()
    stage.play(90)
    assert {cause for _, _, online, cause in stage.story if not online} == {Cause.DYING_GASP, Cause.LOS}


def test_nothing_stays_broken(stage: Stage) -> None:
    dark = {ont.serial for ont in stage.world.plant.onts if not ont.online}
    stage.scenario.begin()
    stage.play(7200, step_s=1.0)
    struck = {serial for _, serial, _, _ in stage.story}
    assert len(struck) > 20
    longest_s = CUT.lasts_s[1] + RANGING_S[1]
    for ont in stage.world.plant.onts:
        if not ont.online and ont.serial not in dark:
            assert ont.last_down_at is not None and stage.clock.now - ont.last_down_at <= longest_s


def test_power_loss_is_a_dying_gasp_and_passes(stage: Stage) -> None:
    ont = an_ont(stage)
    stage.world.power_off(ont)
    assert stage.state(ont) == (2, 13)
    assert ont.last_gasp_at == stage.clock.now
    stage.world.power_on(ont)
    assert stage.state(ont) == (1, 13)


def test_a_cut_darkens_the_port_within_two_seconds_and_repair_lights_it_again(stage: Stage) -> None:
    port = max((port for olt in stage.world.plant.olts for port in olt.ports), key=lambda port: len(port.onts))
    lit = [ont for ont in port.onts if ont.online]
    stage.world.cut(port)
    stage.play(CUT_SPREAD_S)
    assert {stage.state(ont) for ont in lit} == {(2, 1)}
    assert len({ont.last_down_at for ont in lit}) > 1
    olt = stage.world.tables[lit[0].olt]
    column, row = olt.tree.find((*XPON, 2, 21, 1, 10, if_index(port.id)))
    assert column is not None and row is not None and column.value(row)[-1] == 2
    stage.world.repair(port)
    stage.play(60)
    assert {stage.state(ont) for ont in lit} == {(1, 1)}
    assert column.value(row)[-1] == 1


def test_an_ont_without_power_stays_dark_when_its_port_is_repaired(stage: Stage) -> None:
    ont = an_ont(stage)
    stage.world.cut(ont.port)
    stage.play(CUT_SPREAD_S)
    stage.world.power_off(ont)
    stage.world.repair(ont.port)
    stage.play(60)
    assert not ont.online


def test_a_fading_fibre_shows_in_the_tables(stage: Stage) -> None:
    ont = an_ont(stage)
    stage.world.live()
    before = stage.column(ont, *ONT_OPTICS, 4)
    stage.world.fade(ont, FADE_DEPTH_DB, 600)
    stage.play(300 + OPTICS_CYCLE_S + 1)
    half = stage.column(ont, *ONT_OPTICS, 4)
    stage.play(300)
    assert before - half == pytest.approx(FADE_DEPTH_DB * 50, abs=60)
    assert before - stage.column(ont, *ONT_OPTICS, 4) == pytest.approx(FADE_DEPTH_DB * 100, abs=60)
    stage.world.mend(ont)
    assert stage.column(ont, *ONT_OPTICS, 4) == pytest.approx(before, abs=40)


def test_a_restart_goes_down_by_itself_and_comes_back(stage: Stage) -> None:
    ont = an_ont(stage)
    stage.world.restart(ont, 25)
    assert stage.state(ont) == (2, 33)
    stage.play(24)
    assert not ont.online
    stage.play(2)
    assert ont.online


def test_a_restarted_olt_counts_its_uptime_anew(stage: Stage) -> None:
    olt = stage.world.plant.olts[0]
    column, row = stage.world.tables[olt.name].tree.find((1, 3, 6, 1, 2, 1, 1, 3, 0))
    assert column is not None and row is not None
    assert column.value(row) == ber.integer(int((START - olt.booted_at) * 100) % 2**32, ber.TIMETICKS)
    stage.world.restart_olt(olt)
    stage.clock.now += 12.5
    assert column.value(row) == ber.integer(1250, ber.TIMETICKS)


@pytest.mark.parametrize(("silences", "most"), [(True, 1), (False, 0)])
def test_olts_fall_silent_only_when_they_may(silences: bool, most: int) -> None:
    stage = Stage(silences=silences)
    stage.scenario.begin()
    counts = set()
    for _ in range(600):
        stage.play(1, step_s=1.0)
        counts.add(sum(agent.behaviour.silent for agent in stage.world.agents.values()))
    assert max(counts) == most
    assert not any(agent.behaviour.silent for agent in stage.world.agents.values())


def test_the_agenda_keeps_order_among_equals() -> None:
    clock = FakeClock()
    agenda, done = Agenda(clock), []
    for name in "abc":
        agenda.after(5, lambda name=name: done.append(name))  # type: ignore[misc]
    agenda.after(1, lambda: done.append("first"))
    assert agenda.run_due() == 0
    clock.now += 5
    assert agenda.run_due() == 4
    assert done == ["first", "a", "b", "c"]


async def test_a_running_agenda_wakes_for_what_is_entered_late() -> None:
    loop = asyncio.get_running_loop()
    agenda, done = Agenda(loop.time), asyncio.Event()
    agenda.after(3600, lambda: None)
    running = asyncio.create_task(agenda.run())
    await asyncio.sleep(0)
    agenda.after(0, done.set)
    await asyncio.wait_for(done.wait(), 5)
    running.cancel()
