"""Named value decoders that a profile refers to: how a raw value becomes a fact.

Every decoder returns None for "no reading". A value of a type that the column cannot have is no reading either. A
number that the fact cannot have is ``REFUSED``: no reading, and told.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from noc_console.domain.identity import OntSerial
from noc_console.domain.plausibility import RANGES
from noc_console.domain.text import clean, clean_octets
from noc_console.sources.snmp.codec import Value

Fact = str | int | float | bool


class Refused(Enum):
    """A number that the fact cannot have."""

    VALUE = "refused"


REFUSED = Refused.VALUE

Decoder = Callable[[Value], Fact | Refused | None]


def dark(fact: str, signed_bits: int | None, text: bool) -> frozenset[int]:
    """Raw values that are no light, whatever the scale: an empty register, and the -1 that stands for "none"."""
    if not fact.endswith("_dbm"):
        return frozenset()
    return frozenset((0,)) if text else frozenset((0, -1, (1 << signed_bits) - 1 if signed_bits else -1))


def number(
    sentinels: Sequence[float] = (),
    offset: int = 0,
    divide: int = 1,
    lowest: float | None = None,
    highest: float | None = None,
    multiply: int = 1,
    signed_bits: int | None = None,
    pattern: str | None = None,
    fact: str = "",
) -> Decoder:
    """``(raw + offset) * multiply / divide`` unless raw is a sentinel; refused where the fact cannot have it.

    The sentinel is tested on the raw value: after scaling it would look like a reading.

    Args:
        sentinels: Raw values that mean "no reading".
        offset: Added before scaling.
        divide: Steps of the raw value in one unit.
        lowest: The device says "none" with numbers below this.
        highest: ... or above this.
        multiply: Units in one step of the raw value.
        signed_bits: The raw value is a two's complement number of so many bits in an unsigned one.
        pattern: For text columns: a regular expression whose first group is the number.
        fact: Name of the fact, whose range holds; empty for a number that may be any.
    """
    none = frozenset(sentinels) | dark(fact, signed_bits, pattern is not None)
    low = float("-inf") if lowest is None else lowest
    high = float("inf") if highest is None else highest
    believable = RANGES[fact].holds if fact in RANGES else math.isfinite
    find = re.compile(pattern).search if pattern else None

    def decode(raw: Value | float) -> Fact | Refused | None:
        if isinstance(raw, bytes) or raw in none:
            return None
        if signed_bits and raw >= 1 << signed_bits - 1:
            raw -= 1 << signed_bits
        value = (raw + offset) * multiply
        if divide != 1:
            value /= divide
        if not low <= value <= high:
            return None
        return value if believable(value) else REFUSED

    def decode_text(raw: Value) -> Fact | Refused | None:
        found = find(clean_octets(raw)) if find and isinstance(raw, bytes) else None
        try:
            return decode(float(found[1])) if found else None
        except ValueError:
            return None

    return decode_text if find else decode


def milliwatts(sentinels: Sequence[float] = (), divide: int = 1, fact: str = "") -> Decoder:
    """``raw / divide`` milliwatts as dBm, to a hundredth; no light is no reading.

    Args:
        sentinels: Raw values that mean "no reading".
        divide: Steps of the raw value in one milliwatt.
        fact: Name of the fact, whose range holds.
    """
    believable = RANGES[fact].holds if fact in RANGES else math.isfinite

    def decode(raw: Value) -> Fact | Refused | None:
        if type(raw) is not int or raw <= 0 or raw in sentinels:
            return None
        dbm = round(10 * math.log10(raw / divide), 2)
        return dbm if believable(dbm) else REFUSED

    return decode


def enum(values: Mapping[int, str | bool], other: str | None, sentinels: Sequence[float] = ()) -> Decoder:
    """A named state; ``other`` (or ``value 42``) for a number that the list does not have; of a yes or no, none."""
    none = frozenset(sentinels)
    yes_or_no = any(isinstance(value, bool) for value in values.values())

    def decode(raw: Value) -> Fact | None:
        if type(raw) is not int or raw in none:
            return None
        found = values.get(raw)
        return found if found is not None or yes_or_no else other or f"value {raw}"

    return decode


def flags(values: Mapping[int, str | bool], other: str | None) -> Decoder:
    """The first listed bit that is set in a bitmask, counted from 0; no reading when none is set at all."""

    def decode(raw: Value) -> Fact | None:
        if type(raw) is not int or raw <= 0:
            return None
        return next((name for bit, name in values.items() if raw >> bit & 1), other or f"value {raw}")

    return decode


def percent_of(part: Value, whole: Value) -> Fact | None:
    """How much of ``whole`` is ``part``, to a tenth; no reading when that makes no sense."""
    if type(part) is not int or type(whole) is not int or not 0 <= part <= whole or whole == 0:
        return None
    return round(100 * part / whole, 1)


def percent_not_of(free: Value, whole: Value) -> Fact | None:
    """How much of ``whole`` is not ``free``, to a tenth; no reading when that makes no sense."""
    share = percent_of(free, whole)
    return round(100 - share, 1) if isinstance(share, int | float) else None


def raw_number(raw: Value) -> Fact | None:
    """A vendor's own number, kept as text."""
    return str(raw) if type(raw) is int else None


