"""What a reading changes: a pure comparison of what the OLT says with what was known.

Nothing here writes. An ONT is concluded to be gone only when two complete readings of its port in a row did not list
it; a failed or partial reading concludes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from noc_console.domain.network import Ont, Outcome, PollKind, Unregistered
from noc_console.domain.ont import OntState, reason_label
from noc_console.domain.poll import Facts, OltReading, PortReading

GONE_AFTER = 2
"""Complete readings that must miss an ONT before it counts as vanished."""

BURST = 5
"""More ONTs than this changing the same way on one port in one reading make one event."""

Key = tuple[str, int]
EventRow = dict[str, Any]


@dataclass(slots=True)
class KnownOnts:
    """What is known of one OLT's ONTs; kept in the collector's memory beside the database."""

    olt: str
    onts: dict[Key, Ont] = field(default_factory=dict)
    missing: Counter[Key] = field(default_factory=Counter)
    baseline: bool = True
    """Until the first complete reading of an empty inventory: then everything is new, and nothing is news."""

    _ports: dict[str, set[Key]] = field(default_factory=dict, repr=False)
    _serials: dict[str, tuple[Key, ...]] = field(default_factory=dict, repr=False)
    _indexed: tuple[int, int] = (0, 0)

    def put(self, ont: Ont) -> None:
        """Take an ONT as it is now."""
        self._index()
        key = (ont.port, ont.ont_id)
        self.onts[key] = ont
        self._note(key, ont)
        self._indexed = (id(self.onts), len(self.onts))

    def by_port(self, port: str) -> list[Ont]:
        """ONTs on a port that have not vanished."""
        self._index()
        found = (self.onts[key] for key in sorted(self._ports.get(port, ())))
        return [ont for ont in found if ont.vanished_at is None]

    def by_serial(self, serial: str) -> list[Ont]:
        """Where this serial number is, in this OLT."""
        self._index()
        found = (self.onts[key] for key in sorted(self._serials.get(serial, ())))
        return [ont for ont in found if ont.serial == serial and ont.vanished_at is None]

    def ports(self) -> set[str]:
        """Ports with an ONT that has not vanished."""
        self._index()
        keys_of = self._ports.items()
        return {port for port, keys in keys_of if any(self.onts[key].vanished_at is None for key in keys)}

    def _index(self) -> None:
        """Build the indexes anew when the ONTs were replaced. They may hold too much, never too little."""
        if self._indexed == (id(self.onts), len(self.onts)):
            return
        self._ports.clear()
        self._serials.clear()
        for key, ont in self.onts.items():
            self._note(key, ont)
        self._indexed = (id(self.onts), len(self.onts))

    def _note(self, key: Key, ont: Ont) -> None:
        self._ports.setdefault(ont.port, set()).add(key)
        if ont.serial and key not in (before := self._serials.get(ont.serial, ())):
            self._serials[ont.serial] = (*before, key)


@dataclass(slots=True)
class PortChanges:
    """What one port's reading changes."""

    inserted: list[Ont] = field(default_factory=list)
    """With ``id`` 0; the database gives it."""
    updated: list[tuple[Ont, dict[str, Any]]] = field(default_factory=list)
    """The ONT as it is now, and the fields that changed."""
    events: list[EventRow] = field(default_factory=list)


