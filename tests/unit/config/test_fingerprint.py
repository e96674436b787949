"""What a collector tells of its config: enough to see a difference, and nothing that is secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from noc_console.config.fingerprint import SHARED, marks
from noc_console.config.model import Config

OLTS = [{"name": f"olt-{number}", "address": f"10.0.0.{number}"} for number in (1, 2)]
CLI: dict[str, Any] = {"username": "noc", "password": "hush"}


def config(**parts: Any) -> Config:
    return Config.model_validate({"olts": OLTS, **parts})


def changed(**parts: Any) -> set[str]:
    before, after = marks(config()), marks(config(**parts))
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


@pytest.mark.parametrize(
    "parts, told",
    [
        ({"olts": OLTS[:1]}, {"olt:olt-2"}),
        ({"olts": OLTS[::-1]}, set()),
        ({"olts": [OLTS[0], OLTS[1] | {"address": "10.9.9.9"}]}, {"olt:olt-2"}),
        ({"olts": [OLTS[0] | {"snmp": {"port": 1161}}, OLTS[1]]}, {"olt:olt-1"}),
        ({"olts": [OLTS[0] | {"polling": {"state_s": 61}}, OLTS[1]]}, {"olt:olt-1"}),
        ({"olts": [OLTS[0] | {"cli": CLI}, OLTS[1]]}, {"olt:olt-1"}),
        ({"polling": {"state_s": 61}}, {"polling"}),
        ({"genieacs": {"url": "http://acs:7557"}}, {"genieacs"}),
        ({"notifications": {"urls": ["json://x"]}}, {"notifications"}),
        ({"ping": None}, {"ping"}),
        # A machine's own:
        ({"logging": {"file": "/x/y.log"}, "history": {"path": "/x"}, "traps": {"listen": "0.0.0.0:1162"}}, set()),
        ({"backups": {"folder": "/x/y"}}, set()),
    ],
)
def test_each_part_that_matters_has_its_mark(parts: dict[str, Any], told: set[str]) -> None:
    assert changed(**parts) == told


def test_the_same_config_has_the_same_marks_and_secrets_do_not_count() -> None:
    def with_secret(secret: str) -> Config:
        snmp = {"community": secret}
        return config(olts=[OLTS[0] | {"cli": CLI | {"password": secret}, "snmp": snmp}], backups={"key": secret * 9})

    assert marks(with_secret("one")) == marks(with_secret("other"))


def test_files_count_by_what_is_in_them(tmp_path: Path) -> None:
    def with_file(folder: str, text: str) -> Config:
        file = tmp_path / folder / "acme.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return config(genieacs={"url": "http://acs", "paths_file": file}, profiles_dir=file.parent)

    here = marks(with_file("here", "a: 1"))
    assert here == marks(with_file("there", "a: 1"))
    there = marks(with_file("there", "a: 2"))
    assert {key for key in here if here[key] != there[key]} == {"genieacs", "profiles_dir"}


def test_every_shared_section_is_one() -> None:
    assert set(SHARED) < set(Config.model_fields)
