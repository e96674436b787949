"""Notifications of OLTs at work: what they tell is written at once and looked at again, what nobody knows is kept."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from noc_console.collector.olt import OltWorker
from noc_console.collector.status import Backoff, SourceStatus
from noc_console.config.model import OltConfig, Traps
from noc_console.domain.changes import TrapUnknown
from noc_console.domain.errors import SourceError, SourceUnavailable
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading, PortReading
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.traps.listener import Received, TrapListener
from noc_console.sources.snmp.traps.meaning import TrapMeanings, TrapNews, load_meanings
from noc_console.sources.snmp.traps.message import Notification
from noc_console.sources.snmp.traps.senders import Senders
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database

log = structlog.get_logger()

GATHER_S = 0.1
"""What arrives within this time of each other is written together."""
TELL_S = 5.0
RESOLVE_S = 300.0
MISSED_GAP_S = 30.0
"""An OLT whose traps were dropped unread is looked at this often at most: it may be what floods us."""
UNKNOWN_GAP_S = 60.0
UNKNOWN_AT_ONCE = 10
VALUES_SHOWN = 8


class TrapWorker:
    """Takes traps for all OLTs.

    Args:
        config: Where to listen; None for not at all.
        olts: Who may send.
        workers: By OLT name.
        database: Where unknown traps are kept, as events.
        status: The listener's state.
        meanings: What traps mean; None for what is shipped.
    """

    def __init__(
        self,
        config: Traps | None,
        olts: Sequence[OltConfig],
        workers: Mapping[str, OltWorker],
        database: Database,
        status: SourceStatus,
        meanings: TrapMeanings | None = None,
    ) -> None:
        self._config = config
        self._workers = workers
        self._database = database
        self._status = status
        self._meanings = meanings or (load_meanings() if config else TrapMeanings({}))
        self._unknown = UnknownTraps()
        self._missed_at: dict[str, float] = {}
        self._senders = Senders(olts, config) if config else None
        self.listener = TrapListener(config.endpoint, self._senders) if config and self._senders else None

    async def run(self) -> None:
        """Listen for ever; ends by cancellation."""
        if self.listener is None or self._senders is None:
            await self._status.off("not configured: states change with the polls only")
            return
        await self._open(self.listener, self._senders)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._consume(self.listener))
                group.create_task(self._resolve(self._senders))
                group.create_task(self._tell(self.listener, self._senders))
        finally:
            self.listener.close()

    async def _open(self, listener: TrapListener, senders: Senders) -> None:
        backoff = Backoff()
        while True:
            await senders.resolve()
            try:
                listener.open()
                return
            except SourceUnavailable as error:
                pause_s = backoff.failed()
                await self._status.failing(error, pause_s)
                await asyncio.sleep(pause_s)

    async def _resolve(self, senders: Senders) -> None:
        while True:
            await asyncio.sleep(RESOLVE_S)
            await senders.resolve()

    async def _tell(self, listener: TrapListener, senders: Senders) -> None:
        while True:
            dropped = ", ".join(f"{count} {why.value}" for why, count in listener.refused.most_common())
            await self._status.ok(detail=f"{listener.accepted} taken" + (f"; dropped: {dropped}" if dropped else ""))
            now = time.monotonic()
            for address in listener.missed:
                if now - self._missed_at.get(address, -MISSED_GAP_S) >= MISSED_GAP_S:
                    self._missed_at[address] = now
                    for name in senders.names_at(address):
                        self._workers[name].poll_soon()
            listener.missed.clear()
            await asyncio.sleep(TELL_S)

    async def _consume(self, listener: TrapListener) -> None:
        while True:
            received = await listener.batch()
            await self.handle(received)
            await asyncio.sleep(GATHER_S)

    async def handle(self, received: Sequence[Received]) -> None:
        """Work on notifications that arrived together."""
        heard: dict[str, _Heard] = {}
        for number, one in enumerate(received):
            if number % 100 == 99:
                await asyncio.sleep(0)
            worker = self._workers[one.olt]
            news = self._meanings.understand(one.said, worker.facts.olt.profile)
            if not news.known:
                self._unknown.note(one, news.name)
            elif news.look:
                heard.setdefault(one.olt, _Heard()).add(news)
        for olt, what in heard.items():
            await what.tell(self._workers[olt])
        await self._keep_unknown()

    async def _keep_unknown(self) -> None:
        found = self._unknown.take(time.time())
        if not found:
            return
        try:
            async with self._database.writing() as connection:
                await append_changes(connection, found)
        except SourceError as error:
            log.warning("trap_events_not_written", error=str(error))


@dataclass(slots=True)
class _Heard:
    """What one OLT's traps of one moment come to."""

    news: OltReading = field(
        default_factory=lambda: OltReading(PollKind.STATE, time.time(), Outcome.PARTIAL, answered=True)
    )
    hints: list[tuple[str, int | None]] = field(default_factory=list)
    all_of_it: bool = False
    """A trap said that something happened, and not where."""

    def add(self, news: TrapNews) -> None:
        """Add one trap; of two about one place, the later one counts."""
        if news.place is None:
            self.all_of_it = True
            return
        port, ont_id = news.place
        if not news.facts:
            self.hints.append((str(port), ont_id))
        elif ont_id is None:
            self.news.pon_ports.setdefault(port, {}).update(news.facts)
        else:
            self._port(news).onts.setdefault(ont_id, {}).update(news.facts)

    def _port(self, news: TrapNews) -> PortReading:
        assert news.place
        for reading in self.news.ports:
            if reading.port == news.place.port:
                return reading
        self.news.ports.append(PortReading(news.place.port, Outcome.PARTIAL))
        return self.news.ports[-1]

    async def tell(self, worker: OltWorker) -> None:
        """Hand it to the OLT's worker."""
        await worker.take_traps(self.news, self.hints)
        if self.all_of_it:
            worker.poll_soon()


