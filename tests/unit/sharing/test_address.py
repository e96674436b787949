"""A console finds the share of its own config and program, and none that somebody else could have made."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from noc_console.sharing import address

CONFIG = "database: ${NOC_DB}\nsnmp: file:community\n"


def _write(folder: Path, text: str = CONFIG) -> Path:
    file = folder / "config.yaml"
    file.write_text(text, encoding="utf-8")
    (folder / "community").write_text("one", encoding="utf-8")
    return file


def _other_text(file: Path) -> None:
    file.write_text(CONFIG + "traps: null\n", encoding="utf-8")


def _other_secret(file: Path) -> None:
    (file.parent / "community").write_text("another", encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "env"),
    [(_other_text, {"NOC_DB": "a"}), (_other_secret, {"NOC_DB": "a"}), (lambda _: None, {"NOC_DB": "b"})],
    ids=["config", "secret in a file", "variable"],
)
def test_name_changes_with_all_that_the_config_says(
    change: Callable[[Path], None], env: dict[str, str], tmp_path: Path
) -> None:
    file = _write(tmp_path)
    before = address.socket_name(file, {"NOC_DB": "a"})
    assert address.socket_name(file, {"NOC_DB": "a", "TERM": "vt100"}) == before
    change(file)
    assert address.socket_name(file, env) != before


def test_name_changes_with_the_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = address.socket_name(_write(tmp_path))
    monkeypatch.setattr(address, "__version__", "0.0.0")
    assert address.socket_name(tmp_path / "config.yaml") != before


def test_found_only_in_a_folder_that_is_ours_alone(tmp_path: Path) -> None:
    file = _write(tmp_path)
    tmp_path.chmod(0o700)
    env = {"XDG_RUNTIME_DIR": str(tmp_path)}
    folder = address.folders(env)[0]
    address.make_folder(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert address.found(file, env) == []
    socket = folder / address.socket_name(file, env)
    socket.touch()
    assert address.found(file, env) == [socket]
    folder.chmod(0o755)
    assert socket not in address.found(file, env)
    with pytest.raises(PermissionError, match="nobody else"):
        address.make_folder(folder)


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o700)
    os.symlink(real, tmp_path / "link")
    with pytest.raises(PermissionError):
        address.make_folder(tmp_path / "link")
