"""The collector: a process that works, or stands by until the one at work is gone.

Any number of collectors may be started; one is at work, the others take over when its heartbeat ends. Those that join
work side by side (``membership``). What each does at work is built in ``stint`` and run by the ``coordinator``.
"""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Coordinator, Done, EndWork, Rhythm, Service, fenced
from noc_console.collector.holding import Holding
from noc_console.collector.life import collect_garbage_seldom
from noc_console.collector.membership import Join, Membership, on_host
from noc_console.collector.olt import OltWorker
from noc_console.collector.ship import Shipper
from noc_console.collector.stint import Stint
from noc_console.config.fingerprint import marks
from noc_console.config.model import Config
from noc_console.config.paths import buffer_file
from noc_console.domain.agreement import as_text
from noc_console.domain.errors import SourceError
from noc_console.domain.network import Collector, PollKind
from noc_console.domain.poll import OltReading
from noc_console.storage.database import Database
from noc_console.storage.history.buffer import SampleBuffer
from noc_console.storage.history.victoria import Victoria
from noc_console.storage.leases import LeaseStore
from noc_console.storage.sealing import Opener
from noc_console.storage.sources import HEARTBEAT_S, CollectorRegister, SourceStore

log = structlog.get_logger()

STANDBY_S = 2.0
FLUSH_S = 20.0
LEASE_RETRY_S = 1.0
"""Leases that another collector left behind are asked for again this often."""


class Superseded(EndWork):
    """Another collector is at work: this one was taken for dead."""


@dataclass(frozen=True, slots=True)
class OltRound:
    """What one round read of one OLT."""

    olt: str
    readings: list[OltReading]
    written: bool
    """False when another collector polls this OLT: that one writes."""


