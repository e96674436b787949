"""Chart data, wherever it came from."""

from __future__ import annotations

from dataclasses import dataclass, field

RANGES_S = {"6h": 6 * 3600, "24h": 24 * 3600, "7d": 7 * 86400, "30d": 30 * 86400}


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart, on the shared grid of its ``ChartData``: None where there is no sample."""

    metric: str
    """Metric name, such as ``ont_onu_rx_dbm``."""
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ChartData:
    """Series on one regular grid of instants: ``start_at + i * step_s``, Unix seconds."""

    start_at: float
    step_s: float
    series: tuple[Series, ...] = field(default=())
    source: str = "victoriametrics"
    """``victoriametrics``, ``buffer``, or ``none``."""
    note: str | None = None
    """For the operator, when something is missing: "VictoriaMetrics down: chart from the local buffer"."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement on its way to VictoriaMetrics."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    """Sorted (name, value) pairs."""
    at: float
    """Unix seconds; stored with millisecond resolution."""
    value: float
