"""What changes while a screen is hidden is there when it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.domain.changes import PortChanged

from .harness import console


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_story_is_that_of_the_job_under_the_cursor(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.shows("1 of 96")
        await desk.press("r")
        await desk.until(lambda: any(job.kind.value == "refresh" for job in desk.backend.jobs.values()))
        first = desk.backend.last_job
        desk.backend.finish_reads()
        await desk.press("5")
        await desk.shows(f"  job {first}")
        await desk.press("3")
        second = max(desk.backend.jobs) + 1  # the console looks by itself too
        desk.backend.revision += 1
        job = replace(desk.backend.jobs[first], id=second, revision=desk.backend.revision)
        desk.backend.jobs[second] = job
        await desk.until(lambda: second in desk.app.desk.model.jobs)
        await desk.press("5")
        await desk.shows(f"  job {second}")


async def test_the_log_opens_at_the_newest_line_and_tells_its_story() -> None:
    async with console() as desk:
        await desk.shows("1 of 96")
        for port in ("0/1/0", "0/2/1"):
            change = PortChanged(at=desk.backend.clock, olt="olt-1", port=port, before="up", after="down")
            desk.backend.add_change(change)
            await desk.until(lambda: len(desk.app.desk.model.change_list()) == len(desk.backend.changes))
            await desk.press("6")
            await desk.shows(f"1 of {len(desk.backend.changes)}")
            await desk.until(lambda port=port: desk.screen().count(f"PON port {port} down") == 2)
            await desk.press("3")
