"""The footer offers what can be done here and nothing else; what it names can be clicked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noc_console.console.footing import Footer, footer_line
from noc_console.console.keys import key_name
from noc_console.console.registry import SCREENS, Registry
from noc_console.console.render.cells import plain, width_of
from noc_console.domain.operators import Role

from .fake_backend import AMY, FakeBackend
from .gallery import troubled
from .harness import Desk, console


def footer(desk: Desk) -> Footer:
    pane = desk.app.frame.footer
    assert isinstance(pane, Footer)
    return pane


def offered(desk: Desk) -> list[str]:
    """Ids of the actions that it names, without those that lead to other screens."""
    return [action.id for _, action in footer(desk)._spans if not action.id.startswith("screen.")]


async def click(desk: Desk, action_id: str) -> None:
    """Click on a key of the footer."""
    cells = next(cells for cells, action in footer(desk)._spans if action.id == action_id)
    await desk.pilot.click("#footer", offset=(cells.start + 1, 0))


async def test_an_olt_is_not_offered_what_is_done_to_an_ont() -> None:
    async with console(screen="olts", size=(80, 24)) as desk:
        await desk.until(lambda: "ont.refresh" in offered(desk))
        assert offered(desk) == ["list.open", "ont.refresh", "filter", "menu", "command", "help"]
        await desk.press("enter")
        await desk.until(lambda: "tab.next" in offered(desk))
        assert "ont.reboot" not in offered(desk)
        await desk.command("tab onts")
        await desk.until(lambda: "ont.reboot" in offered(desk))


async def test_the_tree_and_the_table_of_the_network_offer_what_fits_each() -> None:
    async with console(screen="network", size=(80, 24)) as desk:
        await desk.until(lambda: "ont.reboot" in offered(desk))
        assert "tab.next" in offered(desk)
        await desk.press("T")
        await desk.until(lambda: "ont.reboot" not in offered(desk))
        assert "tab.next" not in offered(desk)
        await desk.press("]")
        assert "no tabs are shown" in desk.toasts("warning")[-1]


async def test_an_empty_list_offers_nothing_that_needs_a_row() -> None:
    async with console(FakeBackend(olts=0), screen="incidents", size=(80, 24)) as desk:
        for screen in ("incidents", "alarms", "records", "jobs", "network"):
            desk.app.navigation.show(screen)
            desk.app.paint_frame()
            assert not {"list.open", "outage.ack", "record.edit", "job.cancel", "ont.reboot"} & set(offered(desk))


async def test_a_viewer_is_offered_nothing_that_acts() -> None:
    viewer = replace(AMY, name="nora", role=Role.VIEWER)
    backend = await troubled()
    async with console(backend, screen="incidents", size=(80, 24), operator=viewer) as desk:
        await desk.until(lambda: "list.open" in offered(desk))
        assert not {"outage.ack", "outage.comment", "outage.shelve"} & set(offered(desk))
        desk.app.navigation.show("network")
        await desk.until(lambda: "ont.refresh" in offered(desk))
        assert "ont.reboot" not in offered(desk)
        await desk.press("R")
        assert "nora may only look" in desk.toasts("warning")[-1]


async def test_a_key_of_the_footer_can_be_clicked_also_while_something_is_typed() -> None:
    async with console(screen="network", size=(80, 24)) as desk:
        await desk.until(lambda: "ont.reboot" in offered(desk))
        await click(desk, "filter")
        assert desk.app.prompting.prompt.open
        await desk.type("silva")
        await click(desk, "help")
        assert not desk.app.prompting.prompt.open
        assert desk.network.filter.text == "silva"
        await desk.until(lambda: len(desk.app.screen_stack) == 2)


@pytest.mark.parametrize("width", range(20, 130))
def test_the_footer_fits_any_width_and_keeps_the_help(width: int) -> None:
    registry = Registry()
    active = registry.active(("global", "list", "incidents"))
    titles = {name: name.title() for name in SCREENS}
    line, spans = footer_line(registry, titles, "incidents", active, width)
    assert width_of(line) <= width
    text = plain([line])
    assert " ? help " in text
    for cells, action in spans:
        assert text[cells.start : cells.stop].split()[0] == key_name(action.keys[0])
