"""Readings that are complete by themselves and still not to be believed as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noc_console.collector.reconcile import KnownOnts
from noc_console.domain.changes import Change, OntDuplicated, TableShrank
from noc_console.domain.grouping import SHRUNK_FROM, SHRUNK_SHARE
from noc_console.domain.network import Outcome
from noc_console.domain.poll import OltReading, PortReading

BELIEVED_AFTER = 3
"""Readings in a row that say the same."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many ONTs a reading lists of those that are known, and how many more readings must say the same."""

    listed: int
    expected: int
    readings_left: int

    @property
    def text(self) -> str:
        """For the port's and the OLT's error."""
        left = f"believed only when {self.readings_left} more readings say so"
        return f"lists {self.listed} of {self.expected} known ONTs: {left}"


class Shrinkage:
    """Doubts a table that is suddenly much shorter: an agent that is starting, or is short of memory, cuts it off."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def judge(self, known: Mapping[str, int], readings: Sequence[PortReading]) -> Doubted | None:
        """Make partial what is not believed yet: nothing is concluded from what it lacks.

        Args:
            known: ONTs known per port.
            readings: Of the state; changed here.

        Returns:
            What is doubted, None when nothing is.
        """
        complete = [reading for reading in readings if reading.outcome is Outcome.COMPLETE]
        shorter = [reading for reading in complete if len(reading.onts) < known.get(str(reading.port), 0)]
        if not _shrunk(known, complete):
            shorter = [reading for reading in shorter if _shrunk(known, [reading])]
        doubted = []
        for reading in complete:
            port = str(reading.port)
            if reading not in shorter:
                del self._times[port]
                continue
            self._times[port] += 1
            if self._times[port] < BELIEVED_AFTER:
                doubted.append(reading)
        if not doubted:
            return None
        listed, expected = _sizes(known, doubted)
        left = BELIEVED_AFTER - max(self._times[str(reading.port)] for reading in doubted)
        found = Doubted(listed, expected, left)
        for reading in doubted:
            reading.outcome, reading.error = Outcome.PARTIAL, found.text
        return found


def _shrunk(known: Mapping[str, int], readings: Sequence[PortReading]) -> bool:
    listed, expected = _sizes(known, readings)
    return expected >= SHRUNK_FROM and listed < SHRUNK_SHARE * expected


def _sizes(known: Mapping[str, int], readings: Sequence[PortReading]) -> tuple[int, int]:
    return sum(len(reading.onts) for reading in readings), sum(known.get(str(r.port), 0) for r in readings)


def duplicate_serials(readings: Sequence[PortReading]) -> dict[str, list[tuple[str, int]]]:
    """Serial numbers that one reading lists at several places, and where."""
    # Counted first: of thousands there is hardly ever one, and only its places are wanted.
    counts = Counter(facts.get("serial") for reading in readings for facts in reading.onts.values())
    places: dict[str, list[tuple[str, int]]] = {
        serial: [] for serial, count in counts.items() if count > 1 and isinstance(serial, str) and serial
    }
    for reading in readings if places else ():
        for ont_id, facts in reading.onts.items():
            serial = facts.get("serial")
            if isinstance(serial, str) and serial in places:
                places[serial].append((str(reading.port), ont_id))
    return places


class Doubts:
    """What is not believed of one OLT's state polls, and what is strange in them.

    Args:
        olt: Its name.
    """

    def __init__(self, olt: str) -> None:
        self._olt = olt
        self._shrinkage = Shrinkage()
        self._duplicates: set[str] = set()
        """Serial numbers at several places, told already."""

    def review(
        self, reading: OltReading, ports: Sequence[PortReading], onts: KnownOnts, before: Outcome | None
    ) -> list[Change]:
        """Take back what is not to be believed, and tell what is new about it.

        Args:
            reading: Of the state; changed here.
            ports: Its ports, and those that it no longer has at all.
            onts: What is known.
            before: How the last state poll ended.
        """
        changes: list[Change] = []
        known = Counter(port for (port, _), ont in onts.onts.items() if ont.vanished_at is None)
        doubted = self._shrinkage.judge(known, ports)
        if doubted:
            reading.outcome, reading.error = Outcome.PARTIAL, doubted.text
            reading.all_ports = False
            if before is not Outcome.PARTIAL:
                change = TableShrank(
                    at=reading.started_at,
                    olt=self._olt,
                    listed=doubted.listed,
                    expected=doubted.expected,
                    readings_left=doubted.readings_left,
                )
                changes.append(change)
        return changes + self._new_duplicates(reading)

    def _new_duplicates(self, reading: OltReading) -> list[Change]:
        found = duplicate_serials(reading.ports)
        changes: list[Change] = []
        for serial in sorted(found.keys() - self._duplicates):
            places = tuple(f"{port} id {ont_id}" for port, ont_id in found[serial])
            changes.append(OntDuplicated(at=reading.started_at, olt=self._olt, serial=serial, places=places))
        if reading.outcome is Outcome.COMPLETE:
            self._duplicates &= found.keys()
        self._duplicates |= found.keys()
        return changes
