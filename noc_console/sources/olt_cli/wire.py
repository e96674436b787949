"""What carries a command line: SSH or Telnet, seen as text that goes both ways."""

from __future__ import annotations

from typing import Protocol

COLUMNS, ROWS = 400, 50
"""Of the terminal that we say to have."""
CHUNK = 65536
"""Characters that are taken in at once, at most."""


class Wire(Protocol):
    """One command line's two directions."""

    def write(self, text: str) -> None:
        """Send; one that is broken says so when it is read."""

    async def read(self) -> str:
        """What comes next; empty at the end.

        Raises:
            SourceUnavailable: It broke.
        """


class Heard:
    """What came, in pieces: joined when it is wanted as a whole, for it may be a configuration of many megabytes."""

    TAIL = 4096
    """So much of its end, and of its beginning, is at hand."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._head = self._tail = ""
        self.length = 0

    def add(self, piece: str) -> None:
        """What came next."""
        self._pieces.append(piece)
        self.length += len(piece)
        self._tail = (self._tail + piece)[-self.TAIL :]
        if len(self._head) < self.TAIL:
            self._head = (self._head + piece)[: self.TAIL]

    @property
    def head(self) -> str:
        """The beginning."""
        return self._head

    def tail(self, since: int = 0) -> str:
        """The end, but nothing from before ``since``."""
        new = self.length - since
        return "" if new <= 0 else self._tail[-new:]

    def text(self, until: int | None = None) -> str:
        """All of it, or as much as had come when ``length`` was ``until``."""
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0][:until]
