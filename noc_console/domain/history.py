"""Chart data, wherever it came from."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def rates_per_s(counter: Sequence[float | None], step_s: float, held_s: float) -> tuple[float | None, ...]:
    """How fast a counter grew before each instant of a regular grid.

    Args:
        counter: Values on the grid; None where there is no sample.
        step_s: Between two instants, seconds; several polls long, or the rate swings with the polls' phase.
        held_s: For how long the grid repeats the last sample after samples stopped.

    Returns:
        As many values: growth per second; None beside a gap, where the counter went back (a restart: how far it had
        come before is not known), and where an unchanged value may only be a repeated one.
    """
    rates: list[float | None] = [None] * len(counter)
    for index in range(1, len(counter)):
        before, now = counter[index - 1], counter[index]
        if before is not None and now is not None and now >= before:
            rates[index] = (now - before) / step_s
    repeated = math.ceil(held_s / step_s)
    for end in range(1, len(counter) + 1):
        if end == len(counter) or counter[end] is None:
            for index in range(end - 1, max(0, end - 1 - repeated), -1):
                if counter[index] is None or counter[index] != counter[index - 1]:
                    break
                rates[index] = None
    return tuple(rates)
