"""What a reading changes: a pure comparison of what the OLT says with what was known.

Nothing here writes. An ONT is concluded to be gone only when two complete readings of its port in a row did not list
it; a failed or partial reading concludes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from noc_console.domain.changes import (
    Change,
    How,
    LightCrossed,
    OntAppeared,
    OntDown,
    OntMoved,
    OntReturned,
    OntSwapped,
    OntUnclear,
    OntUp,
    OntVanished,
)
from noc_console.domain.freshness import age_at
from noc_console.domain.network import Ont, Outcome, PollKind, Unregistered
from noc_console.domain.ont import OntState, reported_state
from noc_console.domain.optics import Signal, Thresholds, classify_signal, crossed
from noc_console.domain.poll import Facts, OltReading, PortReading, with_facts

GONE_AFTER = 2
"""Complete readings that must miss an ONT before it counts as vanished."""

IDENTITY = frozenset(("serial", "mac"))
"""An unreadable serial number does not make a known one wrong."""

Key = tuple[str, int]
"""PON port and ONT id."""


class KnownOnts:
    """What is known of one OLT's ONTs, with its indexes; kept in the collector's memory beside the database.

    Args:
        olt: Name of the OLT.
        onts: Every ONT, vanished ones included.
    """

    def __init__(self, olt: str, onts: Mapping[Key, Ont] | None = None) -> None:
        self.olt = olt
        self.missing: Counter[Key] = Counter()
        self.baseline = True
        """Until the first complete reading of an empty inventory: then everything is new, and nothing is news."""
        self.onts = onts or {}

    @property
    def onts(self) -> Mapping[Key, Ont]:
        """Every ONT by its place. Change it with ``put``, or set it whole."""
        return self._onts

    @onts.setter
    def onts(self, onts: Mapping[Key, Ont]) -> None:
        self._onts: dict[Key, Ont] = {}
        self._ports: dict[str, set[Key]] = {}
        self._serials: dict[str, tuple[Key, ...]] = {}
        for ont in onts.values():
            self.put(ont)

    def put(self, ont: Ont) -> None:
        """Take an ONT as it is now."""
        key = (ont.port, ont.ont_id)
        before = self._onts.get(key)
        self._onts[key] = ont
        self._ports.setdefault(ont.port, set()).add(key)
        if before and before.serial and before.serial != ont.serial:
            self._serials[before.serial] = tuple(k for k in self._serials[before.serial] if k != key)
        if ont.serial and (before is None or before.serial != ont.serial):
            self._serials[ont.serial] = (*self._serials.get(ont.serial, ()), key)

    def by_port(self, port: str) -> list[Ont]:
        """ONTs on a port that have not vanished, by id."""
        found = (self._onts[key] for key in sorted(self._ports.get(port, ())))
        return [ont for ont in found if ont.vanished_at is None]

    def by_serial(self, serial: str) -> list[Ont]:
        """Where this serial number is, in this OLT."""
        found = (self._onts[key] for key in sorted(self._serials.get(serial, ())))
        return [ont for ont in found if ont.vanished_at is None]

    def ports(self) -> set[str]:
        """Ports with an ONT that has not vanished."""
        keys_of = self._ports.items()
        return {port for port, keys in keys_of if any(self._onts[key].vanished_at is None for key in keys)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One port's reading as it is compared.

    Args:
        port: What the OLT said.
        kind: What was read; only a state reading tells which ONTs exist.
        at: When it was read, Unix seconds.
        read_before: When the port was last read whole before that.
        how: How its changes are known.
        thresholds: Limits of received power at this OLT.
    """

    port: PortReading
    kind: PollKind
    at: float
    read_before: float | None
    how: How = How.POLL
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(slots=True)
class PortChanges:
    """What one port's reading changes."""

    inserted: list[Ont] = field(default_factory=list)
    """With ``id`` 0; the database gives it."""
    updated: list[tuple[Ont, Facts]] = field(default_factory=list)
    """The ONT as it is now, and the fields that changed."""
    changes: list[Change] = field(default_factory=list)


