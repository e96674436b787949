"""How commands speak: tables for people, JSON for programs, exit codes for both."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum, StrEnum
from typing import Any, NoReturn

from noc_console.domain.text import clean
from noc_console.picture.as_text import as_csv, with_iso_times


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    FAILED = 1
    """The job failed, or something that was asked for is not there."""
    USAGE = 2
    """Wrong usage or config."""
    UNREACHABLE = 3
    """A source could not be reached."""
    ACCEPTED = 4
    """Done, but nobody can prove it: a router accepted a value that it does not show."""


SHORT = 40
LONG = 160
SENTENCES = ("text", "result", "error", "left_out", "note")
"""Columns that are cut only when they are very long."""


def fail(message: object, code: Exit) -> NoReturn:
    """Say what is wrong on stderr and end."""
    print(f"noc-console: {message}", file=sys.stderr)
    raise SystemExit(int(code))


def print_json(data: object) -> None:
    """One JSON document on stdout; Unix seconds under names that end in ``_at`` become ISO 8601."""
    print(json.dumps(with_iso_times(data), ensure_ascii=False, indent=2 if sys.stdout.isatty() else None), flush=True)


class Form(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def print_rows(rows: Sequence[Mapping[str, Any]], form: Form, columns: Sequence[tuple[str, str]]) -> None:
    """Rows in the form that was asked for; JSON and CSV have all keys, a table the columns."""
    if form is Form.JSON:
        print_json(rows)
    elif form is Form.CSV:
        print_csv(rows, columns)
    else:
        print_table(rows, columns)


def print_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
    """Rows as CSV (RFC 4180) under their keys; what is missing is empty, lists and objects are JSON."""
    sys.stdout.write(as_csv(rows, list(rows[0]) if rows else [key for key, _ in columns]))


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
    """Rows as aligned columns; missing values stay blank, long text is cut.

    Args:
        rows: What to print.
        columns: (key, heading) pairs.
    """
    cells = [[heading for _, heading in columns]]
    cells += [
        [_cell(with_iso_times(row.get(key), key), LONG if key in SENTENCES else SHORT) for key, _ in columns]
        for row in rows
    ]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object, limit: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    return clean(str(value), limit)
