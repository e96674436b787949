"""From a kind of job to what performs it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from noc_console.collector.acting import (
    changing,
    disrupting,
    measuring,
    olt_backup,
    olt_reboot,
    olt_refresh,
    olt_switch,
    reading,
    upgrading,
)
from noc_console.collector.acting.tools import Ending, Performer, Tools
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import NocError
from noc_console.domain.jobs import Job, JobState

log = structlog.get_logger()

PERFORMERS: Mapping[JobKind, Performer[Any]] = {
    **reading.PERFORMERS,
    **olt_refresh.PERFORMERS,
    **olt_backup.PERFORMERS,
    **disrupting.PERFORMERS,
    **olt_reboot.PERFORMERS,
    **olt_switch.PERFORMERS,
    **changing.PERFORMERS,
    **upgrading.PERFORMERS,
    **measuring.PERFORMERS,
}


class Actions:
    """Does jobs.

    Args:
        tools: What the actions work with.
        why_not: Says why a job that acts must not be done; see ``AuditedOrders``.
    """

    def __init__(self, tools: Tools, why_not: Callable[[Job], Awaitable[str | None]]) -> None:
        self._tools = tools
        self._why_not = why_not

    async def act(self, job: Job) -> Ending:
        """Do a job that nobody has begun."""
        if time.time() > job.expires_at:
            return Ending(JobState.EXPIRED, "expired before a collector could take it; nothing was sent")
        if job.kind.level > 0 and (why := await self._why_not(job)):
            log.error("job_refused", job=job.id, why=why)
            return Ending(JobState.FAILED, f"refused, nothing was sent: {why}")
        return await PERFORMERS[job.kind].act(self._tools, job)

    async def cancel(self, job: Job, by: str) -> Ending:
        """What became of a job that was cancelled under way; it has stopped already."""
        text, performer = f"cancelled by {by}", PERFORMERS[job.kind]
        if performer.follow_up is None:
            return Ending(JobState.CANCELLED, text)  # it only read
        try:
            progress = await self._tools.store.progress(job.id)
            what = await performer.follow_up.cancelled(self._tools, job, progress) if progress else "nothing was sent"
        except NocError as error:
            what = f"what became of it is not known: {error.message}"
        return Ending(JobState.CANCELLED, f"{text}: {what}")

    async def resume(self, job: Job, progress: str) -> Ending:
        """Go on with a job whose collector died; one of which nothing was sent begins again."""
        follow_up = PERFORMERS[job.kind].follow_up
        if follow_up is None or not progress:
            return await self.act(job)
        return await follow_up.resumed(self._tools, job, progress)
