"""Ctrl+Z: back to the shell, and with ``fg`` here again, where there is a shell to go back to."""

from __future__ import annotations

import os
import signal
from pathlib import Path

relayed: bool | None = None
"""For a session whose terminal another process relays: whether a shell waits there. None: the terminal is our own."""


def shell_waits() -> bool:
    """Whether a shell with job control started us: without one nobody could wake a stopped console.

    Somebody waits when the parent of our process group's leader is of our session, but of another group. That is what
    POSIX calls a process group that is not orphaned.
    """
    if relayed is not None:
        return relayed
    try:
        leader = os.getpgrp()
        waiting = _parent(leader) or os.getppid()
        return os.getsid(waiting) == os.getsid(0) and os.getpgid(waiting) != leader
    except OSError:
        return False


def stop() -> None:
    """Stop all of our process group, as the terminal's own Ctrl+Z would: ``make`` or ``sudo`` may stand before us."""
    # The kernel spares a process group that no shell waits for, as a relayed one is, from SIGTSTP.
    os.killpg(os.getpgrp(), signal.SIGTSTP if relayed is None else signal.SIGSTOP)


def _parent(pid: int) -> int | None:
    """The parent of a process; None when it is gone or the system has no ``/proc``."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return int(told.rpartition(")")[2].split()[1])
