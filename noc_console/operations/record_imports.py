"""Imports, edits and removals of records: planned and applied in one transaction, or not at all.

An edit of one record is an import of one line.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.changes import RecordsImported
from noc_console.domain.csv_records import ImportPlan, differences
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import Answer, ImportRecords, RemoveRecord
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.operations.handler import Described, Handler
from noc_console.storage import audit, imports
from noc_console.storage.changes import append_changes
from noc_console.storage.records import stream

Asked = TypeVar("Asked", ImportRecords, RemoveRecord)
AUDITED_AT_MOST = 20
"""So many records stand in an audit entry as they were and as they became; of more only the counts."""


class _OnRecords(Handler[Asked, ImportPlan[Any]]):
    """Changes records of one kind."""

    def role(self, intent: Asked) -> Role:
        """Records steer where crews are sent."""
        return Role.ADMIN

    async def places(self, connection: AsyncConnection, intent: Asked) -> list[Place]:
        """Records are about every place."""
        return []

    def stream(self, intent: Asked) -> str:
        """The kind's."""
        return stream(RECORD_KINDS[intent.kind])

    def check_form(self, intent: Asked) -> None:
        """The kind."""
        kind = RECORD_KINDS.get(intent.kind)
        if kind is None or not kind.imported:
            raise ActionRefused(f"records called {intent.kind!r} are not kept by hand")

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: Asked, now: float
    ) -> ImportPlan[Any]:
        """Every line."""
        plan = await self.plan(connection, intent)
        if plan.errors:
            first, more = plan.errors[0], len(plan.errors) - 1
            where = f"line {first.line}: " if first.line else ""
            raise ActionRefused(f"{where}{first.text}" + (f" (and {more} more errors)" if more else ""))
        return plan

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: Asked, checked: ImportPlan[Any], now: float
    ) -> Answer:
        """Audit it, take it, and tell it; what changes nothing is only audited."""
        told = self.describe(intent)
        details = {**self.audited(intent), **_audited(checked)}
        entry = audit.Entry.by(operator, told.action, told.target, "", checked.text, details=details)
        await audit.append(connection, entry, now)
        if checked.added or checked.changed or checked.removed:
            await imports.apply(connection, checked, now, operator.name)
            change = RecordsImported(
                at=now,
                records=intent.kind,
                added=len(checked.added),
                changed=len(checked.changed),
                removed=len(checked.removed),
                by=operator.name,
            )
            await append_changes(connection, [change])
        return Answer(text=f"{intent.kind}: {checked.text}")

    @abstractmethod
    async def plan(self, connection: AsyncConnection, intent: Asked) -> ImportPlan[Any]:
        """What it would do, and what is wrong with it."""

    def audited(self, intent: Asked) -> dict[str, Any]:
        """What the audit log keeps beside what changed."""
        return {}


class ImportingRecords(_OnRecords[ImportRecords]):
    """Takes records of one kind."""

    def describe(self, intent: ImportRecords) -> Described:
        """The kind, and whether others are removed."""
        return Described("replace records" if intent.replace else "import records", intent.kind)

    async def plan(self, connection: AsyncConnection, intent: ImportRecords) -> ImportPlan[Any]:
        """Every line of the text."""
        return await imports.plan(connection, RECORD_KINDS[intent.kind], intent.text, intent.replace)

    def audited(self, intent: ImportRecords) -> dict[str, Any]:
        """What text it was."""
        return {"text_sha256": hashlib.sha256(intent.text.encode()).hexdigest()}


class RemovingRecord(_OnRecords[RemoveRecord]):
    """Takes one record out."""

    def describe(self, intent: RemoveRecord) -> Described:
        """The record."""
        return Described("remove record", f"{intent.kind} {' '.join(map(str, intent.key))}")

    async def plan(self, connection: AsyncConnection, intent: RemoveRecord) -> ImportPlan[Any]:
        """One less."""
        return await imports.plan_one_less(connection, RECORD_KINDS[intent.kind], intent.key)


def _audited(plan: ImportPlan[Any]) -> dict[str, Any]:
    """Each record as it was and as it became."""
    pairs = [
        *((None, one) for one in plan.added),
        *zip(plan.before, plan.changed, strict=True),
        *((one, None) for one in plan.removed),
    ]
    if len(pairs) > AUDITED_AT_MOST:
        return {}
    return {"changes": {plan.kind.named(after or before): differences(before, after) for before, after in pairs}}
