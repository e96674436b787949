"""Instants as operators write them: ``2h`` (ago), ``02:05``, ``02:05:30``, ``2026-11-26T02:05``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from noc_console.domain.spans import SPAN, parse_span

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def parse_instant(text: str, now: float) -> float:
    """An instant, Unix seconds: a span ago, the last time that the clock showed it, or a date with time.

    Raises:
        ValueError: It is none.
    """
    text = text.strip()
    if SPAN.fullmatch(text):
        return now - parse_span(text)
    today = datetime.fromtimestamp(now).astimezone()
    if match := _CLOCK.fullmatch(text):
        hour, minute, second = (int(part or 0) for part in match.groups())
        if hour > 23 or minute > 59 or second > 59:
            raise ValueError(f"{text!r} is no time of the day")
        at = today.replace(hour=hour, minute=minute, second=second, microsecond=0)
        return (at if at <= today else at - timedelta(days=1)).timestamp()
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except ValueError:
        raise ValueError(f"{text!r} is no time: write 02:05, 2h (ago) or 2026-11-26T02:05") from None


def next_instant(text: str, now: float) -> float:
    """An instant to come, Unix seconds: the next time that the clock shows ``02:00``, or a date with time.

    Raises:
        ValueError: It is none.
    """
    today = datetime.fromtimestamp(now)
    try:
        if len(text) > len("22:30"):
            return datetime.fromisoformat(text).timestamp()
        at = datetime.combine(today.date(), datetime.strptime(text, "%H:%M").time())
        # By the clock on the wall, also over a change to or from summer time.
        return (at if at > today else at + timedelta(days=1)).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text!r} is no time: write 22:30 or 2026-03-09T22:30") from None
