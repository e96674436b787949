"""ONTs to which their OLT gives no id and, while they are offline, no port."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.collector.reconcile import KnownOnts
from noc_console.domain.identity import PonPort, told_ont_id
from noc_console.domain.network import Outcome
from noc_console.domain.poll import PortReading


def placed(readings: Sequence[PortReading], known: KnownOnts) -> list[PortReading]:
    """Readings in which such an ONT is where it was last seen; one that was never seen online stays on port 0.

    Args:
        readings: Of one poll; changed here.
        known: Where ONTs were seen.
    """
    at = {reading.port: reading for reading in readings}
    homes: dict[int, PonPort] | None = None
    for reading in readings:
        if reading.port.path[-1]:
            continue
        lost = [number for number in reading.onts if told_ont_id(number) is None]
        if lost and homes is None:
            homes = _homes(known)
        for number in lost:
            home = (homes or {}).get(number)
            if home is not None:
                there = at.setdefault(home, PortReading(home, Outcome.COMPLETE, whole=set(reading.whole)))
                there.onts.setdefault(number, reading.onts.pop(number))
    return list(at.values())


def _homes(known: KnownOnts) -> dict[int, PonPort]:
    """The port of each known ONT without an id that has one."""
    seen = [(PonPort.parse(ont.port), ont) for ont in known.onts.values() if ont.vanished_at is None]
    return {ont.ont_id: port for port, ont in seen if port.path[-1] and told_ont_id(ont.ont_id) is None}
