"""Table walks: several columns in one GETBULK, from a common starting index, until each column ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from noc_console.domain.errors import NocError, SourceProtocolError
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.session import MIN_REPETITIONS, Exchange, SnmpSession, status_error
from noc_console.sources.snmp.turns import own_turn

GROW_AFTER = 50

MAX_ROWS = 200_000
"""More rows than any OLT has in one column: an agent that makes them up is stopped here."""

Column = dict[bytes, codec.Value]


@dataclass(slots=True)
class Repetitions:
    """max-repetitions as learnt for one OLT: halved on tooBig and on lost answers, doubled again while all goes well.

    Args:
        value: Where to start; never 0, on which some agents hang.
        limit: How far it may grow.
    """

    value: int
    limit: int
    good: int = 0

    def halve(self, for_good: bool) -> bool:
        """Halve, and never grow above that again when ``for_good``; False at the floor."""
        self.good = 0
        if self.value <= MIN_REPETITIONS:
            return False
        self.value = max(MIN_REPETITIONS, self.value // 2)
        if for_good:
            self.limit = self.value
        return True

    def answered(self) -> None:
        """Count a good answer; after enough of them, try more."""
        if self.value < self.limit:
            self.good += 1
            if self.good >= GROW_AFTER:
                self.good = 0
                self.value = min(self.limit, self.value * 2)


@dataclass(slots=True)
class Walk:
    """One walk of ``columns`` (encoded OIDs) below ``part`` (encoded index prefix, such as one PON port).

    After it ran: ``rows[i]`` maps the encoded rest of the index to the value in column i, and ``error`` says why the
    walk ended early. With an error the rows are what came before it, and nothing may be concluded from what is missing.
    """

    columns: Sequence[bytes]
    part: bytes = b""
    rows: list[Column] = field(default_factory=list)
    error: NocError | None = None

    @property
    def varbinds(self) -> int:
        """Values read."""
        return sum(map(len, self.rows))


async def run_walks(
    session: SnmpSession, walks: Sequence[Walk], repetitions: Repetitions, priority: int = 1
) -> Sequence[Walk]:
    """Run walks, as many at once as the session's window allows; never raises for one of them.

    Returns:
        ``walks``, each with its rows and its error.
    """
    if not walks:
        return walks
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    left = len(walks)

    def finished() -> None:
        nonlocal left
        left -= 1
        if not left and not done.done():
            done.set_result(None)

    async with own_turn():
        # Twenty OLTs that begin in the same instant would make all their first requests in one turn of the loop.
        runs = [_Run(session, walk, repetitions, priority, finished) for walk in walks]
        for run in runs:
            run.start()
    try:
        await done
    finally:
        if left:
            session.drop([run.exchange for run in runs])
        for run in runs:
            run.forget()
    return walks


class _Run:
    """A walk under way."""

    def __init__(
        self, session: SnmpSession, walk: Walk, repetitions: Repetitions, priority: int, finished: Callable[[], None]
    ) -> None:
        self._session = session
        self._walk = walk
        self._repetitions = repetitions
        self._priority = priority
        self._finished = finished
        self._prefixes = [column + walk.part for column in walk.columns]
        self._last = [b""] * len(self._prefixes)
        self._live = list(range(len(self._prefixes)))
        walk.rows = [{} for _ in self._prefixes]
        walk.error = None
        self.exchange = Exchange(self._build, self._answered, self._failed, repetitions.halve)

    def start(self) -> None:
        self._session.send(self.exchange, self._priority)

    def forget(self) -> None:
        """Let go of the walk: a run and its exchange know each other, and would keep its rows until a collection."""
        self._walk = Walk(())

    def _build(self, request_id: int) -> bytes:
        oids = [self._prefixes[i] + self._last[i] for i in self._live]
        return codec.encode_request(codec.GET_BULK, request_id, oids, self._repetitions.value)

    def _failed(self, error: Exception) -> None:
        self._end(error if isinstance(error, NocError) else SourceProtocolError(str(error)))

    def _end(self, error: NocError | None = None) -> None:
        self._walk.error = error
        self._finished()

    def _answered(self, status: int, data: bytes, start: int, end: int) -> None:
        if status:
            self._end(status_error(status))
            return
        oids, tags, raw = codec.decode_bindings(data, start, end)
        try:
            self._store(oids, tags, raw)
        except SourceProtocolError as error:
            self._end(error)
            return
        self._repetitions.answered()
        if self._live:
            # A walk goes on before the next one starts: what it has so far is useless until it is whole.
            self._session.send(self.exchange, self._priority - 1)
        else:
            self._end()

    def _store(self, oids: list[bytes], tags: list[int], raw: list[bytes]) -> None:
        """Sort the bindings into the columns: they come interleaved, and may be cut off anywhere."""
        if not oids:
            raise SourceProtocolError("the agent sent an empty answer")
        width = len(self._live)
        still = []
        for position, column in enumerate(self._live):
            ended = self._store_column(column, oids[position::width], tags[position::width], raw[position::width])
            if not ended:
                still.append(column)
        self._live = still

    def _store_column(self, column: int, oids: list[bytes], tags: list[int], raw: list[bytes]) -> bool:
        """Add the rows that belong to the column; True when it has ended."""
        if not oids:
            return False  # cut off before this column: asked again next time
        prefix = self._prefixes[column]
        ended = False
        # Answers are sorted: if the first and the last are inside the column, so is everything between.
        if max(tags) >= 0x80 or not oids[-1].startswith(prefix) or not oids[0].startswith(prefix):
            count = _count_inside(oids, tags, prefix)
            oids, tags, raw = oids[:count], tags[:count], raw[:count]
            ended = True
        if oids:
            size = len(prefix)
            rows = self._walk.rows[column]
            before = len(rows)
            keys = [oid[size:] for oid in oids]
            rows.update(zip(keys, codec.convert(tags, raw), strict=True))
            if len(rows) - before != len(keys) or not codec.oid_after(keys[-1], self._last[column]):
                raise SourceProtocolError("the agent's table goes round in circles (OIDs do not increase)")
            if len(rows) > MAX_ROWS:
                raise SourceProtocolError(f"the agent's table does not end (more than {MAX_ROWS} rows)")
            self._last[column] = keys[-1]
        return ended


def _count_inside(oids: list[bytes], tags: list[int], prefix: bytes) -> int:
    for count, (oid, tag) in enumerate(zip(oids, tags, strict=True)):
        if tag >= 0x80 or not oid.startswith(prefix):
            return count
    return len(oids)
