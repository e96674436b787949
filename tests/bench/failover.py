"""Two collectors on one PostgreSQL, with clocks that differ: who writes, and how long nobody does after a loss.

Every write is noted by the database itself, by its own clock, with the role that wrote: no collector is believed.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import yaml

from tests.bench.network import network
from tests.e2e.services import Postgres, postgres

STATE_S = 2.0
SETTLE_S = 15.0
PATIENCE_S = 60.0
FROZEN_S = 40.0
SKEWS_S = (0.0, 3600.0, -3600.0)
_COLLECTOR = """
import sys, time
right = time.time
time.time = lambda: right() + float(sys.argv[1])
from noc_console.cli.main import app
app(["--config", sys.argv[2], "collect"])
"""
_NOTES = """
CREATE TABLE note (at double precision, who text);
CREATE FUNCTION take_note() RETURNS trigger AS $$ BEGIN
  INSERT INTO note VALUES (extract(epoch FROM clock_timestamp()), session_user); RETURN NULL; END $$
  LANGUAGE plpgsql SECURITY DEFINER;
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON olt EXECUTE FUNCTION take_note();
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON ont EXECUTE FUNCTION take_note();
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON source EXECUTE FUNCTION take_note();
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON change EXECUTE FUNCTION take_note();
CREATE TRIGGER noted AFTER INSERT OR UPDATE ON poll_mark EXECUTE FUNCTION take_note();
"""


def run() -> None:
    """Print, for each difference of clocks, how the second takes over from a killed and from a frozen first."""
    with ExitStack() as stack:
        server = stack.enter_context(postgres())
        for role in ("first", "second"):
            server.execute(f"CREATE ROLE {role} SUPERUSER LOGIN")
        config_file, _ = stack.enter_context(network(1, 60, {"state_s": STATE_S, "optics_s": 10, "health_s": STATE_S}))
        for skew_s in SKEWS_S:
            for loss in (signal.SIGKILL, signal.SIGSTOP):
                with server.database() as url, tempfile.TemporaryDirectory(prefix="noc-bench-") as folder:
                    pair = Pair(server, url, config_file, Path(folder), skew_s)
                    told = pair.drill(loss)
                    print(f"the second's clock {skew_s:+6.0f} s, the first gets {loss.name}: {told}", flush=True)


class Pair:
    """Two collectors.

    Args:
        server: Where their database is.
        url: The database.
        config_file: A config of the network that they poll.
        folder: For their files.
        skew_s: How far the second's clock is ahead.
    """

    def __init__(self, server: Postgres, url: str, config_file: Path, folder: Path, skew_s: float) -> None:
        self._server, self._url, self._folder = server, url, folder
        self._config = yaml.safe_load(config_file.read_text())
        self._skews = {"first": 0.0, "second": skew_s}

    def drill(self, loss: signal.Signals) -> str:
        """Let both run, lose the first, and say what the database saw."""
        with self._collector("first") as first:
            self._wait("first")
            with self._server.connect(self._url.rpartition("/")[2]) as database, self._collector("second"):
                database.execute(_NOTES)
                time.sleep(SETTLE_S)
                lost_at = time.time()
                first.send_signal(loss)
                took_s = self._takeover(database, lost_at)
                if loss == signal.SIGSTOP:
                    time.sleep(max(0.0, lost_at + FROZEN_S - time.time()))
                    first.send_signal(signal.SIGCONT)
                    time.sleep(SETTLE_S)
                return self._told(database, lost_at, took_s)

    @contextmanager
    def _collector(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        home = self._folder / name
        home.mkdir()
        wanted = {
            "database": self._url.replace("postgres@", f"{name}@"),
            "history": {"path": str(home)},
            "logging": {"file": str(home / "noc.log")},
        }
        config = home / "config.yaml"
        config.write_text(yaml.safe_dump({**self._config, **wanted}))
        command = [sys.executable, "-c", _COLLECTOR, str(self._skews[name]), str(config)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _wait(self, name: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while "collector_starts" not in (log.read_text() if (log := self._folder / name / "noc.log").exists() else ""):
            if time.monotonic() > until:
                raise TimeoutError(f"the {name} collector does not start; see {self._folder}")
            time.sleep(0.2)

    def _takeover(self, database: psycopg.Connection[tuple[object, ...]], lost_at: float) -> float | None:
        while time.time() < lost_at + PATIENCE_S:
            first = database.execute("SELECT min(at) FROM note WHERE who = 'second' AND at > %s", [lost_at]).fetchone()
            if first and first[0] is not None:
                return float(str(first[0])) - lost_at
            time.sleep(0.2)
        return None

    def _told(self, database: psycopg.Connection[tuple[object, ...]], lost_at: float, took_s: float | None) -> str:
        query = "SELECT who, count(*) FROM note WHERE at {} %s GROUP BY who ORDER BY who"
        before = dict(database.execute(query.format("<="), [lost_at]).fetchall())
        after = dict(database.execute(query.format(">"), [lost_at]).fetchall())
        took = "no takeover" if took_s is None else f"takeover after {took_s:.1f} s"
        return f"{took}; writes before {before}, after {after}"
