"""What every command shares: what stands before it, the options that several take, and the way to the database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from noc_console.config.load import load
from noc_console.config.model import Config
from noc_console.config.where import ENV_CONFIG, find
from noc_console.console.options import Options
from noc_console.domain.errors import ConfigError

if TYPE_CHECKING:
    from noc_console.cli.requests import Requests

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Serial = Annotated[str, typer.Argument(help="Serial number in any form.")]
Reason = Annotated[str, typer.Option(help="Why; goes into the audit log.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Wait = Annotated[bool, typer.Option("--wait", help="Follow the job to its end.")]
Force = Annotated[bool, typer.Option("--force", help="Override what stands in the way, where that can help.")]


class Given:
    """What stands before the command."""

    config: Path | None = None
    options = Options()


def read_config() -> tuple[Config, Path]:
    """The config, and its file.

    Raises:
        ConfigError: There is none, or it is wrong.
    """
    path = find(Given.config)
    return load(path), path


def config_if_there() -> Config | None:
    """The config for a command that can do without one; a file that was named must be there."""
    try:
        path = find(Given.config)
    except ConfigError:
        if Given.config or os.environ.get(ENV_CONFIG):
            raise
        return None
    return load(path)


def with_requests(config: Config, work: Callable[[Requests], Awaitable[T]]) -> T:
    """Do work that asks the database, and close it."""
    from noc_console.cli.requests import Requests

    async def run() -> T:
        requests = Requests(config)
        try:
            return await work(requests)
        finally:
            await requests.close()

    return asyncio.run(run())
