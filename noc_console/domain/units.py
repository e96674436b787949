"""Rates for people, in SI units."""

from __future__ import annotations

_PREFIXES = ("", "k", "M", "G", "T")


def si(value: float, unit: str) -> str:
    """``1.23 Gbit/s``: three digits and the prefix that fits; steps of 1000.

    Args:
        value: In the bare unit.
        unit: ``bit/s``.
    """
    size, step = abs(value), 0
    while size >= 999.5 and step < len(_PREFIXES) - 1:
        size, step = size / 1000, step + 1
    digits = 0 if size >= 99.95 or (step == 0 and float(size).is_integer()) else 1 if size >= 9.995 else 2
    return f"{'-' if value < 0 else ''}{size:.{digits}f} {_PREFIXES[step]}{unit}"


def bits_per_s(value: float) -> str:
    """``48.2 Mbit/s``."""
    return si(value, "bit/s")
