"""Walks: our poller beside snmpbulkwalk (net-snmp, C) and snmp_exporter (Go), 4,096 ONTs x 8 columns per OLT."""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from noc_console.collector.life import collect_garbage_seldom
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks
from tests.bench.exporter import exporter
from tests.bench.heartbeat import Heartbeat

ROUNDS = 5
REPETITIONS = 25
WINDOW = 8
TABLE = "1.3.6.1.4.1.2011.6.128.1.1.2"
COLUMNS = [f"{TABLE}.{c}" for c in ("43.1.3", "43.1.9", "46.1.15", "46.1.20", "46.1.24", "51.1.1", "51.1.4", "51.1.6")]
PORT_STATE = f"{TABLE}.21.1.10"

HELD_MS: list[float] = []
"""Of each walk of ours: the longest that the event loop was held."""

Figures = tuple[float, float]
"""Wall and CPU seconds."""


def run() -> None:
    """Print medians and ratios for one OLT, twenty, and one that takes 20 ms an answer, in parallel and serially."""
    collect_garbage_seldom()  # as the collector does
    for count, latency_s, service_s in ((1, 0.0, 0.0), (20, 0.0, 0.0), (1, 0.02, 0.0), (1, 0.0, 0.02)):
        pace = f", {latency_s * 1000:.0f} ms an answer" if latency_s else ""
        pace += f", {service_s * 1000:.0f} ms an answer, one at a time" if service_s else ""
        print(f"-- {count} OLT{'s' if count > 1 else ''}{pace}")
        agents = _agents(count, latency_s, service_s)
        try:
            HELD_MS.clear()
            _compare([port for _, port in agents], ROUNDS if not latency_s + service_s else 2)
        finally:
            for process in {id(process): process for process, _ in agents}.values():
                process.terminate()
                process.wait(10)


def _agents(count: int, latency_s: float, service_s: float) -> list[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "tests.bench.agent", str(count), str(latency_s), str(service_s)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return [(process, port) for port in json.loads(process.stdout.readline())]


def _compare(ports: Sequence[int], rounds: int) -> None:
    with exporter(COLUMNS, REPETITIONS) as peer:
        runners: dict[str, Callable[[Sequence[int]], Figures]] = {"this poller": _ours}
        if shutil.which("snmpbulkwalk"):
            runners["snmpbulkwalk"] = _snmpbulkwalk
        if peer:
            runners["snmp_exporter"] = peer.scrape
        taken: dict[str, list[Figures]] = {name: [] for name in runners}
        for _ in range(rounds):
            for name, runner in runners.items():
                taken[name].append(runner(ports))
    values = len(ports) * 4096 * len(COLUMNS)
    for name, runs in taken.items():
        wall, cpu = (statistics.median(run[i] for run in runs) for i in (0, 1))
        per = cpu / values * 100_000
        print(
            f"{name:16} wall {wall:7.3f} s  CPU {cpu:6.3f} s  {values / wall:9,.0f} values/s  {per:.3f} CPU s/100,000"
        )
    for name in runners:
        if name != "this poller":
            pairs = list(zip(taken["this poller"], taken[name], strict=True))
            wall, cpu = (statistics.median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
            print(f"this poller / {name}: wall {wall:.2f}x  CPU {cpu:.2f}x")
    held = f"median {statistics.median(HELD_MS):.1f} ms, worst {max(HELD_MS):.1f} ms"
    print(f"longest hold of the event loop in a walk: {held}; of an idle loop now: {asyncio.run(_idle()):.1f} ms")


async def _idle() -> float:
    async with Heartbeat() as heart:
        await asyncio.sleep(2)
    return heart.longest_ms


def _ours(ports: Sequence[int]) -> Figures:
    cpu, wall = time.process_time(), time.perf_counter()
    HELD_MS.append(asyncio.run(_walk_all(ports)))
    return time.perf_counter() - wall, time.process_time() - cpu


async def _walk_all(ports: Sequence[int]) -> float:
    engine = SnmpEngine()
    try:
        async with Heartbeat() as heart:
            await asyncio.gather(*(_walk(engine, port) for port in ports))
    finally:
        engine.close()
    return heart.longest_ms


async def _walk(engine: SnmpEngine, port: int) -> None:
    """As a poll does it: the port table first, then all columns together, one PON port each."""
    session = engine.open("127.0.0.1", port, Community("public"), timeout_s=30, window=WINDOW)
    repetitions = Repetitions(REPETITIONS, REPETITIONS)
    table = Walk([codec.encode_oid(PORT_STATE)])
    await run_walks(session, [table], repetitions)
    walks = [Walk([codec.encode_oid(column) for column in COLUMNS], key) for key in table.rows[0]]
    await run_walks(session, walks, repetitions)
    errors = [walk.error for walk in walks if walk.error]
    if errors:
        raise errors[0]
    assert sum(walk.varbinds for walk in walks) == 4096 * len(COLUMNS)


def _snmpbulkwalk(ports: Sequence[int]) -> Figures:
    wall = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with ThreadPoolExecutor(len(ports)) as pool:
        list(pool.map(_snmpbulkwalk_one, ports))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - wall, cpu


def _snmpbulkwalk_one(port: int) -> None:
    for column in COLUMNS:
        command = ["snmpbulkwalk", "-v2c", "-cpublic", f"-Cr{REPETITIONS}", "-Onq", "-t30", f"127.0.0.1:{port}", column]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
