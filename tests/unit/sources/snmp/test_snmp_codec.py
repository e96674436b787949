"""The codec: known encodings, and what hostile bytes may do (nothing)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.sources.snmp import codec
from noc_console.sources.snmp.security import Community

SUBIDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("dotted", "encoded"),
    [
        ("1.3.6.1.2.1", "2b06010201"),
        ("1.3.6.1.4.1.2011.6.128.1.1", "2b060104018f5b0681000101"),
        ("1.3.6.1.4194312192", "2b06018fd0804000".replace("4000", "c000")),
        ("2.100.3", "813403"),
    ],
)
def test_oids_encode_as_x690_says(dotted: str, encoded: str) -> None:
    assert codec.decode_oid(codec.encode_oid(dotted)) == dotted
    if dotted != "1.3.6.1.4194312192":
        assert codec.encode_oid(dotted).hex() == encoded


@given(SUBIDS)
def test_subids_survive_the_way_there_and_back(subids: list[int]) -> None:
    assert codec.decode_subids(codec.encode_subids(subids)) == subids


@given(SUBIDS, SUBIDS)
def test_order_is_that_of_the_numbers_not_of_the_bytes(left: list[int], right: list[int]) -> None:
    assert codec.oid_after(codec.encode_subids(left), codec.encode_subids(right)) == (left > right)


@pytest.mark.parametrize("bad", ["", "1", "a.b", "1.-3", "9.1"])
def test_what_is_no_oid_is_refused(bad: str) -> None:
    with pytest.raises(ValueError):
        codec.encode_oid(bad)


@given(st.integers(-(2**31), 2**31 - 1))
def test_negative_integers_keep_their_value(value: int) -> None:
    encoded = codec.encode_integer(value)
    assert codec.convert([codec.INTEGER], [encoded[2:]]) == [value]


def test_unsigned_types_are_not_negative() -> None:
    assert codec.convert([codec.COUNTER64, codec.INTEGER], [b"\xff", b"\xff"]) == [255, -1]


def response(*bindings: bytes, request_id: int = 7) -> bytes:
    body = codec.encode_integer(request_id) + b"\x02\x01\x00\x02\x01\x00" + codec.tlv(0x30, b"".join(bindings))
    return Community("public").wrap(codec.tlv(codec.RESPONSE, body), request_id)


def binding(dotted: str, value: bytes) -> bytes:
    return codec.tlv(0x30, codec.tlv(codec.OID, codec.encode_oid(dotted)) + value)


GOOD = response(
    binding("1.3.6.1.4.1.2011.1", codec.encode_integer(-2048)),
    binding("1.3.6.1.4.1.2011.2", codec.tlv(codec.OCTETS, b"x" * 200)),
    binding("1.3.6.1.4.1.2011.3", b"\x82\x00"),
)


def read(message: bytes) -> tuple[list[bytes], list[int], list[bytes]]:
    data, at = Community("public").open(message)
    _, _, _, start, end = codec.decode_response(data, at)
    return codec.decode_bindings(data, start, end)


def test_long_values_and_exceptions_are_told_apart() -> None:
    oids, tags, raw = read(GOOD)
    assert [codec.decode_oid(oid)[-6:] for oid in oids] == ["2011.1", "2011.2", "2011.3"]
    assert tags == [codec.INTEGER, codec.OCTETS, codec.END_OF_MIB_VIEW]
    assert codec.convert(tags[:2], raw[:2]) == [-2048, b"x" * 200]


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(codec.DecodeError):
        read(data)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_changed_octet_is_read_or_refused_and_nothing_worse(position: int, octet: int) -> None:
    damaged = GOOD[:position] + bytes([octet]) + GOOD[position + 1 :]
    try:
        read(damaged)
    except codec.DecodeError:
        return


@given(st.integers(0, len(GOOD) - 1))
def test_a_cut_message_is_refused(size: int) -> None:
    with pytest.raises(codec.DecodeError):
        read(GOOD[:size])


@pytest.mark.parametrize("oid", [b"", b"\x2b\x06\x85", b"\x2b\x06" + b"\x81" * 130])
def test_an_oid_that_ends_inside_a_number_is_refused(oid: bytes) -> None:
    good, bad = (codec.tlv(0x30, codec.tlv(codec.OID, name) + b"\x05\x00") for name in (b"\x2b\x06\x01", oid))
    with pytest.raises(codec.DecodeError):
        read(response(good, bad))


@given(st.lists(st.tuples(SUBIDS, st.binary(max_size=300)), max_size=6))
def test_lengths_of_every_form_are_read_alike(rows: list[tuple[list[int], bytes]]) -> None:
    """Some agents write every length in three octets."""

    def long(tag: int, body: bytes) -> bytes:
        return bytes((tag, 0x82)) + len(body).to_bytes(2, "big") + body

    names = [codec.encode_subids(subids) for subids, _ in rows]
    for form in (codec.tlv, long):
        made = [
            form(0x30, form(codec.OID, name) + form(codec.OCTETS, value))
            for name, (_, value) in zip(names, rows, strict=True)
        ]
        assert read(response(*made)) == (names, [codec.OCTETS] * len(rows), [value for _, value in rows])


def test_another_community_is_refused() -> None:
    with pytest.raises(codec.DecodeError, match="community"):
        Community("secret").open(GOOD)
