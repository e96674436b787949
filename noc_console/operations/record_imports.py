"""Imports of plant records: planned and applied in one transaction, or not at all."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.changes import RecordsImported
from noc_console.domain.csv_records import ImportPlan
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import Answer, ImportRecords
from noc_console.domain.operators import Operator, Role
from noc_console.domain.record_kinds import RECORD_KINDS
from noc_console.operations.handler import Described, Handler
from noc_console.storage import audit, imports
from noc_console.storage.changes import append_changes
from noc_console.storage.records import stream


class ImportingRecords(Handler[ImportRecords, ImportPlan[Any]]):
    """Takes records of one kind."""

    def describe(self, intent: ImportRecords) -> Described:
        """The kind, and whether others are removed."""
        return Described("replace records" if intent.replace else "import records", intent.kind)

    def role(self, intent: ImportRecords) -> Role:
        """Records steer where crews are sent."""
        return Role.ADMIN

    def stream(self, intent: ImportRecords) -> str:
        """The kind's."""
        return stream(RECORD_KINDS[intent.kind])

    def check_form(self, intent: ImportRecords) -> None:
        """The kind."""
        kind = RECORD_KINDS.get(intent.kind)
        if kind is None or not kind.imported:
            raise ActionRefused(f"records called {intent.kind!r} are not imported")

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: ImportRecords, now: float
    ) -> ImportPlan[Any]:
        """Every line."""
        plan = await imports.plan(connection, RECORD_KINDS[intent.kind], intent.text, intent.replace)
        if plan.errors:
            first, more = plan.errors[0], len(plan.errors) - 1
            raise ActionRefused(f"line {first.line}: {first.text}" + (f" (and {more} more errors)" if more else ""))
        return plan

    async def write(
        self,
        connection: AsyncConnection,
        operator: Operator,
        intent: ImportRecords,
        checked: ImportPlan[Any],
        now: float,
    ) -> Answer:
        """Audit it, take it, and tell it; a file that changes nothing is only audited."""
        told = self.describe(intent)
        details = {"text_sha256": hashlib.sha256(intent.text.encode()).hexdigest()}
        entry = audit.Entry.by(operator, told.action, told.target, "", checked.text, details=details)
        await audit.append(connection, entry, now)
        if checked.added or checked.changed or checked.removed:
            await imports.apply(connection, checked, now)
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
