"""Hearing at once that a stream was raised: PostgreSQL tells who listens, so that a quiet database is not asked.

A notification says only that there is something; it is sent by ``bump`` in the transaction of the change, and several
in one transaction are one. While the connection is broken nothing is known, and the database is asked as ever.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import psycopg
import structlog

from noc_console.storage.database import CONNECTION_SETTINGS, Database
from noc_console.storage.streams import CHANNEL

log = structlog.get_logger()

ASK_ANYWAY_S = 5.0
"""Heartbeats of collectors are no stream; and a pooler between may lose what the server tells."""
AGAIN_S = 5.0


class Listening:
    """Knows whether there is anything to ask for.

    Args:
        database: PostgreSQL.
    """

    def __init__(self, database: Database) -> None:
        self._url = database.url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._task: asyncio.Task[None] | None = None
        self._hears = False
        self._news = True
        self._asked_at = -ASK_ANYWAY_S

    def must_ask(self) -> bool:
        """Whether the database must be asked; counts as asked from then on. Starts to listen at its first call."""
        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._hears = False  # a task of another loop, or of the process that we were forked from, hears nothing
            self._task = loop.create_task(self._listen())
        now = time.monotonic()
        if self._hears and not self._news and now - self._asked_at < ASK_ANYWAY_S:
            return False
        self._news, self._asked_at = False, now
        return True

    def ask_again(self) -> None:
        """What was asked for did not come."""
        self._news = True

    async def close(self) -> None:
        """Stop listening."""
        task, self._task = self._task, None
        if task and task.get_loop() is asyncio.get_running_loop():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen(self) -> None:
        while True:
            try:
                await self._hear()
            except psycopg.Error as error:
                log.debug("not_listening", error=str(error))
            finally:
                self._hears = False
            await asyncio.sleep(AGAIN_S)

    async def _hear(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **CONNECTION_SETTINGS)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._hears = self._news = True  # of what came before nobody told us
            async for _ in connection.notifies():
                self._news = True
