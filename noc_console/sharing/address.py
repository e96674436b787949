"""Where the share of a config listens: a socket in a private folder, its name made of all that must be the same.

Standard library only, as all that a joining console imports.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

from noc_console import __version__
from noc_console.config.where import ENV_FILE

MOST_BYTES = 20_000_000
ANSWERS_S = 3.0
_ENV_REFERENCE = re.compile(rb"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FILE_REFERENCE = re.compile(rb"file:([^\s\"']+)")


def folders(env: Mapping[str, str] = os.environ) -> list[Path]:
    """Where the socket may lie, the best first; a share takes the first, a console looks into each.

    ``sudo -u`` and systemd do not set ``XDG_RUNTIME_DIR``: what it usually is counts as well.
    """
    user = os.getuid()
    named = Path(env["XDG_RUNTIME_DIR"]) if env.get("XDG_RUNTIME_DIR") else None
    usual = Path(f"/run/user/{user}")
    found = [folder / "noc-console" for folder in (named, usual) if folder and is_private(folder)]
    return list(dict.fromkeys([*found, Path(f"/tmp/noc-console-{user}")]))


def make_folder(folder: Path) -> None:
    """Make it, for nobody but us.

    Raises:
        PermissionError: It is there, and somebody else's or open to others.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not is_private(folder):
        raise PermissionError(f"{folder} must be a folder of this user's that nobody else may enter (chmod 700)")


def socket_name(config: Path, env: Mapping[str, str] = os.environ) -> str:
    """The socket's name: the same only for the same program, config file, and secrets that the file refers to.

    Raises:
        OSError: The file cannot be read.
    """
    text = _read(config)
    parts = [__version__.encode(), socket.gethostname().encode(), bytes(config.resolve()), text]
    for name in _ENV_REFERENCE.findall(text):
        parts.append(name + b"=" + os.fsencode(env.get(name.decode(), "")))
    for name in (os.fsencode(ENV_FILE), *_FILE_REFERENCE.findall(text)):
        parts.append(_age(config.parent / os.fsdecode(name)))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:24] + ".sock"


def found(config: Path, env: Mapping[str, str] = os.environ) -> list[Path]:
    """Sockets of shares of this config that lie where nobody else could have put them; most are none or one."""
    try:
        name = socket_name(config, env)
    except OSError:
        return []
    return [folder / name for folder in folders(env) if is_private(folder) and (folder / name).exists()]


def answers(file: Path) -> bool:
    """Whether a share listens at this socket; False for one that was left over.

    Raises:
        OSError: It cannot be told: not such a socket, not ours to connect to, no answer in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        probe.settimeout(ANSWERS_S)
        try:
            probe.connect(str(file))
        except ConnectionRefusedError:
            return False
        return True


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(MOST_BYTES)


def _age(file: Path) -> bytes:
    """What changes with a file's content: its size and time."""
    try:
        told = file.stat()
    except OSError:
        return b"-"
    return f"{told.st_size} {told.st_mtime_ns}".encode()


def is_private(folder: Path) -> bool:
    """Whether it is a folder of this user's that nobody else may enter."""
    try:
        told = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not told.st_mode & 0o077
