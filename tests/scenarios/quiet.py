"""What looks like an outage and is none: nothing may be open, and the bell is silent."""

from __future__ import annotations

from collections.abc import Iterator

from tests.scenarios.kinds import Stage, Wanted, fault, kind, moment
from tests.scenarios.plant import Ont, Plant
from tests.scenarios.ways import Reasons, Ways

SWITCHED_OFF: Reasons = {"dying_gasp": 0.9, "loss_of_signal": 0.1}


def scattered(stage: Stage, plant: Plant, many: int) -> list[Ont]:
    """Homes over the whole network, at most five of a splitter of eight."""
    taken: dict[str, int] = {}
    homes = stage.rng.sample(plant.homes(), len(plant.homes()))
    chosen = []
    for ont in homes:
        if len(chosen) < many and taken.get(ont.branch, 0) < 5:
            taken[ont.branch] = taken.get(ont.branch, 0) + 1
            chosen.append(ont)
    return chosen


@kind
def night_time_switching_off(stage: Stage) -> Iterator[Wanted]:
    """A third of the customers switch off one after another within the hour: each for himself."""
    plant, world = stage.set(4400)
    for ont in scattered(stage, plant, 42):
        world.off([ont], 200 + stage.rng.uniform(0, 3600), over=0, why=SWITCHED_OFF)
    yield moment(1400, rings=0)
    yield moment(2600, rings=0)
    yield moment(4390, rings=0)


@kind
def night_time_by_polls(stage: Stage) -> Iterator[Wanted]:
    """Told by readings only, several at a time and without reasons: still scattered over all splitters."""
    plant, world = stage.set(4400, Ways(traps=False))
    for ont in scattered(stage, plant, 36):
        world.off([ont], 200 + stage.rng.uniform(0, 3600), over=0, why=None)
    yield moment(2600, rings=0)
    yield moment(4390, rings=0)


@kind
def cut_in_a_night_of_switching_off(stage: Stage) -> Iterator[Wanted]:
    """Amid customers who switch off a feeder is cut: those who were off minutes before are no part of it."""
    plant, world = stage.set(3000)
    port = stage.port(plant)
    off = scattered(stage, plant, 36)
    last = [ont for ont in plant.homes() if ont.port == port and ont not in off][:3]
    for ont in off:
        world.off([ont], 200 + stage.rng.uniform(0, 1700), over=0, why="dying_gasp")
    for number, ont in enumerate(last):
        world.off([ont], 1920 + 40 * number, over=0, why="dying_gasp")
    off += last
    hit = [ont for ont in plant.pick(port=port) if ont not in off]
    world.off(hit, 2400)
    yield moment(2380, rings=0)
    yield moment(2660, fault("fibre", "port", hit, olt="olt-1", port=port, alive=0), rings=1)


@kind
def storm_of_single_drops(stage: Stage) -> Iterator[Wanted]:
    """Wind tears eight drop fibres in ten minutes, each on a splitter of its own: eight single faults."""
    plant, world = stage.set(1500)
    for splitter in stage.rng.sample(plant.splitters, 8):
        home = next(ont for ont in plant.below(splitter.name) if not ont.business)
        world.off([home], 200 + stage.rng.uniform(0, 600), over=0, why="loss_of_signal")
    yield moment(900, rings=0)
    yield moment(1490, rings=0)


@kind
def rolling_reboots(stage: Stage) -> Iterator[Wanted]:
    """New firmware: every ten seconds one router restarts, each away for a minute and a half."""
    plant, world = stage.set(1700)
    for number, ont in enumerate(scattered(stage, plant, 40)):
        world.off([ont], 200 + 10 * number, over=0, why={"reset": 0.6, "dying_gasp": 0.4})
        world.on([ont], 290 + 10 * number, over=5)
    yield moment(350, rings=0)
    yield moment(500, rings=0)
    yield moment(1690, rings=0)


@kind
def three_unrelated_drops_on_one_port(stage: Stage) -> Iterator[Wanted]:
    """Three drop fibres, minutes apart, on three splitters of a port."""
    plant, world = stage.set(1800)
    port = stage.port(plant)
    for number, splitter in enumerate(stage.rng.sample(plant.on_port(port), 3)):
        home = next(ont for ont in plant.below(splitter.name) if not ont.business)
        world.off([home], 200 + 240 * number, over=0, why="loss_of_signal")
    yield moment(900, rings=0)
    yield moment(1790, rings=0)


