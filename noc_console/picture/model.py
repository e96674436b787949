"""The console's model: applies changes, rolls counts up, lets trust decay with age.

It never asks anybody anything: the feed brings changes, the clock is an argument. A collector that died needs no
special case here: ages grow, states turn unknown by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from math import isnan
from typing import Any, TypeVar

from noc_console.domain.changes import Change
from noc_console.domain.fibre import SPLICES, STRANDS
from noc_console.domain.fibre_path import FibrePlant
from noc_console.domain.freshness import Freshness, Intervals
from noc_console.domain.incidents.index import Outages
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import (
    Card,
    Collector,
    Cpe,
    Fan,
    Olt,
    Ont,
    PollKind,
    PollMark,
    Port,
    Source,
    Unregistered,
)
from noc_console.domain.ont import OntState, effective_state, reported_state
from noc_console.domain.optics import Signal, Thresholds, classify_signal
from noc_console.domain.plant import SPLITTERS, SUBSCRIBERS, Subscriber
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.domain.records import Key, Record, RecordKind, Value
from noc_console.domain.standing import acs_may_act, later, observed_at, only_router, trust
from noc_console.domain.update import OntValues, Update
from noc_console.picture.addresses import Addresses
from noc_console.picture.ont_store import GONE, OFFLINE, ONLINE, ONT_FIELDS, STATE_NAMES, UNKNOWN, OntStore
from noc_console.picture.plant import Plant
from noc_console.picture.settings import PictureSettings
from noc_console.picture.tree import Counts, NodeKey, PortState, new_port

R = TypeVar("R", bound=Record)

SLICE = 500
"""Rows applied per loop turn."""
KEPT_CHANGES = 2000

SIGNALS: tuple[Signal | None, ...] = (None, Signal.GOOD, Signal.WARNING, Signal.CRITICAL, Signal.OVERLOAD)
_SIGNAL_INDEX = {signal: index for index, signal in enumerate(SIGNALS)}
_STATES = {OntState.ONLINE: ONLINE, OntState.OFFLINE: OFFLINE, OntState.UNKNOWN: UNKNOWN}


@dataclass(slots=True)
class Link:
    """How the console's conversation with its backend goes."""

    opened: bool = False
    loaded: bool = False
    """Whether everything was read once: what is not here before that may well exist."""
    starting: bool = False
    """Whether ``error`` only says that the database is being made."""
    error: str | None = None
    failing_since: float | None = None
    retry_at: float | None = None
    last_ok_at: float | None = None
    beats: int = 0
    """Answers that brought something; the heartbeat of the data."""


@dataclass(slots=True)
class Delta:
    """What an update touched, for whoever paints."""

    rows: set[int] = field(default_factory=set)
    structure: bool = False
    """ONTs or ports came, went or moved."""
    tree: bool = False
    jobs: set[int] = field(default_factory=set)
    batches: bool = False
    changes: bool = False
    sources: bool = False
    records: set[str] = field(default_factory=set)
    """Names of the record kinds of which rows changed."""

    @classmethod
    def of_all(cls, model: Model) -> Delta:
        """What a model that was loaded before brings to whoever begins to look at it."""
        return cls(
            structure=True,
            tree=True,
            jobs=set(model.jobs),
            batches=True,
            changes=True,
            sources=True,
            records=set(RECORD_KINDS),
        )

    def merge(self, other: Delta) -> None:
        """Take in what another one touched."""
        self.rows |= other.rows
        self.jobs |= other.jobs
        self.records |= other.records
        for name in ("structure", "tree", "batches", "changes", "sources"):
            setattr(self, name, getattr(self, name) or getattr(other, name))

    def __bool__(self) -> bool:
        rows = self.rows or self.structure or self.tree
        return bool(rows or self.jobs or self.batches or self.changes or self.sources or self.records)


@cache
def _effective(reported: str, trust: Freshness) -> int:
    return _STATES[effective_state(reported_state(reported), trust)]


