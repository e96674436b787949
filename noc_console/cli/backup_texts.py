"""Texts of backups for who looks at them: fetched, opened, harmless to a terminal, and without their secrets."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from noc_console.config.model import Config
from noc_console.domain.backup_text import Comparison, compare, masked
from noc_console.domain.backups import Backup
from noc_console.domain.errors import ActionFailed
from noc_console.domain.text import visible
from noc_console.sources.olt_cli.dialect import rules_for
from noc_console.storage.backup_files import BackupFiles, files_of, unpack
from noc_console.storage.backups import BackupIndex
from noc_console.storage.database import Database


class BackupTexts:
    """Reads where the collector writes: the same folder, or the same bucket.

    Args:
        config: Where that is, and the key.
        database: The index.
        files: None is where the config says.
    """

    def __init__(self, config: Config, database: Database, files: BackupFiles | None = None) -> None:
        self._index = BackupIndex(database)
        self._files = files or files_of(config)
        key = config.backups.key
        self._key = key.get_secret_value() if key else None

    async def lines(self, number: int, reveal: bool = False) -> list[str]:
        """The text of one.

        Raises:
            ActionFailed: There is no such backup.
            SourceError: Its text is not there, or cannot be opened.
        """
        backup = await self.named(number)
        text = (await self._text(backup)).rstrip("\n").split("\n")
        rules = rules_for(backup.dialect)
        shown = text if reveal else await asyncio.to_thread(masked, text, rules)
        return [visible(line) for line in shown]

    async def compared(self, before: int, after: int, reveal: bool = False) -> Comparison:
        """What differs between two; raises as ``lines``."""
        old, new = await self.named(before), await self.named(after)
        texts = await self._text(old), await self._text(new)
        found = await asyncio.to_thread(compare, *texts, rules_for(new.dialect), reveal)
        return replace(found, lines=tuple(replace(line, text=visible(line.text)) for line in found.lines))

    async def named(self, number: int) -> Backup:
        """One of the index.

        Raises:
            ActionFailed: There is none.
        """
        backup = await self._index.get(number)
        if backup is None:
            raise ActionFailed(f"there is no backup {number}", "noc-console show backups lists them")
        return backup

    async def of(self, olt: str) -> list[Backup]:
        """Those of one OLT, newest first."""
        return await self._index.of(olt)

    async def _text(self, backup: Backup) -> str:
        data = await self._files.get(backup.place)
        return await asyncio.to_thread(unpack, data, backup.place, self._key)
