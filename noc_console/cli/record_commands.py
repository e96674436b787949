"""The commands about records of the plant; each imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from noc_console.cli.given import Json, Serial, read_config, with_requests
from noc_console.cli.output import Exit, fail

commands = typer.Typer()


Records = Annotated[
    str,
    typer.Argument(help="Which: show --list has them; a wrong word lists those that are imported.", metavar="RECORDS"),
]


@commands.command("import")
def import_records(
    kind: Records,
    file: Annotated[str, typer.Argument(help="CSV file with a header; - is standard input.")] = "",
    inventory: Annotated[
        str, typer.Option("--from", metavar="NAME", help="Instead of a file: of inventories: in the config.")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Remove the records that the file does not name.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: Json = False,
) -> None:
    """Import records from CSV, or from another system's database ("all" of it); twice the same changes nothing."""
    from noc_console.cli import records as command

    if bool(file) == bool(inventory):
        fail("import from what? Give a FILE, or --from NAME of an inventory in the config", Exit.USAGE)
    config, _ = read_config()
    how = command.How(replace, dry_run, as_json)
    if inventory:
        found = command.inventory_of(config, inventory, kind)
        raise SystemExit(with_requests(config, lambda r: command.take_over(r, found, kind, how)))
    wanted = command.imported_kind(kind)
    raise SystemExit(with_requests(config, lambda r: command.take(r, wanted, file, how)))


@commands.command("export")
def export_records(kind: Records) -> None:
    """Print records of the plant as CSV, as import takes it."""
    from noc_console.cli import records as command

    wanted = command.imported_kind(kind)
    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: command.export(requests.reader, config, wanted)))


@commands.command()
def register(
    serial: Serial,
    preset: Annotated[str, typer.Option(help="Of provisioning.presets; needed where several fit.")] = "",
    description: Annotated[str, typer.Option(help="Text for the OLT; else the subscriber's record.")] = "",
    as_json: Json = False,
) -> None:
    """Print the commands that would register an ONT that waits at its OLT. Nothing is sent."""
    from noc_console.cli.register import register as command

    config, _ = read_config()
    raise SystemExit(
        with_requests(config, lambda requests: command(requests.reader, config, serial, preset, description, as_json))
    )