def reconcile_port(
    known: KnownOnts, reading: PortReading, kind: PollKind, now: float, read_before: float | None
) -> PortChanges:
    """Compare one port's reading with what is known.

    Args:
        known: Not changed here; see ``commit``.
        reading: What the OLT said.
        kind: What was read; only a state reading tells which ONTs exist.
        now: When it was read, Unix seconds.
        read_before: When the port was last read whole before that.
    """
    changes = PortChanges()
    port = str(reading.port)
    went: list[tuple[Ont, OntState]] = []
    new: list[tuple[Ont, Ont | None]] = []
    for ont_id, facts in reading.onts.items():
        ont = known.onts.get((port, ont_id))
        if ont is None:
            if kind is PollKind.STATE:
                new.append(_new(known, port, ont_id, facts, now))
            continue
        changed = _changed(ont, facts, kind, now, read_before)
        if changed:
            after = replace(ont, **changed)
            changes.updated.append((after, changed))
            if "state" in changed and ont.vanished_at is None:
                went.append((after, OntState(changed["state"])))
            if ont.serial and changed.get("serial"):
                text = f"ONT {ont_id} is now {after.serial}, was {ont.serial}"
                changes.events.append(_event(known, after, now, "ont_swapped", "info", text))
    if kind is PollKind.STATE and reading.outcome is Outcome.COMPLETE:
        _note_missing(known, port, reading.onts, now, changes)
    changes.inserted = [ont for ont, _ in new]
    if not known.baseline:
        changes.events.extend(_new_events(known, port, new, now))
    changes.events.extend(_state_events(known, port, went, now))
    return changes


def commit(known: KnownOnts, reading: PortReading, kind: PollKind, changes: PortChanges) -> None:
    """Make ``changes`` known, after the database took them (inserted ONTs carry their ids by then)."""
    port = str(reading.port)
    for ont in changes.inserted:
        known.put(ont)
    for ont, _ in changes.updated:
        known.put(ont)
    if kind is not PollKind.STATE or reading.outcome is not Outcome.COMPLETE:
        return
    for ont in known.by_port(port):
        key = (port, ont.ont_id)
        if ont.ont_id in reading.onts:
            known.missing.pop(key, None)
        else:
            known.missing[key] += 1
    for ont, _ in changes.updated:
        if ont.vanished_at is not None:
            known.missing.pop((port, ont.ont_id), None)


def reconcile_unregistered(
    olt_id: int, known: Mapping[tuple[str, str], Unregistered], reading: OltReading
) -> list[Unregistered]:
    """The rows of waiting ONTs that a reading changes: new, still there, or gone. One without a serial is no row."""
    if reading.unregistered is None:
        return []
    now = reading.started_at
    found: dict[tuple[str, str], Unregistered] = {}
    for port, facts in reading.unregistered:
        key = (str(port), facts.get("serial") or "")
        if key[1]:
            before = known.get(key)
            first_seen_at = before.first_seen_at if before and before.gone_at is None else now
            found[key] = Unregistered(olt_id, *key, facts.get("model"), first_seen_at, now)
    gone = [replace(row, gone_at=now) for key, row in known.items() if key not in found and row.gone_at is None]
    return [*found.values(), *gone]


def missing_ports(known: KnownOnts, listed: Iterable[str]) -> list[str]:
    """Ports that have ONTs and are not in a complete list of the OLT's ports."""
    return sorted(known.ports().difference(listed))


def _new(known: KnownOnts, port: str, ont_id: int, facts: Facts, now: float) -> tuple[Ont, Ont | None]:
    """An ONT that was not there before, and where the same serial number is known, if anywhere."""
    values = {name: value for name, value in facts.items() if value is not None}
    state = OntState(str(values.pop("state", OntState.UNKNOWN)))
    serial = values.get("serial")
    before = known.by_serial(str(serial)) if serial else []
    ont = Ont(
        id=0,
        olt_id=0,
        port=port,
        ont_id=ont_id,
        state=state.value,
        first_seen_at=min((o.first_seen_at for o in before if o.first_seen_at), default=now),
        state_changed_at=now,
        last_online_at=now if state is OntState.ONLINE else None,
        **values,
    )
    return ont, before[0] if before else None


def _new_events(known: KnownOnts, port: str, new: list[tuple[Ont, Ont | None]], now: float) -> list[EventRow]:
    appeared = [ont for ont, before in new if before is None]
    moved = [(ont, before) for ont, before in new if before is not None]
    events: list[EventRow] = []
    if len(appeared) > BURST:
        events.append(_port_event(known, port, now, "ont_new", "info", f"port {port}: {len(appeared)} new ONTs"))
    else:
        for ont in appeared:
            text = f"new ONT {ont.serial or 'without serial'} on {port} id {ont.ont_id}"
            events.append(_event(known, ont, now, "ont_new", "info", text))
    if len(moved) > BURST:
        text = f"port {port}: {len(moved)} ONTs known elsewhere on this OLT"
        events.append(_port_event(known, port, now, "ont_moved", "info", text))
    else:
        for ont, before in moved:
            text = f"{ont.serial} now also on {port} id {ont.ont_id}, known on {before.port} id {before.ont_id}"
            events.append(_event(known, ont, now, "ont_moved", "info", text))
    return events


