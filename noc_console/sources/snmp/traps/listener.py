"""The socket: takes notifications of known senders into a bounded queue, and counts what it drops.

A flood costs little: a stranger's datagram is dropped after one look-up of its address, one with wrong credentials
after these were compared, a known sender's after its share of this second is used up; and a turn of the event loop ends
after a millisecond, whatever still waits. Only what proved to be the sender's uses up its share: an address can be
borrowed. Traps that were dropped may have mattered: their sender is named, to be looked at.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass

from noc_console.domain.errors import SourceUnavailable
from noc_console.sources.snmp.codec import DecodeError
from noc_console.sources.snmp.traps.message import (
    VERSION_3,
    Notification,
    answer_inform,
    decode_notification,
    message_version,
)
from noc_console.sources.snmp.traps.senders import Refusal, Refused, Senders, plain_address

BUDGET_S = 0.001
RECEIVE_BUFFER = 4 << 20
MAX_DATAGRAM = 65535
QUEUE = 2000
PER_SECOND = 200
"""Of one source; a port with 128 ONTs that is cut sends them all at once."""
BURST = 400
SO_RCVBUFFORCE = 33


@dataclass(frozen=True, slots=True)
class Received:
    """A notification that was taken."""

    olt: str
    said: Notification
    at: float
    """Unix seconds."""


class _Allowance:
    """A source's share: so many a second, and a burst."""

    __slots__ = ("left", "since")

    def __init__(self, now: float) -> None:
        self.left = float(BURST)
        self.since = now

    def take(self, now: float) -> bool:
        self.left = min(BURST, self.left + (now - self.since) * PER_SECOND)
        self.since = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class TrapListener:
    """Listens. Belongs to one event loop.

    Args:
        endpoint: Address and port.
        senders: Who may send; resolved already.
        arrived: Set when there is something to take.
    """

    def __init__(self, endpoint: tuple[str, int], senders: Senders, arrived: asyncio.Event) -> None:
        self._arrived = arrived
        self.accepted = 0
        self.refused: Counter[Refusal] = Counter()
        self.missed: set[str] = set()
        """Addresses of known senders of which something was dropped unread."""
        self._endpoint = endpoint
        self._senders = senders
        self._allowances: dict[str, _Allowance] = {}
        self._plain: dict[str, str] = {}
        self._queue: deque[Received] = deque()
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """UDP port, while it listens."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    def open(self) -> None:
        """Listen.

        Raises:
            SourceUnavailable: The address is taken, not ours, or not allowed.
        """
        host, port = self._endpoint
        made = None
        try:
            made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
            if made.family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            _enlarge(made)
            made.setblocking(False)
            made.bind((host, port))
        except OSError as error:
            if made:
                made.close()
            hint = "grant CAP_NET_BIND_SERVICE, or listen on 1162" if port < 1024 else "see traps: in the config"
            raise SourceUnavailable(f"cannot listen on {host}:{port}: {error.strerror}", "traps", hint) from None
        self._socket = made
        asyncio.get_running_loop().add_reader(made.fileno(), self._readable)

    def close(self) -> None:
        """Stop listening."""
        if self._socket:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def take(self) -> Sequence[Received]:
        """Take all notifications that there are."""
        found = list(self._queue)
        self._queue.clear()
        return found

    def _readable(self) -> None:
        ends_at = time.perf_counter() + BUDGET_S
        while self._socket and time.perf_counter() < ends_at:
            try:
                data, peer = self._socket.recvfrom(MAX_DATAGRAM)
            except OSError:  # nothing left, or an ICMP error about an answer to an inform
                return
            try:
                self._take(data, peer)
            except Refused as refused:
                self.refused[refused.why] += 1

    def _take(self, data: bytes, peer: tuple[str, int]) -> None:
        address = self._plain_of(peer[0])
        if not self._senders.known(address):
            raise Refused(Refusal.UNKNOWN_SOURCE)
        sender, opened, at = self._senders.open(address, data)
        now = time.monotonic()
        allowance = self._allowances.get(address)
        if allowance is None:
            allowance = self._allowances[address] = _Allowance(now)
        if not allowance.take(now):
            self.missed.add(address)
            raise Refused(Refusal.FLOOD)
        try:
            said = decode_notification(opened, at)
        except DecodeError:
            raise Refused(Refusal.NOT_SNMP) from None
        if said.inform:
            self._answer(data, at, peer)
        if len(self._queue) >= QUEUE:
            self.missed.add(address)
            raise Refused(Refusal.QUEUE_FULL)
        self._queue.append(Received(sender.name, said, time.time()))
        self._arrived.set()
        self.accepted += 1

    def _plain_of(self, address: str) -> str:
        plain = self._plain.get(address)
        if plain is None:
            if len(self._plain) > 4096:  # a flood from made-up addresses
                self._plain.clear()
            plain = self._plain[address] = plain_address(address)
        return plain

    def _answer(self, data: bytes, at: int, peer: tuple[str, int]) -> None:
        if message_version(data) == VERSION_3:
            raise Refused(Refusal.V3_INFORM)
        if self._socket:
            try:
                self._socket.sendto(answer_inform(data, at), peer)
            except OSError:
                return  # it sends the inform again


def _enlarge(made: socket.socket) -> None:
    """Ask for room for a burst: privileged programs get it, others as much as the system allows."""
    try:
        made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except OSError:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
