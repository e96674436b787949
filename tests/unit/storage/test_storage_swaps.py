"""Swaps: what may be recorded, what is due, what became of the units; on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import time

import pytest
from people import ANNA, BERT
from sqlalchemy import select

from noc_console.config.model import Config
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import CloseSwap, RecordSwap
from noc_console.domain.swaps import SWAPS, Outcome, Swap, SwapKind, UnitState
from noc_console.operations.door import Door
from noc_console.storage import schema
from noc_console.storage.database import Database
from noc_console.storage.feed import read_update
from noc_console.storage.swaps import SwapStore

OLD, NEW = "HWTC00000001", "HWTC00000002"


class Desk(SwapStore):
    """The store, and the door in front of it."""

    def __init__(self, database: Database, **swaps: object) -> None:
        super().__init__(database)
        olts = [{"name": "north", "address": "192.0.2.1"}]
        self.door = Door(database, Config.model_validate({"olts": olts, "swaps": swaps}))

    async def record(self, intent: RecordSwap) -> int:
        return (await self.door.ask(ANNA, intent)).id

    async def close(self, swap_id: int, outcome: Outcome) -> None:
        await self.door.ask(BERT, CloseSwap(swap_id, outcome))


def store(database: Database, **swaps: object) -> Desk:
    return Desk(database, **swaps)


def request(kind: SwapKind = SwapKind.DIAGNOSTIC, old: str = OLD, new: str = NEW, reason: str = "drops") -> RecordSwap:
    return RecordSwap(kind, old, new, reason, "Ana Almeida")


async def test_a_definitive_swap_is_closed_at_once(database: Database) -> None:
    swaps = store(database)
    await swaps.record(request(SwapKind.DEFINITIVE))
    (swap,) = await swaps.all()
    assert (swap.old_state, swap.new_state) == (UnitState.DEFECTIVE, UnitState.ACTIVE)
    assert (swap.open, swap.due_at, swap.ticket_state) == (False, None, "none")


async def test_a_diagnostic_swap_is_due_in_a_week(database: Database) -> None:
    swaps = store(database)
    await swaps.record(request(old="4857-5443-0000-0001"))
    (swap,) = await swaps.all()
    assert (swap.old_serial, swap.old_state, swap.new_state) == (
        OLD,
        UnitState.IN_DIAGNOSIS,
        UnitState.ACTIVE_TEMPORARILY,
    )
    assert swap.open and swap.due_at == pytest.approx(time.time() + 7 * 86400, abs=5)
    late_s = swap.overdue_s(time.time() + 8 * 86400)
    assert late_s is not None and late_s == pytest.approx(86400, abs=5)


@pytest.mark.parametrize(
    ("outcome", "states"),
    [
        (Outcome.RETURNED, (UnitState.ACTIVE, UnitState.RETURNED)),
        (Outcome.DEFECTIVE, (UnitState.DEFECTIVE, UnitState.ACTIVE)),
        (Outcome.STOCK, (UnitState.IN_STOCK, UnitState.ACTIVE)),
    ],
)
async def test_a_diagnosis_ends(database: Database, outcome: Outcome, states: tuple[UnitState, UnitState]) -> None:
    swaps = store(database)
    swap_id = await swaps.record(request())
    await swaps.close(swap_id, outcome)
    (swap,) = await swaps.all()
    assert (swap.old_state, swap.new_state) == states
    assert (swap.open, swap.closed_by, swap.outcome) == (False, "bert", outcome)
    with pytest.raises(ActionRefused, match="no open swap"):
        await swaps.close(swap_id, outcome)
    async with database.reading() as connection:
        told = list((await connection.execute(select(schema.audit.c.result).order_by(schema.audit.c.id))).scalars())
    assert told.pop() == f"refused: there is no open swap {swap_id}"
    assert told == [
        f"diagnostic swap {swap_id}: old in diagnosis, new active (temporary)",
        f"swap {swap_id} closed: old {states[0].value}, new {states[1].value}",
    ]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"new": OLD}, "are the same"),
        ({"old": "not a serial"}, "the old unit's serial number"),
        ({"reason": " "}, "needs a reason"),
    ],
)
async def test_what_cannot_be_is_refused(database: Database, more: dict[str, str], why: str) -> None:
    with pytest.raises(ActionRefused, match=why):
        await store(database).record(request(**more))  # type: ignore[arg-type]
    assert await store(database).all() == []


async def test_a_unit_that_is_in_diagnosis_cannot_be_swapped_again(database: Database) -> None:
    swaps = store(database)
    swap_id = await swaps.record(request())
    with pytest.raises(ActionRefused, match=f"swap {swap_id} of {OLD} for {NEW} is still open"):
        await swaps.record(request(new="HWTC00000003"))
    await swaps.close(swap_id, Outcome.STOCK)
    await swaps.record(request(new="HWTC00000003"))


async def test_a_test_unit_is_at_one_customer_only(database: Database) -> None:
    swaps = store(database)
    await swaps.record(request())
    with pytest.raises(ActionRefused, match="is still open"):
        await swaps.record(request(old="HWTC00000005", new=NEW))
    with pytest.raises(ActionRefused, match="is still open"):
        await swaps.record(request(SwapKind.DIAGNOSTIC, old=NEW, new="HWTC00000006"))
    await swaps.record(request(SwapKind.DEFINITIVE, old=NEW, new="HWTC00000006"))  # it died there


async def test_two_who_record_the_same_record_one(database: Database) -> None:
    rivals = [Database(database.url) for _ in range(4)]
    asked = [store(rival).record(request()) for rival in rivals]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, int) for one in told) == 1, told
    (swap_id,) = [one for one in told if isinstance(one, int)]
    ends = [store(rival).close(swap_id, outcome) for rival, outcome in zip(rivals, Outcome, strict=False)]
    refused = [one for one in await asyncio.gather(*ends, return_exceptions=True) if one is not None]
    assert len(refused) == len(ends) - 1, refused
    for rival in rivals:
        await rival.close()


async def test_a_diagnosis_that_has_ended_needs_no_ticket(database: Database) -> None:
    swaps = store(database, tickets={"url": "http://127.0.0.1:1"})
    swap_id = await swaps.record(request())
    assert [swap.id for swap in await swaps.without_ticket()] == [swap_id]
    await swaps.close(swap_id, Outcome.STOCK)
    assert await swaps.without_ticket() == []
    assert (await swaps.all())[0].ticket_state == "none"


async def test_consoles_are_told(database: Database) -> None:
    swap_id = await store(database, tickets={"url": "http://127.0.0.1:1"}).record(request())
    async with database.reading() as connection:
        changes = await read_update(connection, {})
    (swap,) = changes.records[SWAPS.name]
    assert isinstance(swap, Swap)
    assert (swap.id, swap.ticket_state) == (swap_id, "pending")
