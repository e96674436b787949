"""The ``noc-console`` command. Each subcommand imports what it needs when it runs: the console must paint at once."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
import termios
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from noc_console import __version__
from noc_console.cli import audit_commands, outage_commands
from noc_console.cli.console import open_console
from noc_console.cli.output import Exit, fail
from noc_console.config.load import load
from noc_console.config.model import Config
from noc_console.config.where import ENV_CONFIG, find
from noc_console.console.options import Link, Options
from noc_console.demo.story_names import StoryName
from noc_console.domain.actions import JobKind
from noc_console.domain.errors import ConfigError, NocError, SourceError
from noc_console.domain.targets import TargetKind


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

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _State:
    """What stands before the command."""

    config: Path | None = None
    options = Options()


def _config() -> tuple[Config, Path]:
    path = find(_State.config)
    return load(path), path


def _config_if_there() -> Config | None:
    """The config for a command that can do without one; a file that was named must be there."""
    try:
        path = find(_State.config)
    except ConfigError:
        if _State.config or os.environ.get(ENV_CONFIG):
            raise
        return None
    return load(path)


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
    _State.config = config
    if identity_fd is not None:
        _enter(identity_fd)
    _State.options = Options(theme, link, ascii_only, mouse, screen, read_only)
    if version:
        print(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        _open(_State.options)


def _enter(identity_fd: int) -> None:
    """Be a session of the door."""
    from noc_console.access import identity, seal

    identity.enter(_config()[0], seal.take(identity_fd), os.getppid())
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that the terminal's signals and size reach us


def _open(options: Options) -> None:
    from noc_console.console.registry import SCREENS

    if options.screen and options.screen not in SCREENS:
        fail(f"--screen {options.screen!r} is none of {', '.join(SCREENS)}", Exit.USAGE)
    loaded, path = _config()
    raise SystemExit(open_console(loaded, path, options))


@app.command("open", hidden=True)
def open_at(command: Annotated[str, typer.Argument(metavar=":COMMAND")]) -> None:
    """Open the console and run a command that shows something, as in: noc-console ':inc 17'."""
    _open(replace(_State.options, first_command=command.removeprefix(":")))


@app.command()
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
    config, _ = _config()
    if once:
        raise SystemExit(command.run_once(config, as_json))
    command.run_daemon(config, parent_pipe, Join(region) if join else None)


@app.command()
def move(
    to: Annotated[str, typer.Option(help="postgresql://USER@HOST/NAME; ${VAR} stands for an environment variable.")],
    as_json: Json = False,
) -> None:
    """Copy everything from SQLite into an empty PostgreSQL database, and prove that it arrived."""
    from noc_console.cli.move import move as command

    raise SystemExit(command(_config()[0], to, as_json))


@app.command()
def share() -> None:
    """Keep one picture for all consoles of this config and user on this host: each takes less time and memory."""
    from noc_console.cli.share import share as command

    config, path = _config()
    raise SystemExit(command(config, path))


@app.command()
def door() -> None:
    """Let operators in by SSH, each with their own key: the console, and the commands that door.commands allows."""
    from noc_console.cli.door import run as command

    config, path = _config()
    raise SystemExit(command(config, path))


@app.command()
def check(as_json: Json = False) -> None:
    """Validate the config, then try everything that it names. Changes nothing."""
    from noc_console.cli.check import check as run_check

    config, path = _config()
    raise SystemExit(asyncio.run(run_check(config, path, as_json)))


@app.command()
def profiles(
    profile: Annotated[str | None, typer.Argument(help="Only this one, with all its facts.", metavar="[ID]")] = None,
    as_json: Json = False,
) -> None:
    """List the OLT families that can be read, and what is read of each."""
    from noc_console.cli.profiles import list_profiles

    list_profiles(_config_if_there(), profile, as_json)


@app.command()
def probe(
    address: Annotated[str, typer.Argument(help="Address of a device, or name of a configured OLT.")],
    community: Annotated[str | None, typer.Option(help="SNMP v2c; else as configured, else NOC_COMMUNITY.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="UDP port.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write a starting profile for a device that none fits.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a device is, which profile fits, and what each of its columns answers."""
    from noc_console.cli.profiles import run_probe, target

    olt, known = target(_config_if_there(), address, community, port)
    raise SystemExit(asyncio.run(run_probe(olt, known, as_json, write)))


@app.command()
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


@app.command()
def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")],
) -> None:
    """Print the completion of commands for a shell: . <(noc-console completion bash)."""
    from noc_console.cli import manual

    if shell not in manual.SHELLS:
        fail(f"completion for {' or '.join(manual.SHELLS)}, not {shell!r}", Exit.USAGE)
    print(manual.completion(shell), end="")


