"""Optical power: thresholds, classes, margin."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from noc_console.domain.plausibility import RANGES

GPON_B_PLUS_SENSITIVITY_DBM = -27.0
HYSTERESIS_DB = 0.5
"""A reading that trembles at a limit is told once."""


class Signal(StrEnum):
    """Class of an ONT's received power."""

    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"
    OVERLOAD = "overload"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of the received power at the ONT, dBm: below warning, below critical, above overload."""

    rx_warning_dbm: float = -25.0
    rx_critical_dbm: float = -28.0
    rx_overload_dbm: float = -8.0


def classify_signal(rx_dbm: float | None, thresholds: Thresholds) -> Signal | None:
    """Class of a received power; None when there is no reading."""
    if rx_dbm is None:
        return None
    if rx_dbm < thresholds.rx_critical_dbm:
        return Signal.CRITICAL
    if rx_dbm < thresholds.rx_warning_dbm:
        return Signal.WARNING
    return Signal.OVERLOAD if rx_dbm > thresholds.rx_overload_dbm else Signal.GOOD


def crossed(told: Signal, rx_dbm: float, thresholds: Thresholds) -> Signal:
    """The class to tell after a reading: it gets worse at a limit, and better only ``HYSTERESIS_DB`` inside it.

    Args:
        told: The class that was told last.
        rx_dbm: The reading.
        thresholds: The limits.
    """
    now = classify_signal(rx_dbm, thresholds) or told
    other_side = now is not told and (now is Signal.OVERLOAD or (told is Signal.OVERLOAD and now is not Signal.GOOD))
    if other_side or _WORSE[now] >= _WORSE[told]:
        return now
    inward_db = HYSTERESIS_DB if told is Signal.OVERLOAD else -HYSTERESIS_DB
    steady = classify_signal(rx_dbm + inward_db, thresholds) or told
    return steady if _WORSE[steady] < _WORSE[told] else told


_WORSE = {Signal.GOOD: 0, Signal.WARNING: 1, Signal.OVERLOAD: 1, Signal.CRITICAL: 2}


def margin_db(rx_dbm: float, sensitivity_dbm: float = GPON_B_PLUS_SENSITIVITY_DBM) -> float:
    """Return how far the received power is above the receiver's floor.

    Args:
        rx_dbm: Power at the ONT's receiver, dBm; usually -8 to -30.
        sensitivity_dbm: Receiver floor, dBm.

    Returns:
        Margin in dB; negative below the floor.

    Raises:
        ValueError: ``rx_dbm`` is outside -60 to +10 (a unit mistake, such as raw 0.01 dBm steps).

    Source:
        ITU-T G.984.2 Amd. 1, class B+.
    """
    light = RANGES["onu_rx_dbm"]
    if not light.low <= rx_dbm <= light.high:
        raise ValueError(f"{rx_dbm} dBm is no optical power at an ONT")
    return rx_dbm - sensitivity_dbm


def margin_text(rx_dbm: float) -> str:
    """The margin in words that do not contradict a narrower limit: ``5.2 dB above B+ floor``."""
    margin = margin_db(rx_dbm)
    return f"{abs(margin):.1f} dB {'below' if margin < 0 else 'above'} B+ floor"
