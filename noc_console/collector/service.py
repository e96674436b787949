"""The collector: wires workers, ships samples, runs jobs, and keeps itself the only one at work.

Any number of collectors may be started; one is at work, the others stand by and take over when its heartbeat ends.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import time
import uuid
from dataclasses import replace

import structlog

from noc_console.collector.acting.tools import Tools
from noc_console.collector.core_devices import CoreWorker
from noc_console.collector.cpe import CpeWorker
from noc_console.collector.facts import OltFacts
from noc_console.collector.jobs import JobRunner
from noc_console.collector.life import collect_garbage, collect_garbage_seldom
from noc_console.collector.olt import OltWorker
from noc_console.collector.performing import Actions
from noc_console.collector.ping import PingWorker, Target
from noc_console.collector.ship import Shipper
from noc_console.collector.status import Backoff, SourceStatus
from noc_console.collector.tickets import TicketWorker
from noc_console.collector.traps import TrapWorker
from noc_console.config.model import Config
from noc_console.config.paths import buffer_file
from noc_console.domain.errors import SourceError
from noc_console.domain.network import Collector
from noc_console.domain.poll import OltReading
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.modem_bridge import BridgeClient
from noc_console.sources.olt_cli.client import clients
from noc_console.sources.snmp.core_poller import CorePoller
from noc_console.sources.snmp.guard import GuardedPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.sources.tickets import TicketClient
from noc_console.storage import inventory
from noc_console.storage.batches import BatchStore
from noc_console.storage.core_devices import CoreStore
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.history.buffer import SampleBuffer
from noc_console.storage.history.victoria import Victoria
from noc_console.storage.host_keys import HostKeyStore
from noc_console.storage.jobs import JobStore
from noc_console.storage.sealing import Opener
from noc_console.storage.sources import HEARTBEAT_S, CollectorRegister, SourceStore
from noc_console.storage.swaps import SwapStore

log = structlog.get_logger()

STANDBY_S = 2.0
FLUSH_S = 20.0


class _Superseded(Exception):
    """Another collector is at work: this one was taken for dead."""


class CollectorService:
    """One collector process.

    Args:
        config: The config file.
        mode: ``child`` of a console, ``daemon``, or ``once``.
    """

    def __init__(self, config: Config, mode: str) -> None:
        self._config = config
        self._profiles = load_profiles(config.profiles_dir)
        self._database = Database(config.database)
        self._register = CollectorRegister(self._database)
        self._sources = SourceStore(self._database)
        self._buffer = SampleBuffer(buffer_file(config), config.history.max_mb, config.history.keep_days)
        self._victoria = Victoria(config.victoriametrics) if config.victoriametrics else None
        self._shipper = Shipper(
            self._buffer,
            self._victoria,
            SourceStatus(self._sources, "victoriametrics"),
            SourceStatus(self._sources, "sample buffer"),
        )
        now = time.time()
        self._opener = Opener()
        me = (uuid.uuid4().hex, socket.gethostname(), os.getpid(), mode, now, now)
        self._me = Collector(*me, self._opener.public_key)

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

    async def once(self) -> list[tuple[str, list[OltReading]]]:
        """Poll every OLT once, write what was read, and ship it unless another collector is at work, which does that.

        Returns:
            OLT name and its readings, in the order of the config file.

        Raises:
            SourceError: The database or the buffer cannot be used.
        """
        try:
            await self._database.migrate()
            await self._buffer.open()
            alone = await self._register.take_over(replace(self._me, heartbeat_at=time.time()))
            beating = asyncio.create_task(self._beat()) if alone else None
            try:
                found = await self._poll_once()
                if alone:
                    await self._shipper.flush(FLUSH_S)
                return found
            finally:
                if beating:
                    beating.cancel()
                    await asyncio.wait([beating])
        finally:
            await self._close()

    async def _poll_once(self) -> list[tuple[str, list[OltReading]]]:
        engine = SnmpEngine()
        try:
            workers, core = await self._workers(engine), await self._core_workers(engine)
            async with asyncio.TaskGroup() as group:
                for device in core:
                    if device.polls:
                        group.create_task(device.poll())
                rounds = [(worker.name, group.create_task(worker.once())) for worker in workers]
        finally:
            engine.close()
        return [(name, readings.result()) for name, readings in rounds]

    async def _work(self) -> None:
        await self._until_ready()
        while True:
            await self._until_alone()
            try:
                await self._be_at_work()
            except* _Superseded:
                log.warning("collector_superseded", pid=self._me.pid)

    async def _be_at_work(self) -> None:
        log.info("collector_starts", mode=self._me.mode, pid=self._me.pid)
        engine = SnmpEngine()
        acs = NbiClient(self._config.genieacs) if self._config.genieacs else None
        bridge = BridgeClient(self._config.modem_bridge) if self._config.modem_bridge else None
        try:
            workers, core = await self._until_known(engine)
            status = SourceStatus(self._sources, "genieacs")
            cpes = CpeStore(self._database)
            store = JobStore(self._database, self._me.id)
            by_name = {worker.name: worker for worker in workers}
            clis = clients(self._config, HostKeyStore(self._database))
            tools = Tools(store, by_name, acs, cpes, self._config, self._opener, bridge, self._shipper.keep, clis)
            actions = Actions(tools)
            batches = BatchStore(self._database, self._config.bulk)
            jobs = JobRunner(store, self._me.id, actions, batches, self._config.jobs.expiry_s)
            told = SourceStatus(self._sources, "traps")
            traps = TrapWorker(self._config.traps, self._config.olts, by_name, self._database, told)
            tickets = TicketClient(self._config.swaps.tickets) if self._config.swaps.tickets else None
            swaps = SwapStore(self._database)
            follow_up = TicketWorker(tickets, swaps, SourceStatus(self._sources, "tickets"), self._config.console.site)
            targets = [Target(olt.name, olt.address, by_name[olt.name].note_ping) for olt in self._config.olts]
            targets += [Target(worker.device.name, worker.device.address, worker.note_ping) for worker in core]
            pings = PingWorker(self._config.ping, targets, SourceStatus(self._sources, "ping"))
            collect_garbage_seldom()
            async with asyncio.TaskGroup() as group:
                group.create_task(collect_garbage())
                group.create_task(self._beat())
                group.create_task(self._shipper.run())
                group.create_task(jobs.run())
                group.create_task(traps.run())
                group.create_task(pings.run())
                group.create_task(follow_up.run())
                group.create_task(CpeWorker(acs, cpes, status, self._config.polling.cpe_s, self._shipper.keep).run())
                for device in core:
                    group.create_task(device.run())
                for worker in workers:
                    group.create_task(self._start(worker, len(workers)))
        finally:
            engine.close()
            for client in (acs, bridge):
                if client:
                    await client.close()

    async def _start(self, worker: OltWorker, count: int) -> None:
        # Many OLTs do not all start in the same instant.
        await asyncio.sleep(random.uniform(0, min(2.0, 0.02 * count)))
        await worker.run()

    async def _until_ready(self) -> None:
        """Make the schema and open the buffer; a database that is away is waited for."""
        backoff = Backoff()
        while True:
            try:
                await self._database.migrate()
                await self._buffer.open()
                return
            except SourceError as error:
                log.error("cannot_start", error=str(error))
                await asyncio.sleep(backoff.failed())

    async def _until_alone(self) -> None:
        """Stand by while another collector works."""
        while True:
            try:
                if await self._register.take_over(replace(self._me, heartbeat_at=time.time())):
                    return
            except SourceError as error:
                log.warning("cannot_register", error=str(error))
            await asyncio.sleep(STANDBY_S)

    async def _until_known(self, engine: SnmpEngine) -> tuple[list[OltWorker], list[CoreWorker]]:
        """Read what is known of every device; a database that is away just now is waited for."""
        backoff = Backoff()
        while True:
            try:
                await self._register.forget_dead()
                return await self._workers(engine), await self._core_workers(engine)
            except SourceError as error:
                log.error("cannot_start", error=str(error))
                await asyncio.sleep(backoff.failed())

    async def _workers(self, engine: SnmpEngine) -> list[OltWorker]:
        config = self._config
        async with self._database.writing() as connection:
            names = [(olt.name, olt.address) for olt in config.olts]
            ids = await inventory.sync_olts(connection, names, time.time())
        workers = []
        for olt in config.olts:
            thresholds = config.thresholds_for(olt.name)
            facts = OltFacts(self._database, ids[olt.name], olt.name, thresholds)
            await facts.load()
            poller = GuardedPoller(engine, olt, self._profiles, facts.max_repetitions)
            workers.append(OltWorker(poller, facts, config.polling, thresholds, self._shipper.keep))
        return workers

    async def _core_workers(self, engine: SnmpEngine) -> list[CoreWorker]:
        store, interval_s = CoreStore(self._database), self._config.polling.health_s
        configured = {device.name: device for device in self._config.core_devices}
        known = await store.sync(((name, device.address) for name, device in configured.items()), time.time())
        workers = []
        for device in known:
            entry = configured[device.name]
            poller = CorePoller(engine, entry) if entry.snmp else None
            workers.append(CoreWorker(device, poller, store, interval_s, self._shipper.keep))
        return workers

    async def _beat(self) -> None:
        while True:
            try:
                if not await self._register.beat(replace(self._me, heartbeat_at=time.time())):
                    raise _Superseded
            except SourceError as error:
                log.warning("heartbeat_not_stored", error=str(error))
            await asyncio.sleep(HEARTBEAT_S)

    async def _close(self) -> None:
        try:
            await self._register.leave(self._me.id)
        except SourceError as error:
            log.debug("not_deregistered", error=str(error))
        await self._buffer.close()
        if self._victoria:
            await self._victoria.close()
        await self._database.close()
