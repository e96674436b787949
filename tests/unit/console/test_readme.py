"""The documentation shows the keys, verdicts, commands and config keys that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from noc_console.cli.main import app
from noc_console.cli.show import AUDIT, PATH, SHOWN
from noc_console.console.keys import markdown_table
from noc_console.console.registry import ACTIONS
from noc_console.domain.diagnosis.judge import markdown_table as verdict_table
from noc_console.sources.genieacs.pathfile import load_tables

ROOT = Path(__file__).resolve().parents[3]


def text_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def test_the_key_table_is_the_registry() -> None:
    assert markdown_table().strip() in text_of("docs/keys.md"), "python -m noc_console.console.keys"


def test_the_verdict_table_is_the_rules() -> None:
    assert verdict_table() in text_of("docs/operating.md"), "python -m noc_console.domain.diagnosis.judge"


def test_the_paths_file_of_the_documentation_loads(tmp_path: Path) -> None:
    text = text_of("docs/configuring.md")
    example = text[text.index("virtual: {pppoeUsername") :].partition("```")[0]
    file = tmp_path / "paths.yaml"
    file.write_text(example, encoding="utf-8")
    assert "X_ACME_Noise" in repr(load_tables(file))


PAGES = [
    "README.md",
    "docs/features.md",
    "docs/operating.md",
    "docs/configuring.md",
    "docs/extending.md",
    "CONTRIBUTING.md",
]


def code_of(page: str) -> str:
    """What a page shows as code: blocks and words."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text_of(page), re.DOTALL))


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_exist(page: str) -> None:
    known = set(typer.main.get_group(app).commands)
    named = re.findall(r"(?<![/\w])noc-console ((?:[a-z][a-z|-]*))(?=[\s`])", code_of(page))
    assert {name for words in named for name in words.split("|")} <= known


@pytest.mark.parametrize("page", PAGES)
def test_the_console_commands_of_a_page_exist(page: str) -> None:
    known = {action.command for action in ACTIONS}
    assert set(re.findall(r"`:([a-z][a-z-]*)", text_of(page))) <= known


def test_each_feature_is_shown_by_what_exists() -> None:
    commands, keys = set(typer.main.get_group(app).commands), {key for action in ACTIONS for key in action.keys}
    rows = [row.split("|")[2:4] for row in text_of("docs/features.md").splitlines() if row.startswith("| ")]
    assert len(rows) > 50
    for console, command in rows:
        assert {code for code in re.findall(r"`([^`]+)`", console) if len(code) == 1} <= keys, console
        for code in re.findall(r"`([^`]+)`", command):
            words = code.split()
            assert words[0] in commands or words[0].startswith("-") or words[0].endswith(":"), code
            if words[0] == "show" and not words[1].startswith("-"):
                assert words[1] in {*SHOWN, PATH, AUDIT}, code


def test_the_keys_of_the_readme_are_those_of_the_registry() -> None:
    table = text_of("README.md").partition("\n## Keys\n")[2].partition("\n## ")[0]
    named = [code for row in table.splitlines() if row.startswith("| `") for code in row.split("|")[1].split("`")[1::2]]
    assert len(named) >= 30
    single = {code for code in named if len(code) == 1}
    assert single <= {key for action in ACTIONS for key in action.keys}
