"""How often an address may knock: connections and failed keys in a minute."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

SPAN_S = 60.0
MOST_ADDRESSES = 4096
"""Remembered; of more, who was quiet longest is forgotten."""


class Rate:
    """Counts events of each address over the last minute.

    Args:
        most: Events in a minute.
        now: Clock, seconds.
    """

    def __init__(self, most: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, address: str) -> None:
        """It happened once more."""
        times = self._recent(address)
        if len(times) < self._most:  # of more, the count says nothing new
            times.append(self._now())
        self._seen[address] = times
        self._seen.move_to_end(address)
        if len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)

    def spent(self, address: str) -> bool:
        """Whether it happened as often as it may."""
        return len(self._recent(address)) >= self._most

    def _recent(self, address: str) -> deque[float]:
        times = self._seen.get(address, deque())
        while times and self._now() - times[0] >= SPAN_S:
            times.popleft()
        return times
