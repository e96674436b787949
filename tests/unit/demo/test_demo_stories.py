"""Outages to watch: whom they hit, what the OLTs say, what the incident engine makes of it, and that they end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from watched_world import START, Show, Watched

from noc_console.demo import history, stories
from noc_console.demo.families import HUAWEI, NOKIA, ZTE_C300
from noc_console.demo.huawei import XPON, if_index
from noc_console.demo.mib import MibTree
from noc_console.demo.nokia import ont_index
from noc_console.demo.olt_tables import IF_ENTRY
from noc_console.demo.planner import PlantOptions, build
from noc_console.demo.plant import Cause, SimOlt, SimOnt
from noc_console.demo.records import splitter_of
from noc_console.demo.scenario import STORY_AFTER_S, Scenario
from noc_console.demo.stories import BATTERY_S, GASPS_S, OUTAGE_S, STORY_S, TRAP_LOSS
from noc_console.demo.story_names import StoryName
from noc_console.demo.world import CUT_SPREAD_S, World
from noc_console.demo.zte import Q, W, index_1012, index_1082
from noc_console.domain.incidents.incident import Incident

LIVING = [name for name in StoryName if name not in (StoryName.FADE, StoryName.OLT_SILENT, StoryName.UPLINK)]
"""Stories in which ONTs go down."""
SEEDS = (4,)


def opened(name: StoryName, seed: int = 1) -> Show:
    show = Show(name, seed)
    show.world.trap_loss = TRAP_LOSS
    show.begin()
    return show


def says(tree: MibTree, *oid: int) -> int | bytes:
    column, row = tree.find(oid)
    assert column is not None and row is not None
    value = column.value(row)
    return int.from_bytes(value[2:], "big", signed=True) if value[0] == 2 else value[2:]


def table_says_online(world: World, ont: SimOnt) -> bool:
    """By the column in which the OLT's family tells it."""
    table = world.tables[ont.olt]
    if table.olt.family == HUAWEI:
        return says(table.tree, *XPON, 2, 46, 1, 15, if_index(ont.port.id), ont.ont_id) == 1
    if table.olt.family == NOKIA:
        return says(table.tree, *IF_ENTRY, 8, ont_index(ont)) == 1
    if table.olt.family == ZTE_C300:
        return says(table.tree, *Q, 28, 2, 1, 4, index_1012(ont.port), ont.ont_id) == 3
    return says(table.tree, *W, 10, 2, 3, 8, 1, 4, index_1082(ont.port), ont.ont_id) == 4


def ports(onts: list[SimOnt]) -> set[tuple[str, str]]:
    return {(ont.olt, str(ont.port.id)) for ont in onts}


@pytest.mark.parametrize("name", LIVING)
def test_whom_it_hits_goes_dark_in_the_tables_and_comes_back(name: StoryName) -> None:
    show = opened(name)
    show.play(100)
    lost = show.lost
    assert len(lost) >= 5
    assert all(table_says_online(show.world, ont) == ont.online for ont in show.world.plant.onts)
    show.play(STORY_S - 100)
    back = [at for at, _, up, *_ in show.changes if up]
    assert min(back) > OUTAGE_S and max(back) - min(back) > 15, "one after another"
    assert show.lost == []
    assert all(table_says_online(show.world, ont) == ont.online for ont in show.world.plant.onts)


def test_a_cut_feeder_darkens_one_port_and_a_few_notifications_are_lost() -> None:
    show = opened(StoryName.FEEDER_CUT)
    show.play(CUT_SPREAD_S + 1)
    assert len(ports(show.lost)) == 1
    assert not any(ont.online for ont in show.lost[0].port.onts)
    assert {ont.cause for ont in show.lost} == {Cause.LOS}
    every = [told for seed in range(1, 9) for *_, told in _changes(StoryName.FEEDER_CUT, seed)]
    assert 0.02 < every.count(False) / len(every) < 0.25


def _changes(name: StoryName, seed: int) -> list[tuple[float, SimOnt, bool, int, bool]]:
    show = opened(name, seed)
    show.play(CUT_SPREAD_S + 1)
    return show.changes


def test_a_power_cut_gasps_for_a_while_over_ports_and_olts_and_some_have_batteries() -> None:
    show = opened(StoryName.POWER)
    show.play(GASPS_S + 1)
    first = show.lost
    assert len({ont.zone for ont in first}) == 1 and len({ont.olt for ont in first}) == 2 and len(ports(first)) > 4
    assert max(at for at, *_ in show.changes) > 15
    gasped = [ont for ont in first if ont.cause == Cause.DYING_GASP]
    assert 0.7 * len(first) < len(gasped) < len(first), "some last words are lost"
    zone = [ont for ont in show.world.plant.onts if ont.zone == first[0].zone and ont.serial in show.lit]
    show.play(BATTERY_S[1] - GASPS_S)
    assert len(first) < len(show.lost) < len(zone)


