"""The clock that everything in the collector lives by: an argument, so that tests of rhythm need no real time."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable


class Clock:
    """Time, and waiting for it."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never step back; only differences mean something."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait so long; other tasks have a turn even when it is 0 or less."""
        await asyncio.sleep(max(0.0, seconds))

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait until ``event`` is set, at most so long; returns whether it is set."""
        waits = [asyncio.ensure_future(self.sleep(seconds)), asyncio.ensure_future(event.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
        return event.is_set()


CLOCK = Clock()
"""The real one."""

SPREAD = 0.2
"""Pauses after failures vary by this share, so that many that failed together do not try again together."""


class Backoff:
    """Pauses between tries: 1 s, doubled to 60 s, +-20 %.

    Args:
        first_s: The first pause.
        last_s: The longest.
        draw: Gives a number between two.
    """

    def __init__(
        self, first_s: float = 1.0, last_s: float = 60.0, draw: Callable[[float, float], float] = random.uniform
    ) -> None:
        self._first_s = first_s
        self._last_s = last_s
        self._draw = draw
        self.failures = 0
        """In a row."""
        self.upcoming_s = self._drawn()
        """The pause that the next failure brings: it can be announced before."""

    def failed(self) -> float:
        """Count a failure and return the pause, seconds."""
        pause_s = self.upcoming_s
        self.failures += 1
        self.upcoming_s = self._drawn()
        return pause_s

    def reset(self) -> None:
        """Start again from the first pause."""
        if self.failures:
            self.failures = 0
            self.upcoming_s = self._drawn()

    def _drawn(self) -> float:
        pause_s = min(self._last_s, self._first_s * 2 ** min(self.failures, 16))
        return float(pause_s * self._draw(1 - SPREAD, 1 + SPREAD))
