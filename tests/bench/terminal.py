"""A program in a pseudo-terminal, with the time of every byte that it writes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence

import pyte

QUIET_S = 0.05


class Terminal:
    """Runs ``command`` in a pty of this size and records what it writes.

    Textual asks the terminal what it can; the questions are answered as a modern terminal would.
    """

    def __init__(self, command: Sequence[str], columns: int = 120, rows: int = 40, env: Mapping[str, str] = {}) -> None:
        self.started_at = time.perf_counter()
        self._chunks: list[tuple[float, bytes]] = []
        self._lock = threading.Lock()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._drawn = 0
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **env})
            os.environ.pop("TMUX", None)
            os.execvp(command[0], list(command))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                fd = self._fd
                if not select.select([fd], [], [], 0.2)[0]:
                    continue
                data = os.read(fd, 65536)
            except (OSError, ValueError):
                return
            if not data:
                return
            with self._lock:
                self._chunks.append((time.perf_counter(), data))
            if b"\x1b[?2026$p" in data:
                self.send(b"\x1b[?2026;2$y")

    def send(self, data: bytes) -> None:
        """Type."""
        os.write(self._fd, data)

    def written(self, since: int = 0) -> bytes:
        """What it wrote, from chunk ``since`` on."""
        with self._lock:
            return b"".join(data for _, data in self._chunks[since:])

    def mark(self) -> int:
        """The present end of what it wrote."""
        with self._lock:
            return len(self._chunks)

    def last_at(self) -> float:
        """When it wrote last, by ``time.perf_counter``."""
        with self._lock:
            return self._chunks[-1][0] if self._chunks else self.started_at

    def screen(self) -> list[str]:
        """The lines that it shows now."""
        with self._lock:
            chunks = self._chunks[self._drawn :]
        for _, data in chunks:
            self._stream.feed(data)
        self._drawn += len(chunks)
        return list(self._screen.display)

    def wait_for(self, text: bytes, timeout_s: float = 30.0) -> float:
        """Seconds from the start until ``text`` stood on the screen.

        Only what changes is written, so that a text may come in pieces.

        Raises:
            TimeoutError: It did not.
        """
        wanted, ends_at = text.decode(), time.perf_counter() + timeout_s
        while time.perf_counter() < ends_at:
            with self._lock:
                chunks = self._chunks[self._drawn :]
            for at, data in chunks:
                self._stream.feed(data)
                self._drawn += 1
                if any(wanted in line for line in self._screen.display):
                    return at - self.started_at
            if any(wanted in line for line in self._screen.display):
                return self.last_at() - self.started_at
            time.sleep(0.002)
        raise TimeoutError(f"{wanted!r} was not shown in {timeout_s} s:\n" + "\n".join(self.screen()))

    def wait_quiet(self, timeout_s: float = 10.0) -> None:
        """Wait until nothing has been written for a moment."""
        ends_at = time.perf_counter() + timeout_s
        while time.perf_counter() < ends_at:
            if time.perf_counter() - self.last_at() > QUIET_S:
                return
            time.sleep(0.002)

    def time_key(self, key: bytes, timeout_s: float = 5.0) -> float:
        """Milliseconds from a key to the first byte painted after it."""
        mark = self.mark()
        begun = time.perf_counter()
        self.send(key)
        while self.mark() == mark and time.perf_counter() - begun < timeout_s:
            time.sleep(0.0003)
        with self._lock:
            at = self._chunks[mark][0] if len(self._chunks) > mark else begun + timeout_s
        return (at - begun) * 1000

    def hang_up(self) -> None:
        """Close the terminal under the program."""
        fd, self._fd = self._fd, -1
        os.close(fd)

    def close(self) -> None:
        """End the program, orderly if it lets us."""
        for number, patience_s in ((signal.SIGTERM, 4.0), (signal.SIGKILL, 2.0)):
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                break
            if self.wait_end(patience_s):
                break
        if self._fd >= 0:
            self.hang_up()

    def wait_end(self, timeout_s: float) -> bool:
        """Whether the program ended within ``timeout_s``."""
        ends_at = time.perf_counter() + timeout_s
        while time.perf_counter() < ends_at:
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return True
            except ChildProcessError:
                return True
            time.sleep(0.01)
        return False
