"""Jobs as table cells, as a story of steps, and as one line for a toast."""

from __future__ import annotations

from collections.abc import Sequence

from noc_console.console.render.cells import Cell, Line
from noc_console.console.render.summary import labelled, paragraph
from noc_console.console.render.times import ago, stamp, when
from noc_console.console.widgets.columns import Column
from noc_console.domain.freshness import format_age
from noc_console.domain.jobs import Job, JobState

COLUMNS = (
    Column("id", "JOB", 4, right=True, frozen=True),
    Column("kind", "ACTION", 13, frozen=True),
    Column("state", "STATE", 10, frozen=True),
    Column("about", "ABOUT", 12),
    Column("result", "LAST STEP / RESULT", 20, flex=True),
    Column("at", "ASKED", 8, right=True),
    Column("by", "BY", 8),
    Column("where", "WHERE", 14),
)
_ROLES = {
    JobState.VERIFIED: "good",
    JobState.ACCEPTED: "unknown",
    JobState.FAILED: "critical",
    JobState.NO_CONTACT: "critical",
    JobState.EXPIRED: "warning",
    JobState.CANCELLED: "dim",
}


def state_role(state: JobState) -> str:
    """Role of a job state; an action that reached nobody is a failure."""
    return _ROLES.get(state, "accent")


def latest(job: Job) -> str:
    """The result, or the last step on the way to it."""
    return job.result or (job.steps[-1].text if job.steps else "")


def cell(job: Job, column: str, now: float, absolute: bool) -> Cell:
    """One cell of the jobs table."""
    if column == "state":
        return job.state.value, state_role(job.state)
    if column == "where":
        return job.where, "base"
    if column == "at":
        return when(job.requested_at, now, absolute), "dim"
    text = {
        "id": str(job.id),
        "kind": job.kind.value,
        "about": job.about,
        "result": latest(job),
        "by": job.requested_by,
    }[column]
    return text, ("strong" if column == "kind" and job.kind.level else "base")


def render_job(job: Job, width: int, now: float, absolute: bool) -> list[Line]:
    """The whole story of one job."""
    lines: list[Line] = [
        [(f" {job.kind.value} {job.about}", "title"), (f"  job {job.id}", "dim")],
        *labelled(
            "state",
            [[(job.state.value, state_role(job.state))], *([[(job.result, "base")]] if job.result else [])],
            width,
        ),
        *labelled("with", [[(f"{name} {value}", "base")] for name, value in job.parameters.items()], width),
        *labelled("target", [[(job.where or str(job.target), "base")]], width),
        *labelled(
            "asked",
            [[(f"{ago(job.requested_at, now, absolute)} by {job.requested_by} from {job.requested_from}", "base")]],
            width,
        ),
    ]
    if job.reason:
        lines += labelled("why", [[(job.reason, "base")]], width)
    if job.forced:
        lines += labelled("forced", [[("blockers were overridden", "warning")]], width)
    if job.state in (JobState.REQUESTED, JobState.RUNNING):
        left = job.expires_at - now
        text = f"withdrawn if not delivered in {format_age(left)}" if left > 0 else "being withdrawn"
        lines += labelled("expires", [[(text, "dim")]], width)
    lines += [(), *_steps(job, width, now)]
    return lines


def _steps(job: Job, width: int, now: float) -> list[Line]:
    if not job.steps:
        return [[(" no step yet", "dim")]]
    lines: list[Line] = []
    for step in job.steps:
        rows = paragraph(step.text, width - 18, "base", "")
        for number, row in enumerate(rows):
            took = f"+{format_age(max(0.0, step.at - job.requested_at))}" if not number else ""
            head = f" {stamp(step.at, now):<8} {took:>6}" if not number else " " * 16
            lines.append([(head, "dim"), *row])
    return lines


def render_ont_jobs(jobs: Sequence[Job], width: int, now: float, absolute: bool) -> list[Line]:
    """The Jobs tab of one ONT: the latest in full, the others by their end."""
    if not jobs:
        return [[(" no job on this ONT yet (r refresh, R reboot, Z factory reset)", "dim")]]
    lines = render_job(jobs[0], width, now, absolute)
    if len(jobs) > 1:
        lines += [(), [(" before", "title")]]
    for job in jobs[1:]:
        head = f" {when(job.requested_at, now, absolute):>8} {job.kind.value:<13} "
        lines.append([(head, "dim"), (job.state.value, state_role(job.state)), (f" {latest(job)}", "base")])
    return lines


def toast(job: Job) -> tuple[str, str]:
    """Text and severity of the message on a job's progress."""
    severity = {"good": "information", "critical": "error", "warning": "warning"}.get(
        state_role(job.state), "information"
    )
    name = f"{job.kind.value} {job.about}"
    return f"{name}: {job.state.value}" + (f", {latest(job)}" if latest(job) else ""), severity
