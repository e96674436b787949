"""The part of SNMP's BER that a table poller needs (RFC 3416, X.690), fast and strict.

Object identifiers stay in their encoded form: a row's key is the undecoded tail of its OID. Values are ``int``
(INTEGER, Counter, Gauge, TimeTicks) or ``bytes`` (everything else); "there is no such value" is the absence of the row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import itemgetter

Value = int | bytes

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
IP_ADDRESS, COUNTER32, GAUGE32, TIMETICKS, OPAQUE, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x44, 0x46
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82
GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5

NO_NUMBER = b""
"""A number of length 0, which some agents send for "none": no number can be read from it, least of all 0."""

_UNSIGNED = frozenset((COUNTER32, GAUGE32, TIMETICKS, COUNTER64))
_from_bytes = int.from_bytes
_AFTER_FIRST = itemgetter(slice(1, None))


# The regular expression engine takes a binding apart in half the time that Python's bytecode needs: a length octet and
# as many octets, for each short length. An OID's likely lengths come first, and its last octet ends a sub-identifier.
_SHORT_OID = b"|".join(
    re.escape(bytes([size])) + b".{%d}[\x00-\x7f]" % (size - 1)
    for size in sorted(range(1, 128), key=lambda size: abs(size - 20))
)
_SHORT_VALUE = b"|".join(re.escape(bytes([size])) + b".{%d}" % size for size in range(128))
_SHORT_BINDING = re.compile(b"\x30[\x00-\x7f]\x06(%s)(.)(%s)" % (_SHORT_OID, _SHORT_VALUE), re.S)


class DecodeError(ValueError):
    """The datagram is not well-formed, or not for us. It is dropped, as if it had been lost."""


@lru_cache(maxsize=4096)
def encode_oid(dotted: str) -> bytes:
    """Encode ``1.3.6.1.2.1`` (without tag and length).

    Raises:
        ValueError: Not dotted numbers, or fewer than two.
    """
    parts = [int(part) for part in dotted.strip(".").split(".")]
    if len(parts) < 2 or parts[0] > 2 or min(parts) < 0:
        raise ValueError(f"not an object identifier: {dotted!r}")
    return encode_subids([parts[0] * 40 + parts[1], *parts[2:]])


def encode_subids(subids: Iterable[int]) -> bytes:
    """Encode sub-identifiers in base 128."""
    out = bytearray()
    for value in subids:
        if value < 0x80:
            out.append(value)
            continue
        digits = [value & 0x7F]
        value >>= 7
        while value:
            digits.append(value & 0x7F | 0x80)
            value >>= 7
        out += bytes(reversed(digits))
    return bytes(out)


def decode_subids(raw: bytes) -> list[int]:
    """The sub-identifiers of an encoded OID or of a piece of one.

    Raises:
        DecodeError: The last sub-identifier is cut off.
    """
    out = []
    value = 0
    for byte in raw:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            out.append(value)
            value = 0
    if raw and raw[-1] >= 0x80:
        raise DecodeError("cut-off sub-identifier")
    return out


def decode_oid(raw: bytes) -> str:
    """Dotted form of an encoded OID; empty for no bytes."""
    if not raw:
        return ""
    first, *rest = decode_subids(raw)
    top = min(first // 40, 2)
    return ".".join(map(str, (top, first - 40 * top, *rest)))


def oid_after(key: bytes, previous: bytes) -> bool:
    """Whether the encoded OID tail ``key`` sorts after ``previous``."""
    if len(key) == len(previous) and key[:-1] == previous[:-1] and key and max(key[-1], previous[-1]) < 0x80:
        return key[-1] > previous[-1]
    return decode_subids(key) > decode_subids(previous)


def tlv(tag: int, body: bytes) -> bytes:
    """One tag-length-value."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def encode_integer(value: int) -> bytes:
    """A whole INTEGER."""
    return tlv(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def encode_request(pdu: int, request_id: int, oids: Iterable[bytes], max_repetitions: int = 0) -> bytes:
    """A GET, GETNEXT or GETBULK PDU.

    Args:
        pdu: ``GET``, ``GET_NEXT`` or ``GET_BULK``.
        request_id: 1 to 2**31 - 1.
        oids: Encoded OIDs.
        max_repetitions: For GETBULK; at least 1, because some agents hang on 0.
    """
    if pdu == GET_BULK and max_repetitions < 1:
        raise ValueError("max-repetitions must be at least 1")
    bindings = b"".join([_unset(oid) for oid in oids])
    head = encode_integer(request_id) + b"\x02\x01\x00" + encode_integer(max_repetitions)
    return tlv(pdu, head + tlv(SEQUENCE, bindings))


def _unset(oid: bytes) -> bytes:
    """A binding without a value."""
    size = len(oid)
    if size < 0x7C:
        return bytes((SEQUENCE, size + 4, OID, size)) + oid + b"\x05\x00"
    return tlv(SEQUENCE, tlv(OID, oid) + b"\x05\x00")


def header(data: bytes, at: int) -> tuple[int, int, int]:
    """Tag, start and end of the value of the TLV at ``at``.

    Raises:
        DecodeError: It does not fit into ``data``.
    """
    try:
        tag = data[at]
        size = data[at + 1]
    except IndexError:
        raise DecodeError("cut off") from None
    at += 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or at + count > len(data):
            raise DecodeError("length")
        size = _from_bytes(data[at : at + count], "big")
        at += count
    if at + size > len(data):
        raise DecodeError("cut off")
    return tag, at, at + size


def decode_response(data: bytes, at: int) -> tuple[int, int, int, int, int]:
    """Open a Response PDU.

    Returns:
        request id, error-status, error-index, start and end of the variable bindings.

    Raises:
        DecodeError: It is not a Response, or not well-formed.
    """
    tag, start, end = header(data, at)
    if tag != RESPONSE:
        raise DecodeError("not a response")
    numbers = []
    for _ in range(3):
        tag, value, start = header(data, start)
        if tag != INTEGER or start > end or start == value:
            raise DecodeError("response header")
        numbers.append(_from_bytes(data[value:start], "big", signed=True))
    tag, start, stop = header(data, start)
    if tag != SEQUENCE or stop != end:
        raise DecodeError("variable bindings")
    return numbers[0], numbers[1], numbers[2], start, stop


def decode_bindings(data: bytes, at: int, end: int) -> tuple[list[bytes], list[int], list[bytes]]:
    """Variable bindings: encoded OIDs, value tags, raw values.

    Raises:
        DecodeError: The framing is wrong.
    """
    oids, tags, values = scan_bindings(data, at, end)
    return [oid[1:] for oid in oids], list(tags), [value[1:] for value in values]


def scan_bindings(data: bytes, at: int, end: int) -> tuple[Sequence[bytes], bytes, Sequence[bytes]]:
    """Variable bindings as they stand in the message: OIDs and raw values, each with the octet before it, and tags.

    That octet (its length, or the end of its length) is cut off by whoever looks inside: a walk cuts off the start of
    each OID anyhow, and most values are known by sight. Nothing is interpreted before the framing of the whole answer
    was found sound, so that a damaged answer leaves no rows behind.

    Raises:
        DecodeError: The framing is wrong.
    """
    found = _SHORT_BINDING.findall(data, at, end)
    if found:
        oids, tags, values = zip(*found, strict=True)
        # Outer tag and length, tag of the OID, tag of the value: with them, the pieces leave no gap between them.
        if 4 * len(found) + len(b"".join(oids)) + len(b"".join(values)) == end - at:
            return oids, b"".join(tags), values
    return _scan_any_bindings(data, at, end)


def _scan_any_bindings(data: bytes, at: int, end: int) -> tuple[Sequence[bytes], bytes, Sequence[bytes]]:
    """The same for lengths of any form."""
    oids: list[bytes] = []
    tags = bytearray()
    values: list[bytes] = []
    while at < end:
        tag, inner, at = header(data, at)
        if tag != SEQUENCE or at > end:
            raise DecodeError("binding")
        tag, start, after = header(data, inner)
        if tag != OID:
            raise DecodeError("binding without an object identifier")
        if start == after or data[after - 1] >= 0x80:
            raise DecodeError("cut-off object identifier")
        oids.append(data[start - 1 : after])
        tag, start, after = header(data, after)
        if after != at:
            raise DecodeError("binding length")
        tags.append(tag)
        values.append(data[start - 1 : after])
    return oids, bytes(tags), values


def convert(tags: Sequence[int], raw: Sequence[bytes]) -> list[Value]:
    """Raw values in native form."""
    return [_convert_one(tag, value) for tag, value in zip(tags, raw, strict=True)]


def convert_scanned(tags: bytes, values: Sequence[bytes]) -> Iterable[Value]:
    """Scanned values in native form; a column of one type is converted in one pass."""
    kind = tags[0] if tags.count(tags[:1]) == len(tags) else None
    if kind == INTEGER:
        return map(_INTEGERS.__getitem__, values)
    if kind == OCTETS:
        return map(_AFTER_FIRST, values)
    return convert(tags, [value[1:] for value in values])


def _convert_one(tag: int, raw: bytes) -> Value:
    if tag == INTEGER:
        return _from_bytes(raw, "big", signed=True) if raw else NO_NUMBER
    return (_from_bytes(raw, "big") if raw else NO_NUMBER) if tag in _UNSIGNED else raw


class _Integers(dict[bytes, Value]):
    """Scanned INTEGERs and what they mean; remembers the short ones, which are most of an OLT's values."""

    def __missing__(self, scanned: bytes) -> Value:
        value = _convert_one(INTEGER, scanned[1:])
        if len(scanned) <= 3:
            self[scanned] = value
        return value


_INTEGERS = _Integers()
