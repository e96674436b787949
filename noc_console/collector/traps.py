"""Notifications of OLTs at work: what they tell is written at once and looked at again, what nobody knows is kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from noc_console.collector.clock import CLOCK, Clock
from noc_console.collector.coordinator import OURS, Done, Off, Part, Rhythm, fenced
from noc_console.collector.olt import OltWorker
from noc_console.config.model import OltConfig, Traps
from noc_console.domain.changes import TrapUnknown
from noc_console.domain.errors import SourceError
from noc_console.domain.network import Outcome, PollKind
from noc_console.domain.poll import OltReading, PortReading
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.traps.listener import Received, TrapListener
from noc_console.sources.snmp.traps.meaning import TrapMeanings, TrapNews, load_meanings
from noc_console.sources.snmp.traps.message import Notification
from noc_console.sources.snmp.traps.senders import Senders
from noc_console.storage.changes import append_changes
from noc_console.storage.database import Database
from noc_console.storage.leases import Asking

log = structlog.get_logger()

GATHER_S = 0.1
"""What arrives within this time of each other is written together."""
TELL_S = 5.0
PASS_ON_S = 1.0
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
        database: Where unknown traps are kept, as changes.
        clock: The clock.
        asking: Tells who polls an OLT that others poll; None where we poll all.
    """

    def __init__(
        self,
        config: Traps | None,
        olts: Sequence[OltConfig],
        workers: Mapping[str, OltWorker],
        database: Database,
        clock: Clock = CLOCK,
        asking: Asking | None = None,
    ) -> None:
        self.listener: TrapListener | None = None
        """While it listens."""
        self._config = config
        self._olts = olts
        self._workers = workers
        self._database = database
        self._clock = clock
        self._asking = asking
        self._of_others: set[int] = set()
        """Ids of OLTs that others poll, and of which traps came to us."""
        self._by_id = {worker.facts.olt.id: worker for worker in workers.values()}
        self._meanings = TrapMeanings({})
        self._unknown = UnknownTraps()
        self._missed_at: dict[str, float] = {}
        self._senders: Senders | None = None
        self._listens = asyncio.Event()
        self._arrived = asyncio.Event()

    def parts(self) -> list[Part]:
        """Its rhythms: one opens the socket and tells of it, one takes what came, one looks names up."""
        asking = (
            [Rhythm("traps of others", OURS, partial(self.pass_on, self._asking), PASS_ON_S)] if self._asking else []
        )
        if self._config is None:
            return [*asking, Off("traps", "not configured: states change with the polls only")]
        look_after = partial(self._look_after, self._config)
        return [
            *asking,
            Rhythm("trap listener", "traps", look_after, TELL_S),
            # A trap that breaks it must not keep those of others waiting.
            Rhythm(
                "traps",
                "traps",
                self._take,
                TELL_S,
                now=self._arrived,
                gap_s=GATHER_S,
                last_retry_s=1.0,
                gate=self._listens,
            ),
            Rhythm("trap senders", "traps", self._resolve, RESOLVE_S, first_s=RESOLVE_S, gate=self._listens),
        ]

    def close(self) -> None:
        """Stop listening."""
        self._listens.clear()
        if self.listener:
            self.listener.close()
            self.listener = None

    async def _look_after(self, config: Traps) -> Done:
        if self.listener is None:
            self._meanings = load_meanings()
            self._senders = Senders(self._olts, config)
            await self._senders.resolve()
            listener = TrapListener(config.endpoint, self._senders, self._arrived)
            listener.open()
            self.listener = listener
            self._listens.set()
        self._look_at_missed(self.listener)
        dropped = ", ".join(f"{count} {why.value}" for why, count in self.listener.refused.most_common())
        return Done(detail=f"{self.listener.accepted} taken" + (f"; dropped: {dropped}" if dropped else ""))

    async def _resolve(self) -> None:
        assert self._senders
        await self._senders.resolve()

    def _look_at_missed(self, listener: TrapListener) -> None:
        """Have OLTs polled whose traps were dropped unread."""
        assert self._senders
        now = self._clock.monotonic()
        for address in listener.missed:
            if now - self._missed_at.get(address, -MISSED_GAP_S) >= MISSED_GAP_S:
                self._missed_at[address] = now
                for name in self._senders.names_at(address):
                    if not self._is_others(self._workers[name]):
                        self._workers[name].poll_soon()
        listener.missed.clear()

    def _is_others(self, worker: OltWorker) -> bool:
        """Whether another collector polls this OLT; it is told soon then."""
        if self._asking is None or worker.facts.may_write:
            return False
        self._of_others.add(worker.facts.olt.id)
        return True

    async def _take(self) -> None:
        assert self.listener
        await self.handle(self.listener.take())

    async def pass_on(self, asking: Asking) -> None:
        """Have OLTs polled whose traps came to a collector that does not poll them."""
        wanted, self._of_others = self._of_others, set()
        try:
            if wanted:
                await asking.ask(sorted(wanted))
        except SourceError:
            self._of_others |= wanted
            raise
        for olt_id in await asking.asked():
            if olt_id in self._by_id:
                self._by_id[olt_id].poll_soon()

    async def handle(self, received: Sequence[Received]) -> None:
        """Work on notifications that arrived together.

        Raises:
            Exception: What broke at one OLT's; those of the others are done by then, and that OLT is polled soon.
        """
        by_olt: dict[str, list[Received]] = {}
        for one in received:
            by_olt.setdefault(one.olt, []).append(one)
        broken: list[Exception] = []
        for olt, ours in by_olt.items():
            if self._is_others(self._workers[olt]):
                continue  # what it means depends on what is known of the OLT: whoever polls it reads it instead
            came = await fenced(partial(self._handle_of, self._workers[olt], ours))
            if isinstance(came, Exception):
                broken.append(came)
                self._workers[olt].poll_soon()
        await self._keep_unknown()
        if broken:
            raise broken[0]

    async def _handle_of(self, worker: OltWorker, received: Sequence[Received]) -> None:
        heard = _Heard(OltReading(PollKind.STATE, self._clock.now(), Outcome.PARTIAL, answered=True))
        for number, one in enumerate(received):
            if number % 100 == 99:
                await asyncio.sleep(0)
            news = self._meanings.understand(one.said, worker.facts.olt.profile)
            if not news.known:
                self._unknown.note(one, news.name)
            elif news.look:
                heard.add(news)
        if not heard.empty:
            await heard.tell(worker)

    async def _keep_unknown(self) -> None:
        found = self._unknown.take(self._clock.now())
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

    news: OltReading
    hints: list[tuple[str, int | None]] = field(default_factory=list)
    all_of_it: bool = False
    """A trap said that something happened, and not where."""

    @property
    def empty(self) -> bool:
        """Whether no trap said anything to look at."""
        return not (self.all_of_it or self.hints or self.news.ports or self.news.pon_ports)

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
