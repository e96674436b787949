"""Faults of any sort on networks of any shape, told in any way: the seed chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.plant import Ont, Plant, Splitter
from tests.scenarios.play import CUT, GASP, Ways, World

Happening = tuple[list[Ont], Wanted]
"""Who falls, and the incident that must be open."""
FEWEST = 4
"""Fewer that fall together need not be an incident of their own."""


def _ways(stage: Stage) -> Ways:
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
        _ways(stage),
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
        700, _ways(stage), ports=3, branches=stage.rng.randint(3, 5), splitters_recorded=False, zones_recorded=False
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
def any_fault_in_a_busy_night(stage: Stage) -> Iterator[Wanted]:
    """Customers switch off and on, routers restart, one ONT flaps, and amid it one fault: found, and nothing else."""
    plant, world = stage.set(2600, _ways(stage), ports=4, business_share=0.0)
    port = stage.port(plant)
    hit = plant.pick(port=port) if stage.rng.random() < 0.5 else plant.below(stage.splitter(plant, port=port).name)
    others = [ont for ont in plant.pick() if ont.port != port]
    busy = stage.rng.sample(others, 30)
    for ont in busy[:15]:
        world.off([ont], stage.rng.uniform(200, 2400), over=0, why={"dying_gasp": 0.9, None: 0.1})
    for ont in busy[15:29]:
        at = stage.rng.uniform(200, 2300)
        world.off([ont], at, over=0, why={"reset": 0.5, "dying_gasp": 0.5})
        world.on([ont], at + stage.rng.uniform(60, 150), over=0)
    for turn in range(20):
        world.off(busy[29:], 210 + 90 * turn, over=0, why="loss_of_signal")
        world.on(busy[29:], 255 + 90 * turn, over=0)
    world.off(hit, 1500, why="loss_of_signal")
    found = fault("fibre", "port" if len(hit) > 8 else "branch", hit, olt="olt-1", port=port, alive=0)
    if len(hit) <= 8:
        found["where"]["splitter"] = hit[0].branch
    yield moment(1480, rings=0)
    yield moment(2000, found, rings=(0, 1))
    yield moment(2590, found, rings=(0, 1))


@kind
def any_course_of_a_repair(stage: Stage) -> Iterator[Wanted]:
    """A port falls in one or two steps and returns in up to four, with up to three stragglers: one incident that ends,
    whatever the steps."""
    plant, world = stage.set(3400, _ways(stage), ports=2, business_share=0.0)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    first = plant.below(stage.splitter(plant, port=port).name) if stage.rng.random() < 0.5 else hit
    world.off(first, 190, why="loss_of_signal")
    world.off([ont for ont in hit if ont not in first], 420, why="loss_of_signal")
    late = stage.rng.sample(hit, stage.rng.randint(0, 3))
    back = [ont for ont in hit if ont not in late]
    stage.rng.shuffle(back)
    steps = stage.rng.randint(1, 4)
    for step in range(steps):
        world.on(back[step::steps], 1200 + 60 * step, over=30)
    yield moment(780, fault("fibre", "port", hit, olt="olt-1", port=port, alive=0, same="A"), rings=(1, 2))
    over = {"state": "resolved", "restored": len(back), "stragglers": [list(ont.key) for ont in late]}
    yield moment(3390, rings=(1, 2), also=[over])


@kind
def any_silence(stage: Stage) -> Iterator[Wanted]:
    """OLTs fall silent, some behind one uplink: who is silent, and whether customers inform, says what it is."""
    uplinks = ("ring-1", "ring-1", "ring-2", "ring-2")
    _, world = stage.set(2000, Ways(informs=True), olts=4, ports=1, branches=2, per_branch=8, uplinks=uplinks)
    well = stage.rng.random() < 0.5
    silent = stage.rng.choice([("olt-1",), ("olt-3",), ("olt-1", "olt-2"), ("olt-3", "olt-4"), ("olt-1", "olt-4")])
    for olt in silent:
        world.silence(olt, 200, echo=stage.rng.random() < 0.5 and well, customers=well)
    ring = {"olt-1": "ring-1", "olt-3": "ring-2"}[silent[0]]
    if silent == ("olt-1", "olt-4"):
        wanted = [fault("monitoring" if well else "olt", "olt", olt=olt, alive=0, total=16) for olt in silent]
    elif len(silent) == 2:
        wanted = [fault("monitoring" if well else "uplink", "uplink", uplink=ring, alive=0, total=32)]
    else:
        wanted = [fault("monitoring" if well else "olt", "olt", olt=silent[0], alive=0, total=16)]
    yield moment(190, rings=0)
    yield moment(1990, *(one | ({"affected": 0} if well else {}) for one in wanted), rings=(0, 3))
