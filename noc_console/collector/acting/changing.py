"""Settings of a router: WiFi, LAN ports, the PPPoE login. Written, read back, compared."""

from __future__ import annotations

import time
from dataclasses import dataclass

from noc_console.collector.acting.tools import Ending, FollowUp, Performer, Tools
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.sources.genieacs import section_reads
from noc_console.sources.genieacs.delivery import withdraw_key
from noc_console.sources.genieacs.settings import change
from noc_console.sources.genieacs.writes import WRITE_KEY, Outcome

SECTIONS = {
    JobKind.WIFI_SSID: ("wireless", "clients"),
    JobKind.WIFI_PASSWORD: ("wireless", "clients"),
    JobKind.WIFI_SWITCH: ("wireless", "clients"),
    JobKind.WIFI_CHANNEL: ("wireless", "clients"),
    JobKind.LAN_PORT: ("ethernet",),
    JobKind.PPPOE: ("wan",),
}
"""What is read again afterwards."""
_STATES = {
    Outcome.APPLIED: JobState.VERIFIED,
    Outcome.ACCEPTED: JobState.ACCEPTED,
    Outcome.NO_CONTACT: JobState.NO_CONTACT,
}


@dataclass(frozen=True, slots=True)
class Queued:
    """The router at whose ACS it may be queued."""

    device_id: str


async def set_values(tools: Tools, job: Job) -> Ending:
    """Do it and prove it."""
    acs = tools.need_acs()
    secret = await tools.store.secret(job.id, tools.opener)
    if job.kind.spec.secret and secret is None:
        raise ActionRefused("the password that was given is gone; ask again")
    cpe = await tools.router(job)
    # From here on it may be queued at the ACS: a successor withdraws that first.
    await tools.tell(job, f"router {cpe.device_id}", JobState.RUNNING, Queued(cpe.device_id))
    left_s = min(tools.config.jobs.expiry_s, max(1.0, job.expires_at - time.time()))
    done = await change(
        acs, cpe.device_id, job.kind, job.parameters, secret, expiry_s=left_s, step=lambda text: tools.tell(job, text)
    )
    try:
        shown = await section_reads.view(acs, cpe.device_id, SECTIONS[job.kind])
        await tools.cpes.put_sections(cpe.device_id, shown)
    except SourceError as error:
        await tools.tell(job, f"what is shown is not up to date: {error.message}")
    return Ending(_STATES.get(done.outcome, JobState.FAILED), done.text)


async def resume(tools: Tools, job: Job, progress: Queued) -> Ending:
    """Begin again, which changes nothing that is set already; a password is gone with the collector that had it."""
    await withdraw_key(tools.need_acs(), progress.device_id, prefix=WRITE_KEY)
    await tools.tell(job, "another collector took over; nothing of it is queued")
    unknown = "its collector ended in the middle: whether it was set is not known, and nothing of it is queued"
    if job.kind.spec.secret:
        return Ending(JobState.FAILED, f"{unknown}; ask again")
    if time.time() > job.expires_at:
        return Ending(JobState.EXPIRED, f"{unknown}; look before you ask again")
    return await set_values(tools, job)


async def cancel(tools: Tools, job: Job, progress: Queued) -> str:
    """Withdraw what is queued of one that is cancelled."""
    if await withdraw_key(tools.need_acs(), progress.device_id, prefix=WRITE_KEY):
        return "withdrawn before the router had it"
    return "nothing of it is queued; what the router had got already stays"


PERFORMERS = dict.fromkeys(SECTIONS, Performer(set_values, FollowUp(Queued, resume, cancel)))
