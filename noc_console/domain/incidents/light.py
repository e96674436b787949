"""An ONT's received light over time, in little room: what it was, what it is, and how it moves."""

from __future__ import annotations

from statistics import median

HOUR_S = 3600.0
DAY_S = 86400.0
KEPT_DAYS = 30


class LightTrack:
    """Received power of one ONT: the last readings, and one a day for thirty days."""

    __slots__ = ("days", "recent")

    def __init__(self) -> None:
        self.recent: list[tuple[float, float]] = []
        """The last six readings: time, dBm."""
        self.days: list[tuple[float, float]] = []
        """The first reading of each day, at most thirty, oldest first."""

    def add(self, at: float, dbm: float) -> None:
        """Take one reading; older ones than the last are left out."""
        if self.recent and at <= self.recent[-1][0]:
            return
        self.recent.append((at, dbm))
        del self.recent[:-6]
        if not self.days or at - self.days[-1][0] >= DAY_S:
            self.days.append((at, dbm))
            del self.days[:-KEPT_DAYS]

    def before(self, at: float) -> float | None:
        """What it was before an instant: the median of the last readings before."""
        found = [dbm for when, dbm in self.recent if when < at] or [dbm for when, dbm in self.days if when < at][-1:]
        return median(found[-3:]) if found else None

    def after(self, at: float) -> float | None:
        """What it has been since an instant."""
        found = [dbm for when, dbm in self.recent if when >= at]
        return median(found[-3:]) if found else None

    def moved(self) -> float | None:
        """By how many dB it moved since the oldest reading that is kept; None with fewer than four readings."""
        if len(self.recent) < 4 or not self.days:
            return None
        return median(dbm for _, dbm in self.recent[-3:]) - self.days[0][1]

    def slope_db_per_day(self, over_s: float) -> float | None:
        """Slope of the least squares line over the last ``over_s``; None with fewer than three points a while apart."""
        points = sorted({*self.days, *self.recent[-1:]})
        points = [(at, dbm) for at, dbm in points if at >= points[-1][0] - over_s]
        if len(points) < 3 or points[-1][0] - points[0][0] < DAY_S:
            return None
        mean_at = sum(at for at, _ in points) / len(points)
        mean_dbm = sum(dbm for _, dbm in points) / len(points)
        spread = sum((at - mean_at) ** 2 for at, _ in points)
        return sum((at - mean_at) * (dbm - mean_dbm) for at, dbm in points) / spread * DAY_S
