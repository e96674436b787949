"""The coordinator: runs all that the collector does, each part in a fence of its own.

A part is declared: a ``Rhythm`` works again and again, a ``Service`` works until it is cancelled, ``Off`` says why
there is nothing to do. What a part raises ends nothing else. A ``SourceError`` means that an outside system failed:
it is logged once, shown at the source, and the part tries again with back-off. Anything else is a fault of ours: the
same, with its trace in the log. Cancellation passes through, and ``EndWork`` ends all parts in order.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog

from noc_console.collector.clock import CLOCK, Backoff, Clock
from noc_console.collector.status import SourceStatus
from noc_console.domain.errors import SourceError
from noc_console.storage.database import SOURCE as DATABASE
from noc_console.storage.sources import SourceStore

log = structlog.get_logger()

OURS = "collector"
"""The source at which trouble with the database shows: it is nobody else's fault."""

T = TypeVar("T")
Beside = Callable[[], Awaitable[str | None]]

FIRST_RETRY_S = 1.0
LAST_RETRY_S = 60.0
STEADY_S = 10.0
"""A service that was restarted and has run for so long has recovered."""


class EndWork(Exception):
    """Ends all parts in order."""


class Interrupted(Exception):
    """Work ended as if it was cancelled, and nobody had cancelled it."""


@dataclass(frozen=True, slots=True)
class Done:
    """How one turn of a rhythm went, where there is something to say."""

    pause_s: float | None = None
    """Until the next turn, kept as it is; None for the interval."""
    took_s: float | None = None
    """How long the source took to answer."""
    detail: str | None = None
    """For the Sources screen."""
    off: str | None = None
    """Why the source is not possible here just now."""
    quiet: bool = False
    """Nothing for the Sources screen."""
    trouble: SourceError | None = None
    """What failed although the source did its part: the database did not take what was read."""


