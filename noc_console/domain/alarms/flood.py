"""When alarms are too many for people: EEMUA 191 asks for no more than 10 in 10 minutes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WINDOW_S = 600.0
MOST = 10
"""New alarms in ``WINDOW_S``: more begin a flood, and more never reach an operator one by one."""
CALM = 5
"""Fewer than that, for ``WINDOW_S``, end it."""


@dataclass(frozen=True, slots=True)
class Flood:
    """Whether there is a flood, and how fast alarms come."""

    on: bool
    rate: int
    """New alarms in the last ``WINDOW_S``."""
    since_at: float | None = None


def flood(raised_at: Iterable[float], now: float) -> Flood:
    """Whether there is a flood now; follows from the instants alone, so that every screen and process agrees.

    Args:
        raised_at: When each alarm that asks for an operator was raised, Unix seconds, in any order.
        now: Unix seconds.
    """
    instants = sorted(at for at in raised_at if at <= now)
    # Between two of these instants nothing changes: an alarm comes, or leaves the window.
    steps = sorted({*instants, *(at + WINDOW_S for at in instants if at + WINDOW_S <= now), now})
    begun: float | None = None
    calm_since: float | None = None
    first = last = 0  # of the instants that lie in the window
    for at in steps:
        while last < len(instants) and instants[last] <= at:
            last += 1
        while first < last and instants[first] <= at - WINDOW_S:
            first += 1
        count = last - first
        if begun is None:
            begun = at if count > MOST else None
            calm_since = None
        elif count >= CALM:
            # It may have ended between two steps, before this one came.
            if calm_since is not None and at - calm_since >= WINDOW_S:
                begun = at if count > MOST else None
            calm_since = None
        elif calm_since is None:
            calm_since = at
        elif at - calm_since >= WINDOW_S:
            begun = calm_since = None
    return Flood(begun is not None, last - first, begun)
