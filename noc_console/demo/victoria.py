"""A VictoriaMetrics of our own for the demo: a child process that lives no longer than we do."""

from __future__ import annotations

import asyncio
import ctypes
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import httpx

BINARIES = ("victoria-metrics", "victoria-metrics-prod", "victoriametrics")
START_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 10.0
_PR_SET_PDEATHSIG = 1
_LINES_PER_REQUEST = 200


class VictoriaMetrics:
    """A running server; made by ``start``.

    Args:
        process: The child.
        port: Where it listens on 127.0.0.1.
    """

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port

    @property
    def url(self) -> str:
        """Base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """End it: kindly first, which writes what it holds in memory."""
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    async def load(self, lines: Iterable[str]) -> None:
        """Import JSON lines.

        Raises:
            httpx.HTTPError: It refused them, or is gone.
        """
        async with httpx.AsyncClient(base_url=self.url, timeout=30, trust_env=False) as client:
            batch: list[str] = []
            for line in lines:
                batch.append(line)
                if len(batch) >= _LINES_PER_REQUEST:
                    await _post(client, batch)
                    batch.clear()
                await asyncio.sleep(0)  # making a line takes a millisecond or two, and agents are waiting
            if batch:
                await _post(client, batch)
            # Without this it is not seen for some seconds, and never by a query that was cached meanwhile.
            for duty in ("/internal/force_flush", "/internal/resetRollupResultCache"):
                (await client.get(duty)).raise_for_status()


async def start(folder: Path) -> VictoriaMetrics | None:
    """Start a server that stores in ``folder``, and wait until it answers.

    Returns:
        None when it is not installed, or does not come up.
    """
    binary = next(filter(None, map(shutil.which, BINARIES)), None)
    if binary is None:
        return None
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        binary,
        f"-storageDataPath={folder}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=3",
        "-search.latencyOffset=0s",
        "-memory.allowedBytes=128MB",
        "-loggerLevel=ERROR",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl+C in the terminal is for us; we stop it ourselves
        preexec_fn=_die_with_parent(),
    )
    server = VictoriaMetrics(process, port)
    try:
        healthy = await _wait_until_healthy(server)
    except BaseException:
        await server.stop()
        raise
    if healthy:
        return server
    await server.stop()
    return None


async def _wait_until_healthy(server: VictoriaMetrics) -> bool:
    deadline = asyncio.get_running_loop().time() + START_TIMEOUT_S
    async with httpx.AsyncClient(base_url=server.url, timeout=2, trust_env=False) as client:
        while asyncio.get_running_loop().time() < deadline and server.process.returncode is None:
            with suppress(httpx.HTTPError):
                if (await client.get("/health")).status_code == 200:
                    return True
            await asyncio.sleep(0.05)
    return False


async def _post(client: httpx.AsyncClient, lines: list[str]) -> None:
    (await client.post("/api/v1/import", content="".join(lines).encode())).raise_for_status()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> Callable[[], None] | None:
    """What makes Linux end the child when we are killed and cannot do it; None elsewhere."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
