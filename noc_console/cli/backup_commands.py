"""The commands about backups of OLT configurations; each imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from noc_console.cli.action_commands import act
from noc_console.cli.given import Json, Reason, Wait, read_config, with_requests
from noc_console.domain.actions import JobKind

commands = typer.Typer()


@commands.command()
def backup(
    olt: Annotated[str, typer.Argument(help="Name of the OLT.")],
    reason: Reason = "backup",
    wait: Wait = False,
    force: Annotated[bool, typer.Option("--force", help="Also take one that is suspiciously small.")] = False,
    as_json: Json = False,
) -> None:
    """Read an OLT's configuration over its command line and keep it, now."""
    act(JobKind.BACKUP, olt, reason, True, wait, force, as_json)


Reveal = Annotated[bool, typer.Option("--reveal", help="With secrets: for admins, and audited.")]


@commands.command("backup-show")
def backup_show(
    what: Annotated[str, typer.Argument(help="Number of a backup, or an OLT's name for its newest.")],
    reveal: Reveal = False,
) -> None:
    """Print a configuration that was kept."""
    from noc_console.cli import backups as command

    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: command.show_backup(requests, config, what, reveal)))


@commands.command("backup-diff")
def backup_diff(
    olt: Annotated[str, typer.Argument(help="Name of the OLT.")],
    before: Annotated[int | None, typer.Argument(help="Number of the older one; else the last two.")] = None,
    after: Annotated[int | None, typer.Argument(help="Number of the newer one; else the newest.")] = None,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """Print what differs between two configurations of an OLT."""
    from noc_console.cli import backups as command

    config, _ = read_config()
    pair = before, after
    raise SystemExit(with_requests(config, lambda r: command.diff(r, config, olt, pair, reveal, as_json)))
