"""Second looks: what a trap said, or only hinted at, is read again from the OLT, soon and not too often."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from noc_console.collector.clock import CLOCK, Clock
from noc_console.domain.errors import SourceError

SETTLE_S = 2.0
"""After a trap that told a state, the OLT's own table may still say the old one."""
AT_ONCE = 8
"""More ONTs than this are read with the whole table instead of one by one."""

Key = tuple[str, int]
"""PON port and ONT id."""


class SecondLooks:
    """Of one OLT.

    Args:
        read_ont: Reads one ONT and writes what it finds.
        read_all: Makes the next state poll come soon; may be called often.
        clock: The clock.
    """

    def __init__(
        self, read_ont: Callable[[Key], Awaitable[None]], read_all: Callable[[], None], clock: Clock = CLOCK
    ) -> None:
        self._clock = clock
        self._read_ont = read_ont
        self._read_all = read_all
        self._due: dict[Key, float] = {}
        self._changed = asyncio.Event()

    def ont(self, key: Key, settle: bool) -> None:
        """Look at one ONT: at once, or when the OLT's table has had time to follow."""
        self._due[key] = self._clock.monotonic() + (SETTLE_S if settle else 0.0)
        self._changed.set()

    async def run(self) -> None:
        """Look for ever; ends by cancellation."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if len(self._due) > AT_ONCE:
                self._due.clear()
                self._read_all()
            while self._due and len(self._due) <= AT_ONCE:
                key = min(self._due, key=self._due.__getitem__)
                wait_s = self._due[key] - self._clock.monotonic()
                if wait_s > 0:
                    await self._clock.sleep(wait_s)
                    continue  # meanwhile it may have been put off, or too many others joined it
                del self._due[key]
                try:
                    await self._read_ont(key)
                except SourceError:
                    self._read_all()
            if self._due:
                self._changed.set()
