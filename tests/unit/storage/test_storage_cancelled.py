"""A task that is cancelled amid a write leaves nobody locked out."""

from __future__ import annotations

import asyncio
import random

from noc_console.domain.network import Source
from noc_console.storage.database import Database
from noc_console.storage.sources import SourceStore


async def test_a_cancelled_write_locks_nobody_out(database: Database) -> None:
    store, chance = SourceStore(database), random.Random(1)

    async def write_on(name: str) -> None:
        while True:
            await store.put(Source(name, "ok"))

    kept: list[object] = []
    for _ in range(30):
        writing = [asyncio.create_task(write_on(name)) for name in "abc"]
        await asyncio.sleep(chance.uniform(0, 0.01))
        for task in writing:
            task.cancel()
        # The errors are kept, and with their traces whatever those refer to.
        kept.append(await asyncio.gather(*writing, return_exceptions=True))
        async with asyncio.timeout(4.0):  # below the time for which a locked database is waited for
            await store.put(Source("next", "ok"))
