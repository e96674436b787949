"""A session without a console: ``python light_session.py --config FILE --identity-fd N [ARGUMENT...]``.

It says who it is, as the door sealed it, and does what it is told.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import termios
import time
from pathlib import Path

from noc_console.access import seal


def main() -> int:
    """Say who it is; on a terminal, obey."""
    _, _, config, _, descriptor, *arguments = sys.argv
    text = seal.take(int(descriptor))
    who = seal.verify(text, seal.read_secret(Path(config).parent / "host_key"), os.getppid(), time.time())
    print(f"{who.name} {who.address} {who.fingerprint} {arguments} {os.environ.get('NOC_FORGED')}", flush=True)
    if not os.isatty(0):
        print("to stderr", file=sys.stderr)
        return 3
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGWINCH, lambda *_: print(f"size {os.get_terminal_size()}", flush=True))
    print(f"on {os.environ['TERM']} {os.get_terminal_size().columns}x{os.get_terminal_size().lines}", flush=True)
    for line in sys.stdin:
        if line.strip() == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            print("hears nothing", flush=True)
        elif line.strip() == "last words":
            signal.signal(signal.SIGHUP, lambda *_: sys.exit(print("x" * 100_000, flush=True)))
            print("will say much", flush=True)
        elif line.strip().isdecimal():
            return int(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
