"""An event loop whose time jumps to the next timer when nothing else happens: time-outs cost hardly any time.

``pytestmark = pytest.mark.time_skips`` gives it to a module's tests. They must be of one process: what a socket there
was sent is readable at once, so that an idle loop waits for timers only. A thread at work, such as SQLite's, holds the
time back no longer than ``PATIENCE_S``; do not time such work with this loop's clock.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any

PATIENCE_S = 0.001
"""Real time that a thread has before the time jumps; without it the loop would spin, and slow the thread down."""


class _Selector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Looks for events, and instead of waiting for them moves the time on."""

    skip: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None or timeout <= PATIENCE_S:
            return super().select(timeout)
        ready = super().select(PATIENCE_S)
        if not ready:
            self.skip(timeout - PATIENCE_S)
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self._skipped_s = 0.0
        selector = _Selector()
        selector.skip = self._skip
        super().__init__(selector)

    def time(self) -> float:
        """Seconds that never step back."""
        return super().time() + self._skipped_s

    def _skip(self, seconds: float) -> None:
        self._skipped_s += seconds
