"""Which open incident an ONT is part of: asked for each of 100,000 ONTs, so it is looked up and never searched."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from noc_console.domain.alarms.states import rank
from noc_console.domain.incidents.incident import Cause, Incident, Place, Scope
from noc_console.domain.incidents.records import IncidentRecord, incident_of

K = TypeVar("K", bound=Hashable)

BLIND = (Cause.MONITORING, Cause.OLT, Cause.UPLINK)
"""Causes that hide what lies behind a whole OLT."""
OVER_KEPT_S = 3600.0
"""For so long a resolved incident is still listed."""


class Outages:
    """The open incidents by what they hit, and those that were resolved lately."""

    def __init__(self) -> None:
        self._open: dict[int, IncidentRecord] = {}
        self._over: dict[int, IncidentRecord] = {}
        self._parsed: dict[int, tuple[IncidentRecord, Incident]] = {}
        self._places: dict[Place, tuple[int, ...]] = {}
        self._olts: dict[str, tuple[int, ...]] = {}

    def put(self, records: Iterable[IncidentRecord]) -> None:
        """Take incidents in as the feed brings them."""
        for record in records:
            self._forget(record.id)
            if record.removed_at is not None:
                continue
            if record.open:
                self._open[record.id] = record
                self._enter(record)
            elif record.resolved_at is not None:
                self._over[record.id] = record

    def open(self) -> Iterator[IncidentRecord]:
        """Open incidents, in no order."""
        yield from self._open.values()

    def over(self, now: float) -> list[IncidentRecord]:
        """Those resolved within ``OVER_KEPT_S``, newest first."""
        old = [key for key, one in self._over.items() if now - (one.resolved_at or 0.0) > OVER_KEPT_S]
        for key in old:
            self._forget(key)
        return sorted(self._over.values(), key=lambda one: (-(one.resolved_at or 0.0), -one.id))

    def listed(self, number: int) -> IncidentRecord | None:
        """The incident of this number, where it is open or was resolved lately."""
        return self._open.get(number) or self._over.get(number)

    def incident(self, record: IncidentRecord) -> Incident:
        """All of it; read once for each version."""
        known = self._parsed.get(record.id)
        if known is None or known[0] is not record:
            known = record, incident_of(record)
            if self.listed(record.id) is record:
                self._parsed[record.id] = known
        return known[1]

    def of(self, place: Place) -> IncidentRecord | None:
        """The incident that an ONT at this place was lost with; of several the widest, then the worst."""
        return self._worst(self._places.get(place, ()))

    def part(self, place: Place, online: bool) -> IncidentRecord | None:
        """As ``of``; an ONT that is online again is part of nothing but of fading light."""
        found = self.of(place)
        return None if found is not None and online and found.cause is not Cause.LIGHT else found

    def hiding(self, olt: str) -> IncidentRecord | None:
        """The incident because of which nothing is known of an OLT's ONTs."""
        return self._worst(self._olts.get(olt, ()))

    def _worst(self, numbers: Iterable[int]) -> IncidentRecord | None:
        found = (self._open[number] for number in numbers)
        return max(found, key=lambda one: (one.scope is not Scope.ONT, rank(one.severity), -one.id), default=None)

    def _enter(self, record: IncidentRecord) -> None:
        incident = self.incident(record)
        for place in {*incident.onts, *incident.stragglers}:
            self._places[place] = (*self._places.get(place, ()), record.id)
        if record.cause in BLIND:
            for olt in {incident.where.olt, *incident.where.olts} - {None}:
                self._olts[str(olt)] = (*self._olts.get(str(olt), ()), record.id)

    def _forget(self, number: int) -> None:
        self._over.pop(number, None)
        if self._open.pop(number, None) is not None:
            _, incident = self._parsed[number]
            for place in {*incident.onts, *incident.stragglers}:
                _take(self._places, place, number)
            for olt in {incident.where.olt, *incident.where.olts} - {None}:
                _take(self._olts, str(olt), number)
        self._parsed.pop(number, None)


def _take(index: dict[K, tuple[int, ...]], key: K, number: int) -> None:
    left = tuple(one for one in index.get(key, ()) if one != number)
    if left:
        index[key] = left
    else:
        index.pop(key, None)