def reconcile_port(known: KnownOnts, reading: Reading) -> PortChanges:
    """Compare one port's reading with what is known, which is not changed here; see ``commit``."""
    found = PortChanges()
    port, state_read = str(reading.port.port), reading.kind is PollKind.STATE
    for ont_id, facts in _with_blanks(known, port, reading):
        ont = known.onts.get((port, ont_id))
        if ont is None:
            if state_read:
                new, before = _new(known, port, ont_id, facts, reading)
                found.inserted.append(new)
                if not known.baseline:
                    found.changes.append(_arrival(known.olt, new, before, reading.at))
            continue
        changed = _changed(ont, facts, reading)
        if changed:
            after = with_facts(ont, changed)
            found.updated.append((after, changed))
            found.changes += _told(known.olt, ont, after, changed, reading)
    if state_read and reading.port.outcome is Outcome.COMPLETE:
        for ont in _gone(known, port, reading.port.onts):
            found.updated.append((replace(ont, vanished_at=reading.at), {"vanished_at": reading.at}))
            place = _place(known.olt, ont, reading.at)
            found.changes.append(OntVanished(**place, description=ont.description))
    return found


def _with_blanks(known: KnownOnts, port: str, reading: Reading) -> Iterator[tuple[int, Facts]]:
    """Each ONT's facts; what columns that were read to their ends do not hold of it is blank."""
    blank: Facts = dict.fromkeys(reading.port.whole - IDENTITY)
    for ont_id, facts in reading.port.onts.items():
        yield ont_id, {**blank, **facts} if blank else facts
    if blank and reading.kind is not PollKind.STATE:  # the state's rows tell which ONTs there are: see _gone
        for ont in known.by_port(port):
            if ont.ont_id not in reading.port.onts:
                yield ont.ont_id, blank


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
        key = (str(port), str(facts.get("serial") or ""))
        if key[1]:
            before = known.get(key)
            first_seen_at = before.first_seen_at if before and before.gone_at is None else now
            found[key] = with_facts(Unregistered(olt_id, *key, None, first_seen_at, now), facts)
    gone = [replace(row, gone_at=now) for key, row in known.items() if key not in found and row.gone_at is None]
    return [*found.values(), *gone]


def missing_ports(known: KnownOnts, listed: Iterable[str]) -> list[str]:
    """Ports that have ONTs and are not in a complete list of the OLT's ports."""
    return sorted(known.ports().difference(listed))


def _new(known: KnownOnts, port: str, ont_id: int, facts: Facts, reading: Reading) -> tuple[Ont, Ont | None]:
    """An ONT that was not there before, and where the same serial number is known, if anywhere."""
    values: Facts = {name: value for name, value in facts.items() if value is not None}
    state, vendor_state = _state(values.pop("state", None))
    serial, at = values.get("serial"), reading.at
    before = known.by_serial(str(serial)) if serial else []
    ont = Ont(
        id=0,
        olt_id=0,
        port=port,
        ont_id=ont_id,
        state=state.value,
        vendor_state=vendor_state,
        first_seen_at=min((o.first_seen_at for o in before if o.first_seen_at), default=at),
        state_changed_at=at,
        last_online_at=at if state is OntState.ONLINE else None,
    )
    return with_facts(ont, values), before[0] if before else None


def _arrival(olt: str, new: Ont, before: Ont | None, at: float) -> Change:
    place = _place(olt, new, at)
    if before is None:
        return OntAppeared(**place)
    return OntMoved(**place, from_port=before.port, from_ont_id=before.ont_id)


def _state(value: object) -> tuple[OntState, str | None]:
    """A reported state, and the vendor's own value where no profile explains it."""
    state = reported_state(value)
    unexplained = state is OntState.UNKNOWN and value not in (None, OntState.UNKNOWN)
    return state, str(value) if unexplained else None


