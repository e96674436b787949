"""Light that fades or jumps."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.kinds import Stage, Wanted, between, fault, kind, moment
from tests.scenarios.plant import Plant, Splitter
from tests.scenarios.play import World
from tests.scenarios.ways import Ways

DAY_S = 86400.0
MONTH_S, FORTNIGHT_S = 30 * DAY_S, 14 * DAY_S
TWICE_A_DAY = Ways(state_s=43200.0, optics_s=43200.0, light_noise_db=0.1)
NOISY = Ways(light_noise_db=0.05)


def _watched(stage: Stage, until: float) -> tuple[Plant, World, Splitter]:
    plant, world = stage.set(until, TWICE_A_DAY, ports=2, branches=3, per_branch=6)
    return plant, world, stage.splitter(plant)


@kind
def branch_fades(stage: Stage) -> Iterator[Wanted]:
    """All of a splitter lose 4 dB alike in a month, nobody else does: a splice is dying, nothing is lost yet."""
    plant, world, splitter = _watched(stage, MONTH_S)
    world.fade(plant.below(splitter.name), 0, -4.0, over=MONTH_S, steps=60)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(DAY_S, rings=0)
    yield moment(MONTH_S - 60, fault("light", "branch", [], **place, alive=6, total=6), rings=0)


@kind
def port_fades(stage: Stage) -> Iterator[Wanted]:
    """All of a port fade alike: its feeder or its SFP."""
    plant, world, splitter = _watched(stage, FORTNIGHT_S)
    world.fade(plant.pick(port=splitter.port), 0, -3.0, over=FORTNIGHT_S, steps=28)
    yield moment(FORTNIGHT_S - 60, fault("light", "port", [], olt="olt-1", port=splitter.port, alive=18), rings=0)


@kind
def one_ont_fades(stage: Stage) -> Iterator[Wanted]:
    """One customer's connector is no group."""
    plant, world, splitter = _watched(stage, FORTNIGHT_S)
    world.fade(plant.below(splitter.name)[:1], 0, -4.0, over=FORTNIGHT_S, steps=28)
    yield moment(FORTNIGHT_S - 60, rings=0)


@kind
def light_trembles(stage: Stage) -> Iterator[Wanted]:
    """A fortnight of noise is no trend."""
    _watched(stage, FORTNIGHT_S)
    yield moment(FORTNIGHT_S - 60, rings=0)


@kind
def light_follows_the_weather(stage: Stage) -> Iterator[Wanted]:
    """Everybody's light swings by half a dB from day to night: no group of its own, and no trend."""
    plant, world, _ = _watched(stage, FORTNIGHT_S)
    for half in range(27):
        world.fade(plant.pick(), half * DAY_S / 2 + 1000, -0.5 if half % 2 else 0.5)
    yield moment(FORTNIGHT_S - 60, rings=0)


@kind
def branch_fades_and_breaks(stage: Stage) -> Iterator[Wanted]:
    """What faded for twelve days breaks: one incident, fibre, with those that are lost."""
    plant, world, splitter = _watched(stage, FORTNIGHT_S)
    hit = plant.below(splitter.name)
    world.fade(hit, 0, -3.0, over=12 * DAY_S, steps=24)
    world.off(hit, 12.5 * DAY_S)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(12.5 * DAY_S - 60, fault("light", "branch", [], **place), rings=0)
    yield moment(FORTNIGHT_S - 60, fault("fibre", "branch", hit, **place, alive=0, state="confirmed"), rings=(0, 1))


def _damaged(stage: Stage, ways: Ways, by_db: float) -> Iterator[Wanted]:
    plant, world = stage.set(900, ways, ports=2)
    port = stage.port(plant)
    lost, bent = stage.rng.sample(plant.on_port(port), 2)
    hit = plant.below(lost.name)
    world.off(hit, 200)
    world.fade(plant.below(bent.name), 200, by_db)
    shift = between(by_db - 0.3, by_db + 0.3) if by_db else [None, between(-0.3, 0.3)]
    place = {"olt": "olt-1", "port": port, "splitter": lost.name}
    yield moment(890, fault("fibre", "branch", hit, **place, shift_db=shift), rings=(0, 1))


@kind
def cable_bent_beside_the_cut(stage: Stage) -> Iterator[Wanted]:
    """A branch is lost, and the eight of another lose 4.1 dB with it: they share the damaged span."""
    return _damaged(stage, NOISY, -4.1)


@kind
def survivors_light_does_not_move(stage: Stage) -> Iterator[Wanted]:
    """Readings tremble, but nobody's light moved with the event."""
    return _damaged(stage, NOISY, 0.0)
