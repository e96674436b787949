"""The fleet as a whole."""

from __future__ import annotations

import pytest

from noc_console.domain.cpe import Field, Value
from noc_console.domain.network import Cpe
from noc_console.domain.routers import FirmwareCount, firmware_spread

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
        FirmwareCount("IGD", None, 1, 1.0, 1),
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
