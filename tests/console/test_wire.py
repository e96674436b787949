"""Fewer bytes, and the terminal shows the same: what Textual sends and what we send are drawn by two terminals."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from noc_console.console.wire import PLAIN, Wire

from .gallery import troubled
from .harness import console

CONSOLE = Console(color_system="truecolor", force_terminal=True)
STYLES = ("", "red", "bold red", "white on #102030", "underline on blue", "reverse", "italic #abcdef", "strike on red")
KEYS = """
1 j 2 3 j pagedown tab enter right_square_bracket right_square_bracket d d escape o 4 pagedown slash a enter escape
question_mark escape 0 6 w w colon escape
"""
WORDS = ("olt-1", "   ", " ", "日本語", "é", "▲ up", "e\u0301x", "weak -27.1", "#####")


class Two:
    """Two terminals: one gets what Textual sends, the other what we send."""

    def __init__(self, width: int, height: int) -> None:
        self.wire = Wire()
        self.screens = [pyte.Screen(width, height) for _ in range(2)]
        self._streams = [pyte.Stream(screen) for screen in self.screens]
        self.bytes = [0, 0]

    def show(self, update: CompositorUpdate) -> None:
        carried = self.wire.carry(update)
        for number, sent in enumerate((update.render_segments(CONSOLE), carried.render_segments(CONSOLE))):
            # A line feed in Textual's text moves only the cursor, which the next move sets again.
            self._streams[number].feed(sent.replace("\n", ""))
            self.bytes[number] += len(sent.encode())

    def agree(self) -> None:
        assert not self.wire.broken
        assert _drawn(self.screens[0]) == _drawn(self.screens[1])


def _drawn(screen: pyte.Screen) -> list[list[tuple[Any, ...]]]:
    """All that can be seen of every cell."""
    rows = []
    for y in range(screen.lines):
        cells = [screen.buffer[y][x] for x in range(screen.columns)]
        rows.append([_seen(cell) for cell in cells])
    return rows


def _seen(cell: Any) -> tuple[Any, ...]:
    lines = cell.underscore, cell.strikethrough, cell.reverse
    if cell.data == " " and not any(lines):
        return " ", cell.bg
    return cell.data, cell.bg, cell.fg, cell.bold, cell.italics, *lines


def _strip(chance: random.Random, width: int) -> Strip:
    segments = [Segment(chance.choice(WORDS), Style.parse(chance.choice(STYLES))) for _ in range(9)]
    return Strip(segments).crop(0, width).extend_cell_length(width)


@pytest.mark.parametrize("seed", range(12))
def test_any_updates_in_any_order_show_the_same(seed: int) -> None:
    chance = random.Random(seed)
    two = Two(30, 4)
    two.show(LayoutUpdate([[_strip(chance, 30)] for _ in range(4)], Region(0, 0, 30, 4)))
    for _ in range(12):
        cut = chance.randrange(5, 25)
        line = {0: _strip(chance, cut), cut: chance.choice([None, _strip(chance, 30 - cut)])}
        y, x1 = chance.randrange(4), chance.randrange(0, 25)
        # Where Textual cuts through a wide character it leaves two spaces, we leave those too.
        update = ChopsUpdate([line] * 4, [(y, x1, chance.randrange(x1 + 1, 31))], [[cut, 30]] * 4)
        if _cuts_a_wide_one(line, update.spans[0]):
            continue
        two.show(update)
        two.show(LayoutUpdate([list(filter(None, line.values()))], Region(0, y, 30, 1)))
        two.agree()


def _cuts_a_wide_one(line: dict[int, Strip | None], span: tuple[int, int, int]) -> bool:
    text = "".join(strip.text for strip in line.values() if strip)
    return not text.isascii() and span[1] > 0


async def test_every_screen_shows_the_same_and_costs_less() -> None:
    two = Two(80, 24)
    async with console(await troubled(), size=(80, 24)) as desk:
        await desk.shows("INC")
        app = desk.app
        app._display = lambda screen, update: update and two.show(update)  # type: ignore[method-assign]
        app.repaint()
        for key in KEYS.split():
            await desk.press(key)
            two.agree()
        assert two.bytes[1] < 0.6 * two.bytes[0]


async def test_whatever_may_have_disturbed_the_terminal_has_all_of_it_sent_again() -> None:
    async with console(size=(80, 24)) as desk:
        await desk.shows("1 of 96")
        app = desk.app
        for disturbed in (
            lambda: app.app_resume_signal.publish(app),
            lambda: app.act(app.registry.by_id["repaint"]),
            lambda: desk.pilot.resize_terminal(90, 30),
        ):
            app.wire._rows[0] = [("x", PLAIN)]
            if (waits := disturbed()) is not None:
                await waits
            await desk.until(lambda: not app.wire._rows)


def test_what_is_shown_already_is_not_sent_again_until_it_is_forgotten() -> None:
    wire, update = Wire(), LayoutUpdate([[Strip([Segment("weak", Style.parse("red"))])]], Region(0, 0, 4, 1))
    first = wire.encode(update, CONSOLE)
    assert "weak" in first and wire.encode(update, CONSOLE) == ""
    wire.forget()
    assert wire.encode(update, CONSOLE) == first


def test_colours_can_be_fewer_from_one_moment_to_the_next() -> None:
    wire, update = Wire(), LayoutUpdate([[Strip([Segment("x", Style.parse("#ffb000"))])]], Region(0, 0, 1, 1))
    assert "38;2;255;176;0" in wire.encode(update, CONSOLE)
    wire.most_colours = ColorSystem.EIGHT_BIT
    wire.forget()
    assert "38;5;214" in wire.encode(update, CONSOLE)


def test_where_textual_is_not_as_expected_it_sends_by_itself() -> None:
    update = LayoutUpdate([], Region(0, 0, 1, 1))
    update.strips = [SimpleNamespace()]  # type: ignore[list-item]
    update.render_segments = lambda _: "as ever"  # type: ignore[method-assign]
    wire = Wire()
    assert wire.carry(update).render_segments(CONSOLE) == "as ever"
    assert wire.broken and wire.carry(update) is update
    assert wire.carry("another") == "another"
