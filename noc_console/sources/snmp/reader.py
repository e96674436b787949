"""Reading one OLT's tables through its profile.

Remembers, until the OLT restarts, which alternatives it has, which PON ports there are, and how it numbers them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from noc_console.domain.errors import NocError, SourceError, SourceProtocolError
from noc_console.domain.identity import PonPort, told_ont_id
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import Facts, OltReading, PortReading, Refusals, Rows
from noc_console.sources.loop_turns import own_turn
from noc_console.sources.snmp import codec, outcome
from noc_console.sources.snmp.allowance import MAX_OCTETS, MAX_VALUES, Allowance
from noc_console.sources.snmp.column import Join
from noc_console.sources.snmp.cursor import MAX_ROWS
from noc_console.sources.snmp.discovery import choose_variants
from noc_console.sources.snmp.full_columns import FullColumns
from noc_console.sources.snmp.index import CARD_INDEXES, SPACES, Place
from noc_console.sources.snmp.profile import Profile, Table
from noc_console.sources.snmp.session import SnmpSession
from noc_console.sources.snmp.tables import Asked, FactsAt, group, keep
from noc_console.sources.snmp.walk import Repetitions, SlowStart, Walk, run_walks

PRIORITY = {PollKind.STATE: 1, PollKind.HEALTH: 3, PollKind.OPTICS: 5, PollKind.INVENTORY: 7}
"""Which waiting request goes first when several polls of an OLT overlap; a single ONT's read goes before all."""

ONT_ROWS: tuple[Rows, ...] = ("ont", "ont_traffic")
PORT_ROWS: tuple[Rows, ...] = ("pon_port", "pon_traffic")
ALL_ROWS: tuple[Rows, ...] = (*PORT_ROWS, *ONT_ROWS, "card", "fan", "unregistered", "olt")

HIGHEST_NUMBER = 65535
"""Of a rack, shelf, slot or port."""
MAX_PORTS = 4096
"""More PON ports than any chassis has."""
MAX_ONTS = 32_768
"""More ONTs than any OLT serves."""
MAX_PARTS = 4096
"""Rows of cards, fans and their sensors."""
ROWS_PER_ONT = 4
"""An ONT may have some rows in a column, such as one for each of its ports."""
_IF_MIBS = tuple(codec.encode_oid(f"1.3.6.1.2.1.{table}") for table in ("2.2.1", "31.1.1.1"))

NameOf = Callable[[Sequence[int]], str | None]
PlaceOf = Callable[[bytes], Place | None]
Keys = dict[Place, bytes]
Waiting = dict[bytes, tuple[PonPort, Facts]]


