"""``init``: into folders that are not there, never over a file, private; and the files of a service."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import subprocess
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
    assert load(config, {"OLT_COMMUNITY": "x"}).backups.folder == Path("/var/lib/noc-console/backups")
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


UNITS = [name for name in init.EXTRAS if name.endswith(".service")]


def test_the_extras_have_units_for_door_and_share(tmp_path: Path) -> None:
    program = Path("/opt/noc-console/bin/noc-console")
    init.write_extras(tmp_path, program)
    starts = {name: re.findall(r"^ExecStart=(.*)$", (tmp_path / name).read_text(), re.MULTILINE) for name in UNITS}
    begin = f"{program} --config /etc/noc-console/config.yaml"
    assert starts == {
        "noc-console-door.service": [f"{begin} door"],
        "noc-console-share.service": [f"{begin} share"],
        "noc-share.service": [f"{begin} share"],
    }
    assert not [file for file in tmp_path.iterdir() if re.search("@PROGRAM@|@CONFIG@", file.read_text())]


def test_the_door_looks_for_a_share_where_its_unit_lets_it_listen(tmp_path: Path) -> None:
    init.write_extras(tmp_path)
    door, share = ((tmp_path / f"noc-console-{name}.service").read_text() for name in ("door", "share"))
    for key in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        assert re.findall(rf"{key}=(\S+)", door) == re.findall(rf"{key}=(\S+)", share) != []
    (folder,) = re.findall(r"XDG_RUNTIME_DIR=/run/(\S+)", share)
    assert f"RuntimeDirectory={folder}\nRuntimeDirectoryMode=0700\n" in share


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    init.write_extras(tmp_path, Path("/bin/true"))
    for unit in (tmp_path / name for name in UNITS):
        unit.write_text(re.sub(r"^(User|Group)=noc$", r"\1=root", unit.read_text(), flags=re.MULTILINE))
    done = subprocess.run(["systemd-analyze", "verify", *(tmp_path / name for name in UNITS)], capture_output=True)
    assert (done.returncode, [line for line in done.stderr.decode().splitlines() if str(tmp_path) in line]) == (0, [])


def test_a_machine_without_the_group_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(init, "ACCOUNT", "no-such-account")
    with pytest.raises(SystemExit):
        init.write_service(tmp_path)
    assert "useradd" in capsys.readouterr().err and not list(tmp_path.iterdir())
