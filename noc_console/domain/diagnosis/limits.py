"""Thresholds of the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from noc_console.domain.grouping import AREA_ONTS, AREA_WINDOW_S


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of the rules; the names say the units. See ``diagnosis:`` in the config file."""

    area_onts: int = AREA_ONTS
    area_window_s: float = AREA_WINDOW_S
    ends_differ_db: float = 6
    noise_dbm: float = -75
    utilization_percent: float = 70
    backhaul_signal_dbm: float = -75
    backhaul_utilization_percent: float = 60
    client_signal_dbm: float = -75
    lan_port_mbps: float = 100
    short_uptime_s: float = 900
    cpu_percent: float = 90
    memory_percent: float = 90
    warm_celsius: float = 50
    hot_celsius: float = 65
    section_age_s: float = 3600
    old_firmware: Mapping[str, str] = field(default_factory=dict)
