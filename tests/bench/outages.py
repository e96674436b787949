"""What an outage costs: the engine alone, and the way from the database's rows to the incident in the database."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import insert, update

from noc_console.collector.clock import CLOCK
from noc_console.collector.incidents import IncidentWorker
from noc_console.domain.incidents.engine import Engine
from noc_console.domain.incidents.observations import Observation
from noc_console.domain.incidents.records import INCIDENTS
from noc_console.domain.incidents.settings import IncidentSettings
from noc_console.storage import inventory, schema
from noc_console.storage.database import Database
from noc_console.storage.records import RecordStore
from noc_console.storage.streams import bump

SIZES = (1_000, 10_000, 100_000)
PER_PORT, PORTS_PER_CARD, CARDS = 64, 16, 4
PER_OLT = PER_PORT * PORTS_PER_CARD * CARDS
BRANCH = 8


def run() -> None:
    """Print both."""
    print("a tenth of the network is lost at once, by traps within 3 s; the engine alone:")
    for size in SIZES:
        _engine(size)
    asyncio.run(_live())


def place(number: int) -> tuple[int, str, int]:
    """OLT number, port and id of an ONT."""
    olt, rest = divmod(number, PER_OLT)
    port, ont_id = divmod(rest, PER_PORT)
    return olt, f"0/{port // PORTS_PER_CARD + 1}/{port % PORTS_PER_CARD}", ont_id


def network(size: int) -> list[Observation]:
    """OLTs with ports, splitters of eight, and ONTs."""
    found = []
    for number in range(size):
        olt, port, ont_id = place(number)
        name = f"olt-{olt}"
        if number % PER_OLT == 0:
            found.append(Observation(0, "olt", {"name": name, "reachable": True}))
        if ont_id % BRANCH == 0:
            splitter = {"name": f"SP-{olt}-{port}-{ont_id // BRANCH}", "olt": name, "port": port}
            found.append(Observation(0, "splitter", splitter))
        told = {"olt": name, "port": port, "ont_id": ont_id, "serial": f"HWTC{number:08X}", "state": "online"}
        more = {"splitter": f"SP-{olt}-{port}-{ont_id // BRANCH}", "onu_rx_dbm": -20.0, "distance_m": 1000 + ont_id}
        found.append(Observation(0, "ont", told | more))
    return found


def _engine(size: int) -> None:
    engine, before_kb = Engine(), _memory_kb()
    for one in network(size):
        engine.take(one)
    engine.advance(5)
    chance = random.Random(1)
    lost = []
    for number in range(size // 10):
        olt, port, ont_id = place(number)
        down = {"state": "offline", "offline_reason": "loss_of_signal", "by": "trap"}
        at = 100 + 3 * chance.random()
        lost.append(Observation(at, "ont", {"olt": f"olt-{olt}", "port": port, "ont_id": ont_id, **down}))
    began = time.process_time()
    for one in sorted(lost, key=lambda one: one.at):
        engine.take(one)
    for olt in range(-(-size // PER_OLT)):
        engine.take(Observation(106, "poll", {"olt": f"olt-{olt}", "kind": "state", "outcome": "complete"}))
    engine.advance(108)
    found = engine.incidents()
    cost_s = time.process_time() - began
    print(
        f"  {size:>7,} ONTs: {len(lost):>6,} changes in {cost_s:.2f} s of CPU, {cost_s / len(lost) * 1e6:.0f} us each; "
        f"{len(found)} incidents, {sum(one.affected for one in found) / len(found):,.0f} ONTs each, "
        f"{engine.rings} bells; {(_memory_kb() - before_kb) // 1024} MB"
    )
    _print(found)


def _print(found: Sequence[object]) -> None:
    for one in found:
        told = one.as_json()  # type: ignore[attr-defined]
        print(f"           {told['id']} {told['cause']} {told['scope']} {json.dumps(told['where'])[:60]}")


async def _live() -> None:
    print("from the database to the database, 100,000 ONTs on SQLite:")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'noc.db'}")
        await database.migrate()
        await _fill(database)
        worker = IncidentWorker(database, IncidentSettings(), CLOCK, None)
        await _timed("first look, all ONTs", worker)
        await _timed("nothing new", worker)
        await _lose(database, 10_000)
        await _timed("10,000 ONTs lost", worker)
        await asyncio.sleep(1.5)
        await _timed("the look after it", worker)
        records = await RecordStore(database).all(INCIDENTS)
        print(f"  {len(records)} incidents, {sum(record.affected for record in records):,} ONTs down in them")
        await database.close()


async def _timed(what: str, worker: IncidentWorker) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    await worker.look()
    print(f"  {what}: {time.perf_counter() - began:.2f} s, {time.process_time() - cpu:.2f} s of CPU")


async def _fill(database: Database) -> None:
    now = time.time()
    async with database.writing() as connection:
        names = [(f"olt-{n}", "192.0.2.1") for n in range(-(-SIZES[-1] // PER_OLT))]
        ids = await inventory.sync_olts(connection, names, now)
        rows = []
        for number in range(SIZES[-1]):
            olt, port, ont_id = place(number)
            at = {"olt_id": ids[f"olt-{olt}"], "port": port, "ont_id": ont_id, "revision": 1}
            rows.append({**at, "serial": f"HWTC{number:08X}", "state": "online", "first_seen_at": now - 9999})
        await connection.execute(insert(schema.ont), rows)
        marks = [
            {"olt_id": olt_id, "port": "", "kind": "state", "outcome": "complete", "revision": 1, "attempted_at": now,
             "observed_at": now} for olt_id in ids.values()
        ]  # fmt: skip
        await connection.execute(insert(schema.poll_mark), marks)
        await connection.execute(update(schema.olt).values(reachable=True, last_ok_at=now, last_poll_at=now))


async def _lose(database: Database, count: int) -> None:
    async with database.writing() as connection:
        for olt_id in range(1, -(-count // PER_OLT) + 1):
            revision = await bump(connection, f"olt:{olt_id}")
            here = (schema.ont.c.olt_id == olt_id) & (schema.ont.c.id <= count)
            values = {"state": "offline", "offline_reason": "loss_of_signal", "state_changed_at": time.time()}
            await connection.execute(update(schema.ont).where(here).values(revision=revision, **values))


def _memory_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
