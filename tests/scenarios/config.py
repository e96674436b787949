"""What is changed on purpose: customers switched off, removed and added, OLTs that come under watch."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.quiet import scattered


@kind
def three_switched_off_on_purpose(stage: Stage) -> Iterator[Wanted]:
    """Three who did not pay: events, no incident."""
    plant, world = stage.set(1300)
    stage.apart = 3
    world.deactivate(scattered(stage, plant, 3), 200, over=60)
    yield moment(500, rings=0)
    yield moment(1290, rings=0)


@kind
def thirty_switched_off_in_an_afternoon(stage: Stage) -> Iterator[Wanted]:
    """Thirty, one by one over three hours: never twenty within minutes."""
    plant, world = stage.set(11200)
    stage.apart = 30
    for number, ont in enumerate(scattered(stage, plant, 30)):
        world.deactivate([ont], 200 + 360 * number, over=60)
    yield moment(5000, rings=0)
    yield moment(11190, rings=0)


@kind
def twenty_five_switched_off_at_once(stage: Stage) -> Iterator[Wanted]:
    """A script or a mistake: 25 on purpose within two minutes is something to know of, but nothing broke."""
    plant, world = stage.set(800)
    hit = scattered(stage, plant, 25)
    world.deactivate(hit, 200, over=110)
    where = ["olt", "card", "network", "port", "branch"]
    yield moment(520, fault("administrative", where, hit), rings=(0, 1))


@kind
def port_switched_off_on_purpose(stage: Stage) -> Iterator[Wanted]:
    """A whole port is deactivated ONT by ONT: dark, but no fibre is cut."""
    plant, world = stage.set(800)
    hit = plant.pick(port="0/1/2")
    world.deactivate(hit, 200, over=60)
    yield moment(520, fault("administrative", "port", hit, olt="olt-1", port="0/1/2"), rings=(0, 1))


@kind
def twenty_removed_from_the_configuration(stage: Stage) -> Iterator[Wanted]:
    """They are gone from the OLT's configuration: a migration, no outage."""
    plant, world = stage.set(900)
    stage.apart = 24
    world.remove(plant.pick(port="0/1/1")[:24], 200)
    yield moment(420, rings=0)
    yield moment(890, rings=0)


@kind
def cut_after_some_were_removed(stage: Stage) -> Iterator[Wanted]:
    """Removed ONTs are no part of a later cut, nor do they hide it."""
    plant, world = stage.set(900)
    port = plant.pick(port="0/1/1")
    world.remove(port[:6], 150)
    world.off(port[6:], 400)
    stage.apart = 6
    yield moment(680, fault("fibre", "port", port[6:], olt="olt-1", port="0/1/1", alive=0), rings=1)


@kind
def an_olt_is_added(stage: Stage) -> Iterator[Wanted]:
    """An OLT comes under watch, many of its customers long off: that is how it is, not a loss."""
    stage.set(1500, olts=2, ports=3, last_olt_at=600.0, off_share=0.2, business_share=0.3)
    yield moment(700, rings=0)
    yield moment(1490, rings=0)


@kind
def an_olt_is_added_and_then_read(stage: Stage) -> Iterator[Wanted]:
    """The same when its first reading tells who is up: who was never seen up has not fallen."""
    stage.set(1500, olts=2, ports=3, last_olt_at=600.0, off_share=0.2, states_at_start=False)
    yield moment(780, rings=0)
    yield moment(1490, rings=0)


@kind
def new_customers(stage: Stage) -> Iterator[Wanted]:
    """ONTs are put into service, first offline in their boxes, then online."""
    plant, world = stage.set(1300)
    for number in range(12):
        new = {"olt": "olt-1", "port": "0/1/1", "ont_id": 100 + number, "serial": f"HWTC0000{number:04X}"}
        world.say(200 + 5 * number, "ont", **new, state="offline", offline_reason=None, by="poll")
        world.say(900 + 5 * number, "ont", **new, state="online", offline_reason=None, by="poll")
    assert plant
    yield moment(880, rings=0)
    yield moment(1290, rings=0)
