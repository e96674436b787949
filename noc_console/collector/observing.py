"""From what the database holds to what the incident engine observes; the same observations make a recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from noc_console.domain.changes import How, OntDown, OntUp
from noc_console.domain.handling import MAINTENANCE, Maintenance
from noc_console.domain.incidents.incident import Place
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.network import Olt, Ont, Outcome, PollMark
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, Splitter, Subscriber
from noc_console.domain.update import Update
from noc_console.domain.uplinks import UPLINKS, Uplink

FACTS = "serial offline_reason admin distance_m onu_rx_dbm olt_rx_dbm".split()


class Observer:
    """Turns updates of the feed into observations; remembers only what it needs to tell what changed."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._onts: dict[int, tuple[Place, tuple[Any, ...], str]] = {}
        """By ``Ont.id``: place, facts, state."""
        self._subscribers: dict[str, Subscriber] = {}
        """By serial."""
        self._places: dict[str, int] = {}
        """``Ont.id`` by serial."""
        self._windows: dict[int, Maintenance] = {}
        """Planned work that has not begun."""

    def observe(self, update: Update, now: float) -> list[Observation]:
        """What an update brought, in the order of time."""
        self._names.update((olt.id, olt.name) for olt in update.olts)
        how = {
            (change.olt, change.port, change.ont_id): change
            for change in update.changes
            if isinstance(change, OntDown | OntUp)
        }
        found: list[Observation] = [
            *self._plant(update, now),
            *(one for olt in update.olts for one in _olt(olt, now)),
            *self._equipment(update, now),
            *(one for ont in update.onts for one in self._ont(ont, how, now)),
            *(one for mark in update.marks for one in self._mark(mark)),
            *(
                Observation(cpe.last_inform_at, "inform", {"serial": cpe.serial})
                for cpe in update.cpes
                if cpe.serial and cpe.last_inform_at is not None and cpe.last_inform_at <= now
            ),
            *(
                Observation(now, "source", {"name": "acs", "ok": source.state == "ok"})
                for source in update.sources
                if source.name == "genieacs"
            ),
            *self._maintenance(update.records.get(MAINTENANCE.name, ()), now),
        ]
        return sorted(found, key=lambda one: one.at)

    def _plant(self, update: Update, now: float) -> Iterator[Observation]:
        for splitter in update.records.get(SPLITTERS.name, ()):
            if isinstance(splitter, Splitter) and splitter.removed_at is None:
                names = ("name", "olt", "port", "parent", "distance_m", "zone")
                yield Observation(now, "splitter", {name: getattr(splitter, name) for name in names})
        for uplink in update.records.get(UPLINKS.name, ()):
            if isinstance(uplink, Uplink):
                hangs_on = None if uplink.removed_at is not None else uplink.uplink
                yield Observation(now, "olt", {"name": uplink.olt, "uplink": hangs_on})
        for subscriber in update.records.get(SUBSCRIBERS.name, ()):
            if not isinstance(subscriber, Subscriber) or subscriber.serial is None:
                continue
            gone = subscriber.removed_at is not None
            if gone:
                self._subscribers.pop(subscriber.serial, None)
            else:
                self._subscribers[subscriber.serial] = subscriber
            known = self._onts.get(self._places.get(subscriber.serial, -1))
            if known is not None:
                yield Observation(now, "ont", _at_place(known[0]) | self._customer(subscriber.serial))

    def _customer(self, serial: str | None) -> dict[str, Any]:
        subscriber = self._subscribers.get(serial or "")
        if subscriber is None:
            return {}
        told = {"splitter": subscriber.splitter, "zone": subscriber.zone, "customer": subscriber.name}
        return told | {"business": bool(subscriber.business)}

    def _equipment(self, update: Update, now: float) -> Iterator[Observation]:
        for card in update.cards:
            if card.olt_id in self._names:
                yield Observation(
                    now, "card", {"olt": self._names[card.olt_id], "name": card.name, "state": card.state}
                )
        for port in update.ports:
            if port.olt_id in self._names:
                told = {"olt": self._names[port.olt_id], "name": port.name, "oper": port.oper, "tx_dbm": port.tx_dbm}
                yield Observation(now, "port", told)

    def _ont(self, ont: Ont, how: dict[tuple[Any, ...], OntDown | OntUp], now: float) -> Iterator[Observation]:
        olt = self._names.get(ont.olt_id)
        if olt is None:
            return
        place = (olt, ont.port, ont.ont_id)
        before = self._onts.get(ont.id)
        if before is not None and (before[0] != place or ont.vanished_at is not None):
            yield Observation(ont.vanished_at or now, "gone", _at_place(before[0]))
            before = None
        if ont.vanished_at is not None:
            self._onts.pop(ont.id, None)
            return
        facts = tuple(getattr(ont, name) for name in FACTS)
        self._onts[ont.id] = (place, facts, ont.state)
        if ont.serial:
            self._places[ont.serial] = ont.id
        told = _at_place(place)
        if before is None:
            told |= dict(zip(FACTS, facts, strict=True)) | self._customer(ont.serial)
        else:
            told |= {name: new for name, old, new in zip(FACTS, before[1], facts, strict=True) if old != new}
        state = None if ont.state == "unknown" else ont.state
        if before is None or before[2] != ont.state:
            told |= {"state": state, "offline_reason": ont.offline_reason if state == "offline" else None}
            change = how.get(place)
            told["by"] = "trap" if change is not None and change.how is How.TRAP else "poll"
            if isinstance(change, OntDown) and change.since_at is not None:
                told["since_at"] = change.since_at
            yield Observation(min(now, ont.state_changed_at or now), "ont", told)
            return
        if state != "offline":
            told.pop("offline_reason", None)  # kept by the OLT as the last one
        if len(told) > len(_at_place(place)):
            yield Observation(now, "ont", told)

    def _mark(self, mark: PollMark) -> Iterator[Observation]:
        olt = self._names.get(mark.olt_id)
        if olt is None or mark.kind.value not in ("state", "optics"):
            return
        told: dict[str, Any] = {"olt": olt, "kind": mark.kind.value, "outcome": mark.outcome.value}
        if mark.port:
            told["port"] = mark.port
        whole = mark.outcome is Outcome.COMPLETE and mark.observed_at is not None
        yield Observation(mark.observed_at if whole and mark.observed_at else mark.attempted_at, "poll", told)

    def _maintenance(self, records: Iterable[Any], now: float) -> Iterator[Observation]:
        for window in records:
            if isinstance(window, Maintenance):
                self._windows[window.id] = window
        for window in list(self._windows.values()):
            if window.ended_at is not None or window.removed_at is not None or window.until_at <= now:
                del self._windows[window.id]
                yield Observation(now, "maintenance", {"id": str(window.id), "end": True})
            elif window.starts_at <= now:
                del self._windows[window.id]
                places = {name: getattr(window, name) for name in ("olt", "port", "splitter", "zone")}
                told = {"id": str(window.id), "until": window.until_at, **places}
                yield Observation(now, "maintenance", told)


def _olt(olt: Olt, now: float) -> Iterator[Observation]:
    if olt.removed_at is not None:
        return
    at = (olt.last_ok_at if olt.reachable else olt.last_poll_at) or now
    told: dict[str, Any] = {"name": olt.name, "uptime_s": olt.uptime_s, "state_s": olt.state_s}
    if olt.reachable is not None:
        told |= {"reachable": olt.reachable, "error": olt.error}
    yield Observation(min(now, at), "olt", told)
    if olt.ping_at is not None and olt.ping_loss is not None:
        yield Observation(
            min(now, olt.ping_at), "ping", {"olt": olt.name, "loss": olt.ping_loss, "rtt_ms": olt.ping_rtt_ms}
        )


def _at_place(place: Place) -> dict[str, Any]:
    olt, port, ont_id = place
    return {"olt": olt, "port": port, "ont_id": ont_id}
