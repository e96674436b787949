"""Where the text of backups is kept: a folder, or a bucket of an S3 server; compressed, and encrypted with a key."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from noc_console.config.backups import S3
from noc_console.config.model import Config
from noc_console.config.paths import backup_folder
from noc_console.domain.errors import SourceProtocolError, SourceUnavailable
from noc_console.domain.text import clean

T = TypeVar("T")

SOURCE = "backups"
MOST_BYTES = 512 * 1024 * 1024
"""Of a text when it is unpacked."""
_PLAIN, _SEALED = b"NOCB1P", b"NOCB1S"
_SALT_BYTES, _NONCE_BYTES = 16, 12
_NAME = re.compile(r"[A-Za-z0-9][\w.:\-]*/[A-Za-z0-9][\w.\-]*")


class BackupFiles(Protocol):
    """Files by name, such as ``olt-1/20261127T032101Z.cfg.gz``. All raise ``SourceError``."""

    async def put(self, name: str, data: bytes) -> None:
        """Store a new file, whole or not at all."""

    async def get(self, name: str) -> bytes:
        """Read one."""

    async def delete(self, name: str) -> None:
        """Delete one; one that is not there is no error."""


class Folder:
    """Files of this user alone, in a folder.

    Args:
        folder: Made when the first one is stored.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, name: str, data: bytes) -> None:
        """Beside its place first, then moved there."""
        await self._in_thread(lambda path: self._put(path, data), name)

    async def get(self, name: str) -> bytes:
        """Read one."""
        return await self._in_thread(lambda path: path.read_bytes(), name)

    async def delete(self, name: str) -> None:
        """Delete one."""
        await self._in_thread(lambda path: path.unlink(missing_ok=True), name)

    async def _in_thread(self, do: Callable[[Path], T], name: str) -> T:
        path = self._folder / _checked(name)
        try:
            return await asyncio.to_thread(do, path)
        except OSError as error:
            hint = "it is kept on the collector's machine" if isinstance(error, FileNotFoundError) else None
            raise SourceUnavailable(f"{path}: {error.strerror}", SOURCE, hint) from None

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
        finally:
            aside.unlink(missing_ok=True)
        holding = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(holding)
        finally:
            os.close(holding)


class Bucket:
    """Objects in a bucket.

    Args:
        config: Server, bucket, login.
    """

    def __init__(self, config: S3) -> None:
        from obstore.store import S3Store

        self._prefix = config.prefix
        self._store = S3Store(
            config.bucket,
            endpoint=config.url,
            region=config.region,
            access_key_id=config.access_key,
            secret_access_key=config.secret_key.get_secret_value(),
            virtual_hosted_style_request=False,
            client_options={"timeout": timedelta(seconds=config.timeout_s), "allow_http": True},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=config.timeout_s)},
        )

    async def put(self, name: str, data: bytes) -> None:
        """Store one: S3 has it whole or not at all."""
        await self._do(self._store.put_async(self._prefix + _checked(name), data))

    async def get(self, name: str) -> bytes:
        """Read one."""

        async def read() -> bytes:
            return bytes(await (await self._store.get_async(self._prefix + _checked(name))).bytes_async())

        return await self._do(read())

    async def delete(self, name: str) -> None:
        """Delete one."""
        await self._do(self._store.delete_async(self._prefix + _checked(name)))

    async def _do(self, doing: Awaitable[T]) -> T:
        from obstore.exceptions import BaseError

        try:
            return await doing
        except (BaseError, OSError) as error:
            raise SourceUnavailable(f"S3: {clean(str(error).splitlines()[0], 200)}", SOURCE) from None


def files_of(config: Config) -> BackupFiles:
    """Where the config says."""
    return Bucket(config.backups.s3) if config.backups.s3 else Folder(backup_folder(config))


def pack(text: str, name: str, key: str | None) -> bytes:
    """A text as it is stored; with a key, encrypted, and bound to its name. Takes time: run it in a thread."""
    data = gzip.compress(text.encode(), 6, mtime=0)
    if key is None:
        return _PLAIN + data
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    return _SEALED + salt + nonce + _cipher(key, salt).encrypt(nonce, data, name.encode())


def unpack(data: bytes, name: str, key: str | None) -> str:
    """The text again.

    Raises:
        SourceProtocolError: It is damaged, or wants another key.
    """
    kind, data = data[: len(_PLAIN)], data[len(_PLAIN) :]
    if kind == _SEALED:
        if key is None:
            raise SourceProtocolError(f"{name} is encrypted", SOURCE, "set backups.key")
        salt, nonce = data[:_SALT_BYTES], data[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
        try:
            data = _cipher(key, salt).decrypt(nonce, data[_SALT_BYTES + _NONCE_BYTES :], name.encode())
        except (InvalidTag, ValueError):
            raise SourceProtocolError(f"{name} was encrypted with another key, or is damaged", SOURCE) from None
    elif kind != _PLAIN:
        raise SourceProtocolError(f"{name} is no backup", SOURCE)
    try:
        unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
        text = unpacker.decompress(data, MOST_BYTES)
        if not unpacker.eof:
            raise SourceProtocolError(f"{name} is cut off", SOURCE)
        return text.decode()
    except (zlib.error, UnicodeDecodeError):
        raise SourceProtocolError(f"{name} is damaged", SOURCE) from None


def _cipher(key: str, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(Scrypt(salt=salt, length=32, n=2**14, r=8, p=1).derive(key.encode()))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SourceProtocolError(f"{clean(name)!r} is no name of a backup", SOURCE)
    return name
