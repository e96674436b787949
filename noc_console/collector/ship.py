"""Shipping: samples go from the buffer to VictoriaMetrics in order; the cursor moves only over what was accepted.

VictoriaMetrics accepts samples into memory, and writes them to disk seconds later. Where it was killed meanwhile, what
it had accepted is shipped again: ``_look_again`` asks for the markers of what was shipped a while ago.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Done, Off, Part, Rhythm, fenced
from noc_console.collector.status import SourceStatus
from noc_console.domain.errors import SourceError, SourceProtocolError
from noc_console.domain.history import Sample
from noc_console.storage.history.buffer import Batch, SampleBuffer
from noc_console.storage.history.victoria import SOURCE, OutcomeUnknown, Rejected, Victoria

log = structlog.get_logger()

BATCH = 10_000
IDLE_S = 1.0
TRIM_EVERY_S = 60.0
LOOK_AGAIN_EVERY_S = 60.0
LOOK_AGAIN_AFTER_S = 30.0
"""What was accepted longer ago than this is on VictoriaMetrics' disk: it writes every five seconds."""
LIES = 2
"""A server that was killed has lost what it accepted once; one that loses it so often in a row keeps nothing."""
START_SEARCH_MS = 3_600_000
"""How far back markers are looked for of what was accepted before this start."""
ARRIVAL_PAUSE_S = 2.0
"""VictoriaMetrics makes new samples searchable within about a second."""


KEEPING = "keep samples"


