"""ICMP echo messages (RFC 792, RFC 4443): made and read, without sockets."""

from __future__ import annotations

import struct

ECHO_REQUEST, ECHO_REPLY = 8, 0
ECHO_REQUEST_V6, ECHO_REPLY_V6 = 128, 129
TOKEN_BYTES = 16
_PADDING = bytes(range(40))
_HEAD = struct.Struct("!BBHHH")


def echo_request(token: bytes, number: int, version: int) -> bytes:
    """An echo request.

    Args:
        token: What the reply will carry, ``TOKEN_BYTES`` long.
        number: Sequence number, 16 bits.
        version: 4 or 6. For 6 the kernel fills in the checksum, for it covers the addresses.
    """
    kind = ECHO_REQUEST if version == 4 else ECHO_REQUEST_V6
    ident = int.from_bytes(token[:2], "big")
    message = _HEAD.pack(kind, 0, 0, ident, number & 0xFFFF) + token + _PADDING
    if version == 4:
        message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    return message


def reply_token(data: bytes, version: int, with_ip_header: bool) -> bytes | None:
    """The token of an echo reply; None for anything else that comes by.

    Args:
        data: As received.
        version: 4 or 6.
        with_ip_header: Raw IPv4 sockets give the IP header as well.
    """
    if with_ip_header and data:
        data = data[(data[0] & 0x0F) * 4 :]
    kind = ECHO_REPLY if version == 4 else ECHO_REPLY_V6
    if len(data) < _HEAD.size + TOKEN_BYTES or data[0] != kind or data[1] != 0:
        return None
    return data[_HEAD.size : _HEAD.size + TOKEN_BYTES]


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    data += bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
