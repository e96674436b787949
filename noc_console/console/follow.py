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

    def open_jobs(self) -> int:
        """How many of them are still under way."""
        return len(self._told)

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
