"""Speed tests (TR-143), ping and traceroute that a router runs for us, and what their results say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from noc_console.domain.cpe import Value
from noc_console.domain.errors import ActionRefused
from noc_console.domain.text import clean
from noc_console.sources.genieacs.client import NbiClient
from noc_console.sources.genieacs.delivery import Step, no_step
from noc_console.sources.genieacs.diagnostic_run import Run
from noc_console.sources.genieacs.document import Node, instant

Direction = Literal["download", "upload"]
_MAX_TEST_S = 86_400.0
_URL = re.compile(r"https?://[^\s\x00-\x1f/]+(/[^\s\x00-\x1f]*)?", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:_-]{0,254})")


@dataclass(frozen=True, slots=True)
class SpeedResult:
    """What a speed test measured; everything is None where the router did not tell."""

    mbps: float | None
    bytes: int | None
    seconds: float | None
    state: str
    """The router's own word: ``Complete``, ``Completed``, ``Error_...``; empty when it was never known."""
    error: str | None = None
    """Why there is no result, for the operator."""


@dataclass(frozen=True, slots=True)
class PingResult:
    """What a ping from the router measured."""

    sent: int | None
    received: int | None
    minimum_ms: float | None
    average_ms: float | None
    maximum_ms: float | None
    state: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop of a traceroute."""

    number: int
    host: str
    """Empty where nobody answered."""
    address: str
    times_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class TraceResult:
    """What a traceroute from the router found."""

    hops: tuple[Hop, ...]
    state: str
    error: str | None = None
    """May stand beside hops: the way was found as far as they go."""


async def speed_test(
    client: NbiClient,
    device_id: str,
    direction: Direction,
    url: str,
    upload_bytes: int = 50_000_000,
    timeout_s: float = 120.0,
    step: Step = no_step,
    *,
    cr_timeout_s: float | None = None,
) -> SpeedResult:
    """Have the router download from, or upload to, a server of ours.

    Args:
        client: The ACS.
        device_id: ``_id`` of the device.
        direction: ``download`` or ``upload``.
        url: Where to.
        upload_bytes: How much to upload.
        timeout_s: How long the test may take.
        step: Told what happens.
        cr_timeout_s: How long the ACS waits for the router; None takes the config's.

    Raises:
        ActionRefused: Nothing that a router could fetch from; nothing was sent.
        SourceError: The ACS could not be reached; nothing was sent.
    """
    if not _URL.fullmatch(url) or len(url) > 256:
        raise ActionRefused("a speed test needs an http:// or https:// URL of at most 256 characters")
    leaves: list[tuple[str, Value]] = [("DownloadURL", url)]
    if direction == "upload":
        leaves = [("UploadURL", url), ("TestFileLength", upload_bytes)]
    test = Run(client, device_id, direction, timeout_s, step, cr_timeout_s)
    ended = await test.run(leaves)
    if ended.node is None or ended.error:
        return SpeedResult(None, None, None, ended.state, ended.error)
    return _speed(ended.node, direction, ended.state)


async def ping_from(
    client: NbiClient,
    device_id: str,
    host: str,
    count: int = 5,
    timeout_s: float = 60.0,
    step: Step = no_step,
    *,
    cr_timeout_s: float | None = None,
) -> PingResult:
    """Have the router ping a host; see ``speed_test``."""
    leaves: list[tuple[str, Value]] = [("Host", check_host(host)), ("NumberOfRepetitions", count), ("Timeout", 2000)]
    ended = await Run(client, device_id, "ping", timeout_s, step, cr_timeout_s).run(leaves)
    if ended.node is None or ended.error:
        return PingResult(None, None, None, None, None, ended.state, ended.error)
    node = ended.node
    received, lost = node.number("SuccessCount"), node.number("FailureCount")
    if received is None:
        return PingResult(None, None, None, None, None, ended.state, "the router told no result")
    sent = received + lost if lost is not None else float(count)
    least, mean, most = (
        node.number(f"{name}ResponseTime") if received else None for name in ("Minimum", "Average", "Maximum")
    )
    return PingResult(int(sent), int(received), least, mean, most, ended.state)


async def traceroute_from(
    client: NbiClient,
    device_id: str,
    host: str,
    timeout_s: float = 120.0,
    step: Step = no_step,
    *,
    cr_timeout_s: float | None = None,
) -> TraceResult:
    """Have the router trace the way to a host; see ``speed_test``."""
    leaves: list[tuple[str, Value]] = [("Host", check_host(host)), ("NumberOfTries", 3)]
    ended = await Run(client, device_id, "traceroute", timeout_s, step, cr_timeout_s).run(leaves)
    hops = () if ended.node is None else tuple(_hop(node) for node in ended.node.matching("RouteHops.*"))
    return TraceResult(hops, ended.state, ended.error)


def check_host(host: str) -> str:
    """Return a name or address that a router may be given.

    Raises:
        ActionRefused: It is neither.
    """
    if not _HOST.fullmatch(host):
        raise ActionRefused(f"{clean(host, 64)!r} is no host name and no address")
    return host


def _speed(node: Node, direction: Direction, state: str) -> SpeedResult:
    """Bytes over the time between the first and the last of them."""
    leaves = {
        "download": ("TestBytesReceived", "TotalBytesReceived"),
        "upload": ("TestBytesSent", "TotalBytesSent", "TestFileLength"),
    }
    moved = next((number for leaf in leaves[direction] if (number := node.number(leaf))), None)
    begun_at, ended_at = (_instant(node, leaf) for leaf in ("BOMTime", "EOMTime"))
    seconds = ended_at - begun_at if begun_at is not None and ended_at is not None else None
    # Routers leave the year 1, or nothing, or a time of the test before in one of the two.
    if seconds is None or not 0 < seconds < _MAX_TEST_S:
        return SpeedResult(None, int(moved) if moved else None, None, state, "the router told no usable times")
    if not moved:
        return SpeedResult(None, None, round(seconds, 3), state, "the router counted no bytes")
    return SpeedResult(round(moved * 8 / seconds / 1e6, 2), int(moved), round(seconds, 3), state)


def _instant(node: Node, leaf: str) -> float | None:
    parameter = node.parameter(leaf)
    return instant(parameter.raw) if parameter else None


def _hop(node: Node) -> Hop:
    def text(*leaves: str) -> str:
        return next((found for leaf in leaves if (found := node.text(leaf)) and found != "*"), "")

    times = re.findall(r"\d+(?:\.\d+)?", text("RTTimes", "HopRTTimes"))
    return Hop(int(node.name), text("Host", "HopHost"), text("HostAddress", "HopHostAddress"), tuple(map(float, times)))