LEAST_REST = 0.25
"""This share of an interval a device is left in peace, however long it took to answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """Work that is done again and again, never twice at once."""

    name: str
    source: str
    """Where its troubles show: the name of an OLT or of an outside system."""
    work: Callable[[], Awaitable[Done | None]]
    """None says as much as a quiet ``Done``."""
    interval_s: float
    """Pause between the end of a turn and the next one."""
    every: Callable[[], float] | None = None
    """The same where it may change; None where it does not."""
    from_begin: bool = False
    """The time that a turn took counts for its pause, of which ``LEAST_REST`` is left."""
    jitter: float = 0.05
    """Pauses are up to this share shorter or longer, so that many rhythms do not fall into step."""
    first_s: float = 0.0
    """Pause before the first turn."""
    last_retry_s: float = LAST_RETRY_S
    """The longest pause after a failure."""
    now: asyncio.Event | None = None
    """Set it, and the next turn comes soon."""
    gap_s: float = 0.0
    """Turns that ``now`` asks for start no closer to each other than this."""
    gate: asyncio.Event | None = None
    """No turn begins while it is not set."""
    beside: Beside | None = None
    """What else the Sources screen shows while the source fails."""


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """Work that goes on until it is cancelled; it is started again when it breaks, and not when it returns."""

    name: str
    source: str
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Off:
    """A source that is not configured."""

    source: str
    detail: str


Part = Rhythm | Service | Off


async def fenced(work: Callable[[], Awaitable[T]]) -> T | Exception:
    """Do some work; what it raises is returned. The one fence, and the one broad ``except``, of the coordinator.

    Raises:
        asyncio.CancelledError: The caller was cancelled.
        EndWork: The work says that all work must end.
    """
    try:
        return await work()
    except EndWork:
        raise
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return Interrupted("cancelled from within")
    except Exception as error:  # noqa: BLE001 - the fence: whoever asks for the work tells and retries
        return error


class Coordinator:
    """Runs parts.

    Args:
        sources: Where the sources' states go.
        clock: The clock.
        draw: Gives a number between two; for jitter.
    """

    def __init__(
        self, sources: SourceStore, clock: Clock = CLOCK, draw: Callable[[float, float], float] = random.uniform
    ) -> None:
        self._sources = sources
        self._clock = clock
        self._draw = draw
        self._statuses: dict[str, SourceStatus] = {}
        self._group: asyncio.TaskGroup | None = None
        self._unwritten: set[str] = set()
        """Parts whose work the database did not take."""

    def status(self, source: str) -> SourceStatus:
        """The state of a source, which all its parts share."""
        if source not in self._statuses:
            self._statuses[source] = SourceStatus(self._sources, source, self._clock)
        return self._statuses[source]

    async def run(self, parts: Sequence[Part]) -> None:
        """Run parts, and those that are added meanwhile, until this is cancelled.

        Raises:
            EndWork: A part ends all work; all others have ended by then.
        """
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self.add(parts)
                await asyncio.Event().wait()
        except* EndWork as ends:
            raise ends.exceptions[0] from None
        finally:
            self._group = None

    def add(self, parts: Iterable[Part]) -> None:
        """Start more parts, while ``run`` runs."""
        assert self._group
        for part in parts:
            if isinstance(part, Off):
                self._group.create_task(self._tell_off(part))
            elif isinstance(part, Service):
                self._group.create_task(self._serve(part), name=part.name)
            else:
                self._group.create_task(self._beat(part), name=part.name)

    async def until_done(
        self, name: str, source: str, work: Callable[[], Awaitable[T]], last_retry_s: float = LAST_RETRY_S
    ) -> T:
        """Do what must succeed before anything else can begin: again and again, with back-off, until it does."""
        backoff = Backoff(FIRST_RETRY_S, last_retry_s, self._draw)
        while isinstance(came := await fenced(work), Exception):
            pause_s = backoff.failed()
            await self._tell_trouble(source, name, came, pause_s)
            await self._clock.sleep(pause_s)
        await self._tell_done(source, name, None)
        return came

    async def _tell_off(self, part: Off) -> None:
        await self._tell(lambda: self.status(part.source).off(part.detail))

    async def _beat(self, rhythm: Rhythm) -> None:
        backoff = Backoff(FIRST_RETRY_S, rhythm.last_retry_s, self._draw)
        if rhythm.first_s:
            await self._clock.sleep(rhythm.first_s)
        while True:
            if rhythm.gate:
                await rhythm.gate.wait()
            begun = self._clock.monotonic()
            if rhythm.now:
                rhythm.now.clear()
            came = await fenced(rhythm.work)
            if isinstance(came, Exception):
                pause_s = backoff.failed()
                await self._tell_trouble(rhythm.source, rhythm.name, came, pause_s, rhythm.beside)
                del came  # its trace holds on to what was read
                await self._clock.sleep(pause_s)
                continue
            backoff.reset()
            await self._tell_done(rhythm.source, rhythm.name, came)
            if came and came.trouble:
                pause_s = rhythm.interval_s if came.pause_s is None else came.pause_s
                await self._tell_trouble(rhythm.source, rhythm.name, came.trouble, pause_s)
            await self._rest(rhythm, begun, came.pause_s if came else None)

    async def _rest(self, rhythm: Rhythm, begun: float, wanted_s: float | None) -> None:
        """Wait for the next turn: its time comes, or something makes it due."""
        jitter = self._draw(1 - rhythm.jitter, 1 + rhythm.jitter)
        interval_s = rhythm.every() if rhythm.every else rhythm.interval_s
        pause_s = interval_s * jitter if wanted_s is None else wanted_s
        if rhythm.from_begin and wanted_s is None:
            took_s = self._clock.monotonic() - begun
            pause_s = max(pause_s - took_s, LEAST_REST * interval_s)
        if rhythm.now is None:
            await self._clock.sleep(pause_s)
        elif await self._clock.wait(rhythm.now, pause_s):
            await self._clock.sleep(begun + rhythm.gap_s - self._clock.monotonic())

    async def _serve(self, service: Service) -> None:
        backoff = Backoff(FIRST_RETRY_S, LAST_RETRY_S, self._draw)
        while True:
            steady = asyncio.ensure_future(self._note_steady(service, backoff)) if backoff.failures else None
            try:
                came = await fenced(service.run)
            finally:
                if steady:
                    steady.cancel()
            if not isinstance(came, Exception):
                await self._tell_done(service.source, service.name, None)
                return
            pause_s = backoff.failed()
            await self._tell_trouble(service.source, service.name, came, pause_s)
            del came
            await self._clock.sleep(pause_s)

    async def _note_steady(self, service: Service, backoff: Backoff) -> None:
        await self._clock.sleep(STEADY_S)
        backoff.reset()
        await self._tell_done(service.source, service.name, None)

    async def _tell_done(self, source: str, name: str, done: Done | None) -> None:
        status = self.status(source)
        if name in self._unwritten and not (done and done.trouble):
            self._unwritten.discard(name)
            await self._tell(lambda: self.status(OURS).passed(name))
        if done is None or done.quiet:
            await self._tell(lambda: status.passed(name))
        elif done.off is not None:
            off = done.off
            await self._tell(lambda: status.off(off, name))
        else:
            await self._tell(lambda: status.ok(name, done.took_s, done.detail))

    async def _tell_trouble(
        self, source: str, name: str, error: Exception, retry_in_s: float, beside: Beside | None = None
    ) -> None:
        status = self.status(source)
        if isinstance(error, SourceError) and error.source == DATABASE:
            # Whoever was asked may be well: only what it told could not be kept.
            self._unwritten.add(name)
            told = SourceError(str(error))
            await self._tell(lambda: self.status(OURS).failing(name, told, retry_in_s))
            return
        if not isinstance(error, SourceError):
            await self._tell(lambda: status.broken(name, error, retry_in_s))
            return
        found = await fenced(beside) if beside else None
        detail = found if isinstance(found, str) else None
        await self._tell(lambda: status.failing(name, error, retry_in_s, detail))

    async def _tell(self, telling: Callable[[], Awaitable[None]]) -> None:
        """Store a source's state; a fault in that must not end the part that it is about."""
        came = await fenced(telling)
        if isinstance(came, Exception):
            log.error("source_state_broken", exc_info=came)
