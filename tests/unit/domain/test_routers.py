"""Routers and ONTs by whatever is at hand, and the fleet as a whole."""

from __future__ import annotations

import pytest

from noc_console.domain.cpe import Field, Value
from noc_console.domain.network import Cpe
from noc_console.domain.plant import Subscriber
from noc_console.domain.routers import FirmwareCount, Scrap, firmware_spread

NOW = 1_000_000.0


def cpe(number: int, model: str | None, firmware: str | None, age_s: float | None = 60.0) -> Cpe:
    at = None if age_s is None else NOW - age_s
    return Cpe(str(number), model=model, product_class="IGD", firmware=firmware, last_inform_at=at)


def test_firmware_is_counted_over_models() -> None:
    cpes = [cpe(1, "B", "1"), cpe(2, "A", "2"), cpe(3, "A", "1", 90_000), cpe(4, "A", "2", None), cpe(5, None, None)]
    assert firmware_spread(cpes, NOW) == [
        FirmwareCount("A", "2", 2, 2 / 3, 1),
        FirmwareCount("A", "1", 1, 1 / 3, 0),
        FirmwareCount("B", "1", 1, 1.0, 1),
        FirmwareCount(None, None, 1, 1.0, 1),
    ]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (True, "", "yes"),
        (False, "", "no"),
        (497_020, "s", "5d18h"),
        (0, "B", "0 B"),
        (999, "B", "999 B"),
        (1_561_569_644, "B", "1.56 GB"),
        (19_887_119_880_000, "B", "19.89 TB"),
        (-21.6, "dBm", "-21.6 dBm"),
        (3.0, "V", "3 V"),
        (12, "%", "12 %"),
        ("100", "s", "100 s"),
    ],
)
def test_values_for_people(value: Value, unit: str, text: str) -> None:
    assert Field("k", "K", value, unit).text == text
    assert Field("k", "K", value, unit, source="bridge").text == f"{text} (bridge)"


HUAWEI = Cpe("00259E-EG8145V5-485754430A1B2C01", "HWTC0A1B2C01", "485754430A1B2C01", wan_ip="100.64.0.1",
             pppoe_user="Anna@isp", mac="94:25:33:3B:D1:C6")  # fmt: skip
TPLINK = Cpe("1C61B4-Device2-2227500000001", "TPLGB4FB2AC8", "2227500000001", pppoe_user="jürgen@isp")
ROUTER = Cpe("A-W5-001AB2C3D4E5", None, "001AB2C3D4E5")
BRAND_X = Cpe("B-X-hwtc0a1b2c99", None, "hwtc0a1b2c99")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("HWTC0A1B2C01", HUAWEI),
        ("hwtc0a1b2c01", HUAWEI),
        ("4857-5443-0A1B2C01", HUAWEI),
        ("485754430a1b2c01", HUAWEI),
        ("54504C47B4FB2AC8", TPLINK),
        ("2227500000001", TPLINK),
        ("485754430A1B2C99", BRAND_X),
        (" 100.64.0.1 ", HUAWEI),
        ("ANNA@ISP", HUAWEI),
        ("JÜRGEN@isp", TPLINK),
        ("9425-333b-d1c6", HUAWEI),
        ("94:25:33:3b:d1:c6", HUAWEI),
        ("00:1a:b2:c3:d4:e5", ROUTER),
        ("001ab2c3d4e5", ROUTER),
        (HUAWEI.device_id, HUAWEI),
        ("", None),
        ("anna", None),
        ("94:25", None),
    ],
)
def test_every_scrap_names_its_router(text: str, found: Cpe | None) -> None:
    scrap = Scrap.parse(text)
    assert [cpe for cpe in (HUAWEI, TPLINK, ROUTER, BRAND_X) if scrap.names_router(cpe)] == ([found] if found else [])


def test_a_part_of_an_ont_is_offered_and_does_not_name_it() -> None:
    identity, description = "HWTC00000002", "Ana, in place of HWTC00000001"
    for text in ("00000002", "ana", "HWTC00000001"):
        scrap = Scrap.parse(text)
        assert scrap.is_part_of(identity, description) and identity not in scrap.names
    assert identity in Scrap.parse("4857-5443-00000002").names
    for text in ("", "002", "  "):
        assert not Scrap.parse(text).is_part_of(identity, description)


def test_a_part_of_a_subscribers_name_is_offered() -> None:
    subscriber = Subscriber("10442", "Marko Kovac", address="Mill Lane 4", contact="+385 1 234")
    assert all(Scrap.parse(text).is_in_name_of(subscriber) for text in ("kovac", "mill lane", "385 1"))
    assert not any(Scrap.parse(text).is_in_name_of(subscriber) for text in ("", "lane 5", "10443"))
    assert not Scrap.parse("kovac").is_in_name_of(None)
