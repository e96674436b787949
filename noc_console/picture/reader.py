"""What the picture, and those who show it, read: one protocol, so that screens can be tried without a database.

``storage.reader.StorageReader`` is the real one. Every method may take as long as a database takes and raises
``NocError`` subclasses only; none of them is called in the path of a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from noc_console.domain.audit_log import AuditLog
from noc_console.domain.changes import Change
from noc_console.domain.cpe import CpeDocument, Section
from noc_console.domain.history import ChartData
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.jobs import Job
from noc_console.domain.update import Update


class Reader(Protocol):
    """The read side of the storage."""

    async def open(self) -> None:
        """Connect; may import and migrate, so it is called after the first paint."""

    async def close(self) -> None:
        """Release everything; safe to call twice, and before ``open``."""

    async def update(self, since: Mapping[str, int]) -> Update:
        """Everything newer than ``since`` (the ``revisions`` of the last answer; empty at first)."""

    async def job(self, job_id: int) -> Job | None:
        """One job with all its steps."""

    async def sections(self, serial: str) -> list[Section]:
        """The router's sections as last read through the ACS, in the order of ``domain.cpe.SECTIONS``."""

    async def router_sections(self, device_id: str) -> list[Section]:
        """Sections of one router, by its id at the ACS."""

    async def cpe_for(self, serial: str) -> str | None:
        """ACS device id of the router with that ONT serial; None when the ACS does not know it or was never asked."""

    async def document(self, device_id: str) -> CpeDocument | None:
        """A router's whole configuration as last read, secrets masked; None when it never was."""

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        """History of ``metrics`` with these labels over the last ``range_s`` seconds, at most ``points`` instants."""

    async def rx_sparklines(self, serials: Sequence[str], range_s: float, points: int) -> dict[str, list[float | None]]:
        """Rx power history per serial, ``points`` values each, oldest first; serials without samples are absent."""

    async def observed(self, since: float, until: float) -> list[Observation]:
        """What the collector recorded between two instants, Unix seconds, with the network as it was at the first."""

    async def audit_since(self, at: float) -> list[dict[str, Any]]:
        """Entries of the audit log from an instant on, as the table has them."""

    async def audit_log(self, limit: int) -> AuditLog:
        """The newest entries of the audit log, and whether what came since the last look holds."""

    async def ont_changes(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Change]:
        """Changes of one ONT, and of its port as a whole, newest first."""
