"""The commands that act on routers, ONTs and OLTs, on one or many; each imports what it needs when it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import typer

from noc_console.cli.given import Force, Json, Reason, Serial, Wait, Yes, read_config, with_requests
from noc_console.cli.output import Exit, fail
from noc_console.domain.actions import JobKind
from noc_console.domain.targets import TargetKind

commands = typer.Typer()

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show who would be acted on.")]
BulkId = Annotated[int, typer.Argument(help="Number of the bulk action.")]
Count = Annotated[int | None, typer.Option(help="How many are expected; instead of typing it.")]


def act(
    kind: JobKind,
    target: str,
    reason: str,
    yes: bool,
    wait: bool,
    force: bool,
    as_json: bool,
    parameters: Mapping[str, str] | None = None,
    secret: str | None = None,
) -> None:
    """Ask for one action, and say what became of it."""
    from noc_console.cli.act import Order
    from noc_console.cli.act import act as command

    if not reason.strip():
        fail("--reason must say why", Exit.USAGE)
    config, path = read_config()
    order = Order(kind, target, reason.strip(), yes, wait, force, as_json, parameters or {}, secret)
    raise SystemExit(asyncio.run(command(config, path, order)))


@commands.command()
def reboot(
    serial: Serial, reason: Reason, yes: Yes = False, wait: Wait = False, force: Force = False, as_json: Json = False
) -> None:
    """Reboot a customer's router, and see it come back."""
    act(JobKind.REBOOT, serial, reason, yes, wait, force, as_json)


@commands.command()
def refresh(
    serial: Serial, reason: Reason = "refresh", yes: Yes = True, wait: Wait = False, as_json: Json = False
) -> None:
    """Read an ONT from its OLT and its router through the ACS, now."""
    act(JobKind.REFRESH, serial, reason, yes, wait, False, as_json)


@commands.command("factory-reset")
def factory_reset(
    serial: Serial, reason: Reason, yes: Yes = False, wait: Wait = False, force: Force = False, as_json: Json = False
) -> None:
    """Reset a customer's router to its factory settings: the customer's own settings are lost."""
    act(JobKind.FACTORY_RESET, serial, reason, yes, wait, force, as_json)


@commands.command("do")
def do(
    kind: Annotated[str, typer.Argument(help="What: --list tells.", metavar="ACTION")] = "",
    target: Annotated[str, typer.Argument(help="Serial number in any form; or the name of an OLT.")] = "",
    parameters: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE ...", metavar="[NAME=VALUE]...")] = None,
    reason: Reason = "",
    yes: Yes = False,
    wait: Wait = False,
    force: Force = False,
    as_json: Json = False,
    listed: Annotated[bool, typer.Option("--list", help="List the actions and what each takes.")] = False,
) -> None:
    """Do one action on an ONT, its router or an OLT. A password is asked for or piped in: it is never an argument."""
    from noc_console.cli.kinds import check, kind_named, list_kinds, parse_parameters, read_secret

    if listed or not kind:
        list_kinds(as_json)
        return
    wanted = kind_named(kind)
    if not target:
        what = "OLT? Give its name" if wanted.spec.target is TargetKind.OLT else "ONT? Give its serial number"
        fail(f"do {kind} on which {what}", Exit.USAGE)
    values = parse_parameters(parameters or [])
    secret = read_secret(wanted) if wanted.spec.secret else None
    check(wanted, values, secret)
    if wanted.level < 2:
        reason = reason.strip() or kind
    act(wanted, target, reason, yes, wait, force, as_json, values, secret)


@commands.command()
def bulk(
    kind: Annotated[str, typer.Argument(help="What: do --list tells which may be done to many.", metavar="ACTION")],
    parameters: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE ...", metavar="[NAME=VALUE]...")] = None,
    filter_text: Annotated[str, typer.Option("--filter", help="Which ONTs, in the console's / language.")] = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    count: Count = None,
    wait: Wait = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Do one action on many ONTs, at the pace that the config sets; --dry-run first shows on which."""
    from noc_console.cli.bulk import BulkOrder
    from noc_console.cli.bulk import bulk as command
    from noc_console.cli.kinds import check, kind_named, parse_parameters

    wanted = kind_named(kind)
    if not filter_text.strip():
        fail("bulk needs --filter: on which ONTs?", Exit.USAGE)
    if not dry_run and not reason.strip():
        fail("--reason must say why", Exit.USAGE)
    values = parse_parameters(parameters or [])
    if wanted.spec.bulk:
        check(wanted, values, None)
    config, path = read_config()
    order = BulkOrder(wanted, values, filter_text, reason.strip(), dry_run, count, wait, force, as_json)
    raise SystemExit(asyncio.run(command(config, path, order)))


@commands.command("bulk-again")
def bulk_again(
    bulk_id: BulkId,
    reason: Reason = "",
    dry_run: DryRun = False,
    count: Count = None,
    wait: Wait = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Go on with a bulk action of which some expired, as after a time without a collector."""
    from noc_console.cli.bulk import BulkOrder, again

    if not dry_run and not reason.strip():
        fail("--reason must say why", Exit.USAGE)
    config, path = read_config()
    order = BulkOrder(JobKind.REBOOT, {}, "", reason.strip(), dry_run, count, wait, force, as_json)
    raise SystemExit(asyncio.run(again(config, path, bulk_id, order)))


@commands.command("job-cancel")
def job_cancel(job_id: Annotated[int, typer.Argument(help="Number of the job.")]) -> None:
    """Cancel one job: one that has not begun ends at once, any other as soon as its router allows."""
    from noc_console.cli.act import cancel

    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: cancel(requests, job_id)))


@commands.command("bulk-cancel")
def bulk_cancel(bulk_id: BulkId) -> None:
    """Cancel what has not begun of a bulk action."""
    from noc_console.cli.bulk import cancel

    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: cancel(requests, bulk_id)))


@commands.command("bulk-release")
def bulk_release(bulk_id: BulkId) -> None:
    """Let a bulk action of another operator start that is too large for one."""
    from noc_console.cli.bulk import release

    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: release(requests, bulk_id)))


@commands.command()
def swap(
    kind: Annotated[str, typer.Argument(help="definitive: the old unit is dead. diagnostic: it is to be tested.")],
    old: Annotated[str, typer.Argument(help="Serial number that was taken away.")],
    new: Annotated[str, typer.Argument(help="Serial number that came in its place.")],
    reason: Reason,
    customer: Annotated[str | None, typer.Option(help="Whose; else the ONT's description.")] = None,
    as_json: Json = False,
) -> None:
    """Record that a customer's hardware was replaced; a diagnostic swap is due to be tested."""
    from noc_console.cli import swaps as command

    config, _ = read_config()
    work = with_requests(config, lambda r: command.record(r, config, kind, old, new, reason, customer, as_json))
    raise SystemExit(work)


@commands.command("swap-close")
def swap_close(
    swap_id: Annotated[int, typer.Argument(help="Number of the swap.")],
    outcome: Annotated[str, typer.Argument(help="returned (to the customer), defective, or stock (fine, kept).")],
) -> None:
    """End the diagnosis of a swap: what became of the old unit."""
    from noc_console.cli import swaps as command

    config, _ = read_config()
    raise SystemExit(with_requests(config, lambda requests: command.close(requests, swap_id, outcome)))
