"""Identities, parsed once at the edge: PON ports and ONT serial numbers."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

_SEPARATORS = re.compile(r"[\s:\-.]")
_HEX16 = re.compile(r"[0-9A-Fa-f]{16}")
_ASCII12 = re.compile(r"[A-Za-z0-9]{4}[0-9A-Fa-f]{8}")
_HEX12 = re.compile(r"[0-9A-Fa-f]{12}")
_OCTETS = re.compile(r"[0-9A-Fa-f]{1,2}([:\- ][0-9A-Fa-f]{1,2}){5}")


@dataclass(frozen=True, slots=True, order=True)
class PonPort:
    """A PON port, addressed as its vendor writes it: Huawei ``0/1/3`` (frame/slot/port), Nokia ``1/1/5/2``.

    The path sorts numerically; everything but its last number names the card.
    """

    path: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> PonPort:
        """Read ``0/1/3``.

        Raises:
            ValueError: Not numbers joined by slashes, or fewer than two of them.
        """
        parts = text.split("/")
        if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError(f"not a PON port: {text!r} (expected numbers such as 0/1/3)")
        return cls(tuple(map(int, parts)))

    @property
    def card(self) -> str:
        """The card that the port is on, such as ``0/1``."""
        return "/".join(map(str, self.path[:-1]))

    def __str__(self) -> str:
        return _with_slashes(self.path)


@lru_cache(maxsize=8192)
def _with_slashes(path: tuple[int, ...]) -> str:
    """A port's text; there are few ports and many places that name them."""
    return "/".join(map(str, path))


_NO_ID_FROM = 1 << 30


def number_without_id(serial: str) -> int:
    """Stands for the ONT id where an OLT gives none: the same for the same serial number, and above every ONT id.

    Two ONTs of one port share a number with a chance of one in a hundred thousand, at 128 of them.
    """
    return _NO_ID_FROM | zlib.crc32(serial.upper().encode()) >> 2


def told_ont_id(number: int | None) -> int | None:
    """An ONT id as the OLT gives it; None where it gives none."""
    return None if number is None or number >= _NO_ID_FROM else number


def named_place(port: str | None, number: int | None) -> str:
    """``0/1/3 id 7``; ``0/1/3`` where the OLT gives no id."""
    told = told_ont_id(number)
    return str(port) if told is None else f"{port} id {told}"


class OntKey(NamedTuple):
    """Where an ONT is provisioned on one OLT: PON port and ONT id (0-127, sparse; or ``number_without_id``)."""

    port: PonPort
    ont_id: int


VENDORS = {
    "HWTC": "Huawei",
    "ZTEG": "ZTE",
    "ALCL": "Nokia",
    "FHTT": "FiberHome",
    "UBNT": "Ubiquiti",
    "CXNK": "Calix",
    "TPLG": "TP-Link",
}
"""By the four vendor characters of a serial number (ITU-T G.984.3 9.2.4.1), as those vendors' ONTs carry them."""


def vendor_of(serial: str | None) -> str | None:
    """Name of the maker as the serial number tells it; the four characters where they are not known here."""
    if not serial:
        return None
    characters = OntSerial(serial).vendor
    return VENDORS.get(characters, characters)


@dataclass(frozen=True, slots=True, order=True)
class OntSerial:
    """A GPON serial number: four vendor characters and four octets (ITU-T G.984.3 9.2.4.1).

    ``text`` is the canonical form: ``HWTC7D4630C3``, or sixteen upper-case hex digits when the vendor
    octets are not printable.
    """

    text: str

    @classmethod
    def from_octets(cls, raw: bytes) -> OntSerial:
        """Build from the eight octets that an OLT's table holds.

        Raises:
            ValueError: ``raw`` is not eight octets long, or is all zero (an empty slot).
        """
        if len(raw) != 8:
            raise ValueError(f"a GPON serial number has 8 octets, not {len(raw)}")
        if not any(raw):
            raise ValueError("an all-zero serial number means none")
        vendor = raw[:4]
        if all(48 <= c <= 57 or 65 <= c <= 90 or 97 <= c <= 122 for c in vendor):
            return cls(vendor.decode("ascii").upper() + raw[4:].hex().upper())
        return cls(raw.hex().upper())

    @classmethod
    def parse(cls, text: str) -> OntSerial:
        """Read any notation: ``HWTC7D4630C3``, ``485754437D4630C3``, ``4857-5443-7D4630C3``, any case.

        Raises:
            ValueError: Neither 4 characters + 8 hex digits nor 16 hex digits after separators are dropped.
        """
        plain = _SEPARATORS.sub("", text.strip())
        if _HEX16.fullmatch(plain):
            return cls.from_octets(bytes.fromhex(plain))
        if _ASCII12.fullmatch(plain):
            return cls(plain.upper())
        raise ValueError(f"not a GPON serial number: {text!r} (expected such as HWTC7D4630C3 or 485754437D4630C3)")

    @property
    def hex(self) -> str:
        """Sixteen upper-case hex digits, as Huawei's ACS side reports it."""
        if len(self.text) == 16:
            return self.text
        return self.text[:4].encode("ascii").hex().upper() + self.text[4:]

    @property
    def vendor(self) -> str:
        """The four vendor characters, or the eight hex digits standing for them."""
        return self.text[:-8]

    def forms(self) -> tuple[str, ...]:
        """Every notation a CPE may report to an ACS, most likely first, without repeats."""
        ascii_lower_tail = self.text[:-8] + self.text[-8:].lower()
        return tuple(dict.fromkeys((self.text, ascii_lower_tail, self.hex, self.hex.lower())))

    def __str__(self) -> str:
        return self.text


def parse_mac(text: str) -> str:
    """Canonical form of a MAC address in any notation: ``00:6D:61:EE:0B:F3``.

    Source:
        Notations seen: 006d.61ee.0bf3, 006D-61EE-0BF3, 00-6D-61-EE-0B-F3, 006d61ee0bf3, 0:6d:61:ee:b:f3 (net-snmp).

    Raises:
        ValueError: Not six octets.
    """
    plain = text.strip()
    if _OCTETS.fullmatch(plain):
        plain = "".join(octet.zfill(2) for octet in _SEPARATORS.split(plain))
    plain = _SEPARATORS.sub("", plain).upper()
    if not _HEX12.fullmatch(plain):
        raise ValueError(f"not a MAC address: {text!r} (expected such as 00:6D:61:EE:0B:F3)")
    return ":".join(plain[at : at + 2] for at in range(0, 12, 2))
