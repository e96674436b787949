"""Index spaces: how the index of a row names a PON port, an ONT or a card, and back.

The same number means different things in different tables of one device, so each table names its space. A space
decodes what the device says and encodes what we ask for; both directions are needed to walk one PON port at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from noc_console.domain.identity import PonPort

WHOLE_OLT = "whole-olt"
"""The space of OLTs that number all their ONTs and tell no PON port."""
NOWHERE = PonPort((0, 0))
"""Where those ONTs are shown: no such port exists."""


class Place(NamedTuple):
    """What an index means: a PON port, or an ONT on it (for waiting ONTs: the n-th)."""

    port: PonPort
    ont_id: int | None = None


class IndexSpace(NamedTuple):
    """One way to number PON ports and ONTs."""

    decode: Callable[[Sequence[int]], Place | None]
    """The place that an index names, None for anything else (an uplink, a customer's port)."""
    encode: Callable[[Place], tuple[int, ...] | None]
    """The index of a place; of a port, the start that the indexes of all its ONTs share, None when they share none."""


def by_port(decode_port: Callable[[int], PonPort | None], encode_port: Callable[[PonPort], int]) -> IndexSpace:
    """A space whose first number is the PON port and whose second, if there is one, the ONT."""

    def decode(subids: Sequence[int]) -> Place | None:
        port = decode_port(subids[0]) if 1 <= len(subids) <= 2 else None
        return Place(port, subids[1] if len(subids) == 2 else None) if port else None

    def encode(place: Place) -> tuple[int, ...]:
        first = encode_port(place.port)
        return (first,) if place.ont_id is None else (first, place.ont_id)

    return IndexSpace(decode, encode)


def huawei_pon_port(index: int) -> PonPort | None:
    """Frame/slot/port from a Huawei ifIndex: type << 25 | frame << 19 | slot << 13 | port << 8.

    Types: 125 GPON, 126 EPON, 127 XG(S)-PON. None for any other interface.

    Source:
        LibreNMS recording of an MA5603T and a centreon recording of an MA5800: 4194312192 is 0/1/0,
        4194345472 is 0/5/2.
    """
    if index >> 25 not in (125, 126, 127) or index & 0xFF:
        return None
    return PonPort((index >> 19 & 0x3F, index >> 13 & 0x3F, index >> 8 & 0x1F))


def huawei_index(port: PonPort) -> int:
    """A GPON port's ifIndex; other PON types are learnt from the port table."""
    frame, slot, number = port.path
    return 125 << 25 | frame << 19 | slot << 13 | number << 8


def zte_1012_pon_port(index: int) -> PonPort | None:
    """Shelf 1/slot/port from the index of ZTE's 1012 and 1015.1010 trees: 0x10000000 | slot << 16 | port << 8, from 1.

    Never to be mixed up with the ifIndex of C300 and C320, which has the same form and counts from 0.

    Source:
        LibreNMS recording of a C320, live C300s: 268501248 is 1/1/1, 268569088 is 1/2/10, 268632320 is 1/3/1.
    """
    slot, number = index >> 16 & 0xFF, index >> 8 & 0xFF
    if index >> 24 != 0x10 or index & 0xFF or not slot or not number:
        return None
    return PonPort((1, slot, number))


def zte_1082_pon_port(index: int) -> PonPort | None:
    """Shelf/slot/port from ZTE's 1082 index: type (4 bits), rack (4), shelf (8), slot (8), port (8), from 1.

    Uplinks of C6xx have the same type, so that only the port table tells what is a PON port.

    Source:
        ZTE-AN-PON-BASE-MIB, recordings of C300 and C620: 285278465 is 1/1/1, 285279504 is 1/5/16.
    """
    shelf, slot, number = index >> 16 & 0xFF, index >> 8 & 0xFF, index & 0xFF
    if index >> 24 != 0x11 or not slot or not number:
        return None
    return PonPort((shelf, slot, number))


def zte_plain_pon_port(index: int) -> PonPort | None:
    """Shelf 1/slot/port from the plain number of some old C320 firmware: (slot - 1) * 16 + port."""
    return PonPort((1, (index - 1) // 16 + 1, (index - 1) % 16 + 1)) if 1 <= index <= 32 * 16 else None


ISAM_PON, ISAM_ONT = 0xD, 0xE


def isam_place(subids: Sequence[int]) -> Place | None:
    """Rack/shelf/slot/pon and ONT from a Nokia ISAM ifIndex.

    (slot + 1) << 25 | level << 21 | (pon - 1) << 16 | (ont - 1) << 9, level 0xD for a PON, 0xE for an ONT. The low bits
    of a PON are not 0 on every card (FWLT-C sets 0x2000), those of an ONT are.

    Source:
        LibreNMS recording of a 7360 FX-8: 94380032 is PON 1/1/1/1, 96468992 its ONT 1, 96731648 is ONT 2 on 1/1/1/5.
    """
    index = subids[0]
    slot, level = (index >> 25) - 1, index >> 21 & 0xF
    if len(subids) != 1 or slot < 1:
        return None
    port = PonPort((1, 1, slot, (index >> 16 & 0x1F) + 1))
    if level == ISAM_PON:
        return Place(port)
    return Place(port, (index >> 9 & 0x7F) + 1) if level == ISAM_ONT and not index & 0x1FF else None


def isam_index(place: Place) -> tuple[int, ...] | None:
    """An ONT's ifIndex; a PON's ONTs share no start, because port and ONT are one number."""
    if place.ont_id is None:
        return None
    slot, pon = place.port.path[2:]
    return ((slot + 1) << 25 | ISAM_ONT << 21 | (pon - 1) << 16 | (place.ont_id - 1) << 9,)


def _isam_faceplate(subids: Sequence[int]) -> Place | None:
    """The PON behind an SFP cage: board id and faceplate number; boards before 0x1103 are no line cards."""
    slot, shelf, rack = (subids[0] & 0xFF) - 2, subids[0] >> 8 & 0xF, subids[0] >> 12
    return Place(PonPort((rack, shelf, slot, subids[1]))) if len(subids) == 2 and 1 <= slot < 0x7E else None


def _isam_cage(place: Place) -> tuple[int, ...]:
    rack, shelf, slot, pon = place.port.path
    return (rack << 12 | shelf << 8 | slot + 2, pon)


def fiberhome_pon_port(index: int) -> PonPort | None:
    """Slot/PON from a FiberHome AN5516 ponIndex: slot << 25 | pon << 19."""
    slot, pon = index >> 25, index >> 19 & 0x3F
    return PonPort((slot, pon)) if slot and pon and not index & 0x7FFFF else None


def fiberhome_place(subids: Sequence[int]) -> Place | None:
    """Slot/PON and ONU from a FiberHome AN5516 onuIndex: slot << 25 | pon << 19 | onu << 8."""
    index = subids[0]
    port = fiberhome_pon_port(index & ~0x7FFFF)
    onu = index >> 8 & 0x7FF
    return Place(port, onu) if port and onu and len(subids) == 1 and not index & 0xFF else None


def fiberhome_index(place: Place) -> tuple[int, ...] | None:
    """An ONU's onuIndex; see ``isam_index`` for why a port has none."""
    if place.ont_id is None:
        return None
    slot, pon = place.port.path
    return (slot << 25 | pon << 19 | place.ont_id << 8,)


def _cdata_place(subids: Sequence[int]) -> Place | None:
    return Place(PonPort(tuple(subids[:3])), subids[3] if len(subids) == 4 else None) if len(subids) in (3, 4) else None


def _cdata_index(place: Place) -> tuple[int, ...]:
    return place.port.path if place.ont_id is None else (*place.port.path, place.ont_id)


def _unit_place(subids: Sequence[int]) -> Place | None:
    return Place(NOWHERE, subids[0]) if len(subids) == 1 else None


SPACES: Mapping[str, IndexSpace] = {
    "huawei": by_port(huawei_pon_port, huawei_index),
    "zte-1012": by_port(zte_1012_pon_port, lambda port: 0x10000000 | port.path[1] << 16 | port.path[2] << 8),
    "zte-1082": by_port(
        zte_1082_pon_port, lambda port: 0x11000000 | port.path[0] << 16 | port.path[1] << 8 | port.path[2]
    ),
    "zte-plain": by_port(zte_plain_pon_port, lambda port: (port.path[1] - 1) * 16 + port.path[2]),
    "isam": IndexSpace(isam_place, isam_index),
    "isam-faceplate": IndexSpace(_isam_faceplate, _isam_cage),
    "fiberhome": IndexSpace(fiberhome_place, fiberhome_index),
    "fiberhome-pon": by_port(fiberhome_pon_port, lambda port: port.path[0] << 25 | port.path[1] << 19),
    "vsol": by_port(lambda pon: PonPort((0, pon)), lambda port: port.path[1]),
    WHOLE_OLT: IndexSpace(_unit_place, lambda place: None if place.ont_id is None else (place.ont_id,)),
    "cdata": IndexSpace(_cdata_place, _cdata_index),
}
"""Spaces of PON ports and ONTs, by the name that profiles use."""


def _slashes(subids: Sequence[int]) -> str | None:
    return "/".join(map(str, subids))


def _zte_slot(subids: Sequence[int]) -> str | None:
    return f"{subids[1]}/{subids[2]}" if len(subids) >= 3 else None


def _isam_slot(subids: Sequence[int]) -> str | None:
    """The slot of a Nokia ISAM: rack << 12 | shelf << 8 | n; n is 0 acu, 1 nt-a, 2 nt-b, from 3 on lt 1.

    Source:
        LibreNMS recording of a 7360 FX-8: 4353 holds the network termination, 4355 the line card of lt 1/1/1.
    """
    rack, shelf, n = subids[0] >> 12, subids[0] >> 8 & 0xF, subids[0] & 0xFF
    if n >= 0x80:
        return None  # an internal slot, not a place for a line card
    name = ("acu", "nt-a", "nt-b")[n] if n < 3 else str(n - 2)
    return f"{rack}/{shelf}/{name}"


def _named_slot(subids: Sequence[int]) -> str | None:
    """A chassis, then the length and the characters of its slot's name."""
    chassis, length, name = subids[0], subids[1] if len(subids) > 1 else 0, subids[2:]
    if not name or length != len(name) or not all(0x20 < character < 0x7F for character in name):
        return None
    return f"{chassis}/{bytes(name).decode('ascii')}"


CARD_INDEXES: Mapping[str, Callable[[Sequence[int]], str | None]] = {
    "slots": _slashes,
    "zte-slot": _zte_slot,
    "isam-slot": _isam_slot,
    "named-slot": _named_slot,
}
"""How an index names a card, by the name that profiles use; further numbers (sensors of a card) are passed over."""
