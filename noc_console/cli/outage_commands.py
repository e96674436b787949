"""The commands about incidents, alarms and planned work; each imports what it needs when it runs."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

import typer

from noc_console.cli.given import Json, Reason, read_config, with_requests
from noc_console.cli.output import Exit, fail
from noc_console.domain.intents import (
    Acknowledge,
    AddComment,
    EndMaintenance,
    Intent,
    PlanMaintenance,
    Shelve,
    Unacknowledge,
    Unshelve,
)

About = Annotated[str, typer.Argument(help="INC-17, or an alarm's key in quotes: show alarms.", metavar="NAME")]


commands = typer.Typer()


def ask(intent: Intent, as_json: bool) -> None:
    """Ask for it, and print the answer."""
    from noc_console.cli.outages import ask as asking

    raise SystemExit(with_requests(read_config()[0], lambda requests: asking(requests, intent, as_json)))


@commands.command()
def ack(about: About, as_json: Json = False) -> None:
    """Say that you have it: an incident or alarm asks again when it gets worse, grows or changes its cause."""
    ask(Acknowledge(about), as_json)


@commands.command()
def unack(about: About, as_json: Json = False) -> None:
    """Take an acknowledgement back."""
    ask(Unacknowledge(about), as_json)


@commands.command()
def comment(
    about: About,
    text: Annotated[str, typer.Argument(help="What the next shift should know.")],
    as_json: Json = False,
) -> None:
    """Write something down about an incident or alarm."""
    ask(AddComment(about, text), as_json)


@commands.command()
def shelve(
    about: About,
    lasts: Annotated[str, typer.Argument(help="30m, 4h, 2d; at most 7 days.")],
    reason: Annotated[str, typer.Option(help="Why; the next shift reads it.")] = "",
    as_json: Json = False,
) -> None:
    """Put an incident or alarm away for some time; it comes back by itself."""
    from noc_console.cli.outages import span_s

    ask(Shelve(about, span_s(lasts), reason), as_json)


@commands.command()
def unshelve(about: About, as_json: Json = False) -> None:
    """Bring a shelved incident or alarm back before its time."""
    ask(Unshelve(about), as_json)


@commands.command()
def maintenance(
    place: Annotated[
        list[str], typer.Argument(help="[OLT [PORT]] and how long: olt-1 0/1/3 2h.", metavar="[OLT [PORT]] TIME")
    ],
    reason: Reason,
    splitter: Annotated[str | None, typer.Option(help="Only what hangs on this splitter.")] = None,
    zone: Annotated[str | None, typer.Option(help="Only this zone.")] = None,
    start: Annotated[str | None, typer.Option(help="22:30 or 2026-03-09T22:30; else now.")] = None,
    as_json: Json = False,
) -> None:
    """Announce planned work: what fails there and then is planned, and rings nobody."""
    from noc_console.cli.outages import span_s, start_at

    if len(place) > 3:
        fail(f"maintenance takes an OLT, a PON port and a time, not {len(place)} words", Exit.USAGE)
    *where, lasts = place
    olt, port = (*where, None, None)[:2]
    starts_at = None if start is None else start_at(start)
    ask(PlanMaintenance(span_s(lasts), reason, olt, port, splitter, zone, starts_at), as_json)


@commands.command("maintenance-end")
def maintenance_end(
    number: Annotated[int, typer.Argument(help="Number of the window: show maintenance.")], as_json: Json = False
) -> None:
    """End planned work before its time."""
    ask(EndMaintenance(number), as_json)


@commands.command()
def handover(
    since: Annotated[str, typer.Option(help="How long the shift lasted: 8h.")] = "8h", as_json: Json = False
) -> None:
    """Print what the next shift must know, as Markdown."""
    from noc_console.cli.reports import handover as command

    config = read_config()[0]
    raise SystemExit(with_requests(config, lambda requests: command(requests, config, since, as_json)))


@commands.command()
def incident(
    name: Annotated[str, typer.Argument(help="INC-17 or 17.")],
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the customers that it hits, as CSV.")] = False,
) -> None:
    """Print one incident for a ticket, as Markdown: what it is, how it went, what was done."""
    from noc_console.cli.output import Form
    from noc_console.cli.reports import incident as command

    if as_json and as_csv:
        fail("--json or --csv, not both", Exit.USAGE)
    config = read_config()[0]
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    raise SystemExit(with_requests(config, lambda requests: command(requests, config, name, form)))


@commands.command("notify-test")
def notify_test(as_json: Json = False) -> None:
    """Send a test message to each target under notifications: in the config file."""
    from noc_console.cli import notify as command

    config = read_config()[0]
    raise SystemExit(asyncio.run(command.notify_test(config, time.time(), as_json)))
