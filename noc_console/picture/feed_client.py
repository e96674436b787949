"""The feed's client: asks for what changed, once a second, and backs off when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from noc_console.domain.errors import NocError, SourceNotReady
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.reader import Reader
from noc_console.picture.settings import PictureSettings

PERIOD_S = 1.0
TIMEOUT_S = 15.0
OPEN_TIMEOUT_S = 60.0
"""The first opening may migrate the database."""
MAX_BACKOFF_S = 30.0
REAGE_EVERY_S = 5.0
"""At this pace trust in old readings decays."""

Listener = Callable[[Delta], None]
"""Told what an attempt touched; nothing at all when it failed."""


class FeedClient:
    """Keeps one model up to date for all who look at it; one task runs ``run`` until it is cancelled.

    Args:
        reader: Whom to ask.
        model: What to bring up to date.
        now: Clock, Unix seconds.
    """

    def __init__(self, reader: Reader, model: Model, now: Callable[[], float]) -> None:
        self.model = model
        self.revisions: dict[str, int] = {}
        """How far the reader was read."""
        self._reader = reader
        self._now = now
        self._listeners: list[Listener] = []
        self._wake = asyncio.Event()
        self._failures = 0
        self._settled = asyncio.Event()
        self._settled.set()
        self._aged_at: float | None = None

    def continued(self) -> FeedClient:
        """The same picture, from where this one stands: for another loop and other listeners, once this one rests."""
        other = FeedClient(self._reader, self.model, self._now)
        other.revisions = dict(self.revisions)
        other._failures = self._failures
        return other

    async def settle(self) -> None:
        """Wait until no update is half taken in: ``run`` may be cancelled then, if nothing is awaited before."""
        while not self._settled.is_set():
            await self._settled.wait()

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on the loop after each attempt, with what it touched; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def retry_now(self) -> None:
        """Cut the present wait short."""
        self._wake.set()

    def tick(self) -> None:
        """Let trust in old readings decay; every session may call this each second, one call in five seconds counts."""
        now = self._now()
        if self._aged_at is not None and 0 <= now - self._aged_at < REAGE_EVERY_S:
            return
        self._aged_at = now
        delta = Delta()
        self.model.reage(now, delta)
        if delta:
            self._tell(delta)

    async def run(self) -> None:
        """Open, then ask for ever."""
        self._wake, self._settled = asyncio.Event(), asyncio.Event()  # of this loop
        self._settled.set()
        while True:
            if await self._once():
                continue
            self._wake.clear()
            wait_s = PERIOD_S if not self._failures else min(MAX_BACKOFF_S, 2.0 ** (self._failures - 1))
            self.model.link.retry_at = self._now() + wait_s if self._failures else None
            self._tell(Delta())
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with its time-out.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    def _tell(self, delta: Delta) -> None:
        for listener in tuple(self._listeners):
            listener(delta)

    async def _once(self) -> bool:
        """Ask once; whether there is more to be had at once."""
        link = self.model.link
        try:
            if not link.opened:
                async with asyncio.timeout(OPEN_TIMEOUT_S):
                    await self._reader.open()
                link.opened = True
            async with asyncio.timeout(TIMEOUT_S):
                update = await self._reader.update(self.revisions)
        except (NocError, TimeoutError) as error:
            self._failures += 1
            link.starting = isinstance(error, SourceNotReady)
            link.error = str(error) or f"no answer within {TIMEOUT_S:.0f} s"
            link.failing_since = link.failing_since or self._now()
            return False
        self._failures = 0
        link.error = link.failing_since = link.retry_at = None
        link.last_ok_at = self._now()
        self._settled.clear()
        try:
            await self._take(update)
        finally:
            self._settled.set()
        return update.more

    async def _take(self, update: Update) -> None:
        delta = Delta()
        await take(self.model, update, self._now, delta)
        self.model.link.loaded |= not update.more
        self.revisions = {**self.revisions, **update.revisions}
        if delta:
            self.model.link.beats += 1
        self._tell(delta)


async def take(model: Model, update: Update, now: Callable[[], float], delta: Delta) -> None:
    """Bring a model up to date, giving the loop its turns in between."""
    for _ in model.apply(update, now, delta):
        await asyncio.sleep(0)


async def look(reader: Reader, settings: PictureSettings, now: Callable[[], float]) -> Model:
    """The picture as the database has it now: for commands, which look once.

    Raises:
        SourceError: The database does not answer, or there is no schema yet.
    """
    await reader.open()
    model, update = Model(settings), Update(more=True)
    while update.more:
        update = await reader.update(update.revisions)
        await take(model, update, now, Delta())
    return model
