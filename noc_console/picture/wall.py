"""What a wallboard needs of the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from noc_console.domain.changes import LightCrossed
from noc_console.domain.freshness import within
from noc_console.domain.grouping import PORT_DOWN_LEAST, PORT_DOWN_SHARE
from noc_console.domain.incidents.incident import Cause
from noc_console.domain.incidents.words import began_at, is_area, words_of
from noc_console.domain.ont import OfflineReason
from noc_console.picture import incidents
from noc_console.picture.incidents import Listed
from noc_console.picture.model import Model
from noc_console.picture.ont_store import OFFLINE
from noc_console.picture.tree import PortState

STALE_INTERVALS = 2
DAY_S = 86400.0
PART_SHARE = 0.25
"""So many of a PON port offline are more than customers who switched off."""
NEW_DAYS = 14
INSTALLED_S = 3600.0
"""ONTs that came so shortly after the first of their OLT are those that were there when it was added."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One line of the list."""

    severity: str
    """``C*``, ``M ``, ``?``."""
    since_at: float | None
    what: str
    where: str
    count: str
    who: str = ""
    """Who has it."""


@dataclass(frozen=True, slots=True)
class Wall:
    """What the page shows."""

    site: str
    now: float
    online: int
    offline: int
    unknown: int
    critical: int = 0
    """Critical incidents that are open."""
    unacked: int = 0
    """Of these, how many nobody has."""
    hit: Sequence[tuple[str, int]] = field(default=())
    """ONTs that are down, by cause: ``fibre cut`` 50."""
    troubles: Sequence[Trouble] = field(default=())
    data_at: float | None = None
    """When data last arrived."""
    stale_after_s: float = 120.0
    olts_answering: int = 0
    olts: int = 0
    beats: int = 0
    error: str | None = None

    @property
    def total(self) -> int:
        """All ONTs."""
        return self.online + self.offline + self.unknown

    @property
    def stale(self) -> bool:
        """Whether the figures can no longer be trusted."""
        return not within(self.data_at, self.now, self.stale_after_s)


def wall(model: Model, site: str, now: float) -> Wall:
    """The page's facts."""
    counts = model.counts()
    burning = [one for one in incidents.listed(model, now) if one.record.open and not one.state.quiet]
    critical = [one for one in burning if one.code[0] == "C"]
    hit = Counter[str]()
    for one in burning:
        if one.record.cause not in (Cause.LIGHT, Cause.MONITORING):
            hit[words_of(one.record.cause).told] += one.record.affected
    return Wall(
        site=site,
        now=now,
        online=counts.online,
        offline=counts.offline,
        unknown=counts.unknown,
        critical=len(critical),
        unacked=sum(one.state.asks for one in critical),
        hit=[(cause, count) for cause, count in hit.most_common() if count],
        troubles=[*map(_told, burning), *_unexplained(model)],
        data_at=_data_at(model),
        stale_after_s=STALE_INTERVALS * model.intervals.state_s + 5,
        olts_answering=sum(olt.reachable is True for olt in model.olts.values()),
        olts=len(model.olts),
        beats=model.link.beats,
        error=model.link.error,
    )


def _told(one: Listed) -> Trouble:
    record = one.record
    blind = record.cause is Cause.MONITORING
    count = f"{record.unknown} unknown" if blind else f"{record.affected} down"
    if record.cause is Cause.LIGHT:
        count = f"{record.affected} fading"
    return Trouble(
        one.code, began_at(record), words_of(record.cause).listed, record.place, count, one.acked_by or "nobody has it"
    )


def _data_at(model: Model) -> float | None:
    """When any OLT last answered: what the database says, not when it was asked."""
    return max((olt.last_ok_at for olt in model.olts.values() if olt.last_ok_at is not None), default=None)


def _unexplained(model: Model) -> list[Trouble]:
    """Silent OLTs and PON ports that are down, as far as no incident stands for them: the engine may just start."""
    found: list[tuple[int, Trouble]] = []
    for olt in model.olts.values():
        if olt.reachable is False and model.outages.hiding(olt.name) is None:
            total = sum(port.counts.total for port in model.sorted_ports(olt.id))
            trouble = Trouble("?", olt.last_ok_at, "OLT DOES NOT ANSWER", olt.name, f"{total} unknown")
            found.append((total, trouble))
    for port in model.port_states.values():
        down = port.counts.offline
        if down < PORT_DOWN_LEAST or down < PORT_DOWN_SHARE * port.counts.total:
            continue
        rows = [row for row in port.rows if model.onts.state[row] == OFFLINE]
        if not any(incidents.part_of(model, row) for row in rows):
            found.append((down, _port_trouble(model, port, rows)))
    return [trouble for _, trouble in sorted(found, key=lambda pair: -pair[0])]