@app.command()
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
    config, _ = _config()
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    if what == command.PATH:
        raise SystemExit(_with_requests(config, lambda r: command.show_path(r.reader, config, about, form)))
    raise SystemExit(
        _with_requests(config, lambda requests: command.show(requests.reader, config, what, filter_text, form))
    )


@app.command()
def lookup(
    text: str,
    cached: Annotated[bool, typer.Option("--cached", help="Only what is stored: read nothing again.")] = False,
    as_json: Json = False,
) -> None:
    """Find one customer by serial (any form), MAC, IP, PPPoE login or description; say what is wrong and what to do."""
    from noc_console.cli.lookup import lookup as command

    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: command(requests, config, text, as_json, cached)))


@app.command()
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
    config, _ = _config()
    form = Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE
    raise SystemExit(
        _with_requests(config, lambda requests: command(requests.reader, config, what, port, kind, over, form, svg))
    )


Serial = Annotated[str, typer.Argument(help="Serial number in any form.")]


@app.command()
def register(
    serial: Serial,
    preset: Annotated[str, typer.Option(help="Of provisioning.presets; needed where several fit.")] = "",
    description: Annotated[str, typer.Option(help="Text for the OLT; else the subscriber's record.")] = "",
    as_json: Json = False,
) -> None:
    """Print the commands that would register an ONT that waits at its OLT. Nothing is sent."""
    from noc_console.cli.register import register as command

    config, _ = _config()
    raise SystemExit(
        _with_requests(config, lambda requests: command(requests.reader, config, serial, preset, description, as_json))
    )


Reason = Annotated[str, typer.Option(help="Why; goes into the audit log.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Wait = Annotated[bool, typer.Option("--wait", help="Follow the job to its end.")]
Force = Annotated[bool, typer.Option("--force", help="Override what stands in the way, where that can help.")]


@app.command()
def reboot(
    serial: Serial, reason: Reason, yes: Yes = False, wait: Wait = False, force: Force = False, as_json: Json = False
) -> None:
    """Reboot a customer's router, and see it come back."""
    _act(JobKind.REBOOT, serial, reason, yes, wait, force, as_json)


@app.command()
def refresh(
    serial: Serial, reason: Reason = "refresh", yes: Yes = True, wait: Wait = False, as_json: Json = False
) -> None:
    """Read an ONT from its OLT and its router through the ACS, now."""
    _act(JobKind.REFRESH, serial, reason, yes, wait, False, as_json)


@app.command("factory-reset")
def factory_reset(
    serial: Serial, reason: Reason, yes: Yes = False, wait: Wait = False, force: Force = False, as_json: Json = False
) -> None:
    """Reset a customer's router to its factory settings: the customer's own settings are lost."""
    _act(JobKind.FACTORY_RESET, serial, reason, yes, wait, force, as_json)


@app.command()
def backup(
    olt: Annotated[str, typer.Argument(help="Name of the OLT.")],
    reason: Reason = "backup",
    wait: Wait = False,
    force: Annotated[bool, typer.Option("--force", help="Also take one that is suspiciously small.")] = False,
    as_json: Json = False,
) -> None:
    """Read an OLT's configuration over its command line and keep it, now."""
    _act(JobKind.BACKUP, olt, reason, True, wait, force, as_json)


Reveal = Annotated[bool, typer.Option("--reveal", help="With secrets: for admins, and audited.")]


@app.command("backup-show")
def backup_show(
    what: Annotated[str, typer.Argument(help="Number of a backup, or an OLT's name for its newest.")],
    reveal: Reveal = False,
) -> None:
    """Print a configuration that was kept."""
    from noc_console.cli import backups as command

    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: command.show_backup(requests, config, what, reveal)))


@app.command("backup-diff")
def backup_diff(
    olt: Annotated[str, typer.Argument(help="Name of the OLT.")],
    before: Annotated[int | None, typer.Argument(help="Number of the older one; else the last two.")] = None,
    after: Annotated[int | None, typer.Argument(help="Number of the newer one; else the newest.")] = None,
    reveal: Reveal = False,
    as_json: Json = False,
) -> None:
    """Print what differs between two configurations of an OLT."""
    from noc_console.cli import backups as command

    config, _ = _config()
    pair = before, after
    raise SystemExit(_with_requests(config, lambda r: command.diff(r, config, olt, pair, reveal, as_json)))


@app.command("do")
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
    _act(wanted, target, reason, yes, wait, force, as_json, values, secret)


