"""What the console is told at start: plain values, built by the command line from the config file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from noc_console.domain.diagnosis.limits import Limits
from noc_console.domain.optics import Thresholds


@dataclass(frozen=True, slots=True)
class Intervals:
    """How often each kind of reading is expected, seconds."""

    state_s: float = 60.0
    optics_s: float = 300.0
    health_s: float = 60.0
    inventory_s: float = 21600.0
    cpe_s: float = 60.0


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """Everything that the console needs besides its backend."""

    site: str = "noc"
    """Name in the header."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    olt_thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    """Per OLT name, where it differs."""
    limits: Limits = field(default_factory=Limits)
    """Of the verdict."""
    bulk_max: int = 20
    """ONTs in one bulk action at most."""
    second_operator_above: int | None = 20
    """Above this many another operator must release it."""
    intervals: Intervals = field(default_factory=Intervals)
    theme: str | None = None
    """None chooses by the terminal: mono under ``NO_COLOR``, else dark."""
    mouse: bool = False
    keys: Mapping[str, str] = field(default_factory=dict)
    """Action id to keys, comma-separated."""
    user: str = "unknown"
    user_from: str = "local"
    read_only: bool = False
    """True forbids ``:write on``."""
    screen: str = "network"
    state_file: Path | None = None
    """Where columns, sort order and history are remembered (``ui.json``); None remembers nothing."""
    log_file: Path | None = None
    """Where a crash report goes; None prints only its one line."""

    def thresholds_for(self, olt: str) -> Thresholds:
        """Thresholds of one OLT: its own, or the global ones."""
        return self.olt_thresholds.get(olt, self.thresholds)
