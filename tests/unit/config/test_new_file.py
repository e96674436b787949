"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from noc_console.cli.init import write_example
from noc_console.config.new_file import replaced, write_new
from noc_console.domain.errors import ConfigError
from noc_console.sshd.server import host_key
from noc_console.storage.audit_heads import append_head, newest_head, private_key, read_heads, sign


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when what was written shall be kept."""

    def fail(_descriptor: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)


@pytest.mark.usefixtures("full")
def test_a_full_disk_leaves_no_file_of_which_the_next_start_would_choke(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OSError, match="No space"):
        write_new(tmp_path / "new", b"x")
    with pytest.raises(ConfigError, match="No space"):
        host_key(tmp_path / "host_key")
    with pytest.raises(ConfigError, match="No space"):
        private_key(tmp_path / "heads.key")
    with pytest.raises(SystemExit):
        write_example(tmp_path / "config.yaml")
    assert "No space" in capsys.readouterr().err
    with pytest.raises(OSError, match="No space"), replaced(tmp_path / "recording") as out:
        out.write(b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_until_all_is_written(tmp_path: Path) -> None:
    file = tmp_path / "recording"
    file.write_text("old")
    with pytest.raises(ValueError, match="no"), replaced(file) as out:
        out.write(b"half")
        raise ValueError("no")
    assert file.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["recording"]
    with replaced(file) as out:
        out.write(b"new")
    assert file.read_text() == "new" and file.stat().st_mode & 0o777 == 0o600


def test_a_device_is_written_to_and_not_replaced() -> None:
    with replaced(Path("/dev/null")) as out:
        out.write(b"x")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("cut", [1, 2, 30, 100])
def test_a_half_head_is_no_damage_and_is_written_over(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "heads.jsonl"
    key = private_key(tmp_path / "heads.key")
    for entry in (1, 2):
        append_head(file, sign(entry, "aa", key, 1.0))
    file.write_bytes(file.read_bytes()[:-cut])
    known = 2 if cut == 1 else 1
    newest = newest_head(file)
    assert newest and newest.entry == known == len(read_heads(file))
    append_head(file, sign(3, "bb", key, 2.0))
    assert [head.entry for head in read_heads(file)] == [*range(1, known + 1), 3]


@pytest.mark.usefixtures("full")
def test_a_head_that_the_disk_does_not_take_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "heads.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        key = private_key(tmp_path / "heads.key")
        append_head(file, sign(1, "aa", key, 1.0))
    with pytest.raises(OSError, match="No space"):
        append_head(file, sign(2, "bb", key, 2.0))
    assert [head.entry for head in read_heads(file)] == [1]
