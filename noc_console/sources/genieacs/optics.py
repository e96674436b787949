"""Optical readings of routers in units: every vendor writes them its own way, and some change it with the firmware.

Source:
    Dumps of real routers and field code for 92 models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from noc_console.domain.plausibility import plausible

# Narrower than what is plausible at all: by these a scale that is not known is told apart.
_RX_RANGE_DBM = (-45.0, 8.0)
_TX_RANGE_DBM = (-30.0, 10.0)
_NO_LIGHT_DBM = -40.0
_HOTTEST_CELSIUS = 100
"""No transceiver works above it; a number that comes out higher has another scale than we think."""


@dataclass(frozen=True, slots=True)
class Power:
    """A received or sent power."""

    dbm: float | None
    no_light: bool = False
    """The transceiver reported that nothing arrives; there is no number then."""


UNKNOWN = Power(None)

SCALES = {"auto": None, "0.1uW": None, "dBm": 1, "0.1dBm": 10, "0.01dBm": 100, "0.001dBm": 1000}
"""Scales of a power, to what dBm are multiplied with where they are."""


def rx_power(raw: float | None, scale: str = "auto") -> Power:
    """Received power in dBm.

    Args:
        raw: The router's number, its unit dropped.
        scale: ``auto`` (tell by its size), or one of ``SCALES`` where it is known.

    Returns:
        Unknown for nothing, exactly 0, and what no GPON receiver can report.
    """
    if raw is None or raw == 0 or not math.isfinite(raw):
        return UNKNOWN
    steps = SCALES[scale]
    if steps:
        dbm = raw / steps
    elif raw > 0:
        # True dBm at a GPON receiver is never positive: this is 0.1 µW.
        dbm = _from_tenth_microwatts(raw)
    else:
        dbm = raw / _divisor(-raw, (60, 600, 6000))
    dbm = round(dbm, 2)
    if plausible("rx_dbm", dbm) is None or not _RX_RANGE_DBM[0] <= dbm <= _RX_RANGE_DBM[1]:
        return UNKNOWN
    return Power(None, no_light=True) if dbm <= _NO_LIGHT_DBM else Power(dbm)


def tx_power(raw: float | None, scale: str = "auto") -> Power:
    """Sent power in dBm; arguments as for ``rx_power``."""
    if raw is None or raw == 0 or not math.isfinite(raw):
        return UNKNOWN
    steps = SCALES[scale]
    if steps:
        dbm = raw / steps
    elif raw > 700 or (scale == "0.1uW" and raw > 0):
        dbm = _from_tenth_microwatts(raw)
    else:
        dbm = raw / _divisor(abs(raw), (10, 70, 700))
    dbm = round(dbm, 2)
    sane = plausible("tx_dbm", dbm) is not None and _TX_RANGE_DBM[0] <= dbm <= _TX_RANGE_DBM[1]
    return Power(dbm) if sane else UNKNOWN


def _from_tenth_microwatts(raw: float) -> float:
    return 10 * math.log10(raw / 10_000)


def _divisor(size: float, limits: tuple[int, int, int]) -> float:
    """1, 10, 100 or 1000, by how large a number of dBm would have to be."""
    return 10.0 ** sum(size > limit for limit in limits)


def temperature_celsius(raw: float | None, scale: float = 0.01) -> float | None:
    """Transceiver temperature.

    Args:
        raw: The router's number.
        scale: What one step is worth when the number is too large for degrees: 0.01 or 1/256.
    """
    if raw is None:
        return None
    celsius = raw if abs(raw) <= 120 else raw * scale
    return round(celsius, 1) if -50 <= celsius <= _HOTTEST_CELSIUS and celsius != 0 else None


def voltage_v(raw: float | None) -> float | None:
    """Supply voltage from volts, millivolts or steps of 100 µV, told apart by size; 2.5 to 4.5 V is plausible."""
    if raw is None or raw <= 0:
        return None
    volts = raw if raw < 10 else raw / 1000 if raw < 10_000 else raw / 10_000
    return round(volts, 3) if 2.5 <= volts <= 4.5 else None


def bias_ma(raw: float | None, scale: float = 0.001) -> float | None:
    """Laser bias current.

    Args:
        raw: The router's number.
        scale: mA per step when the number is too large for mA: 0.001 (µA) or 0.002 (steps of 2 µA).
    """
    if raw is None or raw <= 0:
        return None
    current = raw if raw < 150 else raw * scale
    return round(current, 2) if current < 150 and plausible("bias_ma", current) is not None else None
