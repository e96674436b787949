"""``init``: into folders that are not there, never over a file, private; and the files of a service."""

from __future__ import annotations

import grp
import os
import pwd
from pathlib import Path

import pytest

from noc_console.cli import init
from noc_console.config.load import load


def test_folders_are_made_and_the_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "not" / "there" / "config.yaml"
    init.write_example(path)
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o007 == 0
    with pytest.raises(SystemExit):
        init.write_example(path)


def _be_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the service's account be whoever runs the tests."""
    own, group = pwd.getpwuid(os.getuid()), grp.getgrgid(os.getgid())
    monkeypatch.setattr(pwd, "getpwnam", {init.ACCOUNT: own}.__getitem__)
    monkeypatch.setattr(grp, "getgrnam", {init.ACCOUNT: group}.__getitem__)


def test_the_files_of_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _be_the_account(monkeypatch)
    program = Path("/opt/noc-console/bin/noc-console")
    init.write_service(tmp_path, program)
    config, unit = tmp_path / "etc/noc-console/config.yaml", tmp_path / "etc/systemd/system/noc-console.service"
    assert load(config, {"OLT_COMMUNITY": "x"}).database == "sqlite:////var/lib/noc-console/noc.db"
    assert f"ExecStart={program} --config /etc/noc-console/config.yaml collect\n" in unit.read_text()
    wall = unit.with_name("noc-console-wallboard@.service")
    assert f"ExecStart={program} --config /etc/noc-console/config.yaml wallboard\n" in wall.read_text()
    assert all("@PROGRAM@" not in one.read_text() and "@CONFIG@" not in one.read_text() for one in (unit, wall))
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert (tmp_path / "var/lib/noc-console").stat().st_mode & 0o7777 == 0o2770
    assert modes == {"config.yaml": 0o640, "noc-console": 0o640, unit.name: 0o644, wall.name: 0o644}
    config.write_text("mine")
    init.write_service(tmp_path, program)
    assert config.read_text() == "mine" and "left as it is" in capsys.readouterr().out


def test_a_machine_without_the_group_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(init, "ACCOUNT", "no-such-account")
    with pytest.raises(SystemExit):
        init.write_service(tmp_path)
    assert "useradd" in capsys.readouterr().err and not list(tmp_path.iterdir())
