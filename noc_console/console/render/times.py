"""Instants for people."""

from __future__ import annotations

import time

from noc_console.domain.freshness import SKEW_TOLERANCE_S, Freshness, coarse_age, format_age


def clock(at: float) -> str:
    """``14:05:31`` in the operator's zone."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def zone(at: float) -> str:
    """``+02``, ``+0530``: the operator's offset from UTC."""
    offset = time.strftime("%z", time.localtime(at))
    return offset[:3] if offset.endswith("00") else offset


def stamp(at: float, now: float) -> str:
    """The clock today, the date before that, both at the same width: ``14:05:31``, ``Nov03 14:05``."""
    local = time.localtime(at)
    if local[:3] == time.localtime(now)[:3]:
        return clock(at)
    return time.strftime("%b%d %H:%M" if local.tm_year == time.localtime(now).tm_year else "%Y-%m-%d", local)


def listed_age(age_s: float) -> str:
    """In steps of a minute, for lists: a screen full of ages costs as many bytes as it has rows at each step."""
    if -SKEW_TOLERANCE_S <= age_s < 60:
        return "<1m"
    return f"{age_s // 60:.0f}m" if 60 <= age_s < 3600 else format_age(age_s)


def listed(at: float | None, now: float, absolute: bool) -> str:
    """As ``when``, for lists."""
    return "" if at is None else stamp(at, now) if absolute else listed_age(now - at)


def when(at: float | None, now: float, absolute: bool) -> str:
    """``10s`` or ``14:05:31``; empty for None."""
    if at is None:
        return ""
    return stamp(at, now) if absolute else coarse_age(now - at)


def ago(at: float | None, now: float, absolute: bool) -> str:
    """``10s ago`` or ``at 14:05:31``; ``never`` for None."""
    if at is None:
        return "never"
    return f"at {stamp(at, now)}" if absolute else f"{coarse_age(now - at)} ago"


def read_ago(at: float | None, trust: Freshness, now: float, absolute: bool) -> str:
    """``10s ago``, ``12m ago !``: when something was read, with the mark of how far it may be trusted."""
    mark = trust.mark if at is not None else ""
    return f"{ago(at, now, absolute)} {mark}".rstrip()
