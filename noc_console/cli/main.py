"""The ``noc-console`` command. Each subcommand imports what it needs when it runs: the console must paint at once."""

from __future__ import annotations

import fcntl
import os
import sys
import termios
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from noc_console import __version__
from noc_console.cli import (
    action_commands,
    audit_commands,
    backup_commands,
    outage_commands,
    reading_commands,
    record_commands,
    service_commands,
)
from noc_console.cli.console import open_console
from noc_console.cli.given import Given, Json, config_if_there, read_config
from noc_console.cli.output import Exit, fail
from noc_console.console.options import Link, Options
from noc_console.demo.story_names import StoryName
from noc_console.domain.errors import ConfigError, NocError, SourceError


class _Group(TyperGroup):
    """Takes ``noc-console ':inc 17'``: a first word with a colon is the console's own command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names."""
        return super().resolve_command(ctx, ["open", "--", " ".join(args)] if args[0].startswith(":") else args)


app = typer.Typer(
    cls=_Group,
    help="See, judge and act on a GPON access network. Without a command: the console; ':inc 17' opens it there.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Config file; also NOC_CONSOLE_CONFIG.")] = None,
    theme: Annotated[str | None, typer.Option(help="Theme of the console.")] = None,
    screen: Annotated[str, typer.Option(help="First screen: incidents, alarms, network, jobs, log, sources.")] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="Never allow actions.")] = False,
    link: Annotated[Link | None, typer.Option(help="low spares bytes; auto turns to it by itself.")] = None,
    ascii_only: Annotated[bool | None, typer.Option("--ascii/--no-ascii", help="Draw with ASCII only.")] = None,
    mouse: Annotated[bool | None, typer.Option("--mouse/--no-mouse", help="Take the mouse from the terminal.")] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Do not join a share of this config (share).")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    identity_fd: Annotated[int | None, typer.Option(hidden=True, help="Of noc-console door.")] = None,
) -> None:
    Given.config = config
    if identity_fd is not None:
        _enter(identity_fd)
    Given.options = Options(theme, link, ascii_only, mouse, screen, read_only)
    if version:
        print(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open(Given.options)


def _enter(identity_fd: int) -> None:
    """Be a session of the door."""
    from noc_console.access import identity, seal

    identity.enter(read_config()[0], seal.take(identity_fd), os.getppid())
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that the terminal's signals and size reach us


def _open(options: Options) -> None:
    from noc_console.console.registry import SCREENS

    if options.screen and options.screen not in SCREENS:
        fail(f"--screen {options.screen!r} is none of {', '.join(SCREENS)}", Exit.USAGE)
    loaded, path = read_config()
    raise SystemExit(open_console(loaded, path, options))


@app.command("open", hidden=True)
def open_at(command: Annotated[str, typer.Argument(metavar=":COMMAND")]) -> None:
    """Open the console and run a command that shows something, as in: noc-console ':inc 17'."""
    _open(replace(Given.options, first_command=command.removeprefix(":")))


@app.command()
def demo(
    olts: Annotated[int, typer.Option(min=1, help="How many OLTs.")] = 4,
    onts: Annotated[int, typer.Option(min=1, help="How many ONTs in all.")] = 600,
    headless: Annotated[bool, typer.Option("--headless", help="Only the network, no console.")] = False,
    seed: Annotated[int, typer.Option(help="Another seed makes another network.")] = 1,
    scenario: Annotated[StoryName | None, typer.Option(help="An outage to watch, soon after the start.")] = None,
    folder: Annotated[Path | None, typer.Option("--dir", help="For its files; else a temporary folder.")] = None,
    as_json: Json = False,
) -> None:
    """Open the console on a simulated network behind real sockets."""
    from noc_console.cli.demo import run_demo

    raise SystemExit(run_demo(olts, onts, seed, scenario, folder, headless, as_json, Given.options))


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recording: JSON Lines, or the same with .gz.")],
    at: Annotated[list[float] | None, typer.Option(help="Seconds from its start, for --json; may be repeated.")] = None,
    speed: Annotated[float, typer.Option(min=0, max=1000, help="On the screen: how many times as fast as it was.")] = 1,
    as_json: Json = False,
) -> None:
    """Play a recording on the screen; with --json or --at print what the incident engine says, as fast as it can."""
    if at or as_json or not sys.stdout.isatty():
        from noc_console.cli.replay import replay as command

        raise SystemExit(command(file, at or [], as_json))
    from noc_console.cli.console import open_recording

    raise SystemExit(open_recording(config_if_there(), file, speed, Given.options))


@app.command()
def wallboard(
    pages: Annotated[str, typer.Option(help="Which, in their order.")] = "incidents,map,trend",
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="For how long each is shown.")] = 15,
) -> None:
    """Big figures for a spare terminal: read-only, no keys but q."""
    from noc_console.cli.console import open_wallboard
    from noc_console.console.wallpages import parse_pages

    try:
        names = parse_pages(pages)
    except ValueError as error:
        fail(f"--pages: {error}", Exit.USAGE)
    config, path = read_config()
    raise SystemExit(open_wallboard(config, path, Given.options, names, seconds))


for part in (
    service_commands,
    reading_commands,
    record_commands,
    action_commands,
    backup_commands,
    outage_commands,
    audit_commands,
):
    app.add_typer(part.commands)


def _drop_output() -> None:
    """What could not be written is not tried again when the interpreter ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run() -> None:
    """Entry point: errors become one line and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            with suppress(OSError):  # it looks where in the file it stands, which not every stream knows
                stream.reconfigure(errors="backslashreplace")  # a terminal without a letter is no reason to end
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        sys.exit(141)  # as a program that the signal ended: whoever read has enough
    except OSError as error:
        _drop_output()
        fail(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}", Exit.FAILED)
    except ConfigError as error:
        fail(error, Exit.USAGE)
    except SourceError as error:
        fail(error, Exit.UNREACHABLE)
    except NocError as error:
        fail(error, Exit.FAILED)
    except KeyboardInterrupt:
        sys.exit(130)
