"""A simulated SNMP agent on a real UDP socket, well-behaved or as hostile as agents in the field.

Owns the socket and the timing; what is answered is ``responder``'s business, what it holds ``mib``'s.
"""

from __future__ import annotations

import asyncio
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from noc_console.demo import ber, responder
from noc_console.demo.ber import Oid
from noc_console.demo.mib import MibTree
from noc_console.demo.responder import Answer, Request

_DATAGRAMS_PER_TURN = 16
_SOCKET_BUFFER_BYTES = 1 << 20


class Fault(StrEnum):
    """Ways to answer wrongly, each seen in real devices or networks."""

    GARBAGE = "garbage"
    EMPTY_DATAGRAM = "empty_datagram"
    TRUNCATED = "truncated"
    BAD_LENGTH = "bad_length"
    """An inner length reaches beyond the message."""
    WRONG_REQUEST_ID = "wrong_request_id"
    WRONG_VERSION = "wrong_version"
    WRONG_PDU = "wrong_pdu"
    OTHER_PORT = "other_port"
    """The right answer, from another UDP port."""
    DUPLICATE = "duplicate"
    """The right answer, twice."""
    NO_VARBINDS = "no_varbinds"
    GEN_ERR = "gen_err"
    SAME_OID = "same_oid"
    """The first row again and again: a walk that believes it never ends."""
    DESCENDING = "descending"


@dataclass(slots=True)
class Behaviour:
    """How an agent behaves; every field may be changed while it runs."""

    max_message_bytes: int = 8000
    max_repetitions: int | None = None
    """More are answered with tooBig; None for no such limit."""
    hangs_on_zero_repetitions: bool = False
    """GETBULK with max-repetitions 0 gets no answer (ZTE C300 V2.1)."""
    latency_s: float = 0.0
    """Time on the way; answers overlap."""
    service_s: float = 0.0
    """Time for each request; requests queue behind each other."""
    slow_columns: tuple[tuple[Oid, float], ...] = ()
    """Prefix and seconds for each of its values: the OLT asks the ONT itself. Requests queue behind it."""
    loss: float = 0.0
    """Share of requests that vanish, 0 to 1."""
    silent: bool = False
    dies_after: int | None = None
    """Silent after this many more answers."""
    fault: Fault | None = None
    fault_share: float = 1.0
    """Share of answers that carry the fault."""
    then_right: bool = False
    """The right answer follows the faulty one."""


