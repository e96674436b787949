"""The way in: ``run_console`` runs the console on this terminal until the operator or the terminal ends it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from noc_console.console.backend import Backend
from noc_console.console.settings import ConsoleSettings

if TYPE_CHECKING:
    from noc_console.picture.feed_client import FeedClient

ESCAPE_DELAY_MS = "25"
"""Textual waits 100 ms for the rest of an escape sequence; 25 are enough on every link that also carries arrows. It
reads this where it is imported."""


class Ended(NamedTuple):
    """How a console ended."""

    code: int
    """0; 1 after an error of our own; 2 when the terminal cannot show it; 129 and 143 after SIGHUP and SIGTERM."""
    travel_to: float | None
    """Where the operator wants to go in time; None to leave."""
    feed: FeedClient | None
    """The feed as it stood then."""


def why_not_here() -> str | None:
    """Why the console cannot run on this terminal; None when it can."""
    if not (sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()):
        return "the console needs a terminal on stdin, stdout and stderr (for scripts: noc-console show, lookup)"
    if os.environ.get("TERM", "dumb") in ("", "dumb"):
        return "TERM=dumb cannot show the console (for scripts: noc-console show, lookup)"
    return None


class Runnable(Protocol):
    """An app that tells how it ended."""

    crash_line: str | None

    @property
    def return_code(self) -> int | None:
        """Exit code; None before the end."""

    def run(self, *, mouse: bool) -> object:
        """Run until the end."""

    def ended(self) -> None:
        """Told when it has run."""


def run_console(
    backend: Backend,
    settings: ConsoleSettings,
    now: Callable[[], float] = time.time,
    known: FeedClient | None = None,
) -> Ended:
    """Run until the end.

    Args:
        backend: Opened by the console itself, after its first paint.
        settings: What the command line made of the config.
        now: The clock.
        known: A feed of this backend that rests: the console goes on from its picture.
    """
    os.environ.setdefault("ESCDELAY", ESCAPE_DELAY_MS)
    # Imported here: what calls us for other commands must not pay for Textual.
    from noc_console.console.app import NocApp

    made: list[NocApp] = []

    def build(ansi_color: bool | None) -> Runnable:
        made.append(NocApp(backend, settings, now, ansi_color=ansi_color, watch_terminal=True, known=known))
        return made[0]

    code = run_app(build, settings.mouse)
    return Ended(code, made[0].travel_to, made[0].feed) if made else Ended(code, None, None)


def run_app(build: Callable[[bool | None], Runnable], mouse: bool) -> int:
    """Run an app on this terminal; exit codes as ``run_console``'s.

    Args:
        build: Makes it; told True to keep the terminal's own colours (``NO_COLOR``).
        mouse: Whether to take the mouse over from the terminal.
    """
    problem = why_not_here()
    if problem:
        print(f"noc-console: {problem}", file=sys.stderr)
        return 2
    app = build(True if os.environ.get("NO_COLOR") else None)
    try:
        app.run(mouse=mouse)
    except OSError:
        # The terminal went away while it was being put back in order.
        return app.return_code or 129
    finally:
        app.ended()
    if app.crash_line:
        print(app.crash_line, file=sys.stderr)
    return app.return_code or 0
