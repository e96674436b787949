"""Faults of any sort on networks of any shape, told in any way: the seed chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.plant import Ont, Plant, Splitter
from tests.scenarios.play import World
from tests.scenarios.ways import CUT, GASP, Ways

Happening = tuple[list[Ont], Wanted]
"""Who falls, and the incident that must be open."""
FEWEST = 4
"""Fewer that fall together need not be an incident of their own."""


def any_way(stage: Stage) -> Ways:
    return stage.rng.choice(
        [
            Ways(),
            Ways(traps=False),
            Ways(trap_loss=0.5),
            Ways(overtaking=0.5, duplicates=0.3),
            Ways(informs=True, trap_loss=0.2),
        ]
    )


def _network(stage: Stage, until: float) -> tuple[Plant, World]:
    layout = stage.rng.choice(["flat", "flat", "nested", "tapped"])
    return stage.set(
        until,
        any_way(stage),
        olts=stage.rng.randint(1, 2),
        cards=2,
        ports=stage.rng.randint(2, 3),
        branches=stage.rng.randint(3, 5),
        per_branch=stage.rng.choice([4, 6, 8]) if layout != "nested" else 8,
        layout=layout,
        off_share=stage.rng.choice([0.0, 0.0, 0.15, 0.3]),
        business_share=0.0,
    )


def _deepest(plant: Plant, splitter: Splitter) -> bool:
    """Whether this splitter, and neither one behind it nor the whole port, explains the loss of what is behind it."""
    hit = plant.below(splitter.name)
    behind = [plant.below(one.name) for one in plant.splitters if one.parent == splitter.name]
    whole = plant.pick(olt=splitter.olt, port=splitter.port)
    return len(hit) >= FEWEST and hit not in behind and len(whole) - len(hit) >= FEWEST


def _feeder(stage: Stage, plant: Plant, world: World, at: float, port: tuple[str, str]) -> Happening:
    hit = plant.pick(olt=port[0], port=port[1])
    world.off(hit, at, why=CUT)
    return hit, fault("fibre", "port", hit, olt=port[0], port=port[1], alive=0)


def _branch(stage: Stage, plant: Plant, world: World, at: float, port: tuple[str, str]) -> Happening:
    fitting = [one for one in plant.on_port(port[1], port[0]) if _deepest(plant, one)]
    if not fitting:
        return _feeder(stage, plant, world, at, port)
    splitter = stage.rng.choice(fitting)
    hit = plant.below(splitter.name)
    world.off(hit, at, why=CUT if len(hit) > 12 else "loss_of_signal")  # two gasps of four would be power
    return hit, fault(
        "fibre", "branch", hit, olt=port[0], port=port[1], splitter=splitter.name, inferred=False, alive=0
    )


def _sfp(stage: Stage, plant: Plant, world: World, at: float, port: tuple[str, str]) -> Happening:
    hit = plant.pick(olt=port[0], port=port[1])
    world.off(hit, at, why={"loss_of_signal": 0.7, None: 0.3})
    world.change(at, "port", *port, oper="down", tx_dbm=None)
    return hit, fault("port", "port", hit, olt=port[0], port=port[1], alive=0)


def _card(stage: Stage, plant: Plant, world: World, at: float, port: tuple[str, str]) -> Happening:
    card = port[1].rpartition("/")[0]
    hit = plant.pick(olt=port[0], card=card)
    world.off(hit, at, why=CUT)
    world.change(at + 20, "card", port[0], card, state="fault")
    return hit, fault("card", "card", hit, olt=port[0], card=card, alive=0)


def _power(stage: Stage, plant: Plant, world: World, at: float, port: tuple[str, str]) -> Happening:
    zone = stage.rng.choice(sorted({ont.zone for ont in plant.pick()}))
    hit = plant.pick(zone=zone)
    world.off(hit, at, over=stage.rng.uniform(20, 45), why=GASP)
    return hit, fault("power", "zone", hit, zone=zone, alive=0)


ON_A_PORT: list[Callable[[Stage, Plant, World, float, tuple[str, str]], Happening]] = [_feeder, _branch, _branch, _sfp]


@kind
def any_single_fault(stage: Stage) -> Iterator[Wanted]:
    """One fault, confirmed when it has lasted a quarter of an hour, and over when everybody has been back for long."""
    plant, world = _network(stage, 1800)
    happen = stage.rng.choice([*ON_A_PORT, _card, _power])
    hit, wanted = happen(stage, plant, world, 190, stage.rng.choice(list(plant.ports)))
    world.on(hit, 1120, over=60)
    yield moment(185, rings=0)
    most = 1 if len(hit) < 20 else 2
    yield moment(1090, wanted | {"state": "confirmed", "unknown": 0}, rings=(int(len(hit) >= 20), most))
    over = {key: wanted[key] for key in ("cause", "scope")} | {"state": "resolved", "restored": len(hit)}
    yield moment(1790, rings=(0, most), also=[over])


@kind
def any_two_faults(stage: Stage) -> Iterator[Wanted]:
    """Two faults on two ports, minutes apart: two incidents, and the second takes nothing from the first."""
    plant, world = _network(stage, 1900)
    ports = stage.rng.sample(list(plant.ports), 2)
    first, second = (
        stage.rng.choice(ON_A_PORT)(stage, plant, world, at, port)[1]
        for at, port in zip((190, 190 + stage.rng.uniform(400, 700)), ports, strict=True)
    )
    yield moment(560, first | {"same": "A"})
    yield moment(1890, first | {"same": "A"}, second | {"same": "B"}, rings=(0, 3))


@kind
def any_fault_without_records(stage: Stage) -> Iterator[Wanted]:
    """No plant records: a port needs none, and a part of it that falls together is inferred."""
    plant, world = stage.set(
        700, any_way(stage), ports=3, branches=stage.rng.randint(3, 5), splitters_recorded=False, zones_recorded=False
    )
    port = stage.port(plant)
    if stage.rng.random() < 0.3:
        hit = plant.pick(port=port)
        world.off(hit, 190)
        wanted = fault("fibre", "port", hit, olt="olt-1", port=port, inferred=False, alive=0)
    else:
        hit = plant.below(stage.splitter(plant, port=port).name)
        world.off(hit, 190, why="loss_of_signal")
        wanted = fault("fibre", "branch", hit, olt="olt-1", port=port, splitter=None, inferred=True)
    yield moment(185, rings=0)
    yield moment(480, wanted | {"state": "confirmed", "unknown": 0}, rings=(0, 1))


@kind
def any_power_cut(stage: Stage) -> Iterator[Wanted]:
    """A zone of one or two OLTs, up to a third on batteries, up to a third without a gasp, told in any way."""
    olts = stage.rng.randint(1, 2)
    plant, world = stage.set(
        1000, any_way(stage), olts=olts, ports=8 // olts, off_share=stage.rng.choice([0.0, 0.2]), business_share=0.0
    )
    zone = f"zone-{stage.rng.randint(1, 4)}"
    batteries = stage.rng.choice([0.0, 0.15, 0.3])
    hit = [ont for ont in plant.pick(zone=zone) if stage.rng.random() >= batteries]
    silent = stage.rng.uniform(0.0, 0.3)
    why = {"dying_gasp": 1 - silent, "loss_of_signal": silent / 2, None: silent / 2}
    world.off(hit, 190, over=stage.rng.uniform(20, 60), why=why)
    yield moment(185, rings=0)
    yield moment(560, fault("power", "zone", hit, zone=zone, unknown=0, state="confirmed"), rings=(1, 2))


@kind
def any_two_faults_at_once(stage: Stage) -> Iterator[Wanted]:
    """Two OLTs with nothing in common on record, a fault on each within a minute: two incidents."""
    plant, world = stage.set(
        1300, any_way(stage), olts=2, cards=2, ports=3, branches=4, per_branch=5, business_share=0.0
    )
    first, second = (
        stage.rng.choice([*ON_A_PORT, _card])(stage, plant, world, at, stage.rng.choice(_ports(plant, olt)))[1]
        for olt, at in (("olt-1", 190), ("olt-2", 190 + stage.rng.uniform(0, 60)))
    )
    yield moment(560, first | {"same": "A"}, second | {"same": "B"})
    yield moment(1290, first | {"same": "A"}, second | {"same": "B"}, rings=(0, 4))


def _ports(plant: Plant, olt: str) -> list[tuple[str, str]]:
    return [port for port in plant.ports if port[0] == olt]


@kind
def any_tapped_feeder(stage: Stage) -> Iterator[Wanted]:
    """A fibre with six to ten taps, cut anywhere after the second: the bracket is between the last that lives and the
    first that is dead."""
    plant, world = stage.set(
        700,
        any_way(stage),
        ports=2,
        branches=stage.rng.randint(6, 10),
        per_branch=stage.rng.randint(3, 6),
        layout="tapped",
    )
    port = stage.port(plant)
    taps = plant.on_port(port)
    dead = taps[stage.rng.randrange(2, len(taps) - 1)]
    hit = plant.below(dead.name)
    whole = [ont for ont in plant.pick(port=port) if ont not in hit]
    world.off(hit, 190, why="loss_of_signal")
    bracket = {"alive_to_m": max(o.distance_m for o in whole), "dead_from_m": min(o.distance_m for o in hit)}
    place = {"olt": "olt-1", "port": port, "splitter": dead.name}
    yield moment(560, fault("fibre", "branch", hit, **place, bracket=bracket, unknown=0))
