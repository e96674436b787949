"""``noc-console audit-head`` and ``audit-verify``: the audit log's signed heads, and whether the log fits them."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from noc_console.cli.given import Json, read_config, with_requests
from noc_console.cli.output import Exit, fail, print_json
from noc_console.config.paths import audit_heads
from noc_console.domain.intents import AcceptAudit

commands = typer.Typer()


@commands.command("audit-head")
def audit_head() -> None:
    """Print the newest signed head of the audit log, to keep on another machine: >> heads.jsonl."""
    from noc_console.storage.audit_heads import newest_head

    file = audit_heads(read_config()[0])
    head = newest_head(file)
    if head is None:
        fail(f"{file} has no head yet: the collector writes it once something was audited", Exit.FAILED)
    print(head.as_line())


@commands.command("audit-verify")
def audit_verify(
    heads: Annotated[Path | None, typer.Option(help="File of heads; else that of the config.")] = None,
    accept: Annotated[
        str, typer.Option(help="Why: go on with a log that is broken, or was replaced; needs an admin.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Verify the whole audit log against its chain and its signed heads."""
    config = read_config()[0]
    if accept:
        with_requests(config, lambda requests: _accept(requests, accept))
        _put_aside(audit_heads(config))
        return
    if heads and not heads.exists():
        fail(f"there is no file {heads}", Exit.USAGE)
    file = heads or audit_heads(config)
    raise SystemExit(with_requests(config, lambda requests: _verify(requests, file, as_json)))


async def _verify(requests: Any, file: Path, as_json: bool) -> Exit:
    from noc_console.storage import audit
    from noc_console.storage.audit_heads import find_broken, read_heads

    heads = read_heads(file)
    await requests.reader.open()
    async with requests.reader.database.reading(snapshot=True) as connection:
        broken, end = await find_broken(connection, heads), await audit.newest(connection)
    if as_json:
        told = {"entry": broken.entry_id, "what": broken.what} if broken else None
        print_json({"holds": broken is None, "broken": told, "newest": end.entry_id, "heads": len(heads)})
    elif broken:
        fail(f"the audit log was tampered with: {broken}", Exit.FAILED)
    else:
        print(f"the audit log holds to entry {end.entry_id} and fits {len(heads)} signed heads in {file}")
    return Exit.FAILED if broken else Exit.DONE


async def _accept(requests: Any, reason: str) -> None:
    await requests.reader.open()
    answer = await requests.ask(AcceptAudit(reason))
    print(answer.text)


def _put_aside(heads: Path) -> None:
    """The heads so far: those of a log that is gone would never fit."""
    if not heads.exists():
        return
    kept = heads.with_name(f"{heads.name}.until-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}")
    try:
        heads.rename(kept)
    except OSError as error:
        fail(f"{heads} could not be put aside: {error.strerror}; do it as the collector's user", Exit.FAILED)
    print(f"the heads so far are kept as {kept}", file=sys.stderr)
