"""History for the rows in view: fetched once the view rests, kept for some minutes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from noc_console.console.desk import Desk
from noc_console.console.render.chart import latest
from noc_console.console.render.onts import SPARK_POINTS
from noc_console.console.screens.charting import read
from noc_console.console.subjects import traffic_of
from noc_console.domain.errors import NocError

RANGE_S = 86400.0
KEPT_S = 300.0
SETTLE_S = 0.25
"""How long the view must rest before anything is fetched for it."""
RATES_OVER_S = 1800.0
RATES_KEPT_S = 60.0
MOST_POINTS = 60
NOW = 3
"""A rate that is older than so many steps is no longer that of now."""
AT_ONCE = 4
"""Ports whose history is read at the same time."""


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


Port = tuple[str, str]


class PortRates:
    """How much a PON port carries now, by OLT and port: bits per second to and from its ONTs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._fetched_at: dict[Port, float] = {}
        self.known: dict[Port, tuple[float | None, float | None]] = {}

    async def fetch(self, ports: Iterable[Port]) -> bool:
        """Fetch those that are missing or old; whether anything came."""
        now = self._desk.now()
        wanted = [port for port in ports if now - self._fetched_at.get(port, 0.0) > RATES_KEPT_S]
        free = asyncio.Semaphore(AT_ONCE)

        async def one(port: Port) -> None:
            subject = traffic_of(*port, self._desk.model.intervals)
            async with free:
                chart = await read(self._desk.backend, subject, RATES_OVER_S, MOST_POINTS)
            down, up = chart.lines
            self.known[port] = latest(down[-NOW:]), latest(up[-NOW:])
            self._fetched_at[port] = now

        try:
            await asyncio.gather(*(one(port) for port in wanted))
        except NocError:
            return False  # blank is the truth then; the banner and the Sources screen tell
        return bool(wanted)
