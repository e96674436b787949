"""prometheus-snmp-exporter (Go, Debian package of that name) as a peer: one scrape of the same columns."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import yaml

BINARY = "prometheus-snmp-exporter"
TICKS = os.sysconf("SC_CLK_TCK")


class Exporter:
    """A running exporter."""

    def __init__(self, port: int, pid: int) -> None:
        self._url = f"http://127.0.0.1:{port}/snmp?module=olt&target=127.0.0.1:"
        self._pid = pid

    def scrape(self, ports: Sequence[int]) -> tuple[float, float]:
        """Scrape OLTs at once; wall and CPU seconds."""
        cpu, wall = self._cpu_s(), time.perf_counter()
        with ThreadPoolExecutor(len(ports)) as pool:
            sizes = list(pool.map(self._scrape, ports))
        assert min(sizes) > 1_000_000, "the exporter did not return the table"
        return time.perf_counter() - wall, self._cpu_s() - cpu

    def _scrape(self, port: int) -> int:
        with urllib.request.urlopen(f"{self._url}{port}", timeout=300) as answer:
            return len(answer.read())

    def _cpu_s(self) -> float:
        fields = Path(f"/proc/{self._pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def exporter(columns: Sequence[str], repetitions: int) -> Iterator[Exporter | None]:
    """Start it for these columns; None when it is not installed."""
    if not shutil.which(BINARY):
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "snmp.yml"
        config.write_text(yaml.safe_dump({"olt": _module(columns, repetitions)}))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [BINARY, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_up(port)
            yield Exporter(port, process.pid)
        finally:
            process.terminate()
            process.wait(10)


def _module(columns: Sequence[str], repetitions: int) -> dict[str, object]:
    index = [{"labelname": "port", "type": "gauge"}, {"labelname": "ont", "type": "gauge"}]
    metrics = [
        {
            "name": f"column{number}",
            "oid": column,
            "type": "OctetString" if number < 2 else "gauge",
            "help": "-",
            "indexes": index,
        }
        for number, column in enumerate(columns)
    ]
    return {
        "walk": list(columns),
        "metrics": metrics,
        "version": 2,
        "max_repetitions": repetitions,
        "timeout": "30s",
        "auth": {"community": "public"},
    }


def _wait_up(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the exporter did not start")
