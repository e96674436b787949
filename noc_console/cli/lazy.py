"""The console's backend and its collector, both made only when the console opens them: after its first paint."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noc_console.cli.child import CollectorChild
from noc_console.config.model import Config
from noc_console.config.paths import why_read_only
from noc_console.domain.audit_log import AuditLog
from noc_console.domain.backup_text import Comparison
from noc_console.domain.changes import Change
from noc_console.domain.cpe import CpeDocument, Section
from noc_console.domain.errors import SourceUnavailable
from noc_console.domain.history import ChartData
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.intents import Answer, Intent
from noc_console.domain.jobs import Job
from noc_console.domain.operators import Operator
from noc_console.domain.presence import Presence
from noc_console.domain.update import Update

if TYPE_CHECKING:
    from noc_console.cli.backup_texts import BackupTexts
    from noc_console.operations.door import Door
    from noc_console.storage.reader import StorageReader


class LazyBackend:
    """Implements ``console.backend.Backend``: importing the database drivers takes longer than painting the console.

    Args:
        config: The config.
        config_file: Where it came from; the collector child reads it again.
    """

    def __init__(self, config: Config, config_file: Path) -> None:
        self._config = config
        self._config_file = config_file
        self._child: CollectorChild | None = None
        self._keeper: int | None = None
        self._made: tuple[StorageReader, Door] | None = None

    def __enter__(self) -> LazyBackend:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child:
            self._child.close()

    async def open(self) -> None:
        """Import, build and open the reader and the door; where that fails, the collector may be what is missing."""
        if self._made is None:
            self._make(*await asyncio.to_thread(_import))
        try:
            await self._reader.open()
        except Exception:
            self._collect()
            raise

    def prepare(self) -> None:
        """Import and build now, and open nothing: for whoever forks sessions."""
        self._make(*_import())

    def forked(self) -> None:
        """This process is a session that was forked: the collector is its parent's, for as long as that lives."""
        self._child = None
        self._keeper = os.getppid()

    def _make(self, storage: Any, operations: Any) -> None:
        reader = storage.StorageReader(self._config)
        self._made = reader, operations.Door(reader.database, self._config)

    def _collect(self) -> None:
        """Start the collector, once: its start takes a core for seconds, which the first reading can use better."""
        if self._keeper is not None and os.getppid() == self._keeper:
            return
        if self._child is None and why_read_only(self._config.database) is None:
            self._child = CollectorChild(self._config_file)

    async def close(self) -> None:
        """Close the reader, if there is one."""
        if self._made is not None:
            await self._reader.close()

    @property
    def _reader(self) -> StorageReader:
        return self._opened()[0]

    def _opened(self) -> tuple[StorageReader, Door]:
        if self._made is None:
            raise SourceUnavailable("not connected yet", "database")
        return self._made

    async def ask(self, operator: Operator, intent: Intent) -> Answer:
        """See ``Door``."""
        return await self._opened()[1].ask(operator, intent)

    async def attend(self, presence: Presence) -> None:
        """Where this console is."""
        from noc_console.storage.presence import attend  # with the drivers, which are there by now

        await attend(self._reader.database, presence)

    async def update(self, since: Mapping[str, int]) -> Update:
        """See ``Reader``, as for all that follow."""
        try:
            update = await self._reader.update(since)
        except Exception:
            self._collect()
            raise
        if not update.more:
            self._collect()
        return update

    async def job(self, job_id: int) -> Job | None:
        """One job."""
        return await self._reader.job(job_id)

    async def sections(self, serial: str) -> list[Section]:
        """A router's sections."""
        return await self._reader.sections(serial)

    async def router_sections(self, device_id: str) -> list[Section]:
        """A router's sections, by its id at the ACS."""
        return await self._reader.router_sections(device_id)

    async def cpe_for(self, serial: str) -> str | None:
        """A router's device id."""
        return await self._reader.cpe_for(serial)

    async def document(self, device_id: str) -> CpeDocument | None:
        """A router's configuration."""
        return await self._reader.document(device_id)

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        """History."""
        return await self._reader.chart(metrics, labels, range_s, points)

    async def rx_sparklines(self, serials: Sequence[str], range_s: float, points: int) -> dict[str, list[float | None]]:
        """Rx power history."""
        return await self._reader.rx_sparklines(serials, range_s, points)

    async def observed(self, since: float, until: float) -> list[Observation]:
        """What was recorded."""
        return await self._reader.observed(since, until)

    async def audit_since(self, at: float) -> list[dict[str, Any]]:
        """The audit log from an instant on."""
        return await self._reader.audit_since(at)

    async def backup_lines(self, number: int) -> list[str]:
        """One backup."""
        return await self._backups().lines(number)

    async def backups_compared(self, before: int, after: int) -> Comparison:
        """Two backups."""
        return await self._backups().compared(before, after)

    def _backups(self) -> BackupTexts:
        from noc_console.cli.backup_texts import BackupTexts  # with the drivers, and what opens them

        return BackupTexts(self._config, self._reader.database)

    async def audit_log(self, limit: int) -> AuditLog:
        """The newest entries of the audit log, verified."""
        return await self._reader.audit_log(limit)

    async def ont_changes(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Change]:
        """Changes of one ONT."""
        return await self._reader.ont_changes(olt, port, serial, limit)


def _import() -> tuple[Any, Any]:
    names = ("noc_console.storage.reader", "noc_console.operations.door")
    reader, door = (importlib.import_module(name) for name in names)
    return reader, door
