"""The job runner: claims jobs, follows each to a proven end, and takes over what a dead collector left unfinished."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

import structlog

from noc_console.collector.acting.tools import Ending
from noc_console.collector.performing import Actions
from noc_console.domain.errors import NocError, SourceError
from noc_console.domain.jobs import Job, JobState
from noc_console.storage.batches import BatchStore
from noc_console.storage.jobs import JobLost, JobStore, Scope

log = structlog.get_logger()

LOOK_S = 0.5
FAILING_PAUSE_S = 5.0
READING_AT_ONCE = 16
ACTING_AT_ONCE = 64
"""Actions mostly wait, some of them for half an hour: they must not keep who only looks waiting."""
KEEP_VIEWS_S = 86400.0
KEEP_READINGS_S = 30 * 86400.0
ORPHANS_EVERY_S = 5.0


class JobRunner:
    """Runs jobs of one collector.

    Args:
        store: The job table.
        collector_id: Ours.
        actions: What each kind of job does.
        batches: Bulk actions, whose jobs are taken at their own pace.
        expiry_s: How long a job of a bulk action may take to be delivered.
        scope: Gives which jobs are ours to take just now; None for all.
    """

    def __init__(
        self,
        store: JobStore,
        collector_id: str,
        actions: Actions,
        batches: BatchStore,
        expiry_s: float,
        scope: Callable[[], Scope | None] = lambda: None,
    ) -> None:
        self._store = store
        self._batches = batches
        self._expiry_s = expiry_s
        self._scope = scope
        self._busy_at: dict[int, str | None] = {}
        self._collector_id = collector_id
        self._actions = actions
        self._running: dict[int, asyncio.Task[None]] = {}
        """Until their end is written."""
        self._acting: set[int] = set()
        """Those that may still be cancelled: their end is not known yet."""
        self._cancelled_by: dict[int, str] = {}
        self._gates = (asyncio.Semaphore(READING_AT_ONCE), asyncio.Semaphore(ACTING_AT_ONCE))

    @property
    def busy_olts(self) -> set[str]:
        """Names of the OLTs about which a job is under way."""
        return {olt for olt in self._busy_at.values() if olt}

    async def run(self) -> None:
        """Look for jobs for ever; ends by cancellation.

        Jobs under way are then left as they are, for whoever takes over: what was sent is followed further, what
        was not sent is withdrawn.
        """
        next_orphans_at = 0.0
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    if time.monotonic() >= next_orphans_at:
                        next_orphans_at = time.monotonic() + ORPHANS_EVERY_S
                        await self._take_orphans(group)
                    await self._look(group)
                except SourceError as error:
                    log.warning("jobs_not_read", error=str(error))
                    await asyncio.sleep(FAILING_PAUSE_S)
                await asyncio.sleep(LOOK_S)

    async def _look(self, group: asyncio.TaskGroup) -> None:
        scope = self._scope()
        if await self._store.waiting():
            for job in await self._store.claim(self._collector_id, scope):
                self._start(group, job, None)
        for job in await self._batches.claim(self._collector_id, self._expiry_s, scope):
            self._start(group, job, None)
        if self._running:
            for job_id, by in (await self._store.cancelled(list(self._running))).items():
                if job_id in self._acting:
                    self._acting.discard(job_id)
                    self._cancelled_by[job_id] = by
                    self._running[job_id].cancel()

    async def _take_orphans(self, group: asyncio.TaskGroup) -> None:
        now, scope = time.time(), self._scope()
        for job, progress in await self._store.orphans(self._collector_id, self._running.keys(), scope):
            log.info("job_taken_over", job=job.id)
            self._start(group, job, progress or "")
        if scope is not None and not scope.rest:
            return
        await self._batches.keep()
        await self._batches.settle()
        await self._store.forget_old(now - KEEP_VIEWS_S, now - KEEP_READINGS_S)

    def _start(self, group: asyncio.TaskGroup, job: Job, progress: str | None) -> None:
        task = group.create_task(self._follow(job, progress), name=f"job {job.id}")
        self._running[job.id] = task
        self._busy_at[job.id] = job.olt
        self._acting.add(job.id)
        task.add_done_callback(lambda _: self._ended(job.id))

    def _ended(self, job_id: int) -> None:
        self._running.pop(job_id, None)
        self._busy_at.pop(job_id, None)

    async def _follow(self, job: Job, progress: str | None) -> None:
        try:
            await self._end(job, await self._act(job, progress))
        except JobLost:
            # We were taken for dead; who has the job tells its end.
            log.warning("job_lost", job=job.id)

    async def _act(self, job: Job, progress: str | None) -> Ending:
        """Do a job to its end, whatever that is; from then on it can't be cancelled."""
        try:
            return await self._act_in_turn(job, progress)
        except asyncio.CancelledError:
            by = self._cancelled_by.pop(job.id, None)
            if by is None:
                raise
            return await self._actions.cancel(job, by)
        except JobLost:
            raise
        except NocError as error:
            return Ending(JobState.FAILED, str(error))
        except Exception as error:
            log.exception("job_broke", job=job.id)
            return Ending(JobState.FAILED, f"internal error: {type(error).__name__} (see the log)")
        finally:
            self._acting.discard(job.id)

    async def _act_in_turn(self, job: Job, progress: str | None) -> Ending:
        async with self._gate(job):
            if progress is None:
                return await self._actions.act(job)
            return await self._actions.resume(job, progress)

    def _gate(self, job: Job) -> AbstractAsyncContextManager[None]:
        # Jobs of bulk actions are counted where they are claimed, and must not keep a single one waiting.
        return nullcontext() if job.batch_id is not None else self._gates[job.kind.level > 0]

    async def _end(self, job: Job, ending: Ending) -> None:
        """Write the end, however long the database is away: a job that ended must not look unfinished."""
        while True:
            try:
                await self._store.end(job, ending.state, ending.text, ending.data)
                return
            except SourceError as error:
                log.warning("job_end_not_written", job=job.id, error=str(error))
                await asyncio.sleep(FAILING_PAUSE_S)
