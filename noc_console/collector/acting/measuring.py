"""Tests that a router runs for us: speed, ping, traceroute."""

from __future__ import annotations

import re
import time
from typing import Any, cast

from noc_console.collector.acting.tools import Ending, Performer, Tools
from noc_console.collector.samples import sample
from noc_console.domain.errors import ActionRefused
from noc_console.domain.jobs import Job, JobKind, JobState
from noc_console.sources.genieacs.diagnostics import Direction, Hop, ping_from, speed_test, traceroute_from


async def measure_speed(tools: Tools, job: Job) -> Ending:
    """TR-143 download or upload, shown against the plan when that is known, and kept in the history."""
    config, acs = tools.config.speed_test, tools.need_acs()
    direction = job.parameters["direction"]
    if direction not in ("download", "upload"):
        raise ActionRefused(f"a speed test's direction is download or upload, not {direction!r}")
    url = job.parameters.get("url") or (config.download_url if direction == "download" else config.upload_url)
    if url is None:
        raise ActionRefused("no server to test against", f"set speed_test.{direction}_url in the config file")
    cpe = await tools.router(job)
    result = await speed_test(
        acs, cpe.device_id, cast("Direction", direction), url, config.upload_bytes, config.timeout_s,
        lambda text: tools.tell(job, text),
    )  # fmt: skip
    if result.mbps is None:
        return Ending(JobState.FAILED, result.error or f"no result: {result.state or 'the router never said'}")
    data: dict[str, float | str] = {f"{direction}_mbps": result.mbps}
    plan_mbps = _plan_mbps(tools, job)
    against = ""
    if plan_mbps is not None and direction == "download":
        data["plan_mbps"] = plan_mbps
        against = f", {100 * result.mbps / plan_mbps:.0f} % of the plan's {plan_mbps:g}"
    if job.serial:  # the history is by ONT
        measured = sample("cpe_speed_mbps", time.time(), result.mbps, ont_serial=job.serial, direction=direction)
        await tools.keep([measured])
    return Ending(JobState.VERIFIED, f"{direction} {result.mbps:.1f} Mbit/s{against}", data)


def _plan_mbps(tools: Tools, job: Job) -> float | None:
    """What the customer pays for, when the ONT's description tells."""
    pattern = tools.config.speed_test.plan_pattern
    ont = tools.ont_of(job)
    found = re.search(pattern, ont.description or "") if pattern and ont else None
    try:
        return float(found[1]) or None if found else None
    except (TypeError, ValueError):
        return None


async def ping(tools: Tools, job: Job) -> Ending:
    """Ping from the router."""
    acs, host = tools.need_acs(), _host(tools, job)
    cpe = await tools.router(job)
    result = await ping_from(acs, cpe.device_id, host, step=lambda text: tools.tell(job, text))
    if result.sent is None or result.received is None:
        return Ending(JobState.FAILED, result.error or f"no result: {result.state}")
    data: dict[str, float | str] = {"host": host, "sent": result.sent, "received": result.received}
    text = f"{result.received} of {result.sent} answered"
    if result.average_ms is not None:
        data["average_ms"] = result.average_ms
        text += f", {result.average_ms:g} ms on average"
    if result.minimum_ms is not None and result.maximum_ms is not None:
        text += f" ({result.minimum_ms:g} to {result.maximum_ms:g})"
    return Ending(JobState.VERIFIED, f"{host}: {text}", data)


async def traceroute(tools: Tools, job: Job) -> Ending:
    """Traceroute from the router; each hop is a step of the job."""
    acs, host = tools.need_acs(), _host(tools, job)
    cpe = await tools.router(job)
    result = await traceroute_from(acs, cpe.device_id, host, step=lambda text: tools.tell(job, text))
    for hop in result.hops:
        await tools.tell(job, _hop(hop))
    if result.error:
        return Ending(
            JobState.FAILED, f"{host}: {result.error}" + (f", after {len(result.hops)} hops" * bool(result.hops))
        )
    return Ending(JobState.VERIFIED, f"{host}: {len(result.hops)} hops", {"host": host, "hops": len(result.hops)})


def _hop(hop: Hop) -> str:
    named = f"{hop.host} ({hop.address})" if hop.host and hop.address and hop.host != hop.address else ""
    times = "  ".join(f"{time_ms:g} ms" for time_ms in hop.times_ms)
    return f"{hop.number:2}  {named or hop.address or hop.host or '*'}  {times}".rstrip()


def _host(tools: Tools, job: Job) -> str:
    host = job.parameters.get("host") or tools.config.speed_test.ping_host
    if host is None:
        raise ActionRefused("no host was named", "name one, or set speed_test.ping_host in the config file")
    return host


PERFORMERS: dict[JobKind, Performer[Any]] = {
    JobKind.SPEED_TEST: Performer(measure_speed),
    JobKind.PING: Performer(ping),
    JobKind.TRACEROUTE: Performer(traceroute),
}
