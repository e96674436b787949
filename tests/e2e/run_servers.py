"""One server of each kind for a whole test run, however many workers the run has.

The process that the operator starts owns the servers: pytest itself, or the controller of pytest-xdist. A server starts
when the first test asks for it. Workers ask the controller over a Unix socket and get the server's port.
"""

from __future__ import annotations

import socket
import socketserver
import subprocess
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Protocol

import pytest
import services


class HasPort(Protocol):
    """A server on a loopback port."""

    port: int


KINDS: dict[str, Callable[[], AbstractContextManager[HasPort]]] = {
    "postgres": services.postgres,
    "victoria": services.victoria_metrics,
    "snmpd": services.snmpd,
}


class Owner:
    """Starts each server once and ends all of them with the run."""

    def __init__(self) -> None:
        self._ports: dict[str, int] = {}
        self._running = ExitStack()

    def port(self, kind: str) -> int:
        """Return the port of a server; starts the server when this is the first request."""
        if kind not in self._ports:
            self._ports[kind] = self._running.enter_context(KINDS[kind]()).port
        return self._ports[kind]

    def close(self) -> None:
        """End the servers."""
        self._running.close()


class Counter(socketserver.UnixStreamServer):
    """Answers the workers: a kind of server on one line, its port or an error on the next.

    One thread serves all requests and starts the servers. It lives as long as the run, because the kernel kills a child
    when the thread that started it ends; that way no server outlives a controller that somebody killed.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="noc-run-", ignore_cleanup_errors=True)
        self.address = str(Path(self._folder.name) / "servers")
        super().__init__(self.address, _Request)
        self.owner = Owner()
        self._thread = threading.Thread(target=self._serve, name="test servers", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            self.serve_forever(poll_interval=0.1)
        finally:
            self.owner.close()

    def close(self) -> None:
        """End the servers and take the socket away."""
        self.shutdown()
        self._thread.join()
        self.server_close()
        self._folder.cleanup()


class _Request(socketserver.StreamRequestHandler):
    server: Counter

    def handle(self) -> None:
        kind = self.rfile.readline().decode().strip()
        try:
            answer = f"port {self.server.owner.port(kind)}"
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            answer = f"error {kind}: {error}".replace("\n", " ")
        self.wfile.write(f"{answer}\n".encode())


class Remote:
    """The same as ``Owner`` for a worker: asks the controller."""

    def __init__(self, address: str) -> None:
        self._address = address

    def port(self, kind: str) -> int:
        """Return the port of a server; fails the test when the server does not start."""
        with socket.socket(socket.AF_UNIX) as link, link.makefile("rwb") as lines:
            link.settimeout(services.START_S * 3)
            link.connect(self._address)
            lines.write(f"{kind}\n".encode())
            lines.flush()
            word, _, rest = lines.readline().decode().strip().partition(" ")
        if word != "port":
            pytest.fail(rest or f"{kind}: the controller of the tests did not answer")
        return int(rest)
