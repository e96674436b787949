"""Lengths of time as operators type and read them: ``90s``, ``30m``, ``4h``, ``1h30m``, ``2d``."""

from __future__ import annotations

import re

UNITS_S = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([dhms])")
SPAN = re.compile(rf"(?:{_PART.pattern}\s*)+", re.IGNORECASE)


def parse_span(text: str) -> float:
    """Seconds of ``4h``, ``1h30m`` or ``2d``.

    Raises:
        ValueError: It is no length of time.
    """
    wanted = text.strip().lower()
    if not SPAN.fullmatch(wanted):
        raise ValueError(f"{text!r} is no length of time: write 30m, 4h, 1h30m or 2d")
    return sum(float(number) * UNITS_S[unit] for number, unit in _PART.findall(wanted))


def lasting(seconds: float) -> str:
    """``4h``, ``1h30m``, ``2d``: the two largest units that it has; below a second ``0s``."""
    left, parts = int(seconds), []
    for unit, size_s in UNITS_S.items():
        count, left = divmod(left, int(size_s))
        if count:
            parts.append(f"{count}{unit}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return "".join(parts) or "0s"
