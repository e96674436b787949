"""Pings OLTs and core devices, evenly spread over the interval, and hands each result to whoever keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Done, Off, Part, Rhythm
from noc_console.config.model import Ping
from noc_console.domain.errors import SourceError, SourceUnavailable
from noc_console.sources.ping import Echo, Pinger

log = structlog.get_logger()

TELL_S = 30.0


@dataclass(frozen=True, slots=True)
class Target:
    """Something to be pinged.

    Args:
        name: For the log.
        address: Address or name.
        keep: Takes the result and when it was measured, Unix seconds.
        ours: Tells whether it is ours to ping just now.
    """

    name: str
    address: str
    keep: Callable[[Echo, float], Awaitable[None]]
    ours: Callable[[], bool] = lambda: True


class PingWorker:
    """Pings targets.

    Args:
        config: None for not at all.
        total: How many targets there will be, over which the interval is spread.
        clock: The clock.
    """

    def __init__(self, config: Ping | None, total: int, clock: Clock = CLOCK) -> None:
        self._config = config
        self._total = total
        self._clock = clock
        self._pinger = Pinger()
        self._open = asyncio.Event()
        self._count = 0
        self._unknown: set[str] = set()

    def parts(self) -> list[Part]:
        """What opens the socket, and tells how pinging goes as such."""
        if self._config is None or not self._total:
            return [Off("ping", "not configured")]
        return [Rhythm("ping", "ping", self._look_after, TELL_S)]

    def target_parts(self, targets: Sequence[Target]) -> list[Part]:
        """The rhythms of some more targets."""
        if self._config is None:
            return []
        found: list[Part] = []
        for target in targets:
            first_s = self._config.every_s * (self._count % self._total) / self._total
            work = partial(self.ping, self._config, target)
            rhythm = Rhythm(f"ping {target.name}", "ping", work, self._config.every_s, first_s=first_s, gate=self._open)
            found.append(rhythm)
            self._count += 1
        return found

    def close(self) -> None:
        """Close the socket."""
        self._open.clear()
        self._pinger.close()

    async def _look_after(self) -> Done:
        if not self._open.is_set():
            try:
                self._pinger.open()
            except SourceUnavailable as error:
                return Done(off=f"not available: {error.message}; {error.hint}")
            self._open.set()
        return Done(detail=f"{self._count} targets by {self._pinger.how}")

    async def ping(self, config: Ping, target: Target) -> None:
        """One series to one target."""
        if not target.ours():
            return
        at = self._clock.now()
        try:
            echo = await self._pinger.ping(target.address, config.count, config.timeout_s)
            self._unknown.discard(target.name)
        except SourceUnavailable as error:
            if target.name not in self._unknown:
                log.warning("cannot_ping", target=target.name, error=str(error))
            self._unknown.add(target.name)
            return
        try:
            await target.keep(echo, at)
        except SourceError as error:
            log.debug("ping_not_written", target=target.name, error=str(error))
