"""The wallboard: pages for a spare terminal. It can only look: no action is imported, and no key but ``q`` heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from noc_console.console import crash
from noc_console.console.backend import Backend
from noc_console.console.dimming import dimmed, is_dim
from noc_console.console.pace import Every
from noc_console.console.run import run_app
from noc_console.console.settings import ConsoleSettings
from noc_console.console.shell import Shell
from noc_console.console.wallpages import PAGES, SECONDS, TRENDS_EVERY_S, WallPages
from noc_console.console.widgets.lines import LinePane
from noc_console.picture.model import Delta
from noc_console.picture.ringing import Ringing
from noc_console.picture.trends import read_trends

PAINT_EVERY_S = 10.0
"""Figures change so often at most; at once with another page, a new critical incident, or when data goes stale."""


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
        pages: Sequence[str] = PAGES,
        seconds: float = SECONDS,
    ) -> None:
        super().__init__(backend, settings, now, ansi_color=ansi_color, watch_terminal=watch_terminal)
        self._pane = LinePane(self.palette)
        self._dim = False
        self.pages = WallPages(self.model, settings.site, self.glyphs, self._broke, pages, seconds, PAINT_EVERY_S)
        self._ringing = Ringing(self.model)
        self._trends = Every(TRENDS_EVERY_S) if "trend" in pages else None

    def compose(self) -> ComposeResult:
        """One pane over the whole screen."""
        yield self._pane

    def on_resize(self) -> None:
        """Paint for the new size."""
        self._paint()

    def changed(self, delta: Delta) -> None:
        """The bell, once for each new critical incident; then the incidents stay for a while."""
        if self._ringing.begun and "incidents" not in delta.records:
            return
        if self._ringing.due(self.now()):
            self.bell()
            self.pages.pin(self.now())
            self._paint()

    def ticked(self) -> None:
        """The clock on the wall."""
        if self._trends and self.model.link.loaded and self._trends.due(self.now()):
            self._read_trends()
        if (dim := is_dim(self.settings.dim, self.now())) != self._dim:
            self._dim = dim
            self._pane.set_palette(dimmed(self.palette) if dim else self.palette)
        self._paint()

    @work(exclusive=True, group="trends", exit_on_error=False)
    async def _read_trends(self) -> None:
        self.pages.trends = await read_trends(self.backend, self.model, self.now())

    def action_leave(self) -> None:
        """Only somebody at its keyboard ends it."""
        self.leave()

    def _broke(self, error: Exception) -> None:
        crash.report(error, self.settings.log_file, fatal=False)

    def _paint(self) -> None:
        self._pane.set_lines(self.pages.lines(self.size.width, self.size.height, self.now()))


def run_wallboard(
    backend: Backend, settings: ConsoleSettings, pages: Sequence[str] = PAGES, seconds: float = SECONDS
) -> int:
    """Run until ``q`` or the terminal ends it; exit codes as ``run_console``'s."""

    def build(ansi: bool | None) -> WallboardApp:
        return WallboardApp(backend, settings, ansi_color=ansi, watch_terminal=True, pages=pages, seconds=seconds)

    return run_app(build, mouse=False)