class CollectorService:
    """One collector process.

    Args:
        config: The config file.
        mode: ``child`` of a console, ``daemon``, or ``once``.
        clock: The clock.
        join: Share the OLTs with others that join; None works alone.
    """

    def __init__(self, config: Config, mode: str, clock: Clock = CLOCK, join: Join | None = None) -> None:
        self._config = config
        self._clock = clock
        self._database = Database(config.database)
        self._register = CollectorRegister(self._database)
        self._id = uuid.uuid4().hex
        self._membership = Membership(self._database, {olt.name for olt in config.olts}) if join else None
        fence = self._register.fence(self._id) if join else self._register.fence_beside(self._id)
        named = self._membership.source_name if self._membership else str
        self._sources = SourceStore(self._database.fenced(fence), named)
        self._coordinator = Coordinator(self._sources, clock)
        self._buffer = SampleBuffer(buffer_file(config), config.history.max_mb, config.history.keep_days)
        self._victoria = Victoria(config.victoriametrics) if config.victoriametrics else None
        self._shipper = Shipper(self._buffer, self._victoria, self._coordinator.status("sample buffer"), clock)
        now = clock.now()
        self._opener = Opener()
        me = (self._id, socket.gethostname(), os.getpid(), mode, now, now)
        region = join.region if join else None
        self._me = Collector(*me, self._opener.public_key, region=region, marks=as_text(marks(config)))

    async def run(self, stop: asyncio.Event) -> None:
        """Work, or stand by, until ``stop``."""
        work = asyncio.create_task(self._work())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            stopping.cancel()
            await asyncio.gather(work, stopping, return_exceptions=True)
            await self._close()

    async def once(self) -> list[OltRound]:
        """Poll every OLT once, and write and ship what was read, unless another collector is at work, which does that.

        Returns:
            In the order of the config file.

        Raises:
            SourceError: The database or the buffer cannot be used.
        """
        try:
            await self._database.migrate()
            await self._buffer.open()
            alone = await self._register.take_over(self._now_me())
            async with self._stint(alone) as stint:
                await stint.load()
                async with self._beating(stint.holding, alone):
                    found = await self._round(stint)
                    if alone:
                        await self._shipper.flush(FLUSH_S)
                    return found
        finally:
            await self._close()

    async def _round(self, stint: Stint) -> list[OltRound]:
        """Poll everything at once; what breaks at one device leaves the others."""
        core = [worker.poll for worker in await stint.load_core() if worker.polls]
        rounds = asyncio.gather(*(self._round_of(worker) for worker in stint.olts))
        for came in await asyncio.gather(*map(fenced, core)):
            if isinstance(came, Exception):
                log.error("core_device_broken", exc_info=came)
        return await rounds

    async def _round_of(self, worker: OltWorker) -> OltRound:
        came = await fenced(worker.once)
        if isinstance(came, Exception):
            log.error("olt_broken", olt=worker.name, exc_info=came)
            text = f"internal error: {type(came).__name__} (see the log)"
            came = [OltReading(PollKind.STATE, self._clock.now(), error=text)]
        return OltRound(worker.name, came, worker.facts.may_write)

    @asynccontextmanager
    async def _beating(self, holding: Holding, registered: bool) -> AsyncIterator[None]:
        """Keep the leases, and the place in the register, while a round lasts."""
        beating = asyncio.create_task(self._coordinator.run([self._heartbeat(holding, registered)]))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _work(self) -> None:
        await self._coordinator.until_done("start", "collector", self._get_ready)
        while True:
            await self._until_admitted()
            try:
                # What breaks on the way to work is told and tried again; at work each part has a fence of its own.
                await self._coordinator.until_done("work", "collector", self._be_at_work)
            except Superseded:
                log.warning("collector_superseded", pid=self._me.pid)

    async def _get_ready(self) -> None:
        await self._database.migrate()
        await self._buffer.open()

    async def _until_admitted(self) -> None:
        """Stand by while a collector works that shares the work not with us."""

        async def register() -> bool:
            if self._membership:
                return await self._membership.join(self._now_me())
            return await self._register.take_over(self._now_me())

        while not await self._coordinator.until_done("register", "collector", register, STANDBY_S):
            await self._clock.sleep(STANDBY_S)

    async def _be_at_work(self) -> None:
        log.info("collector_starts", mode=self._me.mode, pid=self._me.pid)
        async with self._stint(registered=True) as stint:
            # The heartbeat does not wait until all is loaded: who is silent for long is taken for dead.
            start = Service("start", "collector", partial(self._start, stint))
            beat = self._shared_heartbeat(stint, self._membership) if self._membership else None
            await self._coordinator.run([beat or self._heartbeat(stint.holding), start])

    async def _start(self, stint: Stint) -> None:
        """Read what is known, and start everything."""
        if self._membership is None:
            await self._sources.forget_troubles()
        await stint.load()
        collect_garbage_seldom()
        self._coordinator.add(stint.parts())
        if self._membership:
            await self._membership.until_we_lead()
            log.info("collector_leads", pid=self._me.pid)
            await self._sources.forget_troubles()
        self._coordinator.add(stint.parts_done_once())

    @asynccontextmanager
    async def _stint(self, registered: bool) -> AsyncIterator[Stint]:
        """All that is needed at work; at the end the leases are free at once.

        A round beside a collector at work writes only what that one holds no lease of.
        """
        database = self._database.fenced(self._register.fence(self._id)) if registered else self._database
        holding = Holding(LeaseStore(self._database), self._id)  # leases have tokens of their own
        leads = self._membership.leads.is_set if self._membership and registered else None
        if leads:
            holding.share = ()  # until we know who else lives
        own = (self._shipper, holding, self._opener, self._clock, leads)
        stint = Stint(self._config, database, self._coordinator, *own)
        try:
            yield stint
        finally:
            for end in (stint.holding.release, stint.close):
                came = await fenced(end)
                if isinstance(came, Exception):
                    log.warning("stint_not_ended", error=str(came))

    def _heartbeat(self, holding: Holding, registered: bool = True) -> Rhythm:
        async def beat() -> Done:
            # Leases first: they must have ended when the register gives our work to another.
            await holding.keep()
            if registered and not await self._register.beat(self._now_me()):
                raise Superseded
            return Done(pause_s=None if holding.complete else LEASE_RETRY_S, quiet=True)

        return Rhythm("heartbeat", "collector", beat, HEARTBEAT_S, jitter=0.0, last_retry_s=HEARTBEAT_S)

    def _shared_heartbeat(self, stint: Stint, membership: Membership) -> Rhythm:
        holding = stint.holding

        async def beat() -> Done:
            await holding.keep()  # first, as above
            standing = await membership.beat(self._now_me())
            if standing is None:
                raise Superseded
            holding.share = membership.share(standing, stint.ids, self._id)
            for host in standing.struck_out:
                log.warning("collector_struck_out", host=host)
                await self._sources.forget_troubles(on_host(host))
            for told in await membership.new_differences(standing, self._register):
                log.warning("collectors_differ", what=told)
            return Done(pause_s=None if holding.complete else LEASE_RETRY_S, quiet=True)

        return Rhythm("heartbeat", "collector", beat, HEARTBEAT_S, jitter=0.0, last_retry_s=HEARTBEAT_S)

    def _now_me(self) -> Collector:
        return replace(self._me, clock_at=self._clock.now())

    async def _close(self) -> None:
        try:
            await self._register.leave(self._me.id)
        except SourceError as error:
            log.debug("not_deregistered", error=str(error))
        await self._buffer.close()
        if self._victoria:
            await self._victoria.close()
        await self._database.close()
