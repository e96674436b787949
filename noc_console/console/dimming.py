"""A darker palette for the hours in which nobody works in front of the wall."""

from __future__ import annotations

import re
import time

from rich.color import Color
from rich.style import Style

from noc_console.console.palette import ROLES, Palette

KEPT = 0.6
"""Of the light of each colour. Text and ground lose alike, so that text stays readable."""
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def is_dim(hours: str | None, now: float) -> bool:
    """Whether a time is within ``22:00-06:00``, local time; the end is no part of it.

    Raises:
        ValueError: These are no hours.
    """
    if hours is None:
        return False
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError(f"{hours!r} is none of the form 22:00-06:00")
    begin, end = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
    local = time.localtime(now)
    minute = local.tm_hour * 60 + local.tm_min
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


def dimmed(palette: Palette) -> Palette:
    """The same roles, darker; a palette of the terminal's own colours is left as it is."""
    return Palette({role: str(_dimmed(palette.style(role))) for role in ROLES}, palette.plain)


def _dimmed(style: Style) -> Style:
    darker = Style(color=_darker(style.color), bgcolor=_darker(style.bgcolor))
    return style + darker


def _darker(colour: Color | None) -> Color | None:
    if colour is None or colour.triplet is None:
        return colour
    return Color.from_rgb(*(part * KEPT for part in colour.triplet))
