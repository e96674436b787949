"""What ``noc-console check`` tries on this machine: where files will be written, the door, the share.

Each function says what it found, or raises a ``NocError`` with what to do. Only the backups' place is written to: a
small file that is read back and deleted, because a bucket tells its rights in no other way.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from noc_console.access.seal import read_secret
from noc_console.config.model import Config
from noc_console.config.paths import audit_archive, audit_heads, backup_folder, buffer_file, door_host_key, log_file
from noc_console.domain.backups import BACKUPS, Backup
from noc_console.domain.errors import ConfigError, NocError, SourceProtocolError, SourceUnavailable
from noc_console.sharing import address
from noc_console.storage.backup_files import BackupFiles, files_of, unpack
from noc_console.storage.database import with_our_schema
from noc_console.storage.records import read_records

BANNER_S = 3.0
LONGEST_SOCKET = 107
"""Bytes of a socket's path, as Linux has it."""
_AS_SERVICE = "run this as the user who runs the collector, or chown it"


def why_unwritable(path: Path) -> str | None:
    """Why this user could not write a file, made with its folders where they are missing; None when they could."""
    if path.is_dir():
        return f"{path} is a folder, and must be a file"
    return _why_denied(path) if os.path.exists(path) else why_no_folder(path.parent)


def why_no_folder(folder: Path) -> str | None:
    """Why this user could not write into a folder, made where it is missing; None when they could."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        return f"{folder} is no folder"
    return _why_denied(folder, os.X_OK)


def _why_denied(path: Path, also: int = 0) -> str | None:
    if os.access(path, os.R_OK | os.W_OK | also):
        return None
    return f"{path} cannot be read and written by uid {os.geteuid()}"


async def written_files(config: Config) -> str:
    """Whether the log, the samples, the audit log's archive and heads can be written by whoever runs this."""
    wanted = {
        "logging.file": log_file(config),
        "history.path": buffer_file(config),
        "retention.audit_archive": audit_archive(config),
        "retention.audit_heads": audit_heads(config),
    }
    faults = [f"{key}: {why}" for key, path in wanted.items() if (why := why_unwritable(path))]
    if faults:
        raise ConfigError("; ".join(faults), hint=_AS_SERVICE)
    return "log, samples, audit archive and heads can be written"


async def backups(config: Config) -> str:
    """Whether a small file can be written, read back and deleted, and whether the newest backup can be read."""
    files = files_of(config)
    folder = None if config.backups.s3 else backup_folder(config)
    if folder is not None and not folder.exists():
        if why := why_no_folder(folder):
            raise SourceUnavailable(f"backups.folder: {why}", "backups", _AS_SERVICE)
        said = "will be made with the first backup"
    else:
        await _try_out(files)
        if folder is not None:
            with suppress(OSError):
                (folder / "check").rmdir()
        said = "written, read back and deleted"
    return f"{said}{await _newest(config, files)}"


async def _try_out(files: BackupFiles) -> None:
    name, data = f"check/{secrets.token_hex(8)}", secrets.token_bytes(64)
    doing = "write to"
    try:
        await files.put(name, data)
        doing = "read from"
        try:
            if await files.get(name) != data:
                raise SourceProtocolError("other bytes come back than were written", "backups")
        except NocError:
            with suppress(NocError):
                await files.delete(name)
            raise
        doing = "delete from"
        await files.delete(name)
    except NocError as error:
        hint = error.hint or "see backups.folder or backups.s3 in the config file, and the rights there"
        raise SourceUnavailable(f"cannot {doing} it: {error.message}", "backups", hint) from None


async def _newest(config: Config, files: BackupFiles) -> str:
    """Whether the newest backup is there and the key opens it."""
    newest = await _newest_backup(config)
    if newest is None:
        return "; no backup yet"
    key = config.backups.key.get_secret_value() if config.backups.key else None
    await asyncio.to_thread(unpack, await files.get(newest.place), newest.place, key)
    return f"; the newest backup, {newest.id} of {newest.olt}, can be read"


async def _newest_backup(config: Config) -> Backup | None:
    async with with_our_schema(config.database) as database:
        if database is None:
            return None
        async with database.reading() as connection:
            return max(await read_records(connection, BACKUPS), key=lambda one: one.taken_at, default=None)


async def door(config: Config) -> str:
    """Whether the door's keys can be read, its host key read or made, and its port had or found to be the door's."""
    from noc_console.sshd.keys import Keys

    keys = Keys(config)
    key_file = door_host_key(config)
    shown = _host_key(key_file)
    if config.door.authorized_keys and config.door.authorized_keys.stat().st_mode & stat.S_IWOTH:
        file = config.door.authorized_keys
        raise ConfigError(f"{file} may be written by every user of this machine", hint=f"chmod o-w {file}")
    if not len(keys):
        raise ConfigError("nobody could come in: no key is listed", hint="see access.keys and door.authorized_keys")
    return f"keys that may come in: {len(keys)}; {shown}; port {config.door.port} {await _port(config)}"


def _host_key(file: Path) -> str:
    from noc_console.sshd.server import host_key

    if not os.path.exists(file):
        if why := why_unwritable(file):
            raise ConfigError(f"door.host_key: {why}", hint="run this as the user who runs the door")
        return "host key will be made"
    read_secret(file)  # it is ours alone
    return f"host key {host_key(file).get_fingerprint()}"


async def _port(config: Config) -> str:
    where = config.door.address, config.door.port
    try:
        (await asyncio.start_server(lambda _reader, writer: writer.close(), *where)).close()
        return "is free"
    except OSError as error:
        banner = await _banner(*where)
        if b"noc-console" in banner:
            return "is the door's"
        raise SourceUnavailable(
            f"cannot listen on {where[0]} port {where[1]}: {error.strerror}", "door", "find who has it: ss -ltnp"
        ) from None


async def _banner(host: str, port: int) -> bytes:
    try:
        async with asyncio.timeout(BANNER_S):
            reader, writer = await asyncio.open_connection({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)
            try:
                return await reader.readline()
            finally:
                writer.close()
    except (OSError, ValueError, TimeoutError):
        return b""


async def share(path: Path) -> str:
    """Whether a share of this config could listen, or does."""
    folder = address.folders()[0]
    if not folder.exists():
        if why := why_no_folder(folder):
            raise SourceUnavailable(f"the share's socket: {why}", "share", "set XDG_RUNTIME_DIR, or log in by PAM")
        return "socket folder will be made, for this user alone"
    socket_file = folder / address.socket_name(path)
    if len(os.fsencode(socket_file)) > LONGEST_SOCKET:
        said = f"{socket_file} is too long for a socket: {LONGEST_SOCKET} bytes at most"
        raise SourceUnavailable(said, "share", "set XDG_RUNTIME_DIR to a shorter folder")
    if not address.is_private(folder):
        do = f"as its owner or root: rm -r {folder}"
        raise SourceUnavailable(f"{folder} must be a folder of this user's that nobody else may enter", "share", do)
    runs = [await asyncio.to_thread(_answers, one) for one in address.found(path)]
    return "a share runs" if any(runs) else "none runs; its folder is private"


def _answers(listening: Path) -> bool:
    try:
        return address.answers(listening)
    except OSError:
        return False
