"""The link to the operator: full, or low where bytes are dear. Chosen by itself when the terminal does not keep up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import ColorSystem

from noc_console.picture.model import Delta

if TYPE_CHECKING:
    from noc_console.console.app import NocApp

MODES = ("full", "low", "auto")
PAINT_EVERY_S = 3.0
"""On a low link what the data changed is painted so often at most; keys are always answered at once. On a full one the
feed's own period of a second is the measure."""
SLOW_TICKS = 2
"""Seconds for which output must wait in the queue without a break."""


class Link:
    """Answers the action ``link``; asked for each change of the data and each second."""

    def __init__(self, app: NocApp) -> None:
        self._app = app
        self._auto = app.settings.link == "auto"
        self._waiting = 0
        self._held = Delta()
        self._painted_at = 0.0
        self._compact_before = False
        self._set(app.settings.link == "low")

    def do_link(self, wanted: str = "") -> None:
        """Full, low, or as it turns out."""
        if wanted not in MODES:
            raise ValueError(f":link wants {', '.join(MODES)}")
        self._auto = wanted == "auto"
        self._choose(wanted == "low")
        self._app.say(f"link: {wanted}")

    def ready(self, delta: Delta) -> Delta | None:
        """What is to be painted now, with all that was held back; None while nothing is."""
        self._held.merge(delta)
        now = self._app.now()
        if self._app.desk.session.low_link and 0 <= now - self._painted_at < PAINT_EVERY_S:
            return None
        self._painted_at = now
        held, self._held = self._held, Delta()
        return held

    def tick(self) -> None:
        """Whether the terminal takes what we write."""
        self._waiting = self._waiting + 1 if self._queued() else 0
        if self._auto and self._waiting >= SLOW_TICKS and not self._app.desk.session.low_link:
            self._choose(True)
            self._app.say("slow link: low-bandwidth mode (:link full ends it)", "warning")

    def _choose(self, low: bool) -> None:
        if low != self._app.desk.session.low_link:
            self._set(low)
            self._app.navigation.set_palette(self._app.palette)
            self._app.repaint()

    def _set(self, low: bool) -> None:
        """A low link is compact too, which ``w`` may change; afterwards it is as it was before."""
        session = self._app.desk.session
        if low:
            self._compact_before = session.compact
        session.compact = low or self._compact_before
        session.low_link = low
        # 16 colours would take fewer bytes yet, but there warning and critical become one.
        self._app.wire.most_colours = ColorSystem.EIGHT_BIT if low else ColorSystem.TRUECOLOR

    def _queued(self) -> bool:
        # Textual tells nobody how far its output is; its writer's queue is the one place where it shows.
        writer = getattr(self._app._driver, "_writer_thread", None)
        return writer is not None and writer._queue.qsize() > 0
