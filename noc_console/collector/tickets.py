"""Makes the follow-up tasks of swaps at another system, as soon as that takes them."""

from __future__ import annotations

from functools import partial

from noc_console.collector.coordinator import Done, Part, Rhythm
from noc_console.domain.errors import SourceError, SourceProtocolError
from noc_console.sources.tickets import TicketClient
from noc_console.storage.swaps import SwapStore

LOOK_S = 5.0


class TicketWorker:
    """Looks for swaps without a ticket.

    Args:
        client: The other system; None when none is configured.
        store: The swaps.
        site: Our name, in the tickets.
    """

    def __init__(self, client: TicketClient | None, store: SwapStore, site: str) -> None:
        self._client = client
        self._store = store
        self._site = site

    def parts(self) -> list[Part]:
        """Its rhythm."""
        if self._client is None:
            return []
        return [Rhythm("tickets", "tickets", partial(self._round, self._client), LOOK_S)]

    async def _round(self, client: TicketClient) -> Done | None:
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
        return Done(detail=f"{made} made") if made else None
