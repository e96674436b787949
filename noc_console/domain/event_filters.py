"""Filters over what happened: all of ``domain.filters``, and a severity and times beside it.

Terms as there, and these::

    sev:major,critical        how much it matters
    kind:incident,alarm       what happened: also light, ont, port, olt, router, core, job, record, swap
    since:2h                  in the last two hours (90s, 5m, 3d)
    from:14:00 to:14:30       by the clock, the last time that it was 14:00
    from:2026-03-09 to:"2026-03-09 14:00"      a day, or an instant; ``T`` may stand for the blank

A row says when it was with ``at``; of what took some time ``began_at`` is the beginning (Unix seconds).
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from noc_console.domain.changes import KINDS, Severity
from noc_console.domain.filters import TOKEN, Filter, FilterError, Not, Row, Test, parse_filter
from noc_console.domain.spans import UNITS_S

_DAY, _MINUTE = "%Y-%m-%d", "%Y-%m-%d %H:%M"
_CLOCK = ("%H:%M", "%H:%M:%S")
_INSTANTS = (_MINUTE, "%Y-%m-%d %H:%M:%S")
_SEVERITIES = {"severity", "sev"}
_TIMES = {"since", "from", "to"}
_KIND = {"kind"}
_ALIASES = {
    "job": {"job_ended", "bulk_ended"},
    "record": {"records_imported", "swap_recorded", "swap_closed"},
    "port": {"port_changed"},
}


def parse_event_filter(text: str, now: Callable[[], float] = time.time) -> Filter:
    """Compile ``text``.

    Args:
        text: The filter.
        now: Clock, Unix seconds: ``since:`` slides on with it.

    Raises:
        FilterError: With the position of the term that cannot be understood.
    """
    tests: list[Test] = []
    begun: datetime | None = None
    for token in TOKEN.finditer(text):
        turned, term = token[0].startswith("!"), token[0].removeprefix("!")
        name, colon, value = term.partition(":")
        name, value = name.lower(), value.replace('"', "").strip()
        if not colon or name not in _SEVERITIES | _TIMES | _KIND:
            continue
        at = token.start() + turned + len(name) + 1
        if name in _KIND:
            test = _kind(value.lower(), at)
        elif name in _SEVERITIES:
            test = _severity(value.lower(), at)
        elif name == "since":
            test = _within(_span_s(value, at), now)
        else:
            instant = _instant(name, value, now(), begun, at)
            begun = instant if name == "from" else begun
            test = _from(instant.timestamp()) if name == "from" else _until(instant.timestamp())
        tests.append(Not(test) if turned else test)
    rest = TOKEN.sub(lambda token: " " * len(token[0]) if _is_ours(token[0]) else token[0], text)
    return Filter(text.strip(), (*parse_filter(rest).tests, *tests))


def _is_ours(token: str) -> bool:
    name, colon, _ = token.removeprefix("!").partition(":")
    return bool(colon) and name.lower() in _SEVERITIES | _TIMES | _KIND


def _number(row: Row, key: str) -> float | None:
    value = row.get(key)
    return float(value) if isinstance(value, int | float) else None


def _within(span_s: float, now: Callable[[], float]) -> Test:
    return lambda row: (at := _number(row, "at")) is not None and now() - at <= span_s


def _from(start: float) -> Test:
    return lambda row: (at := _number(row, "at")) is not None and at >= start


def _until(end: float) -> Test:
    def test(row: Row) -> bool:
        began = _number(row, "began_at")
        began = _number(row, "at") if began is None else began
        return began is not None and began <= end

    return test


def _severity(value: str, at: int) -> Test:
    known = [one.value for one in Severity]
    wanted = frozenset(part for part in value.split(",") if part)
    for part in wanted - set(known):
        near = difflib.get_close_matches(part, known, n=1)
        raise FilterError(f"severity: has no {part!r} (" + (f"did you mean {near[0]}?)" if near else _list(known)), at)
    if not wanted:
        raise FilterError(f"severity: wants a value ({_list(known)}", at)
    return lambda row: row.get("severity") in wanted


def kinds_of(name: str) -> frozenset[str]:
    """The kinds of changes that a word stands for: ``ont`` for all that happens to ONTs; none for an unknown word."""
    return frozenset(_ALIASES.get(name) or {kind for kind in KINDS if kind == name or kind.startswith(f"{name}_")})


def _kind(value: str, at: int) -> Test:
    wanted: frozenset[str] = frozenset()
    known = sorted({kind.partition("_")[0] for kind in KINDS} | set(_ALIASES))
    for part in filter(None, value.split(",")):
        found = kinds_of(part)
        if not found:
            near = difflib.get_close_matches(part, known, n=1)
            raise FilterError(f"kind: has no {part!r} (" + (f"did you mean {near[0]}?)" if near else _list(known)), at)
        wanted |= found
    if not wanted:
        raise FilterError(f"kind: wants a value ({_list(known)}", at)
    return lambda row: row.get("kind") in wanted


def _list(known: list[str]) -> str:
    return f"there are {', '.join(known)})"


def _span_s(value: str, at: int) -> float:
    number, unit = value.removeprefix("<").removeprefix("=")[:-1], value[-1:].lower()
    try:
        return float(number) * UNITS_S[unit]
    except (ValueError, KeyError):
        raise FilterError(f"since: wants a time such as 90s, 5m, 2h or 3d, not {value!r}", at) from None


def _instant(name: str, value: str, now: float, begun: datetime | None, at: int) -> datetime:
    """The instant that a text means: a time of the day is the last one; after ``from:`` the next one after that."""
    text, today = value.replace("T", " ").replace("t", " "), datetime.fromtimestamp(now)
    for pattern in (*_INSTANTS, _DAY, *_CLOCK):
        try:
            found = datetime.strptime(text, pattern)
        except ValueError:
            continue
        if pattern == _DAY:
            return found + timedelta(days=1, microseconds=-1) if name == "to" else found
        if pattern in _INSTANTS:
            return found
        found = datetime.combine(today.date(), found.time())
        if name == "to" and begun is not None:
            found = datetime.combine(begun.date(), found.time())
            return found if found >= begun else found + timedelta(days=1)
        return found if found <= today else found - timedelta(days=1)
    raise FilterError(f"{name}: wants 14:00, 2026-03-09 or 2026-03-09T14:00, not {value!r}", at)
