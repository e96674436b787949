"""Firmware: sent once, followed to the new version."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from noc_console.collector.acting.tools import Ending, FollowUp, Performer, Tools, state_text
from noc_console.domain.errors import SourceError
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.sources.genieacs import lookup
from noc_console.sources.genieacs.delivery import withdraw_key
from noc_console.sources.genieacs.downloads import (
    DOWNLOAD_KEY,
    Installed,
    Installing,
    Seen,
    follow_firmware,
    install_firmware,
    look_before,
)

TIMEOUT_S = 1800.0
"""For transfer, installation and boot."""
LOOK_S = 10.0
_STATES = {Installing.INSTALLED: JobState.VERIFIED, Installing.NO_CONTACT: JobState.NO_CONTACT}


@dataclass(frozen=True, slots=True)
class Begun:
    """What tells a successor whether the router has the file."""

    device_id: str
    sending_at: float
    before: Seen


async def install(tools: Tools, job: Job) -> Ending:
    """Have the router fetch and install a file of the ACS."""
    acs, ont = tools.need_acs(), tools.ont_of(job)
    if ont and job.batch_id is not None and not job.forced and ont.state == "offline":
        return Ending(JobState.FAILED, f"left out: the ONT is {state_text(ont)} by now; nothing was sent")
    cpe = await tools.router(job)
    before = await look_before(acs, cpe.device_id, job.parameters["file"])
    progress = Begun(cpe.device_id, time.time(), before)
    await tools.tell(job, f"router {cpe.device_id}, firmware {before.version or 'unknown'}", JobState.RUNNING, progress)
    done = await install_firmware(
        acs, cpe.device_id, job.parameters["file"],
        expiry_s=max(1.0, job.expires_at - time.time()), timeout_s=TIMEOUT_S, step=lambda text: tools.tell(job, text),
    )  # fmt: skip
    return await _ending(tools, cpe.device_id, done)


async def _ending(tools: Tools, device_id: str, done: Installed) -> Ending:
    with suppress(SourceError):  # the next poll of the fleet shows it
        await tools.cpes.put(await lookup.by_id(tools.need_acs(), device_id))
    data = {"version_before": done.version_before, "version_after": done.version_after}
    known = {name: version for name, version in data.items() if version}
    return Ending(_STATES.get(done.outcome, JobState.FAILED), done.text, known)


async def resume(tools: Tools, job: Job, progress: Begun) -> Ending:
    """Look what came of an installation whose collector died; never sent a second time: that could cut the first."""
    acs, device_id = tools.need_acs(), progress.device_id
    await tools.tell(job, "another collector took over; looking for the new version", JobState.VERIFYING)
    ends_at = progress.sending_at + TIMEOUT_S
    if await _withdrawn(tools, device_id, ends_at):
        text = "its collector ended in the middle: withdrawn before the router had it; not sent again"
        return Ending(JobState.FAILED, text)
    done = await follow_firmware(
        acs, device_id, job.parameters["file"], progress.before, max(LOOK_S, ends_at - time.time()),
        lambda text: tools.tell(job, text),
    )  # fmt: skip
    return await _ending(tools, device_id, done)


async def _withdrawn(tools: Tools, device_id: str, ends_at: float) -> bool:
    """Whether a download was still queued; waits for an ACS that is away."""
    while True:
        try:
            return await withdraw_key(tools.need_acs(), device_id, DOWNLOAD_KEY) > 0
        except SourceError:
            if time.time() > ends_at:
                raise
        await asyncio.sleep(LOOK_S)


async def cancel(tools: Tools, job: Job, progress: Begun) -> str:
    """Withdraw a cancelled one, if the router does not have it yet."""
    if await withdraw_key(tools.need_acs(), progress.device_id, DOWNLOAD_KEY):
        return "withdrawn before the router had it"
    return "nothing of it is queued; a router that had it already goes on, and is not followed any more"


PERFORMERS = {JobKind.FIRMWARE: Performer(install, FollowUp(Begun, resume, cancel))}
