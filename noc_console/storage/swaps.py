"""Swaps in the database. The list here is the truth; a ticket at another system is a copy that is made from it."""

from __future__ import annotations

import time
from typing import Any

from noc_console.config.operations import Swaps
from noc_console.domain.changes import SwapClosed, SwapRecorded
from noc_console.domain.errors import ActionRefused
from noc_console.domain.swaps import (
    SWAPS,
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
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.records import add_record, change_record, read_records, stream
from noc_console.storage.streams import hold


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
        table = schema.RECORD_TABLES[SWAPS.name]
        async with self._database.writing() as connection:
            await hold(connection, stream(SWAPS))
            old, new = check_swap(request, await read_records(connection, SWAPS, table.c.closed_at.is_(None)))
            now = time.time()
            diagnostic = request.kind is SwapKind.DIAGNOSTIC
            old_state, new_state = first_states(request.kind)
            values: dict[str, Any] = {
                "kind": request.kind,
                "ont_id": request.ont_id,
                "customer": clean(request.customer) if request.customer else None,
                "old_serial": old,
                "new_serial": new,
                "old_state": old_state,
                "new_state": new_state,
                "reason": clean(request.reason),
                "swapped_by": clean(request.swapped_by),
                "swapped_from": clean(request.swapped_from),
                "swapped_at": now,
                "due_at": now + self._config.follow_up_days * 86400 if diagnostic else None,
                "closed_at": None if diagnostic else now,
                "ticket_state": "pending" if diagnostic and self._config.tickets else "none",
            }
            swap_id = await add_record(connection, SWAPS, values)
            text = f"{request.kind.value} swap {swap_id}: old {old_state.value}, new {new_state.value}"
            asked = (values["swapped_by"], values["swapped_from"], "swap", f"{old} for {new}", values["reason"])
            await audit.append(connection, audit.Entry(*asked, text), now)
            change = SwapRecorded(
                at=now,
                serial=old,
                swap_id=swap_id,
                swap_kind=request.kind.value,
                new_serial=new,
                old_state=old_state.value,
                new_state=new_state.value,
                by=values["swapped_by"],
            )
            await append_changes(connection, [change])
            return swap_id

    async def close(self, swap_id: int, outcome: Outcome, by: str, origin: str) -> None:
        """Audit and store how a diagnosis ended.

        Raises:
            ActionRefused: There is no such open swap.
        """
        table = schema.RECORD_TABLES[SWAPS.name]
        async with self._database.writing() as connection:
            await hold(connection, stream(SWAPS))
            swap = next(iter(await read_records(connection, SWAPS, table.c.id == swap_id)), None)
            if swap is None or not swap.open:
                raise ActionRefused(f"there is no open swap {swap_id}")
            now = time.time()
            old_state, new_state = last_states(outcome)
            values: dict[str, Any] = {
                "old_state": old_state,
                "new_state": new_state,
                "closed_at": now,
                "closed_by": clean(by),
                "outcome": outcome,
                "ticket_state": swap.ticket_state if swap.ticket else "none",
            }
            await change_record(connection, SWAPS, (swap_id,), values)
            text = f"swap {swap_id} closed: old {old_state.value}, new {new_state.value}"
            asked = (clean(by), clean(origin), "swap", f"{swap.old_serial} for {swap.new_serial}", swap.reason)
            await audit.append(connection, audit.Entry(*asked, text), now)
            change = SwapClosed(
                at=now,
                serial=swap.old_serial,
                swap_id=swap_id,
                new_serial=swap.new_serial,
                old_state=old_state.value,
                new_state=new_state.value,
                by=values["closed_by"],
            )
            await append_changes(connection, [change])

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
