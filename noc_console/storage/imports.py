"""Imports of records: planned on what the database holds, and applied in the transaction that planned them."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.assignments import ASSIGNMENTS, ended
from noc_console.domain.csv_records import ImportPlan, plan_import, plan_removal, related
from noc_console.domain.plant import Subscriber
from noc_console.domain.records import Key, Record, RecordKind
from noc_console.storage.records import put_records, read_records, remove_records

R = TypeVar("R", bound=Record)


async def plan(connection: AsyncConnection, kind: RecordKind[R], text: str, replace_all: bool) -> ImportPlan[R]:
    """What importing this CSV text would do; see ``domain.csv_records.plan_import``."""
    known = {other.name: await read_records(connection, other) for other in related(kind)}
    return plan_import(kind, text, known, replace_all)


async def plan_one_less(connection: AsyncConnection, kind: RecordKind[R], key: Key) -> ImportPlan[R]:
    """What taking one record out would do; see ``domain.csv_records.plan_removal``."""
    return plan_removal(kind, key, {other.name: await read_records(connection, other) for other in related(kind)})


async def apply(connection: AsyncConnection, planned: ImportPlan[R], now: float, by: str) -> None:
    """Write a plan without errors, inside the write transaction in which it was made.

    Args:
        connection: The transaction.
        planned: The plan.
        now: Unix seconds.
        by: The operator.
    """
    if planned.kind.row is Subscriber:
        await _end_assignments(connection, planned, now, by)
    await put_records(connection, planned.kind, [*planned.added, *planned.changed])
    await remove_records(connection, planned.kind, planned.removed, now)


async def _end_assignments(connection: AsyncConnection, planned: ImportPlan[Any], now: float, by: str) -> None:
    """Keep where subscribers were whose record says something else from now on."""
    last = {one.account: one.until_at for one in reversed(await read_records(connection, ASSIGNMENTS))}
    after = {one.account: one for one in planned.changed}
    over = ended((*planned.before, *planned.removed), after, last, now, by)
    await put_records(connection, ASSIGNMENTS, list(over))
