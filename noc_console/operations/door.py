"""The door: everything that anybody asks for comes through here, is checked, audited and queued, or refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.model import Config
from noc_console.config.paths import audit_heads
from noc_console.domain.errors import ActionRefused, ConfigError, SourceError
from noc_console.domain.intents import AcceptAudit, Answer, Intent
from noc_console.domain.operators import Operator, Role
from noc_console.domain.text import clean
from noc_console.operations.handler import Handler
from noc_console.operations.handlers import make_handlers
from noc_console.storage import audit
from noc_console.storage.audit_watch import AuditWatch
from noc_console.storage.database import Database
from noc_console.storage.streams import hold

log = structlog.get_logger()


class Door:
    """The one way in.

    Args:
        database: Where jobs, records and the audit log are.
        config: The limits.
        now: Clock, Unix seconds.
    """

    def __init__(self, database: Database, config: Config, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self._handlers = make_handlers(config)
        self._watch = AuditWatch(audit_heads(config))

    async def ask(self, operator: Operator, intent: Intent) -> Answer:
        """Check, audit and queue a request in one transaction: no audit, no act.

        Raises:
            ActionRefused: The role, the request itself, the policy or a missing confirmation forbids it, or the
                database did not take it. The audit log says so too.
        """
        handler = self._handlers.get(type(intent))
        if handler is None:
            raise ActionRefused(f"this release takes no {type(intent).__name__}")
        try:
            return await self._ask(handler, operator, intent)
        except SourceError as error:
            raise ActionRefused(f"not queued, because it could not be audited: {error}") from None
        except ActionRefused as refusal:
            await self._audit_refusal(handler, operator, intent, refusal)
            raise

    async def _ask(self, handler: Handler[Any, Any], operator: Operator, intent: Intent) -> Answer:
        check_request(handler, operator, intent)
        async with self._database.reading(snapshot=True) as connection:
            await self._trust_audit(connection, intent, handler.role(intent))
            await _judge(handler, connection, operator, intent, self._now())
        async with self._database.writing() as connection:
            await hold(connection, handler.stream(intent))
            now = self._now()
            checked = await _judge(handler, connection, operator, intent, now)
            return await handler.write(connection, operator, intent, checked, now)

    async def _trust_audit(self, connection: AsyncConnection, intent: Intent, needed: Role) -> None:
        """Refuse to act while the log does not hold; looks go on, and so does what ends that."""
        if needed is Role.VIEWER or isinstance(intent, AcceptAudit):
            return
        try:
            found = await self._watch.look(connection)
        except ConfigError as error:
            raise ActionRefused(f"the audit log cannot be verified: {error}") from None
        if found.broken:
            raise ActionRefused(str(found), "nothing is done until an admin has seen to it: noc-console audit-verify")

    async def _audit_refusal(
        self, handler: Handler[Any, Any], operator: Operator, intent: Intent, refusal: ActionRefused
    ) -> None:
        """A refusal stands whether or not it can be audited."""
        told = handler.describe(intent)
        action, result = clean(told.action), f"refused: {clean(refusal.message)}"
        try:
            async with self._database.writing() as connection:
                target = clean(await handler.name_target(connection, intent))
                entry = audit.Entry.by(operator, action, target, told.reason, result)
                await audit.append(connection, entry, self._now())
        except SourceError as error:
            log.warning("refusal_not_audited", action=action, target=clean(told.target), error=str(error))


def check_request(handler: Handler[Any, Any], operator: Operator, intent: Intent) -> None:
    """Refuse what can be refused without the database: who asks, their role, the form of the request.

    Raises:
        ActionRefused: It must not be.
    """
    _check_operator(operator)
    needed = handler.role(intent)
    if not operator.highest.covers(needed):
        why = operator.why_not(needed, (), handler.describe(intent).action)
        raise ActionRefused(why or "")
    handler.check_form(intent)


async def _judge(
    handler: Handler[Any, Any], connection: AsyncConnection, operator: Operator, intent: Intent, now: float
) -> Any:
    """What the database says of it, and whether the operator's role covers every place that it is about.

    Raises:
        ActionRefused: It cannot be, or must not be.
    """
    needed = handler.role(intent)
    if operator.role.covers(needed):
        return await handler.check(connection, operator, intent, now)
    places = await handler.places(connection, intent)
    why = operator.why_not(needed, places, handler.describe(intent).action)
    if why and places:
        raise ActionRefused(why)
    checked = await handler.check(connection, operator, intent, now)  # what is not there says so itself
    if why:
        raise ActionRefused(why)
    return checked


def _check_operator(operator: Operator) -> None:
    if not operator.name.strip() or not operator.known_by.strip():
        raise ActionRefused("nobody is named who asks")
    if not operator.origin.host.strip():
        raise ActionRefused(f"it is not known from where {operator.name} asks")
