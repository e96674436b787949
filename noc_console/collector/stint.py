"""One stint at work: all that a collector runs while it is the one at work, built from the config."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial

import structlog

from noc_console.collector.acting.tools import Tools
from noc_console.collector.alarms import AlarmWorker
from noc_console.collector.audit_signing import AuditSigner
from noc_console.collector.backups import BackupKeeper
from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Coordinator, Done, Part, Rhythm, Service, fenced
from noc_console.collector.core_devices import CoreWorker
from noc_console.collector.cpe import CpeWorker
from noc_console.collector.facts import OltFacts
from noc_console.collector.holding import Holding
from noc_console.collector.incidents import IncidentWorker
from noc_console.collector.jobs import JobRunner
from noc_console.collector.life import FULL_COLLECTION_EVERY_S, collect_garbage
from noc_console.collector.notices import NoticeWorker
from noc_console.collector.olt import OltWorker
from noc_console.collector.performing import Actions
from noc_console.collector.ping import PingWorker, Target
from noc_console.collector.recording import Recorder
from noc_console.collector.ship import Shipper
from noc_console.collector.tickets import TicketWorker
from noc_console.collector.traps import TrapWorker
from noc_console.config.model import Config, CoreDeviceConfig, OltConfig
from noc_console.config.paths import audit_archive, audit_heads
from noc_console.domain.errors import ConfigError, SourceError
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.modem_bridge import BridgeClient
from noc_console.sources.olt_cli.client import CliClient, clients
from noc_console.sources.snmp.core_poller import CorePoller
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.sources.tickets import TicketClient
from noc_console.storage import inventory
from noc_console.storage.audit_orders import AuditedOrders
from noc_console.storage.batches import BatchStore
from noc_console.storage.core_devices import CoreStore
from noc_console.storage.cpes import CpeStore
from noc_console.storage.database import Database
from noc_console.storage.host_keys import HostKeyStore
from noc_console.storage.jobs import JobStore, Scope
from noc_console.storage.leases import Asking
from noc_console.storage.recordings import RecordingStore
from noc_console.storage.retention import Limits, Retention
from noc_console.storage.sealing import Opener
from noc_console.storage.swaps import SwapStore

log = structlog.get_logger()

RETENTION_EVERY_S = 3600.0
RETENTION_FIRST_S = 120.0
START_WITHIN_S = 2.0
"""Many OLTs do not all start in the same instant: their first polls are spread over this, or less."""


class Stint:
    """Builds the workers, and closes what they opened.

    Args:
        config: The config file.
        database: The database.
        coordinator: Runs the parts; more are added to it later.
        shipper: Takes samples.
        holding: Our leases.
        opener: Opens the secrets that were sealed to us.
        clock: The clock.
        leads: Tells whether we do what is done once for all; None where nobody shares the work with us.
    """

    def __init__(
        self,
        config: Config,
        database: Database,
        coordinator: Coordinator,
        shipper: Shipper,
        holding: Holding,
        opener: Opener,
        clock: Clock,
        leads: Callable[[], bool] | None = None,
    ) -> None:
        self._config = config
        self._database = database
        self._coordinator = coordinator
        self._shipper = shipper
        self._opener = opener
        self._clock = clock
        self._engine = SnmpEngine()
        self._profiles_broken: dict[str, ConfigError] = {}
        self._profiles = load_profiles(config.profiles_dir, self._profiles_broken)
        for file, error in self._profiles_broken.items():
            log.error("profile_not_loaded", file=file, error=str(error))
        self._pings = PingWorker(config.ping, len(config.olts) + len(config.core_devices), clock)
        self._leads = leads
        self._cpes = CpeStore(database)
        self._acs = NbiClient(config.genieacs) if config.genieacs else None
        self._closers: list[Callable[[], Awaitable[None]]] = [self._acs.close] if self._acs else []
        self.holding = holding
        self.olts: list[OltWorker] = []
        """In the order of the config file."""
        self.ids: dict[str, int] = {}
        """Of the OLTs, by their names."""

    async def load(self) -> None:
        """Make the workers of all OLTs, with what is known of them.

        Raises:
            SourceError: The database did not answer.
        """
        config = self._config
        ids = await self._sync_olts(remove=self._leads is None)
        self.ids = {olt.name: ids[olt.name] for olt in config.olts}
        leases = self.holding.want(ids[olt.name] for olt in config.olts)
        await self.holding.keep()  # before the facts are read: nobody writes them from then on
        self.olts = []
        for olt in config.olts:
            thresholds = config.thresholds_for(olt.name)
            facts = OltFacts(self._database, ids[olt.name], olt.name, thresholds, leases[ids[olt.name]])
            # Of OLTs that others poll we keep nothing in memory.
            came = await fenced(facts.load) if self._leads is None or facts.may_write else None
            if isinstance(came, SourceError):
                raise came
            if came is not None:
                # Its polls try again, and tell it.
                log.error("facts_not_loaded", olt=olt.name, exc_info=came)
            poller = OltPoller(self._engine, olt, self._profiles, facts.max_repetitions, self._profiles_broken)
            polling = olt.polling.over(config.polling)
            kept = (thresholds, self._shipper.keep, self._clock)
            self.olts.append(OltWorker(poller, facts, polling, *kept, own=olt.polling))

    async def _sync_olts(self, remove: bool) -> dict[str, int]:
        """Who shares the work removes no OLT before it leads: its config may be the older one."""
        names = [(olt.name, olt.address) for olt in self._config.olts]
        async with self._database.writing() as connection:
            return await inventory.sync_olts(connection, names, self._clock.now(), remove)

    async def load_core(self) -> list[CoreWorker]:
        """Make the workers of the core devices, with what is known of them.

        Raises:
            SourceError: The database did not answer.
        """
        store, interval_s = CoreStore(self._database), self._config.polling.health_s
        uplinks = {device.name: device for device in map(_uplinks, self._config.olts) if device.interfaces}
        configured = {device.name: device for device in self._config.core_devices} | uplinks
        addresses = ((name, device.address) for name, device in configured.items())
        workers = []
        for device in await store.sync(addresses, self._clock.now()):
            entry = configured[device.name]
            poller = CorePoller(self._engine, entry, load=device.name not in uplinks) if entry.snmp else None
            pinged = device.name not in uplinks  # an OLT is pinged as such
            workers.append(CoreWorker(device, poller, store, interval_s, self._shipper.keep, pinged))
        return workers

    def parts(self) -> list[Part]:
        """All that runs on each collector at work, after ``load``."""
        config, clock = self._config, self._clock
        bridge = BridgeClient(config.modem_bridge) if config.modem_bridge else None
        self._closers += [bridge.close] if bridge else []
        by_name = {worker.name: worker for worker in self.olts}
        clis = clients(config, HostKeyStore(self._database))
        backups = BackupKeeper(config, self._database, clis, partial(_profile, by_name), clock)
        jobs = self._jobs(bridge, by_name, clis, backups)
        self.holding.keeps = lambda: [by_name[name].facts.olt.id for name in jobs.busy_olts if name in by_name]
        asking = Asking(self._database, self.holding.holder) if self._leads else None
        traps = TrapWorker(config.traps, config.olts, by_name, self._database, clock, asking)
        targets = [
            Target(olt.name, olt.address, by_name[olt.name].note_ping, partial(_is_ours, by_name[olt.name]))
            for olt in config.olts
        ]
        self._closers.append(_closing(traps.close))
        spread_s = min(START_WITHIN_S, 0.02 * len(self.olts))
        return [
            Rhythm("garbage", "collector", collect_garbage, FULL_COLLECTION_EVERY_S, first_s=FULL_COLLECTION_EVERY_S),
            *self._shipper.parts(),
            Service("jobs", "jobs", jobs.run),
            *backups.parts(),
            *traps.parts(),
            *self._pings.parts(),
            *self._pings.target_parts(targets),
            *(part for worker in self.olts for part in worker.parts(random.uniform(0, spread_s))),
        ]

    def parts_done_once(self) -> list[Part]:
        """All that one collector does for all OLTs, beside ``parts``."""
        config, database, clock = self._config, self._database, self._clock
        ticket_client = TicketClient(config.swaps.tickets) if config.swaps.tickets else None
        self._closers += [ticket_client.close] if ticket_client else []
        return [
            *TicketWorker(ticket_client, SwapStore(database), config.console.site).parts(),
            *self._incidents().parts(),
            Rhythm("retention", "retention", self._drop_old, RETENTION_EVERY_S, first_s=RETENTION_FIRST_S),
            *AuditSigner(database, audit_heads(config), config.retention.audit_heads_every_s, clock).parts(),
            *AlarmWorker(config, database, self._shipper.filled_percent, clock).parts(),
            *NoticeWorker(config, database, clock).parts(),
            *CpeWorker(self._acs, self._cpes, config.polling.cpe_s, self._shipper.keep, clock).parts(),
            Service("core devices", "core devices", self._start_core),
        ]

    async def close(self) -> None:
        """Close sockets and connections."""
        async with AsyncExitStack() as stack:
            for close in self._closers:
                stack.push_async_callback(close)
            stack.callback(self._engine.close)
            stack.callback(self._pings.close)

    def _incidents(self) -> IncidentWorker:
        config, keep_h = self._config, self._config.retention.recording_hours
        settings = config.incident_settings()
        recorder = Recorder(RecordingStore(self._database), keep_h * 3600) if keep_h else None
        return IncidentWorker(self._database, settings, self._clock, recorder)

    def _jobs(
        self,
        bridge: BridgeClient | None,
        by_name: dict[str, OltWorker],
        clis: Mapping[str, CliClient],
        backups: BackupKeeper,
    ) -> JobRunner:
        config, me = self._config, self.holding.holder
        store, opener, keep = JobStore(self._database, me), self._opener, self._shipper.keep
        tools = Tools(store, by_name, self._acs, self._cpes, config, opener, bridge, keep, clis, backups)
        batches = BatchStore(self._database, config.bulk)
        orders = AuditedOrders(self._database, audit_heads(config))
        return JobRunner(store, me, Actions(tools, orders.why_not), batches, config.jobs.expiry_s, self._scope)

    def _scope(self) -> Scope | None:
        """Which jobs are ours to take."""
        if self._leads is None:
            return None
        return Scope([worker.name for worker in self.olts if worker.facts.ready], self._leads())

    async def _drop_old(self) -> Done:
        """Drop what the config says is too old, and tell what went."""
        now, keep = self._clock.now(), self._config.retention

        def before(days: float | None) -> float | None:
            return None if days is None else now - days * 86400

        limits = Limits(before(keep.changes_days), before(keep.jobs_days), before(keep.audit_days))
        gone = await Retention(self._database, audit_archive(self._config)).run(limits)
        if gone:
            log.info("retention", **{what.replace(" ", "_"): count for what, count in gone.items()})
        told = ", ".join(f"{count:,} {what}" for what, count in gone.items())
        return Done(detail=f"went: {told}" if told else "nothing was too old")

    async def _start_core(self) -> None:
        """Start the core devices' rhythms, once what is known of them is there; by now our config is the one."""
        if self._leads:
            await self._sync_olts(remove=True)
        workers = await self.load_core()
        pinged = (worker for worker in workers if worker.pinged)
        targets = [Target(worker.device.name, worker.device.address, worker.note_ping) for worker in pinged]
        self._coordinator.add(self._pings.target_parts(targets))
        for worker in workers:
            self._coordinator.add(worker.parts(random.uniform(0, 1)))


def _uplinks(olt: OltConfig) -> CoreDeviceConfig:
    """An OLT's uplinks as a core device of its own: they are read where no profile fits, too."""
    return CoreDeviceConfig.model_construct(
        name=f"{olt.name}:uplinks", address=olt.address, snmp=olt.snmp, interfaces=olt.uplinks
    )


def _is_ours(worker: OltWorker) -> bool:
    return worker.facts.may_write


def _closing(close: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def closing() -> None:
        close()

    return closing


def _profile(workers: Mapping[str, OltWorker], olt: str) -> str | None:
    """The profile of an OLT that is ours to ask; None of one that another collector has."""
    facts = workers[olt].facts
    return facts.olt.profile if facts.ready and facts.may_write else None
