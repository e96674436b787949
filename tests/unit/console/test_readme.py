"""The README tells the keys that there are."""

from __future__ import annotations

from pathlib import Path

from noc_console.console.keys import markdown_table

README = Path(__file__).resolve().parents[3] / "README.md"


def test_the_key_table_is_the_registry() -> None:
    assert markdown_table().strip() in README.read_text(encoding="utf-8"), "python -m noc_console.console.keys"
