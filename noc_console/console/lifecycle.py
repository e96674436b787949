"""The clean end: however the terminal goes away, the process goes too, quickly and without a busy core.

Stock Textual spins a core for ever when its terminal vanishes without a SIGHUP, and leaves the terminal in a mess
on SIGTERM. The watchdog is a thread, because a stalled terminal can block the event loop itself.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
import time
from collections.abc import Callable

HARD_EXIT_S = 1.5
"""How long the app may take to leave the terminal."""
CLEAN_UP_S = 1.8
"""How long whoever started it may take after that, for child processes and files."""
LOOK_EVERY_S = 0.5
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL

Ending = Callable[[int], None]
"""Called on the loop with the exit code."""


class Lifecycle:
    """Signal handlers and the watchdog of one console."""

    def __init__(self, end: Ending) -> None:
        self._end = end
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = threading.Event()
        self._left = threading.Event()

    def start(self) -> None:
        """Install everything; call it on the running loop."""
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            self._loop.add_signal_handler(number, self.end, 128 + number)
        threading.Thread(target=self._watch, name="tty-watchdog", daemon=True).start()

    def end(self, code: int) -> None:
        """End with this code; if the loop does not manage, the process is ended for it."""
        if self._ending.is_set():
            return
        self._ending.set()
        threading.Thread(target=self._end_hard, args=(code,), name="hard-exit", daemon=True).start()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end, code)

    def pass_on(self) -> None:
        """Watch no more: another app of this process takes the terminal over."""
        self._ending.set()

    def left(self) -> None:
        """The terminal is given back: the rest of the time is for cleaning up."""
        self._left.set()

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(0, 0)
        while not self._ending.is_set():
            if any(event & _GONE for _, event in poll.poll(0)):
                self.end(128 + signal.SIGHUP)
                return
            self._ending.wait(LOOK_EVERY_S)

    def _end_hard(self, code: int) -> None:
        if self._left.wait(HARD_EXIT_S):
            time.sleep(CLEAN_UP_S)
        os._exit(code)