def test_power_that_was_off_before_stays_off() -> None:
    show = opened(StoryName.POWER)
    before = {ont.serial for ont in show.world.plant.onts if not ont.powered}
    show.play(STORY_S)
    assert before and {ont.serial for ont in show.world.plant.onts if not ont.powered} == before


def test_a_splitter_leaves_the_rest_of_its_port_alone() -> None:
    show = opened(StoryName.SPLITTER)
    show.play(CUT_SPREAD_S + 1)
    olt = next(olt for olt in show.world.plant.olts if olt.name == show.lost[0].olt)
    assert len({splitter_of(olt, ont) for ont in show.lost}) == 1
    assert len(ports(show.lost)) == 1 and show.lost[0].port.up


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_dead_card_says_so_and_its_modules_are_silent(seed: int) -> None:
    show = opened(StoryName.CARD, seed)
    show.play(CUT_SPREAD_S + 1)
    olt = next(olt for olt in show.world.plant.olts if olt.name == show.lost[0].olt)
    card = next(card for card in olt.cards if card.state != 2)
    assert card.kind == "gpon" and [port for port in olt.ports if port.dead] == olt.ports_of(card)
    assert {ont.port.id for ont in show.lost} == {port.id for port in olt.ports_of(card) if port.onts}
    if olt.family == HUAWEI:
        tree = show.world.tables[olt.name].tree
        assert says(tree, 1, 3, 6, 1, 4, 1, 2011, 6, 3, 3, 2, 1, 8, 0, card.slot) == 3
        assert says(tree, *XPON, 2, 23, 1, 4, if_index(olt.ports_of(card)[0].id)) == 2147483647
    show.play(STORY_S)
    assert card.state == 2 and not any(port.dead for port in olt.ports)


@pytest.mark.parametrize(("name", "count", "cut_off"), [(StoryName.OLT_SILENT, 1, 0), (StoryName.UPLINK, 2, 2)])
def test_a_silent_olt_keeps_its_customers_and_a_dead_uplink_cuts_them_off(
    name: StoryName, count: int, cut_off: int
) -> None:
    show = opened(name)
    show.play(60)
    silent = {olt for olt, agent in show.world.agents.items() if agent.behaviour.silent}
    assert len(silent) == count and show.lost == [] and show.traps == []
    assert sum(olt.cut_off for olt in show.world.plant.olts) == cut_off
    if cut_off:
        assert len({olt.uplink for olt in show.world.plant.olts if olt.cut_off}) == 1
    show.play(OUTAGE_S)
    assert not any(agent.behaviour.silent for agent in show.world.agents.values())
    assert not any(olt.cut_off for olt in show.world.plant.olts)


def test_a_fading_splice_has_a_past_that_runs_into_the_present() -> None:
    show = Show(StoryName.FADE)
    plant = build(PlantOptions(4, 600, 1, show.families), START)
    before = {ont.serial: ont.rx_dbm(START) for ont in plant.onts}
    stories.give_past(plant, StoryName.FADE, 1)
    faded = [ont for ont in plant.onts if ont.rx_dbm(START) < before[ont.serial] - 1]
    live = {ont.serial: ont for ont in show.world.plant.onts}
    assert len(faded) >= 4 and len(ports(faded)) == 1 and len({ont.branch for ont in faded}) == 1
    assert [live[ont.serial].rx_dbm(START) for ont in plant.onts] == [ont.rx_dbm(START) for ont in plant.onts]
    plant.olts = [SimOlt(faded[0].olt, [], [faded[0].port], START, 0)]
    serial = faded[0].serial.text
    past = [
        one for one in history.samples(plant)
        if one.metric == "ont_onu_rx_dbm" and ("ont_serial", serial) in one.labels
    ]  # fmt: skip
    week_ago = next(one.value for one in past if one.at > START - 9.5 * 86400)
    assert past[-1].value == pytest.approx(week_ago - stories.FADED_DB, abs=0.5)


def test_a_fading_splice_loses_light_together_and_nobody() -> None:
    show = opened(StoryName.FADE)
    before = {ont.serial: ont.rx_dbm(show.now) for ont in show.world.plant.onts if ont.online}
    show.play(stories.FADE_S)
    fell = [ont for ont in show.world.plant.onts if ont.online and before[ont.serial] - ont.rx_dbm(show.now) > 3]
    assert len(fell) >= 4 and len({(ont.olt, ont.port.id, ont.branch) for ont in fell}) == 1
    assert show.changes == []
    show.play(STORY_S)
    assert all(ont.rx_dbm(show.now) > before[ont.serial] for ont in fell)


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_storm_takes_two_hundred_within_a_minute_by_three_causes(seed: int) -> None:
    show = opened(StoryName.STORM, seed)
    show.play(60)
    assert len(show.lost) > 200 and len({ont.olt for ont in show.lost}) == 4
    assert {ont.cause for ont in show.lost} == {Cause.LOS, Cause.DYING_GASP}
    assert sum(card.state != 2 for olt in show.world.plant.olts for card in olt.cards) == 1
    assert sum(port.cut for olt in show.world.plant.olts for port in olt.ports) > 1


