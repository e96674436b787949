"""Swaps in the database. The list here is the truth; a ticket at another system is a copy that is made from it."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.actions import Swaps
from noc_console.domain.errors import ActionRefused
from noc_console.domain.swaps import (
    Outcome,
    Swap,
    SwapKind,
    SwapRequest,
    check_swap,
    first_states,
    last_states,
)
from noc_console.domain.text import clean
from noc_console.storage import audit, schema
from noc_console.storage.database import Database
from noc_console.storage.feed import bump, hold, read_swaps
from noc_console.storage.inventory import append_event

STREAM = "swap"


class SwapStore:
    """Swaps in the database.

    Args:
        database: The database.
        config: When a diagnosis is due, and whether tickets are made.
    """

    def __init__(self, database: Database, config: Swaps) -> None:
        self._database = database
        self._config = config

    async def record(self, request: SwapRequest) -> int:
        """Audit and store a swap that was done.

        Returns:
            Its id.

        Raises:
            ActionRefused: It cannot be so; see ``domain.swaps.check_swap``.
        """
        table = schema.swap
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            old, new = check_swap(request, await read_swaps(connection, table.c.closed_at.is_(None)))
            now = time.time()
            diagnostic = request.kind is SwapKind.DIAGNOSTIC
            old_state, new_state = first_states(request.kind)
            values: dict[str, Any] = {
                "kind": request.kind.value,
                "ont_id": request.ont_id,
                "customer": clean(request.customer) if request.customer else None,
                "old_serial": old,
                "new_serial": new,
                "old_state": old_state.value,
                "new_state": new_state.value,
                "reason": clean(request.reason),
                "swapped_by": clean(request.swapped_by),
                "swapped_from": clean(request.swapped_from),
                "swapped_at": now,
                "due_at": now + self._config.follow_up_days * 86400 if diagnostic else None,
                "closed_at": None if diagnostic else now,
                "ticket_state": "pending" if diagnostic and self._config.tickets else "none",
                "revision": await bump(connection, STREAM),
            }
            swap_id: int = (await connection.execute(insert(table).returning(table.c.id), values)).scalar_one()
            text = f"{request.kind.value} swap {swap_id}: old {old_state.value}, new {new_state.value}"
            asked = (values["swapped_by"], values["swapped_from"], "swap", f"{old} for {new}", values["reason"])
            await _tell(connection, audit.Entry(*asked, text), old, now)
            return swap_id

    async def close(self, swap_id: int, outcome: Outcome, by: str, origin: str) -> None:
        """Audit and store how a diagnosis ended.

        Raises:
            ActionRefused: There is no such open swap.
        """
        table = schema.swap
        async with self._database.writing() as connection:
            await hold(connection, STREAM)
            swap = next(iter(await read_swaps(connection, table.c.id == swap_id)), None)
            if swap is None or not swap.open:
                raise ActionRefused(f"there is no open swap {swap_id}")
            now = time.time()
            old_state, new_state = last_states(outcome)
            values: dict[str, Any] = {
                "old_state": old_state.value,
                "new_state": new_state.value,
                "closed_at": now,
                "closed_by": clean(by),
                "outcome": outcome.value,
                "ticket_state": swap.ticket_state if swap.ticket else "none",
                "revision": await bump(connection, STREAM),
            }
            await connection.execute(update(table).where(table.c.id == swap_id).values(values))
            text = f"swap {swap_id} closed: old {old_state.value}, new {new_state.value}"
            asked = (clean(by), clean(origin), "swap", f"{swap.old_serial} for {swap.new_serial}", swap.reason)
            await _tell(connection, audit.Entry(*asked, text), swap.old_serial, now)

    async def all(self) -> list[Swap]:
        """Every swap, newest first."""
        async with self._database.reading() as connection:
            return await read_swaps(connection, schema.swap.c.id.is_not(None))

    async def without_ticket(self) -> list[Swap]:
        """Swaps whose follow-up is not yet at the other system, oldest first."""
        async with self._database.reading() as connection:
            found = await read_swaps(connection, schema.swap.c.ticket_state.in_(("pending", "failing")))
            return list(reversed(found))

    async def ticket_made(self, swap_id: int, ticket: str) -> None:
        """The other system has it, under this name."""
        await self._set(swap_id, ticket=clean(ticket), ticket_state="created", ticket_error=None)

    async def ticket_failed(self, swap_id: int, error: str) -> None:
        """The other system did not take it; it is tried again."""
        await self._set(swap_id, ticket_state="failing", ticket_error=clean(error))

    async def _set(self, swap_id: int, **values: Any) -> None:
        table = schema.swap
        async with self._database.writing() as connection:
            values["revision"] = await bump(connection, STREAM)
            await connection.execute(update(table).where(table.c.id == swap_id).values(values))


async def _tell(connection: AsyncConnection, entry: audit.Entry, serial: str, now: float) -> None:
    await audit.append(connection, entry, now)
    text = f"{entry.result} ({entry.target}, by {entry.actor})"
    await append_event(connection, now, "swap", "info", text, serial=serial)
