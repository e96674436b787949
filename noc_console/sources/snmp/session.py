"""Sessions: one UDP socket per OLT, requests matched by id, retried, paced; answers decoded within a time budget.

The engine keeps the event loop free: however many sockets are readable, answers are decoded for at most ``budget_s``
per turn of the loop. One sweep timer serves all time-outs. The socket is connected, so the kernel drops what comes from
any other address and reports an unreachable port.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence

from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Report, Security

SWEEP_S = 0.05
DATAGRAMS_PER_READ = 8
RECEIVE_BUFFER = 1 << 20
MAX_DATAGRAM = 65535
ERROR_TOO_BIG = 1
MIN_REPETITIONS = 1
INBOX_OCTETS = 1 << 20
"""Received and not decoded yet; then the socket is left alone, and the kernel drops what is too much."""
WASTED_PER_SWEEP = 64
"""Datagrams that are damaged, late or not for us, between two sweeps ..."""
WASTED_S_PER_SWEEP = 0.01
"""... or the time that decoding them took; then the socket is left alone until the next sweep."""
SAME_TRIES = 2
"""Further tries that are lost by chance: where one packet in ten is lost, three in a row are one in a thousand."""
SLOW_SHARE = 0.5
"""An answer that takes more than this share of the time-out is too large for the agent: it is asked for less."""
MAX_REPORTS = 4
"""Discovery takes one, a clock that was wrong another."""

_NOT_ALLOWED = (6, 16)
_SYS_UP_TIME = codec.encode_oid("1.3.6.1.2.1.1.3.0")
ERROR_STATUS = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    4: "readOnly",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
}


class RoundTrip:
    """How long one kind of question takes, and with it how long to wait for an answer (RFC 6298).

    Kinds differ a thousandfold: an OLT has its states in memory, and asks each ONT for its light.
    """

    FLOOR_S = 0.25
    """Below this a busy machine, ours or the agent's, is taken for a lost answer."""

    def __init__(self) -> None:
        self._mean_s: float | None = None
        self._spread_s = 0.0
        self._backoff = 0

    def answered(self, took_s: float, tries: int) -> None:
        """Learn from an answer.

        Args:
            took_s: Since the first try.
            tries: Made after the first: then nobody knows which it answers (Karn), only that waiting longer may help.
        """
        self._backoff = self._backoff + 1 if tries else 0
        if tries:
            return
        if self._mean_s is None:
            self._mean_s, self._spread_s = took_s, took_s / 2
            return
        self._spread_s += (abs(took_s - self._mean_s) - self._spread_s) / 4
        self._mean_s += (took_s - self._mean_s) / 8

    def wait_s(self, tries: int, timeout_s: float) -> float:
        """How long to wait for the answer to a try (0 the first): each twice as long as the one before.

        Args:
            tries: Made before.
            timeout_s: The configured time: the first wait of a kind that was never answered, and the most of others
                but those that are known to take longer.
        """
        if self._mean_s is None:
            return timeout_s * (1 << self._backoff)
        usual_s = max(min(self.FLOOR_S, timeout_s), self._mean_s + 4 * self._spread_s)
        return min(usual_s * float(1 << tries + self._backoff), max(timeout_s, usual_s))


class Exchange:
    """One request and its answer.

    Args:
        build: Makes the PDU for a request id; called again when the request is made smaller.
        answered: Called with error-status, data, start and end of the bindings.
        failed: Called once with the error when no try was answered.
        smaller: Halves the request, for good when it is told True (tooBig); False when it cannot get smaller.
        kind: Questions of one kind take about as long, such as the columns of one walk.
    """

    __slots__ = (
        "answered",
        "build",
        "deadline",
        "failed",
        "first_sent_at",
        "ids",
        "kind",
        "packet",
        "patience_s",
        "refused",
        "reports",
        "request_id",
        "smaller",
        "took_share",
        "tries",
    )

    def __init__(
        self,
        build: Callable[[int], bytes],
        answered: Callable[[int, bytes, int, int], None],
        failed: Callable[[Exception], None],
        smaller: Callable[[bool], bool] | None = None,
        kind: object = None,
    ) -> None:
        self.kind = kind
        self.patience_s: float | None = None
        """How long its answer is waited for; None as long as the session waits."""
        self.ids: list[int] = []
        """Request ids under which it was sent; an answer to any of them is welcome."""
        self.build = build
        self.answered = answered
        self.failed = failed
        self.smaller = smaller or (lambda _for_good: False)
        self.request_id = 0
        self.packet = b""
        self.deadline = 0.0
        self.first_sent_at = 0.0
        self.tries = 0
        self.refused = False
        self.reports = 0
        self.took_share = 0.0
        """How much of the time-out its last answer took."""


