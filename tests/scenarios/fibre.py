"""Cut fibres: feeders, branches, taps, cables, with much or little told about them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.kinds import Stage, Wanted, between, fault, kind, moment
from tests.scenarios.ways import Ways

POLLS = Ways(traps=False)
FULL = {"state": "confirmed", "alive": 0, "unknown": 0}


@kind
def feeder_cut_by_traps(stage: Stage) -> Iterator[Wanted]:
    """Nothing of the port is alive and the card's other ports are: the port's feeder. 32 are critical at once."""
    plant, world = stage.set(600)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 130)
    yield moment(125, rings=0)
    yield moment(139, fault("fibre", "port", olt="olt-1", port=port, affected=between(24, 32), alive=0), rings=1)
    yield moment(
        260, fault("fibre", "port", hit, olt="olt-1", port=port, first_loss_at=between(129, 132), **FULL), rings=1
    )
    yield moment(590, fault("fibre", "port", hit, olt="olt-1", port=port, total=32, **FULL), rings=1)


@kind
def feeder_cut_by_polls(stage: Stage) -> Iterator[Wanted]:
    """Without traps the next reading tells all at once; that they fell together still says cut."""
    plant, world = stage.set(600, POLLS)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 130)
    yield moment(129, rings=0)
    yield moment(360, fault("fibre", "port", hit, olt="olt-1", port=port, **FULL), rings=1)


@kind
def branch_cut_by_traps(stage: Stage) -> Iterator[Wanted]:
    """All of one recorded splitter and nothing else: its branch. The survivors of the port veto the feeder."""
    plant, world = stage.set(700)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    world.off(hit, 200)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(400, fault("fibre", "branch", hit, **place, inferred=False, total=8, **FULL), rings=(0, 1))


@kind
def inner_branch_cut(stage: Stage) -> Iterator[Wanted]:
    """The inner splitter is the deepest thing that explains all and only the losses; the outer one is proven lit."""
    plant, world = stage.set(700, layout="nested", branches=2, per_branch=16)
    splitter = stage.splitter(plant, depth=1)
    hit = plant.below(splitter.name)
    world.off(hit, 200)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(420, fault("fibre", "branch", hit, **place, inferred=False, **FULL))


@kind
def outer_branch_cut(stage: Stage) -> Iterator[Wanted]:
    """Both inner splitters of an outer one are lost: one break before the outer one, not two behind it."""
    plant, world = stage.set(700, layout="nested", branches=4, per_branch=8)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    world.off(hit, 200)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": splitter.name}
    yield moment(420, fault("fibre", "branch", hit, **place, inferred=False, **FULL))


@kind
def two_branches_of_one_port(stage: Stage) -> Iterator[Wanted]:
    """Two of four splitters within seconds while the feeder is lit: one incident that lists both."""
    plant, world = stage.set(700)
    port = stage.port(plant)
    lost = stage.rng.sample(plant.on_port(port), 2)
    hit = [ont for splitter in lost for ont in plant.below(splitter.name)]
    world.off(hit, 200, over=3.0)
    names = [splitter.name for splitter in lost]
    yield moment(420, fault("fibre", "branch", hit, olt="olt-1", port=port, splitters=names, **FULL))


@kind
def three_of_four_branches(stage: Stage) -> Iterator[Wanted]:
    """The fourth lives, so the feeder is lit, however much is lost."""
    plant, world = stage.set(700)
    port = stage.port(plant)
    lost = stage.rng.sample(plant.on_port(port), 3)
    hit = [ont for splitter in lost for ont in plant.below(splitter.name)]
    world.off(hit, 200)
    names = [splitter.name for splitter in lost]
    yield moment(420, fault("fibre", "branch", hit, olt="olt-1", port=port, splitters=names, **FULL), rings=1)


@kind
def whole_olt_dark_but_answering(stage: Stage) -> Iterator[Wanted]:
    """Everything of an OLT is lost at once, and it answers: its one duct, or the OLT; one incident in any case."""
    plant, world = stage.set(700, cards=2, ports=2, olts=2)
    hit = plant.pick(olt="olt-2")
    world.off(hit, 200)
    yield moment(420, fault(["fibre", "olt"], "olt", hit, olt="olt-2", **FULL), rings=(1, 2))


@kind
def cable_of_three_ports(stage: Stage) -> Iterator[Wanted]:
    """Three whole ports of two cards within two seconds, and both cards have others that live: a shared cable."""
    plant, world = stage.set(700, cards=2, ports=4, branches=2)
    ports = ["0/1/0", "0/1/1", f"0/2/{stage.rng.randrange(4)}"]
    hit = [ont for ont in plant.pick() if ont.port in ports]
    world.off(hit, 200)
    yield moment(400, fault("fibre", "port", hit, olt="olt-1", ports=ports, **FULL), rings=1)


@kind
def cable_of_branches_on_two_ports(stage: Stage) -> Iterator[Wanted]:
    """A branch on each of two ports within two seconds: their fibres share a cable; one incident that lists both."""
    plant, world = stage.set(700)
    lost = [stage.splitter(plant, port=port) for port in ("0/1/0", "0/1/2")]
    hit = [ont for splitter in lost for ont in plant.below(splitter.name)]
    world.off(hit, 200)
    yield moment(420, fault("fibre", "branch", hit, olt="olt-1", splitters=[one.name for one in lost], **FULL))


@kind
def cable_of_a_zone(stage: Stage) -> Iterator[Wanted]:
    """Every splitter of a zone within two seconds with loss of signal: the cable into the zone, not its power."""
    plant, world = stage.set(700, ports=8)
    hit = plant.pick(zone="zone-2")
    world.off(hit, 200)
    yield moment(420, fault("fibre", ["zone", "branch"], hit, unknown=0), rings=(1, 2))


@kind
def inferred_branch_cut(stage: Stage) -> Iterator[Wanted]:
    """No splitters are on record: who fails together, at one distance, names the branch; it must say that it infers."""
    plant, world = stage.set(700, splitters_recorded=False, zones_recorded=False)
    splitter = stage.splitter(plant)
    hit = plant.below(splitter.name)
    world.off(hit, 200)
    place = {"olt": "olt-1", "port": splitter.port, "splitter": None}
    yield moment(420, fault("fibre", "branch", hit, **place, inferred=True, unknown=0))


@kind
def cut_of_a_branch_missing_in_the_records(stage: Stage) -> Iterator[Wanted]:
    """Three splitters of the port are on record, the fourth is not: that one is inferred."""
    plant, world = stage.set(700, zones_recorded=False, unrecorded=("SP-1-0.1.2-2",))
    hit = plant.below("SP-1-0.1.2-2")
    world.off(hit, 200)
    yield moment(420, fault("fibre", "branch", hit, olt="olt-1", port="0/1/2", splitter=None, inferred=True))


@kind
def branch_cut_with_a_wrong_record(stage: Stage) -> Iterator[Wanted]:
    """One ONT of the branch stands on another splitter in the records: the branch is found all the same."""
    plant, world = stage.set(700, misrecorded=(("SP-1-0.1.2-2", "SP-1-0.1.2-4"),))
    hit = plant.below("SP-1-0.1.2-2")
    world.off(hit, 200, why="loss_of_signal")
    place = {"olt": "olt-1", "port": "0/1/2", "splitter": "SP-1-0.1.2-2"}
    yield moment(420, fault("fibre", "branch", **place, affected=between(7, 8), alive=between(0, 1)))


@kind
def feeder_cut_without_records(stage: Stage) -> Iterator[Wanted]:
    """A port needs no plant records: nothing of it is alive."""
    plant, world = stage.set(500, splitters_recorded=False, zones_recorded=False)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 150)
    yield moment(400, fault("fibre", "port", hit, olt="olt-1", port=port, **FULL), rings=1)


def _tapped(stage: Stage, recorded: bool) -> Iterator[Wanted]:
    plant, world = stage.set(
        700, ports=2, branches=8, per_branch=4, layout="tapped", splitters_recorded=recorded, zones_recorded=recorded
    )
    port = stage.port(plant)
    taps = plant.on_port(port)
    broken = stage.rng.randrange(2, 7)
    hit = plant.below(taps[broken].name)
    whole = [ont for ont in plant.pick(port=port) if ont not in hit]
    world.off(hit, 200)
    bracket = {"alive_to_m": max(o.distance_m for o in whole), "dead_from_m": min(o.distance_m for o in hit)}
    place = {"olt": "olt-1", "port": port, "splitter": taps[broken].name if recorded else None}
    yield moment(420, fault("fibre", "branch", hit, **place, inferred=not recorded, bracket=bracket))


@kind
def tapped_feeder(stage: Stage) -> Iterator[Wanted]:
    """Taps along one fibre: all beyond the break are dead and all before it live, so ranging brackets the break."""
    return _tapped(stage, recorded=True)


@kind
def tapped_feeder_without_records(stage: Stage) -> Iterator[Wanted]:
    """The same without records: that the dead are exactly the far ones shows a tapped fibre, inferred."""
    return _tapped(stage, recorded=False)
