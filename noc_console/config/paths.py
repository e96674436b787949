"""Folders of the user: where state lives when the config does not say."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from noc_console.config.model import Config


def state_dir() -> Path:
    """``$XDG_STATE_HOME/noc-console`` or ``~/.local/state/noc-console``."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "noc-console"


def buffer_file(config: Config) -> Path:
    """The sample buffer of this config's database: two databases never share one."""
    if config.history.path:
        return config.history.path / "samples.db"
    if config.database.startswith("sqlite:///"):
        database = Path(config.database.removeprefix("sqlite:///"))
        return database.with_name(database.stem + "-samples.db")
    return state_dir() / f"samples-{hashlib.sha256(config.database.encode()).hexdigest()[:12]}.db"


def audit_archive(config: Config) -> Path:
    """Where old entries of the audit log go."""
    if config.retention.audit_archive:
        return config.retention.audit_archive
    return buffer_file(config).with_name(f"{buffer_file(config).stem.removesuffix('-samples')}-audit.jsonl")


def backup_folder(config: Config) -> Path:
    """Where configurations of OLTs are kept, unless they go to S3."""
    return config.backups.folder or state_dir() / "backups"


def audit_heads(config: Config) -> Path:
    """Where signed heads of the audit log are kept; their key lies beside it, as ``.key``."""
    if config.retention.audit_heads:
        return config.retention.audit_heads
    return buffer_file(config).with_name(f"{buffer_file(config).stem.removesuffix('-samples')}-audit-heads.jsonl")


def door_host_key(config: Config) -> Path:
    """The SSH server's private key."""
    return config.door.host_key or state_dir() / "door_host_key"


def log_file(config: Config) -> Path:
    """The log file."""
    return config.logging.file or state_dir() / "noc.log"


def file_mode(folder: Path) -> int:
    """Mode of a new file with customers' data: private, or shared by a group where that may write into the folder."""
    return 0o660 if folder.stat().st_mode & stat.S_IWGRP else 0o600


def why_read_only(url: str) -> str | None:
    """Why a database cannot be written by this user; None when it can, or when only its server knows.

    Args:
        url: As in ``database:``. A SQLite file needs write access to its folder too: its log lies there.
    """
    if not url.startswith("sqlite:///"):
        return None
    path = Path(url.removeprefix("sqlite:///"))
    if not os.path.exists(path) or (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return None
    return f"this user may only read the database {path}"