class Shipper:
    """Owns the buffer, and the way from it to VictoriaMetrics.

    Args:
        buffer: Open already.
        victoria: None when not configured: samples stay in the buffer, and charts read them there.
        buffer_status: The buffer's state.
        clock: The clock.
    """

    def __init__(
        self, buffer: SampleBuffer, victoria: Victoria | None, buffer_status: SourceStatus, clock: Clock = CLOCK
    ) -> None:
        self._buffer = buffer
        self._victoria = victoria
        self._buffer_status = buffer_status
        self._clock = clock
        self._limit = BATCH
        self.dropped = 0
        """Samples that were lost: refused, or too many for disk or memory."""
        self._unsaved: list[Sample] = []
        self._accepted: list[tuple[int, int]] = []
        """(when in milliseconds, last id) of what was accepted and not looked for yet, oldest first."""
        self._start_cursor: int | None = None
        """What was accepted before our start; what we shipped ourselves may not be searchable yet."""
        self._looked = False
        self._losses = 0
        """How often in a row the server had not kept what it had accepted."""

    async def keep(self, samples: Sequence[Sample]) -> None:
        """Put samples into the buffer. Raises nothing: a full disk is no fault of whoever measured them."""
        # Taken before the first await: several workers call this at once.
        taken, self._unsaved = [*self._unsaved, *samples], []
        came = await fenced(lambda: self._buffer.append(taken))
        if not isinstance(came, Exception):
            await self._buffer_status.passed(KEEPING)
            return
        waiting = [*taken, *self._unsaved]
        self._unsaved = waiting[-BATCH:]
        self.dropped += len(waiting) - len(self._unsaved)
        if isinstance(came, SourceError):
            await self._buffer_status.failing(KEEPING, came, 0.0, f"{len(self._unsaved)} samples wait in memory")
        else:
            await self._buffer_status.broken(KEEPING, came, 0.0)

    def parts(self) -> list[Part]:
        """Its rhythms: one trims the buffer, one ships."""
        trim = Rhythm("trim samples", "sample buffer", self._trim, TRIM_EVERY_S)
        if self._victoria is None:
            return [trim, Off("victoriametrics", "not configured: charts read the buffer")]
        ship = partial(self._ship, self._victoria)
        look = partial(self._look_again, self._victoria)
        return [
            trim,
            Rhythm("ship samples", "victoriametrics", ship, IDLE_S, beside=self._waiting_text),
            Rhythm("look again", "victoriametrics", look, LOOK_AGAIN_EVERY_S, first_s=LOOK_AGAIN_EVERY_S),
        ]

    async def filled_percent(self) -> float | None:
        """How full the buffer is with what was not shipped; None when that is not known, or nothing is shipped."""
        if self._victoria is None:
            return None
        try:
            return await self._buffer.filled()
        except SourceError:
            return None

    async def flush(self, timeout_s: float) -> int:
        """Ship what there is, for at most ``timeout_s``; returns how many samples still wait."""
        if self._victoria is not None:
            try:
                async with asyncio.timeout(timeout_s):
                    while await self._ship_next(self._victoria):
                        pass
            except (SourceError, TimeoutError) as error:
                log.warning("not_shipped", error=str(error))
        return await self._buffer.waiting()

    async def _ship(self, victoria: Victoria) -> Done:
        begun = self._clock.monotonic()
        shipped = await self._ship_next(victoria)
        if self._losses >= LIES:
            raise SourceProtocolError(
                "accepts samples, and a minute later does not have them",
                SOURCE,
                "does something in between answer for it? The samples stay in the buffer",
            )
        waiting = await self._buffer.waiting()
        return Done(
            pause_s=0.0 if shipped else None,
            took_s=self._clock.monotonic() - begun if shipped else None,
            detail=f"{waiting:,} samples wait" if waiting else None,
        )

    async def _ship_next(self, victoria: Victoria) -> bool:
        """Ship one batch; False when there was none."""
        if self._start_cursor is None:
            self._start_cursor = await self._buffer.cursor()
        sent_at_ms = await self._buffer.sent_at()
        if sent_at_ms is not None:
            await self._settle(victoria, sent_at_ms)
        batch = await self._buffer.batch(self._limit)
        if batch is None:
            return False
        now_ms = int(self._clock.now() * 1000)
        await self._buffer.sending(now_ms)
        try:
            await victoria.ship(batch, self._buffer.id, now_ms)
        except OutcomeUnknown:
            raise
        except Rejected as error:
            await self._buffer.sending(None)
            await self._shrink(victoria, batch, error)
            return True
        except SourceError:
            await self._buffer.sending(None)
            raise
        self._limit = BATCH
        await self._buffer.shipped(batch)
        self._accepted.append((now_ms, batch.last_id))
        return True

    async def _look_again(self, victoria: Victoria) -> Done:
        """Ask whether the server still has what it accepted a while ago; what it has not is shipped again."""
        now_ms = int(self._clock.now() * 1000)
        kept = await self._buffer.kept()
        before = await self._buffer.cursor() if self._start_cursor is None else self._start_cursor
        if not self._looked and before > kept:
            self._accepted.insert(0, (now_ms - START_SEARCH_MS, before))
        settled = [entry for entry in self._accepted if entry[0] <= now_ms - LOOK_AGAIN_AFTER_S * 1000]
        if settled:
            found = await victoria.seen(self._buffer.id, settled[0][0] - 1)
            self._accepted = self._accepted[len(settled) :]
            if found >= settled[-1][1]:
                self._losses = 0
                await self._buffer.note_kept(settled[-1][1])
            else:
                self._losses += 1
                self._accepted.clear()
                await self._buffer.move_cursor(max(kept, found))
                log.error(
                    "accepted_samples_lost", accepted=settled[-1][1], found=found, sent_again_after=max(kept, found)
                )
        self._looked = True
        return Done(quiet=True)

    async def _settle(self, victoria: Victoria, sent_at_ms: int) -> None:
        """Find out whether what was sent has arrived, before anything is sent again."""
        await self._clock.sleep(ARRIVAL_PAUSE_S)
        arrived = await victoria.arrived(self._buffer.id, sent_at_ms - 1000)
        if arrived > await self._buffer.cursor():
            await self._buffer.move_cursor(arrived)
        else:
            await self._buffer.sending(None)

    async def _shrink(self, victoria: Victoria, batch: Batch, error: Rejected) -> None:
        """Narrow a refused batch down to the sample that is refused, and leave that one out."""
        if batch.count > 1:
            self._limit = batch.count // 2
            return
        # The marker alone: where that is refused too, such as at a wrong path, it is not the sample's fault.
        await victoria.ship(Batch(batch.last_id, 0, []), self._buffer.id, int(self._clock.now() * 1000))
        log.error("sample_refused", error=str(error), metric=batch.series[0][0])
        self.dropped += 1
        await self._buffer.shipped(batch)
        self._limit = BATCH

    async def _trim(self) -> Done:
        lost = await self._buffer.trim(int(self._clock.now() * 1000))
        if lost and self._victoria is not None:
            self.dropped += lost
            log.error("samples_dropped", count=lost, why="too many or too old for the buffer")
        dropped = f"{self.dropped:,} samples were dropped" if self.dropped else None
        aside = f"a damaged file was set aside: {self._buffer.set_aside}" if self._buffer.set_aside else None
        return Done(detail="; ".join(filter(None, (dropped, aside))) or None)

    async def _waiting_text(self) -> str | None:
        try:
            return f"{await self._buffer.waiting():,} samples wait"
        except SourceError:
            return None
