"""An untouched console sends little: what a second changes is the clock and the heartbeat, nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widget import Widget

from noc_console.console.screens.detail import DetailPane
from noc_console.console.screens.network import NetworkView

from .harness import console

TRIES = 5


async def _settled(desk: Any) -> None:
    """All that was read lately is painted, and every age is well inside a step."""
    desk.backend.clock += 20 - desk.backend.clock % 10  # every age is well inside a step
    desk.backend.poll_all()
    await desk.until(lambda: desk.app.feed.revisions.get("all", 0) >= desk.backend.revision)
    desk.app._tick()
    await desk.pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (200, 55)])
@pytest.mark.parametrize("screen", ["3", "6", "0"])
async def test_a_second_repaints_the_clock_alone(
    size: tuple[int, int], screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for view, fetch in ((NetworkView, "_fetch_sparks"), (DetailPane, "_fetch_settled")):
        monkeypatch.setattr(view, fetch, lambda _: None)  # what they read comes once, at its own time
    async with console(size=size) as desk:
        await desk.shows("1 of 96")
        await desk.press(screen)
        await desk.pilot.pause()
        repainted: set[str | None] = set()
        refresh = Widget.refresh

        def note(widget: Widget, *regions: Any, **given: Any) -> Widget:
            repainted.add(widget.id)
            return refresh(widget, *regions, **given)

        monkeypatch.setattr(Widget, "refresh", note)
        for _ in range(TRIES):  # what is still under way on a busy machine is painted meanwhile
            await _settled(desk)
            repainted.clear()
            for _ in range(3):
                desk.backend.clock += 1
                desk.app._tick()
                await desk.pilot.pause()
            if repainted == {"pulse"}:
                break
        assert repainted == {"pulse"}
