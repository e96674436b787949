"""Whom a story hits: parts of the network that are large enough to be worth watching, the same for the same seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from noc_console.demo.families import FAMILIES, HUAWEI, NOKIA
from noc_console.demo.plant import Plant, SimCard, SimOlt, SimOnt, SimPort
from noc_console.demo.story_names import StoryName

LEAST = 5
"""Fewer that fail together are no outage to show."""
LARGE = 0.8
"""A choice among those that have this share of the largest's ONTs."""
GOOD_DBM = -22.0
"""Light that can get worse for a while."""
OFTEN_LIT = (HUAWEI, NOKIA)
"""A collector asks ZTE OLTs for light once an hour: their cards have been seen to restart."""

Part = TypeVar("Part")


class Casting:
    """Choices for one story.

    Args:
        plant: The network, as it was built.
        name: The story.
        seed: Decides.
    """

    def __init__(self, plant: Plant, name: StoryName, seed: int) -> None:
        self.random = random.Random(f"{name} {seed}")
        self._plant = plant
        self._name = name

    def olts(self, least: int) -> list[SimOlt]:
        """All OLTs.

        Raises:
            ValueError: There are fewer than the story needs.
        """
        if len(self._plant.olts) < least:
            raise ValueError(f"the scenario {self._name} needs --olts {least} or more")
        return self._plant.olts

    def olt(self) -> SimOlt:
        """An OLT beside others."""
        return self._pick(self.olts(2), lambda olt: online(olt.onts), "an OLT")

    def uplink(self) -> list[SimOlt]:
        """The OLTs behind an uplink that several share."""
        behind: dict[str, list[SimOlt]] = defaultdict(list)
        for olt in self.olts(2):
            behind[olt.uplink].append(olt)
        return self.random.choice([olts for olts in behind.values() if len(olts) > 1])

    def port(self) -> SimPort:
        """A PON port."""
        ports = [port for olt in self._plant.olts for port in olt.ports]
        return self._pick(ports, lambda port: online(port.onts), "a PON port")

    def splitter(self) -> list[SimOnt]:
        """The ONTs behind a splitter that is not the only one of its port."""
        return self._pick(self._splitters(FAMILIES), online, "a splitter beside others")

    def fading_splitter(self) -> list[SimOnt]:
        """The same, where all have good light that is read often."""

        def bad(ont: SimOnt) -> bool:
            return ont.online and (bool(ont.fades) or ont.rx_dbm(self._plant.built_at) < GOOD_DBM)

        good = [onts for onts in self._splitters(OFTEN_LIT) if not any(map(bad, onts))]
        return self._pick(good, online, f"a splitter beside others on an OLT of {' or '.join(OFTEN_LIT)}", LEAST - 1)

    def zone(self, olts: Iterable[SimOlt]) -> list[SimOnt]:
        """The ONTs of a zone across OLTs."""
        zones: dict[str, list[SimOnt]] = defaultdict(list)
        for olt in olts:
            for ont in olt.onts:
                zones[ont.zone].append(ont)
        across = [onts for onts in zones.values() if len({ont.olt for ont in onts}) > 1]
        return self._pick(across, online, "a zone across two OLTs", 2 * LEAST)

    def line_card(self, olts: Iterable[SimOlt]) -> tuple[SimOlt, SimCard]:
        """A card with several ports in use."""
        cards = [(olt, card) for olt in olts for card in olt.cards if sum(port.up for port in olt.ports_of(card)) > 1]
        return self._pick(cards, lambda at: sum(online(port.onts) for port in at[0].ports_of(at[1])), "a card")

    def _splitters(self, families: Collection[str]) -> list[list[SimOnt]]:
        return [
            [ont for ont in port.onts if ont.branch == branch]
            for olt in self._plant.olts
            if olt.family in families
            for port in olt.ports
            if port.branches > 1
            for branch in range(port.branches)
        ]

    def _pick(self, parts: Iterable[Part], size: Callable[[Part], int], what: str, least: int = LEAST) -> Part:
        sized = [(part, size(part)) for part in parts]
        most = max((count for _, count in sized), default=0)
        if most < least:
            raise ValueError(f"the scenario {self._name} needs {what} with {least} ONTs online: give more --onts")
        return self.random.choice([part for part, count in sized if count >= max(least, LARGE * most)])


def online(onts: Iterable[SimOnt]) -> int:
    """How many are online."""
    return sum(ont.online for ont in onts)


def cable(olt: SimOlt, least: int) -> list[SimPort]:
    """Feeders in one cable: the OLT's ports all over its cards until so many ONTs hang on them; two to all but one."""
    found: list[SimPort] = []
    used = [port for port in olt.ports if port.up]
    for port in [*used[::2], *used[1:-1:2]]:
        if len(found) < 2 or sum(online(one.onts) for one in found) < least:
            found.append(port)
    return found