class Model:
    """Everything that the console knows."""

    def __init__(self, settings: PictureSettings) -> None:
        self.settings = settings
        self.intervals = settings.intervals
        self.link = Link()
        self.onts = OntStore()
        self.olts: dict[int, Olt] = {}
        self._intervals: dict[int, tuple[Olt, Intervals]] = {}
        self.cards: dict[tuple[int, str], Card] = {}
        self.fans: dict[tuple[int, str], Fan] = {}
        self.ports: dict[tuple[int, str], Port] = {}
        self.waiting: dict[tuple[int, str, str], Unregistered] = {}
        """ONTs that wait to be registered, by OLT, port and serial number."""
        self.port_states: dict[tuple[int, str], PortState] = {}
        self._ports_of: dict[int, list[PortState]] = {}
        """The same by OLT: to look through all ports for those of each OLT grows with the square of the network."""
        self.marks: dict[tuple[int, str, PollKind], PollMark] = {}
        self.cpes: dict[str, Cpe] = {}
        """By device id at the ACS."""
        self._routers: dict[str, tuple[str, ...]] = {}
        """Device ids by ONT serial number; several are possible."""
        self.jobs: dict[int, Job] = {}
        self.jobs_of: dict[int, list[int]] = {}
        """Job ids by ``Ont.id``, oldest first."""
        self.batches: dict[int, Batch] = {}
        self.changes: dict[int, Change] = {}
        """The newest ones, by id."""
        self.sources: dict[str, Source] = {}
        self.collectors: dict[str, Collector] = {}
        self._records: dict[str, dict[Key, Any]] = {name: {} for name in RECORD_KINDS}
        self.plant = Plant()
        self.fibre = FibrePlant()
        self.addresses = Addresses(lambda: self.cpes.values())
        self.outages = Outages()
        self._dirty: set[tuple[int, str]] = set()
        self._unsorted: set[tuple[int, str]] = set()
        """PON ports with rows that have not found their place yet."""
        self._rolled: dict[NodeKey | None, Counts] = {}

    # -- reading ---------------------------------------------------------------------------------------------------

    def thresholds(self, olt_id: int) -> Thresholds:
        """Limits for the ONTs of one OLT."""
        olt = self.olts.get(olt_id)
        return self.settings.thresholds_for(olt.name) if olt else self.settings.thresholds

    def intervals_of(self, olt_id: int) -> Intervals:
        """How often one OLT is read."""
        olt = self.olts.get(olt_id)
        if olt is None:
            return self.intervals
        known = self._intervals.get(olt_id)
        if known is None or known[0] is not olt:  # asked for each of 100,000 ONTs
            known = self._intervals[olt_id] = olt, olt.intervals(self.settings.intervals_for(olt.name))
        return known[1]

    def olt_name(self, olt_id: int) -> str:
        """Its name; the bare number before the OLT itself arrived."""
        olt = self.olts.get(olt_id)
        return olt.name if olt else f"olt#{olt_id}"

    def sorted_olts(self) -> list[int]:
        """OLT ids by name, numbers inside names counting as numbers."""
        known = set(self.olts) | set(self._ports_of)
        return sorted(known, key=lambda olt_id: natural(self.olt_name(olt_id)))

    def sorted_ports(self, olt_id: int, card: str | None = None) -> list[PortState]:
        """PON ports of an OLT, or of one card."""
        chosen = (port for port in self._ports_of.get(olt_id, ()) if card in (None, port.card))
        return sorted(chosen, key=lambda port: port.sort_key)

    def rows_under(self, node: NodeKey | None) -> list[int]:
        """Rows of the store below a node, in natural order; None is the whole network."""
        if node is None:
            return [row for olt_id in self.sorted_olts() for row in self.rows_under(NodeKey(olt_id))]
        if node.level == 2:
            port = self.port_states.get((node.olt_id, node.path))
            return list(port.rows) if port else []
        card = node.path if node.level == 1 else None
        return [row for port in self.sorted_ports(node.olt_id, card) for row in port.rows]

    def size_under(self, node: NodeKey | None) -> int:
        """How many rows ``rows_under`` would list."""
        if node is None:
            return sum(len(port.rows) for port in self.port_states.values())
        if node.level == 2:
            port = self.port_states.get((node.olt_id, node.path))
            return len(port.rows) if port else 0
        card = node.path if node.level == 1 else None
        return sum(len(port.rows) for port in self._ports_of.get(node.olt_id, ()) if card in (None, port.card))

    def open_batches(self) -> list[Batch]:
        """Bulk actions that have not ended, oldest first."""
        return [batch for _, batch in sorted(self.batches.items()) if batch.finished_at is None]

    def batch_list(self) -> list[Batch]:
        """Bulk actions, newest first."""
        return [batch for _, batch in sorted(self.batches.items(), reverse=True)]

    def counts(self, node: NodeKey | None = None) -> Counts:
        """Counts below a node; None is the whole network."""
        return self._rolled.get(node) or Counts()

    def port_of(self, row: int) -> PortState | None:
        """The PON port of an ONT."""
        return self.port_states.get((self.onts.get(row, "olt_id"), self.onts.get(row, "port")))

    def state_at(self, row: int) -> float | None:
        """When the ONT's state was last read: with its port, or alone."""
        port = self.port_of(row)
        return later(port.state_at if port else None, self.onts.get(row, "refreshed_at"))

    def optics_at(self, row: int) -> float | None:
        """When the ONT's light was last read: with its port, or alone."""
        port = self.port_of(row)
        return later(port.optics_at if port else None, self.onts.get(row, "refreshed_at"))

    def freshness(self, row: int, now: float) -> Freshness:
        """How far the ONT's state may be trusted."""
        olt_id = self.onts.get(row, "olt_id")
        return self._classify(olt_id, self.state_at(row), now, self.intervals_of(olt_id).state_s)

    def optics(self, row: int, now: float) -> Freshness:
        """How far the ONT's light may be trusted."""
        olt_id = self.onts.get(row, "olt_id")
        return self._classify(olt_id, self.optics_at(row), now, self.intervals_of(olt_id).optics_s)

    def trust_in(self, olt_id: int, kind: PollKind, now: float) -> Freshness:
        """How far what the OLT itself said in one kind of poll may be trusted."""
        interval_s: float = getattr(self.intervals_of(olt_id), f"{kind}_s")
        return self._classify(olt_id, self.read_at(olt_id, kind), now, interval_s)

    def read_at(self, olt_id: int, kind: PollKind) -> float | None:
        """When one kind of poll last brought everything of an OLT."""
        mark = self.marks.get((olt_id, "", kind))
        return mark.observed_at if mark else None

    def poll_notes(self, olt_id: int) -> list[str]:
        """What the last polls of an OLT say went wrong, or was refused, each once: ``optics: 3 values refused``."""
        marks = ((kind, self.marks.get((olt_id, "", kind))) for kind in PollKind)
        found = {mark.error: kind for kind, mark in reversed([*marks]) if mark and mark.error}
        return [f"{kind.value}: {error}" for error, kind in reversed(found.items())]

    def waiting_under(self, node: NodeKey | None) -> list[Unregistered]:
        """ONTs below a node that wait to be registered, those that came last first."""
        found = [ont for ont in self.waiting.values() if node is None or _under(node, ont.olt_id, ont.port)]
        return sorted(found, key=lambda ont: -ont.first_seen_at)

    def routers_of(self, serial: str | None) -> list[Cpe]:
        """The routers that the ACS knows under this ONT's serial number."""
        return [self.cpes[device_id] for device_id in self._routers.get(serial or "", ())]

    def cpe_of(self, serial: str | None) -> Cpe | None:
        """The only router with that serial number; several are never guessed between."""
        return only_router(self.routers_of(serial))

    @property
    def acs_may_act(self) -> bool:
        """Whether an action may be tried: an ACS is configured, and did not fail the last time."""
        return acs_may_act(self.sources.get("genieacs"))

    def job_list(self, ont_id: int | None = None) -> list[Job]:
        """Jobs, newest first; of one ONT when its row id is given."""
        ids = self.jobs if ont_id is None else self.jobs_of.get(ont_id, [])
        return [self.jobs[job_id] for job_id in sorted(ids, reverse=True)]

    def jobs_on_router(self, device_id: str) -> list[Job]:
        """Jobs on a router by its own id, or on the ONT that has its serial number; newest first."""
        serial = self.cpes[device_id].serial if device_id in self.cpes else None
        named = (job for job in self.jobs.values() if job.target.key == device_id or (serial and job.serial == serial))
        return sorted(named, key=lambda job: -job.id)

    def records(self, kind: RecordKind[R]) -> list[R]:
        """Rows of a record kind, in its order."""
        return sorted(self._records[kind.name].values(), key=kind.order)

    def record(self, kind: RecordKind[R], *key: Value) -> R | None:
        """One row of a record kind, by its key."""
        found: R | None = self._records[kind.name].get(key)
        return found

    def subscribers(self) -> Iterable[Subscriber]:
        """Every subscriber, in no order."""
        found: Iterable[Subscriber] = self._records[SUBSCRIBERS.name].values()
        return found

    def ont_state(self, serial: str | None) -> str:
        """Effective state of the ONT with this serial number, or ``not listed``."""
        row = self.onts.by_identity.get(serial) if serial else None
        name = "gone" if row is None else STATE_NAMES[self.onts.state[row]]
        return "not listed" if name == "gone" else name

    def change_list(self) -> list[Change]:
        """Changes, newest first."""
        return [self.changes[change_id] for change_id in sorted(self.changes, reverse=True)]

    def collector(self, now: float) -> Collector | None:
        """A collector that lives and takes jobs: who leads, else the longest-serving one."""
        return min(self.working(now), key=lambda c: (not c.leads, c.started_at), default=None)

    def working(self, now: float) -> list[Collector]:
        """Collectors that live and take jobs; more than one when they share the OLTs."""
        return [collector for collector in self.collectors.values() if collector.takes_jobs(now)]

    # -- writing ---------------------------------------------------------------------------------------------------

    def apply(self, update: Update, now: Callable[[], float], delta: Delta) -> Iterator[None]:
        """Take changes in; yields after each slice so that keys are served in between.

        The clock is asked anew after each yield: trust that decayed meanwhile must not be given back.
        """
        for olt in update.olts:
            self._put_olt(olt, delta)
        self.cards.update(((card.olt_id, card.name), card) for card in update.cards)
        self.fans.update(((fan.olt_id, fan.name), fan) for fan in update.fans)
        self._put_waiting(update.unregistered)
        for port in update.ports:
            self.ports[port.olt_id, port.name] = port
            self._port(port.olt_id, port.name, delta)
        for start in range(0, len(update.onts), SLICE):
            for ont in update.onts[start : start + SLICE]:
                self._put_ont(ont, delta)
            yield
        for start in range(0, len(update.fresh_onts), SLICE):
            self._put_fresh(update.fresh_onts[start : start + SLICE], delta)
            yield
        for start in range(0, len(update.cpes), SLICE):
            for cpe in update.cpes[start : start + SLICE]:
                self._put_cpe(cpe, delta)
            yield
        for mark in update.marks:
            self._put_mark(mark)
        for job in update.jobs:
            self._put_job(job, delta)
        self.batches.update((batch.id, batch) for batch in update.batches)
        delta.batches |= bool(update.batches)
        self._put_changes(update.changes, delta)
        for name, records in update.records.items():
            self._put_records(name, records, delta)
        self.sources.update((source.name, source) for source in update.sources)
        self.collectors.update((collector.id, collector) for collector in update.collectors)
        delta.sources |= bool(update.sources or update.collectors or update.olts or update.marks)
        delta.tree |= bool(update.olts or update.cards or update.fans or update.ports or update.unregistered)
        yield
        yield from self._settle(now, delta)

    def pack(self) -> None:
        """Lay side by side what every list of ONTs touches: row numbers and PON ports.

        Sessions that share this process's memory copy each page that they touch, if only to count a reference.
        """
        numbers = list(range(len(self.onts)))
        self.port_states = {(port.olt_id, port.name): copy(port) for port in self.port_states.values()}
        self._ports_of = {}
        for port in self.port_states.values():
            port.sort_key = (*port.sort_key,)
            port.rows = [numbers[row] for row in port.rows]
            self._ports_of.setdefault(port.olt_id, []).append(port)

    def reage(self, now: float, delta: Delta) -> None:
        """Let trust decay: ports whose readings changed class turn their ONTs' states."""
        for key, port in self.port_states.items():
            if self._age_port(port, now):
                self._dirty.add(key)
        for _ in self._settle(lambda: now, delta):
            pass

    def _settle(self, now: Callable[[], float], delta: Delta) -> Iterator[None]:
        dirty, self._dirty = self._dirty, set()
        for number, key in enumerate(dirty):
            port = self.port_states[key]
            if key in self._unsorted:
                port.rows.sort(key=self.onts.column("ont_id").__getitem__)
                self._unsorted.discard(key)
            self._age_port(port, now())
            self._derive(port, now(), delta)
            if number % 8 == 7:
                yield
        if delta.tree or delta.structure:
            self._roll_up()

    def _roll_up(self) -> None:
        rolled: dict[NodeKey | None, Counts] = {None: Counts()}
        for port in self.port_states.values():
            for node in (None, NodeKey(port.olt_id), NodeKey(port.olt_id, port.card, 1), port.key):
                rolled.setdefault(node, Counts()).add(port.counts)
        self._rolled = rolled

    def _age_port(self, port: PortState, now: float) -> bool:
        before = port.state, port.optics
        port.state_at = self.port_read_at(port.olt_id, port.name, PollKind.STATE)
        port.optics_at = self.port_read_at(port.olt_id, port.name, PollKind.OPTICS)
        port.state = self._classify(port.olt_id, port.state_at, now, self.intervals_of(port.olt_id).state_s)
        port.optics = self._classify(port.olt_id, port.optics_at, now, self.intervals_of(port.olt_id).optics_s)
        return before != (port.state, port.optics)

    def port_read_at(self, olt_id: int, port: str, kind: PollKind) -> float | None:
        """When a PON port was last read whole in one kind of poll; None when it never was."""
        return observed_at(self.marks.get((olt_id, port, kind)), self.marks.get((olt_id, "", kind)))

    def _classify(self, olt_id: int, read_at: float | None, now: float, interval_s: float) -> Freshness:
        return trust(self.olts.get(olt_id), read_at, now, interval_s)

    def _derive(self, port: PortState, now: float, delta: Delta) -> None:
        """Effective state and signal of every ONT on a port, and its counts."""
        counts = Counts()
        thresholds = self.thresholds(port.olt_id)
        states, light_dbm = self.onts.column("state"), self.onts.column("onu_rx_dbm")
        refreshed = self.onts.column("refreshed_at")
        for row in port.rows:
            state_trust, optics_trust = port.state, port.optics
            if not isnan(refreshed[row]):
                state_trust = self._trust(port, PollKind.STATE, row, now)
                optics_trust = self._trust(port, PollKind.OPTICS, row, now)
            state = _effective(states[row], state_trust)
            online = state == ONLINE
            rx_dbm = light_dbm[row]
            lit = online and optics_trust.trusted and not isnan(rx_dbm)
            light = classify_signal(rx_dbm, thresholds) if lit else None
            counts.online += online
            counts.offline += state == OFFLINE
            counts.unknown += state == UNKNOWN
            counts.good += light is Signal.GOOD
            counts.warning += light is Signal.WARNING
            counts.critical += light is Signal.CRITICAL
            counts.overload += light is Signal.OVERLOAD
            if self.onts.set_derived(row, state, _SIGNAL_INDEX[light]):
                delta.rows.add(row)
        if counts != port.counts:
            port.counts = counts
            delta.tree = True

    def _trust(self, port: PortState, kind: PollKind, row: int, now: float) -> Freshness:
        """The port's class, unless the ONT alone was read later."""
        if kind is PollKind.STATE:
            trust, read_at, interval_s = port.state, port.state_at, self.intervals_of(port.olt_id).state_s
        else:
            trust, read_at, interval_s = port.optics, port.optics_at, self.intervals_of(port.olt_id).optics_s
        refreshed_at = self.onts.get(row, "refreshed_at")
        if refreshed_at is None or (read_at is not None and refreshed_at <= read_at):
            return trust
        return self._classify(port.olt_id, refreshed_at, now, interval_s)

    def _port(self, olt_id: int, name: str, delta: Delta) -> PortState:
        port = self.port_states.get((olt_id, name))
        if port is None:
            port = self.port_states[olt_id, name] = new_port(olt_id, name)
            self._ports_of.setdefault(olt_id, []).append(port)
            delta.structure = True
            self._dirty.add((olt_id, name))
        return port

    def _put_olt(self, olt: Olt, delta: Delta) -> None:
        if olt.removed_at is not None:
            self._drop_olt(olt.id, delta)
            return
        before = self.olts.get(olt.id)
        self.olts[olt.id] = olt
        if before is not None and before.name != olt.name:
            self.onts.forget_texts()  # they hold the name
        if before is None or before.reachable != olt.reachable or before.name != olt.name:
            delta.structure = delta.structure or before is None or before.name != olt.name
            self._dirty.update((olt.id, port.name) for port in self._ports_of.get(olt.id, ()))

    def _drop_olt(self, olt_id: int, delta: Delta) -> None:
        """An OLT that is no longer configured goes with all that is below it."""
        self.olts.pop(olt_id, None)
        for port in self._ports_of.pop(olt_id, ()):
            for row in self.port_states.pop((olt_id, port.name)).rows:
                self.onts.set_derived(row, GONE, 0)
                delta.rows.add(row)
            self._dirty.discard((olt_id, port.name))
        tables: tuple[dict[Any, Any], ...] = (self.cards, self.fans, self.ports, self.waiting, self.marks)
        for table in tables:
            for row_key in [key for key in table if key[0] == olt_id]:
                del table[row_key]
        delta.structure = delta.tree = True

    def _put_fresh(self, rows: Sequence[OntValues], delta: Delta) -> None:
        """ONTs of OLTs that are read for the first time, by column; those known after all one by one."""
        columns = dict(zip(ONT_FIELDS, zip(*rows, strict=True), strict=True))
        if not self.onts.row_of.keys().isdisjoint(columns["id"]):
            for values in rows:
                self._put_ont(Ont(*values), delta)
            return
        added = self.onts.add(columns)
        delta.rows.update(added)
        by_port: dict[tuple[int, str], list[int]] = {}
        for row, here in zip(added, zip(columns["olt_id"], columns["port"], strict=True), strict=True):
            by_port.setdefault(here, []).append(row)
        for here, of_port in by_port.items():
            self._enter(of_port, here, delta)

    def _enter(self, rows: Sequence[int], here: tuple[int, str], delta: Delta) -> None:
        """List rows on their PON port; their place among the others is found when the port settles."""
        self._port(*here, delta).rows.extend(rows)
        self._dirty.add(here)
        self._unsorted.add(here)
        delta.structure = True

    def _put_ont(self, ont: Ont, delta: Delta) -> None:
        known = self.onts.row_of.get(ont.id)
        before = None if known is None else (self.onts.get(known, "olt_id"), self.onts.get(known, "port"))
        was_listed = known is not None and self.onts.state[known] != GONE  # vanished, or gone with its whole OLT
        row = self.onts.put(ont)
        delta.rows.add(row)
        here = (ont.olt_id, ont.port)
        listed = ont.vanished_at is None
        if was_listed and before is not None and (before != here or not listed):
            self.port_states[before].rows.remove(row)
            self._dirty.add(before)
            delta.structure = True
        if not listed:
            self.onts.set_derived(row, GONE, 0)
            return
        self._dirty.add(here)
        if not was_listed or before != here:
            self.onts.set_derived(row, UNKNOWN, 0)
            self._enter((row,), here, delta)

    def _put_cpe(self, cpe: Cpe, delta: Delta) -> None:
        before = self.cpes.get(cpe.device_id)
        self.cpes[cpe.device_id] = cpe
        if before is None or before.wan_ip != cpe.wan_ip:
            self.addresses.forget()
        old = before.serial if before else None
        if old != cpe.serial:
            if old:
                self._routers[old] = tuple(one for one in self._routers[old] if one != cpe.device_id)
            if cpe.serial:
                self._routers[cpe.serial] = (*self._routers.get(cpe.serial, ()), cpe.device_id)
        for serial in {old, cpe.serial} - {None}:
            row = self.onts.by_identity.get(serial or "")
            if row is not None:
                self.onts.forget_text(row)
                self.onts.version[row] += 1
                delta.rows.add(row)

    def _put_waiting(self, found: list[Unregistered]) -> None:
        for ont in found:
            key = ont.olt_id, ont.port, ont.serial
            if ont.gone_at is None:
                self.waiting[key] = ont
            else:
                self.waiting.pop(key, None)

    def _put_records(self, name: str, records: list[Record], delta: Delta) -> None:
        kind, known = RECORD_KINDS[name], self._records[name]
        for record in records:
            if record.removed_at is None:
                known[kind.key_of(record)] = record
            else:
                known.pop(kind.key_of(record), None)
        if not records:
            return
        delta.records.add(name)
        if kind in (SPLITTERS, SUBSCRIBERS):
            self.plant = Plant(self.records(SUBSCRIBERS), self.records(SPLITTERS))
            self.onts.forget_texts()
        if kind in (STRANDS, SPLICES, SPLITTERS):
            self.fibre = FibrePlant(self.records(STRANDS), self.records(SPLICES), self.records(SPLITTERS))
        if kind is INCIDENTS:
            self.outages.put(records)  # type: ignore[arg-type]

    def _put_mark(self, mark: PollMark) -> None:
        self.marks[mark.olt_id, mark.port, mark.kind] = mark
        if mark.port:
            if (mark.olt_id, mark.port) in self.port_states:
                self._dirty.add((mark.olt_id, mark.port))
        else:
            self._dirty.update((mark.olt_id, port.name) for port in self._ports_of.get(mark.olt_id, ()))

    def _put_job(self, job: Job, delta: Delta) -> None:
        before = self.jobs.get(job.id)
        if before is None:
            if (ont_id := job.target.ont_id) is not None:
                self.jobs_of.setdefault(ont_id, []).append(job.id)
        elif before.steps and not job.steps:
            job = replace(job, steps=before.steps)
        self.jobs[job.id] = job
        delta.jobs.add(job.id)

    def _put_changes(self, changes: list[Change], delta: Delta) -> None:
        for change in changes:
            self.changes[change.id] = change
            delta.changes = True
        if len(self.changes) > KEPT_CHANGES:
            for change_id in sorted(self.changes)[: len(self.changes) - KEPT_CHANGES]:
                del self.changes[change_id]


def _under(node: NodeKey, olt_id: int, port: str) -> bool:
    return olt_id == node.olt_id and (not node.path or port == node.path or port.startswith(f"{node.path}/"))


@lru_cache(maxsize=10_000)
def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key in which ``olt-2`` comes before ``olt-10``."""
    return tuple((0, int(part)) if part.isdigit() else (1, part.lower()) for part in re.split(r"(\d+)", text) if part)
