"""Who runs this process: what the audit log says of them."""

from __future__ import annotations

import getpass
import os
import socket


def who() -> tuple[str, str]:
    """The person behind this process, and where they come from."""
    user = os.environ.get("SUDO_USER") or os.environ.get("SSH_USER") or getpass.getuser()
    connection = os.environ.get("SSH_CONNECTION", "").split()
    return user, connection[0] if connection else socket.gethostname()
