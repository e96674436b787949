"""What a router does when it is asked for a diagnostic: it runs after the session, and its results are leaves.

Nothing is sent anywhere; the line's rates and delays are those of the router's state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from noc_console.demo.acs.state import Value, iso
from noc_console.demo.acs.templates.diagnostics import MAX_HOPS
from noc_console.demo.acs.templates.model import Facts

STATE = "DiagnosticsState"
REQUESTED = "Requested"
_MEGA = 1_000_000
_URL = re.compile(r"https?://([^/:?]+)")
_HOPS = ("192.0.2.1", "198.51.100.9", "", "203.0.113.17")
"""On the way; one of them does not answer."""


@dataclass(frozen=True, slots=True)
class Diagnosing:
    """How a router goes about its diagnostics."""

    duration_s: float = 8.0
    """Of a speed test; a ping or traceroute takes a tenth."""
    error: str | None = None
    """How it ends, ``Error_...``, when it does not end well."""
    ends: bool = True
    """Whether it ever ends."""
    informs: bool = True
    """Whether it tells the ACS that it has ended."""
    forgets_times: bool = False
    """Ends well, without the instants that a speed is computed from."""


def duration_s(path: str, how: Diagnosing) -> float:
    """How long the diagnostic of an object takes."""
    return how.duration_s if _is_speed(path) else how.duration_s / 10


def results(path: str, facts: Facts, how: Diagnosing, complete: str) -> dict[str, Value]:
    """What the leaves of an object hold after its diagnostic.

    Args:
        path: The object.
        facts: The router as the diagnostic ends.
        how: How it goes about it.
        complete: What it calls a good end.
    """

    def asked(leaf: str) -> Value:
        return facts.settings.get(f"{path}.{leaf}", "")

    target = asked("DownloadURL") or asked("UploadURL") if _is_speed(path) else asked("Host")
    error = how.error or _trouble(str(target), _is_speed(path), facts.state.wan_connected)
    if error:
        return {f"{path}.{STATE}": error}
    if path.endswith("DownloadDiagnostics"):
        found = _download(facts, how)
    elif path.endswith("UploadDiagnostics"):
        found = _upload(facts, int(asked("TestFileLength") or 0))
    elif "IPPing" in path:
        found = _ping(facts, int(asked("NumberOfRepetitions") or 4))
    else:
        found = _traceroute(facts, str(target), "" if path.startswith("Device.") else "Hop")
    if how.forgets_times:
        found = {leaf: value for leaf, value in found.items() if not leaf.endswith("Time")}
    return {f"{path}.{leaf}": value for leaf, value in {STATE: complete, **found}.items()}


def _is_speed(path: str) -> bool:
    return path.endswith("loadDiagnostics")


def _trouble(target: str, is_url: bool, connected: bool) -> str | None:
    host = _URL.match(target) if is_url else re.match(r"(.+)", target)
    if host is None or host[1].endswith(".invalid"):
        return "Error_CannotResolveHostName"
    if not connected:
        return "Error_InitConnectionFailed" if is_url else "Error_Other"
    return None


def _times(facts: Facts, seconds: float) -> dict[str, Value]:
    begun_at = facts.at - seconds
    return {
        "TCPOpenRequestTime": iso(begun_at - 0.2),
        "TCPOpenResponseTime": iso(begun_at - 0.15),
        "ROMTime": iso(begun_at - 0.1),
        "BOMTime": iso(begun_at),
        "EOMTime": iso(facts.at),
    }


def _download(facts: Facts, how: Diagnosing) -> dict[str, Value]:
    received = round(facts.state.down_mbps * _MEGA / 8 * how.duration_s)
    more = {"TestBytesReceived": received, "TotalBytesReceived": received + received // 25}
    return {**_times(facts, how.duration_s), **more}


def _upload(facts: Facts, length: int) -> dict[str, Value]:
    if length <= 0:
        return {STATE: "Error_IncorrectSize"}
    seconds = length * 8 / (facts.state.up_mbps * _MEGA)
    return {**_times(facts, seconds), "TotalBytesSent": length, "TestBytesSent": length}


def _ping(facts: Facts, repetitions: int) -> dict[str, Value]:
    lost = repetitions * facts.state.lost_percent // 100
    best = round(facts.state.ping_ms)
    times = {"MinimumResponseTime": best, "AverageResponseTime": best + 2, "MaximumResponseTime": best + 9}
    nothing = dict.fromkeys(times, 0)
    return {"SuccessCount": repetitions - lost, "FailureCount": lost, **(times if lost < repetitions else nothing)}


def _traceroute(facts: Facts, host: str, prefix: str) -> dict[str, Value]:
    hops = [*_HOPS, host][:MAX_HOPS]
    found: dict[str, Value] = {"RouteHopsNumberOfEntries": len(hops), "ResponseTime": round(facts.state.ping_ms)}
    for number, hop in enumerate(hops, start=1):
        took = [round(facts.state.ping_ms * number / len(hops)) + extra for extra in (0, 1, 0)]
        found |= {
            f"RouteHops.{number}.{prefix}Host": hop,
            f"RouteHops.{number}.{prefix}HostAddress": hop if re.fullmatch(r"[0-9.]+", hop) else "",
            f"RouteHops.{number}.{prefix}ErrorCode": 0,
            f"RouteHops.{number}.{prefix}RTTimes": ",".join(map(str, took)) if hop else "",
        }
    return found