@app.command()
def bulk(
    kind: Annotated[str, typer.Argument(help="What: do --list tells which may be done to many.", metavar="ACTION")],
    parameters: Annotated[list[str] | None, typer.Argument(help="NAME=VALUE ...", metavar="[NAME=VALUE]...")] = None,
    filter_text: Annotated[str, typer.Option("--filter", help="Which ONTs, in the console's / language.")] = "",
    reason: Reason = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would be acted on.")] = False,
    count: Annotated[int | None, typer.Option(help="How many are expected; instead of typing it.")] = None,
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
    config, path = _config()
    order = BulkOrder(wanted, values, filter_text, reason.strip(), dry_run, count, wait, force, as_json)
    raise SystemExit(asyncio.run(command(config, path, order)))


@app.command("bulk-again")
def bulk_again(
    bulk_id: Annotated[int, typer.Argument(help="Number of the bulk action.")],
    reason: Reason = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would be acted on.")] = False,
    count: Annotated[int | None, typer.Option(help="How many are expected; instead of typing it.")] = None,
    wait: Wait = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Go on with a bulk action of which some expired, as after a time without a collector."""
    from noc_console.cli.bulk import BulkOrder, again

    if not dry_run and not reason.strip():
        fail("--reason must say why", Exit.USAGE)
    config, path = _config()
    order = BulkOrder(JobKind.REBOOT, {}, "", reason.strip(), dry_run, count, wait, force, as_json)
    raise SystemExit(asyncio.run(again(config, path, bulk_id, order)))


@app.command("job-cancel")
def job_cancel(job_id: Annotated[int, typer.Argument(help="Number of the job.")]) -> None:
    """Cancel one job: one that has not begun ends at once, any other as soon as its router allows."""
    from noc_console.cli.act import cancel

    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: cancel(requests, job_id)))


@app.command("bulk-cancel")
def bulk_cancel(bulk_id: Annotated[int, typer.Argument(help="Number of the bulk action.")]) -> None:
    """Cancel what has not begun of a bulk action."""
    from noc_console.cli.bulk import cancel

    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: cancel(requests, bulk_id)))


@app.command("bulk-release")
def bulk_release(bulk_id: Annotated[int, typer.Argument(help="Number of the bulk action.")]) -> None:
    """Let a bulk action of another operator start that is too large for one."""
    from noc_console.cli.bulk import release

    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: release(requests, bulk_id)))


@app.command()
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

    config, _ = _config()
    work = _with_requests(config, lambda r: command.record(r, config, kind, old, new, reason, customer, as_json))
    raise SystemExit(work)


@app.command("swap-close")
def swap_close(
    swap_id: Annotated[int, typer.Argument(help="Number of the swap.")],
    outcome: Annotated[str, typer.Argument(help="returned (to the customer), defective, or stock (fine, kept).")],
) -> None:
    """End the diagnosis of a swap: what became of the old unit."""
    from noc_console.cli import swaps as command

    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: command.close(requests, swap_id, outcome)))


Records = Annotated[
    str,
    typer.Argument(help="Which: show --list has them; a wrong word lists those that are imported.", metavar="RECORDS"),
]


@app.command("import")
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
    config, _ = _config()
    how = command.How(replace, dry_run, as_json)
    if inventory:
        found = command.inventory_of(config, inventory, kind)
        raise SystemExit(_with_requests(config, lambda r: command.take_over(r, found, kind, how)))
    wanted = command.imported_kind(kind)
    raise SystemExit(_with_requests(config, lambda r: command.take(r, wanted, file, how)))


@app.command("export")
def export_records(kind: Records) -> None:
    """Print records of the plant as CSV, as import takes it."""
    from noc_console.cli import records as command

    wanted = command.imported_kind(kind)
    config, _ = _config()
    raise SystemExit(_with_requests(config, lambda requests: command.export(requests.reader, config, wanted)))


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

    raise SystemExit(run_demo(olts, onts, seed, scenario, folder, headless, as_json, _State.options))


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

    raise SystemExit(open_recording(_config_if_there(), file, speed, _State.options))


@app.command()
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

    config, _ = _config()
    raise SystemExit(asyncio.run(command(config, file, since, until, anonymous, as_json)))


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
    config, path = _config()
    raise SystemExit(open_wallboard(config, path, _State.options, names, seconds))


def _act(
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
    from noc_console.cli.act import Order, act

    if not reason.strip():
        fail("--reason must say why", Exit.USAGE)
    config, path = _config()
    order = Order(kind, target, reason.strip(), yes, wait, force, as_json, parameters or {}, secret)
    raise SystemExit(asyncio.run(act(config, path, order)))


def _with_requests(config: Config, work: Any) -> Any:
    from noc_console.cli.requests import Requests

    async def run() -> Any:
        requests = Requests(config)
        try:
            return await work(requests)
        finally:
            await requests.close()

    return asyncio.run(run())


outage_commands.register(app, lambda: _config()[0], _with_requests)
audit_commands.register(app, lambda: _config()[0], _with_requests)


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
