"""How long the event loop was held: a task that should wake every 5 ms notes how late it does."""

from __future__ import annotations

import asyncio
import time

PERIOD_S = 0.005


class Heartbeat:
    """Beats while its context is open."""

    def __init__(self) -> None:
        self.late_ms: list[float] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def longest_ms(self) -> float:
        """The longest that the loop was held."""
        return max(self.late_ms, default=0.0)

    async def __aenter__(self) -> Heartbeat:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task
        self._task.cancel()

    async def _beat(self) -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(PERIOD_S)
            self.late_ms.append((time.perf_counter() - begun - PERIOD_S) * 1000)
