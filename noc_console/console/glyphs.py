"""Characters that the console draws with: ASCII first, blocks and arrows only where the terminal speaks UTF-8."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SPARK_SPAN_DB = 3.0
"""Light that swings less than this does not fill a sparkline's height: noise stays low, a fade is seen."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of characters, all one cell wide."""

    open: str = "v"
    closed: str = ">"
    up: str = "^"
    down: str = "v"
    rule: str = "-"
    gap: str = "."
    spark: str = "01234567"
    ellipsis: str = "~"
    beat: str = "|"
    bar: str = "#."
    """Full and empty part of a gauge."""


ASCII = Glyphs()
UNICODE = Glyphs("▾", "▸", "▲", "▼", "─", "·", "▁▂▃▄▅▆▇█", "…", "•", "█░")


def choose_glyphs(env: Mapping[str, str] = os.environ) -> Glyphs:
    """UTF-8 by the locale; an unset locale is UTF-8 in Python 3.11 and stays so here, except on bare terminals."""
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or ""
    named_otherwise = bool(locale) and locale not in ("C", "POSIX") and "utf" not in locale.lower()
    return ASCII if named_otherwise or env.get("TERM", "").startswith(("vt", "linux")) else UNICODE


def sparkline(values: Sequence[float | None], width: int, glyphs: Glyphs) -> str:
    """``width`` characters, one per value, oldest first; a gap where there was no reading.

    Its floor is the worst of these values: each row shows its own change, the numbers beside it compare.
    """
    known = [value for value in values[-width:] if value is not None and value == value]
    low = min(known, default=0.0)
    high = max([low + SPARK_SPAN_DB, *known])
    top = len(glyphs.spark) - 1
    drawn = []
    for value in values[-width:]:
        if value is None or value != value:
            drawn.append(glyphs.gap)
        else:
            drawn.append(glyphs.spark[round(max(0.0, min(1.0, (value - low) / (high - low))) * top)])
    return "".join(drawn).rjust(width, glyphs.gap) if drawn else ""
