"""Light histories for the rows in view: fetched once the view rests, kept for some minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noc_console.console.desk import Desk
from noc_console.console.render.onts import SPARK_POINTS
from noc_console.domain.errors import NocError

RANGE_S = 86400.0
KEPT_S = 300.0


class Sparks:
    """Values by serial number, as far as they were fetched."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._values: dict[str, list[float | None]] = {}
        self._fetched_at: dict[str, float] = {}

    @property
    def values(self) -> Mapping[str, list[float | None]]:
        """What is known; the same mapping for ever."""
        return self._values

    async def fetch(self, serials: Iterable[str | None]) -> bool:
        """Fetch those that are missing or old; whether anything came."""
        now = self._desk.now()
        wanted = [s for s in serials if s and now - self._fetched_at.get(s, 0.0) > KEPT_S]
        if not wanted:
            return False
        try:
            found = await self._desk.backend.rx_sparklines(wanted, RANGE_S, SPARK_POINTS)
        except NocError:
            return False  # the column stays as it is; the banner and the Sources screen tell
        self._fetched_at.update((serial, now) for serial in wanted)
        self._values.update(found)
        return True
