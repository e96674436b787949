"""Polling one OLT: what it is, and what its tables hold, read through its profile.

A poll never raises for what the OLT does: it returns a reading with an honest outcome. It writes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from noc_console.config.model import OltConfig
from noc_console.domain.errors import NocError, SourceError, SourceProtocolError
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import Facts, OltReading, PortReading
from noc_console.domain.text import clean_octets
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.decoders import PORT_INDEXES
from noc_console.sources.snmp.profile import Column, Profile, detect
from noc_console.sources.snmp.security import Community
from noc_console.sources.snmp.session import SnmpEngine, SnmpSession
from noc_console.sources.snmp.walk import Repetitions, Walk, run_walks

SYS_DESCR = codec.encode_oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID = codec.encode_oid("1.3.6.1.2.1.1.2.0")
SYS_UP_TIME = codec.encode_oid("1.3.6.1.2.1.1.3.0")

PRIORITY = {PollKind.STATE: 1, PollKind.HEALTH: 3, PollKind.OPTICS: 5, PollKind.INVENTORY: 7}
"""Which waiting request goes first when several polls of an OLT overlap; a single ONT's read goes before all."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What an OLT says that it is."""

    sys_object_id: str
    sys_descr: str
    uptime_s: float | None


class OltPoller:
    """Reads one OLT.

    Args:
        engine: Shared by all OLTs of this process.
        config: The OLT's entry in the config file.
        profiles: All profiles by id.
        max_repetitions: What was learnt about this OLT before; None starts with config or profile.
    """

    def __init__(
        self,
        engine: SnmpEngine,
        config: OltConfig,
        profiles: Mapping[str, Profile],
        max_repetitions: int | None = None,
    ) -> None:
        self.config = config
        self.identity: Identity | None = None
        self.profile: Profile | None = None
        self._engine = engine
        self._profiles = profiles
        self._learnt = max_repetitions
        self._repetitions: Repetitions | None = None
        self._session: SnmpSession | None = None
        self._port_index: dict[PonPort, bytes] = {}

    @property
    def max_repetitions(self) -> int | None:
        """What is known to work, to be kept; None before the first walk."""
        return self._repetitions.value if self._repetitions else self._learnt

    def close(self) -> None:
        """Close the socket; the next poll opens it again."""
        if self._session:
            self._session.close()
            self._session = None

    async def identify(self) -> Identity:
        """Ask what the OLT is, and choose its profile.

        Raises:
            SourceError: No answer, or no profile fits.
        """
        values = await self._connected().get([SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME])
        self.identity = _read_identity(values)
        self.profile = self._choose_profile(self.identity)
        return self.identity

    async def poll(self, kind: PollKind) -> OltReading:
        """Read everything of one kind."""
        reading = OltReading(kind, time.time())
        begun = time.perf_counter()
        try:
            values = await self._connected().get([SYS_UP_TIME])
            reading.answered = True
            reading.uptime_s = _uptime(values.get(SYS_UP_TIME))
            profile = self.profile
            if profile is None or _restarted(self.identity, reading.uptime_s):
                await self.identify()
                profile = self.profile
            if profile:
                await self._read(profile, reading)
        except SourceError as error:
            reading.error = error.message if error.hint is None else f"{error.message} ({error.hint})"
            if not reading.answered:
                self.close()
        reading.duration_s = time.perf_counter() - begun
        return reading

    async def read_ont(self, port: PonPort, ont_id: int) -> Facts:
        """Read state and optics of one ONT with one GET.

        Raises:
            SourceError: No answer, or the OLT does not list the ONT.
        """
        if self.profile is None:
            await self.identify()
        assert self.profile is not None
        if port not in self._port_index:
            await self._walk_ports(self.profile, OltReading(PollKind.STATE, time.time()))
        index = self._port_index.get(port)
        columns = self.profile.columns("ont", PollKind.STATE) | self.profile.columns("ont", PollKind.OPTICS)
        if index is None:
            raise SourceProtocolError(f"the OLT has no PON port {port}", self.config.name)
        tail = index + codec.encode_subids([ont_id])
        values = await self._connected().get([column.encoded + tail for column in columns.values()])
        if not values:
            raise SourceProtocolError(f"the OLT lists no ONT {ont_id} on port {port}", self.config.name)
        facts: Facts = {}
        for name, column in columns.items():
            raw = values.get(column.encoded + tail)
            if raw is not None:
                _store(facts, name, column, raw)
        return facts

    def _connected(self) -> SnmpSession:
        if self._session is None:
            snmp = self.config.snmp
            security = Community(snmp.community.get_secret_value())
            self._session = self._engine.open(
                self.config.address, snmp.port, security, snmp.timeout_s, snmp.retries, snmp.window
            )
        return self._session

    def _choose_profile(self, identity: Identity) -> Profile:
        wanted = self.config.profile
        if wanted != "auto":
            if wanted not in self._profiles:
                known = ", ".join(sorted(self._profiles))
                raise SourceProtocolError(f"no profile called {wanted}", self.config.name, f"known: {known}")
            return self._profiles[wanted]
        found = detect(list(self._profiles.values()), identity.sys_object_id, identity.sys_descr)
        if found is None:
            said = f"sysObjectID {identity.sys_object_id or 'none'}, sysDescr {identity.sys_descr or 'none'}"
            raise SourceProtocolError(f"no profile fits this device: {said}", self.config.name, "set profile:")
        return found

    async def _read(self, profile: Profile, reading: OltReading) -> None:
        errors: list[NocError] = []
        walked = 0
        if profile.columns("pon_port", reading.kind) or not self._port_index:
            error = await self._walk_ports(profile, reading)
            walked += 1
            errors += [error] if error else []
        columns = profile.columns("ont", reading.kind)
        if columns:
            await self._read_onts(columns, reading)
            walked += len(reading.ports) or 1
        for rows in ("card", "olt"):
            table = profile.columns(rows, reading.kind)
            if table:
                error = await self._read_table(table, reading, rows)
                walked += 1
                errors += [error] if error else []
        failed = [port for port in reading.ports if port.outcome is not Outcome.COMPLETE]
        broken = len(failed) + len(errors)
        reading.outcome = Outcome.COMPLETE if not broken else Outcome.FAILED if broken >= walked else Outcome.PARTIAL
        if broken and reading.error is None:
            reading.error = _summary(failed, errors)

    async def _walk(self, walks: Sequence[Walk], reading: OltReading, profile: Profile) -> None:
        if self._repetitions is None:
            limit = self.config.snmp.max_repetitions or profile.max_repetitions
            self._repetitions = Repetitions(min(self._learnt or limit, limit), limit)
        await run_walks(self._connected(), walks, self._repetitions, PRIORITY[reading.kind])
        reading.varbinds += sum(walk.varbinds for walk in walks)

    async def _walk_ports(self, profile: Profile, reading: OltReading) -> NocError | None:
        """Read the PON port table; remembers each port's index for the walks that follow."""
        columns = profile.columns("pon_port", reading.kind) or profile.columns("pon_port", PollKind.STATE)
        wanted = bool(profile.columns("pon_port", reading.kind))
        if not columns:
            return None
        walk = Walk([column.encoded for column in columns.values()])
        await self._walk([walk], reading, profile)
        decode = PORT_INDEXES[profile.port_index]
        found: dict[PonPort, bytes] = {}
        facts: dict[PonPort, Facts] = {}
        for (name, column), rows in zip(columns.items(), walk.rows, strict=True):
            for key, raw in rows.items():
                port = decode(codec.decode_subids(key))
                if port is not None:
                    found[port] = key
                    _store(facts.setdefault(port, {}), name, column, raw)
        if wanted:
            reading.pon_ports = facts
            reading.all_ports = walk.error is None and bool(found)
        if walk.error is None:
            self._port_index = found
        else:
            self._port_index |= found
        return walk.error

    async def _read_onts(self, columns: Mapping[str, Column], reading: OltReading) -> None:
        assert self.profile is not None
        oids = [column.encoded for column in columns.values()]
        if not self._port_index:
            await self._read_onts_whole(columns, oids, reading)
            return
        ports = sorted(self._port_index.items())
        walks = [Walk(oids, index) for _, index in ports]
        await self._walk(walks, reading, self.profile)
        for (port, _), walk in zip(ports, walks, strict=True):
            found = PortReading(port, Outcome.COMPLETE if walk.error is None else Outcome.FAILED)
            found.error = walk.error.message if walk.error else None
            if walk.error and walk.varbinds:
                found.outcome = Outcome.PARTIAL
            for (name, column), rows in zip(columns.items(), walk.rows, strict=True):
                for key, raw in rows.items():
                    ont_id = key[0] if len(key) == 1 else codec.decode_subids(key)[0]
                    facts = found.onts.get(ont_id)
                    if facts is None:
                        facts = found.onts[ont_id] = {}
                    _store(facts, name, column, raw)
            reading.ports.append(found)
            await asyncio.sleep(0)

    async def _read_onts_whole(self, columns: Mapping[str, Column], oids: list[bytes], reading: OltReading) -> None:
        """For a device that shows no PON port table: walk whole columns and sort the rows into ports."""
        assert self.profile is not None
        walk = Walk(oids)
        await self._walk([walk], reading, self.profile)
        decode = PORT_INDEXES[self.profile.port_index]
        outcome = Outcome.COMPLETE if walk.error is None else Outcome.PARTIAL
        ports: dict[PonPort, PortReading] = {}
        for (name, column), rows in zip(columns.items(), walk.rows, strict=True):
            for count, (key, raw) in enumerate(rows.items()):
                *port_subids, ont_id = codec.decode_subids(key)
                port = decode(port_subids) if port_subids else None
                if port is None:
                    continue
                found = ports.setdefault(port, PortReading(port, outcome))
                _store(found.onts.setdefault(ont_id, {}), name, column, raw)
                if count % 256 == 255:
                    await asyncio.sleep(0)
        if walk.error:
            reading.error = walk.error.message
            for found in ports.values():
                found.error = walk.error.message
        reading.ports = list(ports.values())

    async def _read_table(self, columns: Mapping[str, Column], reading: OltReading, rows: str) -> NocError | None:
        """Cards (index frame.slot...) or scalars of the OLT."""
        assert self.profile is not None
        if rows == "olt":
            values = await self._connected().get([column.encoded for column in columns.values()])
            for name, column in columns.items():
                if column.encoded in values:
                    _store(reading.olt, name, column, values[column.encoded])
            reading.varbinds += len(values)
            return None
        # One walk a column: the columns come from tables that not every model has, and that end at different places.
        walks = [Walk([column.encoded]) for column in columns.values()]
        await self._walk(walks, reading, self.profile)
        for (name, column), walk in zip(columns.items(), walks, strict=True):
            for key, raw in walk.rows[0].items():
                card = "/".join(map(str, codec.decode_subids(key)))
                _store(reading.cards.setdefault(card, {}), name, column, raw)
        return next((walk.error for walk in walks if walk.error), None)


