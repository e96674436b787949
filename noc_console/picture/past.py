"""The past as the feed would have brought it: a recording, played to any instant, as rows that changed since the last.

Whoever reads the picture reads the past in the same way; it only cannot be acted on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from noc_console.domain.incidents.engine import Engine
from noc_console.domain.incidents.incident import Place
from noc_console.domain.incidents.lines import INSTANTS
from noc_console.domain.incidents.network import Network, OltFact, OntFact
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.records import INCIDENTS, IncidentRecord, record_of
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.domain.network import Card, Olt, Ont, Outcome, PollKind, PollMark, Port, Source
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, ZONES, Splitter, Subscriber, Zone
from noc_console.domain.records import Record
from noc_console.domain.update import Update

LIGHT_MOVED_DB = 1.0
"""Less is the noise of readings."""


class Past:
    """A recording that is looked at.

    Args:
        observations: In the order of their times; those of the first instant are the network as it was.
        settings: The incident engine's limits.
        starts_at: What is added to the observations' times to make Unix seconds.
    """

    def __init__(self, observations: Sequence[Observation], settings: IncidentSettings, starts_at: float = 0.0) -> None:
        self._observations = list(observations)
        self._settings = settings
        self._shift = starts_at
        self.first_at = starts_at + (observations[0].at if observations else 0.0)
        self.last_at = starts_at + max((one.at for one in observations), default=0.0)
        self._engine = self._new_engine()
        self._taken = 0
        self._olts: dict[str, int] = {}
        self._onts: dict[Place, int] = {}
        self._shown: dict[tuple[Any, ...], Any] = {}
        """Rows as they were last given out, by kind and key."""
        self._all = True

    def go_to(self, at: float) -> Update:
        """What is different at this instant from the one that was last gone to."""
        relative = min(max(at, self.first_at), self.last_at) - self._shift
        if self._taken and relative < self._observations[self._taken - 1].at:
            self._engine, self._taken, self._all = self._new_engine(), 0, True
        touched: set[Place] = set()
        while self._taken < len(self._observations) and self._observations[self._taken].at <= relative:
            one = self._observations[self._taken]
            self._engine.take(one)
            self._taken += 1
            if one.kind in ("ont", "gone"):
                touched.add((one.fields["olt"], one.fields["port"], one.fields["ont_id"]))
        self._engine.advance(relative)
        return self._update(touched)

    @property
    def observations(self) -> list[Observation]:
        """The recording itself; times are Unix seconds."""
        return [_moved_by(one, self._shift) for one in self._observations]

    @property
    def network(self) -> Network:
        """The network as it was at the instant that was last gone to."""
        return self._engine.network

    def _new_engine(self) -> Engine:
        starts_at = self._observations[0].at if self._observations else 0.0
        return Engine(self._settings, starts_at=starts_at)

    def _update(self, touched: set[Place]) -> Update:
        network, update = self._engine.network, Update()
        everything, self._all = self._all, False
        for olt in network.olts.values():
            olt_id = self._olts.setdefault(olt.name, len(self._olts) + 1)
            self._put(update.olts, ("olt", olt_id), self._olt(olt, olt_id))
            for kind, mark in self._marks(olt, olt_id):
                self._put(update.marks, ("mark", olt_id, mark.port, kind), mark)
            for card, state in olt.cards.items():
                self._put(update.cards, ("card", olt_id, card), Card(olt_id, card, state=state))
            for port in olt.ports.values():
                row = Port(olt_id, port.name, oper=port.oper, tx_dbm=port.tx_dbm)
                self._put(update.ports, ("port", olt_id, port.name), row)
        places = [ont.place for ont in network.onts()] if everything else touched
        for place in places:
            ont = network.ont(place)
            if ont is not None:
                self._put(update.onts, ("ont", place), self._ont(ont))
            elif (before := self._shown.pop(("ont", place), None)) is not None:
                update.onts.append(replace(before, vanished_at=self._shift + self._engine_at))
        if everything:
            self._drop_onts(update)
        self._put_records(update)
        for name, ok in network.sources.items():
            state = "ok" if ok else "failing"
            self._put(update.sources, ("source", name), Source("genieacs" if name == "acs" else name, state))
        return update

    @property
    def _engine_at(self) -> float:
        return self._observations[self._taken - 1].at if self._taken else 0.0

    def _drop_onts(self, update: Update) -> None:
        """Gone back: what there was later is no more."""
        for key in [key for key in self._shown if key[0] == "ont" and self._engine.network.ont(key[1]) is None]:
            update.onts.append(replace(self._shown.pop(key), vanished_at=self._shift))

    def _put(self, rows: list[Any], key: tuple[Any, ...], row: Any) -> None:
        if self._shown.get(key) != row:
            self._shown[key] = row
            rows.append(row)

    def _put_records(self, update: Update) -> None:
        network = self._engine.network
        now: dict[tuple[Any, ...], Record] = {}
        for number in self._engine.cases:
            now[INCIDENTS.name, number] = self._at_clock(record_of(self._engine.incident(number)))
        for splitter in network.splitters.values():
            known = (splitter.name, splitter.olt, splitter.port, splitter.parent)
            row = Splitter(*known, distance_m=splitter.distance_m, zone=splitter.zone)
            now[SPLITTERS.name, splitter.name] = row
        for zone in network.zones:
            now[ZONES.name, zone] = Zone(zone)
        if self._subscribers_due():
            now |= {(SUBSCRIBERS.name, one.account): one for one in map(_subscriber, network.onts()) if one}
        else:
            now |= {key: row for key, row in self._shown.items() if key[0] == SUBSCRIBERS.name}
        kinds = (INCIDENTS.name, SPLITTERS.name, ZONES.name, SUBSCRIBERS.name)
        for key in [key for key in self._shown if key[0] in kinds and key not in now]:
            gone = replace(self._shown.pop(key), removed_at=self._shift)
            update.records.setdefault(key[0], []).append(gone)
        for key, record in now.items():
            self._put(update.records.setdefault(key[0], []), key, record)

    def _subscribers_due(self) -> bool:
        """Customers hardly change: they are told with the first look, and again when one looked back."""
        return not any(key[0] == SUBSCRIBERS.name for key in self._shown)

    def _at_clock(self, record: IncidentRecord) -> IncidentRecord:
        names = "opened_at first_loss_at last_loss_at confirmed_at clearing_at resolved_at rung_at".split()
        moved = {name: at + self._shift for name in names if (at := getattr(record, name)) is not None}
        return replace(record, **moved)

    def _olt(self, olt: OltFact, olt_id: int) -> Olt:
        answered_at = self._clock(olt.answered_at)
        return Olt(
            olt_id,
            olt.name,
            address="",
            reachable=olt.reachable if olt.failing_at is None else False,
            last_poll_at=self._clock(olt.failing_at) or answered_at,
            last_ok_at=answered_at,
            uptime_s=olt.uptime_s,
            ping_loss=olt.ping_loss,
            ping_at=self._clock(olt.ping_at),
            state_s=olt.state_s or self._settings.intervals.state_s,
            optics_s=self._settings.intervals.optics_s,
        )

    def _marks(self, olt: OltFact, olt_id: int) -> Iterable[tuple[PollKind, PollMark]]:
        for at, port in [(olt.state_at, ""), *((port.state_at, port.name) for port in olt.ports.values())]:
            when = self._clock(at if at is not None or port else self._observations[0].at)
            if when is not None:
                for kind in (PollKind.STATE, PollKind.OPTICS):
                    yield kind, PollMark(olt_id, port, kind, Outcome.COMPLETE, when, when)

    def _ont(self, ont: OntFact) -> Ont:
        olt, port, ont_id = ont.place
        return Ont(
            self._onts.setdefault(ont.place, len(self._onts) + 1),
            self._olts[olt],
            port,
            ont_id,
            serial=ont.serial,
            description=ont.customer,
            state=ont.state or "unknown",
            offline_reason=ont.reason,
            admin=ont.admin,
            state_changed_at=self._clock(ont.changed_at),
            distance_m=ont.distance_m,
            onu_rx_dbm=ont.onu_rx_dbm,
            olt_rx_dbm=ont.olt_rx_dbm,
            last_onu_rx_dbm=ont.onu_rx_dbm,
        )

    def _clock(self, at: float | None) -> float | None:
        return None if at is None else at + self._shift


def _moved_by(one: Observation, seconds: float) -> Observation:
    told = {name: one.fields[name] for name in INSTANTS & one.fields.keys()}
    moved = {name: at + seconds for name, at in told.items() if at is not None}
    return replace(one, at=one.at + seconds, fields={**one.fields, **moved})


def _subscriber(ont: OntFact) -> Subscriber | None:
    if ont.serial is None or (ont.customer is None and not ont.business):
        return None
    return Subscriber(ont.serial, ont.customer, ont.serial, splitter=ont.splitter, zone=ont.zone, business=ont.business)


def _moved(before: float | None, after: float | None) -> bool:
    return before is not None and after is not None and abs(after - before) >= LIGHT_MOVED_DB


def differences(before: Network, after: Network) -> dict[str, list[OntFact]]:
    """ONTs of ``after`` that are different from ``before``: ``lost``, ``recovered``, ``light`` (that moved)."""
    found: dict[str, list[OntFact]] = {"lost": [], "recovered": [], "light": []}
    for ont in after.onts():
        old = before.ont(ont.place)
        if old is None:
            continue
        if old.up and ont.down:
            found["lost"].append(ont)
        elif old.down and ont.up:
            found["recovered"].append(ont)
        elif ont.up and _moved(old.onu_rx_dbm, ont.onu_rx_dbm):
            found["light"].append(ont)
    return found
