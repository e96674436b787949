"""``noc-console move``: from SQLite to PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from noc_console.cli.output import Exit, fail, print_json, print_table
from noc_console.config.load import argument
from noc_console.config.model import Config, database_url
from noc_console.config.paths import audit_archive, buffer_file
from noc_console.storage.database import Database
from noc_console.storage.moving import Move, move_all

DIGEST_SHOWN = 16
"""Characters; ``--json`` prints all of it."""


def move(config: Config, to: str, as_json: bool) -> Exit:
    """Copy the config's database to ``to``; the config and the old file stay as they are.

    Raises:
        NocError: It was refused, or failed; the target then holds no rows.
    """
    if not config.database.startswith("sqlite:///"):
        fail("database: is not SQLite; PostgreSQL to PostgreSQL is the work of pg_dump", Exit.USAGE)
    url = _target(to)
    moved = asyncio.run(_move(config.database, url))
    rows = [asdict(one) for one in moved.tables]
    if as_json:
        print_json({"tables": rows, "audit_broken_at": moved.audit_broken_at})
        return Exit.DONE
    shown = [row | {"digest": row["digest"][:DIGEST_SHOWN]} for row in rows if row["rows"]]
    print_table(shown, [("table", "table"), ("rows", "rows"), ("digest", "digest, the same on both sides")])
    _print_rest(config, config.model_copy(update={"database": url}), moved)
    return Exit.DONE


def _target(to: str) -> str:
    try:
        url = database_url(argument("--to", to))
    except ValueError as error:
        fail(f"--to: {error}", Exit.USAGE)
    if url.startswith("sqlite:///"):
        fail("--to must start with postgresql://", Exit.USAGE)
    return url


async def _move(source_url: str, target_url: str) -> Move:
    source, target = Database(source_url), Database(target_url)
    try:
        return await move_all(source, target)
    finally:
        await source.close()
        await target.close()


def _print_rest(before: Config, after: Config, moved: Move) -> None:
    """What is left to do by hand."""
    total = sum(one.rows for one in moved.tables)
    print(f"\n{total:,} rows arrived, in {len(moved.tables)} tables; the audit log's chain ", end="")
    print("holds." if moved.audit_broken_at is None else f"is broken at entry {moved.audit_broken_at}, as before.")
    print("Set database: in the config of every machine, then start the collector. The SQLite file is as it was.")
    for what, file in (("samples not shipped yet", buffer_file), ("archived audit entries", audit_archive)):
        old, new = file(before), file(after)
        if old != new and old.exists():
            print(f"Not in the database, {what}: mv {old} {new}")
