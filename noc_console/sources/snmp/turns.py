"""Turns: long work over many rows is done in pieces, and only one piece per turn of the event loop.

Giving the loop its turn between pieces is not enough when twenty OLTs are read at once: then twenty pieces run in each
turn. Here they queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@asynccontextmanager
async def own_turn() -> AsyncIterator[None]:
    """Hold the loop alone among the callers of this, for one piece of work; the loop has its turn after it."""
    lock = _locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    async with lock:
        yield
        await asyncio.sleep(0)
