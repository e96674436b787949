"""One action on many ONTs: asked for, released by a second operator, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.config.model import Config
from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import named_place
from noc_console.domain.intents import ActOnMany, Answer, CancelMany, ReleaseMany
from noc_console.domain.jobs import Batch, JobState
from noc_console.domain.network import Ont
from noc_console.domain.operators import Operator, Place, Role, one_person
from noc_console.domain.policy import plan_bulk
from noc_console.domain.secrets import check_values
from noc_console.domain.targets import Target
from noc_console.domain.text import clean
from noc_console.operations import places
from noc_console.operations.handler import Described, Handler, require_reason
from noc_console.operations.standings import CHUNK, Placed, read_standings
from noc_console.storage import audit
from noc_console.storage.audit_orders import bulk_of, requested_batch
from noc_console.storage.batches import LEASE_S, end_waiting, find_batch, mark_batch, queue_batch
from noc_console.storage.database import database_now
from noc_console.storage.jobs import STREAM, NewJob, told_action

T = TypeVar("T")


class ManyOnts(Handler[ActOnMany, list[Placed]]):
    """Queues a bulk action: all of it or nothing.

    Args:
        config: How many ONTs, and by which intervals states are judged.
    """

    def __init__(self, config: Config) -> None:
        self._limits = config.bulk
        self._intervals = config.polling.intervals()

    def describe(self, intent: ActOnMany) -> Described:
        """Its kind, and how many."""
        return Described(f"bulk {intent.kind.value}", f"{len(intent.ont_ids)} ONTs", intent.reason)

    def role(self, intent: ActOnMany) -> Role:
        """As its action declares."""
        return intent.kind.spec.role

    async def places(self, connection: AsyncConnection, intent: ActOnMany) -> list[Place]:
        """Of every ONT."""
        return await places.of_onts(connection, _once(intent))

    def stream(self, intent: ActOnMany) -> str:
        """The jobs'."""
        return STREAM

    def check_form(self, intent: ActOnMany) -> None:
        """Kind, count and confirmation, parameters, reason."""
        if not intent.kind.spec.bulk:
            raise ActionRefused(f"{intent.kind.value} is not done to many at once")
        if not (count := len(_once(intent))):
            raise ActionRefused("no ONT was chosen")
        if count > self._limits.max:
            raise ActionRefused(f"at most {self._limits.max} at once: {count} were chosen", "see bulk.max")
        if trouble := check_values(intent.kind, intent.parameters, None):
            raise ActionRefused(trouble)
        require_reason(intent.reason, f"bulk {intent.kind.value}")
        if intent.confirmation is None or intent.confirmation.text != str(count):
            raise ActionRefused(f"not confirmed: {count} ONTs would be acted on")

    async def check(
        self, connection: AsyncConnection, operator: Operator, intent: ActOnMany, now: float
    ) -> list[Placed]:
        """Every ONT must be there and have no blocker."""
        ids = _once(intent)
        placed = await read_standings(connection, ids, self._intervals, now)
        if len(placed) < len(ids):
            raise ActionRefused(f"{len(ids) - len(placed)} of the chosen ONTs are not in the inventory any more")
        left_out: list[tuple[Ont, str]] = []
        for part in _parts(ids):
            left_out += plan_bulk(intent.kind, (placed[ont_id].standing for ont_id in part), intent.forced).left_out
            await asyncio.sleep(0)
        if left_out:
            ont, why = left_out[0]
            count = f"{len(left_out)} of {len(ids)} ONTs cannot be acted on"
            raise ActionRefused(f"{count}: {ont.identity or ont.port}: {why}", "plan again")
        return [placed[ont_id] for ont_id in ids]

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: ActOnMany, checked: list[Placed], now: float
    ) -> Answer:
        """Audit and queue it."""
        above = self._limits.second_operator_above
        jobs: list[NewJob] = []
        expires_at = await database_now(connection) + LEASE_S
        for part in _parts(checked):
            jobs += [_job(operator, intent, placed, now, expires_at) for placed in part]
            await asyncio.sleep(0)
        needs_release = above is not None and len(jobs) > above
        batch_id = await queue_batch(connection, jobs, needs_release)
        names = ", ".join(_name(placed) for placed in checked)
        details: dict[str, object] = {"forced": True} if intent.forced else {}
        if intent.confirmation is not None:
            details["confirmed"] = intent.confirmation.by.value
        action, result = bulk_of(told_action(intent.kind, intent.parameters)), requested_batch(batch_id)
        entry = audit.Entry.by(operator, action, names, intent.reason, result, details=details)
        await audit.append(connection, entry, now)
        waits = ", which waits for another operator" if needs_release else ""
        return Answer(batch_id, f"bulk action {batch_id}{waits}", waits_for_release=needs_release)


