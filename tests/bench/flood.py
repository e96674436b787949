"""Floods: memory, and how long the event loop is held, while OLTs tell tables without end beside a good one."""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from noc_console.config.model import OltConfig, Snmp
from noc_console.domain.network import PollKind
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import load_profiles
from noc_console.sources.snmp.session import SnmpEngine
from tests.bench.heartbeat import Heartbeat

sys.path.append(str(Path(__file__).parents[1] / "contract"))

KINDS = (PollKind.STATE, PollKind.OPTICS, PollKind.HEALTH)
FLOODS = ("endless_onts", "endless_onts_and_nothing_else", "endless_ports", "giant", "junk")


def run() -> None:
    """Print it for each kind of flood."""
    print(f"{'flood':32} {'outcome':10} {'values':>8} {'kB':>7} {'held ms':>8} {'peak MB':>8}  told")
    for flood in FLOODS:
        ours, theirs = multiprocessing.Pipe()
        agents = multiprocessing.Process(target=_serve, args=(theirs, flood), daemon=True)
        agents.start()
        try:
            apart = multiprocessing.get_context("spawn").Process(target=_poll, args=(flood, ours.recv()))
            apart.start()
            apart.join()
        finally:
            agents.kill()


def _poll(flood: str, ports: tuple[int, int]) -> None:
    asyncio.run(_poll_both(flood, *ports))


async def _poll_both(flood: str, bad_port: int, good_port: int) -> None:
    engine, profiles = SnmpEngine(), load_profiles()

    def poller(port: int) -> OltPoller:
        snmp = Snmp(port=port, timeout_s=1, retries=1)
        return OltPoller(engine, OltConfig(name="olt", address="127.0.0.1", snmp=snmp), profiles)

    bad, good = poller(bad_port), poller(good_port)
    async with Heartbeat() as heart:
        readings, whole = await asyncio.gather(_all(bad.poll), _all(good.poll))
    assert all(reading.outcome == "complete" for reading in whole), "the good one suffers"
    worst = max(readings, key=lambda reading: reading.octets)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = worst.error or worst.refused.text
    print(
        f"{flood:32} {worst.outcome:10} {worst.varbinds:8,} {worst.octets // 1000:7,} {heart.longest_ms:8.1f} "
        f"{peak_mb:8.0f}  {told}",
        flush=True,
    )
    engine.close()


async def _all(poll: Callable[[PollKind], object]) -> list[object]:
    return [await poll(kind) for kind in KINDS]  # type: ignore[misc]


def _serve(pipe: Connection, flood: str) -> None:
    import hostile_agents as hostile
    from test_flooding_agents import giant

    from noc_console.demo.agent import SnmpAgent

    async def serve() -> None:
        bad, good = hostile.HostileAgent(), SnmpAgent(hostile.good())
        if flood == "junk":
            bad.raw = lambda _request, right: [b"\x30" * 1400] * 400 + [right]
        else:
            bad.spoil = giant if flood == "giant" else getattr(hostile, flood)
        pipe.send((bad.start(), good.start()))
        await asyncio.Event().wait()

    asyncio.run(serve())
