"""Pause: the screens hold still to be read or copied from, while data, counters and bell go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.strip import Strip
from textual.widget import Widget

from noc_console.picture.model import Delta

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


class Still(Widget):
    """What was on the screen."""

    DEFAULT_CSS = "Still { height: 1fr; width: 1fr; display: none; }"

    def __init__(self) -> None:
        super().__init__(id="still")
        self.strips: Sequence[Strip] = ()

    def render_line(self, y: int) -> Strip:
        """A line as it was (Textual's line protocol)."""
        return self.strips[y] if y < len(self.strips) else Strip.blank(self.size.width)


class Freezing:
    """Answers the action ``pause``."""

    def __init__(self, app: NocApp) -> None:
        self._app = app
        self._focused: Widget | None = None
        self.still = Still()

    def do_pause(self, _: str = "") -> None:
        """Hold still, or go on."""
        app = self._app
        if self.thaw():
            return
        views = app.query_one("#views")
        # Textual has no public way to take the lines of a part of the screen; its own screenshots do the same.
        whole = app.screen._compositor.render_strips(app.size)
        area = views.region
        self.still.strips = [strip.crop(area.x, area.right) for strip in whole[area.y : area.bottom]]
        self._focused = app.focused
        app.desk.session.frozen_at, app.desk.session.frozen_changes = app.now(), 0
        views.display, self.still.display = False, True
        self.still.refresh()

    def thaw(self) -> bool:
        """Go on; False when nothing stood still."""
        app, session = self._app, self._app.desk.session
        if session.frozen_at is None:
            return False
        session.frozen_at = None
        self.still.display, app.query_one("#views").display = False, True
        app.screen.set_focus(self._focused)  # at once: the key that ended it belongs to what had the focus
        self._focused = None
        return True

    def changed(self, delta: Delta) -> None:
        """Count what the still picture does not show."""
        if self._app.desk.session.frozen_at is not None:
            self._app.desk.session.frozen_changes += len(delta.rows) + len(delta.jobs) + len(delta.records)
