"""Readings that are complete by themselves and still not to be believed as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from noc_console.collector.reconcile import Key, KnownOnts
from noc_console.domain.changes import Change, OntDuplicated, TableShrank, TableWhole
from noc_console.domain.freshness import format_age
from noc_console.domain.grouping import FEW_MISSING
from noc_console.domain.identity import named_place
from noc_console.domain.network import Outcome
from noc_console.domain.poll import OltReading, PortReading

BELIEVED_AFTER = 3
"""Readings in a row that say the same ..."""
BELIEVED_AFTER_S = 300.0
"""... over this time: an agent that starts, or is short of memory, has its tables again by then."""


ASKED = 2
"""Of each port in doubt so many ONTs that are not listed are asked for by themselves."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many ONTs a reading lists of those that are known, and how long it must say so to be believed."""

    listed: int
    expected: int
    wait_s: float
    still_there: str | None = None
    """An ONT that is not listed, and answers when it is asked for by itself."""

    @property
    def text(self) -> str:
        """For the port's and the OLT's error."""
        if self.still_there:
            return f"lists {self.listed} of {self.expected} known ONTs, and {self.still_there} answers: cut short"
        left = f"believed only if it still does in {format_age(self.wait_s)}"
        return f"lists {self.listed} of {self.expected} known ONTs: {left}"


@dataclass(slots=True)
class _Lack:
    """Since when, and in how many readings, a port lacks ONTs."""

    since: float
    times: int = 0
    believed: bool = False
    missing: tuple[int, ...] = ()
    """Some of the ONT ids that it lacks."""
    still_there: str | None = None

    def again(self, at: float) -> None:
        """Count one more reading that says the same."""
        self.since = min(self.since, at)  # the clock may have been put back
        self.times += 1
        self.believed |= self.times >= BELIEVED_AFTER and at - self.since >= BELIEVED_AFTER_S


class Shrinkage:
    """Doubts a table that lacks more than a few known ONTs at once: operators remove ONTs one by one."""

    def __init__(self) -> None:
        self._lacks: dict[str, _Lack] = {}

    @property
    def doubting(self) -> bool:
        """Whether any port is in doubt."""
        return any(not lack.believed for lack in self._lacks.values())

    @property
    def lacking(self) -> bool:
        """Whether any port lacks ONTs, in doubt or believed."""
        return bool(self._lacks)

    @property
    def missing(self) -> list[Key]:
        """Some ONTs that are in doubt, of each port."""
        pairs = [(port, lack.missing) for port, lack in self._lacks.items() if not lack.believed]
        return [(port, ont_id) for port, missing in pairs for ont_id in missing]

    def answers(self, key: Key, at: float) -> None:
        """An ONT that was not listed is there when it is asked for: the table is cut short, and doubt begins anew."""
        self._lacks[key[0]] = _Lack(at, still_there=named_place(*key))

    def judge(self, onts: KnownOnts, readings: Sequence[PortReading], at: float) -> Doubted | None:
        """Make partial what is not believed yet: nothing is concluded from what it lacks.

        Args:
            onts: What is known.
            readings: Of the state; changed here.
            at: When it was read, Unix seconds.

        Returns:
            What is doubted, None when nothing is.
        """
        complete = [reading for reading in readings if reading.outcome is Outcome.COMPLETE]
        lacking = _lacking(onts, readings, complete)
        few = lacking.total() <= FEW_MISSING
        for reading in complete:
            if few or not lacking[str(reading.port)]:
                self._lacks.pop(str(reading.port), None)
        if few:
            return None
        doubted = []
        for reading in complete:
            port = str(reading.port)
            if lacking[port]:
                lack = self._lacks.setdefault(port, _Lack(at))
                lack.again(at)
                known = (ont.ont_id for ont in onts.by_port(port))
                lack.missing = tuple(ont_id for ont_id in known if ont_id not in reading.onts)[:ASKED]
                if not lack.believed:
                    doubted.append(reading)
        if not doubted:
            return None
        expected = sum(len(onts.by_port(str(reading.port))) for reading in doubted)
        listed = sum(len(reading.onts) for reading in doubted)
        wait_s = BELIEVED_AFTER_S - (at - min(self._lacks[str(reading.port)].since for reading in doubted))
        answering = (self._lacks[str(reading.port)].still_there for reading in doubted)
        found = Doubted(listed, expected, max(0.0, wait_s), next(filter(None, answering), None))
        for reading in doubted:
            reading.outcome, reading.error = Outcome.PARTIAL, found.text
            self._lacks[str(reading.port)].still_there = None  # until it answers again
        return found


def _lacking(onts: KnownOnts, readings: Sequence[PortReading], complete: Sequence[PortReading]) -> Counter[str]:
    """Known ONTs that each complete reading lacks; one that is listed at another place has moved."""
    missing = [
        (str(reading.port), ont.serial)
        for reading in complete
        for ont in onts.by_port(str(reading.port))
        if ont.ont_id not in reading.onts
    ]
    if len(missing) <= FEW_MISSING:
        return Counter(port for port, _ in missing)
    listed = {facts.get("serial") for reading in readings for facts in reading.onts.values()} - {None}
    return Counter(port for port, serial in missing if serial not in listed)


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

    @property
    def missing(self) -> list[Key]:
        """Some ONTs that are in doubt."""
        return self._shrinkage.missing

    def answers(self, key: Key, at: float) -> None:
        """One of them is there when it is asked for by itself."""
        self._shrinkage.answers(key, at)

    def review(self, reading: OltReading, ports: Sequence[PortReading], onts: KnownOnts) -> list[Change]:
        """Take back what is not to be believed, and tell what is new about it.

        Args:
            reading: Of the state; changed here.
            ports: Its ports, and those that it no longer has at all.
            onts: What is known.
        """
        doubted_before = self._shrinkage.doubting
        doubted = self._shrinkage.judge(onts, ports, reading.started_at)
        error = doubted.text if doubted else self._no_ports(reading, onts)
        if error:
            reading.outcome, reading.error = Outcome.PARTIAL, error
            reading.all_ports = False
            reading.whole.clear()
        at = reading.started_at
        changes: list[Change] = []
        if doubted and not doubted_before:
            listed, expected = doubted.listed, doubted.expected
            changes.append(TableShrank(at=at, olt=self._olt, listed=listed, expected=expected, wait_s=doubted.wait_s))
        elif doubted_before and not self._shrinkage.lacking:
            changes.append(TableWhole(at=at, olt=self._olt))
        return changes + self._new_duplicates(reading)

    def _no_ports(self, reading: OltReading, onts: KnownOnts) -> str | None:
        """An OLT with customers that lists no PON port at all says nothing of them."""
        if reading.ports or reading.outcome is not Outcome.COMPLETE or not onts.ports():
            return None
        return "lists no PON ports, though ONTs are known on some: nothing is concluded"

    def _new_duplicates(self, reading: OltReading) -> list[Change]:
        found = duplicate_serials(reading.ports)
        changes: list[Change] = []
        for serial in sorted(found.keys() - self._duplicates):
            places = tuple(named_place(port, ont_id) for port, ont_id in found[serial])
            changes.append(OntDuplicated(at=reading.started_at, olt=self._olt, serial=serial, places=places))
        if reading.outcome is Outcome.COMPLETE:
            self._duplicates &= found.keys()
        self._duplicates |= found.keys()
        return changes
