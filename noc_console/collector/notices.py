"""Tells people away from the screen: decides which messages are due, and sends each of them once to each target."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Done, Off, Part, Rhythm
from noc_console.config.model import Config
from noc_console.config.notifications import Notifications
from noc_console.domain.alarms.alarm import ALARMS
from noc_console.domain.errors import SourceError, SourceTimeout
from noc_console.domain.handling import HANDLINGS
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.notices import Happened, Wishes, due, known
from noc_console.sources.notifier import LIMIT_S, SOURCE, Target, targets_of
from noc_console.storage.database import Database
from noc_console.storage.notices import Known, NoticeStore, Outgoing
from noc_console.storage.records import stream
from noc_console.storage.streams import read_revisions

log = structlog.get_logger()

LOOK_S = 5.0
NOTE_S = 300.0
"""How often it is noted that somebody looks."""
DROP_S = 86400.0
NEWS_AGAIN_AFTER_S = 86400.0
"""When nobody looked for so long, what there is by then is no news."""
WINDOW_S = 600.0
TRIES = 8
RETRY_FIRST_S, RETRY_LAST_S = 10.0, 600.0
TOO_OLD_S = 3600.0
_STREAMS = [stream(kind) for kind in (INCIDENTS, ALARMS, HANDLINGS)]


class NoticeWorker:
    """Sends messages while this collector is the one at work.

    Args:
        config: What is wanted.
        database: The database.
        clock: The clock.
    """

    def __init__(self, config: Config, database: Database, clock: Clock = CLOCK) -> None:
        self._config = config.notifications
        self._site = config.console.site
        self._database = database
        self._store = NoticeStore(database)
        self._clock = clock
        self._targets: list[Target] | None = None
        self._known: Known | None = None
        self._seen: list[int | None] = []
        self._noted_at = self._dropped_at = float("-inf")
        self._unsettled: dict[str, Outgoing] = {}
        """By target: messages that took too long; how they end is not known yet."""
        self._failing: dict[str, SourceError] = {}
        """By target: why it did not take the last message."""
        self._more = asyncio.Event()

    def parts(self) -> list[Part]:
        """Two rhythms: a target that is slow must not keep others from being decided."""
        if self._config is None:
            return [Off(SOURCE, "not configured: nobody gets messages")]
        return [
            Rhythm("notices", SOURCE, self.look, LOOK_S),
            Rhythm("send notices", SOURCE, self.send, LOOK_S, last_retry_s=2 * LOOK_S, now=self._more),
        ]

    async def look(self) -> Done | None:
        """Decide what is due, and store it.

        Raises:
            SourceError: The database did not answer, or a URL is none.
        """
        config, now = self._wanted, self._clock.now()
        targets = await self._ready(config)
        found = await self._look_up()
        if found.looked_at is None or now - found.looked_at > NEWS_AGAIN_AFTER_S:
            await self._store.add(known(found.subjects, now), [], now)
            await self._note(now)
            self._known = None
            return None
        if now - self._noted_at >= NOTE_S:
            await self._note(now)
        wishes = Wishes(
            self._site, "incidents" in config.what, "alarms" in config.what, config.min_severity, config.planned
        )
        notices = due(wishes, found.subjects, found.handlings, found.told, now)
        if not notices:
            return None
        notes = [one for one in notices if one.told.happened is Happened.KNOWN]
        room = config.most - await self._store.sent_since(now - WINDOW_S)
        # What finds no room is decided again later: it is said then, if it is still so.
        messages = [one for one in notices if one.told.happened is not Happened.KNOWN][: max(0, room)]
        await self._store.add([*notes, *messages], [target.id for target in targets], now)
        if notes or messages:
            self._known = None
        self._more.set()
        return None

    async def send(self) -> Done | None:
        """Send what waits, to all targets at once, to each in order.

        Raises:
            SourceError: The first target's that did not take it; each is tried again.
        """
        targets = await self._ready(self._wanted)
        failures = [one for one in await asyncio.gather(*(self._serve(target) for target in targets)) if one]
        if failures:
            raise failures[0]
        return None

    @property
    def _wanted(self) -> Notifications:
        assert self._config is not None
        return self._config

    async def _ready(self, config: Notifications) -> Sequence[Target]:
        if self._targets is None:
            targets = await asyncio.to_thread(targets_of, config)
            if lost := await self._store.give_up_unknown():
                log.warning("notices_unknown", count=lost)
            self._targets = self._targets or targets
        return self._targets

    async def _look_up(self) -> Known:
        async with self._database.reading() as connection:
            revisions = await read_revisions(connection)
        seen = [revisions.get(name) for name in _STREAMS]
        if self._known is None or seen != self._seen:
            self._known, self._seen = await self._store.known(self._clock.now()), seen
        return self._known

    async def _note(self, now: float) -> None:
        await self._store.look(now)
        self._noted_at = now
        if now - self._dropped_at >= DROP_S:
            await self._store.drop_old(now)
            self._dropped_at = now

    async def _serve(self, target: Target) -> SourceError | None:
        """Send all that waits for one target; returns what it did not take, until it takes something."""
        if target.busy:
            return SourceTimeout(f"{target.name}: still no answer", SOURCE)
        if (message := self._unsettled.pop(target.id, None)) is not None:
            await self._settle(target, message)
        while (message := await self._store.take(target.id, self._clock.now())) is not None:
            if not await target.send(message.title, message.body):
                self._unsettled[target.id] = message
                return SourceTimeout(f"{target.name}: no answer in {LIMIT_S:.0f} s", SOURCE)
            if not await self._settle(target, message):
                break
        return self._failing.get(target.id)

    async def _settle(self, target: Target, message: Outgoing) -> bool:
        """Note what became of a message; False when the target did not take it."""
        try:
            target.outcome()
        except SourceError as error:
            self._failing[target.id] = error
            await self._failed(message, error)
            return False
        self._failing.pop(target.id, None)
        await self._store.sent(message)
        return True

    async def _failed(self, message: Outgoing, error: SourceError) -> None:
        """Try it again later, as long as it is news."""
        now = self._clock.now()
        pause_s = min(RETRY_FIRST_S * 2 ** (message.tries - 1), RETRY_LAST_S)
        given_up = message.tries >= TRIES or now + pause_s - message.at > TOO_OLD_S
        if given_up:
            log.error("notice_given_up", notice=message.id, error=error.message)
        await self._store.failed(message, error.message, None if given_up else now + pause_s)
