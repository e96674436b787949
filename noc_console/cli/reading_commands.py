"""The commands that print what is known; each imports what it needs when it runs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from noc_console.cli.given import Json, read_config, with_requests
from noc_console.cli.output import Exit, fail

commands = typer.Typer()


@commands.command()
def show(
    what: Annotated[
        str,
        typer.Argument(
            help="What: show --list tells.",
            metavar="[WHAT]",
        ),
    ] = "",
    about: Annotated[str, typer.Argument(help="show path: the serial number, in any form.")] = "",
    filter_text: Annotated[str, typer.Option("--filter", help="The console's / language.")] = "",
    listed: Annotated[bool, typer.Option("--list", help="List what can be shown.")] = False,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
) -> None:
    """Print what is known: OLTs and their parts, ONTs, routers, jobs, changes, sources, records, the audit log."""
    from noc_console.cli import show as command
    from noc_console.cli.output import Form

    names = [*command.SHOWN, command.PATH, command.AUDIT]
    if listed:
        print(*names, sep="\n")
        return
    if as_json and as_csv:
        fail("--json or --csv, not both", Exit.USAGE)
    if what not in names:
        fail(f"show what? {', '.join(names[:-1])} or {names[-1]}, not {what!r}", Exit.USAGE)
    if what == command.PATH and not about:
        fail("show path of which ONT? Give its serial number", Exit.USAGE)
    if about and what != command.PATH:
        fail(f"show {what} takes no {about!r}: --filter narrows the list", Exit.USAGE)
    config, _ = read_config()
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    if what == command.PATH:
        raise SystemExit(with_requests(config, lambda r: command.show_path(r.reader, config, about, form)))
    raise SystemExit(
        with_requests(config, lambda requests: command.show(requests.reader, config, what, filter_text, form))
    )


@commands.command()
def lookup(
    text: str,
    cached: Annotated[bool, typer.Option("--cached", help="Only what is stored: read nothing again.")] = False,
    as_json: Json = False,
) -> None:
    """Find one customer by serial (any form), MAC, IP, PPPoE login or description; say what is wrong and what to do."""
    from noc_console.cli.lookup import lookup as command

    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: command(requests, config, text, as_json, cached)))


@commands.command()
def chart(
    what: Annotated[str, typer.Argument(help="An ONT by any identifier, or an OLT's name.")],
    port: Annotated[str, typer.Argument(help="A PON port of that OLT.", metavar="[PORT]")] = "",
    kind: Annotated[str, typer.Option("--of", help="light, traffic, port, counts, health or uplinks.")] = "",
    over: Annotated[str, typer.Option("--range", help="6h, 24h, 7d or 30d.")] = "24h",
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Write a picture to this new file.")] = None,
) -> None:
    """Print the history of an ONT, a PON port or an OLT: in words, as CSV or JSON, or as a picture."""
    from noc_console.cli.chart import chart as command
    from noc_console.cli.output import Form

    if as_json + as_csv + (svg is not None) > 1:
        fail("--json, --csv or --svg, only one of them", Exit.USAGE)
    config, _ = read_config()
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    raise SystemExit(
        with_requests(config, lambda requests: command(requests.reader, config, what, port, kind, over, form, svg))
    )


@commands.command()
def record(
    file: Annotated[Path, typer.Argument(help="File to write; with .gz it is compressed.")],
    since: Annotated[str, typer.Option(help="How far back, as 2h or 45m, or a time of the day, as 02:05.")] = "2h",
    until: Annotated[str, typer.Option(help="Where it ends; as --since.")] = "0s",
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Other names and serial numbers, no customers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write what the collector observed as a recording: for training, for a report, for a question to others."""
    from noc_console.cli.record import record as command

    config, _ = read_config()
    raise SystemExit(asyncio.run(command(config, file, since, until, anonymous, as_json)))