@kind
def one_ont_off(stage: Stage) -> Iterator[Wanted]:
    """One home is a single fault: listed as such, never rung."""
    plant, world = stage.set(1300)
    home = stage.rng.choice(plant.homes())
    world.off([home], 200, over=0, why="loss_of_signal")
    single = {"scope": "ont", "affected": 1, "onts": [list(home.key)], "where": {"olt": "olt-1", "port": home.port}}
    yield moment(1290, rings=0, also=[single])


@kind
def one_business_ont_off(stage: Stage) -> Iterator[Wanted]:
    """A business customer's single fault rings once."""
    plant, world = stage.set(1300, business_share=0.2)
    firm = stage.rng.choice([ont for ont in plant.pick() if ont.business])
    world.off([firm], 200, over=0, why="loss_of_signal")
    yield moment(1290, rings=1, also=[{"scope": "ont", "business": 1, "onts": [list(firm.key)]}])


@kind
def one_flapping_ont(stage: Stage) -> Iterator[Wanted]:
    """Down and up every 40 s is one line that says flapping."""
    plant, world = stage.set(900, Ways(trap_loss=0.0))
    home = stage.rng.choice(plant.homes())
    for turn in range(8):
        world.off([home], 100 + 80 * turn, over=0, why="loss_of_signal")
        world.on([home], 140 + 80 * turn, over=0)
    yield moment(300, rings=0)
    yield moment(680, rings=0, also=[{"scope": "ont", "flapping": True, "onts": [list(home.key)]}])


@kind
def the_acs_is_away(stage: Stage) -> Iterator[Wanted]:
    """No router informs because nobody listens: an alarm of our own, and no outage."""
    _, world = stage.set(2400, Ways(informs=True), ports=2)
    world.acs(300, ok=False)
    world.acs(1900, ok=True)
    yield moment(1500, rings=0)
    yield moment(2390, rings=0)


@kind
def blind_for_two_readings(stage: Stage) -> Iterator[Wanted]:
    """Two readings fail and the third comes through: less than what makes a reading stale."""
    _, world = stage.set(900, olts=2, ports=2)
    world.silence("olt-2", 195, 195 + 118)
    yield moment(520, rings=0)
    yield moment(890, rings=0)


@kind
def the_collector_was_away(stage: Stage) -> Iterator[Wanted]:
    """Nothing was learnt for a quarter of an hour, and nothing had happened."""
    _, world = stage.set(2600, Ways(informs=True), olts=2, ports=2)
    world.absence(600, 1500)
    yield moment(590, rings=0)
    yield moment(2590, rings=(0, 1))


@kind
def every_second_reading_fails(stage: Stage) -> Iterator[Wanted]:
    """A slow link loses every second reading for half an hour: nothing is ever stale."""
    _, world = stage.set(2400, olts=2, ports=2)
    for turn in range(15):
        world.silence("olt-1", 190 + 120 * turn, 250 + 120 * turn)
    yield moment(1000, rings=0)
    yield moment(2390, rings=0)


@kind
def echoes_are_filtered(stage: Stage) -> Iterator[Wanted]:
    """No echo returns, and the OLT is read as always."""
    _, world = stage.set(1500, olts=2, ports=2)
    world.at(200, lambda: world.cut_off.add("olt-2"))
    yield moment(700, rings=0)
    yield moment(1490, rings=0)


@kind
def half_a_table(stage: Stage) -> Iterator[Wanted]:
    """Of one port half a table arrives, twice: what was not read is not gone."""
    plant, world = stage.set(900)
    port = stage.port(plant)
    world.half("olt-1", [port], 195, 195 + 118)
    yield moment(310, rings=0)
    yield moment(890, rings=0)


@kind
def quiet_day(stage: Stage) -> Iterator[Wanted]:
    """Six hours in which nothing happens."""
    stage.set(6 * 3600, Ways(informs=True), ports=1)
    yield moment(3 * 3600, rings=0)
    yield moment(6 * 3600, rings=0)


@kind
def many_long_offline(stage: Stage) -> Iterator[Wanted]:
    """A third of the customers have been off since long before: that is how it is."""
    stage.set(900, off_share=0.3)
    yield moment(60, rings=0)
    yield moment(890, rings=0)


@kind
def many_long_offline_come_and_go(stage: Stage) -> Iterator[Wanted]:
    """Seasonal customers switch on and off again: no outage begins or ends with them."""
    plant, world = stage.set(3000, off_share=0.3)
    for ont in (one for one in plant.onts if one.long_offline and stage.rng.random() < 0.3):
        world.on([ont], 200 + stage.rng.uniform(0, 1000), over=0)
        world.off([ont], 1500 + stage.rng.uniform(0, 1200), over=0, why="dying_gasp")
    yield moment(1400, rings=0)
    yield moment(2990, rings=0)
