"""Marks of a config: a digest of each part that must be the same on all machines that share the OLTs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from noc_console import __version__
from noc_console.config.model import Config, OltConfig
from noc_console.domain.agreement import IN, OLT, RELEASE

SHARED = (
    "genieacs", "polling", "thresholds", "core_devices", "ping", "jobs", "bulk", "speed_test", "diagnosis", "incidents",
    "alarms", "notifications", "modem_bridge", "swaps", "backups",
)  # fmt: skip
"""The rest is a machine's own (where it listens, logs and buffers), or no collector's."""
_BYTES = 4
"""Enough to see a difference."""


def marks(config: Config) -> Mapping[str, str]:
    """The release, and a digest of each OLT, of each shared section, and of the operator's own profiles.

    Secrets, and where files lie on this machine, do not count: a digest of a weak password would tell it.
    """
    found = {RELEASE: __version__, "profiles_dir": _digest(_profiles(config.profiles_dir))}
    found |= {name: _digest(_plain(getattr(config, name))) for name in SHARED}
    return found | {OLT + olt.name: _olt(olt) for olt in config.olts}


def _olt(olt: OltConfig) -> str:
    return _digest(_plain(olt)) + (f"{IN}{olt.region}" if olt.region else "")


def _plain(value: Any) -> Any:
    """As JSON has it; no secret, and of a file what is in it."""
    if isinstance(value, BaseModel):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in sorted(value.items())}
    if isinstance(value, Path):
        return _content(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)  # a secret is stars


def _content(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None
    except OSError:
        return None  # told where it is used


def _profiles(folder: Path | None) -> list[str]:
    """The files' names and content; what cannot be read is told elsewhere."""
    if folder is None:
        return []
    try:
        return [f"{file.name} {_content(file)}" for file in sorted(folder.glob("*.yaml"))]
    except OSError:
        return []  # as above


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[: 2 * _BYTES]
