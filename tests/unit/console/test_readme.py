"""The README tells the keys that there are."""

from __future__ import annotations

from pathlib import Path

from noc_console.console.keys import markdown_table
from noc_console.domain.diagnosis.judge import markdown_table as verdict_table
from noc_console.sources.genieacs.pathfile import load_tables

README = Path(__file__).resolve().parents[3] / "README.md"


def test_the_key_table_is_the_registry() -> None:
    assert markdown_table().strip() in README.read_text(encoding="utf-8"), "python -m noc_console.console.keys"


def test_the_verdict_table_is_the_rules() -> None:
    assert verdict_table() in README.read_text(encoding="utf-8"), "python -m noc_console.domain.diagnosis.judge"


def test_the_paths_file_of_the_readme_is_taken(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    example = text[text.index("virtual: {pppoeUsername") :].partition("```")[0]
    file = tmp_path / "paths.yaml"
    file.write_text(example, encoding="utf-8")
    assert "X_ACME_Noise" in repr(load_tables(file))