# What the engine makes of it


Fits = Callable[[Incident, list[SimOnt], set[str]], bool]
"""Whether an incident is what happened: the incident, who is down, whose place is recorded."""


def fibre_of_a_port(one: Incident, lost: list[SimOnt], recorded: set[str]) -> bool:
    return (one.where.olt, one.where.port) == (lost[0].olt, str(lost[0].port.id)) and one.affected == len(lost)


def power_of_a_zone(one: Incident, lost: list[SimOnt], recorded: set[str]) -> bool:
    known = sum(ont.serial.text in recorded for ont in lost)
    return one.where.zone == lost[0].zone and 0.95 * known <= one.affected <= known


def fibre_of_a_splitter(one: Incident, lost: list[SimOnt], recorded: set[str]) -> bool:
    known = sum(ont.serial.text in recorded for ont in lost)
    return (one.where.splitter or "").endswith(f"-{lost[0].branch + 1}") and one.affected == known


def all_of_a_card(one: Incident, lost: list[SimOnt], recorded: set[str]) -> bool:
    return one.where.card is not None and one.affected == len(lost)


def everybody_lit(one: Incident, lost: list[SimOnt], recorded: set[str]) -> bool:
    return one.affected == 0 and lost == []


JUDGED: list[tuple[StoryName, float, str, str, Fits]] = [
    (StoryName.FEEDER_CUT, 30, "fibre", "port", fibre_of_a_port),
    (StoryName.POWER, 60, "power", "zone", power_of_a_zone),
    (StoryName.SPLITTER, 30, "fibre", "branch", fibre_of_a_splitter),
    (StoryName.FADE, 230, "light", "branch", everybody_lit),
    (StoryName.CARD, 30, "card", "card", all_of_a_card),
    (StoryName.OLT_SILENT, 60, "monitoring", "olt", everybody_lit),
    (StoryName.UPLINK, 60, "uplink", "uplink", everybody_lit),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "after_s", "cause", "scope", "fits"), JUDGED, ids=[row[0] for row in JUDGED])
def test_the_engine_tells_what_happened_and_when_it_is_over(
    name: StoryName, after_s: float, cause: str, scope: str, fits: Fits, seed: int
) -> None:
    show = Watched(name, seed)
    show.play(30)
    show.world.trap_loss = TRAP_LOSS
    show.begin()
    show.play(after_s)
    # Those of a zone whom no record places there are told apart, as a power cut of their own.
    assert {other.cause for other in show.outages} == {cause}
    one = max(show.outages, key=lambda other: other.affected)
    assert one.scope == scope
    assert fits(one, show.lost, show.recorded)
    show.play(STORY_S - after_s)
    assert show.outages == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_tells_the_three_causes_of_a_storm_apart(seed: int) -> None:
    show = Watched(StoryName.STORM, seed)
    show.play(30)
    show.begin()
    show.play(60)
    assert {(one.cause, one.scope) for one in show.outages} == {("power", "zone"), ("card", "card"), ("fibre", "port")}
    assert len(show.outages) == 3


# Rhythm


@pytest.mark.parametrize("name", StoryName)
def test_the_same_seed_tells_the_same_story(name: StoryName) -> None:
    told = []
    for seed in (3, 3, 5):
        show = opened(name, seed)
        show.play(GASPS_S)
        lost = [(at, ont.serial.text, cause) for at, ont, _, cause, _ in show.changes]
        light = [(ont.serial.text, round(ont.rx_dbm(show.now), 1)) for ont in show.world.plant.onts if ont.fades]
        told.append((lost, light, [olt for olt, one in show.world.agents.items() if one.behaviour.silent]))
    assert told[0] == told[1] != told[2]


def test_it_waits_for_somebody_who_watches_and_the_usual_life_follows() -> None:
    show = Show(StoryName.FEEDER_CUT)
    Scenario(show.world, 1).begin(show.begin)
    show.play(300)
    assert show.changes == []
    next(iter(show.world.agents.values())).requests = 1
    show.play(STORY_AFTER_S + 5)
    assert show.lost and show.world.trap_loss == TRAP_LOSS
    show.play(STORY_S)
    assert show.world.trap_loss == 0 and show.lost == []
    show.play(100)
    assert show.lost


@pytest.mark.parametrize(
    ("name", "olts", "onts", "lacks"),
    [
        (StoryName.POWER, 1, 100, "--olts 2"),
        (StoryName.OLT_SILENT, 1, 100, "--olts 2"),
        (StoryName.UPLINK, 1, 100, "--olts 2"),
        (StoryName.STORM, 3, 600, "--olts 4"),
        (StoryName.SPLITTER, 2, 20, "give more --onts"),
        (StoryName.FEEDER_CUT, 2, 20, "give more --onts"),
    ],
)
def test_a_network_too_small_for_it_is_told(name: StoryName, olts: int, onts: int, lacks: str) -> None:
    with pytest.raises(ValueError, match=lacks):
        Show(name, onts=onts, olts=olts)
