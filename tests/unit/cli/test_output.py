"""Rows as CSV: what is missing is empty, and text from devices stays text in a spreadsheet."""

from __future__ import annotations

import csv

import pytest

from noc_console.cli.output import Form, print_rows

COLUMNS = (("a", "A"), ("at", "At"))


@pytest.mark.parametrize("text", ["=1+1", "+49", "-x", "@SUM(A1)", "\tx", "a,b", 'a"b', "Zürich"])
def test_text_is_never_a_formula_and_comes_back_whole(capsys: pytest.CaptureFixture[str], text: str) -> None:
    print_rows([{"a": text, "at": 0.0, "n": None, "b": True, "l": ["x", 1], "f": -19.25}], Form.CSV, COLUMNS)
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert row["a"].lstrip("'").strip() == text.strip() and row["a"][0] not in "=+-@\t"
    assert (row["at"], row["n"], row["b"], row["l"], row["f"]) == (
        "1970-01-01T00:00:00Z",
        "",
        "yes",
        '["x", 1]',
        "-19.25",
    )


def test_no_rows_are_a_header(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], Form.CSV, COLUMNS)
    assert capsys.readouterr().out == "a,at\n"
