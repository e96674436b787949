"""The audit log's archive: whether its chain holds, ends where the database's begins, and fits the signed heads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from noc_console.domain.errors import ConfigError
from noc_console.storage.audit import Anchor, Broken, digest

MOST_LINE_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Archived:
    """What was found."""

    first: int | None = None
    """Its oldest entry; None where there is no archive. What came before is not here, and is not compared."""
    compared: int = 0
    """Heads whose entries stand in it, or should."""
    broken: Broken | None = None


def verify_archive(file: Path, end: Anchor, heads: Mapping[int, str]) -> Archived:
    """Read it once. Takes time: run it in a thread.

    Args:
        file: JSON lines; entries after ``end`` are the database's still.
        end: The last entry that went to it, as the database has it.
        heads: Digests that entries had, by their numbers.

    Raises:
        ConfigError: It cannot be read, or a line is no entry.
    """
    first: int | None = None
    last, compared = Anchor("", 0, ""), 0
    try:
        with file.open("rb") as stream:
            number = 0
            while line := stream.readline(MOST_LINE_BYTES):
                number += 1
                row = _entry(file, number, line)
                if row["id"] > end.entry_id:
                    break
                if what := _why_wrong(row, last):
                    return Archived(first, compared, what)
                first = row["id"] if first is None else first
                if row["id"] in heads:
                    compared += 1
                    if heads[row["id"]] != row["digest"]:
                        return Archived(first, compared, Broken(row["id"], "changed"))
                last = Anchor("", row["id"], row["digest"])
    except FileNotFoundError:
        return Archived()
    except OSError as error:
        raise ConfigError(f"the audit archive, {file}: {error.strerror}", hint="see retention.audit_archive") from None
    if last.entry_id < end.entry_id:
        return Archived(first, compared, Broken(last.entry_id + 1, "cut off") if first else None)
    return Archived(first, compared, None if last.digest == end.digest else Broken(last.entry_id, "changed"))


def _entry(file: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
        if isinstance(row["id"], int) and isinstance(row["digest"], str) and isinstance(row["previous"], str):
            digest(row["previous"], row)
            return dict(row)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ConfigError("is no entry of the audit log", str(file), number, hint="compare it with a copy of the archive")


def _why_wrong(row: Mapping[str, Any], last: Anchor) -> Broken | None:
    if row["digest"] != digest(row["previous"], row):
        return Broken(row["id"], "changed")
    if last.entry_id and row["previous"] != last.digest:
        gap = row["id"] > last.entry_id + 1
        return Broken(last.entry_id + 1, "missing") if gap else Broken(row["id"], "changed")
    return None
