"""Shipping: samples go from the buffer to VictoriaMetrics in order; the cursor moves only over what was accepted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog

from noc_console.collector.status import Backoff, SourceStatus
from noc_console.domain.errors import SourceError
from noc_console.domain.history import Sample
from noc_console.storage.history.buffer import Batch, SampleBuffer
from noc_console.storage.history.victoria import OutcomeUnknown, Rejected, Victoria

log = structlog.get_logger()

BATCH = 10_000
IDLE_S = 1.0
TRIM_EVERY_S = 60.0
ARRIVAL_PAUSE_S = 2.0
"""VictoriaMetrics makes new samples searchable within about a second."""


class Shipper:
    """Owns the buffer, and the way from it to VictoriaMetrics.

    Args:
        buffer: Open already.
        victoria: None when not configured: samples stay in the buffer, and charts read them there.
        status: VictoriaMetrics' state.
        buffer_status: The buffer's state.
    """

    def __init__(
        self, buffer: SampleBuffer, victoria: Victoria | None, status: SourceStatus, buffer_status: SourceStatus
    ) -> None:
        self._buffer = buffer
        self._victoria = victoria
        self._status = status
        self._buffer_status = buffer_status
        self._backoff = Backoff()
        self._limit = BATCH
        self.dropped = 0
        """Samples that were lost: refused, or too many for disk or memory."""
        self._unsaved: list[Sample] = []

    async def keep(self, samples: Sequence[Sample]) -> None:
        """Put samples into the buffer; a full disk is told, not raised."""
        # Taken before the first await: several workers call this at once.
        taken, self._unsaved = [*self._unsaved, *samples], []
        try:
            await self._buffer.append(taken)
        except SourceError as error:
            waiting = [*taken, *self._unsaved]
            self._unsaved = waiting[-BATCH:]
            self.dropped += len(waiting) - len(self._unsaved)
            await self._buffer_status.failing(error, 0.0, f"{len(self._unsaved)} samples wait in memory")

    async def run(self) -> None:
        """Ship and trim for ever; ends by cancellation."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._trim_forever())
            if self._victoria is None:
                await self._status.off("not configured: charts read the buffer")
            else:
                group.create_task(self._ship_forever(self._victoria))

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

    async def _ship_forever(self, victoria: Victoria) -> None:
        while True:
            begun = time.perf_counter()
            try:
                shipped = await self._ship_next(victoria)
                waiting = await self._buffer.waiting()
            except SourceError as error:
                pause_s = self._backoff.failed()
                await self._status.failing(error, pause_s, await self._waiting_text())
                await asyncio.sleep(pause_s)
                continue
            self._backoff.reset()
            took_s = time.perf_counter() - begun if shipped else None
            await self._status.ok(took_s, f"{waiting:,} samples wait" if waiting else None)
            if not shipped:
                await asyncio.sleep(IDLE_S)

    async def _ship_next(self, victoria: Victoria) -> bool:
        """Ship one batch; False when there was none."""
        sent_at_ms = await self._buffer.sent_at()
        if sent_at_ms is not None:
            await self._settle(victoria, sent_at_ms)
        batch = await self._buffer.batch(self._limit)
        if batch is None:
            return False
        now_ms = int(time.time() * 1000)
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
        await self._buffer.shipped(batch.last_id)
        return True

    async def _settle(self, victoria: Victoria, sent_at_ms: int) -> None:
        """Find out whether what was sent has arrived, before anything is sent again."""
        await asyncio.sleep(ARRIVAL_PAUSE_S)
        arrived = await victoria.arrived(self._buffer.id, sent_at_ms - 1000)
        if arrived > await self._buffer.cursor():
            await self._buffer.shipped(arrived)
        else:
            await self._buffer.sending(None)

    async def _shrink(self, victoria: Victoria, batch: Batch, error: Rejected) -> None:
        """Narrow a refused batch down to the sample that is refused, and leave that one out."""
        if batch.count > 1:
            self._limit = batch.count // 2
            return
        # The marker alone: where that is refused too, such as at a wrong path, it is not the sample's fault.
        await victoria.ship(Batch(batch.last_id, 0, []), self._buffer.id, int(time.time() * 1000))
        log.error("sample_refused", error=str(error), metric=batch.series[0][0])
        self.dropped += 1
        await self._buffer.shipped(batch.last_id)
        self._limit = BATCH

    async def _trim_forever(self) -> None:
        while True:
            try:
                lost = await self._buffer.trim(int(time.time() * 1000))
                if lost and self._victoria is not None:
                    self.dropped += lost
                    log.error("samples_dropped", count=lost, why="too many or too old for the buffer")
                detail = f"{self.dropped:,} samples were dropped" if self.dropped else None
                await self._buffer_status.ok(detail=detail)
            except SourceError as error:
                await self._buffer_status.failing(error, TRIM_EVERY_S)
            await asyncio.sleep(TRIM_EVERY_S)

    async def _waiting_text(self) -> str | None:
        try:
            return f"{await self._buffer.waiting():,} samples wait"
        except SourceError:
            return None
