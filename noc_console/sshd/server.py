"""The SSH server: who may connect, by which keys, and how it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh
import structlog

from noc_console.access.seal import Vouched, read_secret
from noc_console.config.model import Config
from noc_console.config.new_file import write_new
from noc_console.config.paths import door_host_key
from noc_console.domain.errors import ConfigError
from noc_console.sshd.keys import Keys
from noc_console.sshd.limits import Rate
from noc_console.sshd.session import Session
from noc_console.sshd.visits import NOBODY, Visit, Visits
from noc_console.storage.database import Database

log = structlog.get_logger()

KEYS_EACH = 10
"""Keys that a client may try on one connection: what an agent holds."""
ALIVE_EVERY_S = 30
UNHEARD_MOST = 3
CLOSE_S = 0.3
LAST_AUDIT_S = 2.0
"""For the audit log, at the end."""


class Desk:
    """What all sessions share.

    Args:
        config: The config.
        config_file: Where it came from; the sessions read it again.
        now: Clock, Unix seconds.

    Raises:
        ConfigError: A key or the host key is wrong.
    """

    program: Sequence[str] = (sys.executable, "-m", "noc_console")
    """What a session runs, before its options."""

    def __init__(self, config: Config, config_file: Path, now: Callable[[], float] = time.time) -> None:
        self.config = config
        self.config_file = config_file
        self.now = now
        self.host_key = host_key(door_host_key(config))
        self.secret = read_secret(door_host_key(config))
        self.keys = Keys(config)
        self.connections = Rate(config.door.connections_per_minute)
        self.failures = Rate(config.door.failed_keys_per_minute)
        self.visits = Visits(now)
        self.clients: set[Any] = set()
        """Open connections."""
        self._sessions: set[Session] = set()

    def take(self, session: Session) -> str:
        """A place for a session; else why there is none."""
        door, name = self.config.door, session.vouched.name
        if len(self._sessions) >= door.max_sessions:
            return f"{door.max_sessions} sessions are open, as many as door.max_sessions allows"
        if sum(one.vouched.name == name for one in self._sessions) >= door.max_sessions_each:
            return f"{name} has {door.max_sessions_each} sessions open, as many as door.max_sessions_each allows"
        self._sessions.add(session)
        return ""

    def give_back(self, session: Session) -> None:
        """It has ended."""
        self._sessions.discard(session)

    async def end_all(self) -> None:
        """End every session, within two seconds."""
        sessions = list(self._sessions)
        for session in sessions:
            session.end()
        await asyncio.gather(*(session.gone() for session in sessions))

    async def hang_up(self) -> None:
        """Close every connection: those that do not hear it are cut."""
        for connection in list(self.clients):
            connection.close()
        waits = [asyncio.create_task(connection.wait_closed()) for connection in self.clients]
        if waits:
            await asyncio.wait(waits, timeout=CLOSE_S)
        for connection in list(self.clients):
            connection.abort()


class Connection(asyncssh.SSHServer):
    """One client. It may do what asyncssh forbids unless it is allowed here: nothing but sessions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._connection: Any = None
        self._address = ""
        self._tried = 0
        self._fingerprint = ""
        self._asked = False
        self._let_in = False

    def connection_made(self, conn: Any) -> None:
        """Hang up on who knocks too often."""
        self._connection = conn
        self._address = str((conn.get_extra_info("peername") or ("",))[0])
        if self._desk.connections.spent(self._address) or self._desk.failures.spent(self._address):
            log.warning("ssh_too_many", address=self._address)
            self._note(NOBODY, "", "refused: too many connections or failed keys")
            conn.abort()
            return
        self._desk.connections.note(self._address)
        self._desk.clients.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone; who asked to come in and did not was refused."""
        self._desk.clients.discard(self._connection)
        if not self._asked or self._let_in:
            return
        if self._fingerprint:
            self._note(NOBODY, f"ssh key {self._fingerprint}", "refused: the key was shown, not proven")
        else:
            self._note(NOBODY, "", "refused: unknown key" if self._tried else "refused: no key")

    def auth_completed(self) -> None:
        """The key is proven."""
        self._let_in = True
        if name := self._desk.keys.owner(self._fingerprint):
            self._note(name, f"ssh key {self._fingerprint}", "let in")

    def _note(self, name: str, known_by: str, result: str) -> None:
        self._desk.visits.note(Visit(name, known_by, self._address, "ssh login", result))

    def begin_auth(self, username: str) -> bool:
        """Always needed; the key says who it is, whatever user name it came with."""
        self._asked = True
        try:
            self._desk.keys.read()
        except ConfigError as error:
            log.error("ssh_keys_not_read", error=str(error))
        return True

    def public_key_auth_supported(self) -> bool:
        """The only way."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether somebody was let in with this key; asyncssh then has the client prove that it has it."""
        fingerprint = key.get_fingerprint()
        if self._desk.keys.owner(fingerprint) is not None:
            self._fingerprint = fingerprint
            return True
        self._tried += 1
        self._desk.failures.note(self._address)
        log.warning("ssh_unknown_key", key=fingerprint, address=self._address)
        if self._tried >= KEYS_EACH or self._desk.failures.spent(self._address):
            self._connection.abort()
        return False

    def session_requested(self) -> Session | bool:
        """The console or a command, in the name that the key's entry gives."""
        name = self._desk.keys.owner(self._fingerprint)
        return Session(self._desk, Vouched(name, self._fingerprint, self._address)) if name else False


async def serve(config: Config, config_file: Path, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
    """Let operators in until ``stop``.

    Args:
        config: The config.
        config_file: Where it came from.
        stop: Set it to end.
        ready: Told the port.

    Raises:
        ConfigError: A key is wrong.
        OSError: The port is taken.
    """
    desk, door, database = Desk(config, config_file), config.door, Database(config.database)
    server = await asyncssh.create_server(
        lambda: Connection(desk),
        door.address,
        door.port,
        server_host_keys=[desk.host_key],
        server_version="noc-console",
        encoding=None,
        line_editor=False,
        agent_forwarding=False,
        x11_forwarding=False,
        password_auth=False,
        kbdint_auth=False,
        gss_host=None,
        login_timeout=door.login_grace_s,
        keepalive_interval=ALIVE_EVERY_S,
        keepalive_count_max=UNHEARD_MOST,
        sftp_factory=None,
        allow_scp=False,
    )
    auditing = asyncio.create_task(desk.visits.run(database))
    ready(server.get_port())
    try:
        await stop.wait()
    finally:
        server.close()
        await desk.end_all()
        await desk.hang_up()
        desk.visits.end()
        with suppress(TimeoutError):
            await asyncio.wait_for(auditing, LAST_AUDIT_S)
        await database.close()


def host_key(file: Path) -> asyncssh.SSHKey:
    """The server's key; made when there is none, for nobody else to read.

    Raises:
        ConfigError: It cannot be read or made.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = asyncssh.generate_private_key("ssh-ed25519", comment="noc-console door")
        try:
            write_new(file, key.export_private_key())
        except FileExistsError:
            return asyncssh.read_private_key(file)
        return key
    except (OSError, asyncssh.KeyImportError) as error:
        raise ConfigError(f"the door's host key, {file}: {error}", hint="see door.host_key") from None


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM, SIGINT and SIGHUP end it."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
