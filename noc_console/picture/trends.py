"""A day of the whole network, for the wallboard: read now and then, for it asks the history of every OLT."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from noc_console.domain.errors import NocError
from noc_console.picture.model import Model
from noc_console.picture.reader import Reader
from noc_console.picture.wall import DAY_S, Falling, falling, new_by_day

POINTS = 96
"""A quarter of an hour each."""
AT_ONCE = 4
"""OLTs whose history is read at the same time."""
GAPS_SHARE = 0.2
"""An OLT with more gaps than this is left out: with it the whole network would seem to come and go."""

Line = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """What the page of trends shows."""

    online: Line = ()
    offline: Line = ()
    low: Line = ()
    """ONTs with weak or critical light."""
    note: str | None = None
    """Why something is missing."""
    new_days: Sequence[int] = field(default=())
    falling: Sequence[Falling] = field(default=())


async def read_trends(reader: Reader, model: Model, now: float) -> Trends:
    """Read them; history that cannot be read is missing, and ``note`` says why."""
    names = [olt.name for olt in model.olts.values()]
    free = asyncio.Semaphore(AT_ONCE)
    notes: list[str] = []
    left_out: set[str] = set()

    async def one(name: str, metric: str, labels: dict[str, str]) -> Line:
        async with free:
            try:
                data = await reader.chart((metric,), {"olt_name": name, **labels}, DAY_S, POINTS)
            except NocError as error:
                notes.append(str(error))
                return ()
        if data.note:
            notes.append(data.note)
        return data.series[0].values if data.series else ()

    async def whole(metric: str, *asked: dict[str, str]) -> Line:
        lines = await asyncio.gather(*(one(name, metric, labels) for name in names for labels in asked))
        left_out.update(name for name, line in zip((n for n in names for _ in asked), lines, strict=True) if gaps(line))
        return added([line for line in lines if not gaps(line)])

    online, offline, low = await asyncio.gather(
        whole("onu_status_total", {"status": "online"}),
        whole("onu_status_total", {"status": "offline"}),
        whole("onu_signal_low", {"severity": "warning"}, {"severity": "critical"}),
    )
    if left_out and len(left_out) < len(names):
        few = ", ".join(sorted(left_out)[:3]) + (" ..." if len(left_out) > 3 else "")
        notes.append(f"without {few}: history with gaps")
    note = notes[0] if notes else None
    return Trends(online, offline, low, note, new_by_day(model, now), falling(model, now))


def added(lines: Sequence[Line]) -> Line:
    """Their sum, instant by instant; None where one of them has no sample: a part is not the whole."""
    found: list[float | None] = []
    for values in zip(*lines, strict=True):
        known = [value for value in values if value is not None]
        found.append(sum(known) if len(known) == len(values) else None)
    return tuple(found)


def gaps(line: Line) -> bool:
    """Whether too much of it is missing."""
    return not line or line.count(None) > GAPS_SHARE * len(line)