class SnmpAgent:
    """SNMP v1/v2c agent.

    Args:
        tree: What it serves.
        community: The only one it answers to; others meet silence, as with real agents.
        behaviour: May be changed while it runs.
        seed: For loss and fault shares.
    """

    def __init__(
        self, tree: MibTree, community: str = "public", behaviour: Behaviour | None = None, seed: int = 0
    ) -> None:
        self.tree = tree
        self.community = community.encode()
        self.behaviour = behaviour or Behaviour()
        self.requests = 0
        """Requests received, whatever became of them."""
        self.varbinds = 0
        """Variable bindings answered."""
        self.in_flight = 0
        """Requests whose answer is still on its way."""
        self.most_in_flight = 0
        self.address: tuple[str, int] | None = None
        """Where it listens, kept while it refuses."""
        self._random = random.Random(seed)
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy_until = 0.0
        self._timers: set[asyncio.TimerHandle] = set()

    @property
    def port(self) -> int:
        """UDP port, known after the first ``start``."""
        if self.address is None:
            raise RuntimeError("the agent was never started")
        return self.address[1]

    def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; must be called in a running loop.

        Returns:
            The port, chosen by the system when ``port`` is 0. After ``stop`` the same one is taken again.
        """
        if self._socket is not None:
            return self.port
        self._loop = asyncio.get_running_loop()
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.setblocking(False)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SOCKET_BUFFER_BYTES)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BUFFER_BYTES)
        try:
            listener.bind(self.address if self.address and not port else (host, port))
        except OSError:
            listener.close()
            raise
        self.address = listener.getsockname()
        self._socket = listener
        self._loop.add_reader(listener.fileno(), self._receive)
        return self.port

    def stop(self) -> None:
        """Close the socket, so that the port refuses; answers on their way are lost. ``start`` listens again."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.in_flight = 0
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _receive(self) -> None:
        for _ in range(_DATAGRAMS_PER_TURN):
            if self._socket is None:
                return
            try:
                data, peer = self._socket.recvfrom(65535)
            except OSError:  # nothing left, or an ICMP error about an earlier answer
                return
            self._handle(data, peer)

    def _handle(self, data: bytes, peer: tuple[str, int]) -> None:
        self.requests += 1
        behaviour = self.behaviour
        if behaviour.silent or (behaviour.loss and self._random.random() < behaviour.loss):
            return
        try:
            request = responder.decode(data)
            answer = self._answer(request)
        except ber.BerError:
            return
        if answer is None:
            return
        if behaviour.dies_after is not None:
            behaviour.dies_after -= 1
            behaviour.silent = behaviour.dies_after <= 0
        self.varbinds += len(answer.varbinds)
        messages = self._messages(request, answer)
        self._after(self._delay_s(request, answer), lambda: self._send(messages, peer))

    def _answer(self, request: Request) -> Answer | None:
        behaviour = self.behaviour
        if request.community != self.community:
            return None
        if request.kind == responder.GETBULK:
            if request.max_repetitions == 0 and behaviour.hangs_on_zero_repetitions:
                return None
            if behaviour.max_repetitions is not None and request.max_repetitions > behaviour.max_repetitions:
                return Answer(responder.TOO_BIG, 0, ())
        return responder.respond(self.tree, request, behaviour.max_message_bytes)

    def _messages(self, request: Request, answer: Answer) -> list[bytes]:
        right = responder.encode(request, answer)
        behaviour = self.behaviour
        fault = behaviour.fault
        if fault is None or self._random.random() >= behaviour.fault_share:
            return [right]
        faulty = [right, right] if fault is Fault.DUPLICATE else [spoil(fault, request, answer, right)]
        return [*faulty, right] if behaviour.then_right else faulty

    def _delay_s(self, request: Request, answer: Answer) -> float:
        behaviour = self.behaviour
        work_s = behaviour.service_s
        for prefix, value_s in behaviour.slow_columns:
            head = ber.oid_content(prefix)
            asked = [name.startswith(head) for name in request.names]
            if any(asked):
                work_s += value_s * len(answer.varbinds) * sum(asked) / len(asked)
        now = self._now()
        if not work_s and self._busy_until <= now:
            return behaviour.latency_s
        self._busy_until = max(now, self._busy_until) + work_s
        return self._busy_until - now + behaviour.latency_s

    def _now(self) -> float:
        return self._loop.time() if self._loop else 0.0

    def _after(self, delay_s: float, send: Callable[[], None]) -> None:
        self.most_in_flight = max(self.most_in_flight, self.in_flight + 1)
        if delay_s <= 0 or self._loop is None:
            send()
            return

        def fire() -> None:
            self._timers.discard(timer)
            self.in_flight -= 1
            send()

        self.in_flight += 1
        timer = self._loop.call_later(delay_s, fire)
        self._timers.add(timer)

    def _send(self, messages: list[bytes], peer: tuple[str, int]) -> None:
        if self._socket is None:
            return
        with suppress(OSError):  # a full buffer or a vanished peer loses the answer, as a network does
            if self.behaviour.fault is Fault.OTHER_PORT:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                    other.sendto(messages.pop(0), peer)
            for message in messages:
                self._socket.sendto(message, peer)


def spoil(fault: Fault, request: Request, answer: Answer, right: bytes) -> bytes:
    """The faulty message to send in place of ``right``."""
    match fault:
        case Fault.GARBAGE:
            return b"\x99\x13garbage\x00\xff" * 5
        case Fault.EMPTY_DATAGRAM:
            return b""
        case Fault.TRUNCATED:
            return right[: len(right) // 2]
        case Fault.BAD_LENGTH:
            return _with_bad_length(request, answer)
        case Fault.WRONG_REQUEST_ID:
            other = bytes((request.request_id[0] ^ 0x11,)) + request.request_id[1:]
            return responder.encode(replace(request, request_id=other), answer)
        case Fault.WRONG_VERSION:
            return responder.encode(request, answer, version=1 - request.version)
        case Fault.WRONG_PDU:
            return responder.encode(request, answer, kind=responder.GETNEXT)
        case Fault.NO_VARBINDS:
            return responder.encode(request, Answer(0, 0, ()))
        case Fault.GEN_ERR:
            nulls = tuple(_null(name) for name in request.names)
            return responder.encode(request, Answer(responder.GEN_ERR, 1, nulls))
        case Fault.SAME_OID:
            return responder.encode(request, Answer(0, 0, answer.varbinds[:1] * len(answer.varbinds)))
        case Fault.DESCENDING:
            return responder.encode(request, Answer(0, 0, answer.varbinds[::-1]))
        case Fault.OTHER_PORT | Fault.DUPLICATE:
            return right


def _null(name: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, name) + ber.tlv(ber.NULL, b""))


def _with_bad_length(request: Request, answer: Answer) -> bytes:
    if not answer.varbinds:
        return responder.encode(request, answer)[:-1]
    last = bytearray(answer.varbinds[-1])
    name_size = last[3]
    last[4 + name_size + 1] = 0x7F
    return responder.encode(request, Answer(0, 0, (*answer.varbinds[:-1], bytes(last))))
