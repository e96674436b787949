"""Outages to watch, one each: how it comes, how it is repaired, who comes back late.

A story is cast when it is made, so that what the network lacks is told before anything starts; what is made here
begins it. The same seed tells the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from noc_console.demo.casting import Casting, cable, online
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
STORM_ONTS = 210
"""Down within a minute, those that have no battery."""

Begin = Callable[[], None]


class Stage:
    """The world, the cast, and what the stories share."""

    def __init__(self, world: World, cast: Casting) -> None:
        self.world = world
        self.cast = cast
        self.after = world.agenda.after
        self._random = cast.random

    def repair(self, onts: Iterable[SimOnt], mend: Callable[[], None]) -> None:
        """Mend it after the outage; some need a hand of their own."""
        late = [ont for ont in onts if self._random.random() < LATE]

        def happen() -> None:
            for ont in late:
                self.world.restart(ont, self._random.uniform(*LATE_S))
            mend()

        self.after(OUTAGE_S, happen)

    def black_out(self, onts: Iterable[SimOnt]) -> None:
        """Homes lose power one after another, and have it back together; their ONTs boot, each in its time."""
        for ont in onts:
            if ont.powered:
                self._black_out(ont)

    def _black_out(self, ont: SimOnt) -> None:
        rng = self._random
        goes_s, back_s = rng.uniform(0, GASPS_S), rng.uniform(*BOOT_S)
        if rng.random() < BATTERY:
            if rng.random() < BATTERY_HOLDS:
                return
            goes_s = rng.uniform(*BATTERY_S)
        if rng.random() < LATE:
            back_s += rng.uniform(*LATE_S)
        gasps = rng.random() >= GASP_LOST
        self.after(goes_s, lambda: self.world.power_off(ont, gasps))
        self.after(OUTAGE_S + back_s, lambda: self.world.power_on(ont))

    def cut(self, port: SimPort) -> None:
        """Cut a feeder, and splice it again."""
        self.world.cut(port)
        self.repair(port.onts, lambda: self.world.repair(port))

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
    return _STORIES[name](Stage(world, Casting(world.plant, name, seed)))


def give_past(plant: Plant, name: StoryName | None, seed: int) -> None:
    """Give a plant what came before a story; that of a world for which the story was made has it already.

    Raises:
        ValueError: The network is too small for it.
    """
    if name is StoryName.FADE:
        for ont in Casting(plant, name, seed).fading_splitter():
            ont.fades.append(Fade(plant.built_at - FADED_S, FADED_S, FADED_DB))


def _feeder_cut(stage: Stage) -> Begin:
    port = stage.cast.port()
    return lambda: stage.cut(port)


def _power(stage: Stage) -> Begin:
    onts = stage.cast.zone(stage.cast.olts(2))
    return lambda: stage.black_out(onts)


def _splitter(stage: Stage) -> Begin:
    onts = stage.cast.splitter()
    port, branch = onts[0].port, onts[0].branch

    def begin() -> None:
        stage.world.cut_branch(port, branch)
        stage.repair(onts, lambda: stage.world.repair_branch(port, branch))

    return begin


def _fade(stage: Stage) -> Begin:
    onts, world = stage.cast.fading_splitter(), stage.world
    for ont in onts:
        world.fade(ont, FADED_DB, FADED_S, since_at=world.plant.built_at - FADED_S)

    def begin() -> None:
        for ont in onts:
            world.fade(ont, FADE_DB, FADE_S)
        stage.after(2 * OUTAGE_S, mend)

    def mend() -> None:
        for ont in onts:
            world.mend(ont)

    return begin


def _card(stage: Stage) -> Begin:
    olt, card = stage.cast.line_card(stage.cast.olts(1))
    return lambda: stage.fail_card(olt, card)


def _olt_silent(stage: Stage) -> Begin:
    olt = stage.cast.olt()

    def begin() -> None:
        stage.world.silence(olt, True)
        stage.after(OUTAGE_S, lambda: stage.world.silence(olt, False))

    return begin


def _uplink(stage: Stage) -> Begin:
    olts = stage.cast.uplink()

    def set_dead(dead: bool) -> None:
        for olt in olts:
            stage.world.cut_off(olt, dead)

    def begin() -> None:
        set_dead(True)
        stage.after(OUTAGE_S, lambda: set_dead(False))

    return begin


def _storm(stage: Stage) -> Begin:
    """A transformer station, a line card and a cable, on OLTs that have nothing to do with each other."""
    *first, third, fourth = stage.cast.olts(4)[:4]
    dark = stage.cast.zone(first)
    olt, card = stage.cast.line_card([third])
    on_card = sum(online(port.onts) for port in olt.ports_of(card))
    ports = cable(fourth, STORM_ONTS - round(online(dark) * (1 - BATTERY)) - on_card)

    def cut_cable() -> None:
        for port in ports:
            stage.cut(port)

    def begin() -> None:
        stage.black_out(dark)
        stage.after(10, lambda: stage.fail_card(olt, card))
        stage.after(20, cut_cable)

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
