"""Presence: which operators have a console open, and what each of them is looking at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from noc_console.domain.records import Column, Record, RecordKind

HEARTBEAT_S = 60.0
"""A console tells that it is still there so often."""
GONE_AFTER_S = 2.5 * HEARTBEAT_S
"""One that was not heard of for so long is taken for gone."""


@dataclass(frozen=True, slots=True)
class Presence(Record):
    """One open console."""

    session: str
    """Unique: machine, process, start."""
    operator: str
    host: str
    screen: str
    about: str
    """What is selected: a serial number, ``INC-17``, an OLT's name; empty when nothing is."""
    since_at: float
    """Since when it is looked at, Unix seconds."""
    seen_at: float
    """When the console was last heard of, Unix seconds."""


PRESENCE = RecordKind(
    name="presence",
    one="presence",
    title="Open consoles",
    row=Presence,
    key=("session",),
    columns=(
        Column("operator", "operator", 14),
        Column("screen", "screen", 10),
        Column("about", "looks at", 20, flex=True),
        Column("since_at", "since", 11, right=True),
        Column("host", "machine", 14),
        Column("seen_at", "heard of", 11, right=True),
    ),
    order=lambda one: (one.operator, one.session),
)


def others(present: Iterable[Presence], own_session: str, about: str, now: float) -> list[str]:
    """Names of those who look at the same thing in another console, each once."""
    if not about:
        return []
    here = (p for p in present if p.about == about and p.session != own_session and now - p.seen_at < GONE_AFTER_S)
    return sorted({presence.operator for presence in here})
