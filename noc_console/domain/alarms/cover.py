"""What makes an alarm one that nobody must look at: an incident that explains it, or planned work."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from noc_console.domain.alarms.alarm import Alarm
from noc_console.domain.handling import Maintenance
from noc_console.domain.incidents.incident import Incident, Place, Scope
from noc_console.domain.plant import Splitter, Subscriber


def explainer(incidents: Iterable[Incident]) -> Callable[[Alarm], int | None]:
    """The open incident that explains an alarm; where several do, the oldest."""
    tests = [(incident.number, _reach(incident)) for incident in sorted(incidents, key=lambda one: one.number)]

    def explain(alarm: Alarm) -> int | None:
        return next((number for number, reaches in tests if reaches(alarm)), None)

    return explain


def _reach(incident: Incident) -> Callable[[Alarm], bool]:
    """Whether an alarm lies in what is lost: its OLT, card, PON port or ONT."""
    where = incident.where
    olts = {where.olt, *where.olts} - {None}
    if incident.scope in (Scope.OLT, Scope.UPLINK, Scope.NETWORK):
        return lambda alarm: alarm.olt in olts
    onts: set[Place] = {*incident.onts, *incident.stragglers}
    ports = {_full(where.olt, port) for port in where.ports}
    if incident.scope is Scope.PORT and where.port is not None:
        ports.add(_full(where.olt, where.port))
    card = f"{where.olt} {where.card}" if incident.scope is Scope.CARD and where.card is not None else None

    def reaches(alarm: Alarm) -> bool:
        if alarm.olt is None or alarm.port is None:
            return card is not None and alarm.key == f"card {card}"
        place = f"{alarm.olt} {alarm.port}"
        if place in ports or (card is not None and place.startswith(f"{card}/")):
            return True
        return alarm.ont_id is not None and (alarm.olt, alarm.port, alarm.ont_id) in onts

    return reaches


def _full(olt: str | None, port: str) -> str:
    """``olt-1 0/1/3``; ports of an incident on several OLTs have their OLT's name already."""
    return port if " " in port else f"{olt} {port}"


def coverer(windows: Iterable[Maintenance], served: Mapping[int, Collection[str]]) -> Callable[[Alarm], bool]:
    """Whether planned work covers an alarm.

    Args:
        windows: Those that are open.
        served: By the number of a window that names a splitter or zone: serial numbers of the ONTs behind it.
    """
    open_windows = list(windows)

    def covered(window: Maintenance, alarm: Alarm) -> bool:
        if window.olt is not None and alarm.olt != window.olt:
            return False
        if window.port is not None and alarm.port != window.port:
            return False
        behind_all = window.splitter is None and window.zone is None
        return behind_all or (alarm.serial is not None and alarm.serial in served.get(window.id, ()))

    return lambda alarm: any(covered(window, alarm) for window in open_windows)


def serials_behind(
    window: Maintenance, subscribers: Iterable[Subscriber], splitters: Iterable[Splitter]
) -> frozenset[str]:
    """Serial numbers of the ONTs behind the splitter of a window, or in its zone, as far as they were recorded."""
    named = {one.name: one for one in splitters}

    def above(name: str | None) -> list[Splitter]:
        found: list[Splitter] = []
        while name is not None and (splitter := named.get(name)) is not None and splitter not in found:
            found.append(splitter)
            name = splitter.parent
        return found

    def inside(subscriber: Subscriber) -> bool:
        way = above(subscriber.splitter)
        zone = subscriber.zone or next((one.zone for one in way if one.zone), None)
        behind = window.splitter is None or any(one.name == window.splitter for one in way)
        return behind and window.zone in (None, zone)

    return frozenset(one.serial for one in subscribers if one.serial and inside(one))
