"""Whether the audit log can be trusted: each look verifies only what came since the one before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.storage import audit
from noc_console.storage.audit import Anchor, Broken
from noc_console.storage.audit_heads import newest_head

AT_MOST = 20_000
"""Entries that a first look verifies; ``audit-verify`` verifies all."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look found."""

    newest: Anchor
    broken: Broken | None = None
    from_id: int = 0
    """The first entry that was verified."""

    def __str__(self) -> str:
        if self.broken:
            return f"the audit log was tampered with: {self.broken}"
        return f"the audit log holds to entry {self.newest.entry_id}"


class AuditWatch:
    """Verifies the newest part of the audit log, and stays with what it found broken.

    Args:
        heads: File of signed heads; one that is not there is none.
    """

    def __init__(self, heads: Path) -> None:
        self._heads = heads
        self._verified: Anchor | None = None
        self._accepted: Anchor | None = None

    async def look(self, connection: AsyncConnection) -> Verified:
        """Verify what came since the last look; the first one begins at the newest head.

        Raises:
            ConfigError: The heads cannot be read, or are no heads.
        """
        end = await audit.newest(connection)
        since = self._verified or await self._begin(connection, end)
        accepted = await audit.accepted(connection)
        if accepted.entry_id > since.entry_id or self._accepted not in (None, accepted):
            since = accepted
        self._accepted = accepted
        if since.entry_id > end.entry_id:
            return Verified(end, Broken(end.entry_id + 1, "cut off"))
        broken = await audit.find_broken(connection, since if since.entry_id else None)
        if broken is None:
            self._verified = end
        return Verified(end, broken, since.entry_id + 1)

    async def _begin(self, connection: AsyncConnection, end: Anchor) -> Anchor:
        """The newest head, but no more than ``AT_MOST`` entries back."""
        head = newest_head(self._heads)
        since = Anchor("head", head.entry, head.digest) if head else Anchor("begin", 0, "")
        if end.entry_id - since.entry_id > AT_MOST:
            least = end.entry_id - AT_MOST
            if (known := await audit.at_or_after(connection, least)) is not None:
                return known
        return since
