"""What an SNMP agent answers: from request octets to response octets, without sockets, delays or faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from noc_console.demo import ber
from noc_console.demo.mib import MibTree, Place

GET = 0xA0
GETNEXT = 0xA1
RESPONSE = 0xA2
GETBULK = 0xA5
VERSION_1 = 0
VERSION_2C = 1
TOO_BIG = 1
NO_SUCH_NAME = 2
GEN_ERR = 5

_HEADROOM = 64
"""Octets that a message needs beyond its variable bindings and its community."""


@dataclass(frozen=True, slots=True)
class Request:
    """A decoded request."""

    version: int
    community: bytes
    kind: int
    request_id: bytes
    """Content octets, echoed as they came."""
    non_repeaters: int
    max_repetitions: int
    names: tuple[bytes, ...]
    """Content octets of the object ids asked for."""


class Answer(NamedTuple):
    """What the agent would send when nothing goes wrong on the way."""

    status: int
    position: int
    """1-based position of the binding that the status is about; 0 for none."""
    varbinds: tuple[bytes, ...]


def decode(data: bytes) -> Request:
    """Read a request.

    Raises:
        BerError: It is no SNMP v1/v2c GET, GETNEXT or GETBULK.
    """
    message = ber.expect(data, 0, len(data), ber.SEQUENCE)
    version = ber.expect(data, message.start, message.end, ber.INTEGER)
    community = ber.expect(data, version.end, message.end, ber.OCTET_STRING)
    pdu = ber.read(data, community.end, message.end)
    request_id = ber.expect(data, pdu.start, pdu.end, ber.INTEGER)
    first = ber.expect(data, request_id.end, pdu.end, ber.INTEGER)
    second = ber.expect(data, first.end, pdu.end, ber.INTEGER)
    bindings = ber.expect(data, second.end, pdu.end, ber.SEQUENCE)
    names = []
    at = bindings.start
    while at < bindings.end:
        binding = ber.expect(data, at, bindings.end, ber.SEQUENCE)
        name = ber.expect(data, binding.start, binding.end, ber.OBJECT_ID)
        names.append(data[name.start : name.end])
        at = binding.end
    number = ber.signed(data, version)
    if number not in (VERSION_1, VERSION_2C) or pdu.tag not in (GET, GETNEXT, GETBULK):
        raise ber.BerError("not a request that this agent serves")
    return Request(
        version=number,
        community=data[community.start : community.end],
        kind=pdu.tag,
        request_id=data[request_id.start : request_id.end],
        non_repeaters=max(0, ber.signed(data, first)),
        max_repetitions=max(0, ber.signed(data, second)),
        names=tuple(names),
    )


def encode(request: Request, answer: Answer, *, version: int | None = None, kind: int = RESPONSE) -> bytes:
    """Build the message that carries ``answer`` to whoever sent ``request``."""
    pdu = b"".join(
        (
            ber.tlv(ber.INTEGER, request.request_id),
            ber.integer(answer.status),
            ber.integer(answer.position),
            ber.tlv(ber.SEQUENCE, b"".join(answer.varbinds)),
        )
    )
    head = ber.integer(request.version if version is None else version) + ber.octets(request.community)
    return ber.tlv(ber.SEQUENCE, head + ber.tlv(kind, pdu))


def respond(tree: MibTree, request: Request, max_message_bytes: int) -> Answer:
    """Answer ``request`` from ``tree`` as RFC 3416 says, in at most ``max_message_bytes`` octets.

    Raises:
        BerError: An object id is malformed.
    """
    room = max_message_bytes - _HEADROOM - len(request.community)
    if request.kind == GETBULK and request.version == VERSION_2C:
        varbinds = _bulk(tree, request, room)
        # A GETBULK answer is cut, also in the middle of a row, and fails only when nothing at all fits.
        wanted = request.names and (request.max_repetitions or request.non_repeaters)
        return Answer(0, 0, tuple(varbinds)) if varbinds or not wanted else Answer(TOO_BIG, 0, ())
    one = _get if request.kind == GET else _next
    one_each = [one(tree, request, name) for name in request.names]
    if request.version == VERSION_1 and None in one_each:
        return Answer(NO_SUCH_NAME, one_each.index(None) + 1, _echo(request))
    varbinds = [varbind for varbind in one_each if varbind is not None]
    if sum(map(len, varbinds)) > room:
        return Answer(TOO_BIG, 0, _echo(request) if request.version == VERSION_1 else ())
    return Answer(0, 0, tuple(varbinds))


def _bulk(tree: MibTree, request: Request, room: int) -> list[bytes]:
    out: list[bytes] = []
    places = [tree.after(ber.decode_oid(name)) for name in request.names]
    names = list(request.names)
    columns, total = tree.columns, len(tree.columns)
    heads = request.non_repeaters
    for index in range(min(heads, len(places))):
        room = _append(out, _step(tree, places[index], names[index]), room)
    repeated = range(heads, len(places))
    for _ in range(request.max_repetitions if repeated else 0):
        alive = False
        for index in repeated:
            column, row = places[index]
            if column < total:
                alive = True
                holder = columns[column]
                varbind = holder.varbind(row)
                row += 1
                if row < len(holder.rows.indexes):
                    places[index] = Place(column, row)
                else:
                    places[index] = tree.settle(Place(column, row))
                    names[index] = holder.encoded_prefix + holder.rows.encoded[row - 1]
            else:
                varbind = _binding(names[index], ber.END_OF_MIB_VIEW)
            room -= len(varbind)
            if room < 0:
                return out
            out.append(varbind)
        if not alive:
            break
    return out


def _append(out: list[bytes], varbind: bytes, room: int) -> int:
    """Add ``varbind`` while there is room; once something did not fit, nothing later may."""
    room -= len(varbind)
    if room >= 0:
        out.append(varbind)
        return room
    return -1


def _step(tree: MibTree, place: Place, name: bytes) -> bytes:
    if place.column < len(tree.columns):
        return tree.columns[place.column].varbind(place.row)
    return _binding(name, ber.END_OF_MIB_VIEW)


def _get(tree: MibTree, request: Request, name: bytes) -> bytes | None:
    column, row = tree.find(ber.decode_oid(name))
    if column is not None and row is not None:
        varbind = column.varbind(row)
        if request.version == VERSION_2C or column.value(row)[0] != ber.COUNTER64:
            return varbind
    if request.version == VERSION_1:
        return None
    return _binding(name, ber.NO_SUCH_OBJECT if column is None else ber.NO_SUCH_INSTANCE)


def _next(tree: MibTree, request: Request, name: bytes) -> bytes | None:
    place = tree.after(ber.decode_oid(name))
    while request.version == VERSION_1 and place.column < len(tree.columns):
        if tree.columns[place.column].value(place.row)[0] != ber.COUNTER64:
            break
        place = tree.settle(Place(place.column, place.row + 1))  # v1 knows no Counter64 (RFC 3584)
    if place.column == len(tree.columns) and request.version == VERSION_1:
        return None
    return _step(tree, place, name)


def _echo(request: Request) -> tuple[bytes, ...]:
    return tuple(_binding(name, b"\x05\x00") for name in request.names)


def _binding(name: bytes, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, name) + value)
