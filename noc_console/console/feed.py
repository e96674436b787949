"""The feed: asks the backend for what changed, once a second, and backs off when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from noc_console.console.backend import Backend
from noc_console.console.state.model import Delta, Model
from noc_console.domain.errors import NocError
from noc_console.domain.network import Changes

PERIOD_S = 1.0
TIMEOUT_S = 15.0
OPEN_TIMEOUT_S = 60.0
"""The first opening may migrate the database."""
MAX_BACKOFF_S = 30.0


class Feed:
    """Carries changes from the backend to the model; one task runs ``run`` until it is cancelled."""

    def __init__(
        self, backend: Backend, model: Model, now: Callable[[], float], changed: Callable[[Delta], None]
    ) -> None:
        """Wire it up.

        Args:
            backend: Whom to ask.
            model: What to bring up to date.
            now: Clock, Unix seconds.
            changed: Called after each attempt, on the loop, with what it touched.
        """
        self._backend = backend
        self._model = model
        self._now = now
        self._changed = changed
        self._revisions: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._failures = 0

    def retry_now(self) -> None:
        """Cut the present wait short."""
        self._wake.set()

    async def run(self) -> None:
        """Open, then ask for ever."""
        while True:
            await self._once()
            self._wake.clear()
            wait_s = PERIOD_S if not self._failures else min(MAX_BACKOFF_S, 2.0 ** (self._failures - 1))
            link = self._model.link
            link.retry_at = self._now() + wait_s if self._failures else None
            self._changed(Delta())
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with its time-out.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    async def _once(self) -> None:
        link = self._model.link
        try:
            if not link.opened:
                async with asyncio.timeout(OPEN_TIMEOUT_S):
                    await self._backend.open()
                link.opened = True
            async with asyncio.timeout(TIMEOUT_S):
                changes = await self._backend.changes(self._revisions)
        except (NocError, TimeoutError) as error:
            self._failures += 1
            link.error = str(error) or f"no answer within {TIMEOUT_S:.0f} s"
            link.failing_since = link.failing_since or self._now()
            return
        self._failures = 0
        link.error = link.failing_since = link.retry_at = None
        link.last_ok_at = self._now()
        await self._take(changes)

    async def _take(self, changes: Changes) -> None:
        delta = Delta()
        for _ in self._model.apply(changes, self._now, delta):
            await asyncio.sleep(0)
        self._revisions = {**self._revisions, **changes.revisions}
        if delta:
            self._model.link.beats += 1
        self._changed(delta)
