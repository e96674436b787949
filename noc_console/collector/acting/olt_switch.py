"""Disable an ONT at its OLT, and enable it again: sent once, and believed only when the OLT's own table says so."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from noc_console.collector.acting.olt_command import follow_up, send_once, target
from noc_console.collector.acting.tools import Ending, Performer, Tools
from noc_console.domain.errors import SourceError
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Ont
from noc_console.sources.olt_cli.dialect import Operation

POLL_S = 3.0
SHOWN_S = 60.0
"""An OLT that does not show the new setting in this time does not have it."""
WANTED = {JobKind.ONT_DISABLE: "deactivated", JobKind.ONT_ENABLE: "active"}
"""``Ont.admin`` as it is to be."""
_OPERATIONS = {JobKind.ONT_DISABLE: Operation.DISABLE_ONT, JobKind.ONT_ENABLE: Operation.ENABLE_ONT}


@dataclass(frozen=True, slots=True)
class Before:
    """What the OLT said right before the command."""

    sending_at: float
    admin: str | None
    """As the OLT's table had it; None where it does not tell."""

    @classmethod
    def of(cls, ont: Ont) -> Before:
        """The ONT as it was just read."""
        return cls(time.time(), ont.admin)


async def switch(tools: Tools, job: Job) -> Ending:
    """Send it, unless it is so already, and read back."""
    ont = await target(tools, job)
    if ont.admin == WANTED[job.kind]:
        return Ending(JobState.VERIFIED, f"it was {ont.admin} already; nothing was sent")
    sent = await send_once(tools, job, _OPERATIONS[job.kind], Before.of)
    if isinstance(sent, Ending):
        return sent
    return await _follow(tools, job, *sent)


async def _follow(tools: Tools, job: Job, before: Before, otherwise: str) -> Ending:
    """Read it back until it is so.

    Args:
        tools: What the actions work with.
        job: The job.
        before: What the OLT said before.
        otherwise: What there is to say of the command when it is not seen.
    """
    wanted, begun, admin = WANTED[job.kind], time.time(), before.admin
    if admin is None:
        return Ending(JobState.ACCEPTED, f"{otherwise}; this OLT does not tell by SNMP whether an ONT is disabled")
    while time.time() - begun < SHOWN_S:
        try:
            ont = await tools.read_ont(job)
        except SourceError as error:
            await tools.tell(job, f"cannot be read back now: {error}")
            ont = None
        if ont is not None and ont.admin == wanted:
            return Ending(JobState.VERIFIED, f"the OLT has it {wanted}, {ont.state}")
        await asyncio.sleep(POLL_S)
    return Ending(JobState.FAILED, f"{otherwise}, but after {SHOWN_S:.0f} s the OLT still has it {admin}")


PERFORMERS = {kind: Performer(switch, follow_up(Before, _follow)) for kind in (JobKind.ONT_DISABLE, JobKind.ONT_ENABLE)}
