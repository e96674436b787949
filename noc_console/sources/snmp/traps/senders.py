"""Who may send notifications: only a configured OLT, from its own address, with its community or v3 user."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from noc_console.config.model import OltConfig, Traps
from noc_console.sources.snmp.codec import DecodeError
from noc_console.sources.snmp.credentials import user_for
from noc_console.sources.snmp.security import Report
from noc_console.sources.snmp.traps.message import VERSION_1, VERSION_2C, VERSION_3, message_version, split_community

if TYPE_CHECKING:
    from noc_console.sources.snmp.usm import User, Usm

MAX_ENGINES = 8
"""Engines that one OLT may have in its life (a spare control board, a changed address): each costs a key."""
NEW_ENGINE_EVERY_S = 1.0


class Refusal(StrEnum):
    """Why a datagram was dropped."""

    UNKNOWN_SOURCE = "unknown source"
    FLOOD = "more than a source may send"
    NOT_SNMP = "not a notification"
    WRONG_CREDENTIALS = "wrong community or user"
    AMBIGUOUS = "several OLTs share its address and community"
    V3_INFORM = "v3 informs are not supported"
    QUEUE_FULL = "queue full"


class Refused(Exception):
    """The message is not taken."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


class Sender:
    """One OLT as a sender.

    Args:
        name: The OLT's.
        communities: Accepted of it.
        user: Its v3 user, if it has one.
    """

    def __init__(self, name: str, communities: frozenset[bytes], user: User | None) -> None:
        self.name = name
        self._communities = communities
        self._user = user
        self._engines: dict[bytes, Usm] = {}
        self._engine_met_at = 0.0

    def open(self, data: bytes, monotonic: Callable[[], float] = time.monotonic) -> tuple[bytes, int] | None:
        """The bytes that hold the PDU, and where it starts in them; None when it is not from this OLT.

        Raises:
            DecodeError: It is damaged.
        """
        version = message_version(data)
        if version in (VERSION_1, VERSION_2C):
            community, at = split_community(data)
            return (data, at) if community in self._communities else None
        if version != VERSION_3:
            raise DecodeError("version")
        return self._open_v3(data, monotonic())

    def _open_v3(self, data: bytes, now: float) -> tuple[bytes, int] | None:
        # Imported here: most installations have v2c only, and the ciphers take a while to load.
        from noc_console.sources.snmp.usm import Usm, sender_of

        engine_id, user = sender_of(data)
        if self._user is None or user != self._user.name.encode():
            return None
        usm = self._engines.get(engine_id)
        if usm is None:
            # Making keys for whatever engine a stranger makes up would be work for nothing.
            if now - self._engine_met_at < NEW_ENGINE_EVERY_S:
                return None
            self._engine_met_at = now
            usm = Usm(self._user, engine_id=engine_id)
        try:
            opened = usm.open(data)
        except (DecodeError, Report):
            return None
        if engine_id not in self._engines:
            if len(self._engines) >= MAX_ENGINES:
                self._engines.pop(next(iter(self._engines)))
            self._engines[engine_id] = usm
        return opened


class Senders:
    """All of them, by address."""

    def __init__(self, olts: Sequence[OltConfig], config: Traps) -> None:
        self._by_host = [(olt.address, _sender(olt, config)) for olt in olts]
        self._by_address: Mapping[str, Sequence[Sender]] = {}

    async def resolve(self) -> None:
        """Look the OLTs' names up, again and again: a name may move. One that is not known keeps its last address."""
        loop = asyncio.get_running_loop()
        found: dict[str, list[Sender]] = {}
        for host, sender in self._by_host:
            try:
                infos = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
                addresses = {plain_address(str(info[4][0])) for info in infos}
            except OSError:
                addresses = {address for address, senders in self._by_address.items() if sender in senders}
            for address in addresses:
                found.setdefault(address, []).append(sender)
        self._by_address = found

    def known(self, address: str) -> bool:
        """Whether anybody of ours has this (plain) address."""
        return address in self._by_address

    def names_at(self, address: str) -> list[str]:
        """The OLTs with this address."""
        return [sender.name for sender in self._by_address.get(address, ())]

    def open(self, address: str, data: bytes) -> tuple[Sender, bytes, int]:
        """Who sent a message, the bytes that hold its PDU, and where that starts.

        Raises:
            Refused: Nobody of ours did.
        """
        accepted = []
        try:
            for sender in self._by_address.get(address, ()):
                opened = sender.open(data)
                if opened:
                    accepted.append((sender, *opened))
        except DecodeError:
            raise Refused(Refusal.NOT_SNMP) from None
        if len(accepted) == 1:
            return accepted[0]
        raise Refused(Refusal.AMBIGUOUS if accepted else Refusal.WRONG_CREDENTIALS)


def plain_address(address: str) -> str:
    """An address without scope, IPv4 in its own form: a socket for both families shows it as ``::ffff:192.0.2.1``."""
    parsed = ipaddress.ip_address(address.split("%", 1)[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def _sender(olt: OltConfig, config: Traps) -> Sender:
    communities = {config.community.get_secret_value().encode()} if config.community else set()
    if olt.snmp.version == "2c":
        communities.add(olt.snmp.community.get_secret_value().encode())
        return Sender(olt.name, frozenset(communities), None)
    return Sender(olt.name, frozenset(communities), user_for(olt.snmp))
