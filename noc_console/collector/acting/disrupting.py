"""Reboot and factory reset: sent at most once, whoever sends it, and followed until the ONT and its router are back.

Before anything is sent the job keeps the instants by which a successor can tell whether it was: a collector that is
killed between two lines leaves nothing undone and nothing done twice.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

from noc_console.collector.acting.tools import (
    Ending,
    FollowUp,
    Performer,
    Tools,
    light_text,
    not_delivered,
    state_text,
)
from noc_console.domain.errors import ActionFailed, ActionRefused, SourceError
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Ont
from noc_console.domain.targets import TargetKind
from noc_console.sources.genieacs import disrupt as acs
from noc_console.sources.genieacs.delivery import End

RETURN_POLL_S = 2.0
ONT_RETURN_S = 60.0
ONT_POLL_S = 3.0
REQUEST_MARGIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Sending:
    """By what a successor can tell whether it was sent."""

    device_id: str
    before: tuple[float | None, float | None, float | None]
    """Last boot, last bootstrap and last RPC of the router at the ACS, as the ACS had them, Unix seconds."""
    sending_at: float
    rx_dbm: float | None
    """At the ONT, before."""
    delivered: bool = False

    def baseline(self, since: float) -> acs.Baseline:
        """What the router's next boot is compared with; ``since`` is on the monotonic clock."""
        return acs.Baseline(*self.before, since)


async def disrupt(tools: Tools, job: Job) -> Ending:
    """Send it, and follow the router until it is back."""
    client = tools.need_acs()
    ont = tools.ont_of(job)
    if ont and job.batch_id is not None and not job.forced and ont.state == "offline":
        return Ending(JobState.FAILED, f"left out: the ONT is {state_text(ont)} by now; nothing was sent")
    cpe = await tools.router(job)
    await tools.tell(job, f"router {cpe.device_id}" + (f", {light_text(ont)}" if ont else ""), JobState.RUNNING)
    before = await acs.baseline(client, cpe.device_id, job.kind)
    progress = Sending(
        cpe.device_id,
        (before.last_boot_at, before.last_bootstrap_at, before.rpc_at),
        time.time(),
        _rx_before_dbm(ont),
    )
    # From here on it may have been sent: a successor looks before it sends.
    await tools.tell(job, "sending", progress=progress)
    act = acs.factory_reset if job.kind is JobKind.FACTORY_RESET else acs.reboot
    left_s = min(tools.config.jobs.expiry_s, max(1.0, job.expires_at - time.time()))
    done = await act(client, cpe.device_id, left_s, None, lambda text: tools.tell(job, text))
    if done.delivery.end is not End.DELIVERED:
        return not_delivered(done.delivery)
    return await _follow(tools, job, progress, done.baseline)


def _rx_before_dbm(ont: Ont | None) -> float | None:
    if ont is None:
        return None
    return ont.onu_rx_dbm if ont.onu_rx_dbm is not None else ont.last_onu_rx_dbm


async def resume(tools: Tools, job: Job, progress: Sending) -> Ending:
    """Go on with what a collector that died had begun."""
    before = progress.baseline(time.monotonic() - (time.time() - progress.sending_at))
    await tools.tell(job, "another collector took over")
    if not progress.delivered:
        since = await _sent(tools, job, progress, before)
        if since is None:
            if time.time() > job.expires_at:
                return Ending(JobState.EXPIRED, "its collector ended before it was sent; nothing was done")
            await tools.tell(job, "it was not sent, and nothing of it is queued")
            return await disrupt(tools, job)
        before = since
    return await _follow(tools, job, progress, before)


async def cancel(tools: Tools, job: Job, progress: Sending) -> str:
    """Withdraw a cancelled one; returns whether the router has it already."""
    if not progress.delivered and await _sent(tools, job, progress, progress.baseline(time.monotonic())) is None:
        return "the router did not get it, and nothing of it is queued"
    return "the router had it already; it is not followed any more"


