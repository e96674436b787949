"""Cancelling one job."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.domain.errors import ActionRefused
from noc_console.domain.intents import Answer, CancelJob
from noc_console.domain.jobs import Job
from noc_console.domain.operators import Operator, Place, Role
from noc_console.domain.targets import TargetKind
from noc_console.domain.text import clean
from noc_console.operations import places
from noc_console.operations.handler import Described, Handler
from noc_console.storage import audit
from noc_console.storage.jobs import STREAM, exists, find_open, mark_cancelled, told_action, told_target


class OneJob(Handler[CancelJob, Job | None]):
    """A job that nobody claimed yet ends at once; its collector stops any other."""

    def describe(self, intent: CancelJob) -> Described:
        """Its number."""
        return Described("cancel", f"job {intent.job_id}")

    def role(self, intent: CancelJob) -> Role:
        """Whoever may act may also stop."""
        return Role.OPERATOR

    async def places(self, connection: AsyncConnection, intent: CancelJob) -> list[Place]:
        """Of the job's target; none when it has ended."""
        job = await find_open(connection, intent.job_id)
        if job is None:
            return []
        if job.target.kind is TargetKind.ONT:
            return await places.of_onts(connection, [job.target.ont_id or 0])
        if job.target.kind is TargetKind.ROUTER:
            return await places.of_router(connection, job.target.key)
        return [Place(job.olt)]

    def stream(self, intent: CancelJob) -> str:
        """The jobs'."""
        return STREAM

    async def check(self, connection: AsyncConnection, operator: Operator, intent: CancelJob, now: float) -> Job | None:
        """A job that has ended is no reason to refuse.

        Raises:
            ActionRefused: There never was one of this number, or it is forgotten by now.
        """
        job = await find_open(connection, intent.job_id)
        if job is None and not await exists(connection, intent.job_id):
            raise ActionRefused(f"there is no job {intent.job_id}")
        return job

    async def write(
        self, connection: AsyncConnection, operator: Operator, intent: CancelJob, checked: Job | None, now: float
    ) -> Answer:
        """Mark it, and audit that."""
        if checked is None:
            return Answer(intent.job_id, f"job {intent.job_id} had ended already", done=False)
        text = await mark_cancelled(connection, checked, clean(operator.name), now)
        if checked.kind.level > 0:
            action = f"cancel {told_action(checked.kind, checked.parameters)}"
            entry = audit.Entry.by(operator, action, told_target(checked), checked.reason, text, checked.id)
            await audit.append(connection, entry, now)
        return Answer(intent.job_id, f"job {intent.job_id}: cancelling")
