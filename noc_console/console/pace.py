"""Doing something every so often, by the clock: a loop that was busy skips ticks, so ticks must not be counted."""

from __future__ import annotations


class Every:
    """True at most once per period."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._last_at: float | None = None

    def due(self, now: float) -> bool:
        """Whether a period has passed since it last was; a clock that was set back starts anew."""
        if self._last_at is not None and 0 <= now - self._last_at < self._period_s:
            return False
        self._last_at = now
        return True
