"""Readings that are complete by themselves and still not to be believed as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from noc_console.domain.network import Outcome
from noc_console.domain.poll import PortReading

SHRUNK_SHARE = 0.5
SHRUNK_FROM = 20
"""Fewer known ONTs than this shrink for everyday reasons."""
BELIEVED_AFTER = 3
"""Readings in a row that say the same."""


class Shrinkage:
    """Doubts a table that is suddenly much shorter: an agent that is starting, or is short of memory, cuts it off."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def judge(self, known: Mapping[str, int], readings: Sequence[PortReading]) -> str | None:
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
        why = f"lists {listed} of {expected} known ONTs: believed only when {left} more readings say so"
        for reading in doubted:
            reading.outcome, reading.error = Outcome.PARTIAL, why
        return why


def _shrunk(known: Mapping[str, int], readings: Sequence[PortReading]) -> bool:
    listed, expected = _sizes(known, readings)
    return expected >= SHRUNK_FROM and listed < SHRUNK_SHARE * expected


def _sizes(known: Mapping[str, int], readings: Sequence[PortReading]) -> tuple[int, int]:
    return sum(len(reading.onts) for reading in readings), sum(known.get(str(r.port), 0) for r in readings)


def duplicate_serials(readings: Iterable[PortReading]) -> dict[str, list[tuple[str, int]]]:
    """Serial numbers that one reading lists at several places, and where."""
    places: dict[str, list[tuple[str, int]]] = {}
    for reading in readings:
        for ont_id, facts in reading.onts.items():
            if serial := facts.get("serial"):
                places.setdefault(serial, []).append((str(reading.port), ont_id))
    return {serial: found for serial, found in places.items() if len(found) > 1}
