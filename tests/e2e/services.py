"""Real services for the tests: PostgreSQL, VictoriaMetrics and net-snmp as child processes on free loopback ports."""

from __future__ import annotations

import asyncio
import ctypes
import inspect
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import psycopg
import pytest

START_S = 30.0
END_S = 15.0
_PR_SET_PDEATHSIG = 1


def need(program: str | None, package: str) -> str:
    """``program``; when it is missing the test is skipped, or fails where services are required."""
    if program:
        return program
    reason = f"needs Debian's package {package}"
    if os.environ.get("NOC_TEST_SERVICES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """A port that nobody uses just now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait for a condition of another process."""
    ends_at = time.monotonic() + START_S
    while not true():
        assert process is None or process.poll() is None, f"{what}: the process ended with {process.returncode}"
        assert time.monotonic() < ends_at, f"{what}: not within {START_S:.0f} s"
        time.sleep(0.02)


async def eventually(true: Callable[[], Awaitable[Any] | Any], timeout_s: float = 10.0) -> Any:
    """Wait until ``true`` returns something true, and return that."""
    async with asyncio.timeout(timeout_s):
        while True:
            found = true()
            if inspect.isawaitable(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.01)


@contextmanager
def child(
    command: list[str], log: Path, user: str | None = None, end_with: int = signal.SIGTERM, **env: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with this block, or with the tests however those end."""

    def die_with_parent() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))

    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **env},
            user=user,
            group=user,
            extra_groups=[] if user else None,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    finally:
        process.send_signal(end_with)
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Postgres:
    """A PostgreSQL server; every test gets a database of its own."""

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str) -> str:
        """What stands in the config file."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside of any transaction."""
        with self.connect(database) as connection:
            connection.execute(statement)

    def connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of our own."""
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname={database} connect_timeout=5"
        return psycopg.connect(where, autocommit=True)

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """A new database, a copy of ``template``; gives its URL."""
        name = f"noc_{uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start PostgreSQL; as root, under the user ``postgres``, because it refuses to run as root."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    bin_dir = Path(need(str(found[-1]) if found else None, "postgresql")).parent
    user = "postgres" if os.getuid() == 0 else None
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="noc-pg-", dir="/tmp"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if user:
            shutil.chown(folder, user, user)
        options = "-U postgres -A trust -E UTF8 --locale=C --no-sync".split()
        subprocess.run(
            [str(bin_dir / "initdb"), "-D", str(folder / "data"), *options],
            check=True,
            capture_output=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=folder,
        )
        server = Postgres(free_port())
        settings = {"fsync": "off", "listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder)}
        command = [str(bin_dir / "postgres"), "-D", str(folder / "data"), "-p", str(server.port)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        process = stack.enter_context(child(command, folder / "log", user, end_with=signal.SIGINT))

        def answers() -> bool:
            with suppress(psycopg.OperationalError):
                server.execute("SELECT 1")
                return True
            return False

        wait_until(answers, "PostgreSQL", process)
        yield server


class VictoriaMetrics:
    """A VictoriaMetrics that can be stopped and started again on the same port and data."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._arguments = arguments
        self._running = ExitStack()

    def start(self) -> None:
        """Start, and wait until it answers."""
        binary = need(shutil.which("victoria-metrics"), "victoria-metrics")
        command = [
            binary,
            f"-storageDataPath={self._folder / 'data'}",
            f"-httpListenAddr=127.0.0.1:{self.port}",
            "-retentionPeriod=12",
            "-memory.allowedBytes=128MB",
            "-loggerLevel=ERROR",
            *self._arguments,
        ]
        process = self._running.enter_context(child(command, self._folder / "log"))

        def answers() -> bool:
            with suppress(httpx.HTTPError):
                return httpx.get(f"{self.url}/health", trust_env=False).status_code < 500
            return False

        wait_until(answers, "VictoriaMetrics", process)

    def stop(self) -> None:
        """End it, after it has written what it holds."""
        self._running.close()

    def export(self, match: str) -> dict[str, list[tuple[int, float]]]:
        """Everything that it holds: series (as sorted ``name=value`` text) to (milliseconds, value), in order."""
        httpx.get(f"{self.url}/internal/force_flush", trust_env=False).raise_for_status()
        arguments = {"match[]": match, "start": "0", "end": str(time.time() + 3600)}
        answer = httpx.get(f"{self.url}/api/v1/export", params=arguments, trust_env=False, timeout=30)
        answer.raise_for_status()
        found: dict[str, list[tuple[int, float]]] = {}
        for line in answer.iter_lines():
            row = msgspec.json.decode(line)
            key = ",".join(f"{name}={value}" for name, value in sorted(row["metric"].items()))
            found.setdefault(key, []).extend(zip(row["timestamps"], row["values"], strict=True))
        return {key: sorted(rows) for key, rows in found.items()}


@contextmanager
def victoria_metrics(*arguments: str) -> Iterator[VictoriaMetrics]:
    """A running VictoriaMetrics with further command line ``arguments``."""
    with tempfile.TemporaryDirectory(prefix="noc-vm-", ignore_cleanup_errors=True) as folder:
        server = VictoriaMetrics(Path(folder), *arguments)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Snmpd:
    """A net-snmp agent."""

    community = "noc-test"
    description = "NOC test agent, Zürich"

    def __init__(self) -> None:
        self.port = free_port(socket.SOCK_DGRAM)

    def walk(self, oid: str) -> dict[str, str]:
        """What net-snmp's own ``snmpbulkwalk`` reads below ``oid``: numeric OID to the value as it prints it."""
        command = [
            need(shutil.which("snmpbulkwalk"), "snmp"),
            "-v2c",
            "-c",
            self.community,
            "-m",
            "",
            "-t",
            "0.5",
            "-r",
            "9",
        ]
        command += ["-On", "-Oe", "-OQ", "-Ot", f"127.0.0.1:{self.port}", oid]
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout
        rows = (line.split(" = ", 1) for line in output.splitlines() if " = " in line)
        return {name.lstrip("."): value.strip('"') for name, value in rows}


@contextmanager
def snmpd(*views: str) -> Iterator[Snmpd]:
    """A running net-snmp agent that shows the system group, the interfaces, and the OIDs ``views``."""
    binary = need(shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin"), "snmpd")
    agent = Snmpd()
    with tempfile.TemporaryDirectory(prefix="noc-snmpd-", ignore_cleanup_errors=True) as folder:
        config = Path(folder) / "snmpd.conf"
        config.write_text(
            f"agentaddress udp:127.0.0.1:{agent.port}\n"
            "view shown included .1.3.6.1.2.1.1\n"
            "view shown included .1.3.6.1.2.1.2\n"
            + "".join(f"view shown included .{view}\n" for view in views)
            + f"rocommunity {agent.community} 127.0.0.1 -V shown\n"
            f"sysDescr {agent.description}\n"
            "sysContact noc@example.net\n",
            encoding="utf-8",
        )
        command = [binary, "-f", "-C", "-c", str(config), "-Lo", "-p", str(Path(folder) / "pid")]
        with child(command, Path(folder) / "log", SNMP_PERSISTENT_DIR=folder, MIBS="") as process:

            def answers() -> bool:
                with suppress(subprocess.SubprocessError):
                    return bool(agent.walk("1.3.6.1.2.1.1.1"))
                return False

            wait_until(answers, "snmpd", process)
            yield agent
