"""What is going to happen, and when: a heap of actions on an injectable clock."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Callable
from contextlib import suppress

Clock = Callable[[], float]
Action = Callable[[], None]


class Agenda:
    """Actions with the instant at which they are due.

    Args:
        clock: Unix seconds.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._heap: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._changed = asyncio.Event()

    @property
    def next_at(self) -> float | None:
        """When the next action is due; None when there is none."""
        return self._heap[0][0] if self._heap else None

    def at(self, when: float, action: Action) -> None:
        """Do ``action`` at that instant; what is due together happens in the order in which it was entered."""
        heapq.heappush(self._heap, (when, next(self._order), action))
        self._changed.set()

    def after(self, delay_s: float, action: Action) -> None:
        """Do ``action`` in ``delay_s`` seconds."""
        self.at(self.clock() + delay_s, action)

    def every(self, period_s: float, action: Action) -> None:
        """Do ``action`` again and again, first in ``period_s`` seconds."""

        def turn() -> None:
            action()
            self.after(period_s, turn)

        self.after(period_s, turn)

    def run_due(self) -> int:
        """Do what is due by now.

        Returns:
            How many actions were done.
        """
        done = 0
        while self._heap and self._heap[0][0] <= self.clock():
            heapq.heappop(self._heap)[2]()
            done += 1
        return done

    async def run(self) -> None:
        """Do everything in its time, until cancelled."""
        while True:
            self.run_due()
            self._changed.clear()
            wait_s = None if self.next_at is None else max(0.0, self.next_at - self.clock())
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with its time-out.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
