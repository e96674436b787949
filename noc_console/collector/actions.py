"""What jobs do: to the ONT through its OLT, to the router through the ACS; each until there is proof."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from noc_console.collector.olt import OltWorker
from noc_console.config.actions import Jobs
from noc_console.domain.cpe import SECTIONS
from noc_console.domain.errors import ActionFailed, ActionRefused, SourceError
from noc_console.domain.identity import OntSerial
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.domain.network import Cpe, Ont
from noc_console.domain.ont import reason_label
from noc_console.sources.genieacs import actions as acs_actions
from noc_console.sources.genieacs import lookup
from noc_console.sources.genieacs.actions import Baseline, Delivery, End
from noc_console.sources.genieacs.client import NbiClient
from noc_console.storage.cpes import CpeStore
from noc_console.storage.jobs import JobStore

RETURN_POLL_S = 2.0
ONT_RETURN_S = 60.0
ONT_POLL_S = 3.0


class NotManaged(ActionFailed):
    """The ACS answered, and knows no such router: an answer for who only looks, a failure for who wants to act."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended."""

    state: JobState
    text: str


class Actions:
    """What each kind of job does.

    Args:
        store: Told every step.
        workers: OLT name to its worker.
        acs: None when no ACS is configured.
        cpes: Routers and their sections.
        limits: Expiry and waiting times.
    """

    def __init__(
        self, store: JobStore, workers: Mapping[str, OltWorker], acs: NbiClient | None, cpes: CpeStore, limits: Jobs
    ) -> None:
        self._store = store
        self._workers = workers
        self._acs = acs
        self._cpes = cpes
        self._limits = limits

    async def view(self, job: Job) -> Ending:
        """Read what the ACS has cached."""
        acs = self._need_acs()
        try:
            cpe = await self._router(acs, job)
        except NotManaged as error:
            return Ending(JobState.VERIFIED, error.message)
        sections = await acs_actions.view(acs, cpe.device_id, job.sections or SECTIONS)
        await self._cpes.put_sections(cpe.device_id, sections)
        return Ending(JobState.VERIFIED, f"read what the ACS knows of {cpe.device_id}")

    async def refresh(self, job: Job) -> Ending:
        """Read the ONT from its OLT and its router's sections from the router, side by side."""
        (olt_ok, olt_text), (state, acs_text) = await asyncio.gather(self._refresh_olt(job), self._refresh_router(job))
        if not olt_ok and state is JobState.VERIFIED:
            state = JobState.FAILED
        return Ending(state, f"{olt_text}; {acs_text}")

    async def disrupt(self, job: Job) -> Ending:
        """Reboot or factory-reset the router, and follow it until it is back."""
        acs = self._need_acs()
        cpe = await self._router(acs, job)
        await self._tell(job, f"router {cpe.device_id}, {_light(self._ont(job))}", JobState.RUNNING)
        act = acs_actions.factory_reset if job.kind is JobKind.FACTORY_RESET else acs_actions.reboot
        left_s = min(self._limits.expiry_s, max(1.0, job.expires_at - time.time()))
        # From here on it may have been sent: a successor must not send it again, but look and withdraw.
        await self._store.tell(job.id, "sending", progress=json.dumps({"device_id": cpe.device_id}))
        done = await act(acs, cpe.device_id, left_s, None, lambda text: self._tell(job, text))
        if done.delivery.end is not End.DELIVERED:
            return _not_delivered(done.delivery)
        sent_at = time.time() - (time.monotonic() - done.baseline.sent_at)
        progress = {
            "device_id": cpe.device_id,
            "sent_at": sent_at,
            "baseline": [done.baseline.last_boot_at, done.baseline.last_bootstrap_at, done.baseline.rpc_at],
        }
        await self._store.tell(job.id, "waiting for it to come back", JobState.VERIFYING, json.dumps(progress))
        return await self._wait_back(acs, job, cpe.device_id, done.baseline)

    async def resume(self, job: Job, progress: str) -> Ending:
        """Go on with what a collector that died had begun."""
        acs = self._need_acs()
        left = json.loads(progress) if progress else {}
        if not left:
            return Ending(JobState.FAILED, "its collector ended before anything was sent; nothing was done")
        device_id = left["device_id"]
        if "baseline" in left:
            await self._tell(job, "another collector took over; still waiting for it to come back")
            sent_at = time.monotonic() - (time.time() - left["sent_at"])
            boot_at, bootstrap_at, rpc_at = left["baseline"]
            return await self._wait_back(acs, job, device_id, Baseline(boot_at, bootstrap_at, rpc_at, sent_at))
        withdrawn = await acs_actions.withdraw(acs, device_id, job.kind is JobKind.FACTORY_RESET)
        text = "withdrawn" if withdrawn else "nothing of it is queued"
        return Ending(JobState.FAILED, f"its collector ended while sending: outcome unknown, not repeated, {text}")

    async def _wait_back(self, acs: NbiClient, job: Job, device_id: str, baseline: Baseline) -> Ending:
        factory = job.kind is JobKind.FACTORY_RESET
        timeout_s = self._limits.return_timeout_s
        took_s = await acs_actions.wait_back(acs, device_id, baseline, timeout_s, factory, RETURN_POLL_S)
        if took_s is None:
            return Ending(JobState.FAILED, f"accepted, but not back after {timeout_s:.0f} s")
        await self._tell(job, f"the router has booted and informed, {took_s:.0f} s after the request")
        before = self._ont(job)
        after = await self._ont_back(job)
        text = f"back after {took_s:.0f} s"
        if after is None:
            return Ending(JobState.VERIFIED, f"{text}; the OLT could not be asked")
        if after.state != "online":
            return Ending(JobState.FAILED, f"{text} by the ACS, but the OLT says {_state(after)}")
        was = before.onu_rx_dbm if before.onu_rx_dbm is not None else before.last_onu_rx_dbm
        rx = "" if after.onu_rx_dbm is None else f", Rx {after.onu_rx_dbm:.2f} dBm"
        return Ending(JobState.VERIFIED, text + rx + (f" (was {was:.2f})" if rx and was is not None else ""))

    async def _ont_back(self, job: Job) -> Ont | None:
        """The ONT by its OLT, once it is online there, or as it is when it does not get there in time."""
        ends_at = time.monotonic() + ONT_RETURN_S
        while True:
            try:
                ont = await self._worker(job).refresh_ont(self._ont(job))
            except SourceError:
                ont = None
            if (ont and ont.state == "online") or time.monotonic() > ends_at:
                return ont
            await asyncio.sleep(ONT_POLL_S)

    async def _refresh_olt(self, job: Job) -> tuple[bool, str]:
        try:
            ont = await self._worker(job).refresh_ont(self._ont(job))
        except (SourceError, ActionRefused) as error:
            await self._tell(job, f"OLT: {error}")
            return False, f"OLT not read: {error.message}"
        await self._tell(job, f"OLT says {_state(ont)}, {_light(ont)}")
        return True, f"OLT says {_state(ont)}"

    async def _refresh_router(self, job: Job) -> tuple[JobState, str]:
        if self._acs is None:
            return JobState.VERIFIED, "no ACS configured"
        try:
            cpe = await self._router(self._acs, job)
        except ActionFailed as error:
            return JobState.VERIFIED, error.message
        except SourceError as error:
            return JobState.FAILED, f"router not read: {error}"
        names = job.sections or SECTIONS
        done = await acs_actions.refresh(self._acs, cpe.device_id, names=names, step=lambda text: self._tell(job, text))
        await self._cpes.put_sections(cpe.device_id, done.sections)
        await self._cpes.put(await lookup.by_id(self._acs, cpe.device_id))
        if done.delivery.end is not End.DELIVERED:
            ending = _not_delivered(done.delivery)
            return ending.state, f"router: {ending.text}"
        if done.not_newer:
            return JobState.VERIFIED, f"router read {', '.join(done.newer)}; has no {', '.join(done.not_newer)}"
        return JobState.VERIFIED, "router read"

    async def _router(self, acs: NbiClient, job: Job) -> Cpe:
        """The router of the job's ONT, looked up afresh.

        Raises:
            ActionFailed: The ACS knows none, or several.
        """
        if not job.serial:
            raise ActionFailed("the ONT has no serial number to find its router by")
        found = await lookup.by_serial(acs, OntSerial(job.serial))
        # The ACS side may know the ONT by a serial in another place only: remember whose router it is.
        found = [replace(cpe, serial=job.serial) for cpe in found]
        await self._cpes.put(found)
        if not found:
            raise NotManaged("not managed via TR-069: the ACS knows no router with this serial number")
        if len(found) > 1:
            ids = ", ".join(cpe.device_id for cpe in found)
            raise ActionFailed(f"{len(found)} routers at the ACS have this serial number: {ids}")
        return found[0]

    def _need_acs(self) -> NbiClient:
        if self._acs is None:
            raise ActionRefused("no ACS is configured", "set genieacs: in the config file")
        return self._acs

    def _worker(self, job: Job) -> OltWorker:
        if job.olt not in self._workers:
            raise ActionRefused(f"OLT {job.olt} is not configured any more")
        return self._workers[job.olt]

    def _ont(self, job: Job) -> Ont:
        for ont in self._worker(job).facts.onts.onts.values():
            if ont.id == job.ont_id:
                return ont
        raise ActionRefused("this ONT is not in the inventory any more")

    async def _tell(self, job: Job, text: str, state: JobState | None = None) -> None:
        await self._store.tell(job.id, text, state)


def _not_delivered(delivery: Delivery) -> Ending:
    state = JobState.NO_CONTACT if delivery.end is End.NO_CONTACT else JobState.FAILED
    prefix = "outcome unknown: " if delivery.end is End.UNKNOWN else ""
    return Ending(state, prefix + delivery.text)


def _state(ont: Ont) -> str:
    reason = f" ({reason_label(ont.offline_reason)})" if ont.state == "offline" and ont.offline_reason else ""
    return ont.state + reason


def _light(ont: Ont) -> str:
    return "no light reading" if ont.onu_rx_dbm is None else f"Rx {ont.onu_rx_dbm:.2f} dBm"
