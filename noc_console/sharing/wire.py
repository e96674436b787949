"""What is said at a share's socket: one JSON message for one packet, a terminal beside the first.

console -> share: the request with the terminal; then ``{"signal": N}``.
share -> console: ``{"started": PID}`` or ``{"refused": WHY}``; then ``{"stopped": N}`` and ``{"exit": N}``.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

from noc_console.console.options import Options

MOST_BYTES = 32_768
VARIABLES = (
    "TERM COLORTERM NO_COLOR LANG LANGUAGE LC_ALL LC_CTYPE LC_TIME LC_MESSAGES TZ "
    "SSH_CONNECTION SSH_CLIENT SSH_TTY SUDO_USER TMUX STY TERM_PROGRAM TERM_PROGRAM_VERSION COLORFGBG"
).split()
"""What of the environment belongs to a terminal and who sits at it; all else is the share's."""
_CREDENTIALS = struct.Struct("3i")


class BadMessage(Exception):
    """It is not what is said here."""


class Peer(NamedTuple):
    """Who is at the other end, by the kernel's word."""

    pid: int
    uid: int


@dataclass(frozen=True, slots=True)
class Request:
    """A session that is wanted."""

    options: Options = field(default_factory=Options)
    shell: bool = False
    """Whether a shell with job control waits at the other end."""
    environment: Mapping[str, str] = field(default_factory=dict)
    identity: str = ""
    """What the door sealed; empty: whoever asks is who the kernel says."""

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Request:
        """As it was sent.

        Raises:
            BadMessage: Something is missing, too much or of the wrong type.
        """
        if set(message) != {field.name for field in fields(cls)}:
            raise BadMessage("not a request for a session")
        told, given = message["options"], message["environment"]
        if not isinstance(told, dict) or set(told) != {field.name for field in fields(Options)}:
            raise BadMessage("options are not those of a console")
        options = Options(**told)
        if wrong := options.wrong():
            raise BadMessage(wrong)
        if not isinstance(message["shell"], bool) or not isinstance(given, dict):
            raise BadMessage("shell is true or false, environment holds names and values")
        if not all(name in VARIABLES and isinstance(value, str) and "\0" not in value for name, value in given.items()):
            raise BadMessage("a variable of the environment that is not taken over")
        if not isinstance(message["identity"], str):
            raise BadMessage("identity is text")
        return cls(options, message["shell"], given, message["identity"])


def environment_of(env: Mapping[str, str]) -> dict[str, str]:
    """What of an environment goes along with a request."""
    return {name: env[name] for name in VARIABLES if name in env}


def peer_of(connection: socket.socket) -> Peer:
    """Who connected."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    pid, uid, _ = _CREDENTIALS.unpack(told)
    return Peer(pid, uid)


def send(connection: socket.socket, message: Mapping[str, Any], terminal: int | None = None) -> None:
    """Send one message.

    Raises:
        OSError: The other end is gone, or does not read.
    """
    data = json.dumps(message).encode()
    socket.send_fds(connection, [data], [] if terminal is None else [terminal])


def send_request(connection: socket.socket, request: Request, terminal: int) -> None:
    """Ask for a session on this terminal."""
    send(connection, asdict(request), terminal)


def receive(connection: socket.socket) -> tuple[dict[str, Any] | None, int | None]:
    """One message, and the terminal that came with it, which is the caller's to close; None at the end.

    Raises:
        BadMessage: It is not ours; what came with it is closed.
        OSError: Nothing is there, or the connection broke.
    """
    data, descriptors, flags, _ = socket.recv_fds(connection, MOST_BYTES, 2)
    terminal = descriptors[0] if len(descriptors) == 1 else None
    try:
        if not data and not descriptors:
            return None, None
        if len(descriptors) > 1 or flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
            raise BadMessage("too long, or too much came with it")
        message = json.loads(data)
        if not isinstance(message, dict):
            raise BadMessage("not a message")
    except (BadMessage, ValueError, RecursionError) as error:
        for descriptor in descriptors:
            with suppress(OSError):
                os.close(descriptor)
        raise BadMessage(str(error)) from None
    return message, terminal