def _store(facts: Facts, name: str, column: Column, raw: codec.Value) -> None:
    facts[name] = value = column.decode(raw)
    if column.raw_to:
        facts[column.raw_to] = None if value is None or isinstance(raw, bytes) else str(raw)


def _read_identity(values: Mapping[bytes, codec.Value]) -> Identity:
    descr, oid = values.get(SYS_DESCR), values.get(SYS_OBJECT_ID)
    return Identity(
        codec.decode_oid(oid) if isinstance(oid, bytes) else "",
        clean_octets(descr) if isinstance(descr, bytes) else "",
        _uptime(values.get(SYS_UP_TIME)),
    )


def _uptime(raw: codec.Value | None) -> float | None:
    return raw / 100 if isinstance(raw, int) else None


def _restarted(identity: Identity | None, uptime_s: float | None) -> bool:
    """Whether the OLT restarted since it was identified: its software, and with it its tables, may be others now."""
    return bool(identity and identity.uptime_s is not None and uptime_s is not None and uptime_s < identity.uptime_s)


def _summary(failed: Sequence[PortReading], errors: Sequence[NocError]) -> str:
    if not failed:
        return errors[0].message
    ports = ", ".join(str(port.port) for port in failed[:4]) + (" ..." if len(failed) > 4 else "")
    return f"{len(failed)} PON ports not read ({ports}): {failed[0].error}"
