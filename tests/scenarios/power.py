"""Power that fails where the customers live."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.fibre import FULL, POLLS
from tests.scenarios.kinds import Stage, Wanted, between, fault, kind, moment
from tests.scenarios.ways import GASP, Ways


@kind
def area_power_cut_of_one_olt(stage: Stage) -> Iterator[Wanted]:
    """Gasps over half a minute, all and only of one recorded zone, over eight ports."""
    plant, world = stage.set(700, ports=8)
    zone = f"zone-{stage.rng.randint(1, 4)}"
    hit = plant.pick(zone=zone)
    world.off(hit, 200, over=35, why=GASP)
    yield moment(420, fault("power", "zone", hit, zone=zone, **FULL), rings=1)


@kind
def area_power_cut_of_two_olts(stage: Stage) -> Iterator[Wanted]:
    """The zone is recorded on both OLTs: a common cause, so one incident."""
    plant, world = stage.set(700, olts=2)
    zone = f"zone-{stage.rng.randint(1, 4)}"
    hit = plant.pick(zone=zone)
    world.off(hit, 200, over=35, why=GASP)
    yield moment(420, fault("power", "zone", hit, zone=zone, **FULL), rings=1)


@kind
def area_power_cut_by_polls(stage: Stage) -> Iterator[Wanted]:
    """The reasons alone say power when no trap gives the instants."""
    plant, world = stage.set(700, POLLS, ports=8)
    zone = f"zone-{stage.rng.randint(1, 4)}"
    hit = plant.pick(zone=zone)
    world.off(hit, 200, over=35, why=GASP)
    yield moment(480, fault("power", "zone", hit, zone=zone, **FULL), rings=(1, 2))


@kind
def area_power_cut_without_reasons(stage: Stage) -> Iterator[Wanted]:
    """No reasons: the zone is sure, power only likely; half a minute is too long for a cut."""
    plant, world = stage.set(700, ports=8)
    hit = plant.pick(zone="zone-3")
    world.off(hit, 200, over=35, why=None)
    yield moment(420, fault(["power", "unknown"], "zone", hit, zone="zone-3", **FULL), rings=(1, 2))


@kind
def power_cut_with_batteries(stage: Stage) -> Iterator[Wanted]:
    """A quarter has batteries: in a power cut survivors veto nothing."""
    plant, world = stage.set(700, ports=8)
    zone = f"zone-{stage.rng.randint(1, 4)}"
    hit = [ont for ont in plant.pick(zone=zone) if ont.ont_id % 4]
    world.off(hit, 200, over=35, why=GASP)
    yield moment(480, fault("power", "zone", hit, zone=zone, alive=16, total=64), rings=1)


@kind
def batteries_end(stage: Stage) -> Iterator[Wanted]:
    """Those on batteries go a quarter of an hour later: the same cut, grown by a third."""
    plant, world = stage.set(1600, ports=8)
    zone = plant.pick(zone="zone-2")
    hit = [ont for ont in zone if ont.ont_id % 4]
    world.off(hit, 200, over=35, why=GASP)
    world.off([ont for ont in zone if ont not in hit], 1000, over=180, why="dying_gasp")
    yield moment(480, fault("power", "zone", hit, zone="zone-2", same="A"), rings=1)
    yield moment(1500, fault("power", "zone", zone, zone="zone-2", same="A", **FULL), rings=(1, 2))


@kind
def power_cut_without_zones(stage: Stage) -> Iterator[Wanted]:
    """No zones are on record: one power cut all the same, a branch on each port, gasping over half a minute."""
    plant, world = stage.set(700, ports=8, zones_recorded=False)
    hit = plant.pick(zone=f"zone-{stage.rng.randint(1, 4)}")
    world.off(hit, 200, over=35, why=GASP)
    yield moment(
        480, fault("power", ["zone", "olt", "card", "port", "branch"], hit, olt="olt-1", unknown=0), rings=(1, 2)
    )


@kind
def power_cut_without_any_records(stage: Stage) -> Iterator[Wanted]:
    """Neither zones nor splitters: the gasps are what there is."""
    plant, world = stage.set(700, ports=8, zones_recorded=False, splitters_recorded=False)
    hit = plant.pick(zone=f"zone-{stage.rng.randint(1, 4)}")
    world.off(hit, 200, over=35, why=GASP)
    yield moment(
        480, fault("power", ["zone", "olt", "card", "port", "branch"], hit, olt="olt-1", unknown=0), rings=(1, 2)
    )


@kind
def power_cut_of_one_building(stage: Stage) -> Iterator[Wanted]:
    """All of one splitter gasp over twenty seconds, and the zone has others that live: that branch's power."""
    plant, world = stage.set(800)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    world.off(hit, 200, over=20, why="dying_gasp")
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(480, fault("power", "branch", hit, **place, state="confirmed"))


