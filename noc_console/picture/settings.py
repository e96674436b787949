"""What readings are judged by: plain values that the command line takes from the config file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.freshness import Intervals
from noc_console.domain.optics import Thresholds


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """Everything that the picture needs besides the rows themselves."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    olt_thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    """Per OLT name, where it differs."""
    limits: Limits = field(default_factory=Limits)
    """Of the verdict."""
    intervals: Intervals = field(default_factory=Intervals)
    olt_intervals: Mapping[str, Intervals] = field(default_factory=dict)
    """Per OLT name, where they differ."""

    backup_confirmed: Callable[[str], bool | None] = lambda _name: None
    """Whether somebody is known to have read a configuration as OLTs of this dialect or profile are read."""

    def intervals_for(self, olt: str) -> Intervals:
        """Intervals of one OLT: its own, or the global ones."""
        return self.olt_intervals.get(olt, self.intervals)

    def thresholds_for(self, olt: str) -> Thresholds:
        """Thresholds of one OLT: its own, or the global ones."""
        return self.olt_thresholds.get(olt, self.thresholds)