def _parts(whole: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices between which the event loop gets its turn: a console waits for nothing longer than that."""
    for begin in range(0, len(whole), CHUNK):
        yield whole[begin : begin + CHUNK]


def _once(intent: ActOnMany) -> Sequence[int]:
    """An ONT that is named twice is acted on once."""
    return list(dict.fromkeys(intent.ont_ids))


def _job(operator: Operator, intent: ActOnMany, placed: Placed, now: float, expires_at: float) -> NewJob:
    ont = placed.standing.ont
    return NewJob(
        kind=intent.kind,
        target=Target.ont(ont.id),
        requested_by=operator.name,
        requested_from=str(operator.origin),
        requested_at=now,
        expires_at=expires_at,
        serial=ont.serial,
        olt=placed.olt,
        port=ont.port,
        reason=intent.reason,
        forced=intent.forced,
        parameters=intent.parameters,
    )


def _name(placed: Placed) -> str:
    ont = placed.standing.ont
    return ont.identity or f"{placed.olt} {named_place(ont.port, ont.ont_id)}"


class Cancelling(Handler[CancelMany, Batch]):
    """Cancels what has not begun of a bulk action; what is under way goes on to its end."""

    def describe(self, intent: CancelMany) -> Described:
        """Its number."""
        return Described("cancel bulk", f"bulk action {intent.batch_id}")

    def role(self, intent: CancelMany) -> Role:
        """Whoever may act may also stop."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: CancelMany) -> list[Place]:
        """Of every ONT of it."""
        return await places.of_batch(connection, intent.batch_id)

    def stream(self, intent: CancelMany) -> str:
        """The jobs'."""
        return STREAM

    async def check(self, connection: AsyncConnection, operator: Operator, intent: CancelMany, now: float) -> Batch:
        """It must be there."""
        return await _found(connection, intent.batch_id)

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: CancelMany, checked: Batch, now: float
    ) -> Answer:
        """End what waits, and audit that."""
        if checked.waiting == 0:
            return Answer(intent.batch_id, f"nothing of bulk action {intent.batch_id} was waiting", done=False)
        await mark_batch(connection, intent.batch_id, cancel_by=operator.name)
        text = f"cancelled by {clean(operator.name)} before it was sent"
        count, batch = await end_waiting(connection, intent.batch_id, JobState.CANCELLED, text)
        action, target = f"cancel bulk {batch.kind.value}", f"bulk action {batch.id}"
        entry = audit.Entry.by(operator, action, target, batch.reason, f"{count} of {batch.total} not begun")
        await audit.append(connection, entry, now)
        return Answer(intent.batch_id, f"bulk action {intent.batch_id}: what has not begun is cancelled")


class Releasing(Handler[ReleaseMany, Batch]):
    """Lets a bulk action start that is too large for one operator.

    Args:
        config: Which names are one person's.
    """

    def __init__(self, config: Config) -> None:
        self._aliases = config.access.aliases

    def describe(self, intent: ReleaseMany) -> Described:
        """Its number."""
        return Described("release bulk", f"bulk action {intent.batch_id}")

    def role(self, intent: ReleaseMany) -> Role:
        """The second operator is one."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: ReleaseMany) -> list[Place]:
        """Of every ONT of it."""
        return await places.of_batch(connection, intent.batch_id)

    def stream(self, intent: ReleaseMany) -> str:
        """The jobs'."""
        return STREAM

    async def check(self, connection: AsyncConnection, operator: Operator, intent: ReleaseMany, now: float) -> Batch:
        """It must wait for somebody, and somebody else must have asked for it."""
        batch = await _found(connection, intent.batch_id)
        if not batch.needs_release or batch.released_by or batch.cancel_by:
            raise ActionRefused(f"bulk action {batch.id} does not wait for a release")
        if one_person(batch.requested_by, clean(operator.name), self._aliases):
            raise ActionRefused("another operator must release it")
        return batch

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: ReleaseMany, checked: Batch, now: float
    ) -> Answer:
        """Write who released it, and audit that."""
        batch = checked
        await mark_batch(connection, batch.id, released_by=operator.name)
        action, target = f"release bulk {batch.kind.value}", f"bulk action {batch.id}"
        await audit.append(connection, audit.Entry.by(operator, action, target, batch.reason, "released"), now)
        return Answer(batch.id, f"bulk action {batch.id} may start")


async def _found(connection: AsyncConnection, batch_id: int) -> Batch:
    batch = await find_batch(connection, batch_id)
    if batch is None:
        raise ActionRefused(f"there is no bulk action {batch_id}")
    return batch