@kind
def power_cut_of_a_whole_port(stage: Stage) -> Iterator[Wanted]:
    """A village on one port: everything gasps over half a minute, so its feeder need not be cut."""
    plant, world = stage.set(800)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200, over=30, why=GASP)
    yield moment(480, fault("power", "port", hit, olt="olt-1", port=port, **FULL), rings=(0, 1))


@kind
def power_returns(stage: Stage) -> Iterator[Wanted]:
    """All are back for five minutes: resolved, with all restored."""
    plant, world = stage.set(1400, ports=8)
    hit = plant.pick(zone="zone-1")
    world.off(hit, 200, over=35, why=GASP)
    world.on(hit, 700, over=60)
    yield moment(480, fault("power", "zone", hit, zone="zone-1"), rings=1)
    yield moment(900, fault("power", "zone", [], zone="zone-1", state="clearing", restored=64), rings=1)
    over: Wanted = {"state": "resolved", "cause": "power", "scope": "zone", "restored": 64, "stragglers": []}
    yield moment(1390, rings=1, also=[over])


@kind
def feeder_cut_in_a_dark_zone(stage: Stage) -> Iterator[Wanted]:
    """A feeder is cut while one of its splitters is without power: two causes, and no ONT in both."""
    plant, world = stage.set(1000, ports=8)
    dark = plant.pick(zone="zone-2")
    port = stage.port(plant)
    cut = [ont for ont in plant.pick(port=port) if ont not in dark]
    world.off(dark, 200, over=35, why=GASP)
    world.off(cut, 600)
    yield moment(480, fault("power", "zone", dark, zone="zone-2", same="P"), rings=1)
    yield moment(
        900,
        fault("power", "zone", dark, zone="zone-2", same="P"),
        fault("fibre", "port", cut, olt="olt-1", port=port, alive=0),
        rings=2,
    )


@kind
def cut_and_power_cut_of_one_olt(stage: Stage) -> Iterator[Wanted]:
    """A feeder, and ten seconds later the power of a zone on the other ports: two causes at once."""
    plant, world = stage.set(800, ports=8)
    cut = plant.pick(port="0/1/3")
    dark = [ont for ont in plant.pick(zone="zone-2") if ont not in cut]
    world.off(cut, 200, why="loss_of_signal")
    world.off(dark, 210, over=35, why=GASP)
    yield moment(
        480,
        fault("fibre", "port", cut, olt="olt-1", port="0/1/3", alive=0),
        fault("power", "zone", dark, zone="zone-2"),
        rings=(2, 3),
    )


@kind
def reasons_come_with_the_reading(stage: Stage) -> Iterator[Wanted]:
    """Traps without reasons, and the next reading tells them: gasps, so power."""
    plant, world = stage.set(700, ports=8)
    hit = plant.pick(zone="zone-1")
    world.off(hit, 200, over=30, why=None)
    world.explain(hit, 232, GASP)
    yield moment(480, fault("power", "zone", hit, zone="zone-1", **FULL), rings=(1, 2))


@kind
def power_cut_in_a_zone_with_an_odd_name(stage: Stage) -> Iterator[Wanted]:
    """Names are data, whatever they are made of."""
    odd = 'Žďár [b]"Süd"[/b] \x1b[31m \'; --'
    plant, world = stage.set(700, ports=8, odd_zone=("zone-3", odd))
    hit = plant.pick(zone="zone-3")
    world.off(hit, 200, over=30, why=GASP)
    yield moment(480, fault("power", "zone", hit, zone=odd, **FULL), rings=1)


@kind
def power_cut_half_told(stage: Stage) -> Iterator[Wanted]:
    """Half of the traps are lost, the rest comes with readings: still one power cut."""
    plant, world = stage.set(700, Ways(trap_loss=0.5, overtaking=0.3), ports=8)
    hit = plant.pick(zone="zone-4")
    world.off(hit, 200, over=35, why=GASP)
    yield moment(480, fault("power", "zone", hit, zone="zone-4", first_loss_at=between(198, 215), **FULL), rings=(1, 2))


@kind
def branches_cut_beside_a_power_cut(stage: Stage) -> Iterator[Wanted]:
    """Two branches of another OLT are cut while a zone is without power, one of them in that zone: neither takes the
    other's number or ONTs."""
    plant, world = stage.set(1000, olts=2)
    dark = plant.pick(olt="olt-2", zone="zone-2")
    cut = [*plant.pick(olt="olt-1", port="0/1/1", zone="zone-2"), *plant.pick(olt="olt-1", port="0/1/1", zone="zone-3")]
    stage.apart = len(cut)
    world.off(dark, 200, over=35, why=GASP)
    world.off(cut, 330)
    yield moment(300, fault("power", "zone", dark, zone="zone-2", same="power"), rings=1)
    yield moment(
        620,
        fault("power", "zone", dark, zone="zone-2", same="power"),
        fault("fibre", "branch", cut, olt="olt-1", port="0/1/1", alive=0),
        rings=1,
    )
