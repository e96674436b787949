"""The whole path, from the first request to reconciled facts in the database: up to 20 OLTs x 4,096 ONTs."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from noc_console.collector.facts import OltFacts
from noc_console.collector.life import collect_garbage_seldom
from noc_console.collector.olt import OltWorker
from noc_console.config.model import OltConfig, Polling, Snmp
from noc_console.domain.history import Sample
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.optics import Thresholds
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.storage import inventory
from noc_console.storage.database import Database
from tests.bench.heartbeat import Heartbeat

ROUNDS = 3
OLTS = 20
STATE_COLUMNS = ("43.1.3", "46.1.15", "46.1.1", "46.1.24", "46.1.22", "46.1.23", "46.1.20")
TABLE = "1.3.6.1.4.1.2011.6.128.1.1.2"


def run() -> None:
    """Print wall, CPU, loop hold and memory."""
    command = [sys.executable, "-m", "tests.bench.agent", str(OLTS)]
    agent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert agent.stdout
        ports = json.loads(agent.stdout.readline())
        for count in (1, OLTS):
            print(f"-- {count} OLT{'s' if count > 1 else ''} x 4,096 ONTs, one state poll written to SQLite")
            asyncio.run(_measure(ports[:count]))
            if shutil.which("snmpbulkwalk"):
                walls = [_snmpbulkwalk(ports[:count]) for _ in range(ROUNDS)]
                print(f"snmpbulkwalk, the same columns: wall median {statistics.median(walls):.2f} s")
    finally:
        agent.terminate()
        agent.wait(10)


async def _measure(ports: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        await database.migrate()
        engine = SnmpEngine()
        workers = await _workers(database, engine, ports)
        collect_garbage_seldom()
        try:
            for name in ("first poll (all is new)", *["poll (little is new)"] * ROUNDS):
                cpu, wall = time.process_time(), time.perf_counter()
                async with Heartbeat() as heart:
                    readings = await asyncio.gather(*(worker.poll(PollKind.STATE) for worker in workers))
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                assert all(reading.outcome is Outcome.COMPLETE for reading in readings), readings[0].error
                print(f"{name:24} wall {wall:.2f} s  CPU {cpu:.2f} s  longest loop hold {heart.longest_ms:.0f} ms")
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"peak memory {peak:.0f} MB")
        finally:
            engine.close()
            await database.close()


async def _workers(database: Database, engine: SnmpEngine, ports: Sequence[int]) -> list[OltWorker]:
    profiles = load_profiles()
    async with database.writing() as connection:
        names = [(f"olt-{port}", "127.0.0.1") for port in ports]
        ids = await inventory.sync_olts(connection, names, time.time())
    workers = []
    for port in ports:
        config = OltConfig(name=f"olt-{port}", address="127.0.0.1", snmp=Snmp(port=port, timeout_s=30))
        facts = OltFacts(database, ids[config.name], config.name)
        await facts.load()
        poller = OltPoller(engine, config, profiles)
        workers.append(OltWorker(poller, facts, Polling(), Thresholds(), _drop))
    return workers


async def _drop(_: Sequence[Sample]) -> None:
    """Samples are not part of this measurement."""


def _snmpbulkwalk(ports: Sequence[int]) -> float:
    begun = time.perf_counter()
    walks = [
        subprocess.Popen(
            [
                "sh",
                "-c",
                " && ".join(
                    f"snmpbulkwalk -v2c -cpublic -Cr25 -Onq -t30 127.0.0.1:{port} {TABLE}.{c}" for c in STATE_COLUMNS
                ),
            ],
            stdout=subprocess.DEVNULL,
        )
        for port in ports
    ]
    assert [walk.wait() for walk in walks] == [0] * len(ports)
    return time.perf_counter() - begun
