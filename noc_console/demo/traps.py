"""Notifications of the simulated OLTs: sent at once, never acknowledged, as in the field."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable
from dataclasses import dataclass

from noc_console.demo import ber
from noc_console.demo.agent import SnmpAgent
from noc_console.demo.ber import Oid
from noc_console.demo.plant import SimOlt

SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TRAP_OID: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
LINK_DOWN: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)
LINK_UP: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5, 4)
_V2C = 1
_TRAP_PDU = 0xA7


@dataclass(frozen=True, slots=True)
class Trap:
    """One notification: its object id, and its values by name, encoded."""

    oid: Oid
    values: tuple[tuple[Oid, bytes], ...]


class TrapSender:
    """Sends what the OLTs report; an OLT that is silent reports nothing.

    Args:
        agents: The OLTs' agents: whose community they use, and whether they are silent.
        port: Where the receiver listens, on loopback.
        clock: Unix seconds, for the OLTs' uptime.
    """

    def __init__(self, agents: dict[str, SnmpAgent], port: int, clock: Callable[[], float]) -> None:
        self._agents = agents
        self.port = port
        self._clock = clock
        self._numbers = itertools.count(1)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, olt: SimOlt, trap: Trap) -> None:
        """Send one; what the network does not take is lost."""
        agent = self._agents[olt.name]
        if agent.behaviour.silent:
            return
        try:
            self._socket.sendto(self._message(agent.community, olt, trap), ("127.0.0.1", self.port))
        except OSError:
            return  # nobody listens yet, or the buffer is full

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _message(self, community: bytes, olt: SimOlt, trap: Trap) -> bytes:
        uptime = int((self._clock() - olt.booted_at) * 100) % 2**32
        values = (
            (SYS_UPTIME, ber.integer(uptime, ber.TIMETICKS)),
            (TRAP_OID, ber.object_id(trap.oid)),
            *trap.values,
        )
        bindings = b"".join(ber.tlv(ber.SEQUENCE, ber.object_id(name) + value) for name, value in values)
        head = ber.integer(next(self._numbers)) + ber.integer(0) + ber.integer(0)
        pdu = ber.tlv(_TRAP_PDU, head + ber.tlv(ber.SEQUENCE, bindings))
        return ber.tlv(ber.SEQUENCE, ber.integer(_V2C) + ber.octets(community) + pdu)
