"""Every command with something that it needs gone or broken: one clear sentence, an exit code, nothing half done."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from noc_console.cli import main
from noc_console.storage import database
from tests.schema_copy import sqlite_with_schema

ONT, WHY = "HWTC00000001", ("--reason", "test")
NEEDS_DATABASE: Mapping[str, tuple[str, ...]] = {
    "ack": ("ack", "INC-1"),
    "audit-verify": ("audit-verify",),
    "audit-verify --accept": ("audit-verify", "--accept", "why"),
    "backup": ("backup", "olt-1", *WHY),
    "backup-diff": ("backup-diff", "olt-1"),
    "backup-show": ("backup-show", "olt-1"),
    "backup-show --reveal": ("backup-show", "1", "--reveal"),
    "bulk": ("bulk", "reboot", "--filter", "los", *WHY),
    "bulk-again": ("bulk-again", "1", *WHY),
    "bulk-cancel": ("bulk-cancel", "1"),
    "bulk-release": ("bulk-release", "1"),
    "chart": ("chart", ONT),
    "collect --once": ("collect", "--once"),
    "comment": ("comment", "INC-1", "seen"),
    "do": ("do", "refresh", ONT, *WHY),
    "export": ("export", "zones"),
    "factory-reset": ("factory-reset", ONT, *WHY, "--yes"),
    "handover": ("handover",),
    "import": ("import", "zones", "zones.csv"),
    "incident": ("incident", "INC-1"),
    "job-cancel": ("job-cancel", "1"),
    "lookup": ("lookup", ONT),
    "maintenance": ("maintenance", "olt-1", "2h", *WHY),
    "maintenance-end": ("maintenance-end", "1"),
    "reboot": ("reboot", ONT, *WHY, "--yes"),
    "record": ("record", "out.rec"),
    "refresh": ("refresh", ONT, *WHY),
    "register": ("register", ONT),
    "shelve": ("shelve", "INC-1", "1h", *WHY),
    "show": ("show", "onts"),
    "show audit": ("show", "audit"),
    "show path": ("show", "path", ONT),
    "swap": ("swap", "diagnostic", ONT, "HWTC00000002", *WHY),
    "swap-close": ("swap-close", "1", "stock"),
    "unack": ("unack", "INC-1"),
    "unshelve": ("unshelve", "INC-1"),
}
PRINTS: Mapping[str, tuple[str, ...]] = {
    "check": ("check",),
    "completion": ("completion", "bash"),
    "profiles": ("profiles", "--json"),
    "do --list": ("do", "--list"),
}
OTHERS = {"open", "wallboard", "share", "door", "demo", "init", "move", "probe", "replay", "notify-test", "audit-head"}
"""A terminal, a service, or not the database: tested by themselves."""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


class Runner:
    """Runs commands in this process, in a folder of their own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        (folder / "zones.csv").write_text("name,note\nnorth,x\n")
        self.configure(f"sqlite:///{folder / 'noc.db'}")

    def configure(self, url: str) -> None:
        (self.folder / "config.yaml").write_text(
            f"database: {url}\nvictoriametrics: null\nping: null\nlogging: {{file: noc.log}}\n"
            "genieacs: {url: 'http://127.0.0.1:1'}\n"
            "olts: [{name: olt-1, address: 127.0.0.1, snmp: {port: 1, timeout_s: 0.1, retries: 0}}]\n"
        )

    def run(self, *arguments: str) -> Said:
        given = ["noc-console", "--config", str(self.folder / "config.yaml"), *arguments]
        self._monkeypatch.setattr(sys, "argv", given)
        self._capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run()
        out, err = self._capfd.readouterr()
        assert "Traceback" not in err, err
        code = ended.value.code
        return Said(code if isinstance(code, int) else int(code is not None), out, err)


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Runner(tmp_path, monkeypatch, capfd)


def test_every_command_is_here() -> None:
    group = typer.main.get_command(main.app)
    assert isinstance(group, typer.core.TyperGroup)
    named = {arguments[0] for arguments in (*NEEDS_DATABASE.values(), *PRINTS.values())}
    assert named | OTHERS == set(group.commands)


@pytest.mark.parametrize("arguments", NEEDS_DATABASE.values(), ids=NEEDS_DATABASE)
def test_without_postgresql(runner: Runner, arguments: tuple[str, ...]) -> None:
    runner.configure("postgresql://noc:hush@127.0.0.1:1/noc")
    said = runner.run(*arguments)
    assert (said.code, said.out) == (3, "")
    (line,) = said.err.splitlines()
    assert "database" in line and "Connection refused" in line and "is the server up" in line and "hush" not in line


@pytest.fixture
def locked(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """Another program holds the file, and lets nobody read either."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.01)
    sqlite_with_schema(runner.folder / "noc.db")
    holding = sqlite3.connect(runner.folder / "noc.db", isolation_level=None)
    holding.execute("PRAGMA locking_mode=EXCLUSIVE")
    holding.execute("BEGIN EXCLUSIVE")
    yield runner
    holding.close()


@pytest.mark.parametrize("arguments", NEEDS_DATABASE.values(), ids=NEEDS_DATABASE)
def test_with_a_locked_file(locked: Runner, arguments: tuple[str, ...]) -> None:
    said = locked.run(*arguments)
    assert (said.code, said.out) == (3, "")
    (line,) = said.err.splitlines()
    assert "locked by another program" in line
    assert not (locked.folder / "out.rec").exists()


@pytest.mark.parametrize("kind", ["folder", "no folder", "garbage"])
@pytest.mark.parametrize("name", ["show", "reboot", "import", "audit-verify", "collect --once"])
def test_a_database_that_is_none(runner: Runner, name: str, kind: str) -> None:
    file = runner.folder / "noc.db"
    if kind == "folder":
        file.mkdir()
    elif kind == "garbage":
        file.write_bytes(os.urandom(9000))
    else:
        runner.configure(f"sqlite:////proc/{os.getpid()}/none/noc.db")
    said = runner.run(*NEEDS_DATABASE[name])
    assert (said.code, said.out) == (3, "") and len(said.err.splitlines()) == 1, said


@pytest.mark.parametrize("arguments", [*PRINTS.values(), NEEDS_DATABASE["export"], NEEDS_DATABASE["show"]], ids=str)
def test_a_full_disk_behind_the_output(
    runner: Runner, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_with_schema(runner.folder / "noc.db")
    with open("/dev/full", "w", encoding="utf-8") as full, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        said = runner.run(*arguments)
        patch.undo()
    assert said.code == 1 and said.err.splitlines()[-1].endswith(
        "the output cannot be written: No space left on device"
    )


def test_a_job_that_never_was_had_not_ended(runner: Runner) -> None:
    sqlite_with_schema(runner.folder / "noc.db")
    said = runner.run("job-cancel", "7")
    assert said.code == 1 and "there is no job 7" in said.err


def test_an_audit_log_that_holds_cannot_be_accepted(runner: Runner) -> None:
    sqlite_with_schema(runner.folder / "noc.db")
    assert "holds to entry 0" in runner.run("audit-verify").out
    said = runner.run("audit-verify", "--accept", "why")
    assert said.code == 1 and "nothing to accept" in said.err
