"""Named decoders that a profile refers to: how a raw value becomes a fact, and how an index becomes a PON port.

Every value decoder returns None for "no reading". A value of a type that the column cannot have is no reading either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from noc_console.domain.identity import OntSerial, PonPort
from noc_console.domain.text import clean_octets
from noc_console.sources.snmp.codec import Value

Fact = str | int | float | bool
Decoder = Callable[[Value], Fact | None]


def number(
    sentinels: Sequence[int] = (),
    offset: int = 0,
    divide: int = 1,
    lowest: float | None = None,
    highest: float | None = None,
) -> Decoder:
    """``(raw + offset) / divide`` unless raw is a sentinel; no reading outside lowest to highest.

    The sentinel is tested on the raw value: after scaling it would look like a reading.
    """
    none = frozenset(sentinels)
    low = float("-inf") if lowest is None else lowest
    high = float("inf") if highest is None else highest

    def decode(raw: Value) -> Fact | None:
        if type(raw) is not int or raw in none:
            return None
        value = (raw + offset) / divide if divide != 1 else raw + offset
        return value if low <= value <= high else None

    return decode


def enum(values: Mapping[int, str], other: str | None, sentinels: Sequence[int] = ()) -> Decoder:
    """A named state; ``other`` (or ``value 42``) for a number that the list does not have."""
    none = frozenset(sentinels)

    def decode(raw: Value) -> Fact | None:
        if type(raw) is not int or raw in none:
            return None
        return values.get(raw) or other or f"value {raw}"

    return decode


def text(raw: Value) -> Fact | None:
    """Octets as harmless text; no reading when empty."""
    return clean_octets(raw) or None if isinstance(raw, bytes) else None


def serial(raw: Value) -> Fact | None:
    """A GPON serial number from eight octets, in canonical form."""
    try:
        return OntSerial.from_octets(raw).text if isinstance(raw, bytes) else None
    except ValueError:
        return None


def timeticks(raw: Value) -> Fact | None:
    """Seconds from hundredths."""
    return raw / 100 if type(raw) is int and raw >= 0 else None


def date_and_time(raw: Value) -> Fact | None:
    """SNMPv2-TC DateAndTime (8 or 11 octets) as ``2026-03-09 08:01:38``, with the offset when it is given.

    Without an offset it is the device's own clock in a zone that nobody told us.
    """
    if not isinstance(raw, bytes) or len(raw) not in (8, 11):
        return None
    year = int.from_bytes(raw[:2], "big")
    month, day, hour, minute, second = raw[2:7]
    if not (
        1970 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second <= 60
    ):
        return None
    offset = f" {chr(raw[8])}{raw[9]:02d}:{raw[10]:02d}" if len(raw) == 11 and chr(raw[8]) in "+-" else ""
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d}{offset}"


READERS: Mapping[str, Decoder] = {
    "text": text,
    "serial": serial,
    "timeticks": timeticks,
    "date_and_time": date_and_time,
}
"""Value decoders without parameters, by the name that profiles use."""


def huawei_pon_port(subids: Sequence[int]) -> PonPort | None:
    """Frame/slot/port from a Huawei ifIndex: type << 25 | frame << 19 | slot << 13 | port << 8.

    Types: 125 GPON, 126 EPON, 127 XG(S)-PON. None for any other interface.

    Source:
        LibreNMS recording of an MA5603T and a centreon recording of an MA5800: 4194312192 is 0/1/0,
        4194345472 is 0/5/2.
    """
    index = subids[0]
    if index >> 25 not in (125, 126, 127) or index & 0xFF:
        return None
    return PonPort((index >> 19 & 0x3F, index >> 13 & 0x3F, index >> 8 & 0x1F))


PORT_INDEXES: Mapping[str, Callable[[Sequence[int]], PonPort | None]] = {"huawei": huawei_pon_port}
"""Decoders of the first sub-identifier(s) of an ONT's or a PON port's index, by the name that profiles use."""
