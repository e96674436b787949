"""How outages grow, are repaired, come back, and what was dark when the program started."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.fibre import FULL
from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.plant import Ont
from tests.scenarios.ways import Ways

LARGE: dict[str, object] = {"ports": 2, "per_branch": 24}
"""A branch is critical by itself."""


def _keys(onts: list[Ont]) -> list[list[object]]:
    return [list(ont.key) for ont in onts]


@kind
def growing_outage(stage: Stage) -> Iterator[Wanted]:
    """A branch, then the whole port: the same incident with a new root, and it rings again, for it grew fourfold."""
    plant, world = stage.set(900, **LARGE)
    splitter = stage.splitter(plant)
    first, port = plant.below(splitter.name), plant.pick(port=splitter.port)
    world.off(first, 200)
    world.off([ont for ont in port if ont not in first], 420)
    place = {"olt": "olt-1", "port": splitter.port}
    yield moment(380, fault("fibre", "branch", first, **place, splitter=splitter.name, same="A"), rings=1)
    yield moment(660, fault("fibre", "port", port, **place, splitter=None, same="A", **FULL), rings=2)


@kind
def repair_in_stages(stage: Stage) -> Iterator[Wanted]:
    """Light returns splitter by splitter. Two customers never come back: stragglers, no outage."""
    plant, world = stage.set(1700)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    late = stage.rng.sample(hit, 2)
    back = [ont for ont in hit if ont not in late]
    world.off(hit, 130, why="loss_of_signal")
    world.on([ont for ont in back if ont.ont_id < 16], 800, over=20)
    world.on([ont for ont in back if ont.ont_id >= 16], 900, over=30)
    place = {"olt": "olt-1", "port": port}
    yield moment(400, fault("fibre", "port", hit, **place, same="A", state="confirmed", restored=0), rings=1)
    yield moment(890, fault("fibre", ["port", "branch"], **place, same="A", state=["confirmed", "clearing"]), rings=1)
    clearing = {"state": "clearing", "restored": 30, "stragglers": _keys(late)}
    yield moment(1010, fault("fibre", "port", **place, same="A", **clearing), rings=1)
    over: Wanted = {"state": "resolved", "scope": "port", "restored": 30, "stragglers": _keys(late)}
    yield moment(1690, rings=1, also=[over])


@kind
def repair_leaves_a_branch_dark(stage: Stage) -> Iterator[Wanted]:
    """The feeder is mended and one whole splitter stays dark: that is an outage of this splitter, not stragglers."""
    plant, world = stage.set(1900)
    splitter = stage.splitter(plant)
    port, dark = plant.pick(port=splitter.port), plant.below(splitter.name)
    world.off(port, 130)
    world.on([ont for ont in port if ont not in dark], 800, over=40)
    yield moment(400, fault("fibre", "port", port, port=splitter.port), rings=1)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(1890, fault("fibre", "branch", dark, **place, alive=0), rings=(1, 2))


def _again(stage: Stage, later: float) -> tuple[list[Ont], Wanted]:
    plant, world = stage.set(later + 700)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 130)
    world.on(hit, 600, over=20)
    world.off(hit, later)
    return hit, {"olt": "olt-1", "port": port}


@kind
def dark_again_within_five_minutes(stage: Stage) -> Iterator[Wanted]:
    """The splice failed again before the incident was over: the same one, and no new bell."""
    hit, place = _again(stage, 780)
    yield moment(400, fault("fibre", "port", hit, **place, same="A"), rings=1)
    yield moment(960, fault("fibre", "port", hit, **place, same="A", state="confirmed", restored=0), rings=1)


@kind
def dark_again_after_an_hour(stage: Stage) -> Iterator[Wanted]:
    """The first one was over: a new incident, and the bell rings for it."""
    hit, place = _again(stage, 3000)
    yield moment(400, fault("fibre", "port", hit, **place, same="A"), rings=1)
    yield moment(1500, rings=1)
    yield moment(3200, fault("fibre", "port", hit, **place, same="B", state="confirmed"), rings=2)


@kind
def blink_of_a_port(stage: Stage) -> Iterator[Wanted]:
    """Dark for half a minute: critical at once, as nobody can know, and over five minutes after it came back."""
    plant, world = stage.set(900)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200)
    world.on(hit, 230, over=5)
    yield moment(800, rings=1, also=[{"state": "resolved", "scope": "port", "restored": 32, "stragglers": []}])


@kind
def flapping_branch(stage: Stage) -> Iterator[Wanted]:
    """A loose connector: down and up every 50 s is one incident that says so, not ten."""
    plant, world = stage.set(1100, Ways(trap_loss=0.0))
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    for turn in range(10):
        world.off(hit, 200 + 80 * turn, over=1)
        world.on(hit, 250 + 80 * turn, over=1)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(635, fault("fibre", "branch", hit, **place, same="A", flapping=True), rings=(0, 1))
    yield moment(955, fault("fibre", "branch", hit, **place, same="A", flapping=True), rings=(0, 1))


@kind
def outage_of_two_days(stage: Stage) -> Iterator[Wanted]:
    """Nobody comes: it stays open, its ONTs do not become "long offline", and the bell rang once."""
    plant, world = stage.set(2 * 86400, Ways(state_s=600.0, optics_s=3600.0), ports=2)
    hit = plant.pick(port="0/1/0")
    world.off(hit, 5000)
    yield moment(8000, fault("fibre", "port", hit, port="0/1/0", same="A"), rings=1)
    yield moment(2 * 86400 - 60, fault("fibre", "port", hit, port="0/1/0", same="A", state="confirmed"), rings=1)


@kind
def some_are_removed_meanwhile(stage: Stage) -> Iterator[Wanted]:
    """Four of the cut are taken from the configuration: they are no longer down because of it."""
    plant, world = stage.set(1100)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200)
    world.remove(hit[:4], 600)
    stage.apart = 4
    yield moment(460, fault("fibre", "port", hit, port=port, same="A"), rings=1)
    yield moment(1090, fault("fibre", "port", hit[4:], port=port, same="A", alive=0), rings=1)


@kind
def small_branch(stage: Stage) -> Iterator[Wanted]:
    """All four of a splitter: suspected, and confirmed when it has lasted ten minutes."""
    plant, world = stage.set(1100, branches=8, per_branch=4)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    world.off(hit, 200, why="loss_of_signal")
    branch = fault("fibre", "branch", hit, port=splitter.port, splitter=splitter.name, same="A")
    yield moment(520, branch | {"state": "suspected"}, rings=0)
    yield moment(960, branch | {"state": "confirmed"}, rings=(0, 1))


@kind
def branch_is_confirmed_after_two_readings(stage: Stage) -> Iterator[Wanted]:
    """Eight: suspected at first, confirmed when two readings have borne it out."""
    plant, world = stage.set(700, Ways(trap_loss=0.0))
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    world.off(hit, 190)
    branch = fault("fibre", "branch", hit, port=splitter.port, splitter=splitter.name, same="A")
    yield moment(196, branch | {"state": "suspected"}, rings=0)
    yield moment(400, branch | {"state": "confirmed"}, rings=(0, 1))


@kind
def branch_dark_at_the_start(stage: Stage) -> Iterator[Wanted]:
    """A recorded splitter on which nothing lives when the program starts is listed, and does not ring."""
    _, world = stage.set(1000, dark=("SP-1-0.1.1-3",))
    assert world
    yield moment(
        990, fault(["fibre", "unknown"], "branch", olt="olt-1", port="0/1/1", splitter="SP-1-0.1.1-3"), rings=0
    )


@kind
def port_dark_at_the_start(stage: Stage) -> Iterator[Wanted]:
    """The same of a port; and it is over when they come back."""
    plant, world = stage.set(1500, dark=("0/1/2",))
    yield moment(500, fault(["fibre", "unknown"], "port", olt="olt-1", port="0/1/2"), rings=0)
    world.on([ont for ont in plant.onts if ont.long_offline], 600, over=30)
    yield moment(1490, rings=0)


@kind
def cut_beside_what_was_dark_at_the_start(stage: Stage) -> Iterator[Wanted]:
    """One splitter was dead for long, now the feeder goes: the dead ones are no part of the new outage."""
    plant, world = stage.set(800, dark=("SP-1-0.1.1-3",))
    hit = plant.pick(port="0/1/1")
    world.off(hit, 300)
    new = fault("fibre", "port", hit, olt="olt-1", port="0/1/1", alive=0)
    yield moment(560, new, fault(["fibre", "unknown"], "branch", splitter="SP-1-0.1.1-3"), rings=1)
