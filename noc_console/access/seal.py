"""An operator's identity from our SSH server to the session that it starts: sealed, for one moment and one parent.

Only whoever can read the door's host key can make a seal. A session that was given one is that operator or nobody: it
never falls back to the account that it runs under, which is the door's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from noc_console.domain.errors import ConfigError

LASTS_S = 30.0
MOST_BYTES = 4096
_PURPOSE = b"noc-console door identity"


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who came in by the door."""

    name: str
    fingerprint: str
    """``SHA256:...``."""
    address: str
    """The client's, as the door saw it."""


def make(vouched: Vouched, secret: bytes, door_pid: int, now: float) -> str:
    """Seal an identity.

    Args:
        vouched: Who.
        secret: Of the door.
        door_pid: The process that starts the session.
        now: Unix seconds.
    """
    told = {"name": vouched.name, "fingerprint": vouched.fingerprint, "address": vouched.address}
    body = json.dumps({**told, "door": door_pid, "at": now}).encode()
    return f"{base64.b64encode(body).decode()}.{_seal(secret, body)}"


def verify(text: str, secret: bytes, starter_pid: int, now: float) -> Vouched:
    """Who it is.

    Args:
        text: As ``make`` gave it.
        secret: Of the door.
        starter_pid: The process that the kernel says started us, or asked for us.
        now: Unix seconds.

    Raises:
        ConfigError: It is not a door's, is too old, or was made for another.
    """
    try:
        first, _, seal = text.partition(".")
        body = base64.b64decode(first, validate=True)
        if not hmac.compare_digest(seal.encode(), _seal(secret, body).encode()):
            raise ValueError("its seal does not fit")
        told = json.loads(body)
        if told["door"] != starter_pid:
            raise ValueError("it was made by another process")
        if not -LASTS_S <= now - told["at"] <= LASTS_S:
            raise ValueError("it is too old")
        return Vouched(told["name"], told["fingerprint"], told["address"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"this session was not started by the door of this config: {error}") from None


def read_secret(host_key: Path) -> bytes:
    """What identities are sealed with: made of the door's host key.

    Raises:
        ConfigError: This user cannot read it, others can, or it is another user's.
    """
    try:
        told = host_key.stat()
        if told.st_uid not in (0, os.geteuid()):
            raise ConfigError(f"{host_key} belongs to uid {told.st_uid}, who could be anybody", hint=f"rm {host_key}")
        if told.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"{host_key}: others may read this key", hint=f"chmod 600 {host_key}")
        return hashlib.sha256(_PURPOSE + host_key.read_bytes()).digest()
    except OSError as error:
        raise ConfigError(f"the door's host key, {host_key}: {error.strerror}", hint="see door.host_key") from None


def take(descriptor: int) -> str:
    """Read what a door wrote for us, and close it: nothing that we start inherits it.

    Raises:
        ConfigError: Nothing is there.
    """
    try:
        text = os.read(descriptor, MOST_BYTES).decode("ascii", errors="replace")
        os.close(descriptor)
    except OSError as error:
        raise ConfigError(f"--identity-fd {descriptor}: {error.strerror}: it is for noc-console door alone") from None
    return text


def _seal(secret: bytes, body: bytes) -> str:
    return hmac.new(secret, body, "sha256").hexdigest()
