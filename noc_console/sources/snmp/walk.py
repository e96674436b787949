"""Table walks: several columns in one GETBULK, from a common starting index, until each column ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from noc_console.domain.errors import NocError, SourceProtocolError, SourceTimeout
from noc_console.sources.loop_turns import own_turn
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.allowance import Allowance
from noc_console.sources.snmp.cursor import MAX_ROWS, BrokenTable, Column, Cursor
from noc_console.sources.snmp.session import MIN_REPETITIONS, SLOW_SHARE, Exchange, SnmpSession, status_error

GROW_AFTER = 50


@dataclass(slots=True)
class Repetitions:
    """max-repetitions as learnt for one OLT: halved on tooBig and on lost answers, doubled again while all goes well.

    Args:
        value: Where to start; never 0, on which some agents hang.
        limit: How far it may grow.
        eager: Whether it doubles with each answer, until one was slow or lost: for readings that may take an agent
            seconds a value. What is asked of it while it works on too much queues up there, for minutes.
    """

    value: int
    limit: int
    good: int = 0
    eager: bool = False

    def of(self, _columns: tuple[bytes, ...]) -> Repetitions:
        """The same for all columns."""
        return self

    def halve(self, for_good: bool) -> bool:
        """Halve, and never grow above that again when ``for_good``; False at the floor."""
        self.good = 0
        self.eager = False
        if self.value <= MIN_REPETITIONS:
            return False
        self.value = max(MIN_REPETITIONS, self.value // 2)
        if for_good:
            self.limit = self.value
        return True

    def answered(self, took_share: float = 0.0) -> None:
        """Count a good answer; after enough of them, try more.

        Args:
            took_share: How much of the time-out it took.
        """
        if took_share > SLOW_SHARE / 2:
            self.eager = False  # twice as much would be slow
            return
        if self.value < self.limit:
            self.good += 1
            if self.eager or self.good >= GROW_AFTER:
                self.good = 0
                self.value = min(self.limit, self.value * 2)


class SlowStart:
    """max-repetitions of readings that may take an agent seconds a value: learnt for each set of columns, from one on.

    Args:
        limit: How far they may grow.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._of: dict[tuple[bytes, ...], Repetitions] = {}

    def of(self, columns: tuple[bytes, ...]) -> Repetitions:
        """What is known of these columns."""
        found = self._of.setdefault(columns, Repetitions(MIN_REPETITIONS, self.limit, eager=True))
        found.limit = min(found.limit, self.limit)
        return found


@dataclass(slots=True)
class Walk:
    """One walk of ``columns`` (encoded OIDs) below ``part`` (encoded index prefix, such as one PON port).

    After it ran: ``rows[i]`` maps the encoded rest of the index to the value in column i, and ``error`` says why the
    walk is not whole. With an error the rows are what came before it, and nothing may be concluded from what is
    missing. Of an agent that breaks the protocol no rows are kept.
    """

    columns: Sequence[bytes]
    part: bytes = b""
    limit: int = MAX_ROWS
    """Rows that one column can have here; an agent that tells more makes them up."""
    rows: list[Column] = field(default_factory=list)
    error: NocError | None = None

    @property
    def varbinds(self) -> int:
        """Values read."""
        return sum(map(len, self.rows))


async def run_walks(
    session: SnmpSession,
    walks: Sequence[Walk],
    repetitions: Repetitions | SlowStart,
    priority: int = 1,
    allowance: Allowance | None = None,
) -> Sequence[Walk]:
    """Run walks, as many at once as the session's window allows; never raises for one of them.

    Args:
        session: With the agent.
        walks: What to read.
        repetitions: What the agent bears; with a slow start one question goes after the other, whatever the window is.
        priority: See ``SnmpSession.send``.
        allowance: What may be taken; walks that are not done by then fail.

    Returns:
        ``walks``, each with its rows and its error.
    """
    if not walks:
        return walks
    allowance = allowance or Allowance()
    if allowance.over:
        for walk in walks:
            walk.rows, walk.error = [{} for _ in walk.columns], SourceProtocolError(allowance.over.message)
        return walks
    crew = _Crew(session, walks, repetitions, priority, allowance)
    async with own_turn():
        # Twenty OLTs that begin in the same instant would make all their first requests in one turn of the loop.
        crew.start()
    try:
        await crew.done
    finally:
        crew.stop()
    return walks


class _Crew:
    """The chains that do the walks of one call: one for each set of columns, more as the session's window grows."""

    def __init__(
        self,
        session: SnmpSession,
        walks: Sequence[Walk],
        repetitions: Repetitions | SlowStart,
        priority: int,
        allowance: Allowance,
    ) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.session = session
        self.repetitions = repetitions
        self.priority = priority
        self.allowance = allowance
        self._serially = isinstance(repetitions, SlowStart)
        self._chains = [_Chain(self, waiting) for waiting in _by_columns(walks)]

    def start(self) -> None:
        for chain in self._chains[:1] if self._serially else self._chains:
            chain.start()
        self.share()

    def stop(self) -> None:
        """Let go of what is still under way: the caller was cancelled."""
        self.session.drop([chain.exchange for chain in self._chains])
        for chain in self._chains:
            chain.forget()

    def share(self) -> None:
        """While fewer chains are at work than requests may be in flight, the longest gives half of its walks away."""
        while not self._serially and len(self._chains) < self.session.window.size and not self.allowance.over:
            longest = max(self._chains, key=lambda chain: len(chain.waiting))
            if not longest.waiting:
                return
            half = len(longest.waiting) // 2
            chain = _Chain(self, longest.waiting[half:])
            del longest.waiting[half:]
            self._chains.append(chain)
            chain.start()

    def ended(self, chain: _Chain) -> None:
        self._chains.remove(chain)
        chain.forget()
        if self._chains and self._serially:
            self._chains[0].start()
        elif self._chains:
            self.share()
        elif not self.done.done():
            self.done.set_result(None)


