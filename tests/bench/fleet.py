"""A collector with 100 OLTs x 1,000 ONTs, state every 60 s, optics every 300 s: does it keep up, and at what cost?"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from noc_console.cli.show import ont_rows, read_picture
from noc_console.config.load import load
from noc_console.picture.flat_rows import olt_rows
from noc_console.storage.reader import StorageReader

OLTS, ONTS = 100, 1000
WARM_S, MEASURE_S = 90, 120
TICKS = os.sysconf("SC_CLK_TCK")


def run() -> None:
    """Print CPU share, memory and the age of what is known."""
    agent = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.agent", str(OLTS), "0.005", "0", str(ONTS)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        assert agent.stdout
        config = Path(folder) / "config.yaml"
        config.write_text(yaml.safe_dump(_config(json.loads(agent.stdout.readline()))))
        collector = subprocess.Popen([sys.executable, "-m", "noc_console", "--config", str(config), "collect"])
        try:
            time.sleep(WARM_S)
            before = _cpu_s(collector.pid)
            time.sleep(MEASURE_S)
            share = (_cpu_s(collector.pid) - before) / MEASURE_S
            print(f"{OLTS} OLTs x {ONTS} ONTs: {share:.2f} of a core, {_memory_mb(collector.pid):.0f} MB")
            asyncio.run(_tell_ages(config))
        finally:
            for process in (collector, agent):
                process.terminate()
                process.wait(10)


def _config(ports: list[int]) -> dict[str, object]:
    olts = [{"name": f"olt-{n}", "address": "127.0.0.1", "snmp": {"port": port}} for n, port in enumerate(ports)]
    return {"olts": olts, "victoriametrics": None, "logging": {"file": "noc.log"}}


async def _tell_ages(config_file: Path) -> None:
    config = load(config_file)
    backend = StorageReader(config)
    try:
        model = await read_picture(backend, config)
        ages = sorted(row["age_s"] for row in ont_rows(model, time.time()) if row["age_s"] is not None)
        rows = olt_rows(model)
        states = ", ".join(f"{sum(row[state] for row in rows)} {state}" for state in ("online", "offline", "unknown"))
        print(f"{len(ages)} ONTs: {states}; read {ages[len(ages) // 2]:.0f} s ago (median), {ages[-1]:.0f} s at most")
    finally:
        await backend.close()


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
