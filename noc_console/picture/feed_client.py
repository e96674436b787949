"""The feed's client: asks for what changed, once a second, and backs off when it fails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from noc_console.domain.errors import NocError
from noc_console.domain.update import Update
from noc_console.picture.model import Delta, Model
from noc_console.picture.reader import Reader
from noc_console.picture.settings import PictureSettings

PERIOD_S = 1.0
TIMEOUT_S = 15.0
OPEN_TIMEOUT_S = 60.0
"""The first opening may migrate the database."""
MAX_BACKOFF_S = 30.0


class Feed:
    """Carries changes from the reader to the model; one task runs ``run`` until it is cancelled."""

    def __init__(
        self, reader: Reader, model: Model, now: Callable[[], float], changed: Callable[[Delta], None]
    ) -> None:
        """Wire it up.

        Args:
            reader: Whom to ask.
            model: What to bring up to date.
            now: Clock, Unix seconds.
            changed: Called after each attempt, on the loop, with what it touched.
        """
        self._reader = reader
        self._model = model
        self._now = now
        self._changed = changed
        self._revisions: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._failures = 0

    def retry_now(self) -> None:
        """Cut the present wait short."""
        self._wake.set()

    async def run(self) -> None:
        """Open, then ask for ever."""
        while True:
            await self._once()
            self._wake.clear()
            wait_s = PERIOD_S if not self._failures else min(MAX_BACKOFF_S, 2.0 ** (self._failures - 1))
            link = self._model.link
            link.retry_at = self._now() + wait_s if self._failures else None
            self._changed(Delta())
            # Not wait_for: before Python 3.12 it loses a cancellation that comes together with its time-out.
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()

    async def _once(self) -> None:
        link = self._model.link
        try:
            if not link.opened:
                async with asyncio.timeout(OPEN_TIMEOUT_S):
                    await self._reader.open()
                link.opened = True
            async with asyncio.timeout(TIMEOUT_S):
                update = await self._reader.update(self._revisions)
        except (NocError, TimeoutError) as error:
            self._failures += 1
            link.error = str(error) or f"no answer within {TIMEOUT_S:.0f} s"
            link.failing_since = link.failing_since or self._now()
            return
        self._failures = 0
        link.error = link.failing_since = link.retry_at = None
        link.last_ok_at = self._now()
        await self._take(update)

    async def _take(self, update: Update) -> None:
        delta = Delta()
        await take(self._model, update, self._now, delta)
        self._revisions = {**self._revisions, **update.revisions}
        if delta:
            self._model.link.beats += 1
        self._changed(delta)


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
    model = Model(settings)
    await take(model, await reader.update({}), now, Delta())
    return model