def _changed(ont: Ont, facts: Facts, reading: Reading) -> Facts:
    """The fields that a reading changes."""
    changed = {name: value for name, value in facts.items() if getattr(ont, name) != value}
    for name in IDENTITY:
        if changed.get(name, "") is None:
            del changed[name]
    if reading.kind is PollKind.STATE and ont.vanished_at is not None:
        changed["vanished_at"] = None
    if "state" in changed or ("state" in facts and ont.vendor_state):
        _change_state(changed, ont, facts["state"], reading)
    if "onu_rx_dbm" in changed:
        _change_light(changed, ont, reading)
    return changed


def _change_state(changed: Facts, ont: Ont, reported: object, reading: Reading) -> None:
    changed.pop("state", None)
    state, vendor_state = _state(reported)
    if vendor_state != ont.vendor_state:
        changed["vendor_state"] = vendor_state
    if state == ont.state:
        return
    changed |= {"state": state.value, "state_changed_at": reading.at}
    if state is OntState.ONLINE:
        changed["last_online_at"] = reading.at
    elif ont.state == OntState.ONLINE:
        changed["last_online_at"] = reading.read_before or ont.last_online_at


def _change_light(changed: Facts, ont: Ont, reading: Reading) -> None:
    rx_dbm = changed["onu_rx_dbm"]
    if not isinstance(rx_dbm, int | float):
        changed["last_onu_rx_dbm"] = ont.onu_rx_dbm
        changed["last_rx_at"] = reading.read_before
        return
    told = Signal(ont.told_signal) if ont.told_signal else None
    now = crossed(told, rx_dbm, reading.thresholds) if told else classify_signal(rx_dbm, reading.thresholds)
    if now and now is not told:
        changed |= {"told_signal": now.value, "told_rx_dbm": rx_dbm}


def _told(olt: str, before: Ont, after: Ont, changed: Facts, reading: Reading) -> list[Change]:
    """What a reading of a known ONT tells."""
    place = _place(olt, after, reading.at)
    found: list[Change] = []
    if before.serial and "serial" in changed:
        found.append(OntSwapped(**place, before=before.serial))
    if before.vanished_at is not None and after.vanished_at is None:
        found.append(OntReturned(**place, description=after.description))
    elif "state" in changed:
        found.append(_went(place, before, after, reading))
    was, now, rx_dbm = before.told_signal, after.told_signal, after.told_rx_dbm
    if was and now and was != now and rx_dbm is not None:
        found.append(
            LightCrossed(
                **place,
                before=Signal(was),
                after=Signal(now),
                before_dbm=before.told_rx_dbm,
                rx_dbm=rx_dbm,
                description=after.description,
            )
        )
    return found


def _went(place: dict[str, Any], before: Ont, after: Ont, reading: Reading) -> Change:
    """The change of a state."""
    common: dict[str, Any] = {**place, "how": reading.how, "was": before.state, "description": after.description}
    if after.state == OntState.ONLINE:
        seen = before.state == OntState.OFFLINE and before.state_changed_at not in (None, before.first_seen_at)
        down_s = age_at(before.state_changed_at, reading.at) if seen else None
        return OntUp(**common, down_s=down_s, rx_dbm=after.onu_rx_dbm)
    if after.state == OntState.UNKNOWN:
        return OntUnclear(**common, vendor_state=after.vendor_state)
    light_dbm = before.onu_rx_dbm if before.onu_rx_dbm is not None else before.last_onu_rx_dbm
    distance_m = before.distance_m if before.distance_m is not None else before.last_distance_m
    return OntDown(
        **common,
        reason=after.offline_reason,
        vendor_reason=after.vendor_reason,
        distance_m=distance_m,
        last_rx_dbm=light_dbm,
        since_at=reading.read_before,
    )


def _gone(known: KnownOnts, port: str, listed: Mapping[int, object]) -> list[Ont]:
    """ONTs that enough complete readings have missed by now."""
    missed = (ont for ont in known.by_port(port) if ont.ont_id not in listed)
    return [ont for ont in missed if known.missing[(port, ont.ont_id)] + 1 >= GONE_AFTER]


def _place(olt: str, ont: Ont, at: float) -> dict[str, Any]:
    return {"at": at, "olt": olt, "port": ont.port, "ont_id": ont.ont_id, "serial": ont.serial}
