"""The man page, the completions and the other shipped files are those of this program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from noc_console.cli import init, manual
from noc_console.cli.show import SHOWN

INSTALL = manual.FOLDER


@pytest.mark.parametrize("name", manual.files())
def test_what_is_shipped_is_made_from_the_commands(name: str) -> None:
    assert (INSTALL / name).read_text() == manual.files()[name], "python -m noc_console.cli.manual"


def complete(*words: str) -> list[str]:
    script = f"""
        source {INSTALL / "completion.bash"}
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
        _noc_console; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_bash_completes_commands_options_and_words() -> None:
    assert complete("noc-console", "look") == ["lookup"]
    assert complete("noc-console", "--config", "x", "show", "spl") == ["splices", "splitters"]
    assert complete("noc-console", "show", "onts", "--fil") == ["--filter"]
    assert complete("noc-console", "do", "factory") == ["factory-reset"]
    assert set(SHOWN) < set(complete("noc-console", "show", ""))


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_the_man_page_is_well_formed() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", str(INSTALL / "noc-console.1")], capture_output=True, text=True, check=True
    )
    assert not done.stderr and "Reboot a customer's router" in done.stdout


def test_extras_are_written_and_never_over_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init.write_extras(tmp_path / "new")
    written = {file.name for file in (tmp_path / "new").iterdir()}
    assert written == set(init.EXTRAS)
    (tmp_path / "new" / "vmalert.yaml").write_text("mine")
    init.write_extras(tmp_path / "new")
    assert (tmp_path / "new" / "vmalert.yaml").read_text() == "mine"
    assert "left as it is" in capsys.readouterr().out


def expressions() -> dict[str, str]:
    """Every query of the alert rules and the dashboard, by its name."""
    rules: Any = yaml.safe_load((INSTALL / "vmalert.yaml").read_text())
    board: Any = json.loads((INSTALL / "grafana.json").read_text())
    found = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    return found | {panel["title"]: panel["targets"][0]["expr"] for panel in board["panels"]}


@pytest.mark.parametrize("name", expressions())
def test_each_query_asks_for_metrics_that_are_shipped(name: str) -> None:
    told = (INSTALL.parents[1] / "docs" / "configuring.md").read_text()
    source = "".join(path.read_text() for path in (INSTALL.parent / "collector").rglob("*.py"))
    asked = re.findall(r"\b((?:ont|onu|pon|olt|cpe|core|noc_collector)_[a-z_]+)\b", expressions()[name])
    metrics = {metric for metric in asked if metric not in ("olt_name", "pon_port", "ont_serial")}
    assert metrics and all(f'"{metric}"' in source or f"`{metric}`" in told for metric in metrics), metrics
