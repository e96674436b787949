"""Going on after the audit log was found broken: an admin says that it is known, and why."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.handling import HANDLINGS
from noc_console.domain.intents import AcceptAudit, Answer
from noc_console.domain.operators import Operator, Place, Role
from noc_console.operations.handler import Described, Handler, require_reason
from noc_console.storage import audit
from noc_console.storage.records import stream


class AcceptingAudit(Handler[AcceptAudit, audit.Broken | None]):
    """Writes an entry that says what was broken; from there on the log is trusted."""

    def describe(self, intent: AcceptAudit) -> Described:
        """What and why."""
        return Described("accept audit log", "audit log", intent.reason)

    def role(self, intent: AcceptAudit) -> Role:
        """Whoever answers for the records."""
        return Role.ADMIN

    async def places(self, connection: AsyncConnection, intent: AcceptAudit) -> list[Place]:
        """It is about every place."""
        return []

    def stream(self, intent: AcceptAudit) -> str:
        """Any: it writes to the audit log alone."""
        return stream(HANDLINGS)

    def check_form(self, intent: AcceptAudit) -> None:
        """Reason."""
        require_reason(intent.reason, "accepting a broken audit log")

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: AcceptAudit, now: float
    ) -> audit.Broken | None:
        """What is broken in the database; heads may say more."""
        return await audit.find_broken(connection)

    async def write(
        self,
        connection: AsyncConnection,
        operator: Operator,
        intent: AcceptAudit,
        checked: audit.Broken | None,
        now: float,
    ) -> Answer:
        """Audit it, and trust what comes from here on."""
        told = f"accepted: {checked or 'other than its signed heads say'}"
        entry = audit.Entry.by(operator, "accept audit log", "audit log", intent.reason, told)
        await audit.append(connection, entry, now)
        await audit.accept(connection)
        end = await audit.newest(connection)
        return Answer(end.entry_id, f"{told}; trusted from entry {end.entry_id} on")
