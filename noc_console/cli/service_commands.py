"""The commands of who installs and runs it; each imports what it needs when it runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from noc_console.cli.given import Json, config_if_there, read_config
from noc_console.cli.output import Exit, fail

commands = typer.Typer()


@commands.command()
def collect(
    once: Annotated[bool, typer.Option("--once", help="Poll everything once, print the outcome, end.")] = False,
    join: Annotated[bool, typer.Option("--join", help="Share the OLTs with other collectors that join.")] = False,
    region: Annotated[str | None, typer.Option(help="With --join: poll this region's OLTs first.")] = None,
    as_json: Json = False,
    parent_pipe: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Run the collector: polls, stores, ships samples, runs jobs."""
    from noc_console.cli import collect as command
    from noc_console.collector.membership import Join

    if (region is not None and not join) or (once and join):
        fail("--region needs --join" if not join else "--once polls alone: leave out --join", Exit.USAGE)
    config, _ = read_config()
    if once:
        raise SystemExit(command.run_once(config, as_json))
    command.run_daemon(config, parent_pipe, Join(region) if join else None)


@commands.command()
def move(
    to: Annotated[str, typer.Option(help="postgresql://USER@HOST/NAME; ${VAR} stands for an environment variable.")],
    as_json: Json = False,
) -> None:
    """Copy everything from SQLite into an empty PostgreSQL database, and prove that it arrived."""
    from noc_console.cli.move import move as command

    raise SystemExit(command(read_config()[0], to, as_json))


@commands.command()
def share() -> None:
    """Keep one picture for all consoles of this config and user on this host: each takes less time and memory."""
    from noc_console.cli.share import share as command

    config, path = read_config()
    raise SystemExit(command(config, path))


@commands.command()
def door() -> None:
    """Let operators in by SSH, each with their own key: the console, and the commands that door.commands allows."""
    from noc_console.cli.door import run as command

    config, path = read_config()
    raise SystemExit(command(config, path))


@commands.command()
def check(as_json: Json = False) -> None:
    """Validate the config, then try everything that it names. Changes nothing."""
    from noc_console.cli.check import check as run_check

    config, path = read_config()
    raise SystemExit(asyncio.run(run_check(config, path, as_json)))


@commands.command()
def profiles(
    profile: Annotated[str | None, typer.Argument(help="Only this one, with all its facts.", metavar="[ID]")] = None,
    as_json: Json = False,
) -> None:
    """List the OLT families that can be read, and what is read of each."""
    from noc_console.cli.profiles import list_profiles

    list_profiles(config_if_there(), profile, as_json)


@commands.command()
def probe(
    address: Annotated[str, typer.Argument(help="Address of a device, or name of a configured OLT.")],
    community: Annotated[str | None, typer.Option(help="SNMP v2c; else as configured, else NOC_COMMUNITY.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="UDP port.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write a starting profile for a device that none fits.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a device is, which profile fits, and what each of its columns answers."""
    from noc_console.cli.profiles import run_probe, target

    olt, known = target(config_if_there(), address, community, port)
    raise SystemExit(asyncio.run(run_probe(olt, known, as_json, write)))


@commands.command()
def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("config.yaml"),
    service: Annotated[
        bool, typer.Option("--service", help="Write /etc/noc-console, /etc/default/noc-console and a systemd unit.")
    ] = False,
    extras: Annotated[
        Path | None,
        typer.Option("--extras", metavar="FOLDER", help="Write a container file, alert rules, a dashboard and more."),
    ] = None,
) -> None:
    """Write a commented config file; with --service all that a collector needs to run as a service."""
    from noc_console.cli.init import write_example, write_extras, write_service

    if extras is not None:
        write_extras(extras)
    elif service:
        write_service()
    else:
        write_example(path)


@commands.command()
def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")],
) -> None:
    """Print the completion of commands for a shell: . <(noc-console completion bash)."""
    from noc_console.cli import manual

    if shell not in manual.SHELLS:
        fail(f"completion for {' or '.join(manual.SHELLS)}, not {shell!r}", Exit.USAGE)
    print(manual.completion(shell), end="")