class Reader:
    """Reads the tables of one OLT.

    Args:
        profile: How.
        connect: Gives the session; it may be another one after a failure.
        repetitions: What this OLT bears, learnt on the way.
        name: The OLT's, for errors.
    """

    def __init__(
        self, profile: Profile, connect: Callable[[], SnmpSession], repetitions: Repetitions, name: str
    ) -> None:
        self.profile = profile
        self._connect = connect
        self._repetitions = repetitions
        self._slow_start = SlowStart(repetitions.limit)
        """Light is read from each ONT, in seconds perhaps; states must not be asked for row by row because of that."""
        self._name = name
        self._variants: dict[str, str] = {}
        self._ports: set[PonPort] = set()
        self._keys: dict[str | Join, dict[Place, bytes]] = {}
        self._columns = FullColumns()

    @property
    def variants(self) -> tuple[str, ...]:
        """The alternatives that this OLT was found to have."""
        return tuple(self._variants.values())

    async def read(self, reading: OltReading) -> None:
        """Read everything of ``reading.kind`` into ``reading``.

        Raises:
            SourceError: No answer to the first question; what fails after that is told in ``reading``.
        """
        tables = await self._tables(ALL_ROWS, reading.kind)
        errors = await self._read_ports(_of(tables, PORT_ROWS), reading)
        errors += await self._read_onts(_of(tables, ONT_ROWS), reading)
        errors += await self._read_parts(_of(tables, ("card",)), reading, reading.cards)
        errors += await self._read_parts(_of(tables, ("fan",)), reading, reading.fans)
        errors += await self._read_unregistered(_of(tables, ("unregistered",)), reading)
        errors += await self._read_scalars(_of(tables, ("olt",)), reading)
        outcome.judge(reading, errors)

    async def read_ont(self, place: Place, now: float) -> Facts:
        """Read state and optics of one ONT with one GET.

        Raises:
            SourceError: No answer, or the OLT does not list the ONT.
        """
        tables = [table for kind in (PollKind.STATE, PollKind.OPTICS) for table in await self._tables(("ont",), kind)]
        if not self._ports:
            await self._learn_ports(OltReading(PollKind.STATE, now))
        if self._ports and place.port not in self._ports:
            raise SourceProtocolError(f"the OLT has no PON port {place.port}", self._name)
        found = [(asked, self._key(asked.index, place)) for asked in group(tables, self.profile.port_index)]
        wanted = [(asked, cell, key + cell.column.tail) for asked, key in found if key for cell in asked.cells]
        oids = [
            asked.oids[at] + key for asked, cell, key in wanted for at in (cell.at, cell.companion_at) if at is not None
        ]
        values = await self._connect().get(list(dict.fromkeys(oids))) if oids else {}
        facts: Facts = {}
        refused = Refusals()
        for asked, cell, key in wanted:
            companion = None if cell.companion_at is None else values.get(asked.oids[cell.companion_at] + key)
            raw = values.get(asked.oids[cell.at] + key, companion if cell.column.fallback else None)
            if raw is not None:
                keep(facts, cell, raw, companion, now, refused)
        if not facts:
            raise SourceProtocolError(f"the OLT lists no ONT {place.ont_id} on port {place.port}", self._name)
        return facts

    async def _tables(self, rows: Sequence[Rows], kind: PollKind) -> list[Table]:
        """The tables to read, of alternatives those that the OLT has; asks for what is not decided yet."""
        groups = self.profile.groups(self.profile.select(rows, kind))
        undecided = [name for name in groups if name not in self._variants]
        if undecided:
            self._variants |= await choose_variants(self._connect(), self.profile, undecided)
        return self.profile.select(rows, kind, self.variants)

    async def _walk(self, walks: Sequence[Walk], reading: OltReading) -> None:
        left = Allowance(MAX_OCTETS - reading.octets, MAX_VALUES - reading.varbinds)
        self._slow_start.limit = self._repetitions.limit
        repetitions = self._slow_start if reading.kind is PollKind.OPTICS else self._repetitions
        await run_walks(self._connect(), walks, repetitions, PRIORITY[reading.kind], left)
        reading.octets = MAX_OCTETS - left.octets
        reading.varbinds += sum(walk.varbinds for walk in walks)
        self._columns.review(walks)

    # PON ports

    async def _read_ports(self, tables: Sequence[Table], reading: OltReading) -> list[NocError | None]:
        if reading.kind is PollKind.STATE:
            return await self._learn_ports(reading)
        errors = [] if self._ports else await self._learn_ports(OltReading(PollKind.STATE, reading.started_at))
        return errors + await self._walk_ports(tables, reading, self._ports)

    async def _learn_ports(self, reading: OltReading) -> list[NocError | None]:
        """Read the port tables of the state poll, which tell which PON ports there are."""
        errors = await self._walk_ports(await self._tables(PORT_ROWS, PollKind.STATE), reading, None)
        found = set(reading.pon_ports)
        broken = any(errors)
        self._ports = found | self._ports if broken else found
        reading.all_ports = bool(found) and not broken
        return errors

    async def _walk_ports(
        self, tables: Sequence[Table], reading: OltReading, known: set[PonPort] | None
    ) -> list[NocError | None]:
        """Read tables of PON ports; of ``known`` ones only, if there are any: other rows are uplinks."""
        groups = group(tables, self.profile.port_index)
        walks = [Walk(asked.oids, limit=_most_rows(asked, MAX_PORTS)) for asked in groups]
        await self._walk(walks, reading)
        target: dict[Rows, dict[PonPort, Facts]] = {"pon_port": reading.pon_ports, "pon_traffic": reading.pon_traffic}
        for asked, walk in zip(groups, walks, strict=True):
            place_of = asked.places(walk)
            learnt: dict[Place, bytes] = {}

            def facts_at(rows: Rows, key: bytes, place_of: PlaceOf = place_of, learnt: Keys = learnt) -> Facts | None:
                place = place_of(key)
                if place is None or place.ont_id is not None or (known and place.port not in known):
                    return None
                if not _numbered(place.port):
                    reading.refused.add("pon_port number", place.port)
                    return None
                learnt[place] = key
                return target[rows].setdefault(place.port, {})

            await asked.store(walk, facts_at, reading.started_at, reading.refused)
            self._learn(asked, walk, learnt)
            if walk.error is None:
                _note_whole(reading, asked)
        return [walk.error for walk in walks]

    def _learn(self, asked: Asked, walk: Walk, learnt: dict[Place, bytes]) -> None:
        """Remember how the device numbers places; after a whole walk, only what it listed."""
        before = self._keys.get(asked.index, {}) if walk.error else {}
        self._keys[asked.index] = {**before, **learnt}

    # ONTs

    async def _read_onts(self, tables: Sequence[Table], reading: OltReading) -> list[NocError | None]:
        """Read tables of ONTs: port by port where a port's ONTs share the start of their index, else whole columns."""
        ports = sorted(self._ports)
        jobs: list[tuple[Asked, PonPort | None, Walk]] = []
        for asked in group(tables, self.profile.port_index):
            parts = self._parts(asked.index, ports)
            limit = ROWS_PER_ONT * (self.profile.highest_ont_id + 1)
            jobs += [(asked, port, Walk(asked.oids, part, limit)) for port, part in parts.items()]
            if not parts:
                jobs.append((asked, None, Walk(asked.oids, limit=_most_rows(asked, MAX_ONTS))))
        await self._walk([walk for _, _, walk in jobs], reading)
        found = {port: PortReading(port, Outcome.COMPLETE) for port in ports if jobs}
        for asked, port, walk in jobs:
            async with own_turn():
                if port:
                    await asked.store(walk, self._part_facts(found[port], reading), reading.started_at, reading.refused)
                else:
                    await self._store_whole(asked, walk, found, reading)
                for port_reading in [found[port]] if port else found.values():
                    if walk.error is None:
                        port_reading.whole |= {
                            fact for cell in asked.cells if cell.rows == "ont" for fact in cell.facts
                        }
        for port, port_reading in found.items():
            outcome.judge_port(port_reading, [walk for _, at, walk in jobs if at in (port, None)])
        reading.ports = list(found.values())
        return [walk.error for _, port, walk in jobs if port is None]

    def _parts(self, index: str | Join, ports: Sequence[PonPort]) -> dict[PonPort, bytes]:
        """The start of the indexes of each port's ONTs; empty when they share none."""
        if isinstance(index, Join):
            return {}
        encode = SPACES[index].encode
        starts = {port: encode(Place(port)) for port in ports}
        return {
            port: self._keys.get(index, {}).get(Place(port)) or codec.encode_subids(start)
            for port, start in starts.items()
            if start is not None
        }

    async def _store_whole(
        self, asked: Asked, walk: Walk, found: dict[PonPort, PortReading], reading: OltReading
    ) -> None:
        """Sort the rows of whole columns into ports."""
        place_of = asked.places(walk)
        learnt: dict[Place, bytes] = {}

        def facts_at(rows: Rows, key: bytes) -> Facts | None:
            place = place_of(key)
            if place is None or place.ont_id is None or not self._has(place, reading):
                return None
            learnt[place] = key
            port = found.get(place.port)
            if port is None:
                port = found[place.port] = PortReading(place.port, Outcome.COMPLETE)
            return _target(port, rows).setdefault(place.ont_id, {})

        await asked.store(walk, facts_at, reading.started_at, reading.refused)
        if isinstance(asked.index, Join):
            self._learn(asked, walk, learnt)

    def _has(self, place: Place, reading: OltReading) -> bool:
        """Whether a PON port can have this ONT id, and an OLT this port; else it is refused, and told."""
        if not _numbered(place.port):
            reading.refused.add("pon_port number", place.port)
            return False
        named = self.profile.names_by_serial and told_ont_id(place.ont_id) is None
        if place.ont_id is not None and not named and place.ont_id > self.profile.highest_ont_id:
            reading.refused.add("ont id", place.ont_id)
            return False
        return True

    def _part_facts(self, port: PortReading, reading: OltReading) -> FactsAt:
        """Where facts go when one port's part of the columns is walked: what is left of the index is the ONT id."""

        def facts_at(rows: Rows, key: bytes) -> Facts | None:
            subids = codec.decode_subids(key)
            if len(subids) != 1 or not self._has(Place(port.port, subids[0]), reading):
                return None
            return _target(port, rows).setdefault(subids[0], {})

        return facts_at

    def _key(self, index: str | Join, place: Place) -> bytes | None:
        """The encoded index of an ONT; None when it was never seen and cannot be worked out."""
        known = self._keys.get(index, {})
        if isinstance(index, Join):
            return known.get(place)
        encode = SPACES[index].encode
        port_key = known.get(Place(place.port))
        if port_key and encode(Place(place.port)) is not None and place.ont_id is not None:
            return port_key + codec.encode_subids([place.ont_id])
        subids = encode(place)
        return codec.encode_subids(subids) if subids else None

    # The rest

    async def _read_parts(
        self, tables: Sequence[Table], reading: OltReading, target: dict[str, Facts]
    ) -> list[NocError | None]:
        """Read cards or fans."""
        errors: list[NocError | None] = []
        for asked in group(tables, "slots"):
            # One walk a column: they come from tables that not every model has, and that end at different places.
            walks = [Walk([oid], limit=MAX_PARTS) for oid in asked.oids]
            await self._walk(walks, reading)
            errors += [walk.error for walk in walks]
            name_of = CARD_INDEXES[str(asked.index)]

            def facts_at(_rows: Rows, key: bytes, name_of: NameOf = name_of) -> Facts | None:
                name = name_of(codec.decode_subids(key))
                return None if name is None else target.setdefault(name, {})

            together = Walk(asked.oids, rows=[walk.rows[0] for walk in walks])
            await asked.store(together, facts_at, reading.started_at, reading.refused, highest=True)
            if not any(walk.error for walk in walks):
                _note_whole(reading, asked)
        return errors

    async def _read_unregistered(self, tables: Sequence[Table], reading: OltReading) -> list[NocError | None]:
        """Read which ONTs wait to be registered."""
        errors: list[NocError | None] = []
        for asked in group(tables, self.profile.port_index):
            walk = Walk(asked.oids, limit=MAX_PARTS)
            await self._walk([walk], reading)
            place_of = asked.places(walk)
            found: Waiting = {}

            def facts_at(_rows: Rows, key: bytes, place_of: PlaceOf = place_of, found: Waiting = found) -> Facts | None:
                place = place_of(key)
                return found.setdefault(key, (place.port, {}))[1] if place and _numbered(place.port) else None

            await asked.store(walk, facts_at, reading.started_at, reading.refused)
            errors.append(walk.error)
            if walk.error is None:
                reading.unregistered = list(found.values())
        return errors

    async def _read_scalars(self, tables: Sequence[Table], reading: OltReading) -> list[NocError | None]:
        """Read what the OLT says of itself as a whole."""
        if not tables:
            return []
        asked = Asked("", tables)
        try:
            values = await self._connect().get(asked.oids)
        except SourceError as error:
            return [error]
        for cell in asked.cells:
            raw = values.get(asked.oids[cell.at])
            if raw is not None:
                companion = None if cell.companion_at is None else values.get(asked.oids[cell.companion_at])
                keep(reading.olt, cell, raw, companion, reading.started_at, reading.refused)
        reading.varbinds += len(values)
        _note_whole(reading, asked)
        return [None]


def _of(tables: Sequence[Table], rows: Sequence[Rows]) -> list[Table]:
    return [table for table in tables if table.rows in rows]


def _target(port: PortReading, rows: Rows) -> dict[int, Facts]:
    return port.onts if rows == "ont" else port.traffic


def _numbered(port: PonPort) -> bool:
    """Whether these can be the numbers of a port; an agent's index may hold any."""
    return all(0 <= number <= HIGHEST_NUMBER for number in port.path)


def _most_rows(asked: Asked, things: int) -> int:
    """Rows that a table of so many things can have; IF-MIB holds every other interface too."""
    return MAX_ROWS if any(oid.startswith(_IF_MIBS) for oid in asked.oids) else things


def _note_whole(reading: OltReading, asked: Asked) -> None:
    for cell in asked.cells:
        reading.whole.setdefault(cell.rows, set()).update(cell.facts)
