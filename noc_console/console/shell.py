"""What the console and the wallboard are alike in: theme, model and feed, the clean end, the report of a crash."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from rich.color import ColorSystem
from rich.console import RenderableType
from textual import work
from textual.app import App
from textual.filter import LineFilter
from textual.screen import Screen

from noc_console.console import crash
from noc_console.console.backend import Backend
from noc_console.console.glyphs import ASCII, choose_glyphs
from noc_console.console.lifecycle import Lifecycle
from noc_console.console.only_ascii import OnlyAscii
from noc_console.console.settings import ConsoleSettings
from noc_console.console.themes import Themes, choose_theme, load_themes
from noc_console.console.wire import Wire
from noc_console.domain.errors import NocError
from noc_console.picture.feed_client import FeedClient
from noc_console.picture.model import Delta, Model

CLOSE_TIMEOUT_S = 3.0
RESIZE_SETTLES_S = 0.1
"""While a terminal is being dragged, or tmux attaches to it, no more often than this is it laid out anew."""


class Shell(App[int]):
    """An app on the feed. Subclasses paint in ``changed`` and ``ticked``."""

    def __init__(
        self,
        backend: Backend,
        settings: ConsoleSettings,
        now: Callable[[], float] = time.time,
        themes: Themes | None = None,
        ansi_color: bool | None = None,
        watch_terminal: bool = False,
        feed: FeedClient | None = None,
        known: FeedClient | None = None,
    ) -> None:
        """Build it; nothing is opened or asked yet.

        Args:
            backend: Where data comes from and jobs go to.
            settings: What the command line said.
            now: Clock, Unix seconds.
            themes: Theme files as read.
            ansi_color: True keeps the terminal's own colours (``NO_COLOR``).
            watch_terminal: End when the terminal goes away or a signal says so.
            feed: One that other sessions of this process share and somebody else runs; None makes one of our own.
            known: One of the same backend that rests: its picture is shown at once, and ours goes on from there.
        """
        self.themes = themes or load_themes()
        chosen = choose_theme(settings.theme, self.themes)
        no_color = os.environ.get("NO_COLOR")
        super().__init__(ansi_color=ansi_color)
        if no_color is not None:
            # Textual takes it out of the environment; the next console of this process must see it too.
            os.environ["NO_COLOR"] = no_color
        self.animation_level = "none"
        for theme in self.themes.found.values():
            self.register_theme(theme.textual)
        self.theme = chosen
        self.palette = self.themes.found[chosen].palette
        self.glyphs = ASCII if settings.ascii else choose_glyphs()
        self._signs = OnlyAscii(enabled=self.glyphs is ASCII)
        self.wire = Wire()
        if settings.link == "low":
            self.wire.most_colours = ColorSystem.EIGHT_BIT
        self.settings = settings
        self.backend = backend
        self.now = now
        self._own_feed = feed is None
        self._known = known is not None and known.model.link.opened
        own = known.continued() if known else FeedClient(backend, Model(settings.picture), now)
        self.feed = feed or own
        self.model = self.feed.model
        self.crash_line: str | None = None
        self._lifecycle = Lifecycle(self._end) if watch_terminal else None
        self._deaf: Callable[[], None] | None = None
        self._laid_out_at = float("-inf")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's, and ours behind them."""
        return [*super().get_line_filters(), self._signs] if self._signs.enabled else super().get_line_filters()

    def changed(self, delta: Delta) -> None:
        """The feed brought something, or tried to, or trust in old readings decayed."""

    def ticked(self) -> None:
        """A second passed."""

    def on_mount(self) -> None:
        """Start the clock; the backend is opened after the first paint."""
        if self._lifecycle is not None:
            self._lifecycle.start()
        self.app_resume_signal.subscribe(self, lambda _: self.repaint())
        self._deaf = self.feed.listen(self._fed)
        self.set_interval(1.0, self._tick)
        if self._known:
            self.call_after_refresh(lambda: self._fed(Delta.of_all(self.model)))
        if self._own_feed:
            self.call_after_refresh(self._run_feed)

    async def on_unmount(self) -> None:
        """Hear no more; let the database go, unless others share it."""
        if self._deaf is not None:
            self._deaf()
        if not self._own_feed:
            return
        try:
            await asyncio.wait_for(self.backend.close(), CLOSE_TIMEOUT_S)
        except (NocError, TimeoutError):
            return

    def repaint(self) -> None:
        """Send everything: another program may have written on the terminal."""
        self.wire.forget()
        self.refresh(repaint=True, layout=True)
        self.screen.refresh(repaint=True, layout=True)

    def leave(self) -> None:
        """End well; bounded in time where the terminal is watched."""
        if self._lifecycle:
            self._lifecycle.end(0)
        else:
            self._end(0)

    def pass_on(self) -> None:
        """End, and leave the terminal to another app of this process."""
        if self._lifecycle:
            self._lifecycle.pass_on()
        self._end(0)

    def ended(self) -> None:
        """It has run; whoever started it cleans up now."""
        if self._lifecycle:
            self._lifecycle.left()

    @work(exclusive=True, group="feed", exit_on_error=True)
    async def _run_feed(self) -> None:
        await self.feed.run()

    def _fed(self, delta: Delta) -> None:
        if self.is_running:
            self.changed(delta)

    def _tick(self) -> None:
        self.feed.tick()
        self.ticked()

    def _end(self, code: int) -> None:
        self.exit(result=code, return_code=code)

    def _check_resize(self) -> None:
        """Lay out for a new size: the first at once, of a storm of them one in a while and the last. (Textual's own
        pause is 8 ms; it has no setting for it.)"""
        if self._resize_event is not None:
            wait_s = self._laid_out_at + RESIZE_SETTLES_S - time.monotonic()
            if wait_s > 0:
                self._resize_timer = self.set_timer(wait_s, self._check_resize)
                return
            self._laid_out_at = time.monotonic()
            self.wire.forget()
        super()._check_resize()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send only what the terminal does not show yet."""
        super()._display(screen, self.wire.carry(renderable))

    def _handle_exception(self, error: Exception) -> None:
        """One line for the operator, a redacted report for the log: never locals on the screen."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self.crash_line = crash.report(error, self.settings.log_file)
        self._close_messages_no_wait()