class UnknownTraps:
    """Traps that nobody knows: each OID of each OLT is told once a minute at most, with what it carried and how often.

    Text values are not shown: the autofind traps of some OLTs carry customers' passwords.
    """

    def __init__(self) -> None:
        self._latest: dict[tuple[str, str], Received] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._told_at: dict[tuple[str, str], float] = {}

    def note(self, received: Received, name: str) -> None:
        """Count one."""
        key = (received.olt, name)
        if key not in self._latest and len(self._latest) >= UNKNOWN_AT_ONCE:
            key = (received.olt, "further unknown traps")
        self._latest[key] = received
        self._counts[key] += 1

    def take(self, now: float) -> list[TrapUnknown]:
        """The changes that are due."""
        self._told_at = {key: at for key, at in self._told_at.items() if now - at < UNKNOWN_GAP_S}
        due = [key for key in self._latest if key not in self._told_at][: UNKNOWN_AT_ONCE - len(self._told_at)]
        found = []
        for key in due:
            received, count = self._latest.pop(key), self._counts.pop(key)
            self._told_at[key] = now
            olt, name = key
            carried = _carried(received.said)
            found.append(TrapUnknown(at=received.at, olt=olt, name=name, times=count, carried=carried))
        return found


def _carried(said: Notification) -> str:
    shown = [_value(name, value) for name, value in zip(said.names, said.values, strict=True)][:VALUES_SHOWN]
    more = f" and {len(said.names) - VALUES_SHOWN} more" if len(said.names) > VALUES_SHOWN else ""
    return f"{', '.join(shown)}{more}"


def _value(name: bytes, value: codec.Value) -> str:
    try:
        dotted = codec.decode_oid(name)
    except codec.DecodeError:
        dotted = name.hex()
    return f"{dotted}={value}" if isinstance(value, int) else f"{dotted}=({len(value)} octets)"
