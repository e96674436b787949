"""The OLTs as rows: for the list that is sorted, filtered and exported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noc_console.domain.filters import searched
from noc_console.domain.freshness import Freshness, age_at
from noc_console.domain.network import Card, Fan, Olt, PollKind
from noc_console.picture.flat_rows import Row, age_s, olt_row
from noc_console.picture.model import Model
from noc_console.picture.tree import Counts, NodeKey

WELL = ("normal", "on", "ok", "online", "active", "running", "inservice", "in-service")
"""What devices call a card or a fan that does its work."""
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class OltRow:
    """One OLT. None is "not read", never zero."""

    olt: Olt
    counts: Counts
    health: Freshness
    """How far CPU, memory, temperature, cards and fans may be trusted."""
    state: str
    """``online``, ``offline`` (neither ping nor SNMP answers), ``no SNMP`` (only ping does), ``unknown``."""
    cards: tuple[int, int] | None
    """How many, and how many of them are not well; None where none was read."""
    fans: tuple[int, int] | None
    waiting: int
    """ONTs that wait to be registered."""

    @property
    def weak(self) -> int:
        """ONTs online with weak or critical light."""
        return self.counts.warning + self.counts.critical

    def value(self, column: str, now: float) -> Value:
        """The bare value of a column of the list; None where nothing was read."""
        counts, olt = self.counts, self.olt
        values: dict[str, Value] = {
            "name": olt.name,
            "state": self.state,
            "age": age_at(olt.last_ok_at, now),
            "online": counts.online,
            "offline": counts.offline,
            "unknown": counts.unknown,
            "weak": self.weak,
            "waiting": self.waiting or None,
            "cpu": olt.cpu_percent,
            "memory": olt.memory_percent,
            "temperature": olt.temperature_celsius,
            "fans": self.fans and self.fans[0],
            "cards": self.cards and self.cards[0],
            "uptime": olt.uptime_s,
            "latency": None if olt.ping_rtt_ms is None else round(olt.ping_rtt_ms, 3),
            "error": olt.error,
            "address": olt.address,
            "profile": olt.profile,
            "software": olt.software,
        }
        return values[column]

    @property
    def trouble(self) -> bool:
        """Whether somebody should look at it."""
        bad = sum(part[1] for part in (self.cards, self.fans) if part)
        return self.state not in ("online", "unknown") or bool(
            self.olt.error or self.counts.offline or self.weak or bad
        )


def olt_rows(model: Model, now: float) -> list[OltRow]:
    """Every OLT, by name."""
    return [_row(model, model.olts[olt_id], now) for olt_id in model.sorted_olts() if olt_id in model.olts]


def facts(row: OltRow, now: float) -> dict[str, object]:
    """A row, for filters."""
    olt = row.olt
    told = {"olt": olt.name, "state": row.state, "age_s": row.value("age", now), "model": olt.profile}
    more = {"firmware": olt.software, "ip": olt.address, "temperature_celsius": olt.temperature_celsius}
    return searched(told | more | {"error": olt.error, "description": olt.description})


def export_row(model: Model, row: OltRow, now: float) -> Row:
    """A row, for exports: what ``show olts`` prints, and what the list counts."""
    told = {"name": row.olt.name, "state": row.state, "age_s": age_s(row.olt.last_ok_at, now)}
    counted: Row = {"low_light": row.weak}
    for name, parts in (("cards", row.cards), ("fans", row.fans)):
        counted |= {name: parts and parts[0], f"{name}_bad": parts and parts[1]}
    return told | olt_row(model, row.olt) | counted


def _row(model: Model, olt: Olt, now: float) -> OltRow:
    cards = [card for card in model.cards.values() if card.olt_id == olt.id]
    fans = [fan for fan in model.fans.values() if fan.olt_id == olt.id]
    waiting = len(model.waiting_under(NodeKey(olt.id)))
    health = model.trust_in(olt.id, PollKind.HEALTH, now)
    return OltRow(olt, model.counts(NodeKey(olt.id)), health, state_of(olt), _health(cards), _health(fans), waiting)


def state_of(olt: Olt) -> str:
    """See ``OltRow.state``; what was never asked is unknown, never offline."""
    if olt.reachable is None:
        return "unknown"
    if olt.reachable:
        return "online"
    return "no SNMP" if olt.ping_loss is not None and olt.ping_loss < 1.0 else "offline"


def _health(parts: Iterable[Card | Fan]) -> tuple[int, int] | None:
    states = [part.state for part in parts]
    bad = sum(state is not None and state.lower() not in WELL for state in states)
    return (len(states), bad) if states else None
