"""Courses of events of which the seed chooses the steps."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.mixed import any_way
from tests.scenarios.ways import Ways


@kind
def any_fault_in_a_busy_night(stage: Stage) -> Iterator[Wanted]:
    """Customers switch off and on, routers restart, one ONT flaps, and amid it one fault: found, and nothing else."""
    plant, world = stage.set(2600, any_way(stage), ports=4, business_share=0.0)
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
    plant, world = stage.set(3400, any_way(stage), ports=2, business_share=0.0)
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


@kind
def any_window(stage: Stage) -> Iterator[Wanted]:
    """A window on something that contains the fault makes it planned; one on anything else does not."""
    plant, world = stage.set(1000, any_way(stage), olts=2, ports=3, business_share=0.0)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    covers: list[Wanted] = [
        {"olt": splitter.olt},
        {"olt": splitter.olt, "port": splitter.port},
        {"splitter": splitter.name},
        {"zone": splitter.zone},
    ]
    other = stage.rng.choice([one for one in plant.splitters if one.olt != splitter.olt and one.zone != splitter.zone])
    misses: list[Wanted] = [
        {"olt": other.olt},
        {"olt": other.olt, "port": splitter.port},
        {"splitter": other.name},
        {"zone": other.zone},
    ]
    planned = stage.rng.random() < 0.5
    window = stage.rng.choice(covers if planned else misses)
    world.say(100, "maintenance", id="MW-1", until=900.0, **window)
    world.off(hit, 190, why="loss_of_signal")
    place = {"olt": splitter.olt, "port": splitter.port, "splitter": splitter.name}
    yield moment(560, fault("fibre", "branch", hit, **place, planned=planned), rings=0 if planned else (0, 1))


@kind
def any_bent_cable(stage: Stage) -> Iterator[Wanted]:
    """A branch is lost and some survivors of the port move alike, up or down the scale by as much."""
    plant, world = stage.set(1000, Ways(light_noise_db=0.1), ports=2, off_share=stage.rng.choice([0.0, 0.2]))
    port = stage.port(plant)
    lost, bent = stage.rng.sample([one for one in plant.on_port(port) if len(plant.below(one.name)) > 4], 2)
    hit, moved = plant.below(lost.name), plant.below(bent.name)
    by_db = -round(stage.rng.uniform(1.5, 6.0), 1)
    world.off(hit, 190, why="loss_of_signal")
    world.fade(moved, 190, by_db)
    shift = {"min": by_db - 0.4, "max": by_db + 0.4}
    yield moment(990, fault("fibre", "branch", hit, olt="olt-1", port=port, splitter=lost.name, shift_db=shift))
