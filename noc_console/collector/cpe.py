"""The fleet of routers: asks the ACS who has informed since last time, and keeps their summaries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from noc_console.collector import samples
from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Done, Off, Part, Rhythm
from noc_console.domain.history import Sample
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.fleet import fleet
from noc_console.storage.cpes import CpeStore

OVERLAP_S = 5.0
"""Informs are asked for again from this long before the newest known one: the ACS may have been writing it."""


class CpeWorker:
    """Polls the ACS' device list.

    Args:
        acs: None when no ACS is configured.
        store: Where routers go.
        interval_s: Pause between polls.
        keep: Takes samples.
        clock: The clock.
    """

    def __init__(
        self,
        acs: NbiClient | None,
        store: CpeStore,
        interval_s: float,
        keep: Callable[[Sequence[Sample]], Awaitable[None]],
        clock: Clock = CLOCK,
    ) -> None:
        self._acs = acs
        self._store = store
        self._interval_s = interval_s
        self._keep = keep
        self._clock = clock
        self._since: float | None = None
        self._told: dict[str, float] | None = None
        """Informs that samples were made of, as far back as Informs are asked for again."""

    def parts(self) -> list[Part]:
        """Its rhythm."""
        if self._acs is None:
            return [Off("genieacs", "not configured: routers cannot be seen or acted on")]
        return [Rhythm("routers", "genieacs", partial(self._turn, self._acs), self._interval_s)]

    async def _turn(self, acs: NbiClient) -> Done:
        begun = self._clock.monotonic()
        count = await self.poll(acs)
        return Done(took_s=self._clock.monotonic() - begun, detail=f"{count} informed since the last look")

    async def poll(self, acs: NbiClient) -> int:
        """Read routers that informed since the last look that saw all of them; returns how many Informs were new."""
        told = self._told if self._told is not None else await self._resume()
        count = 0
        async for cpes in fleet(acs, self._since):
            await self._store.put(cpes)
            fresh = [cpe for cpe in cpes if cpe.device_id not in told or told[cpe.device_id] != cpe.last_inform_at]
            await self._keep(samples.of_cpes(fresh))
            told |= {cpe.device_id: cpe.last_inform_at for cpe in fresh if cpe.last_inform_at is not None}
            count += len(fresh)
        if told:
            self._since = since = max(told.values()) - OVERLAP_S
            self._told = {device_id: at for device_id, at in told.items() if at >= since}
        return count

    async def _resume(self) -> dict[str, float]:
        """Go on where a collector before us was; a job may have stored a newer Inform than its last look had seen."""
        newest = await self._store.newest_inform_at()
        self._told = {}
        if newest is not None:
            self._since = newest - self._interval_s - OVERLAP_S
            self._told = await self._store.informs_since(self._since)
        return self._told