def _port_trouble(model: Model, port: PortState, rows: Sequence[int]) -> Trouble:
    reasons = [model.onts.get(row, "offline_reason") for row in rows]
    lost = reasons.count(OfflineReason.LOSS_OF_SIGNAL)
    gasps = reasons.count(OfflineReason.DYING_GASP)
    what = f"PON PORT: LOS {lost}" + (f", no power {gasps}" if gasps else "")
    since = [at for row in rows if (at := model.onts.get(row, "state_changed_at")) is not None]
    severity = "C" if port.counts.online == 0 else "M"
    where = f"{model.olt_name(port.olt_id)} {port.name}"
    return Trouble(severity, max(since, default=None), what, where, f"{port.counts.offline} down")


# -- the map -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OltMap:
    """One OLT: its PON ports in order, each as a state."""

    name: str
    ports: Sequence[str]
    """``up``, ``part`` (some down), ``down``, ``unknown``, ``empty``."""
    down: int
    unknown: int


def olt_maps(model: Model) -> list[OltMap]:
    """Every OLT, those in trouble first."""
    found = []
    for olt_id in model.sorted_olts():
        ports = model.sorted_ports(olt_id)
        down, unknown = sum(port.counts.offline for port in ports), sum(port.counts.unknown for port in ports)
        found.append(OltMap(model.olt_name(olt_id), [_port_state(model, port) for port in ports], down, unknown))
    worst = {"down": 0, "unknown": 1, "part": 2}
    return sorted(found, key=lambda one: (min((worst.get(state, 3) for state in one.ports), default=3), -one.down))


def _port_state(model: Model, port: PortState) -> str:
    counts = port.counts
    if not counts.total:
        return "empty"
    if counts.unknown == counts.total:
        return "unknown"
    if counts.online == 0:
        return "down"
    many = counts.offline >= PORT_DOWN_LEAST and counts.offline >= PART_SHARE * counts.total
    return "part" if many or counts.unknown or _is_hit(model, port) else "up"


def _is_hit(model: Model, port: PortState) -> bool:
    """Whether an incident of several ONTs lies on it: some customers are always switched off."""
    rows = [row for row in port.rows if model.onts.state[row] == OFFLINE] if port.counts.offline else []
    return any((record := incidents.part_of(model, row)) is not None and is_area(record) for row in rows)


# -- trends --------------------------------------------------------------------------------------------------------


def new_by_day(model: Model, now: float) -> list[int]:
    """ONTs first seen on each of the last ``NEW_DAYS`` days, the last 24 hours last.

    Those that an OLT had when it was added are not new.
    """
    first: dict[int, float] = {}
    seen: list[tuple[int, float]] = []
    for row in model.rows_under(None):
        at, olt_id = model.onts.get(row, "first_seen_at"), model.onts.get(row, "olt_id")
        if at:
            seen.append((olt_id, at))
            first[olt_id] = min(at, first.get(olt_id, at))
    days = [0] * NEW_DAYS
    for olt_id, at in seen:
        ago = int((now - at) // DAY_S)
        if 0 <= ago < NEW_DAYS and at - first[olt_id] > INSTALLED_S:
            days[NEW_DAYS - 1 - ago] += 1
    return days


@dataclass(frozen=True, slots=True)
class Falling:
    """An ONT whose light fell across a limit within the last day."""

    name: str
    where: str
    before_dbm: float
    rx_dbm: float

    @property
    def fell_db(self) -> float:
        """By how much."""
        return self.before_dbm - self.rx_dbm


def falling(model: Model, now: float, most: int = 5) -> list[Falling]:
    """The ONTs whose light fell most within a day, from the newest change of each."""
    newest: dict[object, LightCrossed] = {}
    for change in model.change_list():
        if isinstance(change, LightCrossed) and now - change.at <= DAY_S:
            newest.setdefault(change.serial or (change.olt, change.port, change.ont_id), change)
    found = [
        Falling(one.serial or "ONT", f"{one.olt or ''} {one.port or ''}", one.before_dbm, one.rx_dbm)
        for one in newest.values()
        if one.before_dbm is not None and one.rx_dbm < one.before_dbm
    ]
    return sorted(found, key=lambda one: -one.fell_db)[:most]
