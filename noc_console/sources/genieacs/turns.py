"""Giving the event loop its turn in long work."""

from __future__ import annotations

import asyncio
import time

BUDGET_S = 0.003


class Turns:
    """Long work calls ``give`` now and then; the loop gets its turn when the work has had its time."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + BUDGET_S

    async def give(self) -> None:
        """Let others run, if it is time."""
        if time.monotonic() > self._ends:
            await asyncio.sleep(0)
            self._ends = time.monotonic() + BUDGET_S
