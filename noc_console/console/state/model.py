"""The console's model: applies changes, rolls counts up, lets trust decay with age.

It never asks anybody anything: the feed brings changes, the clock is an argument. A collector that died needs no
special case here: ages grow, states turn unknown by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from noc_console.console.settings import ConsoleSettings
from noc_console.console.state.store import GONE, OFFLINE, ONLINE, UNKNOWN, OntStore
from noc_console.console.state.tree import Counts, NodeKey, PortState, new_port
from noc_console.domain.freshness import Freshness, classify
from noc_console.domain.jobs import Batch, Job
from noc_console.domain.network import (
    Card,
    Changes,
    Collector,
    CoreDevice,
    CoreInterface,
    Cpe,
    Event,
    Fan,
    Olt,
    Ont,
    PollKind,
    PollMark,
    Port,
    Source,
    Unregistered,
)
from noc_console.domain.ont import OntState, effective_state
from noc_console.domain.optics import Signal, Thresholds, classify_signal
from noc_console.domain.swaps import Swap

SLICE = 500
"""Rows applied per loop turn."""
KEPT_EVENTS = 2000
COLLECTOR_SILENT_S = 20.0

SIGNALS: tuple[Signal | None, ...] = (None, Signal.GOOD, Signal.WARNING, Signal.CRITICAL, Signal.OVERLOAD)
_SIGNAL_INDEX = {signal: index for index, signal in enumerate(SIGNALS)}
_STATES = {OntState.ONLINE: ONLINE, OntState.OFFLINE: OFFLINE, OntState.UNKNOWN: UNKNOWN}


@dataclass(slots=True)
class Link:
    """How the console's conversation with its backend goes."""

    opened: bool = False
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
    swaps: bool = False
    events: bool = False
    sources: bool = False

    def __bool__(self) -> bool:
        rows = self.rows or self.structure or self.tree
        return bool(rows or self.jobs or self.batches or self.swaps or self.events or self.sources)


