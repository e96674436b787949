"""What changes while a screen is hidden is there when it is shown."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.containers import Container

from noc_console.console.glyphs import ASCII
from noc_console.console.palette import Palette
from noc_console.console.widgets.columns import Column
from noc_console.console.widgets.lines import FocusPane, LinePane
from noc_console.console.widgets.table import LineTable
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


class Panes(App[None]):
    """Every kind of pane, in a box that can be hidden."""

    CSS = ".pane { height: 3; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        palette = Palette({})
        self.text = ["before"]
        self.line_pane, self.focus_pane = LinePane(palette), FocusPane(palette)
        column = (Column("text", "TEXT", 8),)
        self.table = LineTable(lambda *_: (self.text[0], "base"), column, palette, ASCII)
        self.panes = (self.line_pane, self.focus_pane, self.table)
        self.box = Container(*self.panes)

    def compose(self) -> ComposeResult:
        """All of them."""
        for pane in self.panes:
            pane.add_class("pane")
        yield self.box

    def fill(self, text: str) -> None:
        """Another content for each."""
        self.text[0] = text
        self.line_pane.set_lines([[(text, "base")]])
        self.focus_pane.set_lines([[(text, "base")]])
        self.table.set_keys(["one"])
        self.table.refresh_rows()

    def painted(self) -> str:
        """What the widgets give to the terminal, out of their caches."""
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips(self.size))


async def test_what_changes_in_a_hidden_pane_is_painted_when_it_is_shown() -> None:
    app = Panes()
    async with app.run_test(size=(20, 12)) as pilot:
        app.fill("before")
        await pilot.pause()
        assert app.painted().count("before") == 3
        app.box.display = False
        await pilot.pause()
        app.fill("after")
        await pilot.pause()
        app.box.display = True
        await pilot.pause()
        assert app.painted().count("after") == 3
        assert "before" not in app.painted()


@pytest.mark.parametrize("seed", range(2))
async def test_no_pane_shows_stale_lines_after_any_order_of_hiding_changing_resizing_and_showing(seed: int) -> None:
    chance, app = random.Random(seed), Panes()
    async with app.run_test(size=(20, 12)) as pilot:
        before = ""
        for turn in range(12):
            text = f"text{turn}"
            steps = [lambda text=text: app.fill(text)]
            steps += [lambda: setattr(app.box, "display", chance.random() < 0.5) for _ in range(3)]
            for step in chance.sample(steps, len(steps)):
                step()
                if chance.random() < 0.5:
                    await pilot.resize_terminal(chance.randint(12, 30), chance.randint(10, 14))
                if chance.random() < 0.5:
                    await pilot.pause()
            app.box.display = True
            await pilot.pause()
            painted = app.painted()
            assert painted.count(text) == 3 and (not before or before not in painted), turn
            before = text
