"""Looking at the secrets in a backup: for admins, and never without a line in the audit log."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.backups import BACKUPS, Backup
from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import Answer, RevealBackups
from noc_console.domain.operators import Operator, Place, Role
from noc_console.operations.handler import Described, Handler
from noc_console.storage import audit, schema
from noc_console.storage.records import read_records, stream


class RevealingBackups(Handler[RevealBackups, list[Backup]]):
    """Audits it; who asks then reads the text."""

    def describe(self, intent: RevealBackups) -> Described:
        """Their numbers."""
        return Described("reveal secrets", ", ".join(f"backup {number}" for number in intent.numbers))

    def role(self, intent: RevealBackups) -> Role:
        """Passwords of OLTs are for admins."""
        return Role.ADMIN

    async def places(self, connection: AsyncConnection, intent: RevealBackups) -> list[Place]:
        """The OLTs that they are of."""
        return [Place(backup.olt) for backup in await _found(connection, intent)]

    def stream(self, intent: RevealBackups) -> str:
        """The backups'."""
        return stream(BACKUPS)

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: RevealBackups, now: float
    ) -> list[Backup]:
        """They must be there."""
        found = await _found(connection, intent)
        if missing := set(intent.numbers) - {backup.id for backup in found}:
            raise ActionRefused(f"there is no backup {min(missing)}")
        return found

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: RevealBackups, checked: list[Backup], now: float
    ) -> Answer:
        """One entry for all of them."""
        told = ", ".join(f"backup {backup.id} of {backup.olt}" for backup in checked)
        await audit.append(connection, audit.Entry.by(operator, "reveal secrets", told, "", "shown"), now)
        return Answer(text=f"{told}: shown")


async def _found(connection: AsyncConnection, intent: RevealBackups) -> list[Backup]:
    table = schema.RECORD_TABLES[BACKUPS.name]
    return await read_records(connection, BACKUPS, table.c.id.in_(intent.numbers))
