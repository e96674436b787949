"""The audit log as it is shown: entries, whether it holds, and a filter by who, action, target and time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from noc_console.domain.event_filters import parse_event_filter
from noc_console.domain.filters import TOKEN, Filter, Not, Row, Test, searched
from noc_console.domain.text import clean, fold

_COLUMNS = {"who": "actor", "action": "action", "target": "target", "reason": "reason", "result": "result"}
_OURS = frozenset(_COLUMNS)


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The newest entries, newest first, as the table has them, and what their verification found."""

    entries: Sequence[Mapping[str, Any]] = ()
    told: str = ""
    """``the audit log holds to entry 17``, or what is wrong with it."""
    broken: bool = False


def parse_audit_filter(text: str, now: Callable[[], float] = time.time) -> Filter:
    """Compile ``text``: ``who:maria action:reboot target:HWTC result:refused since:2h`` and plain words.

    Raises:
        FilterError: With the position of the term that cannot be understood.
    """
    tests: list[Test] = []
    for token in TOKEN.finditer(text):
        if (name := _name(token[0])) in _OURS:
            wanted = [fold(part) for part in token[0].partition(":")[2].replace('"', "").split(",") if part.strip()]
            test = _holds(_COLUMNS[name], wanted)
            tests.append(Not(test) if token[0].startswith("!") else test)
    rest = TOKEN.sub(lambda token: " " * len(token[0]) if _name(token[0]) in _OURS else token[0], text)
    return Filter(text.strip(), (*parse_event_filter(rest, now).tests, *tests))


def row_of(entry: Mapping[str, Any]) -> Row:
    """What a filter looks at."""
    return searched(entry)


def changes_of(entry: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """What an entry about records says of each: record, column, before, after; empty texts where there was none."""
    changes = details_of(entry).get("changes")
    found: list[tuple[str, str, str, str]] = []
    if isinstance(changes, dict):
        for record, columns in changes.items():
            for column, pair in columns.items() if isinstance(columns, dict) else ():
                before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
                found.append((clean(str(record)), clean(str(column)), _text(before), _text(after)))
    return found


def details_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The details; none where they are no JSON."""
    try:
        told = json.loads(entry.get("details") or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _text(value: object) -> str:
    return "" if value is None else clean(str(value))


def _name(token: str) -> str:
    name, colon, _ = token.removeprefix("!").partition(":")
    return name.lower() if colon else ""


def _holds(column: str, wanted: Sequence[str]) -> Test:
    def test(row: Row) -> bool:
        text = fold(str(row.get(column) or ""))
        return any(part in text for part in wanted)

    return test
