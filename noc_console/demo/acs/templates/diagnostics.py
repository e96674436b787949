"""Leaves of the diagnostics that a router runs for the ACS: TR-143 speed tests, ping, traceroute."""

from __future__ import annotations

from noc_console.demo.acs.state import Value
from noc_console.demo.acs.templates.model import NEVER, Facts, Leaf, Source, leaf, tree, writable

MAX_HOPS = 6
TR098_ROOT = "InternetGatewayDevice"
TR181_ROOT = "Device.IP.Diagnostics"


def _no_hop(facts: Facts) -> Value | None:
    """A hop that no traceroute has found yet."""
    return None


def tr098(sent_leaf: bool) -> dict[str, Leaf]:
    """The four objects under ``InternetGatewayDevice``.

    Args:
        sent_leaf: Whether ``UploadDiagnostics`` tells the test's own bytes, which not all do.
    """
    return {
        **_speed(f"{TR098_ROOT}.DownloadDiagnostics", f"{TR098_ROOT}.UploadDiagnostics", "", sent_leaf),
        **_ping(f"{TR098_ROOT}.IPPingDiagnostics", 10_000),
        **_traceroute(f"{TR098_ROOT}.TraceRouteDiagnostics", "Hop"),
    }


def tr181() -> dict[str, Leaf]:
    """The four objects under ``Device.IP.Diagnostics``."""
    return {
        **_speed(f"{TR181_ROOT}.DownloadDiagnostics", f"{TR181_ROOT}.UploadDiagnostics", NEVER, True),
        **_ping(f"{TR181_ROOT}.IPPing", 5000),
        **_traceroute(f"{TR181_ROOT}.TraceRoute", ""),
    }


def _speed(download: str, upload: str, no_time: str, sent_leaf: bool) -> dict[str, Leaf]:
    shared: dict[str, Leaf | Source] = {
        "DiagnosticsState": writable("None"),
        "Interface": writable(""),
        "NumberOfConnections": writable(1),
        **dict.fromkeys(
            ("ROMTime", "BOMTime", "EOMTime", "TCPOpenRequestTime", "TCPOpenResponseTime"), leaf(no_time, "dateTime")
        ),
    }
    down: dict[str, Leaf | Source] = {"DownloadURL": writable(""), "TestBytesReceived": 0, "TotalBytesReceived": 0}
    up: dict[str, Leaf | Source] = {"UploadURL": writable(""), "TestFileLength": writable(0), "TotalBytesSent": 0}
    if sent_leaf:
        up["TestBytesSent"] = 0
    return tree(download, {**shared, **down}) | tree(upload, {**shared, **up})


def _ping(path: str, timeout_ms: int) -> dict[str, Leaf]:
    results = ("SuccessCount", "FailureCount", "AverageResponseTime", "MinimumResponseTime", "MaximumResponseTime")
    return tree(
        path,
        {
            "DiagnosticsState": writable("None"),
            "Interface": writable(""),
            "Host": writable(""),
            "NumberOfRepetitions": writable(4),
            "Timeout": writable(timeout_ms),
            "DataBlockSize": writable(56),
            **dict.fromkeys(results, 0),
        },
    )


def _traceroute(path: str, prefix: str) -> dict[str, Leaf]:
    hops = {
        f"RouteHops.{number}.{prefix}{name}": leaf(_no_hop, type)
        for number in range(1, MAX_HOPS + 1)
        for name, type in (
            ("Host", "string"),
            ("HostAddress", "string"),
            ("ErrorCode", "unsignedInt"),
            ("RTTimes", "string"),
        )
    }
    return tree(
        path,
        {
            "DiagnosticsState": writable("None"),
            "Interface": writable(""),
            "Host": writable(""),
            "NumberOfTries": writable(3),
            "Timeout": writable(5000),
            "DataBlockSize": writable(38),
            "MaxHopCount": writable(30),
            "ResponseTime": 0,
            "RouteHopsNumberOfEntries": 0,
            **hops,
        },
    )
