"""What processes cost, as the kernel tells it."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

_ENDED = FileNotFoundError, ProcessLookupError
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Seconds on a CPU: of the process, and of children of its that ended; none when it has ended itself."""
    with suppress(*_ENDED):
        return sum(map(int, _stat(pid)[11:15])) / TICKS
    return 0.0


def memory_mb(pid: int) -> float:
    """Its share of memory: pages that it shares with others count in part (PSS)."""
    with suppress(*_ENDED):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return sum(int(kb) for kb in re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)) / 1024
    return 0.0


def parent(pid: int) -> int:
    """Who started it."""
    return int(_stat(pid)[1])


def children(pid: int) -> set[int]:
    """Those that live."""
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def forks(pid: int) -> set[int]:
    """Those that live and run no other program."""
    return {child for child in children(pid) if _command(child) == _command(pid)}


def _command(pid: int) -> bytes:
    with suppress(*_ENDED):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b"ended"


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
