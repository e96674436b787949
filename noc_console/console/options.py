"""What the command line of a console says. Standard library only: a console that joins a share imports little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LINKS = ("full", "low", "auto")
Link = Literal["full", "low", "auto"]


@dataclass(frozen=True, slots=True)
class Options:
    """None and empty leave it to the config."""

    theme: str | None = None
    link: Link | None = None
    ascii: bool | None = None
    mouse: bool | None = None
    screen: str = ""
    """First screen."""
    read_only: bool = False
    """Never allow actions."""
    first_command: str = ""
    """``:`` command to run after the first data."""

    def wrong(self) -> str:
        """What is of the wrong type, for one that came from outside; empty when nothing is."""
        if not all(isinstance(text, str) for text in (self.theme or "", self.screen, self.first_command)):
            return "theme, screen and first_command are text"
        if self.link is not None and self.link not in LINKS:
            return f"link is one of {', '.join(LINKS)}"
        if not all(value is None or isinstance(value, bool) for value in (self.ascii, self.mouse)):
            return "ascii and mouse are true or false"
        return "" if isinstance(self.read_only, bool) else "read_only is true or false"
