"""What every action works with: the way to the ONT, to its router, and to the job's story."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import msgspec
import structlog

from noc_console.collector.backups import BackupKeeper
from noc_console.collector.olt import OltWorker
from noc_console.config.model import Config
from noc_console.domain.errors import ActionFailed, ActionRefused, SourceError
from noc_console.domain.history import Sample
from noc_console.domain.identity import OntSerial
from noc_console.domain.jobs import Job, JobState
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.ont import reason_label
from noc_console.domain.policy import NOT_MANAGED
from noc_console.domain.targets import TargetKind
from noc_console.sources.genieacs import lookup
from noc_console.sources.genieacs.client import LOCK_S, NbiClient
from noc_console.sources.genieacs.delivery import Delivery, End
from noc_console.sources.modem_bridge import BridgeClient
from noc_console.sources.olt_cli.client import CliClient
from noc_console.storage.cpes import CpeStore
from noc_console.storage.jobs import JobStore
from noc_console.storage.sealing import Opener

log = structlog.get_logger()

P = TypeVar("P")


class NotManaged(ActionFailed):
    """The ACS answered, and knows no such router: an answer for who only looks, a failure for who wants to act."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended."""

    state: JobState
    text: str
    data: Mapping[str, float | str] = field(default_factory=dict)
    """What it measured."""


@dataclass(frozen=True, slots=True)
class Tools:
    """Shared by all actions of a collector."""

    store: JobStore
    """Told every step."""
    workers: Mapping[str, OltWorker]
    """OLT name to its worker."""
    acs: NbiClient | None
    """None when no ACS is configured."""
    cpes: CpeStore
    config: Config
    opener: Opener
    """Opens the secrets that were given with jobs."""
    bridge: BridgeClient | None
    """None when none is configured."""
    keep: Callable[[Sequence[Sample]], Awaitable[None]]
    """Takes samples."""
    clis: Mapping[str, CliClient] = field(default_factory=dict)
    """OLT name to its command line, where the config has one."""
    backups: BackupKeeper | None = None
    lock_s: float = LOCK_S
    """How long the ACS may wait for a router's session before it queues a task."""

    def need_acs(self) -> NbiClient:
        """The ACS.

        Raises:
            ActionRefused: None is configured.
        """
        if self.acs is None:
            raise ActionRefused("no ACS is configured", "set genieacs: in the config file")
        return self.acs

    async def router(self, job: Job) -> Cpe:
        """The router that the job names, or that of its ONT, looked up afresh.

        Raises:
            ActionFailed: The ACS knows none (``NotManaged``), or several.
        """
        acs = self.need_acs()
        if job.target.kind is TargetKind.ROUTER:
            named = await lookup.by_id(acs, job.target.key)
            await self.cpes.put(named)
            if not named:
                raise NotManaged(f"the ACS knows no router {job.target.key} any more")
            return named[0]
        if not job.serial:
            raise ActionFailed("the ONT has no serial number to find its router by")
        found = await lookup.by_serial(acs, OntSerial(job.serial)) or await self._linked(acs, job.serial)
        # The ACS side may know the ONT by a serial in another place only: remember whose router it is.
        found = [replace(cpe, serial=job.serial) for cpe in found]
        await self.cpes.put(found)
        if not found:
            raise NotManaged(NOT_MANAGED)
        if len(found) > 1:
            ids = ", ".join(cpe.device_id for cpe in found)
            raise ActionFailed(f"{len(found)} routers at the ACS have this serial number: {ids}", "name one by its id")
        return found[0]

    async def _linked(self, acs: NbiClient, serial: str) -> list[Cpe]:
        """Routers that were this ONT's when the ACS last knew: after a factory reset it may not know the serial."""
        known = [cpe.device_id for cpe in await self.cpes.by_serial(serial)]
        there = [cpe for device_id in known for cpe in await lookup.by_id(acs, device_id)]
        return [cpe for cpe in there if cpe.serial in (None, serial)]

    def worker(self, job: Job) -> OltWorker:
        """The worker of the job's OLT.

        Raises:
            ActionRefused: The OLT is not configured any more.
        """
        if job.olt is None or job.olt not in self.workers:
            raise ActionRefused(f"OLT {job.olt} is not configured any more")
        return self.workers[job.olt]

    def ont(self, job: Job) -> Ont:
        """The job's ONT as it is known now.

        Raises:
            ActionRefused: It is not in the inventory any more.
        """
        for ont in self.worker(job).facts.onts.onts.values():
            if ont.id == job.target.ont_id:
                return ont
        raise ActionRefused("this ONT is not in the inventory any more")

    def ont_of(self, job: Job) -> Ont | None:
        """The job's ONT; None when the job is about a router alone."""
        return None if job.target.kind is TargetKind.ROUTER else self.ont(job)

    async def read_ont(self, job: Job) -> Ont | None:
        """The ONT by its OLT now; None when the OLT cannot be asked, or the job is about a router alone."""
        if job.target.kind is TargetKind.ROUTER:
            return None
        try:
            return await self.worker(job).refresh_ont(self.ont(job))
        except SourceError:
            return None

    async def tell(self, job: Job, text: str, state: JobState | None = None, progress: object | None = None) -> None:
        """Add a step to the job's story.

        Args:
            job: The job.
            text: What happened, for the operator.
            state: New state, if it changes.
            progress: What a successor needs to go on: a record of the type that ``FollowUp`` names. It must be stored
                before one goes on oneself; any other step is left out when the database is away, for what was begun
                at the ACS must be brought to its end.

        Raises:
            SourceError: Progress was not stored.
            JobLost: Another collector has the job.
        """
        try:
            kept = None if progress is None else msgspec.json.encode(progress).decode()
            await self.store.tell(job.id, text, state, kept)
        except SourceError as error:
            if progress is not None:
                raise
            log.warning("job_step_not_written", job=job.id, error=str(error))


