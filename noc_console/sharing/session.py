"""A forked process becomes a session: another terminal, another environment, nothing of its parent's work."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from noc_console.sharing.wire import VARIABLES, Peer, Request

Run = Callable[["Wanted"], int]
"""Runs a session on this process's terminal; returns its exit code."""


class Wanted(NamedTuple):
    """A session that somebody asked for."""

    request: Request
    peer: Peer


def become(wanted: Wanted, terminal: int, run: Run) -> NoReturn:
    """Run a session in this process, which was forked for it, and end the process.

    Args:
        wanted: What was asked for.
        terminal: Becomes the controlling terminal.
        run: Runs it.
    """
    code = 1
    try:
        _hear_signals_again()
        _take_terminal(terminal)
        _take_environment(wanted.request)
        code = run(wanted)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException as error:  # noqa: BLE001 - whatever it is, it must not go on as the parent would
        with suppress(OSError, ValueError):
            print(f"noc-console: the session broke: {type(error).__name__}", file=sys.stderr)
    finally:
        # Not sys.exit: what is to be done at the parent's end is the parent's.
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _hear_signals_again() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _take_terminal(terminal: int) -> None:
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for descriptor in (0, 1, 2):
        os.dup2(terminal, descriptor)
    # Sockets, the collector's pipe, the parent's selector: while they are open here their other ends see no end.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = _stream(descriptor, mode)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)  # Textual writes to these


def _stream(descriptor: int, mode: str) -> Any:
    errors = "surrogateescape" if mode == "r" else "backslashreplace"
    return open(descriptor, mode, buffering=1, encoding="utf-8", errors=errors, closefd=False)


def _take_environment(request: Request) -> None:
    for name in VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(request.environment)
    time.tzset()
