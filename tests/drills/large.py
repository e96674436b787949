"""Many OLTs on one PostgreSQL, polled by two collectors: do they keep up, and at what cost?"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.terminal import Terminal
from tests.drills import fleet
from tests.drills.crew import Crew, crew, wait_for
from tests.drills.figures import children, cpu_s, memory_mb, parent
from tests.e2e.services import on_free_port, postgres_cluster

STATE_S = 60.0
FIRST_ROUND_S = 300.0
CHANGES = 5
LOOKS_S = 5.0
MOST_TOLD = 10
ROWS_WITHIN_S = 20.0
AS_INSTALLED = {"fsync": "on", "full_page_writes": "on", "autovacuum": "on"}
_ROWS = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE relname <> 'note'"
_BYTES = "SELECT pg_database_size(current_database()) - pg_total_relation_size('note')"
_AGES = """SELECT extract(epoch FROM clock_timestamp())::float - observed_at FROM poll_mark
           WHERE port = '' AND kind = 'state' AND observed_at IS NOT NULL"""


def hundred_thousand(folder: Path) -> str:
    """100 OLTs of 1,000 ONTs, for ten minutes: each OLT is polled by one, and no state gets older than two periods."""
    found = _drill(folder, 100, 1000, 600.0)
    assert found.worst_s <= 2 * STATE_S, f"the state of an OLT was {found.worst_s:.0f} s old"
    return found.told


def thousand_olts(folder: Path) -> str:
    """1,000 OLTs of 20 ONTs, for two minutes: each is polled by one; how late they are depends on the machine."""
    return _drill(folder, 1000, 20, 2 * STATE_S).told


@dataclass(frozen=True, slots=True)
class Found:
    """What a drill found."""

    worst_s: float
    """The greatest age of an OLT's state, seconds."""
    told: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What was used up to a moment."""

    at: float
    cpu_s: dict[str, float]
    rows: int
    size_bytes: int


class Watch:
    """What collectors and PostgreSQL cost between its making and ``told``."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        ((helper,),) = crew.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        self._server = parent(helper)
        self._before = self._figures()
        self.began_at = self._before.at

    def told(self) -> str:
        """Rows, growth, CPU and memory, in words."""
        before, now = self._before, self._figures()
        minutes = (now.at - before.at) / 60
        shares = {name: (now.cpu_s[name] - used) / (now.at - before.at) for name, used in before.cpu_s.items()}
        mb = {name: round(sum(map(memory_mb, pids))) for name, pids in self._processes().items()}
        costs = "; ".join(f"{name} {shares[name]:.2f} of a core, {mb[name]} MB" for name in shares)
        growth_mb = (now.size_bytes - before.size_bytes) / 2**20
        return (
            f"{(now.rows - before.rows) / minutes:,.0f} rows a minute; database {now.size_bytes / 2**20:.0f} MB,"
            f" {growth_mb / minutes:+.1f} MB a minute; {costs}"
        )

    def _figures(self) -> Figures:
        used = {name: sum(map(cpu_s, pids)) for name, pids in self._processes().items()}
        return Figures(time.time(), used, int(self._one(_ROWS)), int(self._one(_BYTES)))

    def _processes(self) -> dict[str, set[int]]:
        found = {name: {process.pid} for name, process in self._crew.running.items()}
        return {**found, "PostgreSQL": {self._server} | children(self._server)}

    def _one(self, statement: str) -> float:
        return float(self._crew.query(statement)[0][0])


def _drill(folder: Path, olts: int, onts_each: int, seconds: float) -> Found:
    with (
        postgres_cluster(AS_INSTALLED) as serve,
        on_free_port(serve) as server,
        fleet.serving(folder, olts, onts_each, CHANGES) as network,
        crew(server, network, folder) as made,
    ):
        began_at = time.time()
        made.start("first")
        made.start("second")
        wait_for(made.note, "the tables", FIRST_ROUND_S)
        try:
            first_s = made.all_polled(began_at, patience_s=FIRST_ROUND_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{_troubles(made)}") from None
        watch = Watch(made)
        ages = _ages(made, seconds)
        median_s, worst_s = statistics.median(age for age, _ in ages), max(age for _, age in ages)
        costs = watch.told()
        made.check_holders()
        polls = sum(note.at > watch.began_at for note in made.notes())
        due = olts * (time.time() - watch.began_at) / STATE_S
        rows_s, all_s = _console(made, olts * onts_each)
    return Found(
        worst_s,
        f"all polled once after {first_s:.0f} s; {polls} of {due:.0f} polls; age {median_s:.0f} s (median),"
        f" {worst_s:.0f} s at most; {costs}; a console: first rows after {rows_s:.1f} s, all after {all_s:.1f} s",
    )


def _troubles(crew: Crew) -> str:
    """OLTs that nobody polled yet, and what the collectors complained of last."""
    missing = crew.query(
        "SELECT o.name, l.holder FROM olt o LEFT JOIN olt_lease l ON l.olt_id = o.id"
        " WHERE o.id NOT IN (SELECT olt_id FROM note)"
    )
    logs = (line for name in crew.running for line in crew.log(name).splitlines() if '"level": "info"' not in line)
    return "\n".join([str(missing[:MOST_TOLD]), *list(logs)[-MOST_TOLD:]])


def _ages(crew: Crew, seconds: float) -> list[tuple[float, float]]:
    """Median and worst age of what is known of the OLTs, seconds, looked at again and again."""
    found, ends_at = [], time.monotonic() + seconds
    while time.monotonic() < ends_at:
        ages = [age for (age,) in crew.query(_AGES)]
        found.append((statistics.median(ages), max(ages)))
        time.sleep(LOOKS_S)
    return found


def _console(crew: Crew, onts: int) -> tuple[float, float]:
    """Seconds from a console's start to its first rows, and to all."""
    command = [sys.executable, "-m", "noc_console", "--config", str(crew.config("first")), "--screen", "network"]
    terminal = Terminal(command)
    try:
        first_s = terminal.wait_for(b"HWTC", 120)
        all_s = terminal.wait_for(f" of {onts}".encode(), 120)
    finally:
        terminal.close()
    assert first_s < ROWS_WITHIN_S, f"a console had its first rows after {first_s:.0f} s"
    return first_s, all_s
