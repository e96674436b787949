"""Message security: how a PDU is wrapped for the wire. Community (v2c) here; the walker knows only the protocol."""

from __future__ import annotations

from typing import Protocol

from noc_console.sources.snmp.codec import OCTETS, SEQUENCE, DecodeError, header, tlv


class Security(Protocol):
    """Wraps requests and opens answers."""

    def wrap(self, pdu: bytes) -> bytes:
        """A whole message around ``pdu``."""

    def open(self, message: bytes) -> tuple[bytes, int]:
        """The bytes that hold the answer's PDU, and where it starts in them.

        Raises:
            DecodeError: The message is damaged, or not from who we talk to.
        """


class Community:
    """SNMPv2c: a community string, in clear."""

    def __init__(self, community: str) -> None:
        self._head = b"\x02\x01\x01" + tlv(OCTETS, community.encode())

    def wrap(self, pdu: bytes) -> bytes:
        """A whole message around ``pdu``."""
        return tlv(SEQUENCE, self._head + pdu)

    def open(self, message: bytes) -> tuple[bytes, int]:
        """Check version and community; both must be ours, octet for octet."""
        tag, start, end = header(message, 0)
        if tag != SEQUENCE or end != len(message):
            raise DecodeError("not one message")
        stop = start + len(self._head)
        if message[start:stop] != self._head:
            raise DecodeError("another version or community")
        return message, stop
