"""Makes the follow-up tasks of swaps at another system, as soon as that takes them."""

from __future__ import annotations

import asyncio

from noc_console.collector.status import Backoff, SourceStatus
from noc_console.domain.errors import SourceError, SourceProtocolError
from noc_console.sources.tickets import TicketClient
from noc_console.storage.swaps import SwapStore

LOOK_S = 5.0


class TicketWorker:
    """Looks for swaps without a ticket.

    Args:
        client: The other system; None when none is configured.
        store: The swaps.
        status: The other system's state.
        site: Our name, in the tickets.
    """

    def __init__(self, client: TicketClient | None, store: SwapStore, status: SourceStatus, site: str) -> None:
        self._client = client
        self._store = store
        self._status = status
        self._site = site

    async def run(self) -> None:
        """Look for ever; ends by cancellation."""
        if self._client is None:
            return
        backoff = Backoff()
        try:
            while True:
                pause_s = LOOK_S
                try:
                    await self._round(self._client)
                    backoff.reset()
                except SourceError as error:
                    pause_s = backoff.failed()
                    await self._status.failing(error, pause_s)
                await asyncio.sleep(pause_s)
        finally:
            await self._client.close()

    async def _round(self, client: TicketClient) -> None:
        failed: SourceError | None = None
        made = 0
        for swap in await self._store.without_ticket():
            try:
                ticket = await client.create(swap, self._site)
            except SourceError as error:
                failed = error
                await self._store.ticket_failed(swap.id, error.message)
                if isinstance(error, SourceProtocolError):
                    continue  # one task that is refused must not keep the others waiting
                break
            await self._store.ticket_made(swap.id, ticket)
            made += 1
        if failed:
            raise failed
        if made:
            await self._status.ok(detail=f"{made} made")
