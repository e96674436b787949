"""A clock that stands until a test moves it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from noc_console.collector.clock import Clock

TURNS = 40
"""Turns of the event loop after which everything that can go on without the clock has gone on."""


class FakeClock(Clock):
    """Time that a test moves; whoever sleeps on it wakes when it is reached."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.at = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = (self.at + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self._sleepers.remove(sleeper)

    async def advance(self, seconds: float) -> None:
        """Let so much time pass, and everything happen in it, in order."""
        ends_at = self.at + seconds
        await self.settle()
        while (next_at := self._next_at()) is not None and next_at <= ends_at:
            self._wake(next_at)
            await self.settle()
        self.at = ends_at

    async def until(
        self, true: Callable[[], Awaitable[Any] | Any], within_s: float = 1e9, timeout_s: float = 60.0
    ) -> None:
        """Let time pass until something is true.

        Args:
            true: The condition, or what gives it.
            within_s: No more than this passes.
            timeout_s: Real seconds after which the test fails.
        """
        ends_at = self.at + within_s
        async with asyncio.timeout(timeout_s):
            while not await _value(true):
                await asyncio.sleep(0.002)  # a real database may be at work
                next_at = self._next_at()
                if next_at is not None and next_at <= ends_at and not await _value(true):
                    self._wake(next_at)

    async def settle(self) -> None:
        """Let everything go on that does not wait for the clock."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _next_at(self) -> float | None:
        return min((at for at, sleeper in self._sleepers if not sleeper.done()), default=None)

    def _wake(self, at: float) -> None:
        self.at = max(self.at, at)
        for until_at, sleeper in list(self._sleepers):
            if until_at <= self.at and not sleeper.done():
                sleeper.set_result(None)


async def _value(true: Callable[[], Awaitable[Any] | Any]) -> Any:
    found = true()
    return await found if inspect.isawaitable(found) else found
