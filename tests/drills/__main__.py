"""``python -m tests.drills [NAME ...]``: run the drills (all when none is named), print a table, fail if one failed."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path

from tests.bench.network import network
from tests.drills import large, losses, refusals, sessions, stores
from tests.drills.crew import STATE_S, Crew, crew
from tests.e2e.services import Postgres, free_port, postgres_cluster

OLTS, ONTS = 6, 120
BUDGET_S = 20 * 60.0
BESIDE = ("large",)
"""Lasts long and needs little: it goes on beside the others ..."""
ALONE = ("sessions", "thousand")
"""... but for these, which wait for it."""
NEEDS_S = {"thousand": 400.0}
"""What does not begin with less time left."""
Drill = Callable[[Path], str]
"""Given a folder of its own; tells what it found."""


class Yard:
    """What drills share, made when the first needs it: a network, and a PostgreSQL that can be stopped."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._port = free_port()
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="noc-drill-")))

    @cached_property
    def _serve(self) -> Callable[[int], AbstractContextManager[Postgres]]:
        return self._stack.enter_context(postgres_cluster())

    @cached_property
    def _serving(self) -> ExitStack:
        assert self._serve  # entered before: the server ends before its files go
        return self._stack.enter_context(ExitStack())

    @cached_property
    def server(self) -> Postgres:
        """PostgreSQL."""
        return self._serving.enter_context(self._serve(self._port))

    @cached_property
    def network(self) -> Path:
        """Config file of a small network."""
        polling = {"state_s": STATE_S, "optics_s": 10, "health_s": STATE_S}
        return self._stack.enter_context(network(OLTS, ONTS, polling))[0]

    def stop(self, seconds: float) -> None:
        """Stop PostgreSQL, and start it again after a while."""
        self._serving.close()
        time.sleep(seconds)
        self._serving.enter_context(self._serve(self._port))

    def drills(self) -> dict[str, Drill]:
        """Every drill by name."""
        found: dict[str, Drill] = {
            "killed": self._crewed(losses.killed),
            "drained": self._crewed(losses.drained),
            "frozen": self._crewed(losses.frozen),
            "wrong-clocks": self._crewed(losses.wrong_clocks),
            "postgresql": self._crewed(lambda made: stores.postgres_restarts(made, self.stop)),
            "victoriametrics": self._crewed(stores.victoria_restarts),
            "disk-full": self._crewed(lambda made: stores.disk_full(made, self.folder)),
            "refused": refusals.refused,
            "large": large.hundred_thousand,
            "sessions": sessions.thirty_at_once,
            "thousand": large.thousand_olts,
        }
        if os.getuid():
            del found["disk-full"]
        return found

    def _crewed(self, drill: Callable[[Crew], str]) -> Drill:
        """A drill of collectors on the small network."""

        def run(folder: Path) -> str:
            with crew(self.server, self.network, folder) as made:
                return drill(made)

        return run


@contextmanager
def yard() -> Iterator[Yard]:
    """The yard, as long as the block."""
    with ExitStack() as stack:
        yield Yard(stack)


def main(names: list[str]) -> int:
    """Run the named drills."""
    began, failed = time.monotonic(), 0
    with yard() as ground:
        drills = ground.drills()
        if unknown := [name for name in names if name not in drills]:
            print(f"no drill called {', '.join(unknown)}; there are {', '.join(drills)}", file=sys.stderr)
            return 2
        if "disk-full" not in drills:
            print("disk-full    left out: only root can make a small disk")
        chosen = list(names or drills)
        beside = [name for name in chosen if name in BESIDE and len(chosen) > 1]
        with ThreadPoolExecutor() as threads:
            results = [threads.submit(_run, ground, name, drills[name]) for name in beside]
            for name in chosen:
                if name in ALONE:
                    wait(results)
                if name in beside:
                    continue
                if time.monotonic() - began > BUDGET_S - NEEDS_S.get(name, 0.0):
                    print(f"{name:<16} left out: the others took too much of {BUDGET_S / 60:.0f} minutes")
                    failed += 1
                else:
                    failed += not _run(ground, name, drills[name])
            failed += sum(not result.result() for result in results)
    print(f"{'in all':<16} {'FAILED' if failed else 'ok':<7} {time.monotonic() - began:5.0f} s")
    return 1 if failed else 0


def _run(ground: Yard, name: str, drill: Drill) -> bool:
    began = time.monotonic()
    try:
        folder = ground.folder / name
        folder.mkdir()
        told, good = drill(folder), True
    except AssertionError as error:
        told, good = f"FAILED: {error}", False
    except Exception as error:  # noqa: BLE001 - the other drills go on
        traceback.print_exc()
        told, good = f"BROKE: {type(error).__name__}: {error}", False
    print(f"{name:<16} {'ok' if good else 'FAILED':<7} {time.monotonic() - began:5.0f} s  {told}", flush=True)
    return good


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
