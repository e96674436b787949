"""Config of ``noc-console door``, the SSH server for operators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from noc_console.config.base import Model

Command = Literal[
    "show", "lookup", "ack", "unack", "comment", "shelve", "unshelve", "job-cancel", "bulk-cancel", "bulk-release"
]  # of those that read and write no file
"""What may stand after ``ssh HOST``."""


class DoorConfig(Model):
    """Who may come in stands in ``access.keys``, and in ``authorized_keys``."""

    address: str = "127.0.0.1"
    """``0.0.0.0`` or ``::`` listens to everybody."""
    port: Annotated[int, Field(ge=0, le=65535)] = 2222
    host_key: Path | None = None
    """Made when there is none; None is in the user's state folder."""
    authorized_keys: Path | None = None
    """File of OpenSSH public keys, each with the operator's name as its comment; read again when it changes."""
    commands: tuple[Command, ...] = ("show", "lookup")
    """Allowed beside the console: ``ssh HOST show onts``."""
    max_sessions: Annotated[int, Field(ge=1, le=1000)] = 64
    max_sessions_each: Annotated[int, Field(ge=1, le=1000)] = 8
    """Of one operator."""
    idle_s: Annotated[float, Field(ge=1, le=86400 * 7)] | None = 43200
    """A session without a key for so long is ended; None never."""
    login_grace_s: Annotated[float, Field(ge=1, le=600)] = 20
    """How long a client may take to prove who it is."""
    connections_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 60
    """From one address; so in the next one."""
    failed_keys_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 20
