"""Outages to watch, one each: whom it hits, how it comes, how it is repaired, who comes back late.

Each story is cast when it is made, so that what the network lacks is told before anything starts; what is made here
begins it. The same seed casts the same.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from noc_console.demo.plant import Fade, Plant, SimCard, SimOlt, SimOnt, SimPort
from noc_console.demo.story_names import StoryName
from noc_console.demo.world import World

OUTAGE_S = 240.0
"""From the fault to its repair."""
STORY_S = 840.0
"""From the fault until the usual life goes on: the last have come back, and a console calls it over."""
TRAP_LOSS = 0.1
GASPS_S = 25.0
"""A power cut is through within this: ONTs have reserves of their own."""
GASP_LOST = 0.1
BATTERY, BATTERY_HOLDS = 0.2, 0.5
"""Share of the homes with a battery, and of those whose battery holds."""
BATTERY_S = (60.0, 180.0)
BOOT_S = (35.0, 110.0)
"""From power to light."""
LATE = 0.08
LATE_S = (60.0, 240.0)
"""Some come back only when their owner switches them off and on."""
FADED_DB, FADED_S = 2.0, 9 * 86400.0
"""What a fading splice has cost before anybody looks, and since when."""
FADE_DB, FADE_S = 4.0, 320.0
"""What it costs while one watches: what takes days elsewhere takes minutes here."""
_LARGE = 0.8
GROUP = 5
"""Fewer that fail together are no outage to show."""
STORM_ONTS = 210
"""Down within a minute, those that have no battery."""
_GOOD_DBM = -22.0

Begin = Callable[[], None]
Thing = TypeVar("Thing")


class Stage:
    """The world, chance, and what the stories share."""

    def __init__(self, world: World, name: StoryName, seed: int) -> None:
        self.world = world
        self.plant = world.plant
        self.name = name
        self.random = chance(name, seed)
        self.after = world.agenda.after

    def pick(self, candidates: Iterable[Thing], size: Callable[[Thing], int], what: str, least: int = GROUP) -> Thing:
        """One of the larger ones."""
        return pick(self.random, self.name, candidates, size, what, least)

    def repair(self, onts: Iterable[SimOnt], mend: Callable[[], None]) -> None:
        """Mend it after the outage; some need a hand of their own."""
        late = [ont for ont in onts if self.random.random() < LATE]

        def happen() -> None:
            for ont in late:
                self.world.restart(ont, self.random.uniform(*LATE_S))
            mend()

        self.after(OUTAGE_S, happen)

    def black_out(self, onts: Iterable[SimOnt]) -> None:
        """Homes lose power one after another, and have it back together; their ONTs boot, each in its time."""
        for ont in [ont for ont in onts if ont.powered]:
            goes_s, back_s = self.random.uniform(0, GASPS_S), self.random.uniform(*BOOT_S)
            if self.random.random() < BATTERY:
                if self.random.random() < BATTERY_HOLDS:
                    continue
                goes_s = self.random.uniform(*BATTERY_S)
            if self.random.random() < LATE:
                back_s += self.random.uniform(*LATE_S)
            gasps = self.random.random() >= GASP_LOST
            self.after(goes_s, lambda ont=ont, gasps=gasps: self.world.power_off(ont, gasps))  # type: ignore[misc]
            self.after(OUTAGE_S + back_s, lambda ont=ont: self.world.power_on(ont))  # type: ignore[misc]

    def cut(self, ports: Iterable[SimPort]) -> None:
        """Cut a cable with the feeders of some ports, and splice it again."""
        for port in ports:
            self.world.cut(port)
            self.repair(port.onts, lambda port=port: self.world.repair(port))  # type: ignore[misc]

    def fail_card(self, olt: SimOlt, card: SimCard) -> None:
        """Let a card die, and replace it."""
        self.world.fail_card(olt, card)
        onts = [ont for port in olt.ports_of(card) for ont in port.onts]
        self.repair(onts, lambda: self.world.replace_card(olt, card))


def make(name: StoryName, world: World, seed: int) -> Begin:
    """Cast a story.

    Returns:
        What begins it.

    Raises:
        ValueError: The network is too small for it.
    """
    return _STORIES[name](Stage(world, name, seed))


def give_past(plant: Plant, name: StoryName | None, seed: int) -> None:
    """Give a plant what came before a story; the one of its world has it already.

    Raises:
        ValueError: The network is too small for it.
    """
    if name is StoryName.FADE:
        for ont in _fading(plant, name, chance(name, seed)):
            ont.fades.append(Fade(plant.built_at - FADED_S, FADED_S, FADED_DB))


def chance(name: StoryName, seed: int) -> random.Random:
    """The same for the same story and seed."""
    return random.Random(f"{name} {seed}")


def pick(
    rng: random.Random,
    name: StoryName,
    candidates: Iterable[Thing],
    size: Callable[[Thing], int],
    what: str,
    least: int = GROUP,
) -> Thing:
    """One of the largest.

    Raises:
        ValueError: None is large enough.
    """
    sized = [(one, size(one)) for one in candidates]
    most = max((count for _, count in sized), default=0)
    if most < least:
        raise ValueError(f"the scenario {name} needs {what} with {least} ONTs online: give more --onts")
    return rng.choice([one for one, count in sized if count >= max(least, _LARGE * most)])


def online(onts: Iterable[SimOnt]) -> int:
    """How many are online."""
    return sum(ont.online for ont in onts)


def _feeder_cut(stage: Stage) -> Begin:
    ports = [port for olt in stage.plant.olts for port in olt.ports]
    port = stage.pick(ports, lambda port: online(port.onts), "a PON port")
    return lambda: stage.cut([port])


def _power(stage: Stage) -> Begin:
    _need_olts(stage, 2)
    onts = _zone(stage, stage.plant.olts)
    return lambda: stage.black_out(onts)


def _splitter(stage: Stage) -> Begin:
    onts = stage.pick(_branches(stage.plant), online, "a splitter beside others")
    port, branch = onts[0].port, onts[0].branch

    def begin() -> None:
        stage.world.cut_branch(port, branch)
        stage.repair(onts, lambda: stage.world.repair_branch(port, branch))

    return begin


def _fade(stage: Stage) -> Begin:
    onts = _fading(stage.plant, stage.name, stage.random)
    for ont in onts:
        stage.world.fade(ont, FADED_DB, FADED_S, since_at=stage.plant.built_at - FADED_S)

    def begin() -> None:
        for ont in onts:
            stage.world.fade(ont, FADE_DB, FADE_S)
        stage.after(2 * OUTAGE_S, mend)

    def mend() -> None:
        for ont in onts:
            stage.world.mend(ont)

    return begin


def _card(stage: Stage) -> Begin:
    olt, card = _line_card(stage, stage.plant.olts)
    return lambda: stage.fail_card(olt, card)


def _olt_silent(stage: Stage) -> Begin:
    _need_olts(stage, 2)
    olt = stage.pick(stage.plant.olts, lambda olt: online(olt.onts), "an OLT")

    def begin() -> None:
        stage.world.silence(olt, True)
        stage.after(OUTAGE_S, lambda: stage.world.silence(olt, False))

    return begin


def _uplink(stage: Stage) -> Begin:
    _need_olts(stage, 2)
    behind: dict[str, list[SimOlt]] = defaultdict(list)
    for olt in stage.plant.olts:
        behind[olt.uplink].append(olt)
    olts = stage.random.choice([olts for olts in behind.values() if len(olts) > 1])

    def set_dead(dead: bool) -> None:
        for olt in olts:
            stage.world.cut_off(olt, dead)

    def begin() -> None:
        set_dead(True)
        stage.after(OUTAGE_S, lambda: set_dead(False))

    return begin


def _storm(stage: Stage) -> Begin:
    """A transformer station, a line card and a cable, on OLTs that have nothing to do with each other."""
    _need_olts(stage, 4)
    first, second = stage.plant.olts[:2], stage.plant.olts[2:4]
    dark = _zone(stage, first)
    olt, card = _line_card(stage, second[:1])
    on_card = sum(online(port.onts) for port in olt.ports_of(card))
    ports = _cable(second[1], STORM_ONTS - round(online(dark) * (1 - BATTERY)) - on_card)

    def begin() -> None:
        stage.black_out(dark)
        stage.after(10, lambda: stage.fail_card(olt, card))
        stage.after(20, lambda: stage.cut(ports))

    return begin


_STORIES: Mapping[StoryName, Callable[[Stage], Begin]] = {
    StoryName.FEEDER_CUT: _feeder_cut,
    StoryName.POWER: _power,
    StoryName.SPLITTER: _splitter,
    StoryName.FADE: _fade,
    StoryName.CARD: _card,
    StoryName.OLT_SILENT: _olt_silent,
    StoryName.UPLINK: _uplink,
    StoryName.STORM: _storm,
}


def _need_olts(stage: Stage, least: int) -> None:
    if len(stage.plant.olts) < least:
        raise ValueError(f"the scenario {stage.name} needs --olts {least} or more")


def _branches(plant: Plant) -> list[list[SimOnt]]:
    """The ONTs behind each splitter that is not the only one of its port."""
    return [
        [ont for ont in port.onts if ont.branch == branch]
        for olt in plant.olts
        for port in olt.ports
        if port.branches > 1
        for branch in range(port.branches)
    ]


def _fading(plant: Plant, name: StoryName, rng: random.Random) -> list[SimOnt]:
    """The ONTs behind a splitter whose light is good so far."""

    def bad(ont: SimOnt) -> bool:
        return ont.online and (bool(ont.fades) or ont.rx_dbm(plant.built_at) < _GOOD_DBM)

    def lit(onts: list[SimOnt]) -> int:
        return 0 if any(map(bad, onts)) else online(onts)

    return pick(rng, name, _branches(plant), lit, "a splitter beside others", GROUP - 1)


def _zone(stage: Stage, olts: Iterable[SimOlt]) -> list[SimOnt]:
    """The ONTs of a zone across OLTs."""
    zones: dict[str, list[SimOnt]] = defaultdict(list)
    for olt in olts:
        for ont in olt.onts:
            zones[ont.zone].append(ont)
    across = [onts for onts in zones.values() if len({ont.olt for ont in onts}) > 1]
    return stage.pick(across, online, "a zone across two OLTs", 2 * GROUP)


def _line_card(stage: Stage, olts: Iterable[SimOlt]) -> tuple[SimOlt, SimCard]:
    """A card with several ports in use."""
    cards = [(olt, card) for olt in olts for card in olt.cards if sum(port.up for port in olt.ports_of(card)) > 1]
    return stage.pick(cards, lambda at: sum(online(port.onts) for port in at[0].ports_of(at[1])), "a card", 2 * GROUP)


def _cable(olt: SimOlt, least: int) -> list[SimPort]:
    """Feeders in one cable: the OLT's ports all over its cards until so many ONTs hang on them; two to all but one."""
    found: list[SimPort] = []
    used = [port for port in olt.ports if port.up]
    for port in [*used[::2], *used[1:-1:2]]:
        if len(found) < 2 or sum(online(one.onts) for one in found) < least:
            found.append(port)
    return found
