"""Samples as a body of Prometheus remote write: one message that a server can only take whole.

Of JSON lines a server takes those that came before a connection broke, and sending them again doubles them.

Source:
    Prometheus remote write 1.0: a protobuf ``WriteRequest`` in Snappy's block format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}

_LITERAL = 63 << 2
_VALUE_FIELD, _AT_FIELD = 0x09, 0x10
_INT64 = (1 << 64) - 1

Series = tuple[str, Mapping[str, str], Sequence[int], Sequence[float]]
"""(metric, labels, instants in milliseconds, values)"""


def encode(series: Iterable[Series]) -> bytes:
    """The request body for these series."""
    return _snappy(b"".join(_chunk(1, _time_series(*one)) for one in series))


def _time_series(metric: str, labels: Mapping[str, str], instants: Sequence[int], values: Sequence[float]) -> bytes:
    named = sorted({**labels, "__name__": metric}.items())
    parts = [_chunk(1, _chunk(1, name.encode()) + _chunk(2, value.encode())) for name, value in named]
    for at_ms, value in zip(instants, values, strict=True):
        sample = struct.pack("<Bd", _VALUE_FIELD, value) + bytes((_AT_FIELD,)) + _varint(at_ms & _INT64)
        parts.append(_chunk(2, sample))
    return b"".join(parts)


def _chunk(field: int, content: bytes) -> bytes:
    return bytes((field << 3 | 2,)) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _snappy(data: bytes) -> bytes:
    """``data`` as one Snappy block that holds it as it is: no library is worth the third that it would save."""
    if not data:
        return b"\x00"
    return _varint(len(data)) + struct.pack("<BI", _LITERAL, len(data) - 1) + data
