"""Where only ASCII is wanted, no sign that we or Textual draw is anything else; names of devices stay as they are."""

from __future__ import annotations

from dataclasses import replace

from noc_console.console.glyphs import ASCII, UNICODE, choose_glyphs
from noc_console.domain.text import visible

from .gallery import SHOWN, do_step, troubled
from .harness import console

NAME = "Łódź 日本"


async def test_no_screen_and_no_dialog_draws_anything_else() -> None:
    backend = await troubled()
    backend.put_ont(replace(backend.onts[1], description=NAME))
    async with console(backend, size=(160, 50), ascii=True) as desk:
        await desk.shows("INC")
        assert desk.app.glyphs is ASCII
        for name, steps in SHOWN.items():
            for step in steps:
                do_step(desk.app, step)
                await desk.pilot.pause()
            _only_ascii(desk.screen(), name)
        await desk.press("3")
        for key in ("right_square_bracket",) * 4:
            await desk.press(key)
            _only_ascii(desk.screen(), key)
        for key in ("question_mark", "full_stop", "c", "Y", "ctrl+p", "M", "q"):
            await desk.press(key)
            _only_ascii(desk.screen(), key)
            await desk.press("escape")


def _only_ascii(screen: str, where: str) -> None:
    strange = {sign for sign in screen if not sign.isascii() and not sign.isalpha()}
    assert not strange, f"{where}: {sorted(strange)}\n{screen}"


async def test_a_name_stays_what_it_is() -> None:
    backend = await troubled()
    backend.put_ont(replace(backend.onts[1], description=NAME))
    async with console(backend, ascii=True, screen="onts") as desk:
        await desk.shows(NAME)


def test_the_locale_and_the_terminal_choose_where_nobody_does() -> None:
    assert choose_glyphs({"LANG": "de_DE.UTF-8"}) is UNICODE
    assert choose_glyphs({"LANG": "de_DE.ISO-8859-1"}) is ASCII
    assert choose_glyphs({"LANG": "C.UTF-8", "TERM": "linux"}) is ASCII
    assert visible("a\x1bb") == "a·b"
