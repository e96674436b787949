"""Streams and their revisions: the order in which writes become visible.

Every write raises the revision of its stream in the same transaction, and stamps its rows with it. The stream's row is
locked until the commit, so revisions become visible in order: whoever has seen revision n has seen every row up to n.

Streams: ``olt:<id>`` (the OLT with its cards, ports, marks and ONTs), ``cpe``, ``job``, ``source``, ``change``, and
``records:<name>`` for each record kind.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from noc_console.storage import schema

Row = TypeVar("Row")

ROWS_PER_TURN = 500
"""Rows turned into objects between two turns of the event loop; 500 take about 2 ms."""

CHANNEL = "noc_feed"
"""On which PostgreSQL tells that a stream was raised."""

_RAISE = (
    "INSERT INTO feed (name, revision) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET revision = feed.revision + 1 RETURNING revision"
)
_BUMP = {"sqlite": text(_RAISE), "postgresql": text(f"{_RAISE}, pg_notify('{CHANNEL}', '')")}
_BEGIN = text("INSERT INTO feed (name, revision) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING")


async def bump(connection: AsyncConnection, stream: str) -> int:
    """Raise a stream's revision inside a write transaction, and return it."""
    row = (await connection.execute(_BUMP[connection.dialect.name], {"name": stream})).one()
    revision: int = row[0]
    return revision


async def hold(connection: AsyncConnection, stream: str) -> None:
    """Take a stream's turn, before any of its rows is locked.

    Every writer raises its stream and changes rows. A writer that locked a row first could wait for another that
    raised the stream first, and that one for the row: PostgreSQL then ends one of the two with an error.
    """
    table = schema.feed
    query = select(table.c.name).where(table.c.name == stream).with_for_update()
    if (await connection.execute(query)).first() is None:
        await connection.execute(_BEGIN, {"name": stream})
        await connection.execute(query)


async def read_revisions(connection: AsyncConnection) -> dict[str, int]:
    """Every stream's revision now."""
    result = await connection.execute(select(schema.feed.c.name, schema.feed.c.revision))
    return {row.name: row.revision for row in result}


def columns(table: Table, row: type[Any]) -> list[Any]:
    """The columns of ``table`` in the order of the fields of the dataclass ``row``."""
    return [table.c[field.name] for field in fields(row) if field.name in table.c]


async def read_rows(connection: AsyncConnection, query: Any, row: Callable[..., Row] | None = None) -> list[Row]:
    """Run ``query`` and build one ``row`` per result row (None: the row as it is), yielding to the loop in between."""
    result = await connection.execute(query)
    out: list[Row] = []
    for part in result.partitions(ROWS_PER_TURN):
        out.extend(part if row is None else (row(*values) for values in part))  # type: ignore[arg-type]
        await asyncio.sleep(0)
    return out


def dumps(data: object) -> str:
    """Compact JSON for a text column."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
