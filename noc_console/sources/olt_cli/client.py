"""One OLT's command line: one session at a time, and its host key held to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from noc_console.config.model import Config, OltConfig
from noc_console.config.operations import OltCli
from noc_console.sources.olt_cli.dialect import Dialect

if TYPE_CHECKING:
    import asyncssh

    from noc_console.sources.olt_cli.session import Session


class HostKeys(Protocol):
    """Where host keys are remembered."""

    async def known(self, olt: str) -> str | None:
        """The OpenSSH public key of an OLT; None before the first."""

    async def keep(self, olt: str, key: str) -> None:
        """Remember it."""

    async def changed(self, olt: str, text: str) -> None:
        """Another one was seen."""


class CliClient:
    """The command line of one OLT.

    Args:
        olt: The OLT.
        cli: Its ``cli:``.
        keys: Where its host key is remembered.
    """

    def __init__(self, olt: OltConfig, cli: OltCli, keys: HostKeys) -> None:
        self.name = olt.name
        self.cli = cli
        self._olt = olt
        self._keys = keys
        self._alone = asyncio.Lock()

    @property
    def how(self) -> str:
        """``ssh``, ``telnet``, or ``ssh, legacy algorithms`` where those are allowed."""
        return f"{self.cli.transport}, legacy algorithms" if self.cli.legacy else self.cli.transport

    @property
    def where(self) -> str:
        """``noc@10.0.0.1:22``."""
        return f"{self.cli.username}@{self._olt.address}:{self.cli.reached_port}"

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncssh.SSHClientConnection]:
        """A login of our own; others wait until it is over.

        The first host key is kept once the login went well; the config's own key comes before the one that was kept.

        Raises:
            SourceError: There is none to be had; ``HostKeyChanged`` was told to ``keys``.
        """
        # Importing SSH takes a third of a second: not before a command line is wanted.
        from noc_console.sources.olt_cli.ssh import HostKeyChanged, connected, host_key

        async with self._alone:
            kept = await self._keys.known(self.name)
            try:
                async with connected(self._olt, self.cli, self.cli.host_key or kept) as connection:
                    if (key := host_key(connection)) != kept:
                        await self._keys.keep(self.name, key)
                    yield connection
            except HostKeyChanged as error:
                await self._keys.changed(self.name, error.message)
                raise

    @asynccontextmanager
    async def session(self, dialect: Dialect) -> AsyncIterator[Session]:
        """A command line, its prompt learnt.

        Raises:
            SourceError: As for ``connection``, or there is no prompt.
        """
        if self.cli.transport == "telnet":
            from noc_console.sources.olt_cli.session import open_session
            from noc_console.sources.olt_cli.telnet import telnet_wire

            line = telnet_wire(self._olt, self.cli)
            async with self._alone, line as wire, open_session(self.name, wire, dialect, self.cli) as session:
                yield session
            return
        async with self.connection() as connection, self.shell(connection, dialect) as session:
            yield session

    @asynccontextmanager
    async def shell(self, connection: asyncssh.SSHClientConnection, dialect: Dialect) -> AsyncIterator[Session]:
        """A command line over a connection, its prompt learnt; raises as ``session``."""
        from noc_console.sources.olt_cli.session import open_session
        from noc_console.sources.olt_cli.ssh import ssh_wire

        line = ssh_wire(self._olt, self.cli, connection)
        async with line as wire, open_session(self.name, wire, dialect, self.cli) as session:
            yield session


def clients(config: Config, keys: HostKeys) -> Mapping[str, CliClient]:
    """The command lines that the config names, by OLT."""
    return {olt.name: CliClient(olt, olt.cli, keys) for olt in config.olts if olt.cli}
