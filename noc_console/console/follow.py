"""Jobs that this operator started: each new step is told, until the proven end."""

from __future__ import annotations

from collections.abc import Callable

from noc_console.console.render.jobs import latest, toast
from noc_console.picture.model import Delta, Model

Tell = Callable[[str, str], None]
"""Text and severity; takes the place of what was told before."""


class JobFollower:
    """Remembers what was told of each job."""

    def __init__(self, model: Model, tell: Tell) -> None:
        self._model = model
        self._tell = tell
        self._told: dict[int, str] = {}

    def follow(self, job_id: int) -> None:
        """Tell how this one goes on."""
        self._told[job_id] = ""

    def unfinished(self, operator: str) -> list[str]:
        """What this operator's actions still do, a sentence each; looks do not count."""
        jobs = [job for job_id in self._told if (job := self._model.jobs.get(job_id)) and job.kind.level]
        told = [f"{len(jobs)} job{'s' * (len(jobs) != 1)} under way: only a collector goes on with them."] * bool(jobs)
        for batch in self._model.open_batches():
            if batch.requested_by == operator and (batch.waiting or batch.running):
                told.append(
                    f"Bulk action {batch.id}: {batch.running} under way, {batch.waiting} not begun. "
                    "Without a collector these expire within a minute."
                )
        return told

    def changed(self, delta: Delta) -> None:
        """Tell what is new; of harmless jobs only their end."""
        for job_id in delta.jobs & self._told.keys():
            job = self._model.jobs[job_id]
            news = f"{job.state} {latest(job)}"
            if news == self._told[job_id]:
                continue
            self._told[job_id] = news
            if job.kind.level or job.ended:
                self._tell(*toast(job))
            if job.ended:
                del self._told[job_id]
