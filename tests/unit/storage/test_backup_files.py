"""Where texts of backups are kept: a folder, and a bucket of a real S3 server."""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from noc_console.config.backups import S3, Backups
from noc_console.domain.errors import SourceError
from noc_console.storage.backup_files import BackupFiles, Bucket, Folder, pack, unpack

NAME = "olt-1/20261127T032101Z-0a1b2c3d.cfg.gz"
KEY = "a key of many words"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    httpx.put(f"http://{host}:{port}/noc-backups", headers={"Host": f"{host}:{port}"}).raise_for_status()
    yield f"http://{host}:{port}"
    server.stop()


def bucket(url: str, name: str = "noc-backups", secret: str = "secret-key") -> Bucket:
    return Bucket(S3(bucket=name, url=url, prefix="noc/", access_key="noc", secret_key=SecretStr(secret), timeout_s=2))


@pytest.fixture(params=["folder", "s3"])
async def files(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BackupFiles]:
    if request.param == "folder":
        yield Folder(tmp_path / "kept" / "backups")
    else:
        yield bucket(request.getfixturevalue("s3"))


async def test_what_is_put_comes_back_and_goes(files: BackupFiles) -> None:
    data = os.urandom(100_000)
    await files.put(NAME, data)
    assert await files.get(NAME) == data
    await files.put(NAME, b"again")
    assert await files.get(NAME) == b"again"
    await files.delete(NAME)
    await files.delete(NAME)
    with pytest.raises(SourceError):
        await files.get(NAME)


@pytest.mark.parametrize(
    "name", ["../x/y.gz", "olt-1/../../etc/passwd", "/etc/passwd", "olt-1", "olt-1/.x", "a/b/c", ""]
)
async def test_a_name_leads_nowhere_else(files: BackupFiles, name: str) -> None:
    for doing in (files.put(name, b""), files.get(name), files.delete(name)):
        with pytest.raises(SourceError, match="no name of a backup"):
            await doing


async def test_only_this_user_may_read_the_folder_and_no_half_file_is_left(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        await Folder(tmp_path / "backups").put(NAME, b"x")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "backups").rglob("*")}
    assert modes == {"olt-1": 0o700, Path(NAME).name: 0o600}
    assert stat.S_IMODE((tmp_path / "backups").stat().st_mode) == 0o700


async def test_a_folder_that_cannot_be_written_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file")
    with pytest.raises(SourceError, match="backups/olt-1"):
        await Folder(tmp_path / "backups").put(NAME, b"x")


async def test_a_bucket_that_is_not_there_or_a_server_that_is_away_is_told(s3: str) -> None:
    with pytest.raises(SourceError, match="S3: ") as caught:
        await bucket(s3, "no-such-bucket", "hidden-secret").put(NAME, b"x")
    assert "hidden-secret" not in str(caught.value)
    with pytest.raises(SourceError, match="S3: "):
        await bucket("http://127.0.0.1:1").get(NAME)


@pytest.mark.parametrize("key", [None, KEY])
def test_packed_and_unpacked_a_text_is_the_same(key: str | None) -> None:
    text = "sysname ol\u00e7\n" * 1000
    packed = pack(text, NAME, key)
    assert unpack(packed, NAME, key) == text and len(packed) < len(text) / 10
    assert (b"sysname" in packed) is False


@pytest.mark.parametrize(
    ("name", "key", "spoil", "told"),
    [
        (NAME, None, 0, "is encrypted.*backups.key"),
        (NAME, "another key of words", 0, "another key"),
        ("olt-2/x.cfg.gz", KEY, 0, "another key"),
        (NAME, KEY, 1, "damaged"),
    ],
    ids=["no key", "another key", "another's text", "damaged"],
)
def test_an_encrypted_text_opens_with_its_key_at_its_place_only(
    name: str, key: str | None, spoil: int, told: str
) -> None:
    packed = bytearray(pack("text", NAME, KEY))
    packed[-1] ^= spoil
    with pytest.raises(SourceError, match=told):
        unpack(bytes(packed), name, key)


@pytest.mark.parametrize(
    "data", [b"", b"NOCB1P", b"NOCB1Pxxxx", b"NOCB1S", b"garbage" * 9, pack("text" * 99, NAME, None)[:-9]]
)
def test_what_is_damaged_is_never_shown_as_a_text(data: bytes) -> None:
    with pytest.raises(SourceError):
        unpack(data, NAME, KEY)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"every": "1m"}, "from 10m to 31d"),
        ({"every": "often"}, "must be a time"),
        ({"key": "short"}, "16 characters"),
        ({"keep": 1}, "greater than or equal to 2"),
        ({"folder": "x", "s3": {"bucket": "abc", "access_key": "a", "secret_key": "b"}}, "not both"),
    ],
)
def test_a_config_that_cannot_be_is_refused(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Backups.model_validate(given)


@pytest.mark.parametrize(("every", "seconds"), [("24h", 86400), ("90m", 5400), ("7d", 604800), ("1.5h", 5400)])
def test_a_rhythm_in_words(every: str, seconds: float) -> None:
    assert Backups(every=every).every_s == seconds
