"""Swaps in the database. The list here is the truth; a ticket at another system is a copy that is made from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.changes import SwapClosed, SwapRecorded
from noc_console.domain.intents import RecordSwap
from noc_console.domain.swaps import (
    SWAPS,
    Outcome,
    Swap,
    SwapKind,
    first_states,
    last_states,
)
from noc_console.domain.text import clean
from noc_console.storage import schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.records import add_record, change_record, read_records


class SwapStore:
    """Swaps in the database, for those who make tickets of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Swap]:
        """Every swap, in the order of the list."""
        async with self._database.reading() as connection:
            return await read_records(connection, SWAPS)

    async def without_ticket(self) -> list[Swap]:
        """Swaps whose follow-up is not yet at the other system, oldest first."""
        async with self._database.reading() as connection:
            waits = schema.RECORD_TABLES[SWAPS.name].c.ticket_state.in_(("pending", "failing"))
            return sorted(await read_records(connection, SWAPS, waits), key=lambda swap: swap.id)

    async def ticket_made(self, swap_id: int, ticket: str) -> None:
        """The other system has it, under this name."""
        await self._set(swap_id, ticket=clean(ticket), ticket_state="created", ticket_error=None)

    async def ticket_failed(self, swap_id: int, error: str) -> None:
        """The other system did not take it; it is tried again."""
        await self._set(swap_id, ticket_state="failing", ticket_error=clean(error))

    async def _set(self, swap_id: int, **values: Any) -> None:
        async with self._database.writing() as connection:
            await change_record(connection, SWAPS, (swap_id,), values)


async def open_swaps(connection: AsyncConnection) -> list[Swap]:
    """Swaps of which a unit is still to be tested, or that are not closed for another reason."""
    return await read_records(connection, SWAPS, schema.RECORD_TABLES[SWAPS.name].c.closed_at.is_(None))


async def find_swap(connection: AsyncConnection, swap_id: int) -> Swap | None:
    """One swap."""
    found = await read_records(connection, SWAPS, schema.RECORD_TABLES[SWAPS.name].c.id == swap_id)
    return next(iter(found), None)


async def add_swap(
    connection: AsyncConnection, asked: RecordSwap, by: tuple[str, str], due_at: float, has_tickets: bool, now: float
) -> Swap:
    """Store a swap and its change inside a write transaction.

    Args:
        connection: Write transaction.
        asked: What is recorded, checked by ``domain.swaps.check_swap``.
        by: The operator, and where they come from.
        due_at: When a unit in diagnosis must have been tested, Unix seconds.
        has_tickets: Whether a ticket is made of a diagnosis.
        now: Unix seconds.
    """
    diagnostic = asked.kind is SwapKind.DIAGNOSTIC
    old_state, new_state = first_states(asked.kind)
    values: dict[str, Any] = {
        "kind": asked.kind,
        "ont_id": asked.ont_id,
        "customer": clean(asked.customer) if asked.customer else None,
        "old_serial": asked.old_serial,
        "new_serial": asked.new_serial,
        "old_state": old_state,
        "new_state": new_state,
        "reason": clean(asked.reason),
        "swapped_by": clean(by[0]),
        "swapped_from": clean(by[1]),
        "swapped_at": now,
        "due_at": due_at if diagnostic else None,
        "closed_at": None if diagnostic else now,
        "ticket_state": "pending" if diagnostic and has_tickets else "none",
    }
    swap = Swap(id=await add_record(connection, SWAPS, values), **values)
    change = SwapRecorded(
        at=now,
        serial=swap.old_serial,
        swap_id=swap.id,
        swap_kind=swap.kind.value,
        new_serial=swap.new_serial,
        old_state=old_state.value,
        new_state=new_state.value,
        by=swap.swapped_by,
    )
    await append_changes(connection, [change])
    return swap


async def close_swap(connection: AsyncConnection, swap: Swap, outcome: Outcome, by: str, now: float) -> Swap:
    """Store how a diagnosis ended, and its change, inside a write transaction."""
    old_state, new_state = last_states(outcome)
    values: dict[str, Any] = {
        "old_state": old_state,
        "new_state": new_state,
        "closed_at": now,
        "closed_by": clean(by),
        "outcome": outcome,
        "ticket_state": swap.ticket_state if swap.ticket else "none",
    }
    await change_record(connection, SWAPS, (swap.id,), values)
    change = SwapClosed(
        at=now,
        serial=swap.old_serial,
        swap_id=swap.id,
        new_serial=swap.new_serial,
        old_state=old_state.value,
        new_state=new_state.value,
        by=values["closed_by"],
    )
    await append_changes(connection, [change])
    return replace(swap, **values)
