"""From a kind of job to what does it."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from noc_console.collector.acting import changing, disrupting, measuring, olt_reboot, reading, upgrading
from noc_console.collector.acting.tools import Ending, Tools
from noc_console.domain.errors import NocError
from noc_console.domain.jobs import Job, JobKind, JobState

Act = Callable[[Tools, Job], Awaitable[Ending]]
Cancel = Callable[[Tools, Job, Mapping[str, Any]], Awaitable[str]]
Resume = Callable[[Tools, Job, Mapping[str, Any]], Awaitable[Ending]]

ACTS: Mapping[JobKind, Act] = {
    JobKind.VIEW: reading.view,
    JobKind.REFRESH: reading.refresh,
    JobKind.READ_CONFIG: reading.read_config,
    JobKind.REBOOT: disrupting.disrupt,
    JobKind.FACTORY_RESET: disrupting.disrupt,
    JobKind.OLT_REBOOT: olt_reboot.reboot_ont,
    **dict.fromkeys(changing.SECTIONS, changing.set_values),
    JobKind.FIRMWARE: upgrading.install,
    JobKind.SPEED_TEST: measuring.measure_speed,
    JobKind.PING: measuring.ping,
    JobKind.TRACEROUTE: measuring.traceroute,
}


async def _stop_following(tools: Tools, job: Job, progress: Mapping[str, Any]) -> str:
    return "the OLT may have the command already; it is not followed any more"


RESUMES: Mapping[JobKind, Resume] = {
    JobKind.REBOOT: disrupting.resume,
    JobKind.FACTORY_RESET: disrupting.resume,
    JobKind.OLT_REBOOT: olt_reboot.resume,
    **dict.fromkeys(changing.SECTIONS, changing.resume),
    JobKind.FIRMWARE: upgrading.resume,
}
"""How a job goes on whose collector died after it had begun; others begin anew."""
CANCELS: Mapping[JobKind, Cancel] = {
    JobKind.REBOOT: disrupting.cancel,
    JobKind.FACTORY_RESET: disrupting.cancel,
    JobKind.OLT_REBOOT: _stop_following,
    **dict.fromkeys(changing.SECTIONS, changing.cancel),
    JobKind.FIRMWARE: upgrading.cancel,
}
"""What becomes of a job that is cancelled after it had begun; others only read."""


class Actions:
    """Does jobs.

    Args:
        tools: What the actions work with.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def act(self, job: Job) -> Ending:
        """Do a job that nobody has begun."""
        if time.time() > job.expires_at:
            return Ending(JobState.EXPIRED, "expired before a collector could take it; nothing was sent")
        act = ACTS.get(job.kind)
        if act is None:
            return Ending(JobState.FAILED, f"this collector cannot do {job.kind.value}")
        return await act(self._tools, job)

    async def cancel(self, job: Job, by: str) -> Ending:
        """What became of a job that was cancelled under way; it has stopped already."""
        text = f"cancelled by {by}"
        if job.kind not in CANCELS:
            return Ending(JobState.CANCELLED, text)
        try:
            progress = await self._tools.store.progress(job.id)
            left = json.loads(progress) if progress else {}
            what = await CANCELS[job.kind](self._tools, job, left) if left else "nothing was sent"
        except NocError as error:
            what = f"what became of it is not known: {error.message}"
        return Ending(JobState.CANCELLED, f"{text}: {what}")

    async def resume(self, job: Job, progress: str) -> Ending:
        """Go on with a job whose collector died; one of which nothing was sent begins anew."""
        left = json.loads(progress) if progress else {}
        if not left or job.kind not in RESUMES:
            return await self.act(job)
        return await RESUMES[job.kind](self._tools, job, left)
