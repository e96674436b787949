"""Copying what the selection is called, and telling which way it went."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from noc_console.console import clipboard
from noc_console.console.dialogs.choice import choose, lettered
from noc_console.domain.text import visible

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


def deep_link(command: str) -> str:
    """What opens a console there, for any shell: names of devices may hold anything."""
    return f"noc-console {shlex.quote(':' + visible(command))}"


def copy(app: NocApp, text: str, what: str, told: str = "") -> None:
    """Copy ``text`` in the background, then say ``copied WHAT via WAY: TOLD``."""

    async def work() -> None:
        how = await clipboard.copy(text, app.send, clipboard.clip_file())
        app.say(f"copied {what} via {how}" + (f": {told}" if told else ""))

    app.run_worker(work(), group="copy", exit_on_error=False)


class Copying:
    """Answers the actions ``copy`` and ``copy.menu``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_copy(self, _: str = "") -> None:
        """Copy it."""
        found = self._app.view.copyable()
        if found is None:
            raise ValueError("nothing to copy is selected")
        what, text = found
        copy(self._app, text, what, text)

    def do_copy_menu(self, wanted: str = "") -> None:
        """All that the selection is called; ``:copy-as WHAT`` copies at once."""
        app = self._app
        found = [*app.view.copies(), ("deep link", deep_link(app.view.link()))]
        if wanted:
            text = dict(found).get(wanted)
            if text is None:
                raise ValueError(f"no {wanted!r} to copy (there are {', '.join(name for name, _ in found)})")
            copy(app, text, wanted, text)
            return
        options = lettered([(name, text.replace("\t", "  ").replace("\n", "  ")) for name, text in found])
        texts = {option.key: pair for option, pair in zip(options, found, strict=False)}

        def chosen(key: str) -> None:
            what, text = texts[key]
            copy(app, text, what, text.partition("\n")[0])

        choose(app, "Copy", options, chosen)
