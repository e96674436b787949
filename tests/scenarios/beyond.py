"""What several OLTs have in common, and our own view of the network."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.kinds import Stage, Wanted, between, fault, kind, moment
from tests.scenarios.play import World
from tests.scenarios.ways import Ways

INFORMS = Ways(informs=True)
RINGS: dict[str, object] = {
    "olts": 4,
    "ports": 2,
    "branches": 2,
    "uplinks": ("agg-1", "agg-1", "agg-1", "agg-2"),
}
BEHIND = ("olt-1", "olt-2", "olt-3")


def _silent(world: World, olts: tuple[str, ...], until: float | None = None, **ways: bool) -> None:
    for olt in olts:
        world.silence(olt, 200, until, **ways)


@kind
def uplink_cut(stage: Stage) -> Iterator[Wanted]:
    """All OLTs of one recorded uplink and only those are silent to us, to echoes and to the ACS: the uplink, once."""
    _, world = stage.set(1700, INFORMS, **RINGS)
    _silent(world, BEHIND, echo=False, customers=False)
    early = fault(["uplink", "monitoring"], "uplink", uplink="agg-1", alive=0, total=96, same="A")
    yield moment(520, early, rings=(0, 2))
    yield moment(1690, fault("uplink", "uplink", uplink="agg-1", alive=0, total=96, same="A"), rings=(1, 2))


@kind
def uplink_cut_and_nobody_else_to_ask(stage: Stage) -> Iterator[Wanted]:
    """Without Informs nobody is known to be down; that all of one uplink and only those are gone names it."""
    _, world = stage.set(1000, **RINGS)
    _silent(world, BEHIND, echo=False)
    yield moment(990, fault("uplink", "uplink", [], uplink="agg-1", unknown=96, alive=0), rings=(0, 2))


@kind
def uplink_restored(stage: Stage) -> Iterator[Wanted]:
    """The uplink returns after a quarter of an hour: resolved, and nothing goes on as an outage of its own."""
    _, world = stage.set(2000, INFORMS, **RINGS)
    _silent(world, BEHIND, 1100, echo=False, customers=False)
    yield moment(1060, fault(["uplink", "monitoring"], "uplink", uplink="agg-1", alive=0), rings=(0, 2))
    yield moment(1990, rings=(0, 2), also=[{"state": "resolved", "scope": "uplink"}])


@kind
def management_of_an_uplink_lost(stage: Stage) -> Iterator[Wanted]:
    """Three OLTs are silent behind one uplink, but their customers inform: what is lost is our way to them."""
    _, world = stage.set(1500, INFORMS, **RINGS)
    _silent(world, BEHIND, echo=False)
    yield moment(1490, fault("monitoring", "uplink", [], uplink="agg-1", unknown=96, alive=0), rings=(0, 1))


@kind
def one_of_an_uplink_is_silent(stage: Stage) -> Iterator[Wanted]:
    """The other OLTs of the uplink are well, so it is the OLT."""
    _, world = stage.set(1700, INFORMS, **RINGS)
    _silent(world, ("olt-2",), echo=False, customers=False)
    yield moment(1690, fault("olt", "olt", olt="olt-2", alive=0, total=32), rings=(1, 2))


@kind
def all_olts_silent_but_customers_are_well(stage: Stage) -> Iterator[Wanted]:
    """No OLT answers and all customers inform: it is our own view that is gone. One incident, not four."""
    _, world = stage.set(1500, INFORMS, **(RINGS | {"uplinks": ()}))
    _silent(world, (*BEHIND, "olt-4"), echo=False)
    yield moment(520, fault("monitoring", "network", [], unknown=128, same="A"), rings=(0, 1))
    yield moment(1490, fault("monitoring", "network", [], unknown=128, alive=0, same="A"), rings=(0, 1))


@kind
def all_olts_and_the_acs_gone(stage: Stage) -> Iterator[Wanted]:
    """Every source goes at once: the common thing is ourselves, and that no Inform comes proves nothing now."""
    _, world = stage.set(1500, INFORMS, **RINGS)
    _silent(world, (*BEHIND, "olt-4"), echo=False)
    world.acs(200, ok=False)
    yield moment(1490, fault("monitoring", "network", [], unknown=128, alive=0), rings=(0, 1))


@kind
def our_view_returns(stage: Stage) -> Iterator[Wanted]:
    """We see again and nothing had happened: resolved."""
    _, world = stage.set(1700, INFORMS, **(RINGS | {"uplinks": ()}))
    _silent(world, (*BEHIND, "olt-4"), 700, echo=False)
    yield moment(690, fault("monitoring", "network", [], unknown=128), rings=(0, 1))
    yield moment(1690, rings=(0, 1), also=[{"state": "resolved", "scope": "network", "restored": 0}])


@kind
def two_olts_cut_in_the_same_second(stage: Stage) -> Iterator[Wanted]:
    """A feeder on each of two OLTs, nothing on record that they share: two incidents, even in the same second."""
    plant, world = stage.set(700, olts=2)
    lost = [("olt-1", stage.port(plant)), ("olt-2", stage.port(plant))]
    hits = [plant.pick(olt=olt, port=port) for olt, port in lost]
    for hit in hits:
        world.off(hit, 200, over=1.5)
    both = [fault("fibre", "port", hit, olt=olt, port=port) for hit, (olt, port) in zip(hits, lost, strict=True)]
    yield moment(420, *both, rings=2)


@kind
def two_outages_minutes_apart(stage: Stage) -> Iterator[Wanted]:
    """A feeder, and five minutes later a branch elsewhere: two causes."""
    plant, world = stage.set(1000)
    feeder, splitter = plant.pick(port="0/1/0"), stage.splitter(plant, port="0/1/3")
    world.off(feeder, 200)
    world.off(plant.below(splitter.name), 500)
    first = fault("fibre", "port", feeder, olt="olt-1", port="0/1/0", same="A")
    second = fault("fibre", "branch", plant.below(splitter.name), port="0/1/3", splitter=splitter.name, same="B")
    yield moment(420, first, rings=1)
    yield moment(800, first, second, rings=(1, 2))


@kind
def cut_on_one_olt_and_power_on_another(stage: Stage) -> Iterator[Wanted]:
    """At once, on two OLTs, with different evidence: a cut and a power cut."""
    plant, world = stage.set(800, olts=2)
    cut, dark = plant.pick(olt="olt-1", port="0/1/1"), plant.pick(olt="olt-2", zone="zone-3")
    world.off(cut, 200)
    world.off(dark, 201, over=35, why={"dying_gasp": 0.9, "loss_of_signal": 0.1})
    yield moment(
        480,
        fault("fibre", "port", cut, olt="olt-1", port="0/1/1", alive=0),
        fault("power", ["zone", "olt"], dark, unknown=0, first_loss_at=between(199, 210)),
        rings=(2, 3),
    )
