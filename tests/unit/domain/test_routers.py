"""The fleet as a whole."""

from __future__ import annotations

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
