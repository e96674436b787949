"""What the operator is told in passing: lines in place of the footer, where they cover no facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from noc_console.console.render.cells import Line, wrap

SHOWN_S = {"error": 15.0}
"""How long a message of a severity is shown."""
USUALLY_S = 6.0
MOST_LINES = 4
_ROLES = {"error": "bar-critical", "warning": "bar-warning"}


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was told."""

    text: str
    severity: str
    at: float

    def shown(self, now: float) -> bool:
        """Whether it still stands; after a clock that was set back nothing does."""
        return 0 <= now - self.at < SHOWN_S.get(self.severity, USUALLY_S)


class Messages:
    """What was told last, for as long as it takes to read it.

    Args:
        now: Clock, Unix seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._told: list[Message] = []

    def add(self, text: str, severity: str) -> None:
        """Tell something in place of what it makes old: the same text, and all that was mere information."""
        told = [message for message in self._told if message.severity != "information" and message.text != text]
        self._told = [*told, Message(text, severity, self._now())][-MOST_LINES:]

    def clear(self) -> None:
        """Take all of it away."""
        self._told = []

    def lines(self, width: int) -> list[Line]:
        """What stands now, wrapped, oldest first; of more than ``MOST_LINES`` the newest messages."""
        now = self._now()
        self._told = [message for message in self._told if message.shown(now)]
        lines: list[Line] = []
        for message in reversed(self._told):
            role = _ROLES.get(message.severity, "bar-strong")
            rows: list[Line] = [[(f" {row}", role)] for row in wrap(message.text, width - 2)]
            if lines and len(lines) + len(rows) > MOST_LINES:
                break
            lines = [*rows[:MOST_LINES], *lines]
        return lines
