"""What happens in the simulated network: a schedule of faults and repairs, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from noc_console.demo.plant import SimOnt, SimPort
from noc_console.demo.stories import STORY_S, TRAP_LOSS, Begin
from noc_console.demo.world import World


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a kind of fault comes first, how often after that, and how long it lasts; (low, high) in seconds."""

    first_s: float
    every_s: tuple[float, float]
    lasts_s: tuple[float, float]


FADE = Rhythm(15, (1500, 2400), (1200, 1500))
POWER = Rhythm(45, (70, 180), (60, 240))
CUT = Rhythm(80, (700, 1300), (200, 330))
CARD = Rhythm(150, (600, 1200), (180, 300))
SILENCE = Rhythm(360, (900, 1500), (55, 65))

FADE_DEPTH_DB = 7.5
FADE_S = 600.0
STORY_AFTER_S = 15.0
"""From the first reading of an OLT to a story: by then a console knows the network as it was."""
LOOK_S = 1.0


class Scenario:
    """Faults and repairs, one of each kind at a time.

    Args:
        world: Where they happen.
        seed: Decides who is hit and when.
        silences: Whether OLTs may fall silent.
        faults: Whether anything happens besides a story.
    """

    def __init__(self, world: World, seed: int = 0, silences: bool = True, faults: bool = True) -> None:
        self.world = world
        self.faults = faults
        self.silences = silences
        self._random = random.Random(seed)
        self._agenda = world.agenda

    def begin(self, story: Begin | None = None) -> None:
        """Let things happen: a story first, if there is one, as soon as somebody watches."""
        if story is not None:
            self._wait_for_watcher(story)
        elif self.faults:
            self._live()

    def _wait_for_watcher(self, story: Begin) -> None:
        if any(agent.requests for agent in self.world.agents.values()):
            self._agenda.after(STORY_AFTER_S, lambda: self._tell(story))
        else:
            self._agenda.after(LOOK_S, lambda: self._wait_for_watcher(story))

    def _tell(self, story: Begin) -> None:
        self.world.trap_loss = TRAP_LOSS
        self._agenda.after(STORY_S, self._end_story)
        story()

    def _end_story(self) -> None:
        self.world.trap_loss = 0.0
        self.begin()

    def _live(self) -> None:
        """Enter the first fault of each kind; each repair enters the next."""
        self._plan(FADE, self._fade)
        self._plan(POWER, self._power)
        self._plan(CUT, self._cut)
        self._plan(CARD, self._card)
        if self.silences:
            self._plan(SILENCE, self._silence)

    def _plan(self, rhythm: Rhythm, strike: Callable[[], Callable[[], None] | None]) -> None:
        """Call ``strike`` in its rhythm; what it returns is called when the fault is over."""

        def happen() -> None:
            repair = strike()
            if repair:
                self._agenda.after(self._random.uniform(*rhythm.lasts_s), repair)
            self._agenda.after(self._random.uniform(*rhythm.every_s), happen)

        self._agenda.after(rhythm.first_s, happen)

    def _fade(self) -> Callable[[], None] | None:
        now = self.world.clock()
        ont = self._any(
            ont for ont in self.world.plant.onts if ont.online and not ont.fades and -21.5 < ont.rx_dbm(now) < -19.0
        )
        if ont is None:
            return None
        self.world.fade(ont, FADE_DEPTH_DB, FADE_S)
        return lambda: self.world.mend(ont)

    def _power(self) -> Callable[[], None] | None:
        ont = self._any(ont for ont in self.world.plant.onts if ont.online)
        if ont is None:
            return None
        self.world.power_off(ont)
        return lambda: self.world.power_on(ont)

    def _cut(self) -> Callable[[], None] | None:
        ports = [port for olt in self.world.plant.olts for port in olt.ports if port.up and not port.cut]
        if not ports:
            return None
        usual = [port for port in ports if 5 <= len(port.onts) <= 40]
        port: SimPort = self._random.choice(usual or ports)
        self.world.cut(port)
        return lambda: self.world.repair(port)

    def _card(self) -> Callable[[], None] | None:
        olt = self._random.choice(self.world.plant.olts)
        card = next(card for card in olt.cards if card.kind == "power")
        self.world.fail_card(olt, card)
        return lambda: self.world.replace_card(olt, card)

    def _silence(self) -> Callable[[], None] | None:
        if len(self.world.agents) < 2:
            return None
        olt = self._random.choice(self.world.plant.olts)
        self.world.silence(olt, True)
        return lambda: self.world.silence(olt, False)

    def _any(self, onts: Iterable[SimOnt]) -> SimOnt | None:
        candidates = list(onts)
        return self._random.choice(candidates) if candidates else None
