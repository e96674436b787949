"""One core device's worker: polls it, writes its facts and changes, hands its samples on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from noc_console.collector import samples
from noc_console.collector.clock import Backoff
from noc_console.collector.coordinator import Done, Part, Rhythm
from noc_console.domain.changes import Change, CoreAnswers, CoreInterfaceChanged, CoreRestarted, CoreSilent
from noc_console.domain.core_devices import CoreDevice, CoreInterface
from noc_console.domain.errors import SourceError
from noc_console.domain.history import Sample
from noc_console.domain.poll import restarted, unwrapped
from noc_console.sources.ping import Echo
from noc_console.sources.snmp.core_poller import CorePoller, CoreReading, InterfaceReading
from noc_console.storage.core_devices import CoreStore

log = structlog.get_logger()

LAST_RETRY_S = 60.0
GAP_INTERVALS = 3.0
"""Counters further apart than this many polls give no rate."""


class CoreWorker:
    """Keeps one device.

    Args:
        device: What is known of it.
        poller: None when it is only pinged.
        store: Where it is written.
        interval_s: Pause between polls.
        keep: Takes samples; must not raise.
        pinged: Whether it is pinged under its name.
    """

    def __init__(
        self,
        device: CoreDevice,
        poller: CorePoller | None,
        store: CoreStore,
        interval_s: float,
        keep: Callable[[Sequence[Sample]], Awaitable[None]],
        pinged: bool = True,
    ) -> None:
        self.device = device
        self.pinged = pinged
        self._poller = poller
        self._store = store
        self._interval_s = interval_s
        self._keep = keep
        self._interfaces: dict[str, CoreInterface] = {}
        self._counted: dict[str, tuple[float, InterfaceReading]] = {}
        self._lock = asyncio.Lock()
        self._backoff = Backoff(last_s=max(LAST_RETRY_S, interval_s))

    @property
    def polls(self) -> bool:
        """Whether it is read by SNMP."""
        return self._poller is not None

    def parts(self, first_s: float = 0.0) -> list[Part]:
        """Its rhythm, when it is read by SNMP.

        Args:
            first_s: Pause before the first poll.
        """
        if self._poller is None:
            return []
        name = self.device.name
        return [Rhythm(f"{name} poll", name, self._turn, self._interval_s, first_s=first_s)]

    async def _turn(self) -> Done:
        reading = await self.poll()
        if reading.answered:
            self._backoff.reset()
            return Done(quiet=True)
        return Done(pause_s=self._backoff.failed(), quiet=True)

    async def poll(self) -> CoreReading:
        """Read, write, hand the samples on."""
        assert self._poller
        reading = await self._poller.poll()
        async with self._lock:
            known = self.device
            since_s = None if known.last_ok_at is None else reading.started_at - known.last_ok_at
            reading.uptime_s = unwrapped(known.uptime_s, since_s, reading.uptime_s)
            device = _device(known, reading)
            interfaces = [self._interface(name, read, reading) for name, read in reading.interfaces.items()]
            changes = _changes(known, device, reading) + self._interface_changes(interfaces, reading)
            await self._put(device, interfaces, changes)
        await self._keep(samples.of_core(device.name, reading))
        return reading

    async def note_ping(self, echo: Echo, at: float) -> None:
        """Write how a series of echoes went."""
        async with self._lock:
            rtt_ms = None if echo.rtt_s is None else echo.rtt_s * 1000
            await self._put(replace(self.device, ping_rtt_ms=rtt_ms, ping_loss=echo.loss, ping_at=at))
        await self._keep(samples.of_ping("core", echo, at, device=self.device.name))

    async def _put(
        self, device: CoreDevice, interfaces: Sequence[CoreInterface] = (), changes: Sequence[Change] = ()
    ) -> None:
        try:
            await self._store.put(device, interfaces, changes)
        except SourceError as error:
            # Not kept in memory either: the next poll tells the same changes again.
            log.warning("core_not_written", device=device.name, error=str(error))
            return
        self.device = device
        self._interfaces |= {interface.name: interface for interface in interfaces}

    def _interface(self, name: str, read: InterfaceReading, reading: CoreReading) -> CoreInterface:
        before = self._counted.get(name)
        self._counted[name] = (reading.started_at, read)
        rx_bps = tx_bps = None
        if before and not restarted(self.device.uptime_s, reading.uptime_s):
            took_s = reading.started_at - before[0]
            if 0 < took_s <= GAP_INTERVALS * self._interval_s:
                rx_bps = _rate(before[1].rx_bytes, read.rx_bytes, took_s)
                tx_bps = _rate(before[1].tx_bytes, read.tx_bytes, took_s)
        return CoreInterface(
            self.device.name, name, read.alias, read.oper, read.speed_mbps, rx_bps, tx_bps, reading.started_at
        )

    def _interface_changes(self, interfaces: Sequence[CoreInterface], reading: CoreReading) -> list[Change]:
        found: list[Change] = []
        for interface in interfaces:
            before = self._interfaces.get(interface.name)
            if before and before.oper != interface.oper:
                change = CoreInterfaceChanged(
                    at=reading.started_at,
                    device=interface.device,
                    interface=interface.name,
                    before=before.oper,
                    after=interface.oper,
                )
                found.append(change)
        return found


def _device(before: CoreDevice, reading: CoreReading) -> CoreDevice:
    """The device as it is after a poll; what was not answered stays as it was, with its age."""
    device = replace(before, last_poll_at=reading.started_at, reachable=reading.answered, error=reading.error)
    if not reading.answered:
        return device
    return replace(
        device,
        description=reading.description,
        last_ok_at=reading.started_at,
        uptime_s=reading.uptime_s,
        cpu_percent=reading.cpu_percent,
        memory_percent=reading.memory_percent,
    )


def _changes(before: CoreDevice, device: CoreDevice, reading: CoreReading) -> list[Change]:
    found: list[Change] = []
    at, name = reading.started_at, device.name
    if device.reachable != before.reachable and not (device.reachable and before.reachable is None):
        answers = CoreAnswers(at=at, device=name)
        found.append(answers if device.reachable else CoreSilent(at=at, device=name, error=device.error))
    if restarted(before.uptime_s, reading.uptime_s):
        found.append(CoreRestarted(at=at, device=name, uptime_s=reading.uptime_s or 0.0))
    return found


def _rate(before: int | None, now: int | None, took_s: float) -> float | None:
    """Bits per second; None when the counter went back: it was reset."""
    return None if before is None or now is None or now < before else round((now - before) * 8 / took_s, 1)
