"""Imports of records: planned on what the database holds, and applied in the transaction that planned them."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.csv_records import ImportPlan, plan_import, related
from noc_console.domain.records import Record, RecordKind
from noc_console.storage.records import put_records, read_records, remove_records

R = TypeVar("R", bound=Record)


async def plan(connection: AsyncConnection, kind: RecordKind[R], text: str, replace_all: bool) -> ImportPlan[R]:
    """What importing this CSV text would do; see ``domain.csv_records.plan_import``."""
    known = {other.name: await read_records(connection, other) for other in related(kind)}
    return plan_import(kind, text, known, replace_all)


async def apply(connection: AsyncConnection, planned: ImportPlan[R], now: float) -> None:
    """Write a plan without errors, inside the write transaction in which it was made."""
    await put_records(connection, planned.kind, [*planned.added, *planned.changed])
    await remove_records(connection, planned.kind, planned.removed, now)
