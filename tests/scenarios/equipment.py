"""Faults of our equipment: SFPs, ports, cards, whole OLTs; and a rogue ONT."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.fibre import FULL, POLLS
from tests.scenarios.kinds import Stage, Wanted, between, fault, kind, moment
from tests.scenarios.ways import Reasons, Ways

TWO_CARDS = {"cards": 2, "per_branch": 4}
WITH_INFORMS = Ways(informs=True)
DISTURBED: Reasons = {"loss_of_signal": 0.6, "other": 0.2, None: 0.2}


@kind
def card_fault_told(stage: Stage) -> Iterator[Wanted]:
    """All ports of a card and the card says fault: the card. The bell may ring again when the cause becomes clear."""
    plant, world = stage.set(700, **TWO_CARDS)
    card = f"0/{stage.rng.randint(1, 2)}"
    hit = plant.pick(card=card)
    world.off(hit, 150)
    world.change(171, "card", "olt-1", card, trap=True, state="fault")
    yield moment(330, fault("card", "card", hit, olt="olt-1", card=card, **FULL), rings=(1, 2))


@kind
def card_fault_not_told(stage: Stage) -> Iterator[Wanted]:
    """All ports of a card within two seconds, the other card well, and no word of a fault: the card, or the one cable
    of its ports."""
    plant, world = stage.set(700, **TWO_CARDS)
    card = f"0/{stage.rng.randint(1, 2)}"
    hit = plant.pick(card=card)
    world.off(hit, 150)
    yield moment(400, fault(["card", "fibre"], "card", hit, olt="olt-1", card=card, **FULL), rings=(1, 2))


@kind
def card_pulled(stage: Stage) -> Iterator[Wanted]:
    """Somebody pulls the card: its ONTs are read as offline, with no reasons, and the card as offline."""
    plant, world = stage.set(700, POLLS, **TWO_CARDS)
    hit = plant.pick(card="0/2")
    world.off(hit, 150, over=0.1, why=None)
    world.change(150, "card", "olt-1", "0/2", state="offline")
    yield moment(400, fault("card", "card", hit, olt="olt-1", card="0/2", **FULL), rings=1)


@kind
def card_changed(stage: Stage) -> Iterator[Wanted]:
    """A new card: all are back, so it resolves."""
    plant, world = stage.set(1900, **TWO_CARDS)
    hit = plant.pick(card="0/1")
    world.off(hit, 150)
    world.change(160, "card", "olt-1", "0/1", state="fault")
    world.change(1000, "card", "olt-1", "0/1", state="normal")
    world.on(hit, 1060, over=90)
    yield moment(330, fault("card", "card", hit, olt="olt-1", card="0/1"), rings=(1, 2))
    over: Wanted = {"state": "resolved", "cause": "card", "restored": len(hit), "stragglers": []}
    yield moment(1890, rings=(1, 2), also=[over])


@kind
def sfp_dies(stage: Stage) -> Iterator[Wanted]:
    """The port is down and sends no light: no fibre crew."""
    plant, world = stage.set(700)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200)
    world.change(200, "port", "olt-1", port, oper="down", tx_dbm=None)
    yield moment(420, fault("port", "port", hit, olt="olt-1", port=port, **FULL), rings=(1, 2))


@kind
def sfp_sends_no_light(stage: Stage) -> Iterator[Wanted]:
    """The port says that it is up, but its laser sends nothing: the SFP."""
    plant, world = stage.set(700)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 200)
    world.change(200, "port", "olt-1", port, tx_dbm=-40.0)
    yield moment(420, fault("port", "port", hit, olt="olt-1", port=port, **FULL), rings=(1, 2))


@kind
def port_down_by_polls(stage: Stage) -> Iterator[Wanted]:
    """One reading tells the port down and its ONTs lost."""
    plant, world = stage.set(700, POLLS)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit, 195, why=None)
    world.change(195, "port", "olt-1", port, oper="down")
    yield moment(420, fault("port", "port", hit, olt="olt-1", port=port, **FULL), rings=1)


@kind
def rogue_ont(stage: Stage) -> Iterator[Wanted]:
    """One ONT is told rogue, and most of its port falls within half a minute, across all splitters: it jams them."""
    plant, world = stage.set(800)
    port = stage.port(plant)
    hit = stage.rng.sample(plant.pick(port=port), 26)
    world.off(hit[1:], 200, over=30, why=DISTURBED)
    world.off(hit[:1], 206, over=0, why="rogue")
    yield moment(460, fault("rogue", "port", hit, olt="olt-1", port=port, alive=6, total=32), rings=(1, 2))


@kind
def rogue_ont_put_out(stage: Stage) -> Iterator[Wanted]:
    """The rogue is cut off for good and the rest is back: resolved, the rogue left as a straggler."""
    plant, world = stage.set(1500)
    port = stage.port(plant)
    hit = plant.pick(port=port)
    world.off(hit[:1], 200, over=1, why="rogue")
    world.off(hit[1:], 200, over=20, why=DISTURBED)
    world.on(hit[1:], 700, over=40)
    yield moment(460, fault("rogue", "port", hit, olt="olt-1", port=port), rings=(1, 2))
    over: Wanted = {"state": "resolved", "cause": "rogue", "restored": 31, "stragglers": [list(hit[0].key)]}
    yield moment(1490, rings=(1, 2), also=[over])


def _down(stage: Stage, until: float, ways: Ways, echo: bool, customers: bool) -> None:
    """The second of two OLTs is silent from 200."""
    _, world = stage.set(until, ways, olts=2, ports=2, branches=4)
    world.silence("olt-2", 200, echo=echo, customers=customers)


@kind
def olt_loses_power(stage: Stage) -> Iterator[Wanted]:
    """No SNMP, no echo, and none of its routers informs: at first unknown, then the OLT."""
    _down(stage, 1700, WITH_INFORMS, echo=False, customers=False)
    yield moment(500, fault(["olt", "monitoring"], "olt", olt="olt-2", alive=0, total=64, same="A"), rings=(0, 2))
    yield moment(1690, fault("olt", "olt", olt="olt-2", alive=0, total=64, same="A"), rings=(1, 2))


@kind
def olt_silent_but_customers_are_well(stage: Stage) -> Iterator[Wanted]:
    """Its routers inform all the time: we are blind, they are not down."""
    _down(stage, 1300, WITH_INFORMS, echo=False, customers=True)
    yield moment(1290, fault("monitoring", "olt", [], olt="olt-2", unknown=64, alive=0), rings=(0, 1))


@kind
def olt_answers_echoes_but_serves_nobody(stage: Stage) -> Iterator[Wanted]:
    """It pings, but answers no SNMP and all of its routers have fallen silent: it hangs."""
    _down(stage, 1700, WITH_INFORMS, echo=True, customers=False)
    yield moment(1690, fault("olt", "olt", olt="olt-2", alive=0, total=64), rings=(1, 2))


@kind
def olt_silent_and_nobody_else_to_ask(stage: Stage) -> Iterator[Wanted]:
    """No router of it was ever heard and it still pings: that we see nothing is all that is known."""
    _down(stage, 1000, Ways(), echo=True, customers=True)
    yield moment(990, fault("monitoring", "olt", [], olt="olt-2", unknown=64, alive=0), rings=(0, 1))


@kind
def olt_gone_and_nobody_else_to_ask(stage: Stage) -> Iterator[Wanted]:
    """Neither SNMP nor echo: the OLT or the way to it; a lost echo says nothing of customers, so none is affected."""
    _down(stage, 1000, Ways(), echo=False, customers=True)
    yield moment(990, fault(["olt", "monitoring"], "olt", [], olt="olt-2", unknown=64, alive=0), rings=(0, 1))


@kind
def olt_answers_again(stage: Stage) -> Iterator[Wanted]:
    """Blind for ten minutes, then all is as before: resolved, with nobody ever affected."""
    _, world = stage.set(1800, WITH_INFORMS, olts=2, ports=2)
    world.silence("olt-1", 200, 800)
    yield moment(780, fault("monitoring", "olt", [], olt="olt-1", unknown=64), rings=(0, 1))
    yield moment(1790, rings=(0, 1), also=[{"state": "resolved", "cause": "monitoring", "scope": "olt"}])


@kind
def olt_restarts(stage: Stage) -> Iterator[Wanted]:
    """Everything goes and comes within four minutes: whatever was thought meanwhile, nothing is left open."""
    plant, world = stage.set(1300, ports=2)
    world.silence("olt-1", 200, 345, echo=False, customers=False)
    world.off(plant.pick(), 201, over=0.5, why=None)
    world.change(345, "olt", "olt-1", "", uptime_s=40.0)
    world.on(plant.pick(), 350, over=60)
    yield moment(1290, rings=(0, 1))


@kind
def cut_during_blindness(stage: Stage) -> Iterator[Wanted]:
    """A feeder falls while the OLT does not answer: unknown until it does, then a cut."""
    plant, world = stage.set(1600, ports=2, olts=2)
    hit = plant.pick(olt="olt-2", port="0/1/1")
    world.silence("olt-2", 200, 800)
    world.off(hit, 500)
    yield moment(720, fault("monitoring", "olt", [], olt="olt-2", unknown=64), rings=(0, 1))
    cut = fault("fibre", "port", hit, olt="olt-2", port="0/1/1", alive=0, last_loss_at=between(499, 920))
    yield moment(1590, cut, rings=(1, 2))
