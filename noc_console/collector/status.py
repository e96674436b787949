"""A source's state as the operator sees it: stored as it changes, logged once on failure and once on recovery."""

from __future__ import annotations

from dataclasses import replace

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.domain.errors import SourceError
from noc_console.domain.network import Source
from noc_console.storage.sources import SourceStore

log = structlog.get_logger()

STORE_EVERY_S = 5.0
"""An unchanged state is stored this often, so that its age shows."""


class SourceStatus:
    """Keeps the state of one source, on which several parts of the collector may work.

    A source is ok only when none of its parts is in trouble; a broken part is shown before a failing one.

    Args:
        store: Where the state goes.
        name: The source's: ``genieacs``, an OLT's name.
        clock: The clock.
    """

    def __init__(self, store: SourceStore, name: str, clock: Clock = CLOCK) -> None:
        self.name = name
        self._store = store
        self._clock = clock
        self._state = Source(name, "never")
        self._stored: Source | None = None
        self._stored_at = 0.0
        self._troubles: dict[str, tuple[type[Exception], Source]] = {}
        """By part."""

    async def off(self, detail: str, part: str = "") -> None:
        """The source is not configured, or a part found that it is not possible here."""
        self._ended(part)
        await self._show(Source(self.name, "off", detail=detail))

    async def passed(self, part: str) -> None:
        """A part did its work, and has nothing to tell; stores nothing unless that ends a trouble."""
        if self._ended(part) or self._stored_state_is_old:
            await self._show(replace(self._state, state="ok", error=None, retry_at=None))

    async def ok(self, part: str, latency_s: float | None = None, detail: str | None = None) -> None:
        """A part did its work: the source answered."""
        self._ended(part)
        latency_ms = None if latency_s is None else round(latency_s * 1000, 1)
        await self._show(Source(self.name, "ok", self._clock.now(), None, latency_ms, None, detail))

    async def failing(self, part: str, error: SourceError, retry_in_s: float, detail: str | None = None) -> None:
        """The source failed; the part tries again in ``retry_in_s``."""
        if part not in self._troubles:
            log.warning("source_failing", source=self.name, part=part, error=str(error))
        await self._trouble(part, error, "failing", error.message, retry_in_s, detail)

    async def broken(self, part: str, error: Exception, retry_in_s: float) -> None:
        """The part itself has a fault; it tries again in ``retry_in_s``. The log gets the trace, once per fault."""
        known = self._troubles.get(part)
        if known is None or known[0] is not type(error):
            log.error("source_broken", source=self.name, part=part, exc_info=error)
        text = f"internal error in {part}: {type(error).__name__} (see the log)"
        await self._trouble(part, error, "broken", text, retry_in_s)

    async def _trouble(
        self, part: str, error: Exception, state: str, text: str, retry_in_s: float, detail: str | None = None
    ) -> None:
        retry_at = self._clock.now() + retry_in_s
        told = Source(self.name, state, self._state.last_ok_at, text, None, retry_at, detail)
        self._troubles[part] = (type(error), told)
        await self._show(told)

    def _ended(self, part: str) -> bool:
        """Whether this ends a trouble of the part."""
        if self._troubles.pop(part, None) is None:
            return False
        log.info("source_recovered", source=self.name, part=part)
        return True

    @property
    def _stored_state_is_old(self) -> bool:
        """Whether the database still shows a trouble that is over: it did not take the last state."""
        return self._stored is not None and self._stored.state != self._state.state

    async def _show(self, state: Source) -> None:
        """Show ``state``, unless a part is in trouble: that comes first."""
        troubles = [told for _, told in self._troubles.values()]
        shown = max(troubles, key=lambda told: told.state == "broken") if troubles else state
        if state.state == "ok":
            shown = replace(shown, last_ok_at=state.last_ok_at)
        await self._put(shown)

    async def _put(self, state: Source) -> None:
        self._state = state
        now = self._clock.monotonic()
        same = self._stored and (self._stored.state, self._stored.error) == (state.state, state.error)
        if same and now - self._stored_at < STORE_EVERY_S:
            return
        try:
            await self._store.put(state)
        except SourceError as error:
            log.debug("source_state_not_stored", source=state.name, error=str(error))
            return
        self._stored, self._stored_at = state, now
