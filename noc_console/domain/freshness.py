"""How much a value may be trusted, from its age alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LATE_AFTER = 1.5
STALE_AFTER = 3.0
SKEW_TOLERANCE_S = 5.0
"""A reading from further in the future than this was made by a clock that is wrong: its age is not known."""


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often each kind of reading is expected, seconds."""

    state_s: float = 60.0
    optics_s: float = 300.0
    health_s: float = 60.0
    inventory_s: float = 21600.0
    cpe_s: float = 60.0


class Freshness(StrEnum):
    """``FRESH`` and ``LATE`` may be counted; ``STALE``, ``DEAD`` and ``SKEWED`` count as unknown; ``NEVER`` does not
    count."""

    FRESH = "fresh"
    LATE = "late"
    STALE = "stale"
    DEAD = "dead"
    SKEWED = "skewed"
    NEVER = "never"

    @property
    def trusted(self) -> bool:
        """Whether a state read at that time may still be shown as the state now."""
        return self in (Freshness.FRESH, Freshness.LATE)

    @property
    def mark(self) -> str:
        """The row mark."""
        return {"fresh": "", "late": "~", "stale": "!", "dead": "x", "skewed": "?clk", "never": "…"}[self.value]


def classify(observed_at: float | None, now: float, interval_s: float, source_ok: bool = True) -> Freshness:
    """Class of a value.

    Args:
        observed_at: When it was read, Unix seconds; None when it never was.
        now: Unix seconds.
        interval_s: How often it is expected, seconds, above 0.
        source_ok: False when the source's last attempt failed.

    Returns:
        The class; a failing source makes a known value ``DEAD`` whatever its age, and a value from the future is
        ``SKEWED``: two clocks differ, and its age is not known.
    """
    if observed_at is None:
        return Freshness.NEVER
    if not source_ok:
        return Freshness.DEAD
    if observed_at > now + SKEW_TOLERANCE_S:
        return Freshness.SKEWED
    age = max(0.0, now - observed_at)
    if age <= LATE_AFTER * interval_s:
        return Freshness.FRESH
    return Freshness.LATE if age <= STALE_AFTER * interval_s else Freshness.STALE


def within(at: float | None, now: float, span_s: float) -> bool:
    """Whether something happened at most ``span_s`` ago; never, or in the future, is not within any span."""
    return at is not None and -SKEW_TOLERANCE_S <= now - at <= span_s


def age_at(at: float | None, now: float) -> float | None:
    """Seconds since then; None when it never was, or is in the future: two clocks differ, and nobody knows its age."""
    return None if at is None or at > now + SKEW_TOLERANCE_S else max(0.0, now - at)


def format_age(age_s: float | None) -> str:
    """``8s``, ``12m``, ``3h``, ``5d``; empty for None, ``?`` for the future. Two units below an hour: ``12m10s``."""
    if age_s is None:
        return ""
    if age_s < -SKEW_TOLERANCE_S:
        return "?"
    age = max(0, int(age_s))
    if age < 60:
        return f"{age}s"
    if age < 3600:
        minutes, seconds = divmod(age, 60)
        return f"{minutes}m{seconds:02d}s" if minutes < 30 else f"{minutes}m"
    if age < 86400:
        hours, rest = divmod(age, 3600)
        return f"{hours}h{rest // 60:02d}m"
    days, rest = divmod(age, 86400)
    return f"{days}d{rest // 3600:02d}h" if days < 10 else f"{days}d"


def coarse_age(age_s: float) -> str:
    """As ``format_age``, in steps of ten seconds: a screen that ticks each second fills slow links."""
    return "<10s" if -SKEW_TOLERANCE_S <= age_s < 10 else format_age(age_s // 10 * 10)
