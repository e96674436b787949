"""Value decoders: scales, sentinels, texts."""

from __future__ import annotations

import pytest

from noc_console.sources.snmp import decoders


@pytest.mark.parametrize(
    ("raw", "dbm"),
    [(5635, -18.73), (16179, 2.358), (60000, -41.072), (0, -30.0), (65535, None), (20001, None), (b"5635", None)],
)
def test_zte_light_is_twos_complement_in_16_bits(raw: int | bytes, dbm: float | None) -> None:
    decode = decoders.number([65535], offset=-15000, divide=500, lowest=-60, highest=10, signed_bits=16)
    assert decode(raw) == dbm


@pytest.mark.parametrize(
    ("raw", "dbm"),
    [
        (b"0.03 mW (-14.76 dBm)", -14.76),
        (b"2.38 mW (3.77 dBm)", 3.77),
        (b"0.00 mW (-99.00 dBm)", None),
        (b"--", None),
        (b"(. dBm)", None),
        (b"", None),
        (-1476, None),
    ],
)
def test_a_number_inside_text(raw: int | bytes, dbm: float | None) -> None:
    decode = decoders.number(lowest=-60, highest=10, pattern=r"\(([-.\d]+) dBm\)")
    assert decode(raw) == dbm


def test_a_text_sentinel_is_the_number_that_it_writes() -> None:
    decode = decoders.number([0], pattern=r"^(-?\d+(?:\.\d+)?)")
    assert (decode(b"0.00"), decode(b"-0.10")) == (None, -0.1)


@pytest.mark.parametrize(
    ("raw", "name"), [(0, None), (1, "los"), (1 << 17 | 1, "gasp"), (4, "other"), (-1, None), (b"\1", None)]
)
def test_flags_tell_the_first_listed_bit(raw: int | bytes, name: str | None) -> None:
    assert decoders.flags({17: "gasp", 0: "los"}, "other")(raw) == name


def test_an_unlisted_number_of_a_yes_or_no_is_no_reading() -> None:
    decode = decoders.enum({1: True, 2: False}, None)
    assert [decode(raw) for raw in (1, 2, 3)] == [True, False, None]
    assert decoders.enum({1: "up"}, None)(7) == "value 7"


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(1382, 2212, 62.5), (0, 512, 0.0), (5, 0, None), (7, 5, None), (b"1", 2, None)]
)
def test_percent_of(part: int | bytes, whole: int, percent: float | None) -> None:
    assert decoders.percent_of(part, whole) == percent


@pytest.mark.parametrize(
    ("raw", "serial"),
    [
        (b"HWTC\x7d\x46\x30\xc3", "HWTC7D4630C3"),
        (b"ZTEGC0FFEE01", "ZTEGC0FFEE01"),
        (b"5A544547C0FFEE01", "ZTEGC0FFEE01"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", "0001020304050607"),
        (bytes(8), None),
        (b"a-loid", None),
        (b"", None),
        (7, None),
    ],
)
def test_serial_from_octets_or_text(raw: int | bytes, serial: str | None) -> None:
    assert decoders.serial(raw) == serial


@pytest.mark.parametrize(
    ("raw", "serial"),
    [
        (b"1,ZTEGC0FFEE01", "ZTEGC0FFEE01"),
        (b"3,ZTEGC0FFEE01,password", "ZTEGC0FFEE01"),
        (b"2,password", None),
        (b"9,LOID12345678", None),
        (b"1", None),
        (b"", None),
        (1, None),
    ],
)
def test_zte_registration_gives_the_serial_and_nothing_else(raw: int | bytes, serial: str | None) -> None:
    assert decoders.zte_registration(raw) == serial


@pytest.mark.parametrize(
    ("raw", "mac"),
    [
        (b"\x00\x6d\x61\xee\x0b\xf3", "00:6D:61:EE:0B:F3"),
        (b"00:6d:61:ee:0b:f3", "00:6D:61:EE:0B:F3"),
        (b"006d.61ee.0bf3", "00:6D:61:EE:0B:F3"),
        (bytes(6), None),
        (b"none", None),
        (6, None),
    ],
)
def test_mac(raw: int | bytes, mac: str | None) -> None:
    assert decoders.mac(raw) == mac


def test_other_texts() -> None:
    assert decoders.text("latin-1", blanks=True)(b"Ana_Maria_") == "Ana Maria"
    assert (decoders.raw_number(9), decoders.raw_number(b"9")) == ("9", None)
    assert (decoders.clock(b"2026-03-09 08:01"), decoders.clock(bytes(8)), decoders.clock(b"N/A")) == (
        "2026-03-09 08:01",
        None,
        None,
    )


def test_a_blank_that_is_written_as_an_underscore_is_no_half_of_a_character() -> None:
    assert decoders.text("gbk", blanks=True)("卂_3 号".encode("gbk")) == "卂 3 号"
    assert decoders.text("latin-1", blanks=True)(b"_Main_street_") == "Main street"
