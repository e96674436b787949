"""PON ports with what they lost: for the list that is sorted by loss."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from noc_console.domain.filters import searched
from noc_console.domain.ont import OfflineReason
from noc_console.picture.incidents import part_of
from noc_console.picture.model import Model, natural
from noc_console.picture.ont_store import OFFLINE
from noc_console.picture.tree import PortState


@dataclass(frozen=True, slots=True)
class PortLoss:
    """One PON port."""

    olt_id: int
    olt: str
    port: str
    total: int
    online: int
    lost: int
    """ONTs that are offline, however long."""
    unknown: int
    weak: int
    """Online with weak or critical light."""
    los: int
    gasp: int
    since_at: float | None
    """When an ONT of it was last seen to go offline, of those that still are."""
    oper: str | None
    incident: str | None
    """``INC-17``, where one of its ONTs is part of it."""

    @property
    def share(self) -> float | None:
        """Lost of all; None for a port without ONTs."""
        return self.lost / self.total if self.total else None


SORTS = {
    "lost": lambda one: one.lost,
    "share": lambda one: one.share or 0.0,
    "since": lambda one: one.since_at or 0.0,
    "unknown": lambda one: one.unknown,
    "weak": lambda one: one.weak,
    "port": lambda one: (natural(one.olt), natural(one.port)),
}
"""Columns to sort by; the least first."""


def port_losses(model: Model, olt: str = "") -> list[PortLoss]:
    """Every PON port, or those of one OLT; in the order of their names."""
    found = [_loss(model, port) for port in model.port_states.values()]
    return sorted((one for one in found if not olt or one.olt == olt), key=SORTS["port"])


def _loss(model: Model, port: PortState) -> PortLoss:
    counts, onts = port.counts, model.onts
    rows = [row for row in port.rows if onts.state[row] == OFFLINE] if counts.offline else []
    reasons = Counter(onts.get(row, "offline_reason") for row in rows)
    times = [
        at for row in rows if (at := onts.get(row, "state_changed_at")) not in (None, onts.get(row, "first_seen_at"))
    ]
    parts = Counter(record.name for row in rows if (record := part_of(model, row)) is not None)
    state = model.ports.get((port.olt_id, port.name))
    return PortLoss(
        olt_id=port.olt_id,
        olt=model.olt_name(port.olt_id),
        port=port.name,
        total=counts.total,
        online=counts.online,
        lost=counts.offline,
        unknown=counts.unknown,
        weak=counts.warning + counts.critical,
        los=reasons[OfflineReason.LOSS_OF_SIGNAL.value],
        gasp=reasons[OfflineReason.DYING_GASP.value],
        since_at=max(times, default=None),
        oper=state.oper if state else None,
        incident=parts.most_common(1)[0][0] if parts else None,
    )


def port_loss_row(one: PortLoss) -> dict[str, Any]:
    """A row, for exports."""
    return {
        "olt": one.olt,
        "pon_port": one.port,
        "oper": one.oper,
        "onts": one.total,
        "online": one.online,
        "offline": one.lost,
        "unknown": one.unknown,
        "low_light": one.weak,
        "offline_percent": None if one.share is None else round(100 * one.share, 1),
        "loss_of_signal": one.los,
        "dying_gasp": one.gasp,
        "last_lost_at": one.since_at,
        "incident": one.incident,
    }


def facts(one: PortLoss) -> dict[str, object]:
    """A row, for filters."""
    return searched({"olt": one.olt, "pon_port": one.port, "state": one.oper, "incident": one.incident})
