"""Flat rows as CSV and JSON, the same from a command and from the console."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noc_console.domain.text import clean


def iso(at: float | None) -> str | None:
    """Unix seconds as ``2026-03-09T08:01:38Z``."""
    return None if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_iso_times(data: Any, key: str = "") -> Any:
    """The same with readable instants: Unix seconds under names that end in ``_at`` become ISO 8601."""
    if isinstance(data, Mapping):
        return {name: with_iso_times(value, name) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [with_iso_times(item) for item in data]
    is_instant = isinstance(data, int | float) and not isinstance(data, bool) and (key == "at" or key.endswith("_at"))
    return iso(data) if is_instant else data


def as_csv(rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """CSV (RFC 4180) under these keys; what is missing is empty, lists and objects are JSON."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_cell(with_iso_times(row.get(key), key)) for key in keys] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | Mapping):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        # A spreadsheet would run a customer's "=cmd()" as a formula.
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else clean(value)
    return value
