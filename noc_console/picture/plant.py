"""Where an ONT hangs, as far as it was recorded: its subscriber, the splitters above it, its zone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from noc_console.domain.plant import Splitter, Subscriber


@dataclass(frozen=True, slots=True)
class PlantPlace:
    """What the records say of one ONT; all of it may be absent."""

    subscriber: Subscriber | None = None
    splitters: tuple[Splitter, ...] = ()
    """From the one that the ONT hangs on up to the PON port."""
    zone: str | None = None


NOWHERE = PlantPlace()


class Plant:
    """The records of the plant, ready to be asked for one ONT.

    Args:
        subscribers: All of them.
        splitters: All of them.
    """

    def __init__(self, subscribers: Iterable[Subscriber] = (), splitters: Iterable[Splitter] = ()) -> None:
        self._subscribers = {one.serial: one for one in subscribers if one.serial}
        self._splitters = {one.name: one for one in splitters}

    def place(self, serial: str | None) -> PlantPlace:
        """The records of the ONT with this serial number."""
        subscriber = self._subscribers.get(serial) if serial else None
        if subscriber is None:
            return NOWHERE
        above = tuple(self._above(subscriber.splitter))
        zone = subscriber.zone or next((splitter.zone for splitter in above if splitter.zone), None)
        return PlantPlace(subscriber, above, zone)

    def _above(self, name: str | None) -> Iterator[Splitter]:
        """A splitter and those above it; records that go round in a circle end where they began."""
        passed: set[str] = set()
        while name is not None and name not in passed and (splitter := self._splitters.get(name)) is not None:
            passed.add(name)
            yield splitter
            name = splitter.parent
