"""Pictures of every screen: its text at each size, its colours in each theme, and all of it once at 80x24."""

from __future__ import annotations

from collections.abc import Callable
from difflib import unified_diff
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension
from rich.color import Color
from syrupy.assertion import SnapshotAssertion
from textual.color import Color as Textual
from textual.pilot import Pilot

from noc_console.console.palette import ROLES
from noc_console.console.themes import NocTheme

from .fake_backend import FakeBackend
from .gallery import ALSO, SHOWN, Gallery, walk
from .harness import Desk, build

Compare = Callable[..., bool]


class Text(SVGImageExtension):
    """A screen as text, in a file of its own."""

    _file_extension = "txt"


def colours_of(theme: NocTheme) -> set[Color]:
    """Those that the theme's file names."""
    styles = [theme.palette.style(role) for role in ROLES]
    named = {colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None}
    drawn = theme.textual.to_color_system().generate()
    return named | {Textual.parse(drawn[name]).rich_color for name in ("background", "border")}


def _sparks_are_drawn(desk: Desk) -> bool:
    """Whether all ONTs in view that have a light history have it; the view gets its last row after the first fetch."""
    in_view = set(desk.network.table.in_view())
    onts = (ont for ont in desk.backend.onts.values() if desk.app.desk.model.onts.row_of.get(ont.id) in in_view)
    return {ont.serial for ont in onts if ont.last_onu_rx_dbm is not None} <= desk.network.cells.sparks.keys() != set()


def picture(snap_compare: Compare, size: tuple[int, int], theme: str, *keys: str, **given: Any) -> bool:
    """Start on the fake network, press the keys, compare."""
    backend = given.pop("backend", None) or FakeBackend()
    app = build(backend, theme=theme, **given)

    async def ready(pilot: Pilot[int]) -> None:
        desk = Desk(app, pilot, backend)
        await desk.until(lambda: app.desk.model.link.last_ok_at is not None)
        await desk.until(lambda: _sparks_are_drawn(desk))
        for key in keys:
            await pilot.press(key)
        await desk.until(lambda: True)
        app.workers.cancel_group(app, "feed")  # what comes now would be one beat more
        app.desk.model.link.beats = 2
        app.clear_notifications()
        app.paint_frame()
        await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=ready)


@pytest.mark.parametrize("name", SHOWN)
async def test_every_screen_at_every_size_in_every_theme(name: str, snapshot: SnapshotAssertion) -> None:
    """The text is compared as text, which shows what changed; a theme changes colours and nothing else."""
    texts: dict[tuple[int, int], str] = {}
    pictures: list[str] = []
    wrong: list[str] = []

    def look(shown: Gallery, _: str, size: tuple[int, int], theme: str) -> None:
        if texts.setdefault(size, shown.text()) != shown.text():
            wrong.append(
                "\n".join([f"{theme} {size}:", *unified_diff(texts[size].splitlines(), shown.text().splitlines())])
            )
        if strange := shown.colours() - colours_of(shown.desk.app.themes.found[theme]):
            wrong.append(f"{theme} {size}: colours that are not the theme's: {strange}")
        if not pictures:
            pictures.append(shown.svg())

    await walk(look, [name])
    assert not wrong, "\n".join(wrong)
    for size, text in texts.items():
        assert text == snapshot(name="{}x{}".format(*size), extension_class=Text)
    assert pictures[0] == snapshot(name="80x24", extension_class=SVGImageExtension)


async def test_dialogs_and_side_ways(snapshot: SnapshotAssertion) -> None:
    """In one size and theme: what differs in others is held by the screens above."""
    seen: dict[str, str] = {}

    def look(shown: Gallery, name: str, _: tuple[int, int], __: str) -> None:
        seen[name] = shown.text()

    await walk(look, ALSO, [(80, 24)], ["dark"])
    assert "\n".join(f"== {name}\n{text}" for name, text in seen.items()) == snapshot(extension_class=Text)


def test_network_without_colour(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "mono")


def test_network_sort_letters(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", "s")


@pytest.mark.parametrize("theme", ["dark", "mono"])
def test_reboot_dialog_read_only(snap_compare: Compare, theme: str) -> None:
    assert picture(snap_compare, (80, 24), theme, "R")


def test_help(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", "?")


def test_menu(snap_compare: Compare) -> None:
    assert picture(snap_compare, (80, 24), "dark", ".")


LEAST = {
    "incidents": "FIBRE CUT", "alarms": "C*", "network": "+ online", "jobs": "refresh", "log": "HWTC", "swaps": "LATE",
    "ports": "0/1/0", "sources": "database", "dash": "olt-1", "olts": "olt-1",
}  # fmt: skip
"""What a screen must show on the smallest terminal."""


@pytest.mark.parametrize("size", [(60, 16), (40, 10)], ids=["60x16", "40x10"])
async def test_what_burns_and_a_row_of_the_list_are_there_on_a_small_terminal(size: tuple[int, int]) -> None:
    seen: dict[str, str] = {}

    def look(shown: Gallery, name: str, _: tuple[int, int], __: str) -> None:
        seen[name] = shown.text()

    await walk(look, LEAST, [size], ["dark"])
    assert all("C1 M1" in text.splitlines()[0] for text in seen.values())
    assert {name for name, row in LEAST.items() if row not in seen[name]} == set()
