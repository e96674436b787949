"""The SSH connection to an OLT: which algorithms, whose host key, and what its failures mean."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncssh
from cryptography.utils import CryptographyDeprecationWarning

from noc_console.config.model import OltConfig
from noc_console.config.operations import OltCli
from noc_console.domain.errors import (
    SourceAuthError,
    SourceError,
    SourceProtocolError,
    SourceTimeout,
    SourceUnavailable,
)
from noc_console.domain.text import clean
from noc_console.sources.olt_cli.wire import CHUNK, COLUMNS, ROWS, Wire

CLOSE_S = 2.0

HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
LEGACY_HOST_KEYS = ("ssh-rsa",)
NOT_LEGACY_KEX = "-diffie-hellman-group14-sha1"
LEGACY_KEX = "+diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1"
LEGACY_CIPHERS = "+aes128-cbc,3des-cbc"
LEGACY_MACS = "+hmac-sha1"

# Its log lines are no events of ours, and tell user names and addresses.
asyncssh.set_log_level(logging.CRITICAL)
# Old OLTs know no other key exchange: who allows it knows, and a screen is no place to say it.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning, module=r"asyncssh\.")


class HostKeyChanged(SourceAuthError):
    """Another host key than the one that is known: another device, or somebody in between. Nothing was told to it."""


class _Watch(asyncssh.SSHClient):
    """Takes the known host key only; where none is known, any, once."""

    def __init__(self, pinned: asyncssh.SSHKey | None) -> None:
        self.pinned = pinned
        self.seen: asyncssh.SSHKey | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.seen = key
        return self.pinned is None or key == self.pinned


def fingerprint(key: str) -> str:
    """``SHA256:...`` of an OpenSSH public key."""
    return asyncssh.import_public_key(key).get_fingerprint()


@asynccontextmanager
async def connected(olt: OltConfig, cli: OltCli, known: str | None) -> AsyncIterator[asyncssh.SSHClientConnection]:
    """Log in; always closed in the end.

    Args:
        olt: The OLT.
        cli: Its command line.
        known: OpenSSH public key that it must have; None takes any.

    Raises:
        HostKeyChanged: It has another key.
        SourceError: No connection, no common algorithm, no login.
    """
    watch = _Watch(_public_key(olt.name, known) if known else None)
    connection = await _connect(olt, cli, watch)
    try:
        yield connection
    finally:
        connection.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await connection.wait_closed()
        except (TimeoutError, asyncssh.Error, OSError):
            connection.abort()


def host_key(connection: asyncssh.SSHClientConnection) -> str:
    """The key that the OLT has shown, as an OpenSSH public key without comment."""
    key = connection.get_server_host_key()
    assert key is not None
    return _text(key)


async def _connect(olt: OltConfig, cli: OltCli, watch: _Watch) -> asyncssh.SSHClientConnection:
    name = olt.name
    try:
        async with asyncio.timeout(cli.timeout_s):
            return await asyncssh.connect(
                olt.address,
                cli.reached_port,
                client_factory=lambda: watch,
                username=cli.username,
                password=cli.password.get_secret_value(),
                preferred_auth="password,keyboard-interactive",
                # Nothing of the user who runs the collector: no config file, keys, agent, tickets, known hosts.
                config=None,
                client_keys=None,
                agent_path=None,
                gss_host=None,
                x509_trusted_certs=None,
                known_hosts=lambda _host, _address, _port: ([], [], []),
                keepalive_interval=0,  # keepalives end the link of some OLTs
                server_host_key_algs=_host_key_algs(cli, watch.pinned),
                kex_algs=LEGACY_KEX if cli.legacy else NOT_LEGACY_KEX,
                encryption_algs=LEGACY_CIPHERS if cli.legacy else (),
                mac_algs=LEGACY_MACS if cli.legacy else (),
            )
    except TimeoutError:
        raise SourceTimeout(f"no SSH login within {cli.timeout_s:g} s", name) from None
    except asyncssh.HostKeyNotVerifiable:
        raise _untrusted(name, watch) from None
    except asyncssh.PermissionDenied:
        raise SourceAuthError("the SSH login is refused", name, "check cli.username and cli.password") from None
    except asyncssh.KeyExchangeFailed as error:
        hint = None if cli.legacy else "an old OLT may need cli.legacy: true"
        raise SourceProtocolError(f"no SSH algorithm in common: {clean(str(error))}", name, hint) from None
    except (asyncssh.Error, OSError, ValueError) as error:
        # ValueError: what cryptography says of keys and groups that it finds impossible.
        raise SourceUnavailable(f"no SSH connection: {clean(str(error))}", name) from None


def _untrusted(name: str, watch: _Watch) -> SourceError:
    if watch.seen is None or watch.pinned is None:
        return SourceProtocolError("it shows no host key that could be read", name)
    text = (
        f"its SSH host key has changed: it is {watch.seen.get_fingerprint()}, known is {watch.pinned.get_fingerprint()}"
    )
    return HostKeyChanged(text, name, "another device, or somebody in between; if it is right, set cli.host_key to it")


def _host_key_algs(cli: OltCli, pinned: asyncssh.SSHKey | None) -> list[str]:
    """What host keys may be; first the kind that is known, for an OLT may have several keys."""
    allowed = [*HOST_KEYS, *(LEGACY_HOST_KEYS if cli.legacy else ())]
    known = [alg.decode("ascii") for alg in pinned.sig_algorithms] if pinned else []
    return sorted(allowed, key=lambda alg: alg not in known)


def _public_key(name: str, text: str) -> asyncssh.SSHKey:
    with suppress(asyncssh.KeyImportError):
        return asyncssh.import_public_key(text)
    raise SourceProtocolError("its known host key is no OpenSSH public key", name, "see cli.host_key")


def _text(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode("ascii").split()[:2])


class _SshWire:
    def __init__(self, name: str, process: asyncssh.SSHClientProcess[str]) -> None:
        self._name = name
        self._process = process

    def write(self, text: str) -> None:
        with suppress(OSError):  # reading tells what became of the session
            self._process.stdin.write(text)

    async def read(self) -> str:
        try:
            return await self._process.stdout.read(CHUNK)
        except (asyncssh.Error, OSError) as error:
            raise SourceUnavailable(f"the session broke: {clean(str(error))}", self._name) from None


@asynccontextmanager
async def ssh_wire(olt: OltConfig, cli: OltCli, connection: asyncssh.SSHClientConnection) -> AsyncIterator[Wire]:
    """A shell over a connection.

    Raises:
        SourceError: There is none.
    """
    try:
        async with asyncio.timeout(cli.timeout_s):
            process = await connection.create_process(
                term_type="vt100",
                term_size=(COLUMNS, ROWS),
                encoding=olt.text_encoding or "utf-8",
                errors="backslashreplace",
            )
    except TimeoutError:
        raise SourceTimeout(f"no command line within {cli.timeout_s:g} s", olt.name) from None
    except (asyncssh.Error, OSError) as error:
        raise SourceUnavailable(f"no command line: {clean(str(error))}", olt.name) from None
    try:
        yield _SshWire(olt.name, process)
    finally:
        process.close()
