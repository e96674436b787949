"""Signs what the newest entry of the audit log is, again and again, once it has verified what came since."""

from __future__ import annotations

import asyncio
from pathlib import Path

from noc_console.collector.clock import Clock
from noc_console.collector.coordinator import Done, Rhythm
from noc_console.domain.errors import ConfigError, SourceUnavailable
from noc_console.storage.audit_heads import append_head, newest_head, private_key, sign
from noc_console.storage.audit_watch import AuditWatch
from noc_console.storage.database import Database

SOURCE = "audit log"


class AuditSigner:
    """Writes heads.

    Args:
        database: Where the log is.
        heads: File of heads; its key lies beside it.
        every_s: Pause between two.
        clock: The clock.
    """

    def __init__(self, database: Database, heads: Path, every_s: float, clock: Clock) -> None:
        self._database = database
        self._heads = heads
        self._every_s = every_s
        self._clock = clock
        self._watch = AuditWatch(heads)

    def parts(self) -> list[Rhythm]:
        """At the start, then again and again."""
        return [Rhythm("audit heads", SOURCE, self.turn, self._every_s)]

    async def turn(self) -> Done:
        """Verify, and sign what is new.

        Raises:
            SourceError: The log is broken, or the head could not be written.
        """
        try:
            async with self._database.reading(snapshot=True) as connection:
                found = await self._watch.look(connection)
            if found.broken:
                raise SourceUnavailable(str(found), SOURCE, "see noc-console audit-verify")
            if found.newest.entry_id:
                await asyncio.to_thread(self._sign, found.newest.entry_id, found.newest.digest)
        except ConfigError as error:
            raise SourceUnavailable(str(error), SOURCE) from None
        except OSError as error:
            said = f"{self._heads}: {error.strerror}"
            raise SourceUnavailable(said, SOURCE, "set retention.audit_heads to a writable file") from None
        return Done(detail=str(found))

    def _sign(self, entry: int, digest: str) -> None:
        self._heads.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        known = newest_head(self._heads)
        if known is None or (known.entry, known.digest) != (entry, digest):
            key = private_key(self._heads.with_suffix(".key"))
            append_head(self._heads, sign(entry, digest, key, self._clock.now()))
