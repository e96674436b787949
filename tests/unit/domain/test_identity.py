"""PON ports and serial numbers in every notation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noc_console.domain.identity import OntSerial, PonPort, parse_mac, vendor_of

octets = st.binary(min_size=8, max_size=8).filter(any)


@pytest.mark.parametrize(
    "text",
    [
        "HWTC7D4630C3", "hwtc7d4630c3", "485754437D4630C3", "485754437d4630c3", "4857-5443-7D4630C3",
        " HWTC:7D4630C3 ", "48:57:54:43:7D:46:30:C3", "HWTC-7d46.30c3",
    ],
)  # fmt: skip
def test_one_serial_in_many_notations(text: str) -> None:
    serial = OntSerial.parse(text)
    assert (serial.text, serial.hex, serial.vendor) == ("HWTC7D4630C3", "485754437D4630C3", "HWTC")
    assert str(serial) == "HWTC7D4630C3"


@pytest.mark.parametrize(
    "text",
    [
        "", "HWTC", "HWTC7D4630C", "HWTC7D4630C3F", "HWTC7D4630CG", "0" * 16, "HW_C7D4630C3", "485754437D4630C3FF",
        "HWTC7D4630C³", "ＨＷＴＣ7D4630C3", "HWTC7D4630C3\x00",
    ],
)  # fmt: skip
def test_what_is_no_serial(text: str) -> None:
    with pytest.raises(ValueError, match="serial number"):
        OntSerial.parse(text)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"HWTC\x7d\x46\x30\xc3", "HWTC7D4630C3"),
        (b"hwtc\x7d\x46\x30\xc3", "HWTC7D4630C3"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", "0001020304050607"),
        (b"HW C\x00\x00\x00\x01", "4857204300000001"),
    ],
)
def test_serials_from_octets(raw: bytes, text: str) -> None:
    assert OntSerial.from_octets(raw).text == text


@pytest.mark.parametrize("raw", [b"", b"HWTC", bytes(8), bytes(9)])
def test_octets_that_are_no_serial(raw: bytes) -> None:
    with pytest.raises(ValueError):
        OntSerial.from_octets(raw)


@given(octets)
def test_every_form_of_a_serial_reads_back_as_the_same(raw: bytes) -> None:
    serial = OntSerial.from_octets(raw)
    forms = serial.forms()
    assert forms[0] == serial.text and len(forms) == len(set(forms))
    assert {OntSerial.parse(form) for form in forms} == {serial}
    assert len(serial.hex) == 16 and serial.text.endswith(serial.hex[-8:])


@given(st.text(max_size=24))
def test_any_text_is_a_serial_or_a_value_error(text: str) -> None:
    try:
        serial = OntSerial.parse(text)
    except ValueError:
        return
    assert OntSerial.parse(serial.text) == serial and serial.text.isascii() and len(serial.text) in (12, 16)


@given(st.lists(st.integers(0, 300), min_size=2, max_size=5))
def test_ports_read_back(path: list[int]) -> None:
    port = PonPort(tuple(path))
    assert PonPort.parse(str(port)) == port
    assert str(port).rpartition("/")[0] == port.card


def test_ports_sort_by_number() -> None:
    ports = [PonPort.parse(text) for text in ("0/10/0", "0/2/15", "0/2/3")]
    assert [str(port) for port in sorted(ports)] == ["0/2/3", "0/2/15", "0/10/0"]


@pytest.mark.parametrize("text", ["", "0", "0/", "/1", "0/a/1", "0/-1/2", "0//1", "0/1_0", "0/ 1", "٠/١"])
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match="not a PON port"):
        PonPort.parse(text)


@pytest.mark.parametrize(
    "text",
    ["006d.61ee.0bf3", "006D-61EE-0BF3", " 00-6D-61-EE-0B-F3 ", "006d61ee0bf3", "0:6d:61:ee:b:f3", "0 6d 61 ee b f3"],
)
def test_mac_addresses_of_any_notation(text: str) -> None:
    assert parse_mac(text) == "00:6D:61:EE:0B:F3"


@pytest.mark.parametrize(
    "text", ["", "006d61ee0bf", "00:6d:61:ee:0b", "0:6d:61:ee:b:f3:1", "HWTC7D4630C3", "0:6d:61:ee:b:123"]
)
def test_what_is_no_mac_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a MAC address"):
        parse_mac(text)


@pytest.mark.parametrize(
    ("serial", "vendor"),
    [("HWTC7D4630C3", "Huawei"), ("ALCLFC265D6F", "Nokia"), ("ABCD00000001", "ABCD"), ("0001020304050607", "00010203"),
     (None, None), ("", None)],
)  # fmt: skip
def test_the_maker_is_told_by_the_serial_number(serial: str | None, vendor: str | None) -> None:
    assert vendor_of(serial) == vendor
