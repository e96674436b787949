"""Text from outside can do nothing to a terminal, a database or a row."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.text import clean, clean_octets

BIDI = "\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Corner shop", "Corner shop"),
        ("  Zürich 日本 🛰 \r\n", "Zürich 日本 🛰"),
        ("a\x1b[31mred", "a·[31mred"),
        ("a\x9b31m", "a·31m"),
        ("two\nlines\tand", "two·lines·and"),
        ("abc\u202egnp.exe", "abc·gnp.exe"),
        ("\x00\x00padded\x00", "padded"),
        ("\u0301accent first", "accent first"),
        ("e\u0301 inside", "e\u0301 inside"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("", ""),
    ],
)
def test_cleaning(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_long_text_is_cut() -> None:
    assert clean("x" * 300) == "x" * 255 + "…"
    assert clean("x" * 256) == "x" * 256
    assert clean("abcdef", limit=4) == "abc…"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"EG8145V5\x00\x00\x00", "EG8145V5"),
        (b"EG8145V5\x00rest of an older value\x00", "EG8145V5"),
        ("Zürich".encode(), "Zürich"),
        ("Zürich".encode("latin-1"), "Zürich"),
        (b"\xff\xfe\x1b", "ÿþ·"),
        (b"", ""),
    ],
)
def test_octets(raw: bytes, expected: str) -> None:
    assert clean_octets(raw) == expected


@given(st.text(alphabet=st.characters(), max_size=400))
def test_nothing_harmful_is_left_of_any_text(text: str) -> None:
    made = clean(text)
    made.encode("utf-8")
    assert len(made) <= 256
    assert not set(made) & set(BIDI)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in made)
    assert not made or not unicodedata.combining(made[0])
    assert clean(made) == made


@given(st.binary(max_size=300))
def test_nor_of_any_octets(raw: bytes) -> None:
    assert clean(clean_octets(raw)) == clean_octets(raw)
