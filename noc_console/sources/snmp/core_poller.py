"""Core devices (routers, switches, servers) by standard MIBs: uptime, CPU, memory, and the traffic of named interfaces.

Source:
    SNMPv2-MIB (sysUpTime), HOST-RESOURCES-MIB (hrProcessorLoad, hrStorage), UCD-SNMP-MIB (ssCpuIdle, memory), IF-MIB
    (64-bit counters).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from noc_console.config.model import CoreDeviceConfig
from noc_console.domain.errors import SourceError, SourceProtocolError
from noc_console.domain.text import clean_octets
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.credentials import security_for
from noc_console.sources.snmp.cursor import Column
from noc_console.sources.snmp.discovery import SYS_DESCR
from noc_console.sources.snmp.session import SnmpEngine, SnmpSession
from noc_console.sources.snmp.uptime import UptimeReader
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

PROCESSOR_LOAD = codec.encode_oid("1.3.6.1.2.1.25.3.3.1.2")
STORAGE = "1.3.6.1.2.1.25.2.3.1"
STORAGE_COLUMNS = [codec.encode_oid(f"{STORAGE}.{column}") for column in (2, 5, 6)]
"""Type, size, used."""
STORAGE_RAM = codec.encode_oid("1.3.6.1.2.1.25.2.1.2")
CPU_IDLE = codec.encode_oid("1.3.6.1.4.1.2021.11.11.0")
MEMORY = [codec.encode_oid(f"1.3.6.1.4.1.2021.4.{leaf}.0") for leaf in (5, 6, 14, 15)]
"""Total, free, buffers, cache."""

IF_NAME, IF_DESCR = codec.encode_oid("1.3.6.1.2.1.31.1.1.1.1"), codec.encode_oid("1.3.6.1.2.1.2.2.1.2")
IF_OPER = codec.encode_oid("1.3.6.1.2.1.2.2.1.8")
IF_IN, IF_OUT = codec.encode_oid("1.3.6.1.2.1.31.1.1.1.6"), codec.encode_oid("1.3.6.1.2.1.31.1.1.1.10")
IF_SPEED, IF_ALIAS = codec.encode_oid("1.3.6.1.2.1.31.1.1.1.15"), codec.encode_oid("1.3.6.1.2.1.31.1.1.1.18")
IF_COLUMNS = (IF_NAME, IF_DESCR, IF_OPER, IF_IN, IF_OUT, IF_SPEED, IF_ALIAS)
OPER = {1: "up", 2: "down", 3: "testing", 4: "unknown", 5: "dormant", 6: "not present", 7: "lower layer down"}
MAX_REPETITIONS = 20


@dataclass(slots=True)
class InterfaceReading:
    """One named interface."""

    oper: str | None = None
    alias: str | None = None
    speed_mbps: float | None = None
    rx_bytes: int | None = None
    tx_bytes: int | None = None


@dataclass(slots=True)
class CoreReading:
    """One poll."""

    started_at: float
    answered: bool = False
    error: str | None = None
    description: str | None = None
    uptime_s: float | None = None
    cpu_percent: float | None = None
    memory_percent: float | None = None
    interfaces: dict[str, InterfaceReading] = field(default_factory=dict)
    """By the name in the config; without those that could not be asked for."""


class CorePoller:
    """Reads one device.

    Args:
        engine: Shared.
        config: The device's entry, which has an ``snmp:``.
        load: Whether CPU and memory are read as well.
    """

    def __init__(self, engine: SnmpEngine, config: CoreDeviceConfig, load: bool = True) -> None:
        assert config.snmp
        self._load = load
        self.config = config
        self._snmp = config.snmp
        self._engine = engine
        self._session: SnmpSession | None = None
        limit = config.snmp.max_repetitions or MAX_REPETITIONS
        self._repetitions = Repetitions(limit, limit)
        self._uptimes = UptimeReader()
        self._indexes: dict[str, bytes] = {}
        """Interface name to encoded ifIndex, as it was when last looked for."""

    def close(self) -> None:
        """Close the socket; the next poll opens it again."""
        if self._session:
            self._session.close()
            self._session = None

    async def poll(self) -> CoreReading:
        """Read everything; never raises for what the device does."""
        reading = CoreReading(time.time())
        try:
            uptime, values = await self._uptimes.read(self._connected(), [SYS_DESCR])
            reading.answered = True
            descr = values.get(SYS_DESCR)
            reading.description = clean_octets(descr) if isinstance(descr, bytes) else None
            reading.uptime_s = uptime.system_s
            if self._load:
                await self._read_load(reading)
            await self._read_interfaces(reading)
        except SourceError as error:
            reading.error = error.message if error.hint is None else f"{error.message} ({error.hint})"
            if not reading.answered:
                self.close()
        return reading

    async def _read_load(self, reading: CoreReading) -> None:
        session = self._connected()
        processors = await self._walk([PROCESSOR_LOAD])
        loads = [load for load in processors[0].values() if isinstance(load, int)]
        values = await session.get([CPU_IDLE, *MEMORY])
        idle = values.get(CPU_IDLE)
        if loads:
            reading.cpu_percent = sum(loads) / len(loads)
        elif isinstance(idle, int):
            reading.cpu_percent = float(100 - idle)
        reading.memory_percent = _memory([values.get(oid) for oid in MEMORY])
        if reading.memory_percent is None:
            reading.memory_percent = _ram(*await self._walk(STORAGE_COLUMNS))

    async def _read_interfaces(self, reading: CoreReading) -> None:
        """Read the interfaces by the numbers that they had; where a number is another's now, look for it again."""
        names = self.config.interfaces
        if not names:
            return
        looked = False
        if not set(names) <= self._indexes.keys():
            await self._find_interfaces()
            looked = True
        found = await self._get_interfaces()
        if not looked and len(found) < len(names):
            await self._find_interfaces()
            found = await self._get_interfaces()
        reading.interfaces = {name: found.get(name, InterfaceReading("missing")) for name in names}

    async def _find_interfaces(self) -> None:
        by_name, by_descr = await self._walk([IF_NAME, IF_DESCR])
        wanted = set(self.config.interfaces)
        self._indexes = {}
        for column in (by_descr, by_name):  # a name counts more than a description
            for index, value in column.items():
                name = _text(value)
                if name in wanted:
                    self._indexes[name] = index

    async def _get_interfaces(self) -> dict[str, InterfaceReading]:
        found: dict[str, InterfaceReading] = {}
        for name, index in self._indexes.items():
            values = await self._connected().get([column + index for column in IF_COLUMNS])
            if name in (_text(values.get(IF_NAME + index)), _text(values.get(IF_DESCR + index))):
                found[name] = _interface(values, index)
        return found

    async def _walk(self, columns: list[bytes]) -> list[Column]:
        """Whole columns, each by itself: few devices have all of them.

        Raises:
            SourceError: One could not be read to its end.
        """
        walks = [Walk([column]) for column in columns]
        await run_walks(self._connected(), walks, self._repetitions)
        error = next((walk.error for walk in walks if walk.error), None)
        if error:
            raise error if isinstance(error, SourceError) else SourceProtocolError(error.message)
        return [walk.rows[0] for walk in walks]

    def _connected(self) -> SnmpSession:
        if self._session is None:
            snmp = self._snmp
            self._session = self._engine.open(
                self.config.address, snmp.port, security_for(snmp), snmp.timeout_s, snmp.retries, snmp.window
            )
        return self._session


