"""Time travel: to an instant of the past, through it, and back to what is live."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from noc_console.console.past import STEP_S, PastBackend
from noc_console.console.render.times import stamp
from noc_console.domain.instants import parse_instant

if TYPE_CHECKING:
    from noc_console.console.app import NocApp


LIVE = math.inf
"""Where ``live`` goes."""


class Travelling:
    """Answers the actions ``time.at``, ``time.live``, ``time.speed``, ``time.step-back`` and ``time.step-forward``.

    From the live console ``at`` ends the app with ``app.travel_to`` set; whoever started it then opens the past, and
    after it what is live.
    """

    def __init__(self, app: NocApp) -> None:
        self._app = app

    @property
    def _past(self) -> PastBackend | None:
        backend = self._app.backend
        return backend if isinstance(backend, PastBackend) else None

    def do_time_at(self, text: str = "") -> None:
        """To an instant."""
        past = self._past
        if not text.strip():
            raise ValueError(":at wants a time: 02:05, 2h (ago) or 2026-11-26T02:05")
        at = parse_instant(text, self._app.now() if past is None else past.clock.until_at)
        if past is None:
            self._app.travel_to = at
            self._app.pass_on()
        else:
            self._go(past, at)

    def do_time_live(self, _: str = "") -> None:
        """Back to what is live."""
        if self._past is None:
            raise ValueError("this is live already")
        self._app.travel_to = LIVE
        self._app.pass_on()

    def do_time_step_back(self, _: str = "") -> None:
        """A step towards the beginning."""
        self._step(-STEP_S)

    def do_time_step_forward(self, _: str = "") -> None:
        """A step towards the end."""
        self._step(STEP_S)

    def do_time_speed(self, text: str = "") -> None:
        """How fast the past goes on; 0 stands still."""
        past = self._needs_past()
        try:
            speed = float(text)
        except ValueError:
            speed = -1.0
        if not 0 <= speed <= 1000:
            raise ValueError(":speed wants a number from 0 (stand still) to 1000")
        past.clock.run(speed)

    def _needs_past(self) -> PastBackend:
        past = self._past
        if past is None:
            raise ValueError("this is live: :at 02:05 goes to the past")
        return past

    def _step(self, seconds: float) -> None:
        past = self._needs_past()
        self._go(past, past.clock.now() + seconds)

    def _go(self, past: PastBackend, at: float) -> None:
        known = past.past
        if known is not None and not known.first_at <= at <= known.last_at:
            at = min(max(at, known.first_at), known.last_at)
            end = "begins" if at == known.first_at else "ends"
            self._app.say(f"the recording {end} at {stamp(at, at)}", "warning")
        past.clock.go_to(at)
        self._app.feed.retry_now()
