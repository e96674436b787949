"""Who runs this process, by the kernel's word, and the role that the config gives them.

The environment is believed in one case only: ``SUDO_USER``, when the process is root's. Root could act as anybody.
"""

from __future__ import annotations

import grp
import os
import pwd
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from noc_console.access import seal
from noc_console.config.model import Config
from noc_console.config.operations import Access
from noc_console.config.paths import door_host_key, state_dir
from noc_console.domain.operators import Grant, Operator, Origin, Role

PROCESSES = Path("/proc")
NO_LOGIN_UID = 4294967295
"""What the kernel says of a process that descends from no login."""


class Evidence(NamedTuple):
    """What the kernel and the environment say of a process."""

    real_uid: int
    effective_uid: int
    login_uid: int | None
    """Who logged in, whatever ``su`` and ``sudo`` made of it since; None where the kernel does not know."""
    environment: Mapping[str, str]
    terminal: str = ""
    """``pts/3``; empty when there is none."""


def gather_evidence() -> Evidence:
    """Of this process."""
    return Evidence(os.getuid(), os.geteuid(), login_uid(), os.environ, terminal())


came_by_door: seal.Vouched | None = None
"""Who this process works for when the door started it; it is nobody else then."""


def enter(config: Config, text: str, starter_pid: int) -> None:
    """Be a session of the door.

    Args:
        config: Says where its key is.
        text: What it sealed.
        starter_pid: Who the kernel says started or asked for us.

    Raises:
        ConfigError: It did not seal that for us.
    """
    global came_by_door
    came_by_door = seal.verify(text, seal.read_secret(door_host_key(config)), starter_pid, time.time())


def own_folder() -> Path | None:
    """Where the files of a session of the door go; None for one that has an account's own folder."""
    if came_by_door is None:
        return None
    folder = state_dir() / "door" / came_by_door.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def current_operator(config: Config, evidence: Evidence | None = None) -> Operator:
    """Who runs this process, or whom the door let in to it.

    Args:
        config: Its ``access:`` gives the role.
        evidence: Of this process when None.
    """
    if came_by_door is not None:
        name, fingerprint, address = came_by_door.name, came_by_door.fingerprint, came_by_door.address
        origin = Origin(socket.gethostname(), terminal(), address=address)
        return operator(name, f"ssh key {fingerprint}", origin, config.access, fingerprint)
    evidence = evidence or gather_evidence()
    name, known_by = account(evidence)
    origin = Origin(socket.gethostname(), evidence.terminal, _claimed_address(evidence.environment))
    return operator(name, known_by, origin, config.access)


def operator(name: str, known_by: str, origin: Origin, access: Access, fingerprint: str = "") -> Operator:
    """An operator with the roles that the config gives.

    Args:
        name: Account, or the name of a key's entry.
        known_by: What vouches for it.
        origin: From where they ask.
        access: The config.
        fingerprint: Of the SSH key that they came with.
    """
    own = [grant for grant in access.grants if _is_about(grant.who, name, fingerprint)]
    role = role_of(name, access, stands_in_list=bool(own), fingerprint=fingerprint)
    everywhere = [grant.role for grant in own if not grant.olts and not grant.zones]
    role = max((role, *everywhere), key=list(Role).index)
    grants = (Grant(one.role, one.olts, one.zones) for one in own if one.role is not role and one.role.covers(role))
    return Operator(name, known_by, origin, role, tuple(grants))


def account(evidence: Evidence) -> tuple[str, str]:
    """The account's name, and what vouches for it.

    A process of root's is whoever logged in (``login uid``), else whoever called sudo (``sudo``), else root.
    """
    if evidence.real_uid == 0 and evidence.effective_uid == 0:
        if evidence.login_uid and (name := _name(evidence.login_uid)):
            return name, "login uid"
        caller = evidence.environment.get("SUDO_USER", "")
        if caller and caller != "root" and _exists(caller):
            return caller, "sudo"
    return _name(evidence.real_uid) or f"uid {evidence.real_uid}", "unix account"


def role_of(name: str, access: Access, stands_in_list: bool = False, fingerprint: str = "") -> Role:
    """The highest role that the config gives everywhere, by name, group or key.

    Args:
        name: Of the account.
        access: The config.
        stands_in_list: Whether a grant names them: then the default is not theirs.
        fingerprint: Of the SSH key that they came with.
    """
    by_role = {Role.ADMIN: access.admins, Role.OPERATOR: access.operators, Role.VIEWER: access.viewers}
    for role, entries in by_role.items():
        if any(_is_about(entry, name, fingerprint) for entry in entries):
            return role
    return Role.VIEWER if stands_in_list else access.default


def _is_about(entry: str, name: str, fingerprint: str) -> bool:
    """Whether an entry of the config names them: ``maria``, ``@noc``, ``SHA256:...``."""
    if entry.startswith("@"):
        return entry[1:] in _groups(name)
    return entry == name or bool(fingerprint and entry == fingerprint)


def _groups(name: str) -> frozenset[str]:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return frozenset()
    found = set()
    for group_id in os.getgrouplist(name, entry.pw_gid):
        with suppress(KeyError):
            found.add(grp.getgrgid(group_id).gr_name)
    return frozenset(found)


def login_uid(process: int | str = "self") -> int | None:
    """Who logged in and has this process now; None where the kernel does not know."""
    try:
        uid = int((PROCESSES / str(process) / "loginuid").read_text())
    except (OSError, ValueError):
        return None
    return None if uid == NO_LOGIN_UID else uid


def _name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def terminal(process: int | str = "self") -> str:
    """The terminal of a process's standard streams: ``pts/3``; empty when there is none, or it is another user's."""
    for descriptor in (0, 1, 2):
        with suppress(OSError):
            path = os.readlink(PROCESSES / str(process) / "fd" / str(descriptor))
            if path.startswith(("/dev/pts/", "/dev/tty")):
                return path.removeprefix("/dev/")
    return ""


def _claimed_address(environment: Mapping[str, str]) -> str:
    return next(iter(environment.get("SSH_CONNECTION", "").split()), "")
