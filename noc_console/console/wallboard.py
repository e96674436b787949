"""The wallboard: one page for a spare terminal. It can only look: no action is imported, and no key but ``q`` heard."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from noc_console.console.backend import Backend
from noc_console.console.glyphs import ASCII
from noc_console.console.render.wall import page
from noc_console.console.run import run_app
from noc_console.console.settings import ConsoleSettings
from noc_console.console.shell import Shell
from noc_console.console.widgets.lines import LinePane
from noc_console.picture.wall import wall


class WallboardApp(Shell):
    """Big figures."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+q", "leave", show=False)]
    CSS = "LinePane { height: 1fr; }"

    def __init__(
        self,
        backend: Backend,
        settings: ConsoleSettings,
        now: Callable[[], float] = time,
        ansi_color: bool | None = None,
        watch_terminal: bool = False,
    ) -> None:
        super().__init__(backend, settings, now, ansi_color=ansi_color, watch_terminal=watch_terminal)
        self._pane = LinePane(self.palette)

    def compose(self) -> ComposeResult:
        """One pane over the whole screen."""
        yield self._pane

    def on_resize(self) -> None:
        """Paint for the new size."""
        self._paint()

    def ticked(self) -> None:
        """The clock on the wall."""
        self._paint()

    def action_leave(self) -> None:
        """Only somebody at its keyboard ends it."""
        self.leave()

    def _paint(self) -> None:
        block = "#" if self.glyphs is ASCII else "█"
        facts = wall(self.model, self.settings.site, self.now())
        self._pane.set_lines(page(facts, self.size.width, self.size.height, block, self.glyphs.rule))


def run_wallboard(backend: Backend, settings: ConsoleSettings) -> int:
    """Run until ``q`` or the terminal ends it; exit codes as ``run_console``'s."""
    return run_app(lambda ansi: WallboardApp(backend, settings, ansi_color=ansi, watch_terminal=True), mouse=False)
