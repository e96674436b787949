"""Turns of the event loop: long work over many rows runs in pieces, so that keys, polls and answers run in between.

``Turns`` gives the loop its turn when the work has had its time. ``own_turn`` does more: among all its callers only one
piece runs in each turn of the loop. Without it, twenty OLTs that are read at once would run twenty pieces in each turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

BUDGET_S = 0.003

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def own_turn() -> AsyncIterator[None]:
    """Run one piece of work alone among the callers of this; the loop has its turn after it."""
    lock = _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with lock:
        yield
        await asyncio.sleep(0)


class Turns:
    """Long work calls ``give`` now and then."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + BUDGET_S

    async def give(self) -> None:
        """Let others run, when the work has had its time."""
        if time.monotonic() > self._ends:
            await asyncio.sleep(0)
            self._ends = time.monotonic() + BUDGET_S
