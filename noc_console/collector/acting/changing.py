"""Settings of a router: WiFi, LAN ports, the PPPoE login. Written, read back, compared."""

from __future__ import annotations

import time

from noc_console.collector.acting.tools import Ending, Tools
from noc_console.domain.errors import ActionRefused, SourceError
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.sources.genieacs import actions as acs_actions
from noc_console.sources.genieacs.settings import change
from noc_console.sources.genieacs.writes import Outcome

SECTIONS = {
    JobKind.WIFI_SSID: ("wireless", "clients"),
    JobKind.WIFI_PASSWORD: ("wireless", "clients"),
    JobKind.WIFI_SWITCH: ("wireless", "clients"),
    JobKind.WIFI_CHANNEL: ("wireless", "clients"),
    JobKind.LAN_PORT: ("ethernet",),
    JobKind.PPPOE: ("wan",),
}
"""What is shown afresh afterwards."""
_STATES = {
    Outcome.APPLIED: JobState.VERIFIED,
    Outcome.ACCEPTED: JobState.VERIFIED,
    Outcome.NO_CONTACT: JobState.NO_CONTACT,
}


async def set_values(tools: Tools, job: Job) -> Ending:
    """Do it and prove it. Doing it again changes nothing, so a successor simply begins anew."""
    acs = tools.need_acs()
    secret = await tools.store.secret(job.id, tools.opener)
    if job.kind.spec.secret and secret is None:
        raise ActionRefused("the password that was given is gone; ask again")
    cpe = await tools.router(job)
    await tools.tell(job, f"router {cpe.device_id}", JobState.RUNNING)
    left_s = min(tools.config.jobs.expiry_s, max(1.0, job.expires_at - time.time()))
    done = await change(
        acs, cpe.device_id, job.kind, job.parameters, secret, expiry_s=left_s, step=lambda text: tools.tell(job, text)
    )
    try:
        shown = await acs_actions.view(acs, cpe.device_id, SECTIONS[job.kind])
        await tools.cpes.put_sections(cpe.device_id, shown)
    except SourceError as error:
        await tools.tell(job, f"what is shown is not up to date: {error.message}")
    return Ending(_STATES.get(done.outcome, JobState.FAILED), done.text)
