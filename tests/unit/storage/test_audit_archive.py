"""The archive of the audit log: each way to tamper with it is found, and what is not there is not claimed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from noc_console.domain.errors import ConfigError
from noc_console.storage.audit import FORM, Anchor, Broken, digest
from noc_console.storage.audit_archive import Archived, verify_archive

Rows = list[dict[str, Any]]
LAST = 6


def chain(first: int = 1, result: str = "ok") -> Rows:
    rows: Rows = []
    for number in range(1, LAST + 3):
        row = dict.fromkeys(("actor", "known_by", "origin", "action", "target", "reason", "details"), "x")
        row |= {"id": number, "at": float(number), "result": result, "job_id": None, "form": FORM}
        previous = rows[-1]["digest"] if rows else ""
        rows.append(row | {"previous": previous, "digest": digest(previous, row)})
    return rows[first - 1 :]


def write(file: Path, rows: Rows) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


END = Anchor("archived", LAST, chain()[LAST - 1]["digest"])
HEADS = {number: chain()[number - 1]["digest"] for number in (2, LAST)}


def changed(rows: Rows) -> Rows:
    rows[2]["result"] = "other"
    return rows


def rewritten(_rows: Rows) -> Rows:
    return chain(result="other")


CASES: list[tuple[Callable[[Rows], Rows], Archived]] = [
    (lambda rows: rows, Archived(1, 2)),
    (lambda rows: rows[:LAST], Archived(1, 2)),
    (changed, Archived(1, 1, Broken(3, "changed"))),
    (lambda rows: rows[:3] + rows[4:], Archived(1, 1, Broken(4, "missing"))),
    (lambda rows: rows[: LAST - 1], Archived(1, 1, Broken(LAST, "cut off"))),
    (lambda rows: rows[2:], Archived(3, 1)),
    (rewritten, Archived(1, 1, Broken(2, "changed"))),
    (lambda _rows: [], Archived()),
]


@pytest.mark.parametrize("tamper, found", CASES)
def test_what_was_done_to_it_is_found(tmp_path: Path, tamper: Callable[[Rows], Rows], found: Archived) -> None:
    assert verify_archive(write(tmp_path / "audit.jsonl", tamper(chain())), END, HEADS) == found


def test_a_new_chain_that_no_head_knows_does_not_end_where_the_database_begins(tmp_path: Path) -> None:
    found = verify_archive(write(tmp_path / "audit.jsonl", rewritten([])), END, {})
    assert found.broken == Broken(LAST, "changed")


def test_without_an_archive_nothing_is_compared(tmp_path: Path) -> None:
    assert verify_archive(tmp_path / "none.jsonl", END, HEADS) == Archived()


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", "{}", '{"id": "1"}', '{"id": 1, "digest": "", "previous": ""}', "\xff"]
)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str) -> None:
    file = write(tmp_path / "audit.jsonl", chain()[:2])
    with file.open("a", encoding="latin-1") as stream:
        stream.write(line + "\n")
    with pytest.raises(ConfigError, match=":3"):
        verify_archive(file, END, HEADS)