def _interface(values: dict[bytes, codec.Value], index: bytes) -> InterfaceReading:
    oper = _number(values.get(IF_OPER + index))
    return InterfaceReading(
        None if oper is None else OPER.get(oper, str(oper)),
        _text(values.get(IF_ALIAS + index)) or None,
        _number(values.get(IF_SPEED + index)) or None,
        _number(values.get(IF_IN + index)),
        _number(values.get(IF_OUT + index)),
    )


def _memory(values: list[codec.Value | None]) -> float | None:
    """Share of the memory that is neither free nor a cache."""
    total, free, *spare = (_number(value) for value in values)
    if not total or free is None:
        return None
    return _share(total - free - sum(value or 0 for value in spare), total)


def _ram(kinds: Column, sizes: Column, used: Column) -> float | None:
    """Share of hrStorageRam that is used."""
    rows = [key for key, kind in kinds.items() if kind == STORAGE_RAM]
    total = sum(_number(sizes.get(key)) or 0 for key in rows)
    return _share(sum(_number(used.get(key)) or 0 for key in rows), total) if total else None


def _share(part: int, whole: int) -> float:
    return round(min(100.0, max(0.0, 100 * part / whole)), 1)


def _number(value: codec.Value | None) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: codec.Value | None) -> str:
    return clean_octets(value) if isinstance(value, bytes) else ""
