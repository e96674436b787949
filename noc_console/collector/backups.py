"""Reads configurations of OLTs, on demand and in a rhythm, and keeps those that are whole."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import Done, Part, Rhythm
from noc_console.config.model import Config
from noc_console.domain.backup_text import TextRules, compare, digest_of, normal
from noc_console.domain.backups import Backup, BackupRun, too_small
from noc_console.domain.errors import ActionRefused, SourceError, SourceNotReady, SourceProtocolError
from noc_console.sources.olt_cli.backup import Patience, plan_of, read_configuration
from noc_console.sources.olt_cli.client import CliClient
from noc_console.sources.olt_cli.dialect import BackupPlan, Dialect, dialect_for
from noc_console.storage.audit import Entry
from noc_console.storage.backup_files import BackupFiles, files_of, pack, unpack
from noc_console.storage.backups import BackupIndex, New
from noc_console.storage.database import SOURCE as DATABASE
from noc_console.storage.database import Database

log = structlog.get_logger()

SCHEDULE = "schedule"
LOOK_S = 60.0
RETRY_S = 3600.0
BUSY_S = 300.0
"""An OLT that had no time is asked again after this."""
JITTER = 0.1
"""The rhythm of each OLT is shorter or longer by up to this share, so that they spread."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a backup that went well."""

    backup: Backup
    new: bool
    """Whether it differs from the one before."""

    @property
    def text(self) -> str:
        """In one line."""
        size = f"{self.backup.lines:,} lines, {self.backup.bytes:,} bytes"
        return f"stored as backup {self.backup.id}: {size}" if self.new else f"same as backup {self.backup.id}: {size}"