@dataclass(frozen=True, slots=True)
class FollowUp(Generic[P]):
    """What becomes of a job that was interrupted after it had kept progress."""

    progress: type[P]
    """A dataclass: what the job keeps for a successor."""
    resume: Callable[[Tools, Job, P], Awaitable[Ending]]
    """Goes on with a job whose collector died."""
    cancel: Callable[[Tools, Job, P], Awaitable[str]]
    """Ends a job that was cancelled; returns what became of it."""

    async def resumed(self, tools: Tools, job: Job, progress: str) -> Ending:
        """``resume`` from the stored text."""
        return await self.resume(tools, job, msgspec.json.decode(progress, type=self.progress))

    async def cancelled(self, tools: Tools, job: Job, progress: str) -> str:
        """``cancel`` from the stored text."""
        return await self.cancel(tools, job, msgspec.json.decode(progress, type=self.progress))


@dataclass(frozen=True, slots=True)
class Performer(Generic[P]):
    """What performs one kind of job."""

    act: Callable[[Tools, Job], Awaitable[Ending]]
    """Does a job from its beginning to a proven end."""
    follow_up: FollowUp[P] | None = None
    """None: it only reads, and begins again."""


def not_delivered(delivery: Delivery) -> Ending:
    """The end of a job whose task did not get through."""
    state = JobState.NO_CONTACT if delivery.end is End.NO_CONTACT else JobState.FAILED
    prefix = "outcome unknown: " if delivery.end is End.UNKNOWN else ""
    return Ending(state, prefix + delivery.text)


def state_text(ont: Ont) -> str:
    """``offline (LOS)``."""
    reason = f" ({reason_label(ont.offline_reason)})" if ont.state == "offline" and ont.offline_reason else ""
    return ont.state + reason


def light_text(ont: Ont) -> str:
    """``Rx -19.06 dBm``."""
    return "no light reading" if ont.onu_rx_dbm is None else f"Rx {ont.onu_rx_dbm:.2f} dBm"