class Window:
    """How many requests may be in flight at one OLT: grows only while answers come no slower than with one.

    An agent that serves one request at a time answers two in flight half as fast; there it stays at one.
    """

    SLOWER = 1.5
    LEARN = 4

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 1
        self._times: list[float] = []
        self._base_s: float | None = None
        self._hold = 0

    def answered(self, took_s: float) -> None:
        """Learn from one answer at the present size."""
        self._times.append(took_s)
        if len(self._times) < self.LEARN * self.size:
            return
        typical = sorted(self._times)[len(self._times) // 2]
        self._times.clear()
        if self.size == 1:
            self._base_s = typical
        if self._base_s is not None and self.size > 1 and typical > self.SLOWER * self._base_s:
            self.size //= 2
            self._hold = 32
        elif self._hold:
            self._hold -= 1
        elif self.size < self.limit:
            self.size = min(self.limit, self.size * 2)

    def lost(self) -> None:
        """Shrink after a time-out."""
        self.size = max(1, self.size // 2)
        self._times.clear()
        self._hold = 8


class SnmpEngine:
    """What all sessions share: the decode budget, the sweep timer and the request ids. Belongs to one event loop."""

    def __init__(self, budget_s: float = 0.001) -> None:
        self.loop = asyncio.get_running_loop()
        self.time = self.loop.time
        """The clock that time-outs live by."""
        self._budget_s = budget_s
        self._request_id = random.randrange(1 << 20, 1 << 30)
        self._sessions: set[SnmpSession] = set()
        self._received: deque[SnmpSession] = deque()
        """Each session that has undecoded datagrams, once; they take turns: one that is flooded delays no other."""
        self._turn_ends_at: float | None = None
        self._sweeper: asyncio.TimerHandle | None = None

    def open(
        self, host: str, port: int, security: Security, timeout_s: float = 5.0, retries: int = 2, window: int = 4
    ) -> SnmpSession:
        """A session with one agent.

        Args:
            host: IP address (IPv4 or IPv6) or name; a name is looked up now.
            port: UDP port.
            security: Community, or a USM user.
            timeout_s: For one try.
            retries: Further tries.
            window: Most requests in flight.

        Raises:
            SourceUnavailable: The name is not known, or no route leads there.
        """
        session = SnmpSession(self, _connect(host, port), security, timeout_s, retries, Window(window))
        self._sessions.add(session)
        session.listen(True)
        if self._sweeper is None:
            self._sweeper = self.loop.call_later(SWEEP_S, self._sweep)
        return session

    def close(self) -> None:
        """Close every session."""
        if self._sweeper:
            self._sweeper.cancel()
            self._sweeper = None
        for session in list(self._sessions):
            session.close()

    def next_id(self) -> int:
        """A request id that no recent request had."""
        self._request_id = self._request_id % 0x7FFFFFFF + 1
        return self._request_id

    def received(self, session: SnmpSession) -> None:
        """Queue a session that received something, and decode while this turn's budget lasts."""
        if session not in self._received:
            self._received.append(session)
        self._decode()

    def _decode(self) -> None:
        if self._turn_ends_at is None:
            self._turn_ends_at = time.perf_counter() + self._budget_s
            self.loop.call_soon(self._new_turn)
        self._drain()

    def _drain(self) -> None:
        ends_at = self._turn_ends_at or 0.0
        while self._received and time.perf_counter() < ends_at:
            session = self._received.popleft()
            if session.handle_next():
                self._received.append(session)

    def _new_turn(self) -> None:
        self._turn_ends_at = None
        if self._received:
            self._decode()

    def _sweep(self) -> None:
        now = self.time()
        for session in list(self._sessions):
            session.sweep(now)
        self._sweeper = self.loop.call_later(SWEEP_S, self._sweep)

    def _closed(self, session: SnmpSession) -> None:
        session.listen(False)
        self._sessions.discard(session)


def _connect(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(family, kind, proto)
    except OSError as error:
        raise SourceUnavailable(f"{host}: {error.strerror}", hint="check address:") from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        made.setblocking(False)
        made.connect(address)
    except OSError as error:
        made.close()
        raise SourceUnavailable(f"{host}: {error.strerror}", hint="check address: and the route") from None
    return made


class SnmpSession:
    """A conversation with one agent. Made by ``SnmpEngine.open``."""

    def __init__(
        self,
        engine: SnmpEngine,
        connected: socket.socket,
        security: Security,
        timeout_s: float,
        retries: int,
        window: Window,
    ) -> None:
        self.socket = connected
        self.window = window
        self.requests = 0
        self.resent = 0
        self.ignored = 0
        """Datagrams that were damaged, late, or not for us."""
        self._inbox: deque[bytes] = deque()
        self._inbox_octets = 0
        self._wasted = 0
        self._wasted_s = 0.0
        self._listens = False
        self._engine = engine
        self._security = security
        self._timeout_s = timeout_s
        self._retries = retries
        self._flying: dict[int, Exchange] = {}
        """By every id under which they were sent."""
        self._trips: dict[object, RoundTrip] = {}
        self._waiting: list[tuple[int, int, Exchange]] = []
        self._order = itertools.count()
        self._answered_at = 0.0
        self._held = False
        """Nothing is started for now."""

    def close(self) -> None:
        """Fail what is under way and close the socket."""
        if self.socket.fileno() < 0:
            return
        self._engine._closed(self)
        self.socket.close()
        self._inbox.clear()
        self._held = True
        flying, self._flying = self._in_flight(), {}
        closed = SourceUnavailable("session closed")
        for exchange in flying:
            exchange.failed(closed)
        self._fail_waiting(closed)

    def send(self, exchange: Exchange, priority: int = 0) -> None:
        """Send when the window allows; lower ``priority`` first, then first come, first served."""
        heapq.heappush(self._waiting, (priority, next(self._order), exchange))
        self._pump()

    def drop(self, exchanges: Sequence[Exchange]) -> None:
        """Forget exchanges whose caller went away."""
        gone = set(map(id, exchanges))
        self._flying = {key: e for key, e in self._flying.items() if id(e) not in gone}
        self._waiting = [item for item in self._waiting if id(item[2]) not in gone]
        heapq.heapify(self._waiting)
        self._pump()

    async def get(self, oids: Sequence[bytes], priority: int = -1) -> dict[bytes, codec.Value]:
        """Read single values with one GET.

        Returns:
            Encoded OID to value; what the agent does not have is not in it.

        Raises:
            SourceTimeout: No answer after all tries.
            SourceUnavailable: The port is closed or the network unreachable.
            SourceProtocolError: The agent reported an error-status.
        """
        future: asyncio.Future[dict[bytes, codec.Value]] = asyncio.get_running_loop().create_future()

        def answered(status: int, data: bytes, start: int, end: int) -> None:
            if status:
                failed(status_error(status))
            elif not future.done():
                future.set_result(_read_values(data, start, end))

        def failed(error: Exception) -> None:
            if not future.done():
                future.set_exception(error)

        exchange = Exchange(
            lambda request_id: codec.encode_request(codec.GET, request_id, oids),
            answered,
            failed,
            kind=("get", len(oids)),
        )
        self.send(exchange, priority)
        try:
            return await future
        finally:
            if future.cancelled():
                self.drop([exchange])

    def listen(self, on: bool) -> None:
        """Take datagrams off the socket from now on, or leave them to the kernel."""
        if on and not self._listens:
            self._engine.loop.add_reader(self.socket.fileno(), self._readable)
        elif self._listens and not on:
            self._engine.loop.remove_reader(self.socket.fileno())
        self._listens = on

    def _readable(self) -> None:
        """Take datagrams off the socket."""
        try:
            for _ in range(DATAGRAMS_PER_READ):
                datagram = self.socket.recv(MAX_DATAGRAM)
                self._inbox.append(datagram)
                self._inbox_octets += len(datagram)
        except BlockingIOError:
            pass
        except OSError:
            # The agent's host said that nobody listens. It may be restarting: the sweep tries again.
            for exchange in self._flying.values():
                exchange.refused = True
        if self._inbox_octets >= INBOX_OCTETS:
            self.listen(False)
        if self._inbox:
            self._engine.received(self)

    def handle_next(self) -> bool:
        """Decode the next datagram; whether there are more."""
        if not self._inbox:
            return False
        datagram = self._inbox.popleft()
        self._inbox_octets -= len(datagram)
        ignored, begun = self.ignored, time.perf_counter()
        self._handle(datagram)
        if self.ignored > ignored:
            self._wasted += 1
            self._wasted_s += time.perf_counter() - begun
        if self._flooded:
            # An answer among them is lost, as on a bad line, and asked for again: that is quicker than to look for it.
            self._inbox.clear()
            self._inbox_octets = 0
            self.listen(False)
        elif not self._inbox and self.socket.fileno() >= 0:
            self.listen(True)
        return bool(self._inbox)

    @property
    def _flooded(self) -> bool:
        return self._wasted >= WASTED_PER_SWEEP or self._wasted_s >= WASTED_S_PER_SWEEP

    def _handle(self, datagram: bytes) -> None:
        """Match one datagram to its request."""
        try:
            data, at = self._security.open(datagram)
            request_id, status, _, start, end = codec.decode_response(data, at)
        except codec.DecodeError:
            self.ignored += 1
            return
        except Report as report:
            self._reported(report)
            return
        exchange = self._flying.get(request_id)
        if exchange is None:
            self.ignored += 1
            return
        self._land(exchange)
        if status == ERROR_TOO_BIG and exchange.smaller(True):
            self._start(exchange)
            return
        self._learn(exchange)
        try:
            exchange.answered(status, data, start, end)
        except codec.DecodeError:
            self.ignored += 1
            self._flying |= dict.fromkeys(exchange.ids, exchange)
            return
        self._pump()

    def _learn(self, exchange: Exchange) -> None:
        """What an answer says of how this OLT is best asked."""
        self._answered_at = self._engine.time()
        took_s = self._answered_at - exchange.first_sent_at
        exchange.took_share = took_s / self._timeout_s
        self._trip(exchange).answered(took_s, exchange.tries)
        if exchange.tries == 0:
            self.window.answered(took_s)
            if took_s > SLOW_SHARE * self._timeout_s:
                exchange.smaller(False)

    def _in_flight(self) -> list[Exchange]:
        """Each exchange that waits for its answer, once."""
        return list(dict.fromkeys(self._flying.values()))

    def _land(self, exchange: Exchange) -> None:
        """It waits for no answer any more."""
        for request_id in exchange.ids:
            self._flying.pop(request_id, None)

    def _trip(self, exchange: Exchange) -> RoundTrip:
        return self._trips.setdefault(exchange.kind, RoundTrip())

    def _await(self, exchange: Exchange, now: float) -> None:
        """Set the time at which it is tried again, or given up."""
        quick = self._retries and exchange.patience_s is None
        wait_s = self._trip(exchange).wait_s(exchange.tries, self._timeout_s) if quick else self._timeout_s
        exchange.deadline = min(now + wait_s, exchange.first_sent_at + self._patience_s(exchange))

    def _patience_s(self, exchange: Exchange) -> float:
        """How long an answer is waited for, all tries together."""
        return exchange.patience_s or self._timeout_s * (self._retries + 1)

    def _reported(self, report: Report) -> None:
        """The agent wants to be asked otherwise, or not at all."""
        exchange = self._flying.get(report.message_id)
        if exchange is None:
            self.ignored += 1
            return
        self._land(exchange)
        exchange.reports += 1
        if report.refusal is None and exchange.reports <= MAX_REPORTS:
            self._build(exchange)
            self._await(exchange, self._engine.time())
            self._transmit(exchange)
            return
        exchange.failed(report.refusal or SourceProtocolError("the agent reports the same again and again"))
        self._pump()

    def sweep(self, now: float) -> None:
        """Resend what was not answered in time, or give up on it; listen again after a flood."""
        flooded = self._flooded
        self._wasted, self._wasted_s = 0, 0.0
        if flooded:
            self.listen(True)
        for exchange in [e for e in self._in_flight() if e.deadline <= now]:
            if now - exchange.first_sent_at >= self._patience_s(exchange):
                self._give_up(exchange)
                continue
            exchange.tries += 1
            self.resent += 1
            self.window.lost()
            # The next tries are the same request. After that the answer may be too large for the path (a lost fragment
            # loses it all): ask for less. A late answer to what was asked first is still welcome.
            too_long = now - exchange.first_sent_at >= 2 * self._timeout_s
            if (too_long or exchange.tries > SAME_TRIES) and exchange.smaller(False):
                self._build(exchange)
            self._await(exchange, now)
            self._transmit(exchange)
        self._pump()

    def _give_up(self, exchange: Exchange) -> None:
        """Fail it. When nothing at all was answered meanwhile, what waits is held until it is known whether any is.

        Else each of a dead agent's tables would wait its own time-outs.
        """
        self._land(exchange)
        silent = not self._held and self._answered_at < exchange.first_sent_at
        self._held |= silent
        exchange.failed(self._no_answer(exchange))
        if silent and self._waiting:
            self._probe()
        elif silent:
            self._held = False

    def _probe(self) -> None:
        """Ask for sysUpTime once: one answer, and the request that failed was at fault; none, and what waits fails."""

        def alive(*_: object) -> None:
            self._held = False

        def dead(error: Exception) -> None:
            self._fail_waiting(error)
            self._held = False

        probe = Exchange(lambda request_id: codec.encode_request(codec.GET, request_id, [_SYS_UP_TIME]), alive, dead)
        probe.patience_s = self._timeout_s
        self._start(probe)

    def _fail_waiting(self, error: Exception) -> None:
        """Fail what waits, and what its callers send instead."""
        while self._waiting:
            heapq.heappop(self._waiting)[2].failed(error)

    def _pump(self) -> None:
        while self._waiting and not self._held and len(self._in_flight()) < self.window.size:
            self._start(heapq.heappop(self._waiting)[2])

    def _start(self, exchange: Exchange) -> None:
        exchange.ids = []
        exchange.tries = exchange.reports = 0
        self._build(exchange)
        exchange.first_sent_at = self._engine.time()
        self._await(exchange, exchange.first_sent_at)
        self._transmit(exchange)

    def _build(self, exchange: Exchange) -> None:
        exchange.request_id = self._engine.next_id()
        exchange.packet = self._security.wrap(exchange.build(exchange.request_id), exchange.request_id)
        exchange.ids.append(exchange.request_id)
        self._flying[exchange.request_id] = exchange

    def _no_answer(self, exchange: Exchange) -> SourceError:
        if exchange.refused:
            return SourceUnavailable("port unreachable", hint="is SNMP enabled there, and the port right?")
        tried = f"{exchange.tries + 1} tries, {self._patience_s(exchange):g} s"
        return SourceTimeout(f"no answer in {tried}", hint=self._security.silence_hint)

    def _transmit(self, exchange: Exchange) -> None:
        self.requests += 1
        try:
            self.socket.send(exchange.packet)
        except BlockingIOError:
            pass  # the sweep sends it again
        except OSError:
            exchange.refused = True


def status_error(status: int) -> SourceError:
    """The error for an error-status that the agent reported."""
    if status in _NOT_ALLOWED:
        return SourceAuthError("not allowed to read this", hint="check the user's or community's view and access rule")
    return SourceProtocolError(f"the agent answered error-status {ERROR_STATUS.get(status, status)}")


def _read_values(data: bytes, start: int, end: int) -> dict[bytes, codec.Value]:
    oids, tags, raw = codec.decode_bindings(data, start, end)
    there = [index for index, tag in enumerate(tags) if tag < 0x80 and tag != codec.NULL]
    values = codec.convert([tags[i] for i in there], [raw[i] for i in there])
    return {oids[index]: value for index, value in zip(there, values, strict=True)}
