"""A source's state as told to the operator: stored as it changes, logged once on failure and once on recovery."""

from __future__ import annotations

import time

import structlog

from noc_console.domain.errors import SourceError
from noc_console.domain.network import Source
from noc_console.storage.sources import SourceStore

log = structlog.get_logger()

STORE_EVERY_S = 5.0
"""An unchanged state is stored this often, so that its age shows."""


class SourceStatus:
    """Keeps one source's state."""

    def __init__(self, store: SourceStore, name: str) -> None:
        self._store = store
        self._state = Source(name, "never")
        self._stored: Source | None = None
        self._stored_at = 0.0

    async def off(self, detail: str) -> None:
        """Not configured."""
        await self._put(Source(self._state.name, "off", detail=detail))

    async def ok(self, latency_s: float | None = None, detail: str | None = None) -> None:
        """It answered."""
        if self._state.state == "failing":
            log.info("source_recovered", source=self._state.name)
        latency_ms = None if latency_s is None else round(latency_s * 1000, 1)
        await self._put(Source(self._state.name, "ok", time.time(), None, latency_ms, None, detail))

    async def failing(self, error: Exception, retry_in_s: float, detail: str | None = None) -> None:
        """It failed; tried again in ``retry_in_s``."""
        if self._state.state != "failing":
            log.warning("source_failing", source=self._state.name, error=str(error))
        retry_at = time.time() + retry_in_s
        message = error.message if isinstance(error, SourceError) else type(error).__name__
        await self._put(Source(self._state.name, "failing", self._state.last_ok_at, message, None, retry_at, detail))

    async def _put(self, state: Source) -> None:
        self._state = state
        now = time.monotonic()
        same = self._stored and (self._stored.state, self._stored.error) == (state.state, state.error)
        if same and now - self._stored_at < STORE_EVERY_S:
            return
        try:
            await self._store.put(state)
        except SourceError as error:
            log.debug("source_state_not_stored", source=state.name, error=str(error))
            return
        self._stored, self._stored_at = state, now


class Backoff:
    """Pauses between tries: 1 s, doubled to 60 s."""

    def __init__(self, first_s: float = 1.0, last_s: float = 60.0) -> None:
        self._first_s = first_s
        self._last_s = last_s
        self._failures = 0

    def failed(self) -> float:
        """Count a failure and return the pause."""
        pause_s = min(self._last_s, self._first_s * 2 ** min(self._failures, 16))
        self._failures += 1
        return float(pause_s)

    def reset(self) -> None:
        """Start again from the first pause."""
        self._failures = 0
