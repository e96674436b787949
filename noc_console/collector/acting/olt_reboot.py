"""Reboot an ONT through its OLT's command line: sent once, and believed only when the OLT saw it go and come back.

Before the command is sent the job keeps what a successor needs to look for the restart; no successor sends it again.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from noc_console.collector.acting.disrupting import ONT_POLL_S, proven_back
from noc_console.collector.acting.olt_command import follow_up, send_once
from noc_console.collector.acting.tools import Ending, Performer, Tools, state_text
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Ont
from noc_console.sources.olt_cli.dialect import Operation

GONE_S = 90.0
"""An ONT that its OLT has not lost in this time was not rebooted."""
LIGHT_S = 20.0
"""How long to wait for the light of an ONT that is back."""


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
    sent = await send_once(tools, job, Operation.REBOOT_ONT, Before.of)
    return sent if isinstance(sent, Ending) else await _follow(tools, job, *sent)


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


PERFORMERS = {JobKind.OLT_REBOOT: Performer(reboot_ont, follow_up(Before, _follow))}