def _changed(ont: Ont, facts: Facts, kind: PollKind, now: float, read_before: float | None) -> dict[str, Any]:
    changed = {name: value for name, value in facts.items() if getattr(ont, name) != value}
    if changed.get("serial", "") is None:
        del changed["serial"]  # an unreadable serial does not make a known one wrong
    if kind is PollKind.STATE and ont.vanished_at is not None:
        changed["vanished_at"] = None
    if "state" in changed:
        state = changed["state"] = str(changed["state"] or OntState.UNKNOWN)
        if state == ont.state:
            del changed["state"]
        else:
            changed["state_changed_at"] = now
            if state == OntState.ONLINE:
                changed["last_online_at"] = now
            elif ont.state == OntState.ONLINE:
                changed["last_online_at"] = read_before or ont.last_online_at
    if "onu_rx_dbm" in changed and changed["onu_rx_dbm"] is None and ont.onu_rx_dbm is not None:
        changed["last_onu_rx_dbm"] = ont.onu_rx_dbm
        changed["last_rx_at"] = read_before
    return changed


def _note_missing(known: KnownOnts, port: str, listed: Mapping[int, object], now: float, changes: PortChanges) -> None:
    gone = []
    for ont in known.by_port(port):
        if ont.ont_id not in listed and known.missing[(port, ont.ont_id)] + 1 >= GONE_AFTER:
            changes.updated.append((replace(ont, vanished_at=now), {"vanished_at": now}))
            gone.append(ont)
    if len(gone) > BURST:
        text = f"{len(gone)} ONTs of port {port} are no longer in the OLT's configuration"
        changes.events.append(_port_event(known, port, now, "ont_vanished", "warning", text))
        return
    for ont in gone:
        text = f"{ont.serial or 'ONT'} on {port} id {ont.ont_id} is no longer in the OLT's configuration"
        changes.events.append(_event(known, ont, now, "ont_vanished", "warning", text))


def _state_events(known: KnownOnts, port: str, went: list[tuple[Ont, OntState]], now: float) -> list[EventRow]:
    events: list[EventRow] = []
    for state in OntState:
        onts = [ont for ont, to in went if to is state]
        if not onts:
            continue
        severity = {OntState.ONLINE: "cleared", OntState.OFFLINE: "minor", OntState.UNKNOWN: "warning"}[state]
        if len(onts) > BURST:
            if state is OntState.OFFLINE:
                severity = "major"
            text = f"port {port}: {len(onts)} ONTs {state.value}{_reasons(onts) if state is OntState.OFFLINE else ''}"
            events.append(_port_event(known, port, now, "ont_state", severity, text))
            continue
        for ont in onts:
            why = f" ({reason_label(ont.offline_reason)})" if state is OntState.OFFLINE else ""
            name = f" {ont.description}" if ont.description else ""
            text = f"{ont.serial or 'ONT'}{name} {state.value}{why}"
            events.append(_event(known, ont, now, "ont_state", severity, text))
    return events


def _reasons(onts: list[Ont]) -> str:
    counts = Counter(reason_label(ont.offline_reason) for ont in onts)
    return " (" + ", ".join(f"{reason} {count}" for reason, count in counts.most_common()) + ")"


def _event(known: KnownOnts, ont: Ont, now: float, kind: str, severity: str, text: str) -> EventRow:
    return _port_event(known, ont.port, now, kind, severity, text) | {"serial": ont.serial}


def _port_event(known: KnownOnts, port: str, now: float, kind: str, severity: str, text: str) -> EventRow:
    return {
        "at": now,
        "kind": kind,
        "severity": severity,
        "text": text,
        "olt": known.olt,
        "port": port,
        "serial": None,
    }
