"""What the console needs of the world: the picture's reader, and the way in for requests."""

from __future__ import annotations

from typing import Protocol

from noc_console.domain.jobs import BatchRequest, JobRequest
from noc_console.domain.swaps import Outcome, SwapRequest
from noc_console.picture.reader import Reader


class Backend(Reader, Protocol):
    """Read side of the storage, and requests."""

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
