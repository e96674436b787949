"""The activity: changes as lines, a flood of the same change folded into one line, in both directions.

A thousand ONTs that a cut takes down are one line, and so are the thousand that come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from noc_console.domain.changes import (
    Change,
    LightCrossed,
    OntAppeared,
    OntDown,
    OntMoved,
    OntReturned,
    OntUnclear,
    OntUp,
    OntVanished,
    Severity,
    severity_of,
)
from noc_console.domain.freshness import format_age
from noc_console.domain.grouping import FOLD_GAP_S, FOLD_OVER, FOLD_PORTS
from noc_console.domain.ont import reason_label
from noc_console.picture.wording import SIGNAL_WORDS, words

FOLDED = (OntDown, OntUp, OntUnclear, OntAppeared, OntMoved, OntVanished, OntReturned, LightCrossed)
_HAPPENED = {
    OntDown: "offline",
    OntUp: "online",
    OntUnclear: "in an unknown state",
    OntAppeared: "new",
    OntMoved: "known elsewhere on this OLT",
    OntVanished: "no longer in the OLT's configuration",
    OntReturned: "in the OLT's configuration again",
}


@dataclass(frozen=True, slots=True)
class Activity:
    """One line: a change, or many that are one."""

    changes: tuple[Change, ...]
    """Oldest first."""

    @property
    def id(self) -> int:
        """Of the oldest change: it stays while the group grows."""
        return self.changes[0].id

    @property
    def at(self) -> float:
        """When the newest of them was observed."""
        return self.changes[-1].at

    @property
    def olt(self) -> str | None:
        """Where."""
        return self.changes[0].olt

    @property
    def port(self) -> str | None:
        """PON port; None when it is on several."""
        ports = {change.port for change in self.changes}
        return ports.pop() if len(ports) == 1 else None

    @property
    def serial(self) -> str | None:
        """The ONT, when it is about one."""
        return self.changes[0].serial if len(self.changes) == 1 else None

    @property
    def severity(self) -> Severity:
        """The severity of one, or of many at once."""
        one = severity_of(self.changes[0])
        return Severity.MAJOR if len(self.changes) > 1 and isinstance(self.changes[0], OntDown) else one

    @property
    def text(self) -> str:
        """In words."""
        return words(self.changes[0]) if len(self.changes) == 1 else _many(self.changes)


def fold(changes: Iterable[Change]) -> list[Activity]:
    """Lines for these changes, newest first.

    Args:
        changes: Oldest first.
    """
    open_groups: dict[tuple[object, ...], list[Change]] = {}
    groups: list[list[Change]] = []
    for change in changes:
        key = _group(change)
        group = open_groups.get(key) if key else None
        if group is None or change.at - group[-1].at > FOLD_GAP_S:
            group = []
            groups.append(group)
            if key:
                open_groups[key] = group
        group.append(change)
    small = [Activity((change,)) for group in groups if len(group) <= FOLD_OVER for change in group]
    large = [group for group in groups if len(group) > FOLD_OVER]
    found = small + [Activity(tuple(group)) for group in _over_ports(large)]
    return sorted(found, key=lambda line: (line.at, line.changes[-1].id), reverse=True)


def _group(change: Change) -> tuple[object, ...] | None:
    """What must be the same of changes that are folded; None for those that never are."""
    if not isinstance(change, FOLDED):
        return None
    return (type(change), change.olt, change.port, change.after if isinstance(change, LightCrossed) else None)


def _over_ports(groups: Sequence[list[Change]]) -> list[list[Change]]:
    """Groups of several PON ports of one OLT at the same time as one."""
    chains: dict[tuple[object, ...], list[list[list[Change]]]] = {}
    for group in sorted(groups, key=lambda group: group[0].at):
        kind, olt, _, after = _group(group[0]) or (None,) * 4
        found = chains.setdefault((kind, olt, after), [[]])
        if found[-1] and group[0].at - max(one[-1].at for one in found[-1]) > FOLD_GAP_S:
            found.append([])
        found[-1].append(group)
    merged: list[list[Change]] = []
    for chain in (one for found in chains.values() for one in found):
        if len(chain) >= FOLD_PORTS:
            merged.append(sorted((change for group in chain for change in group), key=lambda change: change.id))
        else:
            merged += chain
    return merged


def _many(changes: Sequence[Change]) -> str:
    """``port 0/1/3: 12 ONTs offline (LOS 11, dying gasp 1) within 4s``."""
    first = changes[0]
    ports = {change.port for change in changes}
    where = f"port {first.port}" if len(ports) == 1 else f"{first.olt}, {len(ports)} PON ports"
    took_s = changes[-1].at - first.at
    within = f" within {format_age(took_s)}" if took_s >= 1 else ""
    return f"{where}: {len(changes)} ONTs {_happened(changes)}{within}"


def _happened(changes: Sequence[Change]) -> str:
    first = changes[0]
    if isinstance(first, LightCrossed):
        return f"with {SIGNAL_WORDS[first.after]} light"
    if isinstance(first, OntDown):
        counts = Counter(reason_label(change.reason) for change in changes if isinstance(change, OntDown))
        return "offline (" + ", ".join(f"{reason} {count}" for reason, count in counts.most_common()) + ")"
    return _HAPPENED[type(first)]
