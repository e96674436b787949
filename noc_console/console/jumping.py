"""The jump overlay: a letter for each screen, pane and tab."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from noc_console.console.dialogs.choice import LETTERS, Option, choose

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


class Jumping:
    """Answers the action ``jump``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_jump(self, _: str = "") -> None:
        """Show the letters; one of them goes there."""
        app = self._app
        letters = iter(letter for letter in LETTERS if not letter.isdecimal())
        targets: dict[str, Callable[[], object]] = {}
        options: list[Option] = []
        for title, go in app.view.jumps():
            options.append(Option(next(letters), title, "on this screen"))
            targets[options[-1].key] = go
        for action in app.registry.actions:
            if action.id.startswith("screen."):
                key = next((key for key in action.keys if key.isdecimal()), None) or next(letters)
                options.append(Option(key, action.title.partition(";")[0].partition(":")[0], f":{action.command}"))
                targets[key] = partial(app.act, action)
        choose(app, "Jump to", options, lambda key: targets[key]())
