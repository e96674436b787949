"""Chart data: from VictoriaMetrics, its newest end and its outages filled from the buffer on this machine."""

from __future__ import annotations

import asyncio
import json
import re
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from noc_console.domain.errors import SourceError
from noc_console.domain.history import ChartData, Series
from noc_console.storage.history.buffer import read_series
from noc_console.storage.history.victoria import Victoria, selector

FRESH_TAIL_S = 900.0
"""How far back the buffer fills what VictoriaMetrics does not show yet."""

Grid = dict[int, float]


class Charts:
    """Reads history.

    Args:
        victoria: None when not configured.
        buffer_file: The collector's buffer, when it is on this machine.
        hold_s: For how long one sample stands for the time after it; a longer gap is shown as a gap.
    """

    def __init__(self, victoria: Victoria | None, buffer_file: Path, hold_s: float) -> None:
        self._victoria = victoria
        self._buffer_file = buffer_file
        self._hold_s = hold_s

    async def chart(
        self, metrics: Sequence[str], labels: Mapping[str, str], range_s: float, points: int, now: float | None = None
    ) -> ChartData:
        """``metrics`` with these labels over the last ``range_s`` seconds, on a grid of ``points`` instants."""
        end_at = time.time() if now is None else now
        points = max(2, points)
        step_s = range_s / (points - 1)
        start_at = end_at - range_s
        hold_s = max(step_s, self._hold_s)
        grids: list[Grid] = []
        note = None
        source = "victoriametrics" if self._victoria else "buffer"
        if self._victoria:
            try:
                grids = await self._from_victoria(metrics, labels, start_at, end_at, step_s, hold_s)
            except SourceError as error:
                source = "buffer"
                note = f"{error}: chart from the local buffer"
        tail_at = max(start_at, end_at - FRESH_TAIL_S) if grids else start_at
        local = await self._from_buffer(metrics, labels, tail_at, end_at, hold_s)
        grids = grids or [{} for _ in metrics]
        series = []
        for metric, grid, (instants, values) in zip(metrics, grids, local, strict=True):
            _fill(grid, instants, values, start_at, step_s, points, hold_s, tail_at)
            series.append(Series(metric, tuple(grid.get(i) for i in range(points))))
        if source == "buffer" and not any(v is not None for s in series for v in s.values):
            source = "none"
        return ChartData(start_at, step_s, tuple(series), source, note)

    async def sparklines(
        self, metric: str, label: str, names: Sequence[str], range_s: float, points: int
    ) -> dict[str, list[float | None]]:
        """One short line per value of ``label``; names without samples are absent."""
        if not names:
            return {}
        end_at = time.time()
        step_s = range_s / (points - 1)
        hold_s = max(step_s, self._hold_s)
        if self._victoria:
            pattern = "|".join(re.escape(name) for name in names)
            query = f"last_over_time({metric}{{{label}=~{json.dumps(pattern)}}}[{hold_s:.0f}s])"
            try:
                found = await self._victoria.query_range(query, end_at - range_s, end_at, step_s)
                joined: dict[str, Grid] = {}
                for labels, part in found:  # an ONT that moved has one series per port
                    joined.setdefault(labels.get(label, ""), {}).update(part)
                return {name: [grid.get(i) for i in range(points)] for name, grid in joined.items()}
            except SourceError:
                pass  # the buffer may still know; that VictoriaMetrics is down is shown as a source's state
        out: dict[str, list[float | None]] = {}
        for name in names:
            ((instants, values),) = await self._from_buffer([metric], {label: name}, end_at - range_s, end_at, hold_s)
            grid: Grid = {}
            _fill(grid, instants, values, end_at - range_s, step_s, points, hold_s, 0.0)
            if grid:
                out[name] = [grid.get(i) for i in range(points)]
        return out

    async def _from_victoria(
        self,
        metrics: Sequence[str],
        labels: Mapping[str, str],
        start_at: float,
        end_at: float,
        step_s: float,
        hold_s: float,
    ) -> list[Grid]:
        assert self._victoria
        queries = [f"last_over_time({selector(metric, labels)}[{hold_s:.0f}s])" for metric in metrics]
        answers = await asyncio.gather(
            *(self._victoria.query_range(query, start_at, end_at, step_s) for query in queries)
        )
        grids = []
        for found in answers:
            grid: Grid = {}
            for _, part in found:  # an ONT that moved has one series per port
                grid.update(part)
            grids.append(grid)
        return grids

    async def _from_buffer(
        self, metrics: Sequence[str], labels: Mapping[str, str], start_at: float, end_at: float, hold_s: float
    ) -> list[tuple[list[int], list[float]]]:
        def read() -> list[tuple[list[int], list[float]]]:
            out = []
            for metric in metrics:
                found = read_series(
                    self._buffer_file, metric, labels, round((start_at - hold_s) * 1000), round(end_at * 1000)
                )
                rows = sorted(pair for _, instants, values in found for pair in zip(instants, values, strict=True))
                out.append(([at for at, _ in rows], [value for _, value in rows]))
            return out

        try:
            return await asyncio.to_thread(read)
        except SourceError:
            return [([], []) for _ in metrics]


def _fill(
    grid: Grid,
    instants: Sequence[int],
    values: Sequence[float],
    start_at: float,
    step_s: float,
    points: int,
    hold_s: float,
    from_at: float,
) -> None:
    """Fill the grid's gaps from ``from_at`` on with the last sample at most ``hold_s`` before each instant."""
    if not instants:
        return
    for index in range(points):
        at_ms = (start_at + index * step_s) * 1000
        if index in grid or at_ms < from_at * 1000:
            continue
        last = bisect_right(instants, at_ms) - 1
        if last >= 0 and at_ms - instants[last] <= hold_s * 1000:
            grid[index] = values[last]
