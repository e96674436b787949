"""For actions that are tested by themselves."""

from __future__ import annotations

from noc_console.domain.jobs import Job


async def audited(job: Job) -> None:
    """The audit log asks for whatever job it is."""
