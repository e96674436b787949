"""Reboot an ONT through its OLT's command line: sent once, and believed only when the OLT saw it go and come back.

Before the command is sent the job keeps what a successor needs to look for the restart; no successor sends it again.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from noc_console.collector.acting.disrupting import ONT_POLL_S, proven_back
from noc_console.collector.acting.tools import Ending, FollowUp, Performer, Tools, light_text, state_text
from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import PonPort, named_place
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Ont
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.dialect import Dialect, dialect_for
from noc_console.sources.olt_cli.reboot import End, Rebooting, reboot

GONE_S = 90.0
"""An ONT that its OLT has not lost in this time was not rebooted."""
LIGHT_S = 20.0
"""How long to wait for the light of an ONT that is back."""
BUSY_RETRY_S = 15.0


@dataclass(frozen=True, slots=True)
class Before:
    """What the OLT said right before the command."""

    sending_at: float
    online: bool
    down_clock: str | None
    rx_dbm: float | None

    @classmethod
    def of(cls, ont: Ont) -> Before:
        """The ONT as it was just read."""
        rx_dbm = ont.onu_rx_dbm if ont.onu_rx_dbm is not None else ont.last_onu_rx_dbm
        return cls(time.time(), ont.state == "online", ont.last_down_clock, rx_dbm)

    def lost(self, ont: Ont) -> bool:
        """Whether the OLT has lost the ONT since."""
        if self.online and ont.state == "offline":
            return True
        newer_down = None not in (self.down_clock, ont.last_down_clock) and ont.last_down_clock != self.down_clock
        return newer_down or (ont.online_since_at or 0.0) > self.sending_at


async def reboot_ont(tools: Tools, job: Job) -> Ending:
    """Send it, and follow the ONT until it is back."""
    client, dialect = _way(tools, job)
    before: Before | None = None

    async def sending(command: str) -> None:
        nonlocal before
        if time.time() > job.expires_at:
            raise ActionRefused("it expired before it could be sent")
        before = Before.of(ont)
        # From here on it may have been sent: a successor only looks.
        await tools.tell(job, f"sending: {command}", progress=before)

    while True:
        ont = await _target(tools, job)
        await tools.tell(job, f"{_way_text(client, dialect)}; {state_text(ont)}, {light_text(ont)}", JobState.RUNNING)
        done = await reboot(client, dialect, PonPort.parse(ont.port), ont.ont_id, sending)
        if before or done.end is not End.BUSY or time.time() + BUSY_RETRY_S > job.expires_at:
            break
        await tools.tell(job, f"the OLT is busy: {done.text}; tried again in {BUSY_RETRY_S:.0f} s")
        await asyncio.sleep(BUSY_RETRY_S)
    if before is None or not done.sent or done.end is End.REFUSED:
        return _not_done(job, done)
    doubt = "" if done.end is End.ACCEPTED else f"outcome unknown: {done.text}"
    await tools.tell(job, doubt or "the OLT has taken the command", JobState.VERIFYING)
    return await _follow(tools, job, before, doubt or "the OLT took the command")


async def resume(tools: Tools, job: Job, progress: Before) -> Ending:
    """Look what came of a command whose collector died."""
    await tools.tell(job, "another collector took over; it is not sent again", JobState.VERIFYING)
    return await _follow(tools, job, progress, "its collector ended while it was sent")


async def cancel(tools: Tools, job: Job, progress: Before) -> str:
    """Stop following a cancelled one."""
    return "the OLT may have the command already; it is not followed any more"


def _way(tools: Tools, job: Job) -> tuple[CliClient, Dialect]:
    """The OLT's command line, and how it is spoken.

    Raises:
        ActionRefused: There is none, it must not be used for this, or it is not known how.
    """
    worker = tools.worker(job)
    client = tools.clis.get(job.olt or "")
    if client is None:
        raise ActionRefused(f"no command line of {job.olt} is configured", "set cli: for it in the config file")
    if not client.cli.reboot:
        raise ActionRefused(f"{job.olt} may not be used to reboot ONTs", "set its cli.reboot: true")
    profile = worker.facts.olt.profile
    dialect = dialect_for(profile)
    if dialect is None:
        raise ActionRefused(f"not known how an ONT is rebooted at an OLT of profile {profile or 'unknown'}")
    return client, dialect


def _way_text(client: CliClient, dialect: Dialect) -> str:
    doubt = ", not verified on this model" if dialect.confidence == "C" else ""
    legacy = ", outdated algorithms allowed" if client.cli.legacy else ""
    return f"by the command line of {client.where} ({dialect.title}{doubt}{legacy})"


async def _target(tools: Tools, job: Job) -> Ont:
    """The ONT as its OLT has it now; the place that is going to be named must still be this ONT's.

    Raises:
        ActionRefused: It is not there any more, or that cannot be told.
    """
    ont = await tools.read_ont(job)
    if ont is None:
        raise ActionRefused(f"{job.olt} does not tell by SNMP whether the ONT is still there; nothing was sent")
    if ont.serial != job.serial:
        raise ActionRefused(f"{named_place(ont.port, ont.ont_id)} is {ont.serial} by now; nothing was sent")
    return ont


def _not_done(job: Job, done: Rebooting) -> Ending:
    if done.end is End.REFUSED:
        return Ending(JobState.FAILED, f"refused by the OLT: {done.text}")
    if done.end is End.BUSY:
        return Ending(JobState.FAILED, f"the OLT is busy: {done.text}; nothing was sent, try later")
    state = JobState.EXPIRED if time.time() > job.expires_at else JobState.FAILED
    return Ending(state, f"not sent: {done.text}")


async def _follow(tools: Tools, job: Job, before: Before, otherwise: str) -> Ending:
    """Look for the restart.

    Args:
        tools: What the actions work with.
        job: The job.
        before: What the OLT said before.
        otherwise: What there is to say of the command when no restart is seen.
    """
    begun, timeout_s = time.time(), tools.config.jobs.return_timeout_s
    lost = seen_offline = False
    while True:
        ont = await tools.read_ont(job)
        if ont and not lost and before.lost(ont):
            lost, seen_offline = True, ont.state != "online"
            await tools.tell(job, f"the OLT lost it {time.time() - before.sending_at:.0f} s after the command")
        if ont and lost and ont.state == "online":
            return await _back(tools, job, before, seen_offline)
        waited_s = time.time() - begun
        if ont and not lost and waited_s > min(GONE_S, timeout_s):
            return Ending(JobState.FAILED, f"{otherwise}; no change seen: the ONT is {state_text(ont)}")
        if waited_s > timeout_s:
            what = f"lost by the OLT and not back after {timeout_s:.0f} s" if lost else "the OLT cannot be asked"
            return Ending(JobState.FAILED, f"{otherwise}; {what}")
        await asyncio.sleep(ONT_POLL_S)


async def _back(tools: Tools, job: Job, before: Before, seen_offline: bool) -> Ending:
    took_s = time.time() - before.sending_at
    # When only the OLT's clocks tell of the restart, the ONT may have been back for a while.
    text = f"rebooted through the OLT: back {'after' if seen_offline else 'within'} {took_s:.0f} s"
    await tools.tell(job, "the OLT has it online again")
    ends_at = time.monotonic() + LIGHT_S
    while time.monotonic() < ends_at:
        ont = await tools.read_ont(job)
        if ont is None or ont.state != "online" or ont.onu_rx_dbm is not None:
            break
        await asyncio.sleep(ONT_POLL_S)
    return await proven_back(tools, job, text, before.rx_dbm)


PERFORMERS = {JobKind.OLT_REBOOT: Performer(reboot_ont, FollowUp(Before, resume, cancel))}
