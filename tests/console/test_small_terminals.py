"""Every screen on terminals that are too small for it: what matters most stays, nothing breaks."""

from __future__ import annotations

import pytest

from noc_console.domain.changes import OltAnswers

from .fake_backend import START, FakeBackend
from .harness import console

SIZES = [(60, 16), (40, 10)]


async def test_every_screen_takes_keys_where_nothing_fits() -> None:
    async with console(size=(5, 2)) as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        for name, view in desk.app.navigation.views.items():
            desk.app.navigation.show(name)
            await desk.press("j", "G", "tab", "z", "z", "?", "escape")
            assert desk.app.view is view


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_matters_most_is_still_there(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        await desk.shows("INC 0")
        await desk.shows(" RO ")
        await desk.shows(desk.serial() or "-")
        await desk.press("enter")
        await desk.shows("verdict")


async def test_the_log_tells_what_happened_before_anything_else() -> None:
    backend = FakeBackend()
    backend.add_change(OltAnswers(at=START, olt="olt-1", id=1))
    async with console(backend, size=(40, 12)) as desk:
        await desk.until(lambda: desk.app.model.link.loaded)
        await desk.press("6")
        await desk.shows("WHAT")
        await desk.shows("answers")
