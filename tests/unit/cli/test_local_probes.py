"""What ``check`` finds out about this machine: backups' place, door, share, files that will be written."""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from pydantic import SecretStr
from sqlalchemy import update

from noc_console.cli import local_probes, probes
from noc_console.config.backups import Backups
from noc_console.config.door import DoorConfig
from noc_console.config.model import Config
from noc_console.config.operations import Access, Key
from noc_console.domain.backups import Backup
from noc_console.domain.errors import ConfigError, NocError, SourceError
from noc_console.sharing import address
from noc_console.sshd.server import host_key
from noc_console.storage import audit, schema
from noc_console.storage.backup_files import Folder, pack
from noc_console.storage.backups import BackupIndex, New
from noc_console.storage.database import Database
from tests.schema_copy import sqlite_with_schema

NOT_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
BACKUP = Backup(1, "olt-1", 1.0, 1.0, 5, 1, "d", "vsol", "ssh", "maria", "olt-1/1.cfg.gz")


def config(tmp_path: Path, **parts: object) -> Config:
    olts = [{"name": "olt-1", "address": "127.0.0.1"}]
    made = {"olts": olts, "database": f"sqlite:///{tmp_path / 'noc.db'}", "backups": Backups(folder=tmp_path / "kept")}
    made |= parts
    return Config.model_validate(made)


async def index_one(tmp_path: Path) -> None:
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    await BackupIndex(database).add(New(BACKUP, None, None), None)
    await database.close()


async def test_a_folder_of_backups_is_written_read_and_left_as_it_was(tmp_path: Path) -> None:
    given = config(tmp_path)
    assert "will be made" in await local_probes.backups(given)
    assert not (tmp_path / "kept").exists()
    (tmp_path / "kept").mkdir()
    assert "written, read back and deleted; no backup yet" in await local_probes.backups(given)
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("made", [True, False])
async def test_a_folder_that_cannot_be_had_is_named(tmp_path: Path, made: bool) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("a file")
    kept = wrong if made else wrong / "kept"
    with pytest.raises(SourceError, match=str(wrong)) as failed:
        await local_probes.backups(config(tmp_path, backups=Backups(folder=kept)))
    assert failed.value.hint


@NOT_ROOT
async def test_a_folder_without_rights_is_named(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir(mode=0o500)
    with pytest.raises(SourceError, match=str(tmp_path / "kept")):
        await local_probes.backups(config(tmp_path))


@pytest.mark.parametrize("key, said", [("another key, long too", "another key"), (None, "backups.key")])
async def test_the_newest_backup_that_the_key_does_not_open_is_told(tmp_path: Path, key: str | None, said: str) -> None:
    await index_one(tmp_path)
    text = pack("hello", BACKUP.place, "the key of many words")
    await Folder(tmp_path / "kept").put(BACKUP.place, text)
    kept = Backups(folder=tmp_path / "kept", key=SecretStr("the key of many words"))
    assert "1 of olt-1, can be read" in await local_probes.backups(config(tmp_path, backups=kept))
    wrong = kept.model_copy(update={"key": None if key is None else SecretStr(key)})
    with pytest.raises(SourceError) as failed:
        await local_probes.backups(config(tmp_path, backups=wrong))
    assert said in f"{failed.value} {failed.value.hint}"


async def test_a_newest_backup_whose_file_is_gone_is_told(tmp_path: Path) -> None:
    await index_one(tmp_path)
    (tmp_path / "kept").mkdir()
    with pytest.raises(SourceError, match=r"olt-1/1\.cfg\.gz"):
        await local_probes.backups(config(tmp_path))


class _Failing(Folder):
    def __init__(self, folder: Path, at: str) -> None:
        super().__init__(folder)
        self._at = at

    async def get(self, name: str) -> bytes:
        if self._at == "get":
            raise SourceError("S3: AccessDenied", "backups")
        return await super().get(name) + (b"!" if self._at == "other" else b"")

    async def delete(self, name: str) -> None:
        if self._at == "delete":
            raise SourceError("S3: AccessDenied", "backups")
        await super().delete(name)


@pytest.mark.parametrize(
    "at, said",
    [("get", "cannot read from it"), ("other", "other bytes come back"), ("delete", "cannot delete from it")],
)
async def test_each_step_that_is_refused_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str, said: str
) -> None:
    (tmp_path / "kept").mkdir()
    monkeypatch.setattr(local_probes, "files_of", lambda _config: _Failing(tmp_path / "kept", at))
    with pytest.raises(SourceError, match=said) as failed:
        await local_probes.backups(config(tmp_path))
    assert "backups.s3" in (failed.value.hint or "")


