"""Notifications on the wire: every version in one form, and nothing taken that is damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.demo import ber
from noc_console.sources.snmp import codec
from noc_console.sources.snmp.traps.message import (
    Notification,
    answer_inform,
    decode_notification,
    message_version,
    split_community,
)

UP_TIME, TRAP_OID = (1, 3, 6, 1, 2, 1, 1, 3, 0), (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
IF_INDEX = (1, 3, 6, 1, 2, 1, 2, 2, 1, 1, 7)
LINK_DOWN = (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)


def binding(name: ber.Oid, value: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.object_id(name) + value)


def bindings(*pairs: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, b"".join(pairs))


def v2c(tag: int = 0xA7, first: ber.Oid = UP_TIME, second: ber.Oid = TRAP_OID) -> bytes:
    values = bindings(
        binding(first, ber.integer(1, ber.TIMETICKS)),
        binding(second, ber.object_id(LINK_DOWN)),
        binding(IF_INDEX, ber.integer(7)),
        binding((*IF_INDEX[:-1], 8), ber.octets(b"x")),
    )
    return ber.tlv(tag, ber.integer(99) + ber.integer(0) + ber.integer(0) + values)


def v1(generic: int, specific: int) -> bytes:
    head = ber.object_id((1, 3, 6, 1, 4, 1, 2011, 5)) + ber.tlv(0x40, bytes((192, 0, 2, 1)))
    numbers = ber.integer(generic) + ber.integer(specific) + ber.integer(5, ber.TIMETICKS)
    return ber.tlv(0xA4, head + numbers + bindings(binding(IF_INDEX, ber.integer(7))))


def message(version: int, pdu: bytes) -> bytes:
    return ber.tlv(ber.SEQUENCE, ber.integer(version) + ber.octets(b"secret") + pdu)


def decoded(data: bytes) -> Notification:
    community, at = split_community(data)
    assert community == b"secret"
    return decode_notification(data, at)


def test_version_2c() -> None:
    data = message(1, v2c())
    assert message_version(data) == 1
    found = decoded(data)
    assert codec.decode_oid(found.oid) == "1.3.6.1.6.3.1.1.5.3"
    assert [codec.decode_oid(name) for name in found.names] == ["1.3.6.1.2.1.2.2.1.1.7", "1.3.6.1.2.1.2.2.1.1.8"]
    assert (found.values, found.inform) == ((7, b"x"), False)


def test_an_inform_and_its_answer() -> None:
    data = message(1, v2c(0xA6))
    assert decoded(data).inform
    _, at = split_community(data)
    answer = answer_inform(data, at)
    assert answer[at] == codec.RESPONSE
    assert (answer[:at], answer[at + 1 :]) == (data[:at], data[at + 1 :])
    assert codec.decode_response(answer, at)[:2] == (99, 0)


@pytest.mark.parametrize(
    ("generic", "specific", "oid"),
    [
        (0, 0, "1.3.6.1.6.3.1.1.5.1"),
        (2, 0, "1.3.6.1.6.3.1.1.5.3"),
        (4, 9, "1.3.6.1.6.3.1.1.5.5"),
        (6, 18, "1.3.6.1.4.1.2011.5.0.18"),
        (6, 258, "1.3.6.1.4.1.2011.5.0.258"),
    ],
)
def test_version_1_is_translated_by_rfc_3584(generic: int, specific: int, oid: str) -> None:
    found = decoded(message(0, v1(generic, specific)))
    assert (codec.decode_oid(found.oid), found.values) == (oid, (7,))


@pytest.mark.parametrize("pdu", [v2c(0xA2), v2c(first=TRAP_OID), v2c(second=UP_TIME), v1(6, -1), ber.tlv(0xA7, b"")])
def test_what_is_no_notification(pdu: bytes) -> None:
    with pytest.raises(codec.DecodeError):
        decoded(message(1, pdu))


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_octet_is_an_error_or_another_value_and_never_a_crash(at: int, octet: int) -> None:
    data = bytearray(message(1, v2c()))
    data[at % len(data)] = octet
    try:
        message_version(bytes(data))
        _, start = split_community(bytes(data))
        decode_notification(bytes(data), start)
    except codec.DecodeError:
        pass


@given(st.integers(0, 120))
def test_a_cut_off_message_is_an_error(size: int) -> None:
    data = message(1, v2c())
    if size < len(data):
        with pytest.raises(codec.DecodeError):
            message_version(data[:size])
