"""What operators do meanwhile: planned work and acknowledgements."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.fibre import FULL
from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.life import LARGE
from tests.scenarios.ways import GASP, Ways


@kind
def acknowledged_and_grown(stage: Stage) -> Iterator[Wanted]:
    """An acknowledgement does not silence growth."""
    plant, world = stage.set(900, **LARGE)
    splitter = stage.splitter(plant)
    first, port = plant.below(splitter.name), plant.pick(port=splitter.port)
    world.off(first, 200)
    world.say(300, "ack", incident="INC-1", by="amy")
    world.off([ont for ont in port if ont not in first], 420)
    yield moment(380, fault("fibre", "branch", first, splitter=splitter.name, same="A"), rings=1)
    yield moment(660, fault("fibre", "port", port, port=splitter.port, same="A"), rings=2)


@kind
def acknowledged_and_steady(stage: Stage) -> Iterator[Wanted]:
    """An acknowledged outage that stays as it is never rings again, for hours."""
    plant, world = stage.set(7300)
    hit = plant.pick(port="0/1/1")
    world.off(hit, 200)
    world.say(300, "ack", incident="INC-1", by="amy")
    yield moment(280, fault("fibre", "port", hit, port="0/1/1", same="A"), rings=1)
    yield moment(7290, fault("fibre", "port", hit, port="0/1/1", same="A", **FULL), rings=1)


def _planned(stage: Stage, window: Wanted, hit_by: Wanted, wanted: Wanted, power: bool = False) -> Iterator[Wanted]:
    plant, world = stage.set(1900)
    hit = plant.pick(**hit_by)
    world.say(100, "maintenance", id="MW-1", until=1500.0, **window)
    world.off(hit, 300, over=35 if power else 2, why=GASP if power else "loss_of_signal")
    world.on(hit, 900, over=30)
    yield moment(700, {**wanted, "affected": len(hit), "planned": True}, rings=0)
    yield moment(1890, rings=0)


@kind
def planned_work_on_a_port(stage: Stage) -> Iterator[Wanted]:
    """In its window it is listed as planned and does not ring."""
    return _planned(stage, {"olt": "olt-1", "port": "0/1/2"}, {"port": "0/1/2"}, fault("fibre", "port", port="0/1/2"))


@kind
def planned_work_on_an_olt(stage: Stage) -> Iterator[Wanted]:
    """A window on the OLT covers its ports."""
    return _planned(stage, {"olt": "olt-1"}, {"port": "0/1/1"}, fault("fibre", "port", port="0/1/1"))


@kind
def planned_work_on_a_splitter(stage: Stage) -> Iterator[Wanted]:
    """A window on a splitter covers its branch."""
    name = "SP-1-0.1.3-2"
    return _planned(stage, {"splitter": name}, {"branch": name}, fault("fibre", "branch", splitter=name))


@kind
def planned_work_in_a_zone(stage: Stage) -> Iterator[Wanted]:
    """The power company told us: a window on the zone."""
    return _planned(stage, {"zone": "zone-2"}, {"zone": "zone-2"}, fault("power", "zone", zone="zone-2"), power=True)


@kind
def planned_restart_of_an_olt(stage: Stage) -> Iterator[Wanted]:
    """New software on an OLT, in its window: silent for ten minutes, planned, and no bell."""
    plant, world = stage.set(1900, Ways(informs=True), olts=2, ports=2)
    world.say(100, "maintenance", id="MW-1", until=1800.0, olt="olt-2")
    world.silence("olt-2", 300, 900, echo=False, customers=False)
    world.off(plant.pick(olt="olt-2"), 301, over=0.5, why=None)
    world.on(plant.pick(olt="olt-2"), 905, over=60)
    world.change(900, "olt", "olt-2", "", uptime_s=60.0)
    yield moment(800, fault(["olt", "monitoring"], "olt", olt="olt-2", planned=True), rings=0)
    yield moment(1890, rings=0)


def _late(stage: Stage, **fields: object) -> Iterator[Wanted]:
    plant, world = stage.set(1500)
    hit = plant.pick(port="0/1/2")
    world.off(hit, 300)
    world.say(100, "maintenance", id="MW-1", until=900.0, olt="olt-1", port="0/1/2")
    if fields:
        world.say(700, "maintenance", id="MW-1", **fields)
    yield moment(680, fault("fibre", "port", hit, port="0/1/2", planned=True, same="A"), rings=0)
    yield moment(880, fault("fibre", "port", hit, port="0/1/2", same="A"), rings=int("end" in fields))
    rings = int("until" not in fields)
    yield moment(1100, fault("fibre", "port", hit, port="0/1/2", same="A", state="confirmed"), rings=rings)


@kind
def work_overruns_its_window(stage: Stage) -> Iterator[Wanted]:
    """The window ends and the port is dark yet: now it is an outage, and rings."""
    return _late(stage)


@kind
def window_ends_early(stage: Stage) -> Iterator[Wanted]:
    """The crew reports back, the window ends, the port is dark: it rings then."""
    return _late(stage, end=True)


@kind
def window_is_prolonged(stage: Stage) -> Iterator[Wanted]:
    """An operator sets the window anew, with a later end: still planned, still no bell."""
    return _late(stage, until=1400.0, olt="olt-1", port="0/1/2")


@kind
def window_of_another_port(stage: Stage) -> Iterator[Wanted]:
    """Work on one port excuses no other."""
    plant, world = stage.set(700)
    hit = plant.pick(port="0/1/1")
    world.say(100, "maintenance", id="MW-1", until=1500.0, olt="olt-1", port="0/1/2")
    world.off(hit, 200)
    yield moment(420, fault("fibre", "port", hit, port="0/1/1", planned=False), rings=1)


@kind
def work_breaks_the_neighbour_too(stage: Stage) -> Iterator[Wanted]:
    """The crew works on one port and five minutes later another falls: only the first is planned."""
    plant, world = stage.set(1000)
    first, second = plant.pick(port="0/1/2"), plant.pick(port="0/1/0")
    world.say(100, "maintenance", id="MW-1", until=1500.0, olt="olt-1", port="0/1/2")
    world.off(first, 200)
    world.off(second, 500)
    yield moment(
        720,
        fault("fibre", "port", first, port="0/1/2", planned=True),
        fault("fibre", "port", second, port="0/1/0", planned=False),
        rings=1,
    )
