"""Judges the alarm rules, again and again, and writes what changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Done, Part, Rhythm
from noc_console.config.model import Config
from noc_console.config.paths import buffer_file
from noc_console.domain.alarms import facts
from noc_console.domain.alarms.alarm import ALARMS, Alarm
from noc_console.domain.alarms.cover import coverer, explainer
from noc_console.domain.alarms.keeper import Keeper
from noc_console.domain.alarms.rules import Fact
from noc_console.domain.changes import AlarmChanged, Severity
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.records import put_records, read_records
from noc_console.storage.site_rows import LATELY_S, SiteReader, SiteRows

EVERY_S = 15.0
DISK_EVERY_S = 60.0

Filled = Callable[[], Awaitable[float | None]]


class AlarmWorker:
    """Keeps the alarms of the site while this collector is the one at work.

    Args:
        config: Rules, intervals, and where the data lies.
        database: The database.
        filled: How full the sample buffer is, percent.
        clock: The clock.
    """

    def __init__(self, config: Config, database: Database, filled: Filled, clock: Clock = CLOCK) -> None:
        self._database = database
        self._filled = filled
        self._clock = clock
        self._intervals = config.polling.intervals()
        self._keeper = Keeper(config.alarms.rules())
        self._site = SiteReader(database)
        self._disks = _Disks(data_folders(config), clock)
        self._restored = False
        self._told: dict[str, tuple[Severity, bool]] = {}
        """Severity, and whether it holds, as the log last told it, by key."""

    def parts(self) -> list[Part]:
        """Its rhythm."""
        return [Rhythm("alarms", "alarms", self.turn, EVERY_S)]

    async def turn(self) -> Done:
        """One round.

        Raises:
            SourceError: The database did not answer; nothing is lost, the next round writes it.
        """
        if not self._restored:
            async with self._database.reading() as connection:
                alarms = await read_records(connection, ALARMS)
                self._keeper.restore(alarms)
                self._told = {alarm.key: (alarm.severity, alarm.cleared_at is None) for alarm in alarms}
            self._restored = True
        rows = await self._site.update(self._clock.now())
        now = self._clock.now()
        found = [*facts.disk_facts(await self._disks.free_percent(), await self._filled())]
        found += await self._olt_facts(rows, now)
        found += self._site_facts(rows, now)
        windows = [window for window in rows.windows if window.active(now)]
        changed = self._keeper.step(found, explainer(rows.incidents), coverer(windows, rows.behind), now)
        await self._write(changed)
        holding = sum(alarm.cleared_at is None for alarm in self._keeper.alarms())
        return Done(detail=f"alarms that hold: {holding:,}")

    async def _olt_facts(self, rows: SiteRows, now: float) -> list[Fact]:
        """Of all OLTs, yielding to the loop after each: there may be hundreds."""
        found: list[Fact] = []
        for one in rows.olts.values():
            found += facts.olt_facts(one, one.olt.intervals(self._intervals), rows.crossed_at, now)
            await asyncio.sleep(0)
        return found

    def _site_facts(self, rows: SiteRows, now: float) -> Iterator[Fact]:
        names = frozenset(one.olt.name for one in rows.olts.values())
        yield from facts.core_facts(rows.core, rows.interfaces, names, self._intervals.health_s, now)
        yield from facts.source_facts(rows.sources)
        yield from facts.job_facts(job for job in rows.failed_jobs if (job.finished_at or 0.0) > now - LATELY_S)
        yield from facts.backup_facts(rows.backup_runs, names)
        yield facts.late_fact(rows.olts.values(), self._intervals, now)

    async def _write(self, changed: Sequence[Alarm]) -> None:
        if changed:
            async with self._database.writing() as connection:
                await put_records(connection, ALARMS, changed)
                await append_changes(connection, [_change(alarm) for alarm in changed if self._is_news(alarm)])
            self._keeper.written(changed)
            self._told.update((alarm.key, (alarm.severity, alarm.cleared_at is None)) for alarm in changed)

    def _is_news(self, alarm: Alarm) -> bool:
        """Whether the log tells it: what an incident explains, it tells already."""
        holds = alarm.cleared_at is None
        before = self._told.get(alarm.key, (alarm.severity, False))
        return before != (alarm.severity, holds) and (alarm.incident is None or not holds)


def _change(alarm: Alarm) -> AlarmChanged:
    return AlarmChanged(
        at=alarm.changed_at,
        olt=alarm.olt,
        port=alarm.port,
        ont_id=alarm.ont_id,
        serial=alarm.serial,
        key=alarm.key,
        rule=alarm.rule,
        object=alarm.object,
        text=alarm.text,
        after="raised" if alarm.cleared_at is None else "cleared",
        told_severity=alarm.severity,
    )


def data_folders(config: Config) -> list[Path]:
    """Where the database, as far as it is a file, and the samples lie."""
    found = {buffer_file(config).parent.absolute()}
    if config.database.startswith("sqlite:///"):
        found.add(Path(config.database.removeprefix("sqlite:///")).parent.absolute())
    return sorted(found)


class _Disks:
    """Free room of folders; looked at now and then, beside the event loop: a network mount may hang."""

    def __init__(self, folders: Sequence[Path], clock: Clock) -> None:
        self._folders = folders
        self._clock = clock
        self._looking: asyncio.Future[dict[str, float | None]] | None = None
        self._looked_at = float("-inf")
        self._free: dict[str, float | None] = {}

    async def free_percent(self) -> dict[str, float | None]:
        """By folder; None while it cannot be told."""
        if self._looking is None and self._clock.monotonic() - self._looked_at >= DISK_EVERY_S:
            self._looking = asyncio.ensure_future(asyncio.to_thread(self._look))
        if self._looking is not None:
            done, _ = await asyncio.wait([self._looking], timeout=1.0)
            self._free = self._looking.result() if done else {str(folder): None for folder in self._folders}
            if done:
                self._looking, self._looked_at = None, self._clock.monotonic()
        return self._free

    def _look(self) -> dict[str, float | None]:
        return {str(folder): _free_percent(folder) for folder in self._folders}


def _free_percent(folder: Path) -> float | None:
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return 100.0 * found.f_bavail / found.f_blocks if found.f_blocks else None
