"""What a measured fact can be: one range for each, whoever tells it (an OLT, a router, a core device).

A value outside its range is no reading: a wrong scale, a sentinel that no list knows, a damaged answer. It is refused,
never clipped. The ranges are those of physics and of what is built, not those of a healthy network: a value that is
only bad must be shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """The values that a fact can have, both ends included."""

    low: float
    high: float
    unit: str
    zero: bool = True
    """Whether 0 can be measured; what is empty or not connected often reads 0."""

    def holds(self, value: float) -> bool:
        """Whether ``value`` can be a reading."""
        return self.low <= value <= self.high and (self.zero or value != 0)  # never true of NaN


_LIGHT = Range(-60.0, 10.0, "dBm", zero=False)
"""A receiver in the dark says -40 or less, no transceiver for PON sends more than +9 dBm; 0.00 is an empty register."""
_DISTANCE = Range(0, 60_000, "m")
"""The logical reach of GPON and XGS-PON (ITU-T G.984.2, G.9807.1) is 60 km."""
_PERCENT = Range(0, 100, "%")
_COUNTER = Range(0, 2**64 - 1, "bytes")

RANGES: Mapping[str, Range] = {
    "onu_rx_dbm": _LIGHT,
    "olt_rx_dbm": _LIGHT,
    "onu_tx_dbm": _LIGHT,
    "rx_dbm": _LIGHT,
    "tx_dbm": _LIGHT,
    "temperature_celsius": Range(-60, 130, "°C"),
    "voltage_v": Range(1.0, 10.0, "V"),  # of a transceiver: 3.3 V, seldom 5 V; without it nothing would be measured
    "bias_ma": Range(0, 250, "mA"),
    "distance_m": _DISTANCE,
    "last_distance_m": _DISTANCE,
    "cpu_percent": _PERCENT,
    "memory_percent": _PERCENT,
    "speed_percent": _PERCENT,
    "speed_rpm": Range(0, 60_000, "rpm"),
    "rx_bytes": _COUNTER,
    "tx_bytes": _COUNTER,
    "uptime_s": Range(0, 3.2e9, "s"),
    "online_since_at": Range(0, 4.1e9, "Unix s"),
}
"""Name of a fact to its range; a fact that is not here may have any value."""


def plausible(fact: str, value: float) -> float | None:
    """``value``, or None when ``fact`` cannot have it.

    Args:
        fact: Its name, which ends in its unit: ``onu_rx_dbm``, ``temperature_celsius``.
        value: In that unit.
    """
    if not math.isfinite(value):
        return None
    found = RANGES.get(fact)
    return value if found is None or found.holds(value) else None
