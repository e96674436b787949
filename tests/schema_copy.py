"""SQLite files with the schema in them, copied from one: that is quicker than making the schema each time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from noc_console.storage.database import Database


async def make_schema(url: str) -> None:
    """Bring a database to this program's version."""
    database = Database(url)
    await database.migrate()
    await database.close()


def sqlite_with_schema(path: Path) -> str:
    """Make a database at ``path`` and return its URL."""
    path.write_bytes(_schema())
    return f"sqlite:///{path}"


@cache
def _schema() -> bytes:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as apart:  # the caller's thread may run a loop
        path = Path(folder, "noc.db")
        apart.submit(asyncio.run, make_schema(f"sqlite:///{path}")).result()
        return path.read_bytes()
