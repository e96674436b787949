"""Rows as files for other programs: CSV and JSON, instants readable, nothing in them that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noc_console.domain.text import clean

CELL = 32_767
"""Characters that a spreadsheet takes in one cell."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def iso(at: float | None) -> str | None:
    """Unix seconds as ``2026-03-09T08:01:38Z``."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_iso_times(data: Any, key: str = "") -> Any:
    """The same with readable instants."""
    if isinstance(data, Mapping):
        return {name: with_iso_times(value, name) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [with_iso_times(item) for item in data]
    is_instant = isinstance(data, int | float) and not isinstance(data, bool) and (key == "at" or key.endswith("_at"))
    return iso(data) if is_instant else data


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as one JSON document; Unix seconds under names that end in ``_at`` become ISO 8601."""
    return json.dumps(with_iso_times(rows), ensure_ascii=False, indent=2) + "\n"


def as_csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> str:
    """Rows as CSV (RFC 4180) under their keys; what is missing is empty, lists and objects are JSON.

    Args:
        rows: They need not all have the same keys.
        names: The header where there are no rows.
    """
    keys = list(dict.fromkeys(key for row in rows for key in row)) or list(names)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_csv_cell(with_iso_times(row.get(key), key)) for key in keys] for row in rows)
    return text.getvalue()


def _csv_cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        text = clean(value, CELL)  # first: it drops what could stand before a "="
        # A spreadsheet would run a customer's "=cmd()" as a formula.
        return f"'{text}" if text.startswith(_FORMULA) or value.startswith(_FORMULA) else text
    return value