def _by_columns(walks: Sequence[Walk]) -> list[list[Walk]]:
    """Walks of the same columns, in the order of their parts."""
    found: dict[tuple[bytes, ...], list[Walk]] = {}
    for walk in sorted(walks, key=lambda walk: codec.decode_subids(walk.part)):
        found.setdefault(tuple(walk.columns), []).append(walk)
    return list(found.values())


class _Chain:
    """Walks of the same columns, one after the other.

    The last answer about a part holds rows from beyond it: where they are the next part's, they are its beginning, so
    that no row is asked for twice. Each walk still ends by itself, and a failure ends only the one under way.

    Args:
        crew: Whose chain it is.
        waiting: The walks to do, at least one, in the order of their parts.
    """

    def __init__(self, crew: _Crew, waiting: list[Walk]) -> None:
        self.waiting = waiting
        kind = tuple(waiting[0].columns)
        self._repetitions = crew.repetitions.of(kind)
        self.exchange = Exchange(self._build, self._answered, self._go_on, self._repetitions.halve, kind)
        self._crew = crew
        self._cursors = [Cursor(column) for column in waiting[0].columns]
        self._live: list[Cursor] = []
        self._walk = Walk(())
        self._resumed_at = -1

    def start(self) -> None:
        """Ask for the beginning of the first walk."""
        self._begin()
        self._crew.session.send(self.exchange, self._crew.priority)

    def forget(self) -> None:
        """Let go of the walks: a chain and its exchange know each other, and would keep the rows until a collection."""
        self._walk, self._cursors, self._live = Walk(()), [], []

    def _build(self, request_id: int) -> bytes:
        oids = [cursor.position for cursor in self._live]
        return codec.encode_request(codec.GET_BULK, request_id, oids, self._repetitions.value)

    def _answered(self, status: int, data: bytes, start: int, end: int) -> None:
        if status:
            self._go_on(status_error(status))
            return
        begun = time.perf_counter()
        oids, tags, values = codec.scan_bindings(data, start, end)
        try:
            self._take(oids, tags, values)
            self._crew.allowance.take(end - start, len(oids), time.perf_counter() - begun)
        except SourceProtocolError as error:
            self._go_on(error)
            return
        self._repetitions.answered(self.exchange.took_share)
        self._resumed_at = -1
        self._go_on()

    def _take(self, oids: Sequence[bytes], tags: bytes, values: Sequence[bytes]) -> None:
        """Sort the bindings into the columns: they come interleaved, and may be cut off anywhere."""
        if not oids:
            raise SourceProtocolError("the agent sent an empty answer")
        width = len(self._live)
        for at, cursor in enumerate(self._live[: len(oids)]):
            cursor.take(oids[at::width], tags[at::width], values[at::width])
        self._live = [cursor for cursor in self._live if not cursor.ended]

    def _go_on(self, error: Exception | None = None) -> None:
        """Ask for more of this walk; when it is whole or failed, begin the next."""
        if isinstance(error, SourceTimeout) and self._may_resume():
            error = None
        while error or not self._live:
            self._finish(error)
            if not self.waiting:
                self._crew.ended(self)
                return
            error = self._begin()
        self._crew.share()
        # What was begun goes on before anything else starts: what it has so far is useless until it is whole.
        self._crew.session.send(self.exchange, self._crew.priority - 1)

    def _may_resume(self) -> bool:
        """Whether a walk whose request was lost goes on from where it is: once, unless it gets further."""
        resumed_at, self._resumed_at = self._resumed_at, self._walk.varbinds
        return bool(self._live) and resumed_at != self._resumed_at > 0

    def _finish(self, error: Exception | None) -> None:
        """Say how the walk under way ended."""
        walk = self._walk
        holes = sum(cursor.holes for cursor in self._cursors)
        if isinstance(error, BrokenTable):
            walk.rows = [{} for _ in walk.columns]
            walk.error = SourceProtocolError(error.message)
        elif error:
            walk.error = error if isinstance(error, NocError) else SourceProtocolError(str(error))
        elif holes and walk.columns:
            walk.error = SourceProtocolError(f"{holes} values came without a value (no such instance, or NULL)")

    def _begin(self) -> SourceProtocolError | None:
        """Begin the next walk with what is known of it already."""
        walk = self._walk = self.waiting.pop(0)
        walk.error = None
        if over := self._crew.allowance.over:
            walk.rows = [{} for _ in walk.columns]
            return over
        try:
            for cursor in self._cursors:
                cursor.begin(walk.part, walk.limit)
        except SourceProtocolError as error:
            return error
        finally:
            walk.rows = [cursor.rows for cursor in self._cursors]
        self._live = [cursor for cursor in self._cursors if not cursor.ended]
        return None