class BackupKeeper:
    """Backs up OLTs, each by one at a time.

    Args:
        config: Where to, how often, how many.
        database: The index.
        clis: Command lines by OLT.
        profile_of: The profile of an OLT as far as it is known.
        clock: The clock.
        files: Where the texts go; None is what the config says.
    """

    def __init__(
        self,
        config: Config,
        database: Database,
        clis: Mapping[str, CliClient],
        profile_of: Callable[[str], str | None],
        clock: Clock = CLOCK,
        files: BackupFiles | None = None,
    ) -> None:
        self._config = config.backups
        self._index = BackupIndex(database)
        self._clis = clis
        self._profile_of = profile_of
        self._clock = clock
        self._files = files or files_of(config)
        key = config.backups.key
        self._key = key.get_secret_value() if key else None
        self._alone: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._not_before: dict[str, float] = {}
        """When an OLT that was busy, or was never read, is due."""

    def parts(self) -> list[Part]:
        """Its rhythm."""
        if self._config.every_s is None or not self._clis:
            return []
        return [Rhythm("backups", "backups", partial(self.turn, self._config.every_s), LOOK_S, first_s=LOOK_S)]

    async def turn(self, every_s: float) -> Done | None:
        """Back up the OLTs that are due, one after the other.

        Raises:
            SourceError: The database did not answer. An OLT that fails is told by its alarm, not here.
        """
        runs, done, failed = await self._index.runs(), 0, 0
        for olt in self._clis:
            dialect = dialect_for(self._profile_of(olt))
            if dialect is None or dialect.backup is None or self._clock.now() < self._due_at(olt, runs, every_s):
                continue
            try:
                await self.take(olt, SCHEDULE)
                done += 1
            except SourceNotReady as error:
                self._not_before[olt] = self._clock.now() + BUSY_S
                log.info("backup_put_off", olt=olt, why=error.message)
            except (SourceError, ActionRefused) as error:
                if isinstance(error, SourceError) and error.source == DATABASE:
                    raise
                failed += 1
                log.warning("backup_failed", olt=olt, error=str(error))
        return Done(detail=f"{done} read, {failed} failed") if done or failed else None

    def _due_at(self, olt: str, runs: Mapping[str, BackupRun], every_s: float) -> float:
        run = runs.get(olt)
        if run is None:
            first_at = self._clock.now() + random.uniform(0, min(every_s, RETRY_S) / 4)
            return self._not_before.setdefault(olt, first_at)
        # The same until the next attempt: it must not be drawn again at each look.
        share = random.Random(f"{olt} {run.tried_at}").uniform(1 - JITTER, 1 + JITTER)
        wait_s = every_s if run.error is None else min(every_s, RETRY_S)
        return max(run.tried_at + share * wait_s, self._not_before.get(olt, 0.0))

    async def take(self, olt: str, asked_by: str, accept_small: bool = False) -> Taken:
        """Read one OLT's configuration, and store it unless it equals the last one.

        Args:
            olt: Its name.
            asked_by: An operator, or ``SCHEDULE``, which is audited here.
            accept_small: Take one that is suspiciously small.

        Raises:
            ActionRefused: It has no command line, or nobody knows how it is read.
            SourceNotReady: It has no time now; that is no failure.
            SourceError: It could not be read whole, or could not be stored. What was stored before stays.
        """
        client = self._clis.get(olt)
        if client is None:
            raise ActionRefused(f"no command line of {olt} is configured", "set cli: for it in the config file")
        dialect, plan = plan_of(dialect_for(self._profile_of(olt)), self._profile_of(olt))
        async with self._alone[olt]:
            return await self._take(client, dialect, plan, asked_by, accept_small)

    async def _take(
        self, client: CliClient, dialect: Dialect, plan: BackupPlan, asked_by: str, accept_small: bool
    ) -> Taken:
        olt = client.name
        if (job := await self._index.acting(olt)) is not None:
            raise SourceNotReady(f"job {job} acts on an ONT through it", olt)
        try:
            text = await read_configuration(client, dialect, plan, self._patience)
            last = next(iter(await self._index.of(olt)), None)
            size = len(text.encode())
            if not accept_small and too_small(size, last.bytes if last else None):
                assert last
                words = f"suspiciously small: {size:,} bytes, the last good one has {last.bytes:,}"
                raise SourceProtocolError(words, olt, "if that is right: noc-console backup --force")
            return await self._keep(client, dialect, plan, text, last, asked_by)
        except SourceNotReady:
            raise
        except SourceError as error:
            entry = _entry(olt, asked_by, f"failed: {error.message}")
            await self._index.failed(olt, error.message, self._clock.now(), entry)
            raise

    @property
    def _patience(self) -> Patience:
        return Patience(self._config.max_bytes, self._config.timeout_s)

    async def _keep(
        self, client: CliClient, dialect: Dialect, plan: BackupPlan, text: str, last: Backup | None, asked_by: str
    ) -> Taken:
        olt, now = client.name, self._clock.now()
        digest = await asyncio.to_thread(_digest, text, plan.rules)
        if last and last.digest == digest and last.dialect == dialect.id:
            taken = Taken(last, new=False)
            await self._index.seen(last, now, _entry(olt, asked_by, taken.text))
            return taken
        name = f"{olt}/{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(now))}-{digest[:8]}.cfg.gz"
        packed = await asyncio.to_thread(pack, text, name, self._key)
        await self._files.put(name, packed)
        size, lines = len(text.encode()), text.count("\n")
        backup = Backup(0, olt, now, now, size, lines, digest, dialect.id, client.how, asked_by, name)
        added, removed = await self._differences(last, text, plan.rules)
        entry = _entry(olt, asked_by, f"stored as {name}")
        number = await self._index.add(New(backup, added, removed), entry)
        await self._drop_old(olt)
        return Taken(Backup(number, olt, now, now, size, lines, digest, dialect.id, client.how, asked_by, name), True)

    async def _differences(self, last: Backup | None, text: str, rules: TextRules) -> tuple[int | None, int | None]:
        """Lines added and removed; None when there is nothing to compare with, or it cannot be read."""
        if last is None:
            return None, None
        try:
            before = await self.text_of(last)
        except SourceError as error:
            log.warning("backup_not_compared", backup=last.id, error=str(error))
            return None, None
        found = await asyncio.to_thread(compare, before, text, rules)
        return found.added, found.removed

    async def text_of(self, backup: Backup) -> str:
        """The stored text.

        Raises:
            SourceError: It is not there, or cannot be opened.
        """
        data = await self._files.get(backup.place)
        return await asyncio.to_thread(unpack, data, backup.place, self._key)

    async def _drop_old(self, olt: str) -> None:
        """Delete what is more than is kept; a file that stays for now is only told of."""
        old = (await self._index.of(olt))[self._config.keep :]
        if old:
            await self._index.drop(old, self._clock.now())
        for backup in old:
            try:
                await self._files.delete(backup.place)
            except SourceError as error:
                log.warning("backup_not_deleted", file=backup.place, error=str(error))


def _digest(text: str, rules: TextRules) -> str:
    return digest_of(normal(text, rules))


def _entry(olt: str, asked_by: str, result: str) -> Entry | None:
    """For the audit log; what an operator asked for is there as a job."""
    if asked_by != SCHEDULE:
        return None
    return Entry("noc-console", SCHEDULE, "", "backup", olt, SCHEDULE, result)
