"""``noc-console audit-head`` and ``audit-verify``: the audit log's signed heads, and whether the log fits them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from noc_console.cli.output import Exit, fail, print_json
from noc_console.config.model import Config
from noc_console.config.paths import audit_archive, audit_heads
from noc_console.domain.intents import AcceptAudit

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer, read_config: Callable[[], Config], with_requests: Callable[[Config, Any], Any]) -> None:
    """Add the commands.

    Args:
        app: Where to.
        read_config: Reads the config file that was named before the command.
        with_requests: Does work that asks the database, and closes it.
    """

    @app.command("audit-head")
    def audit_head() -> None:
        """Print the newest signed head of the audit log, to keep on another machine: >> heads.jsonl."""
        from noc_console.storage.audit_heads import newest_head

        file = audit_heads(read_config())
        head = newest_head(file)
        if head is None:
            fail(f"{file} has no head yet: the collector writes it once something was audited", Exit.FAILED)
        print(head.as_line())

    @app.command("audit-verify")
    def audit_verify(
        heads: Annotated[Path | None, typer.Option(help="File of heads; else that of the config.")] = None,
        accept: Annotated[
            str, typer.Option(help="Why: go on with a log that is broken, or was replaced; needs an admin.")
        ] = "",
        archive: Annotated[Path | None, typer.Option(help="Archive of old entries; else that of the config.")] = None,
        as_json: Json = False,
    ) -> None:
        """Verify the whole audit log and its archive against the chain and the signed heads."""
        config = read_config()
        if accept:
            with_requests(config, lambda requests: _accept(requests, accept))
            _put_aside(audit_heads(config))
            return
        for named in (heads, archive):
            if named and not named.exists():
                fail(f"there is no file {named}", Exit.USAGE)
        files = heads or audit_heads(config), archive or audit_archive(config)
        raise SystemExit(with_requests(config, lambda requests: _verify(requests, *files, as_json)))


async def _verify(requests: Any, file: Path, archive: Path, as_json: bool) -> Exit:
    from noc_console.storage import audit
    from noc_console.storage.audit_archive import verify_archive
    from noc_console.storage.audit_heads import find_broken, read_heads

    heads = read_heads(file)
    await requests.reader.open()
    async with requests.reader.database.reading(snapshot=True) as connection:
        broken, end = await find_broken(connection, heads), await audit.newest(connection)
        archived = await audit.archived(connection)
    digests = {head.entry: head.digest for head in heads if head.entry <= archived.entry_id}
    old = await asyncio.to_thread(verify_archive, archive, archived, digests)
    where, broken = (f" (in {archive})", old.broken) if old.broken else ("", broken)
    if as_json:
        told = {"entry": broken.entry_id, "what": broken.what} if broken else None
        print_json({"holds": broken is None, "broken": told, "newest": end.entry_id, "heads": len(heads),
                    "archived": archived.entry_id, "archive_from": old.first,
                    "heads_not_compared": len(digests) - old.compared})  # fmt: skip
    elif broken:
        fail(f"the audit log was tampered with: {broken}{where}", Exit.FAILED)
    else:
        not_compared = len(digests) - old.compared
        print(
            f"the audit log holds to entry {end.entry_id} and fits {len(heads) - not_compared} signed heads in {file}"
        )
        if archived.entry_id and old.first != 1:
            since = f"entries before {old.first or archived.entry_id + 1} are not in {archive}"
            print(f"not verified: {since}, nor {not_compared} heads of them", file=sys.stderr)
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
