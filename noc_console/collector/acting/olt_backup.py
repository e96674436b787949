"""Back up one OLT's configuration now."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from noc_console.collector.acting.olt_command import BUSY_RETRY_S
from noc_console.collector.acting.tools import Ending, Performer, Tools
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ActionRefused, SourceNotReady
from noc_console.domain.jobs import Job, JobState


async def back_up(tools: Tools, job: Job) -> Ending:
    """Read it and store it; an OLT that has no time is asked again until the job expires."""
    if tools.backups is None or job.olt is None:
        raise ActionRefused("this collector keeps no backups")
    await tools.tell(job, "reading the configuration", JobState.RUNNING)
    while True:
        try:
            taken = await tools.backups.take(job.olt, job.requested_by, accept_small=job.forced)
            return Ending(JobState.VERIFIED, taken.text)
        except SourceNotReady as error:
            if time.time() + BUSY_RETRY_S > job.expires_at:
                return Ending(JobState.FAILED, f"{error.message}; nothing was read, try later")
            await tools.tell(job, f"{error.message}; tried again in {BUSY_RETRY_S:.0f} s")
            await asyncio.sleep(BUSY_RETRY_S)


PERFORMERS: dict[JobKind, Performer[Any]] = {JobKind.BACKUP: Performer(back_up)}
