"""Clicks and the wheel, where the mouse is given to the console: each does what it looks like."""

from __future__ import annotations

from textual import events

from noc_console.console.dialogs.record import RecordForm
from noc_console.console.dialogs.simple import MenuScreen
from noc_console.console.render.optical import RANGES_BEGIN
from noc_console.console.widgets.lines import LinePane
from noc_console.console.widgets.table import LineTable
from noc_console.picture.tree import NodeKey

from .gallery import troubled
from .harness import Desk, console


def wheel(pane: LinePane | LineTable) -> None:
    """One step down over the middle of a pane, as the terminal tells it."""
    x, y = pane.region.x + pane.region.width // 2, pane.region.y + pane.region.height // 2
    down = events.MouseScrollDown(pane, x, y, 0, 0, 0, False, False, False, screen_x=x, screen_y=y)
    pane.app.post_message(down)


async def click_word(desk: Desk, pane: LinePane, word: str) -> None:
    """Click on a word of a pane's line of ranges."""
    row = next(row for row, line in enumerate(pane.lines) if line and line[0] == RANGES_BEGIN)
    text = "".join(part for part, _ in pane.lines[row])
    y = row - pane.row_at(0)
    await desk.pilot.click(f"#{pane.id}", offset=(text.index(word) + 1, y))


async def test_a_sign_of_the_tree_folds_its_name_is_gone_to_and_the_wheel_takes_the_scope_along() -> None:
    async with console(size=(120, 40), mouse=True) as desk:
        tree = desk.network.topology
        await desk.until(lambda: len(tree.keys) == 13 and desk.app.model.link.loaded)
        desk.app.paint_frame()
        await desk.pilot.pause()
        await desk.pilot.click("#tree", offset=(1, 2))
        await desk.until(lambda: len(tree.keys) == 8)
        await desk.pilot.click("#tree", offset=(1, 2))
        await desk.until(lambda: len(tree.keys) == 13)
        await desk.pilot.click("#tree", offset=(5, 2))
        await desk.until(lambda: desk.network.scope == NodeKey(1))
        desk.network.table.focus()
        wheel(tree)
        await desk.until(lambda: tree.has_focus and desk.network.scope == NodeKey(1, "0/1/1", 2))


async def test_the_wheel_scrolls_the_pane_under_it() -> None:
    async with console(size=(120, 40), mouse=True) as desk:
        await desk.until(lambda: desk.network.detail.body.hidden[1] > 3 and desk.network.table.keys)
        wheel(desk.network.detail.body)
        await desk.until(lambda: desk.network.detail.body.hidden[0] == 3)
        wheel(desk.network.table)
        await desk.until(lambda: desk.network.table.position[0] == 4)


async def test_ranges_and_kinds_of_a_chart_and_headings_of_sections_can_be_clicked() -> None:
    async with console(size=(120, 40), mouse=True) as desk:
        await desk.until(lambda: desk.network.table.keys)
        detail = desk.network.detail
        await desk.command("detail")
        await desk.command("chart light")
        await desk.until(lambda: detail.chart.drawn and detail.body.size.height > 20)
        await click_word(desk, detail.body, "7d")
        await desk.until(lambda: detail.chart.range == "7d")
        await click_word(desk, detail.body, "traffic")
        await desk.until(lambda: detail._kind == "traffic")
        await desk.command("tab tr-069")
        await desk.until(detail._headings)
        row, name = next(iter(detail._headings().items()))
        await desk.pilot.click("#body", offset=(3, row - detail.body.row_at(0)))
        await desk.until(lambda: name in detail.parts.folded)


async def test_a_click_beside_the_command_line_gives_it_up() -> None:
    async with console(size=(120, 40), mouse=True) as desk:
        await desk.until(lambda: desk.network.table.size.height > 6 and desk.network.table.keys)
        await desk.press(":")
        await desk.type("theme light")
        await desk.pilot.click("#network #onts", offset=(20, 6))
        await desk.until(lambda: desk.network.table.position[0] == 6)
        await desk.press("j")
        assert desk.network.table.position[0] == 7
        assert desk.app.theme == "dark"


async def test_dialogs_a_menu_line_is_chosen_by_two_clicks_a_form_is_filled_by_them() -> None:
    async with console(await troubled(), screen="network", size=(80, 24), mouse=True) as desk:
        await desk.until(lambda: desk.network.table.keys)
        await desk.press(".")
        await desk.until(lambda: isinstance(desk.app.screen, MenuScreen) and desk.app.screen.content.size)
        await desk.pilot.click("#choices", offset=(8, 2), times=2)  # r: refresh
        await desk.until(lambda: any(told.startswith("refreshing") for told in desk.toasts()))
        await desk.command("write on")
        await desk.command("records-screen")
        await desk.command("records zones")
        await desk.press("e")
        await desk.until(lambda: isinstance(desk.app.screen, RecordForm))
        await desk.pilot.pause()
        await desk.pilot.click("#field-note", offset=(1, 0))
        await desk.type("!")
        await desk.pilot.click("#save")
        await desk.until(lambda: any(told.startswith("zones: 0 added, 1 changed") for told in desk.toasts()))
