"""Walks: our poller beside net-snmp's snmpbulkwalk, 4,096 ONTs x 8 columns from one simulated OLT."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time

from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

ROUNDS = 5
REPETITIONS = 25
TABLE = "1.3.6.1.4.1.2011.6.128.1.1.2"
COLUMNS = [f"{TABLE}.{c}" for c in ("43.1.3", "43.1.9", "46.1.15", "46.1.20", "46.1.24", "51.1.1", "51.1.4", "51.1.6")]


def run() -> None:
    """Print wall time, CPU and the ratios."""
    for latency_s in (0.0, 0.02):
        print(f"-- {latency_s * 1000:.0f} ms an answer")
        agent = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.agent", "1", str(latency_s)], stdout=subprocess.PIPE, text=True
        )
        try:
            assert agent.stdout
            (port,) = json.loads(agent.stdout.readline())
            _compare(port)
        finally:
            agent.terminate()
            agent.wait(10)


def _compare(port: int) -> None:
    ours: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    count = 0
    for _ in range(ROUNDS):
        cpu, wall = time.process_time(), time.perf_counter()
        count = asyncio.run(_walk(port))
        ours.append((time.perf_counter() - wall, time.process_time() - cpu))
        if shutil.which("snmpbulkwalk"):
            theirs.append(_snmpbulkwalk(port))
    _print("this poller", ours, count)
    if not theirs:
        print("snmpbulkwalk is not installed (Debian package snmp): no comparison")
        return
    _print("snmpbulkwalk", theirs, count)
    for number, what in enumerate(("wall", "CPU")):
        ratio = statistics.median(a[number] / b[number] for a, b in zip(ours, theirs, strict=True))
        print(f"{'this poller / snmpbulkwalk, ' + what:36} median {ratio:.2f}x")


async def _walk(port: int) -> int:
    engine = SnmpEngine()
    session = engine.open("127.0.0.1", port, Community("public"), timeout_s=30)
    walk = Walk([codec.encode_oid(column) for column in COLUMNS])
    try:
        await run_walks(session, [walk], Repetitions(REPETITIONS, REPETITIONS))
    finally:
        engine.close()
    if walk.error:
        raise walk.error
    return walk.varbinds


def _snmpbulkwalk(port: int) -> tuple[float, float]:
    wall = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for column in COLUMNS:
        command = ["snmpbulkwalk", "-v2c", "-cpublic", f"-Cr{REPETITIONS}", "-Onq", "-t30", f"127.0.0.1:{port}", column]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - wall, cpu


def _print(name: str, runs: list[tuple[float, float]], count: int) -> None:
    wall = statistics.median(run[0] for run in runs)
    cpu = statistics.median(run[1] for run in runs)
    print(f"{name:36} wall {wall:.3f} s  CPU {cpu:.3f} s  {count / wall:,.0f} values/s  ({len(runs)} runs)")
