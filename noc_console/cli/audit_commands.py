"""``noc-console audit-head`` and ``audit-verify``: the audit log's signed heads, and whether the log fits them."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from noc_console.cli.given import Json, read_config, with_requests
from noc_console.cli.output import Exit, fail, print_json
from noc_console.config.paths import audit_archive, audit_heads
from noc_console.domain.errors import ConfigError
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
    archive: Annotated[Path | None, typer.Option(help="Archive of old entries; else that of the config.")] = None,
    as_json: Json = False,
) -> None:
    """Verify the whole audit log and its archive against the chain and the signed heads."""
    config = read_config()[0]
    for named in (heads, archive):
        if named and not named.exists():
            fail(f"there is no file {named}", Exit.USAGE)
    files = heads or audit_heads(config), archive or audit_archive(config)
    if accept:
        with_requests(config, lambda requests: _accept(requests, accept, *files))
        _put_aside(audit_heads(config))
        return
    raise SystemExit(with_requests(config, lambda requests: _verify(requests, *files, as_json)))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a verification of everything found."""

    broken: Any
    where: str
    """The archive, when it is broken there."""
    newest: int
    archived: int
    """The last entry that went to the archive."""
    archive_from: int | None
    heads: int
    not_compared: int
    """Heads of entries that are neither here nor in the archive."""


async def _look(requests: Any, file: Path, archive: Path) -> _Found:
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
    where = f" (in {archive})" if old.broken else ""
    counts = end.entry_id, archived.entry_id, old.first, len(heads), len(digests) - old.compared
    return _Found(old.broken or broken, where, *counts)


async def _verify(requests: Any, file: Path, archive: Path, as_json: bool) -> Exit:
    found = await _look(requests, file, archive)
    if as_json:
        broken = {"entry": found.broken.entry_id, "what": found.broken.what} if found.broken else None
        print_json({"holds": not broken, "broken": broken, "newest": found.newest, "heads": found.heads,
                    "archived": found.archived, "archive_from": found.archive_from,
                    "heads_not_compared": found.not_compared})  # fmt: skip
        return Exit.FAILED if broken else Exit.DONE
    if found.broken:
        fail(f"the audit log was tampered with: {found.broken}{found.where}", Exit.FAILED)
    fits = f"fits {found.heads - found.not_compared} signed heads in {file}"
    print(f"the audit log holds to entry {found.newest} and {fits}")
    if found.archived and found.archive_from != 1:
        since = found.archive_from or found.archived + 1
        told = f"entries before {since} are not in {archive}; {found.not_compared} heads are not compared"
        print(f"not verified: {told}", file=sys.stderr)
    return Exit.DONE


async def _accept(requests: Any, reason: str, file: Path, archive: Path) -> None:
    with suppress(ConfigError):  # heads or an archive that cannot be read are a reason to go on too
        if (await _look(requests, file, archive)).broken is None:
            fail("the audit log holds: there is nothing to accept", Exit.FAILED)
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
