"""The few ASN.1 BER rules that an SNMP agent needs: requests are decoded, values and object ids are encoded.

Deliberately apart from the poller's codec, so that neither can hide a mistake of the other.

Source:
    ITU-T X.690; RFC 3416 and RFC 2578 for the tags.
"""

from __future__ import annotations

from typing import NamedTuple

Oid = tuple[int, ...]

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_ID = 0x06
SEQUENCE = 0x30
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIMETICKS = 0x43
COUNTER64 = 0x46
NO_SUCH_OBJECT = b"\x80\x00"
NO_SUCH_INSTANCE = b"\x81\x00"
END_OF_MIB_VIEW = b"\x82\x00"


class BerError(ValueError):
    """The octets are not what they claim to be."""


class Tlv(NamedTuple):
    """One decoded element: its tag, and where its content stands."""

    tag: int
    start: int
    end: int


def length(size: int) -> bytes:
    """Encode a length in its shortest form."""
    if size < 0x80:
        return bytes((size,))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def tlv(tag: int, content: bytes) -> bytes:
    """Encode one element."""
    return bytes((tag,)) + length(len(content)) + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Encode a signed integer; the unsigned SNMP types take the same form under their own tag."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    """Encode an OCTET STRING."""
    return tlv(OCTET_STRING, value)


def arcs(oid: Oid) -> bytes:
    """Encode sub-identifiers, base 128, as they stand after the first two of an object id."""
    out = bytearray()
    for arc in oid:
        if arc < 0x80:
            out.append(arc)
            continue
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        out.extend(reversed(septets))
    return bytes(out)


def oid_content(oid: Oid) -> bytes:
    """Encode a whole object id, without tag and length."""
    return arcs((oid[0] * 40 + oid[1], *oid[2:]))


def object_id(oid: Oid) -> bytes:
    """Encode an OBJECT IDENTIFIER."""
    return tlv(OBJECT_ID, oid_content(oid))


def decode_oid(content: bytes) -> Oid:
    """Decode the content of an object id.

    Raises:
        BerError: It is empty or ends within a sub-identifier.
    """
    if not content or content[-1] & 0x80:
        raise BerError("object id is cut")
    out: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            out.append(arc)
            arc = 0
    first = min(out[0] // 40, 2)
    return (first, out[0] - 40 * first, *out[1:])


def read(data: bytes, at: int, end: int) -> Tlv:
    """Decode the header of the element at ``at``.

    Raises:
        BerError: The element does not end by ``end``.
    """
    if at + 2 > end:
        raise BerError("header is cut")
    size, start = data[at + 1], at + 2
    if size & 0x80:
        start += size & 0x7F
        if start > end or size == 0x80:
            raise BerError("length is cut or indefinite")
        size = int.from_bytes(data[at + 2 : start], "big")
    if start + size > end:
        raise BerError("element is longer than what holds it")
    return Tlv(data[at], start, start + size)


def expect(data: bytes, at: int, end: int, tag: int) -> Tlv:
    """Like ``read``, for an element that must have ``tag``.

    Raises:
        BerError: It has another one, or is cut.
    """
    found = read(data, at, end)
    if found.tag != tag:
        raise BerError(f"tag {found.tag:#x} where {tag:#x} must be")
    return found


def signed(data: bytes, element: Tlv) -> int:
    """Value of an INTEGER element."""
    return int.from_bytes(data[element.start : element.end], "big", signed=True)