def text(encoding: str, blanks: bool = False) -> Decoder:
    """Octets as harmless text; no reading when empty.

    Args:
        encoding: Of octets that are not UTF-8.
        blanks: The device writes ``_`` where people write a blank (Nokia ISAM).
    """

    def decode(raw: Value) -> Fact | None:
        if not isinstance(raw, bytes):
            return None
        found = clean_octets(raw, encoding=encoding)
        if blanks:  # in text, for the octet of _ may be the half of a character
            found = clean(found.replace("_", " "))
        # Interned: models and versions repeat a hundred thousand times in a large network's memory.
        return sys.intern(found) or None

    return decode


def serial(raw: Value) -> Fact | None:
    """A GPON serial number in canonical form, from eight octets or from its text."""
    if not isinstance(raw, bytes):
        return None
    try:
        return OntSerial.from_octets(raw).text if len(raw) == 8 else OntSerial.parse(clean_octets(raw)).text
    except ValueError:
        return None


def zte_registration(raw: Value) -> Fact | None:
    """The serial number in ZTE's registration info, such as ``1,ZTEGC0FFEE01``: a mode, then its values.

    Other modes hold passwords and identifiers of the subscriber, which are not read.

    Source:
        ZTE-AN-PON-BASE-MIB: 1 SN, 3 SN and password, 8 SN and hex password, 11 SN and registration id.
    """
    mode, *values = clean_octets(raw).split(",") if isinstance(raw, bytes) else [""]
    return serial(values[0].encode()) if mode in ("1", "3", "8", "11") and values else None


def mac(raw: Value) -> Fact | None:
    """An Ethernet address as ``00:6D:61:EE:0B:F3``, from six octets or from its text."""
    if not isinstance(raw, bytes):
        return None
    digits = raw.hex() if len(raw) == 6 else re.sub(r"[\s:.\-]", "", clean_octets(raw))
    if not re.fullmatch("[0-9A-Fa-f]{12}", digits) or not int(digits, 16):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2)).upper()


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


def clock(raw: Value) -> Fact | None:
    """A time that one firmware gives as DateAndTime and another as text."""
    if isinstance(raw, bytes) and raw.isascii() and raw[:1].isdigit():
        return date_and_time(raw) or clean_octets(raw)
    return date_and_time(raw)


READERS: Mapping[str, Decoder] = {
    "raw": raw_number,
    "serial": serial,
    "zte_registration": zte_registration,
    "mac": mac,
    "timeticks": timeticks,
    "date_and_time": date_and_time,
    "clock": clock,
}
"""Value decoders without parameters, by the name that profiles use."""
