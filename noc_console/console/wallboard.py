"""The wallboard: one page for a spare terminal. It can only look: no action is imported, and no key but ``q`` heard."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from noc_console.console import crash
from noc_console.console.backend import Backend
from noc_console.console.feed import Feed
from noc_console.console.glyphs import ASCII, choose_glyphs
from noc_console.console.lifecycle import Lifecycle
from noc_console.console.render.wall import page
from noc_console.console.run import run_app
from noc_console.console.settings import ConsoleSettings
from noc_console.console.state.model import Delta, Model
from noc_console.console.state.wall import wall
from noc_console.console.themes import choose_theme, load_themes
from noc_console.console.widgets.lines import LinePane

REAGE_EVERY_S = 5
"""The clock ticks each second; trust in old readings decays at this pace."""


class WallboardApp(App[int]):
    """Big figures."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+q", "quit", show=False)]
    CSS = "LinePane { height: 1fr; }"

    def __init__(
        self,
        backend: Backend,
        settings: ConsoleSettings,
        now: Callable[[], float] = time.time,
        ansi_color: bool | None = None,
        watch_terminal: bool = False,
    ) -> None:
        super().__init__(ansi_color=ansi_color)
        self.animation_level = "none"
        themes = load_themes()
        chosen = choose_theme(settings.theme, themes)
        for theme in themes.found.values():
            self.register_theme(theme.textual)
        self.theme = chosen
        self._settings = settings
        self._now = now
        self._glyphs = choose_glyphs()
        self._model = Model(settings)
        self._backend = backend
        self._feed = Feed(backend, self._model, now, lambda _: None)
        self._pane = LinePane(themes.found[chosen].palette)
        self._lifecycle = Lifecycle(lambda code: self.exit(code, code)) if watch_terminal else None
        self._ticks = 0
        self.crash_line: str | None = None

    def compose(self) -> ComposeResult:
        """One pane over the whole screen."""
        yield self._pane

    def on_mount(self) -> None:
        """Start looking."""
        if self._lifecycle:
            self._lifecycle.start()
        self._watch()
        self.set_interval(1.0, self._tick)
        self._tick()

    def on_resize(self) -> None:
        """Paint for the new size."""
        self._paint()

    async def on_unmount(self) -> None:
        """Let the database go."""
        await self._backend.close()

    @work(exclusive=True)
    async def _watch(self) -> None:
        await self._feed.run()

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % REAGE_EVERY_S == 0:
            self._model.reage(self._now(), Delta())
        self._paint()

    def _paint(self) -> None:
        block = "#" if self._glyphs is ASCII else "█"
        facts = wall(self._model, self._settings.site, self._now())
        self._pane.set_lines(page(facts, self.size.width, self.size.height, block, self._glyphs.rule))

    def _handle_exception(self, error: Exception) -> None:
        self.crash_line = crash.report(error, self._settings.log_file)
        self.exit(1, 1)


def run_wallboard(backend: Backend, settings: ConsoleSettings) -> int:
    """Run until ``q`` or the terminal ends it; exit codes as ``run_console``'s."""
    return run_app(lambda ansi: WallboardApp(backend, settings, ansi_color=ansi, watch_terminal=True), mouse=False)
