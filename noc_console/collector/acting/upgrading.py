"""Firmware: sent once, followed to the new version."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from noc_console.collector.acting.tools import Ending, Tools, state_text
from noc_console.domain.errors import SourceError
from noc_console.domain.jobs import Job, JobState
from noc_console.sources.genieacs import lookup
from noc_console.sources.genieacs.delivery import withdraw_key
from noc_console.sources.genieacs.downloads import Installing, install_firmware

TIMEOUT_S = 1800.0
"""For transfer, installation and boot."""
LOOK_S = 10.0
_STATES = {Installing.INSTALLED: JobState.VERIFIED, Installing.NO_CONTACT: JobState.NO_CONTACT}


async def install(tools: Tools, job: Job) -> Ending:
    """Have the router fetch and install a file of the ACS."""
    acs, ont = tools.need_acs(), tools.ont(job)
    if job.batch_id is not None and not job.forced and ont.state == "offline":
        return Ending(JobState.FAILED, f"left out: the ONT is {state_text(ont)} by now; nothing was sent")
    cpe = await tools.router(job)
    progress = {"device_id": cpe.device_id, "version": cpe.firmware, "sending_at": time.time()}
    await tools.tell(job, f"router {cpe.device_id}, firmware {cpe.firmware or 'unknown'}", JobState.RUNNING, progress)
    done = await install_firmware(
        acs, cpe.device_id, job.parameters["file"],
        expiry_s=max(1.0, job.expires_at - time.time()), timeout_s=TIMEOUT_S, step=lambda text: tools.tell(job, text),
    )  # fmt: skip
    await tools.cpes.put(await lookup.by_id(acs, cpe.device_id))
    data = {"version_before": done.version_before, "version_after": done.version_after}
    known = {name: version for name, version in data.items() if version}
    return Ending(_STATES.get(done.outcome, JobState.FAILED), done.text, known)


async def resume(tools: Tools, job: Job, progress: Mapping[str, Any]) -> Ending:
    """Look what came of an installation whose collector died; never sent a second time: that could cut the first."""
    acs, device_id, before = tools.need_acs(), progress["device_id"], progress["version"]
    await tools.tell(job, "another collector took over; looking for the new version", JobState.VERIFYING)
    withdrawn = await withdraw_key(acs, device_id)
    while not withdrawn and time.time() < progress["sending_at"] + TIMEOUT_S:
        try:
            found = await lookup.by_id(acs, device_id)
        except SourceError:
            found = []
        await tools.cpes.put(found)
        if found and found[0].firmware != before:
            return Ending(JobState.VERIFIED, f"runs {found[0].firmware} (was {before or 'unknown'})")
        await asyncio.sleep(LOOK_S)
    what = "withdrawn before the router had it" if withdrawn else f"still runs {before or 'an unknown version'}"
    return Ending(JobState.FAILED, f"its collector ended in the middle: {what}; not sent again")
