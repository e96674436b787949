"""Read one OLT now: state, health, optics."""

from __future__ import annotations

from typing import Any

from noc_console.collector.acting.tools import Ending, Performer, Tools
from noc_console.domain.actions import JobKind
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading

KINDS = (PollKind.STATE, PollKind.HEALTH, PollKind.OPTICS)


async def refresh_olt(tools: Tools, job: Job) -> Ending:
    """Poll it; the state decides whether the job is verified, the rest is told."""
    worker = tools.worker(job)
    state = await worker.poll(PollKind.STATE)
    await tools.tell(job, _text(state), JobState.RUNNING)
    if not state.answered:
        return Ending(JobState.FAILED, state.error or "the OLT does not answer")
    for kind in KINDS[1:]:
        await tools.tell(job, _text(await worker.poll(kind)))
    if state.unwritten or state.outcome is not Outcome.COMPLETE:
        return Ending(JobState.FAILED, state.error or f"the state was read in part only ({state.outcome.value})")
    return Ending(JobState.VERIFIED, f"{state.ont_count} ONTs read in {state.duration_s:.1f} s")


def _text(reading: OltReading) -> str:
    return f"{reading.kind.value}: {reading.outcome.value}" + (f", {reading.error}" if reading.error else "")


PERFORMERS: dict[JobKind, Performer[Any]] = {JobKind.OLT_REFRESH: Performer(refresh_olt)}
