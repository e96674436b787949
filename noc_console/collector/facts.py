"""One OLT's facts: what is known in memory, and the one place that writes them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.collector.guards import Doubts
from noc_console.collector.holding import Lease
from noc_console.collector.reconcile import (
    KnownOnts,
    PortChanges,
    Reading,
    commit,
    missing_ports,
    reconcile_port,
    reconcile_unregistered,
)
from noc_console.collector.unplaced import placed
from noc_console.domain.changes import (
    CardChanged,
    Change,
    FanChanged,
    How,
    OltAnswers,
    OltRestarted,
    OltSilent,
    OntUnregistered,
    PortChanged,
)
from noc_console.domain.freshness import SKEW_TOLERANCE_S
from noc_console.domain.identity import PonPort
from noc_console.domain.network import Card, Fan, Olt, Ont, Outcome, PollKind, PollMark, Port, Unregistered
from noc_console.domain.ont import OntState
from noc_console.domain.optics import Thresholds
from noc_console.domain.poll import Facts, OltReading, PortReading, restarted, with_facts
from noc_console.sources.loop_turns import own_turn
from noc_console.storage import inventory, schema
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.leases import LeaseLost, guard
from noc_console.storage.streams import bump, columns, read_rows

TOLD = ("state", "offline_reason", "vendor_reason")
"""What traps tell of ONTs."""

LIGHT = ("onu_rx_dbm", "olt_rx_dbm", "onu_tx_dbm", "temperature_celsius", "voltage_v", "bias_ma")
"""What the optics polls tell of ONTs."""

_ONT_COLUMNS = [f.name for f in fields(Ont) if f.name not in ("id", "revision")]
_ont_values = attrgetter(*_ONT_COLUMNS)


@dataclass(slots=True)
class Applied:
    """What a reading came to."""

    new_onts: bool = False
    """ONTs appeared or were swapped: their descriptions and models are not known yet."""


@dataclass(slots=True)
class _Plan:
    """Everything that one transaction writes."""

    ports: list[tuple[PortReading, PortChanges]] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    gone_cards: list[str] = field(default_factory=list)
    fans: list[Fan] = field(default_factory=list)
    gone_fans: list[str] = field(default_factory=list)
    unregistered: list[Unregistered] = field(default_factory=list)
    pon_ports: list[Port] = field(default_factory=list)
    gone_ports: list[str] = field(default_factory=list)
    marks: list[PollMark] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    olt: Facts = field(default_factory=dict)


class OltFacts:
    """Memory and database of one OLT's facts. The only writer of them.

    Memory follows the database: a write that fails leaves both as they were, and the next reading is compared with
    what was known before, so that nothing is lost but the moment. After a failure memory is read again first: the
    answer to a commit may have been lost, or somebody else may have written.

    Args:
        database: The database.
        olt_id: The OLT.
        name: Its name.
        thresholds: Its limits of received power.
        lease: The right to write; None where nobody else can be writing.
    """

    def __init__(
        self,
        database: Database,
        olt_id: int,
        name: str,
        thresholds: Thresholds | None = None,
        lease: Lease | None = None,
    ) -> None:
        self.lease = lease
        self._thresholds = thresholds or Thresholds()
        self.olt = Olt(id=olt_id, name=name, address="")
        self.onts = KnownOnts(name)
        self.cards: dict[str, Card] = {}
        self.fans: dict[str, Fan] = {}
        self.unregistered: dict[tuple[str, str], Unregistered] = {}
        self.pon_ports: dict[str, Port] = {}
        self.max_repetitions: int | None = None
        self._marks: dict[tuple[str, PollKind], PollMark] = {}
        self._doubts = Doubts(name)
        self._told_at: dict[tuple[str, int], float] = {}
        """When a trap told an ONT's state."""
        self._database = database
        self._lock = asyncio.Lock()
        self._in_doubt = True
        self._loaded_under: int | None = None
        """The lease's token when memory was read: under another one somebody else may have written."""

    @property
    def token(self) -> int | None:
        """The token of the OLT's lease; None without one."""
        return self.lease.token if self.lease else None

    @property
    def may_write(self) -> bool:
        """Whether the OLT's lease is ours, as far as we know."""
        return self.lease is None or self.lease.token is not None

    async def load(self) -> None:
        """Read what is known from the database."""
        olt_id = self.olt.id
        token = self.token
        async with self._database.turns, self._database.reading() as connection:
            self.olt, self.max_repetitions = await inventory.read_olt(connection, olt_id)
            onts = await inventory.read_onts(connection, olt_id)
            self.cards = {row.name: row for row in await _read(connection, schema.card, Card, olt_id)}
            self.fans = {row.name: row for row in await _read(connection, schema.fan, Fan, olt_id)}
            waiting = await _read(connection, schema.unregistered, Unregistered, olt_id)
            self.pon_ports = {row.name: row for row in await _read(connection, schema.pon_port, Port, olt_id)}
            for row in await _read(connection, schema.poll_mark, PollMark, olt_id):
                self._marks[(row.port, PollKind(row.kind))] = row
        self.unregistered = {(row.port, row.serial): row for row in waiting}
        self.onts.onts = {(ont.port, ont.ont_id): ont for ont in onts}
        self.onts.baseline = not onts
        self._loaded_under = token
        self._in_doubt = False

    @property
    def doubts(self) -> Doubts:
        """What is not believed of its state polls."""
        return self._doubts

    @property
    def ready(self) -> bool:
        """Whether the OLT is ours, and memory was read since it became ours."""
        return self.lease is None or (self.token is not None and self._loaded_under == self.token)

    async def follow(self) -> None:
        """Read memory again when the OLT has just become ours; what was read under an older lease is stale.

        Raises:
            SourceError: The database did not answer.
        """
        async with self._lock:
            if self.token is not None and self.token != self._loaded_under:
                await self.load()

    async def _be_sure(self) -> None:
        """Read memory again where it may not be what the database holds."""
        if self._in_doubt or self.token != self._loaded_under:
            await self.load()

    def observed_at(self, port: str, kind: PollKind) -> float | None:
        """When a port (or, empty, the OLT) was last read whole."""
        mark = self._marks.get((port, kind))
        return mark.observed_at if mark else None

    async def apply(self, reading: OltReading, olt: Facts) -> Applied:
        """Compare a poll with what is known, and write what it changes.

        Args:
            reading: The poll.
            olt: Changes of the OLT's own row.

        Raises:
            SourceError: The database did not take it; nothing changed.
        """
        async with self._lock:
            await self._be_sure()
            plan = _Plan(olt=dict(olt))
            ports = self._port_readings(reading)
            if reading.kind is PollKind.STATE:
                self._keep_told(reading)
                async with own_turn():
                    plan.changes += self._doubts.review(reading, ports, self.onts)
                plan.olt["error"] = reading.error
            for port in ports:
                read_before = self.observed_at(str(port.port), reading.kind)
                async with own_turn():
                    seen = Reading(port, reading.kind, reading.started_at, read_before, How.POLL, self._thresholds)
                    changes = reconcile_port(self.onts, seen)
                plan.ports.append((port, changes))
            self._plan_tables(reading, plan)
            self._plan_marks(reading, plan)
            self._plan_changes(reading, plan)
            await self._write(plan)
            applied = await self._commit(reading, plan)
            if reading.kind is PollKind.STATE and reading.outcome is Outcome.COMPLETE:
                self.onts.baseline = False
            return applied

    async def apply_ont(self, ont: Ont, facts: Facts, now: float) -> Ont:
        """Write what one ONT's own reading says, and return the ONT as it is now."""
        async with self._lock:
            await self._be_sure()
            port = PonPort.parse(ont.port)
            # State and light were asked for: light that the OLT did not tell is not there now.
            blank: Facts = dict.fromkeys(LIGHT)
            reading = PortReading(port, Outcome.PARTIAL, {ont.ont_id: {**blank, **facts, "refreshed_at": now}})
            read_before = self.observed_at(ont.port, PollKind.OPTICS)
            seen = Reading(reading, PollKind.STATE, now, read_before, How.READ, self._thresholds)
            changes = reconcile_port(self.onts, seen)
            plan = _Plan(ports=[(reading, changes)], changes=changes.changes)
            await self._write(plan)
            commit(self.onts, reading, PollKind.STATE, changes)
            return self.onts.onts[(ont.port, ont.ont_id)]

    async def apply_traps(self, news: OltReading) -> None:
        """Write what traps told of ONTs and ports that are known; others are no news, but a reason to look."""
        async with self._lock:
            await self._be_sure()
            plan = _Plan()
            for port in news.ports:
                port.onts = self._told(port)
                seen = Reading(port, news.kind, news.started_at, news.started_at, How.TRAP, self._thresholds)
                changes = reconcile_port(self.onts, seen)
                plan.ports.append((port, changes))
            news.pon_ports = {port: facts for port, facts in news.pon_ports.items() if str(port) in self.pon_ports}
            self._plan_tables(news, plan)
            self._plan_changes(news, plan)
            if plan.pon_ports or any(changes.updated for _, changes in plan.ports):
                await self._write(plan)
                await self._commit(news, plan)
            told = [(str(port.port), ont_id) for port in news.ports for ont_id in port.onts]
            self._told_at |= dict.fromkeys(told, news.started_at)

    async def apply_ping(self, rtt_ms: float | None, loss: float, now: float) -> None:
        """Write how the last series of echoes went."""
        async with self._lock:
            await self._be_sure()
            plan = _Plan(olt={"ping_rtt_ms": rtt_ms, "ping_loss": loss, "ping_at": now})
            await self._write(plan)
            self.olt = with_facts(self.olt, plan.olt)

    def _told(self, port: PortReading) -> dict[int, Facts]:
        """What traps told of the ONTs that are there; why one went down that was up is not what was known before."""
        told: dict[int, Facts] = {}
        for ont_id, facts in port.onts.items():
            ont = self.onts.onts.get((str(port.port), ont_id))
            if ont and ont.vanished_at is None:
                goes_down = ont.state == OntState.ONLINE and facts.get("state") == OntState.OFFLINE
                told[ont_id] = {"offline_reason": None, "vendor_reason": None, **facts} if goes_down else facts
        return told

    def _keep_told(self, reading: OltReading) -> None:
        """What a trap told after a poll began is newer than what that poll read.

        One that was told after the poll ended was told by a clock that has been put back since.
        """
        begun_at, ended_at = reading.started_at, reading.started_at + reading.duration_s + SKEW_TOLERANCE_S
        self._told_at = {key: at for key, at in self._told_at.items() if begun_at < at <= ended_at}
        for port in reading.ports if self._told_at else ():
            for ont_id, facts in port.onts.items():
                key = (str(port.port), ont_id)
                if key in self._told_at:
                    facts |= {name: getattr(self.onts.onts[key], name) for name in TOLD if name in facts}

    def _port_readings(self, reading: OltReading) -> list[PortReading]:
        """The ports that were read, and those that the OLT no longer has at all."""
        ports = placed(reading.ports, self.onts)
        if reading.kind is not PollKind.STATE or not reading.all_ports:
            return ports
        gone = missing_ports(self.onts, map(str, [*reading.pon_ports, *(port.port for port in ports)]))
        return ports + [PortReading(PonPort.parse(port), Outcome.COMPLETE) for port in gone]

    def _plan_tables(self, reading: OltReading, plan: _Plan) -> None:
        for name, facts in _blanked(reading.cards, self.cards, reading.whole.get("card")):
            before = self.cards.get(name) or Card(self.olt.id, name)
            card = with_facts(before, facts)
            if card != before or name not in self.cards:
                plan.cards.append(card)
        for name, facts in _blanked(reading.fans, self.fans, reading.whole.get("fan")):
            known_fan = self.fans.get(name) or Fan(self.olt.id, name)
            fan = with_facts(known_fan, facts)
            if fan != known_fan or name not in self.fans:
                plan.fans.append(fan)
        plan.unregistered = reconcile_unregistered(self.olt.id, self.unregistered, reading)
        told_ports = {str(port): facts for port, facts in reading.pon_ports.items()}
        for name, facts in _blanked(told_ports, self.pon_ports, reading.whole.get("pon_port")):
            known = self.pon_ports.get(name) or Port(self.olt.id, name)
            port = with_facts(known, facts)
            if port != known or name not in self.pon_ports:
                plan.pon_ports.append(port)
        if reading.all_ports and reading.kind is PollKind.STATE:
            plan.gone_ports = sorted(set(self.pon_ports) - set(map(str, reading.pon_ports)))
        if reading.kind is PollKind.HEALTH and reading.outcome is Outcome.COMPLETE and reading.cards:
            plan.gone_cards = sorted(set(self.cards) - set(reading.cards))
        if reading.kind is PollKind.HEALTH and reading.outcome is Outcome.COMPLETE and reading.fans:
            plan.gone_fans = sorted(set(self.fans) - set(reading.fans))

    def _plan_marks(self, reading: OltReading, plan: _Plan) -> None:
        told = " - ".join(filter(None, (reading.error, reading.refused.text)))
        whole = PortReadingMark("", reading.outcome, told or None)
        read = [PortReadingMark(str(p.port), p.outcome, p.error) for p in reading.ports]
        if not reading.ports and reading.outcome is Outcome.FAILED:
            known = {port for port, kind in self._marks if kind is reading.kind and port}
            read = [PortReadingMark(port, Outcome.FAILED, reading.error) for port in sorted(known)]
        for item in (whole, *read):
            complete = item.outcome is Outcome.COMPLETE
            observed_at = reading.started_at if complete else self.observed_at(item.port, reading.kind)
            plan.marks.append(
                PollMark(
                    self.olt.id, item.port, reading.kind, item.outcome, reading.started_at, observed_at, item.error
                )
            )

    def _plan_changes(self, reading: OltReading, plan: _Plan) -> None:
        """What a reading tells of ONTs, and of the OLT and its parts."""
        at = reading.started_at
        place: dict[str, Any] = {"at": at, "olt": self.olt.name}
        for _, changes in plan.ports:
            plan.changes += changes.changes
        reachable = plan.olt.get("reachable", self.olt.reachable)
        if reachable != self.olt.reachable and not (reachable and self.olt.reachable is None):
            plan.changes.append(OltAnswers(**place) if reachable else OltSilent(**place, error=reading.error))
        if reading.kind is PollKind.STATE and restarted(self.olt.uptime_s, reading.uptime_s):
            plan.changes.append(OltRestarted(**place, uptime_s=reading.uptime_s or 0.0))
        for card in plan.cards:
            known_card = self.cards.get(card.name)
            if known_card and known_card.state != card.state:
                change = CardChanged(**place, card=card.name, type=card.type, before=known_card.state, after=card.state)
                plan.changes.append(change)
        for fan in plan.fans:
            known_fan = self.fans.get(fan.name)
            if known_fan and known_fan.state != fan.state:
                plan.changes.append(FanChanged(**place, fan=fan.name, before=known_fan.state, after=fan.state))
        for ont in plan.unregistered:
            if ont.first_seen_at == at:
                plan.changes.append(OntUnregistered(**place, port=ont.port, serial=ont.serial, model=ont.model))
        for port in plan.pon_ports:
            known = self.pon_ports.get(port.name)
            if known and known.oper != port.oper:
                plan.changes.append(PortChanged(**place, port=port.name, before=known.oper, after=port.oper))

    async def _write(self, plan: _Plan) -> None:
        self._in_doubt = True
        growing = [changes for _, changes in plan.ports if changes.inserted]
        # Turns are waited for before and after the transaction: the server ends one that stands still.
        fresh: list[dict[str, Any]] = []
        for changes in growing:
            async with own_turn():
                fresh += [_ont_row(ont) | {"olt_id": self.olt.id} for ont in changes.inserted]
        async with self._database.turns, self._database.writing() as connection:
            await self._guard(connection)
            revision = await bump(connection, f"olt:{self.olt.id}")
            ids = iter(await inventory.insert_onts(connection, [row | {"revision": revision} for row in fresh]))
            await self._update_onts(connection, plan, revision)
            for table, rows in (
                (schema.card, plan.cards),
                (schema.fan, plan.fans),
                (schema.unregistered, plan.unregistered),
                (schema.pon_port, plan.pon_ports),
                (schema.poll_mark, plan.marks),
            ):
                await inventory.upsert(connection, table, [_row(item, revision) for item in rows])
            await inventory.delete_gone(connection, schema.card, self.olt.id, plan.gone_cards)
            await inventory.delete_gone(connection, schema.fan, self.olt.id, plan.gone_fans)
            await inventory.delete_gone(connection, schema.pon_port, self.olt.id, plan.gone_ports)
            await append_changes(connection, plan.changes)
            if plan.olt:
                await inventory.update_olt(connection, self.olt.id, {**plan.olt, "revision": revision})
        for changes in growing:
            async with own_turn():
                changes.inserted = [replace(ont, id=next(ids), olt_id=self.olt.id) for ont in changes.inserted]
        self._in_doubt = False

    async def _guard(self, connection: AsyncConnection) -> None:
        """Refuse to write what was compared with facts that another collector may have changed since."""
        if self.lease is None:
            return
        try:
            await guard(connection, self.olt.id, self._loaded_under)
        except LeaseLost:
            self.lease.lose()
            raise

    async def _update_onts(self, connection: AsyncConnection, plan: _Plan, revision: int) -> None:
        updated = [pair for _, changes in plan.ports for pair in changes.updated]
        # One statement for all: the columns that changed anywhere.
        names = sorted({name for _, changed in updated for name in changed})
        updates = ({name: getattr(ont, name) for name in ("id", *names)} | {"revision": revision} for ont, _ in updated)
        await inventory.update_onts(connection, names, updates)

    async def _commit(self, reading: OltReading, plan: _Plan) -> Applied:
        """Let memory follow the database."""
        applied = Applied()
        self._in_doubt = True  # until all is done: the caller may be cancelled between two ports
        for port, changes in plan.ports:
            async with own_turn():
                commit(self.onts, port, reading.kind, changes)
            applied.new_onts |= bool(changes.inserted) or any("serial" in changed for _, changed in changes.updated)
        self.cards |= {card.name: card for card in plan.cards}
        self.fans |= {fan.name: fan for fan in plan.fans}
        self.unregistered |= {(ont.port, ont.serial): ont for ont in plan.unregistered}
        self.pon_ports |= {port.name: port for port in plan.pon_ports}
        for name in plan.gone_cards:
            del self.cards[name]
        for name in plan.gone_fans:
            del self.fans[name]
        for name in plan.gone_ports:
            del self.pon_ports[name]
        for mark in plan.marks:
            self._marks[(mark.port, mark.kind)] = mark
        known = {f.name for f in fields(Olt)}
        self.olt = with_facts(self.olt, {name: value for name, value in plan.olt.items() if name in known})
        self._in_doubt = False
        return applied


def _blanked(
    told: Mapping[str, Facts], known: Mapping[str, object], whole: set[str] | None
) -> Iterator[tuple[str, Facts]]:
    """The facts of each part; what was read whole and is not told of a known part is blank."""
    blank: Facts = dict.fromkeys(whole or ())
    for name in [*told, *(name for name in known if blank and name not in told)]:
        yield name, {**blank, **told.get(name, {})}


@dataclass(frozen=True, slots=True)
class PortReadingMark:
    """How one port's reading ended."""

    port: str
    outcome: Outcome
    error: str | None


def _ont_row(ont: Ont) -> dict[str, Any]:
    return dict(zip(_ONT_COLUMNS, _ont_values(ont), strict=True))


def _row(item: Card | Fan | Unregistered | Port | PollMark, revision: int) -> dict[str, Any]:
    row = {f.name: getattr(item, f.name) for f in fields(item)}
    return row | {"revision": revision}


async def _read(connection: AsyncConnection, table: Any, row: type[Any], olt_id: int) -> list[Any]:
    return await read_rows(connection, select(*columns(table, row)).where(table.c.olt_id == olt_id), row)