def doored(tmp_path: Path, port: int = 0, **door: object) -> Config:
    key = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()
    access = Access(keys=(Key(name="maria", key=" ".join(key[:2])),))
    return config(tmp_path, access=access, door=DoorConfig(port=port, host_key=tmp_path / "host_key", **door))


async def test_a_door_is_tried_without_making_its_host_key(tmp_path: Path) -> None:
    given = doored(tmp_path)
    said = await local_probes.door(given)
    assert "keys that may come in: 1; host key will be made" in said and not (tmp_path / "host_key").exists()
    key = host_key(tmp_path / "host_key")
    assert key.get_fingerprint() in await local_probes.door(given)


@pytest.mark.parametrize("content, mode, said", [(b"nonsense", 0o600, "host key"), (None, 0o644, "others may read")])
async def test_a_host_key_that_is_none_or_open_is_named(
    tmp_path: Path, content: bytes | None, mode: int, said: str
) -> None:
    given, file = doored(tmp_path), tmp_path / "host_key"
    host_key(file)
    if content:
        file.write_bytes(content)
    file.chmod(mode)
    with pytest.raises(ConfigError, match=said) as failed:
        await local_probes.door(given)
    assert str(file) in str(failed.value)


@pytest.mark.parametrize(
    "text, said", [("nonsense\n", "keys:1"), ("ssh-ed25519 AAAA maria\n", "no public key"), (None, "cannot be read")]
)
async def test_a_file_of_keys_that_is_wrong_is_named(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "keys"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigError, match=said) as failed:
        await local_probes.door(doored(tmp_path, authorized_keys=file))
    assert "keys" in str(failed.value)


@pytest.mark.parametrize("banner, ok", [(b"SSH-2.0-noc-console\r\n", True), (b"SSH-2.0-OpenSSH_9\r\n", False)])
async def test_a_port_that_is_taken_is_the_doors_or_somebody_elses(tmp_path: Path, banner: bytes, ok: bool) -> None:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(banner)
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    given = doored(tmp_path, port=server.sockets[0].getsockname()[1])
    try:
        if ok:
            assert "is the door's" in await local_probes.door(given)
        else:
            with pytest.raises(NocError, match="in use"):
                await local_probes.door(given)
    finally:
        server.close()


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder in which a socket may lie."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


async def test_a_folder_too_deep_for_a_socket_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text("")
    deep = tmp_path / ("x" * 100)
    deep.mkdir(mode=0o700)
    monkeypatch.setattr(address, "folders", lambda _env=None: [deep])
    with pytest.raises(NocError, match="too long for a socket"):
        await local_probes.share(tmp_path / "config.yaml")


async def test_the_shares_folder_must_be_this_users_alone(
    tmp_path: Path, short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, folder = tmp_path / "config.yaml", short / "run" / "noc-console"
    file.write_text("")
    monkeypatch.setattr(address, "folders", lambda _env=None: [folder])
    assert "will be made" in await local_probes.share(file)
    folder.mkdir(parents=True, mode=0o700)
    assert "none runs" in await local_probes.share(file)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:  # as the share has it
        listener.bind(str(folder / address.socket_name(file)))
        assert "none runs" in await local_probes.share(file), "a socket that was left over is no share"
        listener.listen()
        assert "a share runs" in await local_probes.share(file)
    folder.chmod(0o755)
    with pytest.raises(NocError, match=str(folder)) as failed:
        await local_probes.share(file)
    assert failed.value.hint


async def test_what_the_collector_writes_is_tried_by_its_keys(tmp_path: Path) -> None:
    given = config(tmp_path)
    wrong = given.logging.model_copy(update={"file": tmp_path})
    with pytest.raises(ConfigError, match=f"logging.file: {tmp_path} is a folder"):
        await local_probes.written_files(given.model_copy(update={"logging": wrong}))
    fine = given.logging.model_copy(update={"file": tmp_path / "new" / "noc.log"})
    assert "can be written" in await local_probes.written_files(given.model_copy(update={"logging": fine}))
    assert not (tmp_path / "new").exists()


async def test_an_audit_log_that_does_not_hold_is_told(tmp_path: Path) -> None:
    given = config(tmp_path)
    assert await probes.audit_log(given) == "not begun"
    database = Database(sqlite_with_schema(tmp_path / "noc.db"))
    async with database.writing() as connection:
        for at in (1.0, 2.0):
            await audit.append(connection, audit.Entry("maria", "", "", "reboot", "x", "", "queued"), at)
    assert "holds to entry 2" in await probes.audit_log(given)
    async with database.writing() as connection:
        await connection.execute(update(schema.audit).values(result="other"))
    await database.close()
    with pytest.raises(ConfigError, match="entry 1 is changed") as failed:
        await probes.audit_log(given)
    assert "audit-verify" in (failed.value.hint or "")
