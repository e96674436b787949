"""An entry of the audit log as table cells, and whole."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from noc_console.console.render.cells import Cell, Line, wrap
from noc_console.console.render.times import listed
from noc_console.console.widgets.columns import Column
from noc_console.domain.audit_log import changes_of, details_of
from noc_console.domain.text import clean

COLUMNS = (
    Column("at", "WHEN", 11, right=True, frozen=True),
    Column("actor", "WHO", 10, frozen=True),
    Column("action", "ACTION", 18),
    Column("target", "TARGET", 22),
    Column("result", "RESULT", 20, flex=True),
    Column("reason", "REASON", 20),
    Column("origin", "FROM", 24),
    Column("known_by", "KNOWN BY", 14),
    Column("id", "ENTRY", 7, right=True),
)
_TROUBLE = ("refused", "failed", "timed_out", "expired", "unclear")


def is_trouble(entry: Mapping[str, Any]) -> bool:
    """Whether it was refused or came to nothing."""
    return str(entry["result"]).startswith(_TROUBLE)


def cell(entry: Mapping[str, Any], column: str, now: float, absolute: bool) -> Cell:
    """One cell of the list."""
    if column == "at":
        return listed(entry["at"], now, absolute), "dim"
    if column == "result":
        return _text(entry, column), "warning" if is_trouble(entry) else "base"
    return _text(entry, column), "strong" if column == "actor" else "dim" if column in ("known_by", "id") else "base"


def one_line(entry: Mapping[str, Any]) -> str:
    """For a ticket."""
    parts = (_instant(entry), *(_text(entry, name) for name in ("actor", "action", "target", "reason", "result")))
    return "  ".join(part for part in parts if part)


def story(entry: Mapping[str, Any], width: int) -> list[Line]:
    """All of an entry: who and how known, from where, why, what came of it, each record as it was and became."""
    who = f"{_text(entry, 'actor')}, known by {_text(entry, 'known_by') or 'the release that wrote it'}"
    from_ = _text(entry, "origin")
    details = details_of(entry)
    if claimed := clean(str(details.get("claimed_address", ""))):
        from_ += f" (says it is at {claimed})"
    job = f"job {entry['job_id']}" if entry["job_id"] is not None else ""
    rows = [
        ("entry", f"{entry['id']}  {_instant(entry)}  {job}".rstrip()),
        ("who", who),
        ("from", from_),
        ("action", f"{_text(entry, 'action')}  {_text(entry, 'target')}"),
        ("reason", _text(entry, "reason")),
        ("result", _text(entry, "result")),
        ("confirmed", clean(str(details.get("confirmed", "")))),
        ("forced", "blockers were overridden" if details.get("forced") else ""),
    ]
    lines = [line for name, text in rows if text for line in _named(name, text, width)]
    for record, column, before, after in changes_of(entry):
        lines += _named("record", f"{record} {column}: {before or '(none)'} -> {after or '(none)'}", width)
    return lines


def _named(name: str, text: str, width: int) -> list[Line]:
    first, *more = wrap(text, max(20, width - 13)) or [""]
    return [[(f" {name:<10} ", "dim"), (first, "base")], *([(" " * 12, "dim"), (row, "base")] for row in more)]


def _instant(entry: Mapping[str, Any]) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry["at"]))


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry[name]
    return "" if value is None else clean(str(value))
