"""Every file that people write is read within bounds, whoever reads it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from noc_console.cli.records import read_text as read_records
from noc_console.config.load import load
from noc_console.console.themes import load_themes
from noc_console.console.uistate import load_state
from noc_console.domain.errors import ConfigError
from noc_console.sources.genieacs.pathfile import load_tables
from noc_console.sources.snmp.profile import load_profile, load_profiles

BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(n + 1)}: &{chr(n + 1)} [{', '.join([f'*{chr(n)}'] * 8)}]\n" for n in range(ord("a"), ord("i"))
)
HOSTILE: dict[str, Callable[[Path], object]] = {
    "fifo": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "huge": lambda path: (path.touch(), os.truncate(path, 2**40)),
    "binary": lambda path: path.write_bytes(b"\xff\xfe\x00"),
}
YAML = {
    "bomb": BOMB,
    "endless": "a: &a [*a]\n",
    "deep": "[" * 3000,
    "no date": "id: 2024-99-99\n",
    "control character": "id: a\x01b\n",
    "tag": "id: !!python/object/apply:os.system [ls]\n",
}
YAML_READERS: dict[str, Callable[[Path], object]] = {
    "config": lambda path: load(path, {}),
    "profile": load_profile,
    "paths": load_tables,
}


@pytest.mark.parametrize("reader", YAML_READERS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, kind: str, reader: str) -> None:
    path = tmp_path / "wanted.yaml"
    HOSTILE[kind](path)
    with pytest.raises(ConfigError, match=r"wanted\.yaml"):
        YAML_READERS[reader](path)


@pytest.mark.parametrize("reader", YAML_READERS)
@pytest.mark.parametrize("kind", YAML)
def test_yaml_that_is_hostile_is_named(tmp_path: Path, kind: str, reader: str) -> None:
    path = tmp_path / "wanted.yaml"
    path.write_text(YAML[kind])
    with pytest.raises(ConfigError, match=r"wanted\.yaml"):
        YAML_READERS[reader](path)


@pytest.mark.parametrize("kind", HOSTILE)
def test_one_such_file_stops_nothing_else(tmp_path: Path, kind: str) -> None:
    """A profile among others, a theme, what a console remembers, records."""
    for name in ("own.yaml", "own.toml", "state.json", "zones.csv"):
        HOSTILE[kind](tmp_path / name)
    broken: dict[str, ConfigError] = {}
    assert load_profiles(tmp_path, broken).keys() == load_profiles().keys() and broken.keys() == {"own"}
    themes = load_themes({"NOC_THEMES": str(tmp_path)})
    assert "dark" in themes.found and "own.toml" in themes.problems[0]
    assert load_state(tmp_path / "state.json") == {}
    with pytest.raises(SystemExit):
        read_records(str(tmp_path / "zones.csv"))
