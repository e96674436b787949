"""What the drills share: collectors as processes on one PostgreSQL, and what the database itself saw of their writes.

No collector is believed: a trigger notes each poll that is written, by the database's clock, with the role that wrote
it and the process that holds the OLT's lease at that moment.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import yaml

from noc_console.domain.network import COLLECTOR_DEAD_AFTER_S
from tests.e2e.services import Postgres

STATE_S = 2.0
PATIENCE_S = 90.0
TAKEN_WITHIN_S = 30.0
"""A lost collector's OLTs are polled by another within this."""
HANDED_WITHIN_S = 12.0
"""An OLT that changes hands in order is polled again within this."""
_COLLECTOR = """
import sys, time
right = time.time
time.time = lambda: right() + float(sys.argv[1])
from noc_console.cli.main import app
app(["--config", sys.argv[2], "collect", "--join"])
"""
_NOTES = """
CREATE TABLE note (at double precision, who text, olt_id integer, holder_pid integer);
CREATE FUNCTION take_note() RETURNS trigger AS $$ BEGIN
  INSERT INTO note SELECT extract(epoch FROM clock_timestamp()), session_user, NEW.olt_id,
    (SELECT c.pid FROM olt_lease l JOIN collector c ON c.id = l.holder WHERE l.olt_id = NEW.olt_id);
  RETURN NULL; END $$ LANGUAGE plpgsql SECURITY DEFINER;
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON poll_mark FOR EACH ROW
  WHEN (NEW.port = '' AND NEW.kind = 'state') EXECUTE FUNCTION take_note();
"""


@dataclass(frozen=True, slots=True)
class Note:
    """One poll that was written."""

    at: float
    who: str
    olt: int
    holder_pid: int | None


class Crew:
    """Collectors that share the OLTs of a simulated network.

    Args:
        server: Where their database is.
        url: The database.
        network: Config file of the network.
        folder: For their files.
    """

    def __init__(self, server: Postgres, url: str, network: Path, folder: Path) -> None:
        self._server, self.url, self._folder = server, url, folder
        self._config: dict[str, Any] = yaml.safe_load(network.read_text())
        self.olts = len(self._config["olts"])
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._pids: dict[str, set[int]] = {}
        self._noting = False

    def config(self, name: str) -> Path:
        """Config file of a collector."""
        return self._folder / name / "config.yaml"

    def start(self, name: str, clock_s: float = 0.0, **config: Any) -> None:
        """Start a collector whose clock is ``clock_s`` ahead."""
        home = self._folder / name
        home.mkdir(exist_ok=True)
        with suppress(psycopg.errors.DuplicateObject):
            self._server.execute(f"CREATE ROLE {name} SUPERUSER LOGIN")
        own = {"database": self.url.replace("postgres@", f"{name}@"), "logging": {"file": str(home / "noc.log")}}
        file = self.config(name)
        file.write_text(yaml.safe_dump({**self._config, "history": {"path": str(home)}, **own, **config}))
        command = [sys.executable, "-c", _COLLECTOR, str(clock_s), str(file)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running[name] = process
        self._pids.setdefault(name, set()).add(process.pid)

    def lose(self, name: str, how: signal.Signals) -> float:
        """Send a signal; returns when."""
        at = time.time()
        self.running[name].send_signal(how)
        if how is signal.SIGKILL:
            self.running.pop(name).wait()
        return at

    def end(self) -> None:
        """End all."""
        for process in self.running.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with self._server.connect(self.url.rpartition("/")[2]) as connection:
            return connection.execute(statement).fetchall()  # type: ignore[call-overload, no-any-return]

    def notes(self, since: float = 0.0) -> list[Note]:
        """What was written, oldest first."""
        rows = self.query(f"SELECT at, who, olt_id, holder_pid FROM note WHERE at > {since} ORDER BY at")
        return [Note(*row) for row in rows]

    def note(self) -> bool:
        """Begin to note what is written; False while there are no tables."""
        if not self._noting and self.query("SELECT 1 FROM pg_tables WHERE tablename = 'olt_lease'"):
            self._server.execute(_NOTES, self.url.rpartition("/")[2])
            self._noting = True
        return self._noting

    def settle(self, **shares: int) -> float:
        """Wait until each of these polls so many OLTs, and nobody else any; returns how long that took, seconds."""
        began = time.time()

        def settled() -> bool:
            if not self.note():
                return False
            last: dict[int, str] = {note.olt: note.who for note in self.notes(time.time() - 4 * STATE_S)}
            found: dict[str, int] = {}
            for who in last.values():
                found[who] = found.get(who, 0) + 1
            return found == shares

        wait_for(settled, f"shares of {shares}")
        return time.time() - began

    def all_polled(self, since: float, but: str = "", patience_s: float = PATIENCE_S) -> float:
        """Wait until each OLT was written by somebody else than ``but``; returns how long after ``since``, seconds."""

        def firsts() -> dict[int, float]:
            first: dict[int, float] = {}
            for note in self.notes(since):
                if note.who != but:
                    first.setdefault(note.olt, note.at)
            return first

        wait_for(lambda: len(firsts()) == self.olts, "a poll of each OLT", patience_s)
        return max(firsts().values()) - since

    def check_holders(self) -> int:
        """Make sure that each write came from who held the lease; returns how many there were."""
        notes = self.notes()
        stale = [note for note in notes if note.holder_pid not in self._pids[note.who]]
        assert not stale, f"{len(stale)} writes by who did not hold the lease, such as {stale[0]}"
        return len(notes)

    def log(self, name: str) -> str:
        """What a collector logged."""
        return (self._folder / name / "noc.log").read_text()


@contextmanager
def crew(server: Postgres, network: Path, folder: Path) -> Iterator[Crew]:
    """Collectors with a database of their own; they end with the block."""
    with server.database() as url:
        made = Crew(server, url, network, folder)
        try:
            yield made
        finally:
            made.end()


def wait_for(true: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until ``true`` is.

    Raises:
        AssertionError: Not in time.
    """
    ends_at = time.monotonic() + patience_s
    while not true():
        assert time.monotonic() < ends_at, f"not within {patience_s:.0f} s: {what}"
        time.sleep(0.2)


assert TAKEN_WITHIN_S > COLLECTOR_DEAD_AFTER_S
