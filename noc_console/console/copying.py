"""Copying what the selection is called, and telling which way it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noc_console.console import clipboard

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


def copy(app: NocApp, text: str, what: str, told: str = "") -> None:
    """Copy ``text`` in the background, then say ``copied WHAT via WAY: TOLD``."""

    async def work() -> None:
        how = await clipboard.copy(text, app.send, clipboard.clip_file())
        app.say(f"copied {what} via {how}" + (f": {told}" if told else ""))

    app.run_worker(work(), group="copy", exit_on_error=False)


class Copying:
    """Answers the action ``copy``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_copy(self, _: str = "") -> None:
        """Copy it."""
        found = self._app.view.copyable()
        if found is None:
            raise ValueError("nothing to copy is selected")
        what, text = found
        copy(self._app, text, what, text)
