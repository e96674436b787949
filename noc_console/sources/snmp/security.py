"""Message security: how a PDU is wrapped for the wire. Community (v2c) here, USM (v3) in ``usm``."""

from __future__ import annotations

from typing import Protocol

from noc_console.domain.errors import NocError
from noc_console.sources.snmp.codec import OCTETS, SEQUENCE, DecodeError, header, tlv


class Report(Exception):
    """The agent answered a request with a report (v3 only).

    Args:
        message_id: Of the request.
        refusal: Why asking again would not help; None when we learnt what was missing, and should ask again.
    """

    def __init__(self, message_id: int, refusal: NocError | None) -> None:
        super().__init__(str(refusal or "ask again"))
        self.message_id = message_id
        self.refusal = refusal


class Security(Protocol):
    """Wraps requests and opens answers."""

    @property
    def silence_hint(self) -> str:
        """What to check when nothing answers."""

    def wrap(self, pdu: bytes, message_id: int) -> bytes:
        """A whole message around ``pdu``; ``message_id`` is the request id."""

    def open(self, message: bytes) -> tuple[bytes, int]:
        """The bytes that hold the answer's PDU, and where it starts in them.

        Raises:
            DecodeError: The message is damaged, or not from who we talk to.
            Report: It is a report.
        """


class Community:
    """SNMPv2c: a community string, in clear."""

    silence_hint = "check address, community, and the SNMP view and access list"

    def __init__(self, community: str) -> None:
        self._head = b"\x02\x01\x01" + tlv(OCTETS, community.encode())

    def wrap(self, pdu: bytes, message_id: int) -> bytes:
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