async def _sent(tools: Tools, job: Job, progress: Sending, before: acs.Baseline) -> acs.Baseline | None:
    """The baseline to follow it with when the ACS has sent it; None when it has not, and will not any more.

    The request of a sender that died goes on at the ACS: until it must have ended, a task may still appear.
    """
    client, device_id, sending_at = tools.need_acs(), progress.device_id, progress.sending_at
    wait_s = tools.lock_s + client.config.connection_request_timeout_s + REQUEST_MARGIN_S
    while True:
        try:
            withdrawn = await acs.withdraw(client, device_id, job.kind is JobKind.FACTORY_RESET)
            since = await acs.sent_since(client, device_id, job.kind, before)
            if since is not None or withdrawn or time.time() > sending_at + wait_s:
                return since
        except SourceError as error:
            # While the ACS is away it may hold the task: by then the task itself has expired.
            if time.time() > max(job.expires_at, sending_at) + wait_s:
                raise ActionFailed(f"whether it was sent is not known: {error.message}") from None
        await asyncio.sleep(RETURN_POLL_S)


async def _follow(tools: Tools, job: Job, progress: Sending, since: acs.Baseline) -> Ending:
    client, device_id = tools.need_acs(), progress.device_id
    kept = replace(progress, before=(since.last_boot_at, since.last_bootstrap_at, since.rpc_at), delivered=True)
    try:
        await tools.tell(job, "waiting for it to come back", JobState.VERIFYING, kept)
    except SourceError as error:
        await tools.tell(job, f"waiting for it to come back ({error.message})")  # a successor looks for itself
    factory, timeout_s = job.kind is JobKind.FACTORY_RESET, tools.config.jobs.return_timeout_s
    took_s = await acs.wait_back(client, device_id, since, timeout_s, factory, RETURN_POLL_S)
    if took_s is None:
        return Ending(JobState.FAILED, f"accepted, but not back after {timeout_s:.0f} s")
    await tools.tell(job, f"the router has booted and informed, {took_s:.0f} s after the request")
    return await proven_back(tools, job, f"back after {took_s:.0f} s", progress.rx_dbm)


async def proven_back(tools: Tools, job: Job, text: str, rx_before_dbm: float | None) -> Ending:
    """The end of a reboot whose router is back: what the OLT says, and the light before and after."""
    if job.target.kind is TargetKind.ROUTER:
        return Ending(JobState.VERIFIED, f"{text}, by the ACS alone")
    after = await _ont_back(tools, job)
    if after is None:
        return Ending(JobState.VERIFIED, f"{text}; the OLT could not be asked")
    if after.state != "online":
        return Ending(JobState.FAILED, f"{text} by the ACS, but the OLT says {state_text(after)}")
    light = {"rx_before_dbm": rx_before_dbm, "rx_after_dbm": after.onu_rx_dbm}
    rx = "" if after.onu_rx_dbm is None else f", Rx {after.onu_rx_dbm:.2f} dBm"
    was = f" (was {rx_before_dbm:.2f})" if rx and rx_before_dbm is not None else ""
    measured = {name: value for name, value in light.items() if value is not None}
    return Ending(JobState.VERIFIED, text + rx + was, measured)


async def _ont_back(tools: Tools, job: Job) -> Ont | None:
    """The ONT by its OLT, once it is online there, or as it is when it does not get there in time."""
    ends_at = time.monotonic() + ONT_RETURN_S
    while True:
        try:
            ont = await tools.read_ont(job)
        except ActionRefused:
            return None
        if (ont and ont.state == "online") or time.monotonic() > ends_at:
            return ont
        await asyncio.sleep(ONT_POLL_S)


_PERFORMER = Performer(disrupt, FollowUp(Sending, resume, cancel))
PERFORMERS = {JobKind.REBOOT: _PERFORMER, JobKind.FACTORY_RESET: _PERFORMER}
