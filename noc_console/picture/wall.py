"""What a wallboard needs of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from noc_console.domain.freshness import within
from noc_console.domain.grouping import PORT_DOWN_LEAST, PORT_DOWN_SHARE
from noc_console.domain.ont import OfflineReason
from noc_console.picture.model import Model
from noc_console.picture.ont_store import OFFLINE
from noc_console.picture.tree import PortState

STALE_INTERVALS = 2


@dataclass(frozen=True, slots=True)
class Trouble:
    """One line of the list."""

    severity: str
    """``C``, ``M`` or ``?``."""
    since_at: float | None
    what: str
    where: str
    count: str


@dataclass(frozen=True, slots=True)
class Wall:
    """What the page shows."""

    site: str
    now: float
    online: int
    offline: int
    unknown: int
    troubles: Sequence[Trouble] = field(default=())
    data_at: float | None = None
    """When data last arrived."""
    stale_after_s: float = 120.0
    olts_answering: int = 0
    olts: int = 0
    beats: int = 0
    error: str | None = None

    @property
    def stale(self) -> bool:
        """Whether the figures can no longer be trusted."""
        return not within(self.data_at, self.now, self.stale_after_s)


def wall(model: Model, site: str, now: float) -> Wall:
    """The page's facts."""
    counts = model.counts()
    answering = sum(olt.reachable is True for olt in model.olts.values())
    return Wall(
        site=site,
        now=now,
        online=counts.online,
        offline=counts.offline,
        unknown=counts.unknown,
        troubles=_troubles(model),
        data_at=_data_at(model),
        stale_after_s=STALE_INTERVALS * model.intervals.state_s + 5,
        olts_answering=answering,
        olts=len(model.olts),
        beats=model.link.beats,
        error=model.link.error,
    )


def _data_at(model: Model) -> float | None:
    """When any OLT last answered: what the database says, not when it was asked."""
    return max((olt.last_ok_at for olt in model.olts.values() if olt.last_ok_at is not None), default=None)


def _troubles(model: Model) -> list[Trouble]:
    found: list[tuple[int, Trouble]] = []
    for olt in model.olts.values():
        if olt.reachable is False:
            total = sum(port.counts.total for port in model.sorted_ports(olt.id))
            trouble = Trouble("?", olt.last_ok_at, "OLT DOES NOT ANSWER", olt.name, f"{total} unknown")
            found.append((total, trouble))
    for port in model.port_states.values():
        down = port.counts.offline
        if down >= PORT_DOWN_LEAST and down >= PORT_DOWN_SHARE * port.counts.total:
            found.append((down, _port_trouble(model, port)))
    return [trouble for _, trouble in sorted(found, key=lambda pair: -pair[0])]


def _port_trouble(model: Model, port: PortState) -> Trouble:
    rows = [row for row in port.rows if model.onts.state[row] == OFFLINE]
    reasons = [model.onts.get(row, "offline_reason") for row in rows]
    lost = reasons.count(OfflineReason.LOSS_OF_SIGNAL)
    gasps = reasons.count(OfflineReason.DYING_GASP)
    what = f"PON PORT: LOS {lost}" + (f", no power {gasps}" if gasps else "")
    since = [at for row in rows if (at := model.onts.get(row, "state_changed_at")) is not None]
    severity = "C" if port.counts.online == 0 else "M"
    where = f"{model.olt_name(port.olt_id)} {port.name}"
    return Trouble(severity, max(since, default=None), what, where, f"{port.counts.offline} down")
