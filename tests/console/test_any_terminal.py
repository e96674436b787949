"""Every screen on every size of terminal and in every theme: one console, resized; nothing is refused."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Resize
from textual.geometry import Size

from noc_console.console.shell import Shell

from .fake_backend import FakeBackend
from .harness import Desk, build, console

SIZES = [(1, 1), (20, 5), (40, 10), (60, 16), (80, 24), (120, 40), (160, 50), (200, 55)]


async def settled(desk: Desk) -> list[str]:
    """The lines on the screen once all that was posted is done, and one look shows what the last one showed."""
    before: list[str] = []
    while True:
        for _ in range(2):
            await desk.pilot._wait_for_screen()
        lines = desk.screen().split("\n")
        if lines == before:
            return lines
        before = lines


async def test_every_screen_fits_every_terminal() -> None:
    async with console(size=(80, 24)) as desk:
        for size in SIZES:
            await desk.pilot.resize_terminal(*size)
            while desk.app.screen.size != size:
                await desk.pilot.pause()
            for screen in list(desk.app.navigation.views):
                desk.app.navigation.show(screen)
                lines = await settled(desk)
                assert (len(lines[0]), len(lines)) == size, screen
                assert screen == desk.app.view.NAME
                if size < (40, 10):
                    continue
                assert "14:05" in lines[0] and "INC 0" in lines[0], (screen, size)
                assert lines[2].strip(), (screen, size)
                assert sum(bool(line.strip()) for line in lines[3:-1]) >= 2, (screen, size)
                assert "? help" in lines[-1], (screen, size)


async def test_every_theme_paints_every_screen_live() -> None:
    async with console(size=(40, 10)) as desk:
        for theme in desk.app.themes.found:
            desk.app.command(f"theme {theme}")
            for screen in list(desk.app.navigation.views):
                desk.app.navigation.show(screen)
                await settled(desk)
                base = desk.app.palette.base
                segments = [
                    part for strip in desk.app.screen._compositor.render_strips(desk.app.size) for part in strip
                ]
                grounds = {part.style.bgcolor for part in segments if part.style and part.style.bgcolor}
                assert base.bgcolor in grounds, (theme, screen)


def test_no_color_is_seen_by_every_console_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    made: list[Shell] = [build(FakeBackend()) for _ in range(2)]
    assert [app.theme for app in made] == ["mono", "mono"]


async def test_a_storm_of_resizes_is_laid_out_seldom() -> None:
    """As when tmux attaches: the last size counts."""
    async with console(size=(80, 24)) as desk:
        laid_out: list[Size] = []
        desk.app.screen._screen_resized = laid_out.append  # type: ignore[method-assign]
        for width in range(101, 141):
            desk.app.post_message(Resize(Size(width, 24), Size(width, 24)))
            await asyncio.sleep(0.01)  # more than Textual's own pause
        await desk.until(lambda: laid_out and laid_out[-1] == Size(140, 24))
        assert len(laid_out) < 20
