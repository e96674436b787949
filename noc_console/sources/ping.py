"""ICMP reachability: round trip and loss of a small series of echoes.

One socket per IP version serves all targets: unprivileged where the kernel allows it (``net.ipv4.ping_group_range``),
raw with ``CAP_NET_RAW``. Where neither is allowed the system's ``ping`` command does it, which may have the privilege.

Not icmplib (3.0.4): it opens a socket for each target, takes any reply whose 16-bit id and sequence number fit, and has
no way through the ``ping`` command. Here hundreds of targets share a socket, and a reply must carry our random token.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from noc_console.domain.errors import SourceUnavailable
from noc_console.sources import icmp

INTERVAL_S = 0.2
"""Between the echoes of a series; ping commands refuse less to unprivileged users."""
COMMAND_SPARE_S = 2.0
"""What a ping command may take beyond its echoes."""
MAX_DATAGRAM = 2048
NOT_ALLOWED = "no ICMP socket allowed, and no ping command"
HINT = "set net.ipv4.ping_group_range, grant CAP_NET_RAW, or install ping"

_RECEIVED = re.compile(r"(\d+)(?: packets)? received")
_TIMES = re.compile(r"= [\d.]+/([\d.]+)/")


@dataclass(frozen=True, slots=True)
class Echo:
    """How a series went."""

    sent: int
    received: int
    rtt_s: float | None
    """Mean of those that came back; None when none did."""

    @property
    def loss(self) -> float:
        """Share that was lost, 0 to 1."""
        return 1 - self.received / self.sent


class Pinger:
    """Sends echoes. Belongs to one event loop."""

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = {}
        self._command: str | None = None

    @property
    def how(self) -> str | None:
        """By which means; None before ``open``."""
        if self._lines:
            return next(iter(self._lines.values())).how
        return self._command and "ping command"

    def open(self) -> None:
        """Find a way.

        Raises:
            SourceUnavailable: There is none.
        """
        for version in (4, 6):
            line = _open_line(version)
            if line:
                self._lines[version] = line
        if not self._lines:
            self._command = shutil.which("ping")
            if self._command is None:
                raise SourceUnavailable(NOT_ALLOWED, "ping", HINT)

    def close(self) -> None:
        """Close the sockets."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()

    async def ping(self, host: str, count: int = 3, timeout_s: float = 2.0) -> Echo:
        """Send a series.

        Args:
            host: Address or name.
            count: Echoes, at least 1.
            timeout_s: For each of them.

        Raises:
            SourceUnavailable: The name is not known, or its IP version cannot be used here.
        """
        version, address = await _resolve(host, timeout_s)
        line = self._lines.get(version)
        if line:
            return await line.series(address, count, timeout_s)
        if self._command:
            return await _run_command([self._command, f"-{version}"], address[0], count, timeout_s)
        raise SourceUnavailable(f"{host}: no ICMP socket for IPv{version}", "ping")


class _Line:
    """One socket, and who waits for what on it."""

    def __init__(self, made: socket.socket, version: int) -> None:
        self.how = "raw ICMP socket" if made.type == socket.SOCK_RAW else "ICMP socket"
        self._socket = made
        self._version = version
        self._with_header = version == 4 and made.type == socket.SOCK_RAW
        self._waiting: dict[bytes, asyncio.Future[float]] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(made.fileno(), self._readable)

    def close(self) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    async def series(self, address: tuple[str, int], count: int, timeout_s: float) -> Echo:
        echoes = [self._echo(address, number, timeout_s) for number in range(count)]
        times = [rtt_s for rtt_s in await asyncio.gather(*echoes) if rtt_s is not None]
        return Echo(count, len(times), sum(times) / len(times) if times else None)

    async def _echo(self, address: tuple[str, int], number: int, timeout_s: float) -> float | None:
        """Round trip of one echo; None when it is lost."""
        await asyncio.sleep(number * INTERVAL_S)
        token = os.urandom(icmp.TOKEN_BYTES)
        reply: asyncio.Future[float] = self._loop.create_future()
        self._waiting[token] = reply
        try:
            sent_at = time.perf_counter()
            self._socket.sendto(icmp.echo_request(token, number, self._version), address)
            async with asyncio.timeout(timeout_s):
                return await reply - sent_at
        except OSError:  # no route; a time-out is one of these, too
            return None
        finally:
            del self._waiting[token]

    def _readable(self) -> None:
        for _ in range(64):
            try:
                data = self._socket.recv(MAX_DATAGRAM)
            except OSError:  # nothing left, or an error about an earlier echo
                return
            # A reply carries 16 octets that only we know: whoever sends them got our echo.
            token = icmp.reply_token(data, self._version, self._with_header)
            reply = self._waiting.get(token) if token else None
            if reply and not reply.done():
                reply.set_result(time.perf_counter())


def _open_line(version: int) -> _Line | None:
    family, protocol = (
        (socket.AF_INET, socket.IPPROTO_ICMP) if version == 4 else (socket.AF_INET6, socket.IPPROTO_ICMPV6)
    )
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            made = socket.socket(family, kind, protocol)
        except OSError:  # not allowed, or no such IP version here
            continue
        made.setblocking(False)
        return _Line(made, version)
    return None


async def _resolve(host: str, timeout_s: float) -> tuple[int, tuple[str, int]]:
    """IP version and socket address."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            infos = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except TimeoutError:
        raise SourceUnavailable(f"{host}: the name could not be looked up in time", "ping") from None
    except OSError as error:
        raise SourceUnavailable(f"{host}: {error.strerror}", "ping", "check address:") from None
    family, _, _, _, address = infos[0]
    return (4 if family == socket.AF_INET else 6), (str(address[0]), 0)


async def _run_command(command: Sequence[str], address: str, count: int, timeout_s: float) -> Echo:
    """A series by the ping command (iputils, busybox)."""
    options = ["-n", "-q", "-c", str(count), "-W", str(max(1, round(timeout_s))), "-i", str(INTERVAL_S)]
    process = await asyncio.create_subprocess_exec(
        *command,
        *options,
        address,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C"},
    )
    try:
        async with asyncio.timeout(count * INTERVAL_S + 2 * timeout_s + COMMAND_SPARE_S):
            out, _ = await process.communicate()
    except TimeoutError:
        out = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    said = out.decode(errors="replace")
    received, times = _RECEIVED.search(said), _TIMES.search(said)
    back = min(count, int(received[1])) if received else 0
    return Echo(count, back, float(times[1]) / 1000 if times and back else None)
