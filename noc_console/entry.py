"""The ``noc-console`` command: a plain console joins a share of its config where there is one; all else is ``cli``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from noc_console.console.options import Options

_VALUES = ("--config", "--theme", "--screen", "--link")
_FLAGS = {
    "--read-only": ("read_only", True),
    "--ascii": ("ascii", True),
    "--no-ascii": ("ascii", False),
    "--mouse": ("mouse", True),
    "--no-mouse": ("mouse", False),
}


class Plain(NamedTuple):
    """A command line that only opens the console."""

    config: str | None = None
    options: Options = Options()


def plain(arguments: Sequence[str]) -> Plain | None:
    """The command line when it opens the console and does not refuse a share; None leaves it to ``cli``."""
    found: dict[str, Any] = {}
    rest = list(arguments)
    while rest and not rest[0].startswith(":"):
        name, equals, value = rest.pop(0).partition("=")
        if name in _FLAGS and not equals:
            found[_FLAGS[name][0]] = _FLAGS[name][1]
        elif name in _VALUES and (equals or rest):
            found[name[2:]] = value if equals else rest.pop(0)
        else:
            return None
    config = found.pop("config", None)
    options = Options(**found, first_command=" ".join(rest).removeprefix(":"))
    return None if options.wrong() else Plain(config, options)


def joined(wanted: Plain) -> int | None:
    """Be a session of a share of this config; returns its exit code, None where there is none."""
    from noc_console.config.where import find
    from noc_console.console.suspending import shell_waits
    from noc_console.domain.errors import NocError
    from noc_console.sharing import address, client
    from noc_console.sharing.wire import Request, environment_of

    if not client.may_join():
        return None
    try:
        config = find(Path(wanted.config) if wanted.config else None)
    except NocError:
        return None
    sockets = address.found(config)
    request = Request(wanted.options, shell_waits(), environment_of(os.environ))
    return client.join(sockets, request) if sockets else None


def run() -> None:
    """Entry point."""
    wanted = plain(sys.argv[1:])
    if wanted is not None and (code := joined(wanted)) is not None:
        sys.exit(code)
    from noc_console.cli.main import run as run_cli

    run_cli()
