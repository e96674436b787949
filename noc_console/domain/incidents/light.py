"""An ONT's received light over time, in little room: what it was, what it is, and how it moves."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from statistics import median

DAY_S = 86400.0
KEPT_DAYS = 30


RECENT = 6

Point = tuple[float, float]
"""Time and dBm."""
_NOTHING: Sequence[float] = ()


class LightTrack:
    """Received power of one ONT: the last six readings, and one a day for thirty days.

    A hundred thousand of them are kept: times and values lie in turn in one array.
    """

    __slots__ = ("_days", "_recent")

    def __init__(self) -> None:
        self._recent: array[float] | None = None
        self._days: array[float] | None = None

    def add(self, at: float, dbm: float) -> None:
        """Take one reading; older ones than the last are left out."""
        if self._recent is None or self._days is None:
            self._recent, self._days = array("d", (at, dbm)), array("d", (at, dbm))
            return
        if at <= self._recent[-2]:
            return
        self._recent.extend((at, dbm))
        del self._recent[: -2 * RECENT]
        if at - self._days[-2] >= DAY_S:
            self._days.extend((at, dbm))
            del self._days[: -2 * KEPT_DAYS]

    def before(self, at: float) -> float | None:
        """What it was before an instant: the median of the last readings before."""
        recent = [dbm for when, dbm in _points(self._recent) if when < at]
        found = recent or [dbm for when, dbm in _points(self._days) if when < at][-1:]
        return median(found[-3:]) if found else None

    def after(self, at: float) -> float | None:
        """What it has been since an instant."""
        found = [dbm for when, dbm in _points(self._recent) if when >= at]
        return median(found[-3:]) if found else None

    def moved(self) -> float | None:
        """By how many dB it moved since the oldest reading that is kept; None with fewer than four readings."""
        if self._recent is None or self._days is None or len(self._recent) < 8:
            return None
        return median(self._recent[-5::2]) - self._days[1]

    def slope_db_per_day(self, over_s: float) -> float | None:
        """Slope of the least squares line over the last ``over_s``; None with fewer than three points a while apart."""
        points = sorted({*_points(self._days), *list(_points(self._recent))[-1:]})
        points = [(at, dbm) for at, dbm in points if at >= points[-1][0] - over_s]
        if len(points) < 3 or points[-1][0] - points[0][0] < DAY_S:
            return None
        mean_at = sum(at for at, _ in points) / len(points)
        mean_dbm = sum(dbm for _, dbm in points) / len(points)
        spread = sum((at - mean_at) ** 2 for at, _ in points)
        return sum((at - mean_at) * (dbm - mean_dbm) for at, dbm in points) / spread * DAY_S


def _points(values: array[float] | None) -> Iterator[Point]:
    both = iter(values or _NOTHING)
    return zip(both, both, strict=True)
