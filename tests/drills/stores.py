"""What the collectors write to goes away: PostgreSQL, VictoriaMetrics, the disk of the sample buffer."""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.drills.crew import STATE_S, TAKEN_WITHIN_S, Crew, wait_for
from tests.e2e.services import VictoriaServer, victoria_metrics

AWAY_S = 25.0
DISK_MB = 3
BUFFER_MB = 64
POLLS = 'noc_collector_poll_seconds{kind="state"}'


def postgres_restarts(crew: Crew, stopped: Callable[[float], None]) -> str:
    """PostgreSQL is down for 25 s: every collector lives, and each OLT is written again, by one."""
    for name in ("first", "second", "third"):
        crew.start(name)
    crew.settle(first=2, second=2, third=2)
    stopped(AWAY_S)
    back_at = time.time()
    took_s = crew.all_polled(back_at)
    assert took_s < TAKEN_WITHIN_S, f"each OLT written after {took_s:.0f} s"
    dead = [name for name, process in crew.running.items() if process.poll() is not None]
    assert not dead, f"ended: {dead}"
    settled_s = crew.settle(first=2, second=2, third=2)
    count = crew.check_holders()
    return f"each OLT written {took_s:.1f} s after it was back, equal shares {settled_s:.1f} s later; {count} writes"


def victoria_restarts(crew: Crew) -> str:
    """VictoriaMetrics is down for 25 s: no poll is missing afterwards, and none is there twice."""
    with victoria_metrics() as server:
        for name in ("first", "second"):
            crew.start(name, victoriametrics={"url": server.url})
        crew.settle(first=3, second=3)
        time.sleep(3 * STATE_S)
        down_at = time.time()
        server.stop()
        time.sleep(AWAY_S)
        server.start()
        wait_for(lambda: _newest_at(server) > down_at + AWAY_S + 5, "new samples at VictoriaMetrics")
        time.sleep(10)
        found = server.export(POLLS)
        assert len(found) == crew.olts, f"polls of {len(found)} of {crew.olts} OLTs"
        gaps_s = [(b - a) / 1000 for rows in found.values() for (a, _), (b, _) in itertools.pairwise(rows)]
        across = [gap for gap in gaps_s if gap > 3 * STATE_S]
        assert not across, f"{len(across)} gaps, the longest {max(across):.0f} s"
        assert min(gaps_s) > 0, "a sample is there twice"
        return f"{sum(map(len, found.values()))} polls, longest gap {max(gaps_s):.1f} s"


def _newest_at(server: VictoriaServer) -> float:
    found = server.export(POLLS)
    return min((rows[-1][0] for rows in found.values()), default=0) / 1000


def disk_full(crew: Crew, folder: Path) -> str:
    """The sample buffer's disk is full: OLTs are polled and written on, and the Sources screen tells what was lost."""
    with _small_disk(folder / "disk") as disk:
        nowhere = {"url": "http://127.0.0.1:9"}  # nothing is shipped, so that the buffer grows
        polling = {"state_s": 1, "optics_s": 1, "health_s": 1}
        own = {"history": {"path": str(disk), "max_mb": BUFFER_MB}, "polling": polling}
        crew.start("first", victoriametrics=nowhere, **own)
        crew.settle(first=crew.olts)
        _fill(disk / "ballast")

        def told() -> str:
            rows = crew.query("SELECT coalesce(error, '') || ' ' || coalesce(detail, '') FROM source"
                              " WHERE name IN ('sample buffer', 'collector')")  # fmt: skip
            return " ".join(str(text) for (text,) in rows)

        wait_for(lambda: "disk" in told() or "dropped" in told(), "word of the full disk")
        said = told().strip()
        full_at = time.time()
        crew.all_polled(full_at)
        assert crew.running["first"].poll() is None
        (disk / "ballast").unlink()
        wait_for(lambda: "full" not in told(), "word that it is over")
    return f"polled on; told: {said[:80]}"


def _fill(file: Path) -> None:
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(4096))


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    """A disk of a few MB; only root may make one."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
