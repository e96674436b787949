"""One command about an ONT to its OLT's command line: sent at most once, and remembered before it is sent.

What a job keeps is enough for a successor to look what came of it; no successor sends it again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from noc_console.collector.acting.tools import Ending, FollowUp, Tools, light_text, state_text
from noc_console.config.operations import OltCli
from noc_console.domain.errors import ActionRefused
from noc_console.domain.identity import PonPort, named_place
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Ont
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.commanding import Commanded, End, command
from noc_console.sources.olt_cli.dialect import Dialect, Operation, dialect_for

BUSY_RETRY_S = 15.0

B = TypeVar("B")
_ALLOWED: dict[Operation, tuple[Callable[[OltCli], bool], str, str]] = {
    Operation.REBOOT_ONT: (lambda cli: cli.reboot, "reboot ONTs", "cli.reboot: true"),
    Operation.DISABLE_ONT: (lambda cli: cli.switch, "disable and enable ONTs", "cli.switch: true"),
    Operation.ENABLE_ONT: (lambda cli: cli.switch, "disable and enable ONTs", "cli.switch: true"),
}
"""What the config must allow, in words, and how."""


async def send_once(
    tools: Tools, job: Job, operation: Operation, before_of: Callable[[Ont], B]
) -> tuple[B, str] | Ending:
    """Send it when the OLT has time, and remember before what there was.

    Args:
        tools: What the actions work with.
        job: The job.
        operation: What is wanted.
        before_of: What a successor must know to look for the outcome, from the ONT as it was just read.

    Returns:
        What was remembered, and what came of the command in words; or how the job ended without it.

    Raises:
        ActionRefused: The OLT must not be used for it, or it is not known how.
    """
    client, dialect = _way(tools, job, operation)
    before: B | None = None

    async def sending(text: str) -> None:
        nonlocal before
        if time.time() > job.expires_at:
            raise ActionRefused("it expired before it could be sent")
        before = before_of(ont)
        # From here on it may have been sent: a successor only looks.
        await tools.tell(job, f"sending: {text}", progress=before)

    while True:
        ont = await target(tools, job)
        await tools.tell(job, f"{_way_text(client, dialect)}; {state_text(ont)}, {light_text(ont)}", JobState.RUNNING)
        done = await command(client, dialect, operation, PonPort.parse(ont.port), ont.ont_id, sending)
        if before or done.end is not End.BUSY or time.time() + BUSY_RETRY_S > job.expires_at:
            break
        await tools.tell(job, f"the OLT is busy: {done.text}; tried again in {BUSY_RETRY_S:.0f} s")
        await asyncio.sleep(BUSY_RETRY_S)
    if before is None or not done.sent or done.end is End.REFUSED:
        return _not_done(job, done)
    doubt = "" if done.end is End.ACCEPTED else f"outcome unknown: {done.text}"
    await tools.tell(job, doubt or "the OLT has taken the command", JobState.VERIFYING)
    return before, doubt or "the OLT took the command"


def follow_up(progress: type[B], follow: Callable[[Tools, Job, B, str], Awaitable[Ending]]) -> FollowUp[B]:
    """Look what came of a command whose collector died, or whose job was cancelled; nothing is sent again.

    Args:
        progress: What was remembered.
        follow: Looks for the outcome; its last argument says what is known of the command.
    """

    async def resume(tools: Tools, job: Job, before: B) -> Ending:
        await tools.tell(job, "another collector took over; it is not sent again", JobState.VERIFYING)
        return await follow(tools, job, before, "its collector ended while it was sent")

    async def cancel(tools: Tools, job: Job, before: B) -> str:
        return "the OLT may have the command already; it is not followed any more"

    return FollowUp(progress, resume, cancel)


async def target(tools: Tools, job: Job) -> Ont:
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


def _way(tools: Tools, job: Job, operation: Operation) -> tuple[CliClient, Dialect]:
    """The OLT's command line, and how it is spoken.

    Raises:
        ActionRefused: There is none, it must not be used for this, or it is not known how.
    """
    worker = tools.worker(job)
    client = tools.clis.get(job.olt or "")
    if client is None:
        raise ActionRefused(f"no command line of {job.olt} is configured", "set cli: for it in the config file")
    allows, what, how = _ALLOWED[operation]
    if not allows(client.cli):
        raise ActionRefused(f"{job.olt} may not be used to {what}", f"set its {how}")
    profile = worker.facts.olt.profile
    dialect = dialect_for(profile)
    if dialect is None:
        raise ActionRefused(f"not known how to {operation.value} at an OLT of profile {profile or 'unknown'}")
    return client, dialect


def _way_text(client: CliClient, dialect: Dialect) -> str:
    doubt = ", not verified on this model" if dialect.confidence == "C" else ""
    legacy = ", outdated algorithms allowed" if client.cli.legacy else ""
    return f"by the command line of {client.where} ({dialect.title}{doubt}{legacy})"


def _not_done(job: Job, done: Commanded) -> Ending:
    if done.end is End.REFUSED:
        return Ending(JobState.FAILED, f"refused by the OLT: {done.text}")
    if done.end is End.BUSY:
        return Ending(JobState.FAILED, f"the OLT is busy: {done.text}; nothing was sent, try later")
    state = JobState.EXPIRED if time.time() > job.expires_at else JobState.FAILED
    return Ending(state, f"not sent: {done.text}")
