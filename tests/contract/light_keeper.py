"""A keeper without a console: ``python -m ... SOCKET``. Its sessions say who they are and do what they are told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from pathlib import Path

from noc_console.sharing import keeper
from noc_console.sharing.session import Wanted


class _Counting:
    """What is followed: counts, in the middle of something half of the time, with a thread of its own."""

    def __init__(self) -> None:
        self.count = 0
        self._half = False
        self._asked = threading.Event()

    async def follow(self) -> None:
        threading.Thread(target=self._asked.wait).start()
        while True:
            self._half = True
            await asyncio.sleep(0.001)
            self.count += 1
            self._half = False
            await asyncio.sleep(0.001)

    async def settle(self) -> None:
        while self._half:
            await asyncio.sleep(0)

    async def rest(self) -> None:
        assert not self._half
        self._asked.set()


def main(file: Path) -> int:
    """Keep until a signal says to end."""
    counting = _Counting()

    def run(wanted: Wanted) -> int:
        env, uid = os.environ, wanted.peer.uid
        size = os.get_terminal_size()
        print(f"I am {os.getpid()} on {os.ttyname(0)} {size.columns}x{size.lines}")
        print(f"uid {uid} TERM={env.get('TERM')} NO_COLOR={env.get('NO_COLOR')} fds={len(os.listdir('/proc/self/fd'))}")
        print(f"threads {threading.active_count()} counted {counting.count > 0}", flush=True)
        for line in sys.stdin:
            match line.strip():
                case "crash":
                    os.kill(os.getpid(), signal.SIGSEGV)
                case "break":
                    raise RuntimeError("secret")
                case "deaf":
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    print("hears nothing", flush=True)
                case "stop":
                    os.kill(os.getpid(), signal.SIGSTOP)
                    print("goes on", flush=True)
                case code:
                    return int(code)
        return 0

    return keeper.Keeper(counting, run, keeper.listen(file), 8, print).keep()


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    sys.exit(main(Path(sys.argv[1])))
