"""Copying what the selection is called, and telling which way it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noc_console.console import clipboard

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


class Copying:
    """Answers the action ``copy``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app

    def do_copy(self, _: str = "") -> None:
        """Copy it."""
        found = self._app.view.copyable()
        if found is None:
            raise ValueError("nothing to copy is selected")
        self._app.run_worker(self._copy(*found), group="copy", exit_on_error=False)

    async def _copy(self, what: str, text: str) -> None:
        how = await clipboard.copy(text, self._app.send, clipboard.clip_file())
        self._app.say(f"copied {what} via {how}: {text}")
