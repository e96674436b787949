"""Pings OLTs and core devices, evenly spread over the interval, and hands each result to whoever keeps it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from noc_console.collector.status import SourceStatus
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
    """

    name: str
    address: str
    keep: Callable[[Echo, float], Awaitable[None]]


class PingWorker:
    """Pings all targets.

    Args:
        config: None for not at all.
        targets: Whom.
        status: The state of pinging as such, not of the targets.
    """

    def __init__(self, config: Ping | None, targets: Sequence[Target], status: SourceStatus) -> None:
        self._config = config
        self._targets = targets
        self._status = status
        self._pinger = Pinger()
        self._unknown: set[str] = set()

    async def run(self) -> None:
        """Ping for ever; ends by cancellation."""
        if self._config is None or not self._targets:
            await self._status.off("not configured")
            return
        try:
            self._pinger.open()
        except SourceUnavailable as error:
            await self._status.off(f"not available: {error.message}; {error.hint}")
            return
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tell())
                for number, target in enumerate(self._targets):
                    first_s = self._config.every_s * number / len(self._targets)
                    group.create_task(self._run(self._config, target, first_s))
        finally:
            self._pinger.close()

    async def _tell(self) -> None:
        while True:
            await self._status.ok(detail=f"{len(self._targets)} targets by {self._pinger.how}")
            await asyncio.sleep(TELL_S)

    async def _run(self, config: Ping, target: Target, first_s: float) -> None:
        await asyncio.sleep(min(first_s, config.every_s))
        while True:
            await self.ping(config, target)
            await asyncio.sleep(config.every_s * random.uniform(0.95, 1.05))

    async def ping(self, config: Ping, target: Target) -> None:
        """One series to one target."""
        at = time.time()
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
