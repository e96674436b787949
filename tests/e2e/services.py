"""Real services for the tests: PostgreSQL, VictoriaMetrics and net-snmp as child processes on free loopback ports."""

from __future__ import annotations

import asyncio
import ctypes
import inspect
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import msgspec
import psycopg
import pytest

T = TypeVar("T")

PATIENCE_S = 60.0 * float(os.environ.get("NOC_TEST_PATIENCE", "1"))
"""How long a test waits for another process before it fails. A wait ends with its condition, so this costs no time."""
START_S = 2 * PATIENCE_S
END_S = PATIENCE_S
_PORTS = range(15_000, 32_000)
"""Below the ports that Linux gives to sockets without one, so that nobody else gets a port of these by chance."""
_PORT_TRIES = 5
_PR_SET_PDEATHSIG = 1


def need(program: str | None, package: str) -> str:
    """``program``; when it is missing the test is skipped, or fails where services are required."""
    if program:
        return program
    reason = f"needs Debian's package {package}"
    if os.environ.get("NOC_TEST_SERVICES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


class EndedEarly(AssertionError):
    """A server ended before it answered; perhaps somebody took its port."""


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port that nobody uses now; chosen by chance, so that two test runs hardly choose the same."""
    while True:
        with socket.socket(socket.AF_INET, kind) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", random.choice(_PORTS)))
            return int(probe.getsockname()[1])


@contextmanager
def on_free_port(serve: Callable[[int], AbstractContextManager[T]], kind: int = socket.SOCK_STREAM) -> Iterator[T]:
    """Serve on a free port; takes another port when the server does not come up on the first."""
    with ExitStack() as stack:
        for last in (False,) * (_PORT_TRIES - 1) + (True,):
            try:
                server = stack.enter_context(serve(free_port(kind)))
                break
            except EndedEarly:
                if last:
                    raise
        yield server


def wait_until(true: Callable[[], bool], what: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers.

    Raises:
        EndedEarly: The process ended.
        AssertionError: It did not answer in time.
    """
    ends_at = time.monotonic() + START_S
    answers = False
    while not answers:
        answers = true()
        if process.poll() is not None:
            raise EndedEarly(f"{what}: the process ended with {process.returncode}")
        assert time.monotonic() < ends_at, f"{what}: not within {START_S:.0f} s"
        if not answers:
            time.sleep(0.02)


async def eventually(true: Callable[[], Awaitable[Any] | Any], timeout_s: float = PATIENCE_S) -> Any:
    """Wait until ``true`` returns something true, and return that.

    Args:
        true: The condition; may be a coroutine function.
        timeout_s: How long the test expects to wait at most; a busy machine gets ``PATIENCE_S`` all the same.
    """
    async with asyncio.timeout(max(timeout_s, PATIENCE_S)):
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
    def database(self) -> Iterator[str]:
        """A new database; gives its URL."""
        name = f"noc_{uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


def postgres_programs() -> Path:
    """Return the folder with PostgreSQL's programs; skips the test when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return Path(need(str(found[-1]) if found else None, "postgresql")).parent


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start PostgreSQL; as root, under the user ``postgres``, because it refuses to run as root."""
    with postgres_cluster() as serve, on_free_port(serve) as server:
        yield server


@contextmanager
def postgres_cluster(
    settings: Mapping[str, str] = {},
) -> Iterator[Callable[[int], AbstractContextManager[Postgres]]]:
    """Make an empty cluster, as root one of the user ``postgres``; gives what serves it on a port, again and again.

    Args:
        settings: Beside those, and instead of those, that make tests fast.
    """
    bin_dir = postgres_programs()
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
        yield lambda port: _postgres_on(port, bin_dir, folder, user, settings)


@contextmanager
def _postgres_on(
    port: int, bin_dir: Path, folder: Path, user: str | None, own: Mapping[str, str]
) -> Iterator[Postgres]:
    server = Postgres(port)
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "max_connections": "300",
        "fsync": "off",
        "full_page_writes": "off",
        "autovacuum": "off",  # it would hold a database that is being copied
        **own,
    }
    command = [str(bin_dir / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with child(command, folder / "log", user, end_with=signal.SIGINT) as process:

        def answers() -> bool:
            with suppress(psycopg.OperationalError):
                server.execute("SELECT 1")
                return True
            return False

        wait_until(answers, "PostgreSQL", process)
        yield server


class VictoriaMetrics:
    """A VictoriaMetrics on a loopback port, as a client sees it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def export(self, match: str) -> dict[str, list[tuple[int, float]]]:
        """Everything that it holds: series (as sorted ``name=value`` text) to (milliseconds, value), in order."""
        httpx.get(f"{self.url}/internal/force_flush", trust_env=False).raise_for_status()
        arguments = {"match[]": match, "start": "0", "end": str(time.time() + 3600)}
        answer = httpx.get(f"{self.url}/api/v1/export", params=arguments, trust_env=False, timeout=PATIENCE_S)
        answer.raise_for_status()
        found: dict[str, list[tuple[int, float]]] = {}
        for line in answer.iter_lines():
            row = msgspec.json.decode(line)
            key = ",".join(f"{name}={value}" for name, value in sorted(row["metric"].items()))
            found.setdefault(key, []).extend(zip(row["timestamps"], row["values"], strict=True))
        return {key: sorted(rows) for key, rows in found.items()}


class VictoriaServer(VictoriaMetrics):
    """A VictoriaMetrics of a test's own: it stops and starts again on the same port and data."""

    def __init__(self, port: int, folder: Path, *arguments: str) -> None:
        super().__init__(port)
        self._folder = folder
        self._arguments = arguments
        self._running = ExitStack()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [
            victoria_program(),
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
        self._process = process

    def kill(self) -> None:
        """End it at once: what it has not written is lost."""
        self._process.kill()
        self._running.close()

    def stop(self) -> None:
        """End it, after it has written what it holds."""
        self._running.close()


def victoria_program() -> str:
    """Return the path of VictoriaMetrics; skips the test when it is not installed."""
    return need(shutil.which("victoria-metrics"), "victoria-metrics")


@contextmanager
def victoria_metrics(*arguments: str) -> Iterator[VictoriaServer]:
    """A running VictoriaMetrics with further command line ``arguments``."""
    with tempfile.TemporaryDirectory(prefix="noc-vm-", ignore_cleanup_errors=True) as folder:

        @contextmanager
        def serve(port: int) -> Iterator[VictoriaServer]:
            server = VictoriaServer(port, Path(folder), *arguments)
            try:
                server.start()
                yield server
            finally:
                server.stop()

        with on_free_port(serve) as server:
            yield server


class Snmpd:
    """A net-snmp agent."""

    community = "noc-test"
    description = "NOC test agent, Zürich"

    def __init__(self, port: int) -> None:
        self.port = port

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
        output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=PATIENCE_S).stdout
        rows = (line.split(" = ", 1) for line in output.splitlines() if " = " in line)
        return {name.lstrip("."): value.strip('"') for name, value in rows}


def snmpd_program() -> str:
    """Return the path of net-snmp's agent; skips the test when the agent or its tools are not installed."""
    need(shutil.which("snmpbulkwalk"), "snmp")
    return need(shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin"), "snmpd")


@contextmanager
def snmpd(*views: str) -> Iterator[Snmpd]:
    """A running net-snmp agent that shows the system group, the interfaces, and the OIDs ``views``."""
    with on_free_port(lambda port: _snmpd_on(port, views), socket.SOCK_DGRAM) as agent:
        yield agent


@contextmanager
def _snmpd_on(port: int, views: tuple[str, ...]) -> Iterator[Snmpd]:
    agent = Snmpd(port)
    with tempfile.TemporaryDirectory(prefix="noc-snmpd-", ignore_cleanup_errors=True) as folder:
        config = Path(folder) / "snmpd.conf"
        config.write_text(
            f"agentaddress udp:127.0.0.1:{port}\n"
            "view shown included .1.3.6.1.2.1.1\n"
            "view shown included .1.3.6.1.2.1.2\n"
            + "".join(f"view shown included .{view}\n" for view in views)
            + f"rocommunity {agent.community} 127.0.0.1 -V shown\n"
            f"sysDescr {agent.description}\n"
            "sysContact noc@example.net\n",
            encoding="utf-8",
        )
        command = [snmpd_program(), "-f", "-C", "-c", str(config), "-Lo", "-p", str(Path(folder) / "pid")]
        with child(command, Path(folder) / "log", SNMP_PERSISTENT_DIR=folder, MIBS="") as process:

            def answers() -> bool:
                with suppress(subprocess.SubprocessError):
                    return bool(agent.walk("1.3.6.1.2.1.1.1"))
                return False

            wait_until(answers, "snmpd", process)
            yield agent
