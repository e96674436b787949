from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pyasn1.type import univ  # type: ignore[import-untyped]

from noc_console.demo import ber


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_are_what_pyasn1_encodes(value: int) -> None:
    assert ber.integer(value) == encoder.encode(univ.Integer(value))


@given(st.lists(st.integers(0, 2**32 - 1), max_size=30))
def test_object_ids_are_what_pyasn1_encodes(tail: list[int]) -> None:
    oid = (1, 3, *tail)
    assert ber.object_id(oid) == encoder.encode(univ.ObjectIdentifier(oid))
    assert ber.decode_oid(ber.oid_content(oid)) == oid


@pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
def test_lengths_are_what_pyasn1_reads(size: int) -> None:
    value, rest = decoder.decode(ber.octets(b"x" * size))
    assert (len(value), rest) == (size, b"")


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x05\x02\x01", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\x01"],
)
def test_what_is_cut_is_an_error(data: bytes) -> None:
    with pytest.raises(ber.BerError):
        ber.read(data, 0, len(data))


@pytest.mark.parametrize("content", [b"", b"\x2b\x86"])
def test_a_cut_object_id_is_an_error(content: bytes) -> None:
    with pytest.raises(ber.BerError):
        ber.decode_oid(content)
