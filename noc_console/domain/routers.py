"""The fleet of routers as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from noc_console.domain.network import Cpe

LATELY_S = 86400.0


@dataclass(frozen=True, slots=True)
class FirmwareCount:
    """How many routers of a model run one firmware."""

    model: str | None
    firmware: str | None
    """None: not told."""
    count: int
    share: float
    """Of the routers of the same model, 0 to 1."""
    informed_lately: int
    """Those that spoke to the ACS within a day."""


def firmware_spread(cpes: Iterable[Cpe], now: float) -> list[FirmwareCount]:
    """Firmware over models: the most frequent model first, in it the most frequent firmware first."""
    counts: Counter[tuple[str | None, str | None]] = Counter()
    lately: Counter[tuple[str | None, str | None]] = Counter()
    models: Counter[str | None] = Counter()
    for cpe in cpes:
        model = cpe.model or cpe.product_class
        counts[model, cpe.firmware] += 1
        models[model] += 1
        lately[model, cpe.firmware] += cpe.last_inform_at is not None and now - cpe.last_inform_at < LATELY_S
    found = [
        FirmwareCount(model, firmware, count, count / models[model], lately[model, firmware])
        for (model, firmware), count in counts.items()
    ]
    return sorted(found, key=lambda f: (-models[f.model], f.model or "", -f.count, f.firmware or ""))
