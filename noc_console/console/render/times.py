"""Instants for people."""

from __future__ import annotations

import time

from noc_console.domain.freshness import Freshness, format_age


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


def when(at: float | None, now: float, absolute: bool) -> str:
    """``12s`` or ``14:05:31``; empty for None."""
    if at is None:
        return ""
    return stamp(at, now) if absolute else format_age(max(0.0, now - at))


def ago(at: float | None, now: float, absolute: bool) -> str:
    """``12s ago`` or ``at 14:05:31``; ``never`` for None."""
    if at is None:
        return "never"
    return f"at {stamp(at, now)}" if absolute else f"{format_age(now - at)} ago"


def read_ago(at: float | None, trust: Freshness, now: float, absolute: bool) -> str:
    """``12s ago``, ``12m ago !``: when something was read, with the mark of how far it may be trusted."""
    mark = trust.mark if at is not None else ""
    return f"{ago(at, now, absolute)} {mark}".rstrip()
