"""Try the console by hand on the fake network: ``python -m tests.console.try_console [OLTS [ONTS-PER-PORT]]``."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Mapping
from dataclasses import replace

from noc_console.console.run import run_console
from noc_console.console.settings import ConsoleSettings
from noc_console.domain.changes import OntDown, OntUp
from noc_console.domain.jobs import JobKind, JobState
from noc_console.domain.update import Update
from tests.console.fake_backend import AMY, FakeBackend

STORY = (
    (JobState.RUNNING, "claimed by the collector"),
    (JobState.SENT, "connection request accepted, task delivered"),
    (JobState.VERIFYING, "router went silent, waiting for it to come back"),
)


class LivingBackend(FakeBackend):
    """Runs on the real clock; ONTs change and jobs go on by themselves."""

    def now(self) -> float:
        return time.time()

    async def update(self, since: Mapping[str, int]) -> Update:
        self.clock = time.time()
        self.beat()
        if int(self.clock) % 20 == 0 or not since:
            self.poll_all()
        if random.random() < 0.2:
            ont = random.choice(list(self.onts.values()))
            state = "offline" if ont.state == "online" else "online"
            self.put_ont(replace(ont, state=state, offline_reason="dying_gasp", state_changed_at=self.clock))
            kind = OntDown if state == "offline" else OntUp
            self.add_change(kind(at=self.clock, olt="olt-1", port=ont.port, ont_id=ont.ont_id, serial=ont.serial))
        for job in list(self.jobs.values()):
            self._live(job.id)
        return await super().update(since)

    def _live(self, job_id: int) -> None:
        job = self.jobs[job_id]
        age_s = self.clock - job.requested_at
        if job.ended:
            return
        if job.kind in (JobKind.VIEW, JobKind.REFRESH):
            if age_s > 2:
                self.finish_reads()
        elif len(job.steps) < len(STORY) and age_s > 3 * (len(job.steps) + 1):
            self.step(job_id, *STORY[len(job.steps)])
        elif age_s > 15:
            self.step(job_id, JobState.VERIFIED, "informed again, uptime 12 s", f"back after {age_s:.0f} s")


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    backend = LivingBackend(olts=numbers[0] if numbers else 4, ports=8, onts=numbers[1] if len(numbers) > 1 else 18)
    sys.exit(run_console(backend, ConsoleSettings(site="metro-1", operator=AMY))[0])