class Model:
    """Everything that the console knows."""

    def __init__(self, settings: ConsoleSettings) -> None:
        self._settings = settings
        self.intervals = settings.intervals
        self.link = Link()
        self.onts = OntStore()
        self.olts: dict[int, Olt] = {}
        self.cards: dict[tuple[int, str], Card] = {}
        self.fans: dict[tuple[int, str], Fan] = {}
        self.ports: dict[tuple[int, str], Port] = {}
        self.waiting: dict[tuple[int, str, str], Unregistered] = {}
        """ONTs that wait to be registered, by OLT, port and serial number."""
        self.port_states: dict[tuple[int, str], PortState] = {}
        self.marks: dict[tuple[int, str, PollKind], PollMark] = {}
        self.cpes: dict[str, Cpe] = {}
        self.jobs: dict[int, Job] = {}
        self.jobs_of: dict[int, list[int]] = {}
        """Job ids by ``Ont.id``, oldest first."""
        self.batches: dict[int, Batch] = {}
        self.swaps: dict[int, Swap] = {}
        self.events: dict[int, Event] = {}
        self.sources: dict[str, Source] = {}
        self.collectors: dict[str, Collector] = {}
        self.core_devices: dict[str, CoreDevice] = {}
        self.core_interfaces: dict[tuple[str, str], CoreInterface] = {}
        self._dirty: set[tuple[int, str]] = set()
        self._rolled: dict[NodeKey | None, Counts] = {}

    # -- reading ---------------------------------------------------------------------------------------------------

    def thresholds(self, olt_id: int) -> Thresholds:
        """Limits for the ONTs of one OLT."""
        olt = self.olts.get(olt_id)
        return self._settings.thresholds_for(olt.name) if olt else self._settings.thresholds

    def olt_name(self, olt_id: int) -> str:
        """Its name; the bare number before the OLT itself arrived."""
        olt = self.olts.get(olt_id)
        return olt.name if olt else f"olt#{olt_id}"

    def sorted_olts(self) -> list[int]:
        """OLT ids by name, numbers inside names counting as numbers."""
        known = set(self.olts) | {olt_id for olt_id, _ in self.port_states}
        return sorted(known, key=lambda olt_id: natural(self.olt_name(olt_id)))

    def sorted_ports(self, olt_id: int, card: str | None = None) -> list[PortState]:
        """PON ports of an OLT, or of one card."""
        chosen = (p for p in self.port_states.values() if p.olt_id == olt_id and card in (None, p.card))
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

    def open_batches(self) -> list[Batch]:
        """Bulk actions that have not ended, oldest first."""
        return [batch for _, batch in sorted(self.batches.items()) if batch.finished_at is None]

    def counts(self, node: NodeKey | None = None) -> Counts:
        """Counts below a node; None is the whole network."""
        return self._rolled.get(node) or Counts()

    def port_of(self, row: int) -> PortState | None:
        """The PON port of an ONT."""
        return self.port_states.get((self.onts.get(row, "olt_id"), self.onts.get(row, "port")))

    def state_at(self, row: int) -> float | None:
        """When the ONT's state was last read: with its port, or alone."""
        port = self.port_of(row)
        times = [t for t in (port.state_at if port else None, self.onts.get(row, "refreshed_at")) if t is not None]
        return max(times, default=None)

    def freshness(self, row: int, now: float) -> Freshness:
        """How far the ONT's state may be trusted."""
        return self._classify(self.onts.get(row, "olt_id"), self.state_at(row), now, self.intervals.state_s)

    def trust_in(self, olt_id: int, kind: PollKind, now: float) -> Freshness:
        """How far what the OLT itself said in one kind of poll may be trusted."""
        mark = self.marks.get((olt_id, "", kind))
        interval_s: float = getattr(self.intervals, f"{kind}_s")
        return self._classify(olt_id, mark.observed_at if mark else None, now, interval_s)

    def waiting_under(self, node: NodeKey | None) -> list[Unregistered]:
        """ONTs below a node that wait to be registered, those that came last first."""
        found = [ont for ont in self.waiting.values() if node is None or _under(node, ont.olt_id, ont.port)]
        return sorted(found, key=lambda ont: -ont.first_seen_at)

    def cpe_of(self, serial: str | None) -> Cpe | None:
        """The router with that serial, as far as the ACS told."""
        return self.cpes.get(serial) if serial else None

    def job_list(self, ont_id: int | None = None) -> list[Job]:
        """Jobs, newest first; of one ONT when its row id is given."""
        ids = self.jobs if ont_id is None else self.jobs_of.get(ont_id, [])
        return [self.jobs[job_id] for job_id in sorted(ids, reverse=True)]

    def event_list(self) -> list[Event]:
        """Events, newest first."""
        return [self.events[event_id] for event_id in sorted(self.events, reverse=True)]

    def collector(self, now: float) -> Collector | None:
        """A living collector, the longest-serving first."""
        alive = [c for c in self.collectors.values() if now - c.heartbeat_at <= COLLECTOR_SILENT_S]
        return min(alive, key=lambda c: c.started_at, default=None)

    # -- writing ---------------------------------------------------------------------------------------------------

    def apply(self, changes: Changes, now: Callable[[], float], delta: Delta) -> Iterator[None]:
        """Take changes in; yields after each slice so that keys are served in between.

        The clock is asked anew after each yield: trust that decayed meanwhile must not be given back.
        """
        for olt in changes.olts:
            self._put_olt(olt, delta)
        self.cards.update(((card.olt_id, card.name), card) for card in changes.cards)
        self.fans.update(((fan.olt_id, fan.name), fan) for fan in changes.fans)
        self._put_waiting(changes.unregistered)
        self._put_core(changes)
        for port in changes.ports:
            self.ports[port.olt_id, port.name] = port
            self._port(port.olt_id, port.name, delta)
        for start in range(0, len(changes.onts), SLICE):
            for ont in changes.onts[start : start + SLICE]:
                self._put_ont(ont, delta)
            yield
        for start in range(0, len(changes.cpes), SLICE):
            for cpe in changes.cpes[start : start + SLICE]:
                self._put_cpe(cpe, delta)
            yield
        for mark in changes.marks:
            self._put_mark(mark)
        for job in changes.jobs:
            if isinstance(job, Job):
                self._put_job(job, delta)
        self.batches.update((batch.id, batch) for batch in changes.batches if isinstance(batch, Batch))
        self.swaps.update((swap.id, swap) for swap in changes.swaps if isinstance(swap, Swap))
        delta.batches |= bool(changes.batches)
        delta.swaps |= bool(changes.swaps)
        self._put_events(changes.events, delta)
        self.sources.update((source.name, source) for source in changes.sources)
        self.collectors.update((collector.id, collector) for collector in changes.collectors)
        core = bool(changes.core_devices or changes.core_interfaces)
        delta.sources |= core or bool(changes.sources or changes.collectors or changes.olts or changes.marks)
        delta.tree |= bool(changes.olts or changes.cards or changes.fans or changes.ports or changes.unregistered)
        yield
        yield from self._settle(now, delta)

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
        port.state_at = self._observed(port, PollKind.STATE)
        port.optics_at = self._observed(port, PollKind.OPTICS)
        port.state = self._classify(port.olt_id, port.state_at, now, self.intervals.state_s)
        port.optics = self._classify(port.olt_id, port.optics_at, now, self.intervals.optics_s)
        return before != (port.state, port.optics)

    def _observed(self, port: PortState, kind: PollKind) -> float | None:
        mark = self.marks.get((port.olt_id, port.name, kind)) or self.marks.get((port.olt_id, "", kind))
        return mark.observed_at if mark else None

    def _classify(self, olt_id: int, observed_at: float | None, now: float, interval_s: float) -> Freshness:
        olt = self.olts.get(olt_id)
        return classify(observed_at, now, interval_s, source_ok=olt is None or olt.reachable is not False)

    def _derive(self, port: PortState, now: float, delta: Delta) -> None:
        """Effective state and signal of every ONT on a port, and its counts."""
        counts = Counts()
        thresholds = self.thresholds(port.olt_id)
        for row in port.rows:
            reported = _reported(self.onts.get(row, "state"))
            state = _STATES[effective_state(reported, self._trust(port, row, now))]
            online = state == ONLINE
            light = classify_signal(self.onts.get(row, "onu_rx_dbm"), thresholds) if online else None
            counts.online += online
            counts.offline += state == OFFLINE
            counts.unknown += state == UNKNOWN
            if port.optics.trusted:
                counts.good += light is Signal.GOOD
                counts.warning += light is Signal.WARNING
                counts.critical += light is Signal.CRITICAL
                counts.overload += light is Signal.OVERLOAD
            if self.onts.set_derived(row, state, _SIGNAL_INDEX[light]):
                delta.rows.add(row)
        if counts != port.counts:
            port.counts = counts
            delta.tree = True

    def _trust(self, port: PortState, row: int, now: float) -> Freshness:
        """The port's class, unless the ONT alone was read later."""
        refreshed_at = self.onts.get(row, "refreshed_at")
        if refreshed_at is None or (port.state_at is not None and refreshed_at <= port.state_at):
            return port.state
        return self._classify(port.olt_id, refreshed_at, now, self.intervals.state_s)

    def _port(self, olt_id: int, name: str, delta: Delta) -> PortState:
        port = self.port_states.get((olt_id, name))
        if port is None:
            port = self.port_states[olt_id, name] = new_port(olt_id, name)
            delta.structure = True
            self._dirty.add((olt_id, name))
        return port

    def _put_olt(self, olt: Olt, delta: Delta) -> None:
        before = self.olts.get(olt.id)
        self.olts[olt.id] = olt
        if before is None or before.reachable != olt.reachable or before.name != olt.name:
            delta.structure = delta.structure or before is None or before.name != olt.name
            self._dirty.update(key for key in self.port_states if key[0] == olt.id)

    def _put_ont(self, ont: Ont, delta: Delta) -> None:
        known = self.onts.row_of.get(ont.id)
        before = None if known is None else (self.onts.get(known, "olt_id"), self.onts.get(known, "port"))
        was_listed = known is not None and self.onts.get(known, "vanished_at") is None
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
        port = self._port(*here, delta)
        self._dirty.add(here)
        if not was_listed or before != here:
            port.rows.append(row)
            port.rows.sort(key=lambda r: int(self.onts.get(r, "ont_id")))
            delta.structure = True

    def _put_cpe(self, cpe: Cpe, delta: Delta) -> None:
        if cpe.serial is None:
            return
        self.cpes[cpe.serial] = cpe
        row = self.onts.by_identity.get(cpe.serial)
        if row is not None:
            self.onts.text[row] = ""
            self.onts.version[row] += 1
            delta.rows.add(row)

    def _put_waiting(self, found: list[Unregistered]) -> None:
        for ont in found:
            key = ont.olt_id, ont.port, ont.serial
            if ont.gone_at is None:
                self.waiting[key] = ont
            else:
                self.waiting.pop(key, None)

    def _put_core(self, changes: Changes) -> None:
        for device in changes.core_devices:
            if device.removed_at is None:
                self.core_devices[device.name] = device
            else:
                self.core_devices.pop(device.name, None)
        self.core_interfaces.update(((one.device, one.name), one) for one in changes.core_interfaces)

    def _put_mark(self, mark: PollMark) -> None:
        self.marks[mark.olt_id, mark.port, mark.kind] = mark
        if mark.port:
            if (mark.olt_id, mark.port) in self.port_states:
                self._dirty.add((mark.olt_id, mark.port))
        else:
            self._dirty.update(key for key in self.port_states if key[0] == mark.olt_id)

    def _put_job(self, job: Job, delta: Delta) -> None:
        before = self.jobs.get(job.id)
        if before is None:
            self.jobs_of.setdefault(job.ont_id, []).append(job.id)
        elif before.steps and not job.steps:
            job = replace(job, steps=before.steps)
        self.jobs[job.id] = job
        delta.jobs.add(job.id)

    def _put_events(self, events: list[Event], delta: Delta) -> None:
        for event in events:
            self.events[event.id] = event
            delta.events = True
        if len(self.events) > KEPT_EVENTS:
            for event_id in sorted(self.events)[: len(self.events) - KEPT_EVENTS]:
                del self.events[event_id]


def _under(node: NodeKey, olt_id: int, port: str) -> bool:
    return olt_id == node.olt_id and (not node.path or port == node.path or port.startswith(f"{node.path}/"))


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key in which ``olt-2`` comes before ``olt-10``."""
    return tuple((0, int(part)) if part.isdigit() else (1, part.lower()) for part in re.split(r"(\d+)", text) if part)


def _reported(state: str) -> OntState:
    try:
        return OntState(state)
    except ValueError:
        return OntState.UNKNOWN
