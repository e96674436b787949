"""A collector's life: it ends on a signal and, as a console's child, with that console, whatever ended the console."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
FULL_COLLECTION_EVERY_S = 900.0

HARD_EXIT_S = 1.5
"""After this long an orderly end is given up."""


def collect_garbage_seldom() -> None:
    """Keep the garbage collector from holding the event loop while polls are under way.

    A full collection walks every fact of every ONT: 150 ms at 20 OLTs of 4,096 ONTs, and none of it is garbage. Young
    objects are collected as always; call ``collect_garbage`` from time to time for the rest.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, 1_000_000)


async def collect_garbage() -> None:
    """One full collection."""
    gc.collect()


def stop_on_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on the signals that ask for an end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, _stop, stop)


def stop_with_parent(stop: asyncio.Event, pipe: int) -> None:
    """Set ``stop`` when the parent is gone.

    Args:
        stop: What to set.
        pipe: Read end of a pipe whose other end only the parent holds: it closes however the parent ends.
    """
    if sys.platform == "linux":
        # Belt and braces: a grandchild that inherited the pipe's write end would keep it open.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    loop = asyncio.get_running_loop()

    def readable() -> None:
        if not os.read(pipe, 1):
            loop.remove_reader(pipe)
            _stop(stop)

    loop.add_reader(pipe, readable)


def _stop(stop: asyncio.Event) -> None:
    if not stop.is_set():
        stop.set()
        threading.Thread(target=_exit_hard, daemon=True).start()


def _exit_hard() -> None:
    time.sleep(HARD_EXIT_S)
    os._exit(1)
