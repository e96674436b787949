"""Hand-made OLTs for the profile tests: tables as a network engineer writes them, behind a real UDP agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from noc_console.config.model import OltConfig, Snmp
from noc_console.demo import ber, recording
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.mib import Column, MibTree, Rows
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import Facts, OltReading
from noc_console.sources.snmp.poll import OltPoller
from noc_console.sources.snmp.profile import Profile, load_profiles
from noc_console.sources.snmp.session import SnmpEngine

RECORDINGS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "recordings"
IF = "1.3.6.1.2.1.2.2.1"
IFX = "1.3.6.1.2.1.31.1.1.1"

Value = int | bytes
Columns = Mapping[str, Mapping[str, Value]]
"""Column's OID to rows: index to value."""


def oid(dotted: str) -> tuple[int, ...]:
    return tuple(map(int, dotted.split(".")))


def counter64(value: int) -> bytes:
    return ber.integer(value, ber.COUNTER64)


def mib(
    sys_object_id: str,
    sys_descr: str,
    columns: Columns,
    counters: Mapping[str, Mapping[str, int]] | None = None,
    uptime_s: int = 86400,
) -> MibTree:
    """A device with a system group, these columns, and Counter64 columns."""
    made = [Column(oid("1.3.6.1.2.1.1"), *_system(sys_object_id, sys_descr, uptime_s))]
    for dotted, rows in columns.items():
        made.append(
            _column(dotted, {k: ber.octets(v) if isinstance(v, bytes) else ber.integer(v) for k, v in rows.items()})
        )
    for dotted, rows in (counters or {}).items():
        made.append(_column(dotted, {k: counter64(int(v)) for k, v in rows.items()}))
    return MibTree(made)


def _system(sys_object_id: str, sys_descr: str, uptime_s: int) -> tuple[Rows, list[bytes]]:
    rows = Rows([(1, 0), (2, 0), (3, 0)])
    uptime = ber.integer(uptime_s * 100, ber.TIMETICKS)
    return rows, [ber.octets(sys_descr.encode()), ber.object_id(oid(sys_object_id)), uptime]


def _column(dotted: str, values: Mapping[str, bytes]) -> Column:
    by_index = {oid(index): value for index, value in values.items()}
    rows = Rows(by_index)
    return Column(oid(dotted), rows, [by_index[index] for index in rows.indexes])


@asynccontextmanager
async def polled(
    tree: MibTree, profile: str = "auto", profiles: Mapping[str, Profile] | None = None
) -> AsyncIterator[tuple[OltPoller, SnmpAgent]]:
    """A poller of an agent that serves ``tree``."""
    engine = SnmpEngine()
    agent = SnmpAgent(tree)
    agent.start()
    config = OltConfig(
        name="olt-1", address="127.0.0.1", snmp=Snmp(port=agent.port, timeout_s=0.5, retries=1), profile=profile
    )
    try:
        yield OltPoller(engine, config, profiles or load_profiles()), agent
    finally:
        engine.close()
        agent.stop()


async def read_all(tree: MibTree, profile: str = "auto") -> tuple[dict[PollKind, OltReading], OltPoller]:
    """One poll of each kind; all of them must be complete."""
    async with polled(tree, profile) as (poller, _):
        readings = {kind: await poller.poll(kind) for kind in PollKind}
    for reading in readings.values():
        assert (reading.outcome, reading.error) == (Outcome.COMPLETE, None), reading.kind
    return readings, poller


def onts(reading: OltReading) -> dict[str, Facts]:
    """``port#id`` to facts."""
    return {f"{port.port}#{ont_id}": facts for port in reading.ports for ont_id, facts in port.onts.items()}


def traffic(reading: OltReading) -> dict[str, Facts]:
    """``port#id`` to counters."""
    return {f"{port.port}#{ont_id}": facts for port in reading.ports for ont_id, facts in port.traffic.items()}


def named(rows: Mapping[Any, Facts]) -> dict[str, Facts]:
    """Rows by the name of their port."""
    return {str(port): facts for port, facts in rows.items()}


def recorded(name: str) -> MibTree:
    """A recording of a real device, when it is there."""
    path = RECORDINGS / name
    if not path.is_file():
        pytest.skip(f"the recording {name} is not beside this checkout")
    return recording.load(path)


def ufiber(online: dict[str, tuple[int, int]], offline: tuple[str, ...] = ()) -> MibTree:
    """ONUs by serial number, with port and light; the offline ones have neither, nor an id."""
    u = "1.3.6.1.4.1.41112.1.5"
    at = {serial: ".".join(map(str, (len(serial), *serial.encode()))) for serial in (*online, *offline)}
    columns: Columns = {
        f"{u}.6.2.1.1": {at[serial]: serial.encode() for serial in at},
        f"{u}.6.2.1.2": {at[serial]: f"customer {serial[-2:]}".encode() for serial in at},
        f"{u}.6.2.1.3": {at[serial]: 1 if serial in online else 2 for serial in at},
        f"{u}.6.2.1.5": {at[serial]: online.get(serial, (0, 0))[0] for serial in at},
        f"{u}.6.2.1.9": {at[serial]: online.get(serial, (0, 0))[1] for serial in at},
        f"{u}.7.2.1.2": {"0": b"eth0", "2": b"pon1", "3": b"pon2"},
        f"{u}.7.2.1.3": {"0": 2, "2": 1, "3": 1},
    }
    return mib(u, "EdgeOS v4.4.2", columns)
