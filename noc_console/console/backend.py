"""What the console needs of the world: one protocol, so that screens can be tried without a database.

``storage.backend.StorageBackend`` is the real one. Every method may take as long as a database takes and raises
``NocError`` subclasses only; none of them is called in the path of a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from noc_console.domain.cpe import CpeDocument, Section
from noc_console.domain.history import ChartData
from noc_console.domain.jobs import BatchRequest, Job, JobRequest
from noc_console.domain.network import Changes, Event
from noc_console.domain.swaps import Outcome, SwapRequest


class Backend(Protocol):
    """Read side of the storage, and job submission."""

    async def open(self) -> None:
        """Connect; may import and migrate, so it is called after the first paint."""

    async def close(self) -> None:
        """Release everything; safe to call twice, and before ``open``."""

    async def changes(self, since: Mapping[str, int]) -> Changes:
        """Everything newer than ``since`` (the ``revisions`` of the last answer; empty at first)."""

    async def submit(self, request: JobRequest) -> int:
        """Audit and queue a job.

        Returns:
            The job's id.

        Raises:
            ActionRefused: Policy refuses it, or the audit could not be written.
        """

    async def cancel(self, job_id: int, by: str) -> bool:
        """Ask for a job to be cancelled; False when it had ended already."""

    async def submit_batch(self, request: BatchRequest) -> int:
        """Audit and queue one action on many ONTs; see ``submit``."""

    async def cancel_batch(self, batch_id: int, by: str, origin: str) -> bool:
        """Ask for what has not begun to be cancelled; False when the bulk action had ended already."""

    async def release_batch(self, batch_id: int, by: str, origin: str) -> None:
        """Let a bulk action start that waits for a second operator.

        Raises:
            ActionRefused: It needs none, or ``by`` is who asked for it.
        """

    async def record_swap(self, request: SwapRequest) -> int:
        """Audit and store a swap that was done; returns its id.

        Raises:
            ActionRefused: It cannot be so.
        """

    async def close_swap(self, swap_id: int, outcome: Outcome, by: str, origin: str) -> None:
        """Audit and store how a diagnosis ended.

        Raises:
            ActionRefused: There is no such open swap.
        """

    async def document(self, device_id: str) -> CpeDocument | None:
        """A router's whole configuration as last read, secrets masked; None when it never was."""

    async def job(self, job_id: int) -> Job | None:
        """One job with all its steps."""

    async def sections(self, serial: str) -> list[Section]:
        """The router's sections as last read through the ACS, in the order of ``domain.cpe.SECTIONS``."""

    async def chart(self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int) -> ChartData:
        """History of ``metrics`` with these labels over the last ``range_s`` seconds, at most ``points`` instants."""

    async def rx_sparklines(self, serials: Sequence[str], range_s: float, points: int) -> dict[str, list[float | None]]:
        """Rx power history per serial, ``points`` values each, oldest first; serials without samples are absent."""

    async def ont_events(self, olt: str, port: str, serial: str | None, limit: int = 100) -> list[Event]:
        """Events about one ONT and its port, newest first."""

    async def cpe_for(self, serial: str) -> str | None:
        """ACS device id of the router with that ONT serial; None when the ACS does not know it or was never asked."""
