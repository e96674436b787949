"""Optical readings in units, as vendors really write them."""

from __future__ import annotations

import math
import random

import pytest
from genieacs_documents import document

from noc_console.domain.plausibility import RANGES, plausible
from noc_console.sources.genieacs import optics
from noc_console.sources.genieacs.document import Document
from noc_console.sources.genieacs.optical import fields_of
from noc_console.sources.genieacs.pathfile import shipped
from noc_console.sources.genieacs.tables import Transceiver


@pytest.mark.parametrize(
    ("raw", "dbm"),
    [
        (-21, -21.0),  # Huawei, whole dBm
        (-25.08, -25.08),  # ZTE v9
        (-3.409399, -3.41),  # Nokia
        (-195, -19.5),  # tenths
        (-2280, -22.8),  # hundredths, some Huawei firmware
        (-22800, -22.8),  # thousandths
        (233, -16.33),  # 0.1 µW, older ZTE
        (112, -19.51),  # 0.1 µW, TP-Link
        (5624, -2.5),
        (0, None),
        (None, None),
        (math.nan, None),
        (1e9, None),  # +50 dBm
        (-60, None),  # outside -45 to +8
        (0.0001, None),
    ],
)
def test_received_power(raw: float | None, dbm: float | None) -> None:
    power = optics.rx_power(raw)
    assert power.dbm == dbm and not power.no_light


@pytest.mark.parametrize("raw", [-40, -45, -4000, 1])
def test_no_light_is_no_number(raw: float) -> None:
    assert optics.rx_power(raw) == optics.Power(None, no_light=True)


def test_the_standard_leaf_is_always_in_thousandths() -> None:
    assert optics.rx_power(-5000, "0.001dBm").dbm == -5.0
    assert optics.tx_power(2100, "0.001dBm").dbm == 2.1


@pytest.mark.parametrize(
    ("raw", "dbm"),
    [(2, 2.0), (2.59, 2.59), (22, 2.2), (220, 2.2), (14880, 1.73), (0, None), (None, None), (-1.5, -1.5)],
)
def test_sent_power(raw: float | None, dbm: float | None) -> None:
    assert optics.tx_power(raw).dbm == dbm


@pytest.mark.parametrize(
    ("raw", "scale", "celsius"),
    [
        (45, 0.01, 45.0),
        (35.31, 0.01, 35.3),
        (4531, 0.01, 45.3),
        (12251, 1 / 256, 47.9),
        (0, 0.01, None),
        (9e9, 1, None),
    ],
)
def test_temperature(raw: float, scale: float, celsius: float | None) -> None:
    assert optics.temperature_celsius(raw, scale) == celsius


@pytest.mark.parametrize(("raw", "volts"), [(3415, 3.415), (3.25, 3.25), (32440, 3.244), (0, None), (12, None)])
def test_voltage(raw: float, volts: float | None) -> None:
    assert optics.voltage_v(raw) == volts


@pytest.mark.parametrize(
    ("raw", "scale", "current"), [(7, 0.001, 7), (13.7, 0.002, 13.7), (9656.999, 0.001, 9.66), (8302, 0.002, 16.6)]
)
def test_bias(raw: float, scale: float, current: float) -> None:
    assert optics.bias_ma(raw, scale) == current


@pytest.mark.parametrize("transceiver", shipped().optical.transceivers, ids=lambda one: one.object)
@pytest.mark.parametrize("seed", range(5))
def test_nothing_outside_physics_is_shown(transceiver: Transceiver, seed: int) -> None:
    some = random.Random(seed)
    root = "Device" if transceiver.object.startswith("Optical.") else "InternetGatewayDevice"
    model = {f"{root}.DeviceInfo.ModelName": transceiver.models[0]} if transceiver.models else {}
    for _ in range(60):
        raw = {leaf: _odd(some) for leaf in transceiver.leaves}
        made = document({f"{root}.{leaf.replace('*', '1')}": value for leaf, value in raw.items()} | model)
        for field in fields_of(Document(made), shipped().optical):
            if field.key in RANGES:
                assert plausible(field.key, float(field.value)) is not None, (field, raw)


def _odd(some: random.Random) -> object:
    sizes = [0.001, 1, 100, 1e4, 1e6, 1e12]
    numbers = [round(some.uniform(-1, 1) * some.choice(sizes), 3), some.randint(-70_000, 70_000)]
    return some.choice([*numbers, *(str(one) for one in numbers), "", "N/A", 4294967295, "-inf", "1e400"])
